import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { distanceMatrix, formatGrid, gridWireCost, parseGrid, siteCount } from '../../src/network/geometry.ts';

describe('grid distances', () => {
  for (const side of [2, 5, 8]) {
    it(`of a ${side}×${side} grid are symmetric multiples of 1/${side} with mean 2/3 over different pairs`, () => {
      const grid = parseGrid(`${side}x${side}`);
      const n = siteCount(grid);
      const d = distanceMatrix(gridWireCost(grid));
      let sum = 0;
      for (let a = 0; a < n; a++) {
        expect(d[a * n + a]).toBe(0);
        for (let b = 0; b < n; b++) {
          const value = d[a * n + b] as number;
          expect(value).toBe(d[b * n + a]);
          expect(Math.abs(value * side - Math.round(value * side))).toBeLessThan(1e-12);
          sum += value;
        }
      }
      expect(sum / (n * (n - 1))).toBeCloseTo(2 / 3, 12);
      expect(Math.max(...d)).toBeCloseTo((2 * (side - 1)) / side, 12);
    });
  }

  it('of a line of N have mean (N + 1)/(3N)', () => {
    const grid = parseGrid('10');
    const d = distanceMatrix(gridWireCost(grid));
    expect(d.reduce((a, b) => a + b, 0) / 90).toBeCloseTo(11 / 30, 12);
    expect(formatGrid(grid)).toBe('10');
  });

  it('are Euclidean on request, and separable only when they are not', () => {
    const cost = gridWireCost(parseGrid('3x4', 'l2'));
    expect(cost.distance(0, 5)).toBeCloseTo(Math.SQRT2 / 4, 12);
    expect(cost.separable).toBeNull();
    expect(gridWireCost(parseGrid('3x4')).separable?.extents).toEqual([3, 4]);
  });

  it('separate into axes that reproduce them', () => {
    const grid = parseGrid('3x4');
    const cost = gridWireCost(grid);
    const { unit, axes } = cost.separable as NonNullable<typeof cost.separable>;
    for (let a = 0; a < 12; a++) {
      for (let b = 0; b < 12; b++) {
        const sum = axes.reduce((total, axis) => total + Math.abs((axis[a] as number) - (axis[b] as number)), 0);
        expect(cost.distance(a, b)).toBeCloseTo(sum * unit, 12);
      }
    }
  });

  it('refuse grids that are none', () => {
    for (const text of ['', '0x3', '14x', 'x14', '14x14x2', '-3', '1e3', '2000x2000', 'grid']) {
      expect(() => parseGrid(text), text).toThrow(UsageError);
    }
  });
});
