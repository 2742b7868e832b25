import { expect, it } from 'vitest';
import { compareWithShuffles } from '../../src/analysis/null-distribution.ts';

const PLAN = { shuffles: 10_000, seed: 0 };
const first = { measure: (labels: Int32Array) => labels[0], unit: 1 };

it('gives the mean, deviation and p of a measure whose distribution is known', () => {
  // The first of 0, 0, 0, 1: 1 in a quarter of all permutations.
  const { comparison } = compareWithShuffles(Int32Array.of(0, 0, 0, 1), { comparison: first }, PLAN);
  expect(comparison.value).toBe(0);
  expect(comparison.nullMean).toBeCloseTo(0.25, 1);
  expect(comparison.nullSd).toBeCloseTo(Math.sqrt(comparison.nullMean * (1 - comparison.nullMean)), 9);
  expect(comparison.p).toBeCloseTo((1 + 10_000 * (1 - comparison.nullMean)) / 10_001, 9);
  expect(comparison.z).toBeCloseTo((0 - comparison.nullMean) / comparison.nullSd, 9);
  const [zeros, ones] = comparison.histogram.counts;
  expect(comparison.histogram.edges).toEqual([-0.5, 0.5, 1.5]);
  expect(ones).toBeCloseTo(10_000 * comparison.nullMean, 6);
  expect(zeros + ones).toBe(10_000);
});

it('has no z, p 1 and one bin where every shuffle gives the same value', () => {
  const sum = { measure: (labels: Int32Array) => labels.reduce((total, label) => total + label / 10, 0.3), unit: null };
  const { comparison } = compareWithShuffles(Int32Array.of(1, 2, 3, 4, 5, 6, 7), { comparison: sum }, PLAN);
  expect(comparison).toMatchObject({ nullSd: 0, z: null, p: 1, histogram: { counts: [10_000] } });
  expect(comparison.histogram.edges[1]).toBeGreaterThan(comparison.histogram.edges[0]);
});

it('keeps the labels it was given, and shuffles them alike for all measures', () => {
  const labels = Int32Array.of(0, 1, 2, 3, 4, 5);
  const last = { measure: (shuffled: Int32Array) => 5 - shuffled[0], unit: 1 };
  const { a, b } = compareWithShuffles(labels, { a: first, b: last }, PLAN);
  expect([...labels]).toEqual([0, 1, 2, 3, 4, 5]);
  expect(b.histogram.counts).toEqual([...a.histogram.counts].reverse());
  expect(a.p).toBeCloseTo(1 / 6, 1);
  expect(b.p).toBe(1);
});

it('puts every value of a continuous measure into one of 40 bins from the least to the largest', () => {
  const random = { measure: (labels: Int32Array) => Math.sin(labels.reduce((sum, label, i) => sum + label * i, 0)), unit: null };
  const { comparison } = compareWithShuffles(
    Int32Array.from({ length: 30 }, (_, i) => i),
    { comparison: random },
    PLAN,
  );
  const { edges, counts } = comparison.histogram;
  expect(counts).toHaveLength(40);
  expect(edges).toHaveLength(41);
  expect(counts.reduce((a, b) => a + b)).toBe(10_000);
  expect(counts[0]).toBeGreaterThan(0);
  expect(counts[39]).toBeGreaterThan(0);
});
