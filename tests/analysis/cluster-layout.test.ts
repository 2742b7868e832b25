import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusterLayout } from '../../src/analysis/cluster-layout.ts';
import { compareWithShuffles } from '../../src/analysis/null-distribution.ts';
import { randomStream } from '../../src/core/random.ts';
import type { Grid } from '../../src/network/geometry.ts';

/** Sites and clusters of a picture: one line a row, a letter per cluster, a dot for a site without active neuron. */
function drawn(...lines: readonly string[]) {
  const cells = [...lines.join('')];
  const site = cells.flatMap((cell, s) => (cell === '.' ? [] : [s]));
  const labels = Int32Array.from(site, (s) => (cells[s].codePointAt(0) ?? 0) - 65);
  const grid: Grid = { rows: lines.length, columns: lines[0].length, metric: 'l1' };
  return { labels, layout: clusterLayout(grid, site, Math.max(...labels) + 1) };
}

describe('a 4×4 example, counted by hand', () => {
  const { labels, layout } = drawn('AA.B', '.A..', 'B..C', 'B.AC');

  it('has two isolated neurons of nine: the A below and the B above, at the right', () => {
    expect(layout.isolated(labels)).toBe(2 / 9);
  });

  it('has clusters of the spread that their coordinates give', () => {
    // A: centre (1, 1), squared distances 2, 1, 0, 5. B: centre (5/3, 1), in all 32/3. C: ¼ each. In steps of ¼.
    const spreads = [8 / 4 / 16, 32 / 3 / 3 / 16, 1 / 4 / 16];
    expect(layout.clusterSize(labels)).toBeCloseTo((spreads[0] + spreads[1] + spreads[2]) / 3, 12);
    expect(layout.clusterRadius(labels)).toBeCloseTo((Math.sqrt(spreads[0]) + Math.sqrt(spreads[1]) + Math.sqrt(spreads[2])) / 3, 12);
    // A: 1, 2, 5, 1, 4, 3. B: 5, 6, 1. C: 1.
    expect(layout.clusterPairDistance(labels)).toBeCloseTo((16 / 6 + 12 / 3 + 1) / 3 / 4, 12);
  });

  it('counts a cluster of one as isolated and leaves it out of the size', () => {
    const single = drawn('AA.B', '.A.D', 'B..C', 'B.AC');
    expect(single.layout.isolated(single.labels)).toBe(3 / 10);
    expect(single.layout.clusterSize(single.labels)).toBe(layout.clusterSize(labels));
    expect(single.layout.clusterPairDistance(single.labels)).toBe(layout.clusterPairDistance(labels));
  });
});

describe('neighbours', () => {
  it('are eight on a grid, corners included, and do not reach around its edges', () => {
    const diagonal = drawn('A..', '.AB', '...');
    expect(diagonal.layout.isolated(diagonal.labels)).toBe(1 / 3);
    const edges = drawn('..A', 'A..', '..A');
    expect(edges.layout.isolated(edges.labels)).toBe(1);
  });

  it('are two in a line', () => {
    const line = drawn('AAB.BA.CC');
    // The Bs are two apart, the last A is alone.
    expect(line.layout.isolated(line.labels)).toBe(3 / 7);
  });

  it('are the same in a line that stands upright', () => {
    const line = drawn('A', 'A', 'B', '.', 'B', 'A', '.', 'C', 'C');
    expect(line.layout.isolated(line.labels)).toBe(3 / 7);
  });
});

it('in a line the size is the variance of the indices over the squared length', () => {
  const { labels, layout } = drawn('A..AB..B.A');
  const variance = (xs: readonly number[]) => {
    const mean = xs.reduce((a, b) => a + b) / xs.length;
    return xs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / xs.length;
  };
  expect(layout.clusterSize(labels)).toBeCloseTo((variance([0, 3, 9]) + variance([4, 7])) / 2 / 100, 12);
});

it('without a cluster of two there is no size, radius or distance', () => {
  const { labels, layout } = drawn('AB.C');
  expect([layout.clusterSize(labels), layout.clusterRadius(labels), layout.clusterPairDistance(labels)]).toEqual([null, null, null]);
  expect(layout.isolated(labels)).toBe(1);
});

