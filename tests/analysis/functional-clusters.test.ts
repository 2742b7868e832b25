import { describe, expect, it } from 'vitest';
import { functionalClusters, largestSilhouette } from '../../src/analysis/functional-clusters.ts';
import { activeNeurons, type TaskVariance } from '../../src/analysis/task-variance.ts';
import { randomStream } from '../../src/core/random.ts';

function varianceOf(rows: readonly (readonly number[])[]): TaskVariance {
  return { neurons: rows.length, tasks: rows[0].length, values: Float64Array.from(rows.flat()) };
}

/** Profiles over six tasks, by the task they prefer. */
const PROFILES = [
  [0, 0, 1, 0.9, 0, 0],
  [0, 0, 0, 0, 0.8, 1],
  [1, 0.1, 0, 0, 0, 0],
];

/** Neurons of the profiles in turn, each of another scale, with a dead neuron before each. */
function planted(each: number, noise: number) {
  const random = randomStream(5, 'planted variance');
  const rows: number[][] = [];
  for (let i = 0; i < each * PROFILES.length; i++) {
    const scale = 0.01 + random.uniform();
    rows.push(
      [0, 0, 0, 0, 0, 0],
      PROFILES[i % PROFILES.length].map((value) => scale * Math.max(0, value + noise * random.normal())),
    );
  }
  return varianceOf(rows);
}

describe('functionalClusters', () => {
  it('finds planted clusters, whatever the scale of each neuron, and numbers them by preferred task', () => {
    const variance = planted(12, 0.04);
    const active = activeNeurons(variance);
    expect(active).toHaveLength(36);
    const found = functionalClusters(variance, active, 0);
    if (typeof found === 'string') throw new Error(found);
    expect(found.clusters).toEqual([
      { size: 12, preferredTask: 0 },
      { size: 12, preferredTask: 2 },
      { size: 12, preferredTask: 5 },
    ]);
    expect([...found.labels]).toEqual(Array.from({ length: 36 }, (_, i) => [1, 2, 0][i % 3]));
    expect(found.tried.map(({ clusters }) => clusters)).toEqual(Array.from({ length: 28 }, (_, i) => i + 2));
    expect(found.silhouette).toBe(Math.max(...found.tried.map(({ silhouette }) => silhouette)));
    expect(found.silhouette).toBeGreaterThan(0.8);
  });

  it('tries at most one cluster fewer than there are neurons, and no more than there are profiles', () => {
    const few = functionalClusters(planted(2, 0.04), [1, 3, 5, 7, 9], 0);
    expect(few).toMatchObject({ tried: [{ clusters: 2 }, { clusters: 3 }, { clusters: 4 }] });
    const copies = varianceOf([...PROFILES, ...PROFILES, ...PROFILES]);
    const found = functionalClusters(copies, activeNeurons(copies), 0);
    expect(found).toMatchObject({ silhouette: 1, tried: [{ clusters: 2 }, { clusters: 3 }] });
  });

  it('keeps the smallest number of clusters on a tie, up to rounding', () => {
    const tried = [0.2, 0.5 - 1e-15, 0.5, 0.4, 0.5].map((silhouette, i) => ({ clusters: i + 2, silhouette }));
    expect(largestSilhouette(tried).clusters).toBe(3);
    expect(largestSilhouette(tried.slice(3)).clusters).toBe(6);
  });

  it('says why there are none: too few neurons, or one profile', () => {
    const variance = varianceOf([...PROFILES, PROFILES[0].map((value) => 2 * value)]);
    expect(functionalClusters(variance, [], 0)).toContain('0 active neurons are too few');
    expect(functionalClusters(variance, [0, 1], 0)).toContain('2 active neurons are too few');
    expect(functionalClusters(varianceOf([PROFILES[0], PROFILES[0], PROFILES[0]]), [0, 1, 2], 0)).toContain('share one profile');
  });
});
