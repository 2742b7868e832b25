// Do fake-quantized weights lie on their grid, and do steps learn as they should?
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { parameterLayout } from '../../src/training/parameters.ts';
import {
  accumulatorUnits,
  integerGrid,
  largestUnits,
  learnedQuantizer,
  type QuantizationGrid,
  ruledQuantizer,
} from '../../src/training/uniform-quantizer.ts';

/** Two groups; the last parameter is rounded, not clamped. */
const grid: QuantizationGrid = {
  spans: [
    { start: 0, end: 4, group: 0, divisor: 1, limit: 3 },
    { start: 4, end: 6, group: 1, divisor: 2, limit: 7 },
    { start: 6, end: 7, group: 1, divisor: 1, limit: Number.POSITIVE_INFINITY },
  ],
  groups: 2,
};

/** One group of parameters on multiples up to ±limit of their unit. */
function oneGroup(count: number, limit: number): QuantizationGrid {
  return { spans: [{ start: 0, end: count, group: 0, divisor: 1, limit }], groups: 1 };
}

describe('a grid', () => {
  it('has the values worked out by hand: halves to the even multiple, clamped at the limit', () => {
    const { quantize } = ruledQuantizer(grid, () => Float64Array.of(0.5, 1));
    const { values, passes } = quantize(Float32Array.of(0.25, -0.75, 1.74, -9, 3.2, 0.75, 100.4));
    // Steps 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1; 1.74 rounds to 3 steps, 9 and 3.2 are clamped to 3 and kept at 6 of 7 steps.
    expect([...values]).toEqual([0, -1, 1.5, -1.5, 3, 1, 100]);
    expect([...passes]).toEqual([1, 1, 1, 0, 1, 1, 1]);
  });

  it('takes the largest parameter of a group for the largest multiple, and never clamps it', () => {
    const rule = largestUnits(grid, 0.125);
    const parameters = Float32Array.of(0.1, -0.7, 0.3, 0, 0, 0, 5);
    const quantizer = ruledQuantizer(grid, rule);
    const { values, passes } = quantizer.quantize(parameters);
    // Nothing of group 1 is clamped but zeros: its unit is the one for empty groups.
    expect([...quantizer.units()]).toEqual([Math.fround(0.7) / 3, 0.125]);
    expect(values[1]).toBe(Math.fround(-0.7));
    expect(values[6]).toBe(5);
    expect([...passes]).toEqual([1, 1, 1, 1, 1, 1, 1]);
  });

  it('is refused with units that are not above 0', () => {
    expect(() => ruledQuantizer(grid, () => Float64Array.of(1, 0)).quantize(new Float32Array(7))).toThrow(UsageError);
    expect(() => learnedQuantizer(grid, Float64Array.of(Number.NaN, 1), 1)).toThrow(/the unit of group 0 is NaN/);
  });
});

describe('the grid of the integer network', () => {
  const sizes = { inputs: 1, neurons: 3, outputs: 2 };
  const layout = parameterLayout(sizes);

  it('gives each tensor the step of its accumulator, and counts groups in the order of their neurons', () => {
    const integer = integerGrid(sizes, {
      groups: Int32Array.of(7, -2, 7),
      stateUnit: 0.5,
      inputUnit: 0.25,
      stored: (matrix, row) => (matrix === 'W_out' ? { qmax: 7, step: 1 } : { qmax: row === 1 ? 3 : 255, step: row === 1 ? 1 : 2 }),
    });
    const of = (name: 'W' | 'W_in' | 'W_out' | 'b' | 'b_out') =>
      integer.spans
        .filter(({ start }) => start >= layout[name].start && start < layout[name].end)
        .map(({ start, end, group, divisor, limit }) => [end - start, group, divisor, limit]);
    expect(integer.groups).toBe(3);
    // Even weights up to 254 are 127 steps of 2; the step of a weight is unit/divisor.
    expect(of('W')).toEqual([
      [3, 0, 0.25, 127],
      [3, 1, 0.5, 3],
      [3, 0, 0.25, 127],
    ]);
    expect(of('W_in')).toEqual([
      [1, 0, 0.125, 127],
      [1, 1, 0.25, 3],
      [1, 0, 0.125, 127],
    ]);
    expect(of('W_out')).toEqual([
      [3, 2, 0.5, 7],
      [3, 2, 0.5, 7],
    ]);
    expect(of('b').map(([, group]) => group)).toEqual([0, 1, 0]);
    expect(
      [...of('b'), ...of('b_out')].every(([count, , divisor, limit]) => count === 1 && divisor === 1 && limit === Number.POSITIVE_INFINITY),
    ).toBe(true);
    // Every parameter lies in one span.
    expect(integer.spans.map(({ start }) => start)).toEqual([0, ...integer.spans.slice(0, -1).map(({ end }) => end)]);
    expect(integer.spans.at(-1)?.end).toBe(layout.length);
    expect(accumulatorUnits(sizes, integer, Float64Array.of(0.1, 0.2, 0.3))).toEqual({
      accumulator: Float64Array.of(0.1, 0.2, 0.1),
      readout: 0.3,
    });
  });
});

