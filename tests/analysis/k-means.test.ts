import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distinctRows, kMeans, meanSilhouette, type Rows, rowDistances } from '../../src/analysis/k-means.ts';
import { randomStream } from '../../src/core/random.ts';

function rowsOf(values: readonly (readonly number[])[]): Rows {
  return { count: values.length, width: values[0].length, values: Float64Array.from(values.flat()) };
}

/** Σ squared distances to the mean of the own cluster, by its definition. */
function inertiaOf(values: readonly (readonly number[])[], labels: ArrayLike<number>): number {
  let sum = 0;
  for (const label of new Set(Array.from(labels))) {
    const members = values.filter((_, i) => labels[i] === label);
    const mean = members[0].map((_, x) => members.reduce((total, row) => total + row[x], 0) / members.length);
    for (const row of members) sum += row.reduce((total, value, x) => total + (value - mean[x]) ** 2, 0);
  }
  return sum;
}

/** Every way to give each of `count` rows one of k labels so that none is unused. */
function partitions(count: number, k: number): number[][] {
  let all: number[][] = [[]];
  for (let i = 0; i < count; i++) all = all.flatMap((labels) => Array.from({ length: k }, (_, label) => [...labels, label]));
  return all.filter((labels) => new Set(labels).size === k);
}

const PLAN = { restarts: 20, seed: 0 };

describe('kMeans', () => {
  it('finds the least inertia of all partitions of a few rows', () => {
    const row = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }));
    const cases = fc.uniqueArray(row, { minLength: 3, maxLength: 7, selector: String });
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 3 }), (values, k) => {
        const { labels, inertia } = kMeans(rowsOf(values), k, PLAN);
        const least = Math.min(...partitions(values.length, k).map((partition) => inertiaOf(values, partition)));
        expect(inertia).toBeCloseTo(least, 9);
        expect(inertiaOf(values, labels)).toBeCloseTo(least, 9);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('finds planted clusters whatever their sizes', () => {
    const random = randomStream(3, 'planted');
    const sizes = [3, 40, 11, 1, 25];
    const planted = sizes.flatMap((size, c) => new Array<number>(size).fill(c));
    const values = planted.map((c) => Array.from({ length: 6 }, (_, x) => (x === c ? 1 : 0) + 0.05 * random.normal()));
    const { labels } = kMeans(rowsOf(values), sizes.length, PLAN);
    const found = new Set(planted.map((c, i) => `${c} as ${labels[i]}`));
    expect(found.size).toBe(sizes.length);
    expect(new Set(labels).size).toBe(sizes.length);
  });

  it('leaves no cluster empty, up to as many clusters as there are distinct rows', () => {
    const values = [[0], [0], [0], [1], [1], [5], [5], [5], [5], [6]];
    const rows = rowsOf(values);
    expect(distinctRows(rows)).toBe(4);
    for (let k = 1; k <= 4; k++) expect(new Set(kMeans(rows, k, PLAN).labels).size).toBe(k);
    expect(kMeans(rows, 4, PLAN).inertia).toBe(0);
  });

  it('gives equal labels for equal arguments', () => {
    const random = randomStream(1, 'rows');
    const rows = { count: 50, width: 4, values: Float64Array.from({ length: 200 }, () => random.uniform()) };
    expect(kMeans(rows, 7, PLAN)).toEqual(kMeans(rows, 7, PLAN));
  });

  it('gives each row to the nearest mean', () => {
    const random = randomStream(2, 'rows');
    const values = Array.from({ length: 60 }, () => [random.uniform(), random.uniform(), random.uniform()]);
    const { labels } = kMeans(rowsOf(values), 6, PLAN);
    const means = Array.from({ length: 6 }, (_, c) => {
      const members = values.filter((_, i) => labels[i] === c);
      return [0, 1, 2].map((x) => members.reduce((sum, row) => sum + row[x], 0) / members.length);
    });
    const apart = (a: readonly number[], b: readonly number[]) => Math.hypot(...a.map((value, x) => value - b[x]));
    values.forEach((row, i) => {
      expect(apart(row, means[labels[i]])).toBeCloseTo(Math.min(...means.map((mean) => apart(row, mean))), 9);
    });
  });
});

describe('meanSilhouette', () => {
  it('is the value worked out by hand', () => {
    // Rows 0, 1 | 4, 6 in a line. a: 1, 1, 2, 2; b: 5, 4, 3.5, 5.5.
    const distances = rowDistances(rowsOf([[0], [1], [4], [6]]));
    const expected = (4 / 5 + 3 / 4 + 1.5 / 3.5 + 3.5 / 5.5) / 4;
    expect(meanSilhouette(distances, Int32Array.of(0, 0, 1, 1), 2)).toBeCloseTo(expected, 12);
  });

  it('counts a row that is alone as 0, and rows in one place as 0', () => {
    // Row 9 is alone; rows 0 and 0.5: a = 0.5, b = 9 and 8.5.
    const distances = rowDistances(rowsOf([[0], [0.5], [9]]));
    expect(meanSilhouette(distances, Int32Array.of(0, 0, 1), 2)).toBeCloseTo((8.5 / 9 + 8 / 8.5) / 3, 12);
    expect(meanSilhouette(new Float64Array(16), Int32Array.of(0, 0, 1, 1), 2)).toBe(0);
  });

  it('takes the nearest of several other clusters', () => {
    const distances = rowDistances(rowsOf([[0], [1], [10], [11], [-5], [-6]]));
    const one = meanSilhouette(distances, Int32Array.of(0, 0, 1, 1, 2, 2), 3);
    // a = 1 for all; b: 5.5, 6.5, 9.5, 10.5, 5.5, 6.5.
    const expected = [5.5, 6.5, 9.5, 10.5, 5.5, 6.5].reduce((sum, b) => sum + (b - 1) / b, 0) / 6;
    expect(one).toBeCloseTo(expected, 12);
  });
});
