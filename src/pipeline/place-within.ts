// What is the best placement that a time budget allows? Searches of growing effort; the clock only decides when to stop.
import { setImmediate } from 'node:timers/promises';
import { nowSeconds } from '../core/clock.ts';
import { FitError, InterruptedError } from '../core/errors.ts';
import type { Chip } from '../mapping/chip.ts';
import { type PlaceOptions, place } from '../mapping/place.ts';
import type { Placement } from '../mapping/placement.ts';
import type { MappingProblem } from '../mapping/problem.ts';
import { MAX_EFFORT, type MapConfig } from './config.ts';
import type { StageHooks } from './train-stage.ts';

/** A placement and the effort that finds it again. */
export interface Found {
  readonly placement: Placement;
  readonly effort: number;
}

/**
 * Places with the effort of the options, then with twice, four times … as much while a search that takes twice as long as the last
 * would end within the budget. Without a budget there is one search.
 *
 * @throws FitError, UsageError as `place`
 * @throws InterruptedError when the signal aborts
 */
export async function placeWithin(
  problem: MappingProblem,
  chip: Chip,
  options: PlaceOptions & { readonly effort: number },
  { timeBudget: budget }: Pick<MapConfig, 'timeBudget'>,
  { signal, onProgress }: StageHooks,
  now: () => number = nowSeconds,
): Promise<Found> {
  if (budget === null) return { placement: place(problem, chip, options), effort: options.effort };
  const start = now();
  let best: Found | null = null;
  let failure: FitError | null = null;
  let took = 0;
  for (let { effort } = options; effort <= MAX_EFFORT && now() - start + 2 * took <= budget; effort *= 2) {
    if (signal?.aborted) throw new InterruptedError('placing was interrupted');
    const before = now();
    try {
      const found = { placement: place(problem, chip, { ...options, effort }), effort };
      if (best === null || isBetter(found.placement, best.placement)) best = found;
    } catch (error) {
      // Another effort may find a placement within the limits.
      if (!(error instanceof FitError)) throw error;
      failure ??= error;
    }
    took = now() - before;
    const done = Math.min(budget, now() - start);
    onProgress?.({ stage: 'place', done, total: budget, values: { effort } });
    await setImmediate();
  }
  if (best === null) throw failure;
  return best;
}

function isBetter(a: Placement, b: Placement): boolean {
  const [ours, theirs] = [a, b].map(({ objective, cost }) => objective?.final ?? cost.final);
  return ours < theirs || (ours === theirs && a.cost.final < b.cost.final);
}