describe('learned steps', () => {
  /** Squared distance of the values to the parameters times `weight`: its gradient in the values. */
  const pull = (values: Float32Array, wanted: ArrayLike<number>) => values.map((value, p) => 2 * (value - wanted[p]));

  it('follow the gradient of equation 3 of Esser et al., by hand', () => {
    const quantizer = learnedQuantizer(oneGroup(2, 1), Float64Array.of(1), 1);
    quantizer.quantize(Float32Array.of(0.25, 4));
    quantizer.learn?.(Float32Array.of(1, -3), 0.1, 1);
    // ∂ŵ/∂s: round(0.25) − 0.25 inside, 1 outside; the gradient in log s is 1·(−0.25) − 3·1 = −3.25, and Adam's first step has length 0.1.
    const [log, first, second] = quantizer.memory ?? [];
    expect(log).toBeCloseTo(0.1, 7);
    expect(first).toBeCloseTo(0.1 * -3.25, 12);
    expect(second).toBeCloseTo(0.001 * 3.25 ** 2, 12);
    expect(quantizer.units()[0]).toBe(Math.exp(log));
  });

  it('find a better step than the largest weight asks for', () => {
    // Many small weights and an outlier, two bits: the largest weight as step would round all others to 0.
    const count = 40;
    const parameters = Float32Array.from({ length: count }, (_, p) => (p === 0 ? 3 : p % 2 === 0 ? 1 : -1));
    const ternary = oneGroup(count, 1);
    const error = (values: Float32Array) => values.reduce((sum, value, p) => sum + (value - parameters[p]) ** 2, 0);
    const initial = largestUnits(ternary, 1)(parameters);
    expect(initial[0]).toBe(3);
    const quantizer = learnedQuantizer(ternary, Float64Array.of(1.9), 1);
    for (let update = 1; update <= 300; update++) quantizer.learn?.(pull(quantizer.quantize(parameters).values, parameters), 0.01, update);
    // Equation 3 comes to rest where 39·(s − 1)² + (s − 3)·s = 0: the straight-through part knows only that rounding errs.
    expect(quantizer.units()[0]).toBeCloseTo((81 + Math.sqrt(321)) / 80, 2);
    expect(error(quantizer.quantize(parameters).values)).toBeLessThan(
      0.14 * error(ruledQuantizer(ternary, () => initial).quantize(parameters).values),
    );
  });

  it('go on from their memory as if nothing had happened', () => {
    const parameters = Float32Array.of(0.1, -0.7, 0.3, 2, 0.5, -0.2, 5);
    const run = (quantizer: ReturnType<typeof learnedQuantizer>, from: number, until: number) => {
      for (let update = from; update <= until; update++)
        quantizer.learn?.(pull(quantizer.quantize(parameters).values, parameters), 0.01, update);
      return quantizer;
    };
    const through = run(learnedQuantizer(grid, Float64Array.of(0.3, 0.2), 1), 1, 6);
    const first = run(learnedQuantizer(grid, Float64Array.of(0.3, 0.2), 1), 1, 3);
    const second = learnedQuantizer(grid, Float64Array.of(9, 9), 1);
    second.memory?.set(first.memory ?? []);
    expect(run(second, 4, 6).memory).toEqual(through.memory);
  });
});
