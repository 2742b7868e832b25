import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dequantizedNetwork, quantizeWeightsOnly } from '../../src/compression/dequantize.ts';
import {
  formatBits,
  INT8,
  largestWeight,
  narrowFormat,
  roundEntries,
  rowMaxima,
  scaleFor,
  type WeightFormat,
  withIntegers,
} from '../../src/compression/weight-format.ts';
import { type Csr, csrFromDense, denseFromCsr, mapCsr } from '../../src/network/csr.ts';
import { randomNetwork } from './random-network.ts';

// Not among the denormal numbers, whose relative precision ends.
const weight = fc.float({ min: -4, max: 4, noNaN: true }).map((w) => (Math.abs(w) < 2 ** -100 ? 0 : w));
const dense = fc.array(fc.oneof(fc.constant(0), weight), { minLength: 12, maxLength: 12 });
const format = fc.constantFrom(
  { qmax: 127, step: 1 },
  { qmax: 254, step: 2 },
  { qmax: 255, step: 2 },
  { qmax: 7, step: 1 },
  { qmax: 1, step: 1 },
);

const quantizeWeights = (matrix: Csr, scale: (row: number) => number, format: WeightFormat) =>
  withIntegers(matrix, roundEntries(matrix, scale, () => format).integers);

describe('symmetric integer weights', () => {
  it('keep every weight within half a step of its value, zero as zero, and are idempotent', () => {
    fc.assert(
      fc.property(dense, format, (values, format) => {
        const matrix = csrFromDense(Float32Array.from(values), 3, 4);
        const scales = rowMaxima(matrix).map((largest) => scaleFor(largest, format) || 1);
        const integers = quantizeWeights(matrix, (row) => scales[row], format);
        const back = mapCsr(integers, Float32Array, (integer, row) => integer * scales[row]);
        denseFromCsr(back).forEach((value, i) => {
          const error = Math.abs(value - values[i]);
          expect(error).toBeLessThanOrEqual(0.5 * format.step * scales[Math.floor(i / 4)] * (1 + 1e-5));
          if (values[i] === 0) expect(value).toBe(0);
        });
        expect(quantizeWeights(back, (row) => scales[row], format)).toEqual(integers);
        for (const integer of integers.values) {
          expect(Math.abs(integer)).toBeLessThanOrEqual(format.qmax);
          expect(integer % format.step).toBe(0 * integer);
        }
      }),
    );
  });

  it('use the largest multiple of the step that the memory holds', () => {
    expect(
      [
        { qmax: 127, step: 1 },
        { qmax: 254, step: 2 },
        { qmax: 255, step: 2 },
      ].map(largestWeight),
    ).toEqual([127, 254, 254]);
    const row = csrFromDense(Float32Array.of(1, -1, 0.5, 0.003), 1, 4);
    const even = { qmax: 255, step: 2 };
    expect([...quantizeWeights(row, () => scaleFor(1, even), even).values]).toEqual([254, -254, 128]);
  });
});

describe('the width of a format', () => {
  it('is that of its integers, the sign included', () => {
    const widths = [
      { qmax: 1, step: 1 },
      { qmax: 7, step: 1 },
      INT8,
      { qmax: 254, step: 2 },
      { qmax: 128, step: 128 },
      { qmax: 11, step: 1 },
    ];
    expect(widths.map(formatBits)).toEqual([2, 4, 8, 8, 2, 5]);
  });

  it('can be less in a row: fewer multiples of the same step, never more', () => {
    expect(narrowFormat({ qmax: 254, step: 2 }, 3)).toEqual({ qmax: 6, step: 2 });
    expect(narrowFormat({ qmax: 11, step: 1 }, 5)).toEqual({ qmax: 11, step: 1 });
    for (let bits = 2; bits <= 8; bits++) expect(formatBits(narrowFormat(INT8, bits))).toBe(bits);
  });

  it('says of each weight whether it was only rounded, or clamped', () => {
    const row = csrFromDense(Float32Array.of(0.4, -1.4, 1.6, -3, 2.5), 1, 5);
    const { integers, inside } = roundEntries(
      row,
      () => 1,
      () => ({ qmax: 1, step: 1 }),
    );
    expect([[...integers], [...inside]]).toEqual([
      [0, -1, 1, -1, 1],
      [1, 1, 0, 0, 0],
    ]);
  });
});

describe('weight-only quantization', () => {
  it('reproduces its integers from the dequantized network', () => {
    for (const seed of [1, 2, 3]) {
      const network = randomNetwork(seed, { inputs: 5, neurons: 20, outputs: 3 });
      const weights = quantizeWeightsOnly(network);
      const again = quantizeWeightsOnly(dequantizedNetwork(network, weights));
      for (const name of ['recurrent', 'input', 'readout'] as const) expect(again[name].integers).toEqual(weights[name].integers);
    }
  });

  it('gives an all-zero matrix the scale 1 and no entries', () => {
    const network = { ...randomNetwork(1, { inputs: 2, neurons: 3, outputs: 2 }), readout: csrFromDense(new Float32Array(6), 2, 3) };
    const { readout } = quantizeWeightsOnly(network);
    expect([...readout.scales, readout.integers.values.length]).toEqual([1, 0]);
  });
});
