import { describe, expect, it } from 'vitest';
import { MismatchError } from '../../src/core/errors.ts';
import { canonicalJson } from '../../src/core/hash.ts';
import { assertClose, type FloatPair, type Floats, verifyFloats } from '../../src/simulation/verify-floats.ts';

const [NEURONS, OUTPUTS] = [3, 2];
const FACTS = { skipped: [], hashes: { network: 'abc' } };
const BATCHES = [
  { steps: 2, rows: 2, inputs: new Float32Array(4) },
  { steps: 4, rows: 3, inputs: new Float32Array(12) },
];

/** States 100 and outputs 0.25 everywhere. */
function constantRun(steps: number, rows: number): Floats {
  return { states: new Float32Array(steps * NEURONS * rows).fill(100), outputs: new Float32Array(steps * OUTPUTS * rows).fill(0.25) };
}

/** An execution with changes planted in the batch that has `inBatch` steps. */
function planted(inBatch: number, plant: (run: Floats, rows: number) => void, name = 'planted'): FloatPair {
  return {
    reference: { name: 'interpreter', run: (_, steps, rows) => constantRun(steps, rows) },
    execution: {
      name,
      version: '1',
      optimization: 'basic',
      async run(_, steps, rows) {
        const run = constantRun(steps, rows);
        if (steps === inBatch) plant(run, rows);
        return run;
      },
    },
  };
}

describe('the comparison of floats', () => {
  it('counts trials, steps and values, and has no error where nothing differs', async () => {
    const result = await verifyFloats([planted(0, () => {})], BATCHES, FACTS);
    expect(result).toEqual({
      schema: 'bimt-verify-floats/1',
      trials: 5,
      trialSteps: 2 * 2 + 4 * 3,
      valuesCompared: (2 * 2 + 4 * 3) * 5,
      tolerance: { relative: 1e-5, to: 'the largest magnitude among states and outputs of the trial, at least 1' },
      comparisons: [{ between: ['interpreter', 'planted'], version: '1', optimization: 'basic', largest: null, first: null, beyond: 0 }],
      ...FACTS,
    });
    expect(() => assertClose(result)).not.toThrow();
  });

  it('says where the largest error is, and lets it pass up to 1e-5 of the trial’s magnitude', async () => {
    // Outputs of 0.25 in trials that reach 100: 2^-11 is 4.9e-6 of it, 2^-9 is 2.0e-5.
    const within = planted(4, ({ outputs }, rows) => {
      outputs[(1 * OUTPUTS + 1) * rows + 2] += 2 ** -11;
      outputs[0] += 2 ** -12;
    });
    const { comparisons } = await verifyFloats([within], BATCHES, FACTS);
    expect(comparisons[0]).toMatchObject({
      beyond: 0,
      first: null,
      largest: {
        error: 2 ** -11,
        relative: 2 ** -11 / 100,
        trial: 2 + 2,
        step: 1,
        unit: 'readout unit',
        index: 1,
        values: [0.25, 0.25 + 2 ** -11],
      },
    });
  });

  it('finds the first value beyond the tolerance: by trial, then step, states before outputs', async () => {
    const far = planted(4, ({ states, outputs }, rows) => {
      outputs[(2 * OUTPUTS + 0) * rows + 1] += 2 ** -9;
      states[(2 * NEURONS + 2) * rows + 1] += 0.5;
      states[(3 * NEURONS + 0) * rows + 1] += 1;
      states[(0 * NEURONS + 0) * rows + 2] += 0.5;
    });
    const result = await verifyFloats([planted(0, () => {}), far], BATCHES, FACTS);
    expect(result.comparisons.map(({ beyond }) => beyond)).toEqual([0, 4]);
    expect(result.comparisons[1].first).toMatchObject({ trial: 2 + 1, step: 2, unit: 'neuron', index: 2, values: [100, 100.5] });
    expect(result.comparisons[1].largest).toMatchObject({ trial: 2 + 1, step: 3, error: 1 });
    expect(() => assertClose(result)).toThrow(MismatchError);
    expect(() => assertClose(result)).toThrow(
      "interpreter and planted are first too far apart in trial 3, step 2, neuron 2: 100 against 100.5 (4 values are, the tolerance is 0.00001 of the trial's largest magnitude)",
    );
  });

  it('takes what is not finite as too far apart, and writes null for it', async () => {
    const wrong = planted(2, ({ states }) => {
      states[0] = Number.NaN;
      states[1] = Number.POSITIVE_INFINITY;
    });
    const result = await verifyFloats([wrong], BATCHES, FACTS);
    expect(result.comparisons[0]).toMatchObject({ beyond: 2, first: { error: null, relative: null, trial: 0, values: [100, null] } });
    expect(canonicalJson(result)).not.toMatch(/NaN|Infinity/);
    expect(() => assertClose(result)).toThrow('100 against not a finite number');
  });

  it('fails on an execution that returns too few values, and refuses to compare nothing', async () => {
    const short = planted(0, () => {});
    const run = async () => ({ states: new Float32Array(1), outputs: new Float32Array(0) });
    const pair = { ...short, execution: { ...short.execution, run } };
    await expect(verifyFloats([pair], BATCHES, FACTS)).rejects.toThrow('planted returned 1 states, interpreter 12');
    await expect(verifyFloats([], BATCHES, FACTS)).rejects.toThrow(RangeError);
    await expect(verifyFloats([short], [], FACTS)).rejects.toThrow(RangeError);
  });
});
