import { describe, expect, it } from 'vitest';
import { loadChip, runChip } from '../../src/simulation/chip.ts';
import { drawMutation } from '../../src/simulation/mutate.ts';
import { mutationTest } from '../../src/simulation/mutation-test.ts';
import { stressInputs, type TrialBatch } from '../../src/simulation/verify.ts';
import { STORAGES, tinyMap, tinyNetwork } from './tiny-mapper.ts';

/** Inputs 0, so that axons that only inputs feed stay silent. */
const silence = (steps: number, rows: number, inputs: number): TrialBatch => ({
  steps,
  rows,
  inputs: new Int32Array(steps * rows * inputs),
});
const network = tinyNetwork(11, 4, 14, 3);

describe.each(Object.entries(STORAGES))('mutations of a chip with %s storage', (_, storage) => {
  const { mapping, bytes } = tinyMap(network, storage);
  const chip = loadChip(mapping, bytes);

  it('are each detected, or have a measured reason why no integer differs', () => {
    const outcomes = mutationTest(chip, [stressInputs(1, 8, 4, 4), stressInputs(2, 8, 30, 4)], 200, 7);
    expect(outcomes).toHaveLength(200);
    expect(outcomes.filter(({ detectedAfter, reason }) => (detectedAfter === null) === (reason === null))).toEqual([]);
    expect(outcomes.filter(({ detectedAfter }) => detectedAfter !== null).length).toBeGreaterThan(120);
  });

  it('are each explained on silent inputs, too', () => {
    const outcomes = mutationTest(chip, [silence(6, 1, 4)], 200, 7);
    expect(outcomes.filter(({ detectedAfter, reason }) => (detectedAfter === null) === (reason === null))).toEqual([]);
    const silent = outcomes.filter(({ reason }) => reason === 'no value but 0 passes it on these trials');
    expect(silent.length).toBeGreaterThan(5);
  });

  it('are each explained on trials that end before a state is read again', () => {
    const outcomes = mutationTest(chip, [stressInputs(1, 1, 4, 4)], 200, 7);
    expect(outcomes.filter(({ detectedAfter, reason }) => (detectedAfter === null) === (reason === null))).toEqual([]);
  });

  it('change one thing and leave the chip as it was', () => {
    const before = structuredClone(chip);
    for (let i = 0; i < 100; i++) {
      const { chip: mutant } = drawMutation(chip, 7, i);
      const changed = Object.keys(chip.images).filter((name) => mutant.images[name] !== chip.images[name]);
      const cells = changed.map((name) => chip.images[name].data.filter((value, at) => mutant.images[name].data[at] !== value).length);
      const lines = (one: typeof chip) => JSON.stringify(one.mapping, null, 1).split('\n');
      expect(cells).toEqual(mutant.mapping === chip.mapping ? [1] : []);
      if (mutant.mapping !== chip.mapping) expect(lines(mutant)).not.toEqual(lines(chip));
    }
    expect(chip).toEqual(before);
  });

  it('are the same for the same seed', () => {
    const batch = [stressInputs(1, 3, 4, 4)];
    expect(mutationTest(chip, batch, 30, 3)).toEqual(mutationTest(chip, batch, 30, 3));
    expect(mutationTest(chip, batch, 30, 3)).not.toEqual(mutationTest(chip, batch, 30, 4));
  });

  it('count the trials until the first difference', () => {
    const batches = [silence(8, 2, 4), stressInputs(2, 8, 6, 4)];
    const all = { steps: 8, rows: 8, inputs: new Int32Array(8 * 8 * 4) };
    for (let step = 0; step < 8; step++) all.inputs.set(batches[1].inputs.slice(step * 24, (step + 1) * 24), step * 32 + 8);
    const base = runChip(chip, all.inputs, 8, 8);
    for (const [i, { detectedAfter }] of mutationTest(chip, batches, 40, 9).entries()) {
      const mutant = runChip(drawMutation(chip, 9, i).chip, all.inputs, 8, 8);
      const differs = (trial: number) =>
        [...base.states].some((state, at) => at % 8 === trial && mutant.states[at] !== state) ||
        [...base.outputs].some((output, at) => at % 8 === trial && mutant.outputs[at] !== output);
      const first = Array.from({ length: 8 }, (_, trial) => trial).find(differs);
      expect(detectedAfter).toBe(first === undefined ? null : first + 1);
    }
  });
});
