// Are fronts and hypervolumes what counting by hand and by brute force gives?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hypervolume, paretoFront, type TradeOff } from '../../src/analysis/pareto.ts';

const at = (x: number, error: number): TradeOff => ({ x, error });

/** Points on a grid of 10 by 10, so that ties are common and areas are counts of squares. */
const SIDE = 10;
const gridPoints = fc.array(fc.record({ x: fc.integer({ min: 1, max: SIDE }), error: fc.integer({ min: 0, max: SIDE }) }), {
  maxLength: 12,
});

const dominates = (a: TradeOff, b: TradeOff) => a.x <= b.x && a.error <= b.error && (a.x < b.x || a.error < b.error);

describe('paretoFront', () => {
  it('keeps what nothing dominates, by ascending x', () => {
    const points = [at(5, 0.1), at(1, 0.9), at(3, 0.5), at(4, 0.5), at(3, 0.6), at(9, 0.1)];
    expect(paretoFront(points)).toEqual([1, 2, 0]);
  });

  it('keeps equal points, for none is better', () => {
    expect(paretoFront([at(2, 0.5), at(1, 1), at(2, 0.5)])).toEqual([1, 0, 2]);
  });

  it('of nothing is nothing', () => {
    expect(paretoFront([])).toEqual([]);
  });

  it('is what the definition says', () => {
    fc.assert(
      fc.property(gridPoints, (points) => {
        const front = paretoFront(points);
        const expected = [...points.keys()].filter((i) => !points.some((other) => dominates(other, points[i])));
        expect([...front].sort((a, b) => a - b)).toEqual(expected);
        for (let i = 1; i < front.length; i++) expect(points[front[i]].x).toBeGreaterThanOrEqual(points[front[i - 1]].x);
      }),
    );
  });
});

describe('hypervolume', () => {
  it('of two steps of a stair is the sum of two rectangles', () => {
    // (2 → 4) · (1 − 0.5) + (4 → 10) · (1 − 0.25)
    expect(hypervolume([at(2, 0.5), at(4, 0.25)], at(10, 1), false)).toBe(5.5);
  });

  it('in powers of ten', () => {
    // One decade at error 0.5, one at 0.25.
    expect(hypervolume([at(10, 0.25), at(1, 0.5)], at(100, 1), true)).toBe(1.25);
  });

  it('is 0 of nothing, and of points that are no better than the reference', () => {
    expect(hypervolume([], at(10, 1), true)).toBe(0);
    expect(hypervolume([at(10, 0.1), at(1, 1), at(20, 0)], at(10, 1), true)).toBe(0);
  });

  it('is the number of unit squares between points and reference', () => {
    fc.assert(
      fc.property(gridPoints, (points) => {
        let squares = 0;
        for (let x = 1; x < SIDE; x++) {
          for (let error = 0; error < SIDE; error++) if (points.some((point) => point.x <= x && point.error <= error)) squares++;
        }
        expect(hypervolume(points, at(SIDE, SIDE), false)).toBe(squares);
      }),
    );
  });

  it('does not shrink with another point, and does not grow with a dominated one', () => {
    fc.assert(
      fc.property(gridPoints, fc.integer({ min: 1, max: SIDE }), fc.integer({ min: 0, max: SIDE }), (points, x, error) => {
        const area = (set: readonly TradeOff[]) => hypervolume(set, at(SIDE, SIDE), true);
        const more = area([...points, at(x, error)]);
        const isDominated = points.some((point) => dominates(point, at(x, error)));
        if (isDominated) expect(more).toBeCloseTo(area(points), 12);
        expect(more).toBeGreaterThanOrEqual(area(points) - 1e-12);
      }),
    );
  });

  it('refuses what has no place on the axis', () => {
    expect(() => hypervolume([at(0, 0.5)], at(10, 1), true)).toThrow(RangeError);
    expect(() => hypervolume([at(1, Number.NaN)], at(10, 1), false)).toThrow('no hypervolume of a trade-off at x = 1, error = NaN');
  });
});
