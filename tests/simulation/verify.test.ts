import { describe, expect, it } from 'vitest';
import { MismatchError } from '../../src/core/errors.ts';
import { canonicalJson } from '../../src/core/hash.ts';
import { type Integers, loadChip, runChip } from '../../src/simulation/chip.ts';
import { assertAgreement, type Execution, stressInputs, verifyExecutions } from '../../src/simulation/verify.ts';
import { naiveRun, STORAGES, tinyMap, tinyNetwork } from './tiny-mapper.ts';

const network = tinyNetwork(5, 3, 7, 2);
const { mapping, bytes } = tinyMap(network, STORAGES.offset);
const chip = loadChip(mapping, bytes);
const FACTS = { stateMax: 255, executable: { value: false, reason: 'binary spikes' }, hashes: { network: 'abc' } };
const BATCHES = [stressInputs(1, 4, 6, 3), stressInputs(2, 5, 8, 3)];

const interpreter: Execution = { name: 'interpreter', version: '1', run: async (...trials) => naiveRun(network, ...trials) };
const simulated: Execution = {
  name: 'simulated chip',
  version: '1',
  optimization: 'all',
  run: async (...trials) => runChip(chip, ...trials),
};

/** The interpreter, with changes planted in the batch that has `inBatch` steps. */
function planted(name: string, inBatch: number, plant: (run: Integers) => void): Execution {
  return {
    name,
    version: '1',
    async run(inputs, steps, rows) {
      const run = naiveRun(network, inputs, steps, rows);
      if (steps === inBatch) plant(run);
      return run;
    },
  };
}

describe('verification', () => {
  it('counts every trial, step, integer and saturated state when all executions agree', async () => {
    const result = await verifyExecutions([interpreter, simulated], BATCHES, FACTS);
    const states = BATCHES.flatMap(({ inputs, steps, rows }) => [...naiveRun(network, inputs, steps, rows).states]);
    expect(result).toEqual({
      schema: 'bimt-verify/1',
      trials: 14,
      trialSteps: 4 * 6 + 5 * 8,
      integersCompared: (4 * 6 + 5 * 8) * 9,
      saturatedStates: states.filter((state) => state === 255).length,
      executions: [
        { name: 'interpreter', version: '1', optimization: null },
        { name: 'simulated chip', version: '1', optimization: 'all' },
      ],
      mismatches: [],
      executable: FACTS.executable,
      hashes: FACTS.hashes,
    });
    expect(result.saturatedStates).toBeGreaterThan(0);
    expect(() => assertAgreement(result)).not.toThrow();
  });

  it('gives the same bytes twice', async () => {
    const json = async () => canonicalJson(await verifyExecutions([interpreter, simulated], BATCHES, FACTS));
    expect(await json()).toBe(await json());
  });

  it('finds a planted state at exactly its trial, step and neuron', async () => {
    // Second batch: trial 3 of 8, step 2, neuron 4; trial 5 differs in an earlier step, but is a later trial.
    const wrong = planted('planted', 5, ({ states }) => {
      states[(2 * 7 + 4) * 8 + 3] -= 1;
      states[(1 * 7 + 0) * 8 + 5] -= 1;
    });
    const result = await verifyExecutions([interpreter, simulated, wrong], BATCHES, FACTS);
    const value = naiveRun(network, BATCHES[1].inputs, 5, 8).states[(2 * 7 + 4) * 8 + 3];
    expect(result.mismatches).toEqual([
      {
        between: ['interpreter', 'planted'],
        trial: 6 + 3,
        step: 2,
        unit: 'neuron',
        index: 4,
        values: [value, value - 1],
        differing: 2,
      },
    ]);
    expect(() => assertAgreement(result)).toThrow(MismatchError);
    expect(() => assertAgreement(result)).toThrow(
      `interpreter and planted first differ in trial 9, step 2, neuron 4: ${value} against ${value - 1} (2 integers differ in all)`,
    );
  });

  it('finds a planted output, and keeps the first batch that differs', async () => {
    const wrong: Execution = {
      name: 'planted',
      version: '1',
      async run(inputs, steps, rows) {
        const run = naiveRun(network, inputs, steps, rows);
        run.outputs[(3 * 2 + 1) * rows + 2] += 7;
        return run;
      },
    };
    const { mismatches } = await verifyExecutions([wrong, interpreter], BATCHES, FACTS);
    const value = naiveRun(network, BATCHES[0].inputs, 4, 6).outputs[(3 * 2 + 1) * 6 + 2];
    expect(mismatches).toMatchObject([{ trial: 2, step: 3, unit: 'readout unit', index: 1, values: [value + 7, value], differing: 2 }]);
  });

  it('names every execution that differs from the first', async () => {
    const one = planted('one', 4, ({ states }) => void states[0]++);
    const two = planted('two', 5, ({ outputs }) => void outputs[0]++);
    const { mismatches } = await verifyExecutions([interpreter, one, simulated, two], BATCHES, FACTS);
    expect(mismatches.map(({ between, trial }) => [...between, trial])).toEqual([
      ['interpreter', 'one', 0],
      ['interpreter', 'two', 6],
    ]);
  });

  it('fails on an execution that returns too few integers', async () => {
    const short: Execution = {
      ...interpreter,
      name: 'short',
      run: async () => ({ states: new Int32Array(3), outputs: new Int32Array(0) }),
    };
    await expect(verifyExecutions([interpreter, short], BATCHES, FACTS)).rejects.toThrow(MismatchError);
    await expect(verifyExecutions([interpreter, short], BATCHES, FACTS)).rejects.toThrow(/short returned 3 states, interpreter 168/);
  });

  it('refuses to call a single execution or no trial an agreement', async () => {
    await expect(verifyExecutions([interpreter], BATCHES, FACTS)).rejects.toThrow(RangeError);
    await expect(verifyExecutions([interpreter, simulated], [], FACTS)).rejects.toThrow(RangeError);
  });
});

describe('stress inputs', () => {
  it('are all of magnitude 127: constants, constant signs, and fresh signs', () => {
    const { inputs, steps, rows } = stressInputs(3, 16, 8, 4);
    const trial = (row: number) => Array.from({ length: steps }, (_, step) => [...inputs.slice((step * rows + row) * 4).slice(0, 4)]);
    expect(new Set(inputs.map(Math.abs))).toEqual(new Set([127]));
    for (const first of [0, 4]) {
      expect(new Set(trial(first).flat())).toEqual(new Set([127]));
      expect(new Set(trial(first + 1).flat())).toEqual(new Set([-127]));
      expect(new Set(trial(first + 2).map(String)).size).toBe(1);
      expect(new Set(trial(first + 3).map(String)).size).toBeGreaterThan(4);
    }
  });

  it('depend on the seed, and a trial not on how many there are', () => {
    const few = stressInputs(3, 5, 4, 3);
    const many = stressInputs(3, 5, 9, 3);
    for (let step = 0; step < 5; step++) {
      expect(many.inputs.slice(step * 27, step * 27 + 12)).toEqual(few.inputs.slice(step * 12, step * 12 + 12));
    }
    expect(stressInputs(4, 5, 4, 3).inputs).not.toEqual(few.inputs);
  });
});
