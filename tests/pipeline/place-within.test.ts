// Does a time budget only decide when to stop: is what it finds what its effort finds without a clock?
import { describe, expect, it } from 'vitest';
import { FitError, InterruptedError } from '../../src/core/errors.ts';
import { place } from '../../src/mapping/place.ts';
import { placeWithin } from '../../src/pipeline/place-within.ts';
import { madeUpChip, randomProblem } from '../mapping/support.ts';

const problem = randomProblem(1, { rows: 6, columns: 6 });
const chip = madeUpChip({ neurons: 7 });

/** A clock that a search moves on by as many seconds as its effort says: it is asked twice around each. */
function clock(secondsPerEffort: number, first: number) {
  let time = 0;
  let asked = 0;
  let effort = first;
  return () => {
    asked++;
    // Start, before the loop's test, before and after the first search, at its end; then again from the loop's test on.
    if (asked >= 4 && (asked - 4) % 4 === 0) {
      time += secondsPerEffort * effort;
      effort *= 2;
    }
    return time;
  };
}

describe('a placement within a time budget', () => {
  it('takes twice the effort while that would end in time, keeps the best, and names the effort that repeats it', async () => {
    const efforts: unknown[] = [];
    const options = { seed: 3, effort: 0.05 };
    const hooks = { onProgress: ({ values }: { readonly values: Readonly<Record<string, unknown>> }) => efforts.push(values['effort']) };
    // Efforts of 0.05, 0.1 and 0.2 take as many seconds; 0.4 more would be 0.75.
    const { placement, effort } = await placeWithin(problem, chip, options, { timeBudget: 0.7 }, hooks, clock(1, 0.05));
    expect(efforts).toEqual([0.05, 0.1, 0.2]);
    const all = [0.05, 0.1, 0.2].map((tried) => place(problem, chip, { ...options, effort: tried }));
    expect(placement.cost.final).toBe(Math.min(...all.map(({ cost }) => cost.final)));
    expect(placement).toEqual(place(problem, chip, { ...options, effort }));
  });

  it('searches once however short it is, and once without one', async () => {
    const options = { seed: 3, effort: 0.1 };
    const once = { placement: place(problem, chip, options), effort: 0.1 };
    expect(await placeWithin(problem, chip, options, { timeBudget: 1e-9 }, {}, clock(1, 0.1))).toEqual(once);
    expect(await placeWithin(problem, chip, options, { timeBudget: null }, {})).toEqual(once);
  });

  it('compares by the objective, not by wires', async () => {
    const options = { seed: 3, effort: 0.05, objective: 'traffic' as const };
    const { placement } = await placeWithin(problem, chip, options, { timeBudget: 0.7 }, {}, clock(1, 0.05));
    const all = [0.05, 0.1, 0.2].map((effort) => place(problem, chip, { ...options, effort }).objective?.final ?? Number.NaN);
    expect(placement.objective?.final).toBe(Math.min(...all));
  });

  it('stops when it is interrupted, and fails as a search does', async () => {
    const signal = AbortSignal.abort();
    const options = { seed: 1, effort: 0.1 };
    await expect(placeWithin(problem, chip, options, { timeBudget: 1 }, { signal })).rejects.toThrow(InterruptedError);
    const tooSmall = madeUpChip({ wide: 2, high: 2, neurons: 7 });
    await expect(placeWithin(problem, tooSmall, options, { timeBudget: 0.01 }, {})).rejects.toThrow(FitError);
  });
});
