import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundHalfEven } from '../../src/core/rounding.ts';

describe('rounding', () => {
  it('sends halves to the even integer, alike for both signs', () => {
    const halves = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5].map(roundHalfEven);
    expect(halves.map((x) => x + 0)).toEqual([-2, -2, 0, 0, 2, 2]);
    expect(roundHalfEven(0.49999999999999994)).toBe(0);
  });

  it('knows the halves of the largest numbers that have them', () => {
    for (const whole of [2 ** 50, 2 ** 51 - 2, 2 ** 51, 2 ** 52 - 2]) {
      for (const sign of [1, -1]) {
        expect(roundHalfEven(sign * (whole + 0.5))).toBe(sign * whole);
        expect(roundHalfEven(sign * (whole + 1.5))).toBe(sign * (whole + 2));
      }
    }
    expect(roundHalfEven(2 ** 60)).toBe(2 ** 60);
    expect(roundHalfEven(Number.NEGATIVE_INFINITY)).toBe(Number.NEGATIVE_INFINITY);
    expect(roundHalfEven(Number.NaN)).toBeNaN();
  });

  it('is the nearest integer and symmetric in sign', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), (x) => {
        expect(Math.abs(roundHalfEven(x) - x)).toBeLessThanOrEqual(0.5);
        expect(roundHalfEven(-x) + 0).toBe(-roundHalfEven(x) + 0);
      }),
    );
  });
});