it('agrees with the definitions on random layouts of grids with holes', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 6 }),
      fc.array(fc.integer({ min: -1, max: 3 }), { minLength: 30, maxLength: 30 }),
      (rows, columns, cells) => {
        const site = Array.from({ length: rows * columns }, (_, s) => s).filter((s) => cells[s] >= 0);
        fc.pre(site.length > 0);
        const labels = Int32Array.from(site, (s) => cells[s]);
        const layout = clusterLayout({ rows, columns, metric: 'l1' }, site, 4);
        const at = site.map((s) => [Math.floor(s / columns), s % columns]);
        const near = (i: number, j: number) => Math.max(Math.abs(at[i][0] - at[j][0]), Math.abs(at[i][1] - at[j][1])) === 1;
        const alone = site.filter((_, i) => !site.some((_, j) => labels[i] === labels[j] && near(i, j)));
        expect(layout.isolated(labels)).toBe(alone.length / site.length);
        const side = Math.max(rows, columns);
        const spreads = [0, 1, 2, 3].flatMap((c) => {
          const members = at.filter((_, i) => labels[i] === c).map((place) => place.map((x) => x / side));
          if (members.length < 2) return [];
          const mean = [0, 1].map((axis) => members.reduce((sum, place) => sum + place[axis], 0) / members.length);
          return [members.reduce((sum, place) => sum + (place[0] - mean[0]) ** 2 + (place[1] - mean[1]) ** 2, 0) / members.length];
        });
        const size = layout.clusterSize(labels);
        if (spreads.length === 0) expect(size).toBeNull();
        else expect(size).toBeCloseTo(spreads.reduce((a, b) => a + b) / spreads.length, 12);
      },
    ),
    { numRuns: 200 },
  );
});

describe('against 10,000 shuffles', () => {
  const PLAN = { shuffles: 10_000, seed: 0 };
  const grid: Grid = { rows: 20, columns: 20, metric: 'l1' };
  const everySite = Array.from({ length: 400 }, (_, s) => s);
  const measures = (site: readonly number[], clusters: number) => {
    const layout = clusterLayout(grid, site, clusters);
    return {
      isolated: { measure: layout.isolated, unit: 1 / site.length },
      clusterSize: { measure: (labels: Int32Array) => layout.clusterSize(labels) ?? Number.NaN, unit: null },
    };
  };

  it('a layout of separate blocks has the smallest possible p, and z far below 0', () => {
    const labels = Int32Array.from(everySite, (s) => 4 * Math.floor(s / 100) + Math.floor((s % 20) / 5));
    const { isolated, clusterSize } = compareWithShuffles(labels, measures(everySite, 16), PLAN);
    expect(isolated.value).toBe(0);
    // A block of 5×5: twice the variance of 0 … 4, in steps of 1/20.
    expect(clusterSize.value).toBeCloseTo((2 * 2) / 400, 12);
    for (const { p, z } of [isolated, clusterSize]) {
      expect(p).toBe(1 / 10_001);
      expect(z).toBeLessThan(-10);
    }
  });

  it('scattered layouts have p that are about uniform', () => {
    const site = everySite.filter((s) => s % 4 === 0);
    const kinds = measures(site, 5);
    const layouts = 400;
    const p = Array.from({ length: layouts }, (_, seed) => {
      const order = randomStream(seed, 'scattered').permutation(site.length);
      const labels = Int32Array.from(order, (i) => i % 5);
      return compareWithShuffles(labels, { clusterSize: kinds.clusterSize }, { shuffles: 199, seed }).clusterSize.p;
    });
    for (const share of [0.05, 0.25, 0.5, 0.75, 0.95]) {
      const below = p.filter((value) => value <= share).length;
      // Three standard deviations of a binomial.
      expect(Math.abs(below - share * layouts)).toBeLessThan(3 * Math.sqrt(layouts * share * (1 - share)));
    }
  });
});
