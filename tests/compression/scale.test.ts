import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseScale, type ScaleMethod } from '../../src/compression/scale.ts';
import { largestWeight, type WeightFormat } from '../../src/compression/weight-format.ts';
import { roundHalfEven } from '../../src/core/rounding.ts';

const TERNARY: WeightFormat = { qmax: 1, step: 1 };
const NO_SHIFTS = { powerOfTwo: false } as const;

function squaredError(values: readonly number[], scale: number, format: WeightFormat): number {
  const most = largestWeight(format);
  return values.reduce((sum, w) => {
    const integer = Math.min(most, format.step * roundHalfEven(w / (scale * format.step)));
    return sum + (w - scale * integer) ** 2;
  }, 0);
}

describe('the scale of a group', () => {
  it('maps its maximum to the largest integer', () => {
    expect(chooseScale(Float64Array.of(1, 3, 2), { qmax: 7, step: 1 }, 1, { scale: 'max', ...NO_SHIFTS })).toBe(3 / 7);
    expect(chooseScale(Float64Array.of(1, 3), { qmax: 255, step: 2 }, 1, { scale: 'max', ...NO_SHIFTS })).toBe(3 / 254);
  });

  it('or the percentile of its magnitudes, so that outliers saturate', () => {
    const thousand = Float64Array.from({ length: 1000 }, (_, i) => i + 1);
    thousand[999] = 1e6;
    // 999 of 1000 values are at most 999.
    expect(chooseScale(thousand, TERNARY, 1, { scale: 'percentile', ...NO_SHIFTS })).toBe(999);
    // Of few weights the largest is within 99.9 %.
    expect(chooseScale(Float64Array.of(5, 1), TERNARY, 1, { scale: 'percentile', ...NO_SHIFTS })).toBe(5);
  });

  it('or has the least squared error of 100 fractions of the maximum, worked out by hand', () => {
    // Ternary, 4 weights of 1 and one of 2: at scale s in (2/3, 2) all become s, the error 4·(1 − s)² + (2 − s)² is least at s = 1.2,
    // which is 60/100 of the maximum.
    expect(chooseScale(Float64Array.of(1, 1, 1, 1, 2), TERNARY, 1, { scale: 'mse', ...NO_SHIFTS })).toBeCloseTo(1.2, 12);
  });

  it('is the best of the 100 by brute force, in any format', () => {
    const format = fc.constantFrom<WeightFormat>(TERNARY, { qmax: 7, step: 1 }, { qmax: 224, step: 32 }, { qmax: 11, step: 1 });
    fc.assert(
      fc.property(fc.array(fc.double({ min: 1e-3, max: 10, noNaN: true }), { minLength: 1, maxLength: 30 }), format, (values, format) => {
        const full = Math.max(...values) / largestWeight(format);
        const errors = Array.from({ length: 100 }, (_, k) => squaredError(values, (full * (k + 1)) / 100, format));
        const chosen = chooseScale(Float64Array.from(values), format, 1, { scale: 'mse', ...NO_SHIFTS });
        const least = Math.min(...errors);
        expect(squaredError(values, chosen, format)).toBeLessThanOrEqual(least * (1 + 1e-12));
      }),
      { numRuns: 60 },
    );
  });

  it('is 0 without weights', () => {
    for (const scale of ['max', 'percentile', 'mse'] as const)
      for (const powerOfTwo of [false, true]) expect(chooseScale(new Float64Array(0), TERNARY, 1, { scale, powerOfTwo })).toBe(0);
  });
});

describe('a power-of-two scale', () => {
  const exponent = (scale: number, base: number) => Math.log2(scale / base);

  it('is the next power of two of the base unit above, exactly', () => {
    const scaleOf = (largest: number, scale: ScaleMethod = 'max') =>
      chooseScale(Float64Array.of(largest), { qmax: 127, step: 1 }, 0.3, { scale, powerOfTwo: true });
    expect(exponent(scaleOf(127 * 0.3), 0.3)).toBe(0);
    expect(exponent(scaleOf(127.001 * 0.3), 0.3)).toBe(1);
    expect(exponent(scaleOf(1e-3), 0.3)).toBe(-15);
    for (let e = -40; e < 40; e++) expect(scaleOf(127 * 0.3 * 2 ** e)).toBe(0.3 * 2 ** e);
  });

  it('with least error may clip what the next one above would not', () => {
    // Ternary, all of 1.1 but one of 2.1: 2 loses more than 1.
    const weights = Float64Array.of(1.1, 1.1, 1.1, 1.1, 2.1);
    expect(chooseScale(weights, TERNARY, 1, { scale: 'max', powerOfTwo: true })).toBe(4);
    expect(chooseScale(weights, TERNARY, 1, { scale: 'mse', powerOfTwo: true })).toBe(1);
  });
});
