// Is what was measured before only given to those that would measure the same?
import { describe, expect, it } from 'vitest';
import type { IntegerNetwork } from '../../src/compression/integer-network.ts';
import { quantizeInputs } from '../../src/compression/quantize.ts';
import { runInteger } from '../../src/compression/run-integer.ts';
import type { Network } from '../../src/network/network.ts';
import { resolveRunConfig } from '../../src/pipeline/config.ts';
import { activityOf, calibrationOf, integerScoresOf } from '../../src/pipeline/measured.ts';
import { measureScores, outputsByRow } from '../../src/pipeline/scores.ts';
import { findSuite } from '../../src/tasks/suites.ts';
import { randomIntegerNetwork } from '../compression/random-integer-network.ts';
import { randomNetwork } from '../compression/random-network.ts';

const suite = findSuite('yang19');
const SIZES = { inputs: suite.inputs, neurons: 12, outputs: suite.outputs, density: 0.5 };
const PLAN = { trialsPerTask: 2, seed: 1 };
const TRIALS = { activityTrials: 1, seed: 1 };
const float = (): Network => randomNetwork(1, SIZES);
const integers = (): IntegerNetwork => randomIntegerNetwork(1, SIZES);

/** Each of these computes something else. */
const CHANGES: readonly (readonly [string, (network: IntegerNetwork) => IntegerNetwork])[] = [
  ['a recurrent weight', (n) => ({ ...n, recurrent: { ...n.recurrent, values: n.recurrent.values.map((w) => 2 * w) } })],
  ['an input weight', (n) => ({ ...n, input: { ...n.input, values: n.input.values.map((w) => -w) } })],
  ['a source', (n) => ({ ...n, input: { ...n.input, indices: n.input.indices.map((k) => (k + 7) % suite.inputs) } })],
  ['a bias', (n) => ({ ...n, bias: n.bias.map((b) => b - 1000) })],
  ['a multiplier', (n) => ({ ...n, multiplier: n.multiplier.map((m) => Math.ceil(m / 100)) })],
  ['the unit of inputs', (n) => ({ ...n, scales: { ...n.scales, input: 100 * n.scales.input } })],
];

describe('what was measured of integers', () => {
  it('is not measured again for equal ones of the same network', () => {
    const network = float();
    expect(integerScoresOf(network, integers(), suite, PLAN)).toBe(integerScoresOf(network, integers(), suite, PLAN));
    expect(activityOf(network, integers(), suite, TRIALS)).toBe(activityOf(network, integers(), suite, TRIALS));
  });

  it.each(CHANGES)('is measured anew for another %s', (_, change) => {
    const network = float();
    const before = activityOf(network, integers(), suite, TRIALS).means;
    const after = activityOf(network, change(integers()), suite, TRIALS).means;
    expect(after).not.toEqual(before);
    expect(after).toEqual(activityOf(float(), change(integers()), suite, TRIALS).means);
  });

  it('is the same where there are too many trials to keep', async () => {
    const endless = { ...suite, maxSteps: 1e9 };
    expect(await integerScoresOf(float(), integers(), endless, PLAN)).toEqual(await integerScoresOf(float(), integers(), suite, PLAN));
    expect(activityOf(float(), integers(), endless, TRIALS)).toEqual(activityOf(float(), integers(), suite, TRIALS));
  });

  it('is that of inputs in its own unit, and of the plain interpreter', async () => {
    const network = float();
    const plain = async (unit: number) =>
      await measureScores(
        suite,
        async (inputs, steps, rows) =>
          outputsByRow(runInteger(integers(), quantizeInputs(inputs, unit).integers, steps, rows).outputs, steps, rows),
        { ...PLAN, trialsPerTask: 20 },
      );
    for (const input of [0.02, 0.4, 0.02]) {
      const made = { ...integers(), scales: { ...integers().scales, input } };
      expect(await integerScoresOf(network, made, suite, { ...PLAN, trialsPerTask: 20 })).toEqual(await plain(input));
    }
    expect(await plain(0.02)).not.toEqual(await plain(0.4));
  });

  it('is measured anew on other trials', async () => {
    const network = float();
    for (const plan of [PLAN, { ...PLAN, trialsPerTask: 3 }, { ...PLAN, seed: 2 }])
      expect(await integerScoresOf(network, integers(), suite, plan)).toMatchObject(plan);
    const means = [TRIALS, { ...TRIALS, seed: 2 }].map((trials) => activityOf(network, integers(), suite, trials).means);
    expect(means[1]).not.toEqual(means[0]);
  });
});

it('a calibration belongs to its network and settings', () => {
  const { quantize } = resolveRunConfig({ quantize: { calibrationTrials: 1 } });
  const [network, other] = [float(), randomNetwork(2, SIZES)];
  const known = calibrationOf(network, suite, quantize);
  expect(calibrationOf(network, suite, { ...quantize })).toBe(known);
  for (const changed of [{ stateRange: 'quantile' as const }, { calibrationTrials: 2 }, { seed: quantize.seed + 1 }])
    expect(calibrationOf(network, suite, { ...quantize, ...changed })).not.toEqual(known);
  expect(calibrationOf(other, suite, quantize)).not.toEqual(known);
});
