import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fakeQuantize, fakeQuantizedNetwork } from '../../src/compression/fake-quantize.ts';
import { applyUnits, type QuantizeOptions, quantize } from '../../src/compression/quantize.ts';
import { SCALE_METHODS } from '../../src/compression/scale.ts';
import { chooseUnits } from '../../src/compression/units.ts';
import type { WeightFormat } from '../../src/compression/weight-format.ts';
import { type Csr, csrFromDense, forEachEntry } from '../../src/network/csr.ts';
import type { Network } from '../../src/network/network.ts';
import { randomNetwork } from './random-network.ts';

const RANGES = { state: 3, input: 1.5 };
const SIZES = { inputs: 4, neurons: 12, outputs: 3 };
const NEURONS = 12;

const anyOptions: fc.Arbitrary<QuantizeOptions> = fc.record({
  weights: fc.constantFrom<WeightFormat>(
    { qmax: 1, step: 1 },
    { qmax: 3, step: 1 },
    { qmax: 7, step: 1 },
    { qmax: 127, step: 1 },
    { qmax: 254, step: 2 },
    { qmax: 224, step: 32 },
    { qmax: 11, step: 1 },
  ),
  groups: fc.constantFrom('channel' as const, 'tensor' as const, Int32Array.of(5, 5, 5, 1, 1, 1, 5, 1, 9, 9, 9, 9)),
  scale: fc.constantFrom(...SCALE_METHODS),
  powerOfTwo: fc.boolean(),
  stateBits: fc.integer({ min: 1, max: 8 }),
});

/** Integers by place, zeros left out. */
function table(matrix: Csr<Float32Array | Int32Array>, valueAt: (at: number) => number): Map<number, number> {
  const values = new Map<number, number>();
  forEachEntry(matrix, (row, column, _, at) => {
    if (valueAt(at) !== 0) values.set(row * matrix.columns + column, valueAt(at));
  });
  return values;
}

describe('fake quantization', () => {
  it('gives scale · integer of quantize for all formats, granularities and scales', () => {
    fc.assert(
      fc.property(fc.nat(10_000), anyOptions, (seed, options) => {
        const float = randomNetwork(seed, SIZES);
        const units = chooseUnits(float, RANGES, options);
        const fake = fakeQuantize(float, units, options);
        const { network } = quantize(float, RANGES, options);
        expect(network.scales).toEqual(units);
        const realUnit = {
          recurrent: (row: number) => units.accumulator[row] / units.state,
          input: (row: number) => units.accumulator[row] / units.input,
          readout: () => units.readout / units.state,
        };
        for (const name of ['recurrent', 'input', 'readout'] as const) {
          const stored = table(network[name], (at) => network[name].values[at]);
          expect(table(float[name], (at) => fake[name].integers[at])).toEqual(stored);
          forEachEntry(float[name], (row, _column, _value, at) => {
            expect(fake[name].values[at]).toBe(Math.fround(realUnit[name](row) * fake[name].integers[at]));
          });
        }
        network.bias.forEach((b, i) => {
          expect(fake.bias[i]).toBe(Math.fround(b * units.accumulator[i]));
        });
        network.readoutBias.forEach((b, k) => {
          expect(fake.readoutBias[k]).toBe(Math.fround(b * units.readout));
        });
      }),
      { numRuns: 80 },
    );
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.nat(10_000), anyOptions, (seed, options) => {
        const float = randomNetwork(seed, SIZES);
        const units = chooseUnits(float, RANGES, options);
        const once = fakeQuantizedNetwork(float, fakeQuantize(float, units, options));
        expect(fakeQuantizedNetwork(once, fakeQuantize(once, units, options))).toEqual(once);
        expect(applyUnits(once, units, options).network).toEqual(applyUnits(float, units, options).network);
      }),
      { numRuns: 40 },
    );
  });

  it('says which weights lie inside the range: all that are at most half a step off', () => {
    fc.assert(
      fc.property(fc.nat(10_000), anyOptions, fc.double({ min: 0.1, max: 1, noNaN: true }), (seed, options, narrower) => {
        const float = randomNetwork(seed, SIZES);
        const chosen = chooseUnits(float, RANGES, options);
        const units = { ...chosen, accumulator: chosen.accumulator.map((s) => s * narrower) };
        const { recurrent } = fakeQuantize(float, units, options);
        forEachEntry(float.recurrent, (row, _, weight, at) => {
          const halfStep = (options.weights.step * recurrent.scale[row]) / 2;
          const off = Math.abs(weight - recurrent.scale[row] * recurrent.integers[at]);
          if (recurrent.inside[at] === 1) expect(off).toBeLessThanOrEqual(halfStep * (1 + 1e-9));
          else expect(off).toBeGreaterThanOrEqual(halfStep * (1 - 1e-9));
        });
        const outside = recurrent.inside.filter((inside) => inside === 0).length;
        expect(applyUnits(float, units, options).clipped.recurrent).toBe(outside);
      }),
      { numRuns: 40 },
    );
  });

  it('passes every gradient where the scale follows the maximum', () => {
    const float = randomNetwork(1, SIZES);
    const options: QuantizeOptions = { weights: { qmax: 7, step: 1 }, groups: 'channel' };
    const fake = fakeQuantize(float, chooseUnits(float, RANGES, options), options);
    for (const { inside } of [fake.recurrent, fake.input, fake.readout]) expect(inside.every((value) => value === 1)).toBe(true);
  });
});

