// What cannot be quantized is refused by name; what only looks wrong is warned of.
import { describe, expect, it } from 'vitest';
import { quantizeWeightsOnly } from '../../src/compression/dequantize.ts';
import { applyUnits, quantize } from '../../src/compression/quantize.ts';
import { chooseUnits, type UnitOptions } from '../../src/compression/units.ts';
import { INT8 } from '../../src/compression/weight-format.ts';
import { UsageError } from '../../src/core/errors.ts';
import { csrFromDense } from '../../src/network/csr.ts';
import type { Network } from '../../src/network/network.ts';
import { randomNetwork } from './random-network.ts';

const OPTIONS: UnitOptions = { weights: INT8, groups: 'channel' };
const RANGES = { state: 2, input: 1 };
/** Two neurons at the sites 0 and 2. */
const healthy: Network = {
  ...randomNetwork(1, { inputs: 1, neurons: 2, outputs: 1 }),
  recurrent: csrFromDense(Float32Array.of(0.5, 0.25, 0.5, 0), 2, 2),
  input: csrFromDense(Float32Array.of(1, 0.75), 2, 1),
  readout: csrFromDense(Float32Array.of(1, -0.5), 1, 2),
  bias: Float32Array.of(0.1, 0),
};

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  throw new Error('was accepted');
}

const NOT_FINITE: [string, Partial<Network>][] = [
  [
    'W holds NaN, from the neuron at site 2 to the neuron at site 0',
    { recurrent: csrFromDense(Float32Array.of(0.5, Number.NaN, 0, 1), 2, 2) },
  ],
  [
    'W_in holds Infinity, from input 0 to the neuron at site 2',
    { input: csrFromDense(Float32Array.of(1, Number.POSITIVE_INFINITY), 2, 1) },
  ],
  ['W_out holds -Infinity, from the neuron at site 0 to readout unit 0', { readout: csrFromDense(Float32Array.of(-Infinity, 1), 1, 2) }],
  ['b of the neuron at site 2 is NaN', { bias: Float32Array.of(0, Number.NaN) }],
  ['b_out of readout unit 0 is Infinity', { readoutBias: Float32Array.of(Number.POSITIVE_INFINITY) }],
];

describe('a number that is not finite', () => {
  it.each(NOT_FINITE)('%s', (message, part) => {
    const broken = { ...healthy, ...part };
    for (const scale of ['max', 'percentile', 'mse'] as const)
      for (const powerOfTwo of [false, true])
        expect(refusal(() => quantize(broken, RANGES, { ...OPTIONS, scale, powerOfTwo }))).toContain(`cannot quantize: ${message}; train`);
    expect(refusal(() => applyUnits(broken, chooseUnits(healthy, RANGES, OPTIONS), OPTIONS))).toContain(message);
    expect(refusal(() => quantizeWeightsOnly(broken))).toContain(message);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1])('is a range of %s', (range) => {
    expect(refusal(() => quantize(healthy, { state: range, input: 1 }, OPTIONS))).toContain(`the range of the states is ${range}`);
    expect(refusal(() => quantize(healthy, { state: 1, input: range }, OPTIONS))).toContain(`the range of the inputs is ${range}`);
  });
});

describe('a unit of zero or denormal size', () => {
  it('is refused, with whose it is', () => {
    const tiny = {
      ...healthy,
      recurrent: csrFromDense(Float32Array.of(0.5, 0, 1e-40, 0), 2, 2),
      input: csrFromDense(Float32Array.of(1, 0), 2, 1),
    };
    expect(refusal(() => quantize(tiny, RANGES, OPTIONS))).toMatch(
      /one unit of the accumulator of the neuron at site 2 is .*e-4\d, .*prune them/,
    );
    const faint = { ...healthy, readout: csrFromDense(Float32Array.of(1e-42, 0), 1, 2) };
    expect(refusal(() => quantize(faint, RANGES, OPTIONS))).toContain('one unit of the readout is');
    expect(refusal(() => quantize(healthy, { state: 1e-40, input: 1 }, OPTIONS))).toContain('one unit of the states is');
    expect(refusal(() => quantize(healthy, { state: 1, input: 1e-40 }, OPTIONS))).toContain('one unit of the inputs is');
    expect(refusal(() => quantizeWeightsOnly(faint))).toContain('cannot quantize W_out: the largest of some weights that share a scale is');
    const units = chooseUnits(healthy, RANGES, OPTIONS);
    expect(refusal(() => applyUnits(healthy, { ...units, accumulator: Float64Array.of(1, 0) }, OPTIONS))).toContain('site 2 is 0,');
    expect(refusal(() => applyUnits(healthy, { ...units, readout: Number.NaN }, OPTIONS))).toContain('one unit of the readout is NaN');
    expect(refusal(() => applyUnits(healthy, { ...units, accumulator: Float64Array.of(1) }, OPTIONS))).toContain(
      '1 accumulator units for 2',
    );
  });
});

describe('what only looks wrong', () => {
  const warningsOf = (part: Partial<Network>, ranges = RANGES) =>
    quantize({ ...healthy, ...part }, ranges, OPTIONS).warnings.map(({ rule, message }) => `${rule}: ${message}`);

  it('is not warned of in a healthy network', () => {
    expect(warningsOf({})).toEqual([]);
  });

  it('is a layer without weights', () => {
    expect(warningsOf({ recurrent: csrFromDense(new Float32Array(4), 2, 2) })).toEqual([
      'quantize/layer-empty: W has no weights at all; was it pruned too far?',
    ]);
  });

  it('is a neuron whose sums cannot be positive', () => {
    const never = { recurrent: csrFromDense(Float32Array.of(0.5, 0.25, -0.5, 0), 2, 2), input: csrFromDense(Float32Array.of(1, 0), 2, 1) };
    expect(warningsOf(never)).toEqual([
      'quantize/dead-neuron: the neuron at site 2 can never be active: no sum of integers reaches a state above 0; use more bits, or prune',
    ]);
  });

  it('is a calibration on which nothing moved', () => {
    expect(warningsOf({}, { state: 0, input: 0 }).slice(0, 2)).toEqual([
      'quantize/silent: no state is above 0 on the calibration trials; scales are arbitrary, check the trials',
      'quantize/silent: all inputs are 0 on the calibration trials; scales are arbitrary, check the trials',
    ]);
  });
});
