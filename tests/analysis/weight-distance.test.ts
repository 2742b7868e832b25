import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { weightByDistance } from '../../src/analysis/weight-distance.ts';
import { csrFromDense, denseFromCsr } from '../../src/network/csr.ts';
import { type Grid, gridSide, gridWireCost } from '../../src/network/geometry.ts';
import type { Network } from '../../src/network/network.ts';

function networkOf(grid: Grid, site: readonly number[], dense: readonly number[]): Network {
  const neurons = site.length;
  return {
    inputs: 1,
    neurons,
    outputs: 1,
    activation: 'relu',
    grid,
    site: Int32Array.from(site),
    recurrent: csrFromDense(Float32Array.from(dense), neurons, neurons),
    input: csrFromDense(new Float32Array(neurons), neurons, 1),
    readout: csrFromDense(new Float32Array(neurons), 1, neurons),
    bias: new Float32Array(neurons),
    readoutBias: new Float32Array(1),
  };
}

describe('weightByDistance', () => {
  test('gives the values counted by hand on three of four sites', () => {
    // Sites 0, 1, 3 of a 2×2 grid: 0-1 and 1-3 are one step apart (distance ½), 0-3 two steps (distance 1).
    const network = networkOf({ rows: 2, columns: 2, metric: 'l1' }, [0, 1, 3], [0.5, 1, 0, -2, 0, 0.005, 0.25, 0, 0]);
    const { bins, self } = weightByDistance(network);
    expect(self).toEqual({ distance: 0, pairs: 3, active: 1, activeShare: 1 / 3, meanWeight: 0.5 / 3 });
    expect(bins).toHaveLength(2);
    expect(bins[0]).toMatchObject({ distance: 0.5, pairs: 4, active: 2, activeShare: 0.5 });
    expect(bins[0]?.meanWeight).toBeCloseTo((1 + 2 + 0.005) / 4, 6);
    expect(bins[1]).toMatchObject({ distance: 1, pairs: 2, active: 1, activeShare: 0.5, meanWeight: 0.125 });
  });

  test('accounts for each pair and all weight exactly once, in both metrics', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom('l1' as const, 'l2' as const),
        fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 400, maxLength: 400 }),
        (rows, columns, metric, values) => {
          const n = rows * columns;
          const network = networkOf({ rows, columns, metric }, [...Array(n).keys()], values.slice(0, n * n));
          const { bins, self } = weightByDistance(network);
          const side = gridSide(network.grid);
          const { distance } = gridWireCost(network.grid);
          for (const bin of [self, ...bins]) {
            const isIn = (i: number, j: number) => Math.round(distance(i, j) * side) === Math.round(bin.distance * side);
            const counted = network.site.reduce((sum, i) => sum + network.site.filter((j) => isIn(i, j)).length, 0);
            expect(bin.pairs).toBe(counted);
          }
          const all = [self, ...bins];
          const total = denseFromCsr(network.recurrent).reduce((sum, w) => sum + Math.abs(w), 0);
          expect(all.reduce((sum, bin) => sum + bin.pairs, 0)).toBe(n * n);
          expect(all.reduce((sum, bin) => sum + bin.active, 0)).toBe(network.recurrent.values.length);
          expect(all.reduce((sum, bin) => sum + bin.meanWeight * bin.pairs, 0)).toBeCloseTo(total, 6);
          expect(self.pairs).toBe(n);
        },
      ),
      { numRuns: 50 },
    );
  });
});