describe('given units', () => {
  const tiny: Network = {
    ...randomNetwork(1, { inputs: 1, neurons: 2, outputs: 1 }),
    recurrent: csrFromDense(Float32Array.of(0.5, -0.25, 0, 3), 2, 2),
    input: csrFromDense(Float32Array.of(1, 0.75), 2, 1),
    readout: csrFromDense(Float32Array.of(1, -0.4), 1, 2),
    bias: Float32Array.of(0.3, -1),
    readoutBias: Float32Array.of(0.6),
  };

  it('take the place of chosen ones: the integers worked out by hand', () => {
    // W in units of s_i/s_h = 0.25 and 1; W_in in s_i/s_u = 0.5 and 2; W_out in 0.5; three bits hold −3 … 3.
    const units = { state: 1, input: 0.5, accumulator: Float64Array.of(0.25, 1), readout: 0.5 };
    const { network, clipped, roundedToZero } = applyUnits(tiny, units, { weights: { qmax: 3, step: 1 } });
    expect([...network.recurrent.values]).toEqual([2, -1, 3]);
    expect([...network.input.values]).toEqual([2]); // 0.75/2 becomes 0
    expect([...network.readout.values]).toEqual([2, -1]);
    expect([...network.bias]).toEqual([1, -1]); // 1.2
    expect([...network.readoutBias]).toEqual([1]); // 1.2
    expect(network.scales).toBe(units);
    expect([clipped, roundedToZero]).toEqual([
      { recurrent: 0, input: 0, readout: 0 },
      { recurrent: 0, input: 1, readout: 0 },
    ]);
  });

  it('of powers of two give multipliers that are powers of two: a chip only shifts', () => {
    fc.assert(
      fc.property(fc.nat(10_000), anyOptions, (seed, options) => {
        const { network } = quantize(randomNetwork(seed, SIZES), RANGES, { ...options, powerOfTwo: true });
        const { scales, shift, multiplier } = network;
        for (let i = 0; i < NEURONS; i++) {
          const ratio = scales.accumulator[i] / scales.state;
          expect(Number.isInteger(Math.log2(ratio))).toBe(true);
          expect(multiplier[i]).toBe(2 ** shift * ratio);
        }
        expect(Number.isInteger(Math.log2(scales.readout / scales.state))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('may differ in width by row: a row holds what its bits tell apart', () => {
    const float = randomNetwork(4, SIZES);
    const widths = { hidden: Array.from({ length: NEURONS }, (_, i) => 2 + (i % 7)), readout: 3 };
    const { network } = quantize(float, RANGES, { weights: { qmax: 127, step: 1 }, widths, groups: 'channel' });
    const largest = (matrix: Csr<Int32Array>, row: number) =>
      Math.max(0, ...matrix.values.subarray(matrix.indptr[row], matrix.indptr[row + 1]).map(Math.abs));
    widths.hidden.forEach((bits, i) => {
      // The maximum of the row, recurrent and input together, is the largest integer of its width.
      expect(Math.max(largest(network.recurrent, i), largest(network.input, i))).toBe(2 ** (bits - 1) - 1);
    });
    expect(Math.max(0, 1, 2, ...[0, 1, 2].map((k) => largest(network.readout, k)))).toBe(3);
  });
});
