// Which neurons serve the same tasks? k-means of normalised task variance, the number of clusters by silhouette. Yang et al. (2019).
import { distinctRows, kMeans, meanSilhouette, type Rows, rowDistances } from './k-means.ts';
import type { TaskVariance } from './task-variance.ts';

/** The fewest and most clusters that are tried; Yang et al. (2019), public code. */
const CLUSTERS = { from: 2, to: 29 } as const;
/** Starts for each number of clusters. */
const RESTARTS = 20;
/** Silhouettes that differ by less are equal: the smaller number of clusters is kept. */
const SAME_SILHOUETTE = 1e-12;

/** Groups of active neurons, numbered by preferred task. */
export interface FunctionalClusters {
  /** The best of the restarts for every number of clusters; their labels are not numbered by preferred task. */
  readonly tried: readonly {
    readonly clusters: number;
    readonly silhouette: number;
    readonly inertia: number;
    readonly labels: Int32Array;
  }[];
  /** Mean silhouette of the number of clusters that was kept. */
  readonly silhouette: number;
  /** Cluster of each active neuron, in their order. */
  readonly labels: Int32Array;
  /** `preferredTask` is an index of a task. */
  readonly clusters: readonly { readonly size: number; readonly preferredTask: number }[];
}

/**
 * Clusters the active neurons.
 *
 * @param active - neurons, each with some task variance
 * @returns the clusters, or a sentence that says why there are none
 */
export function functionalClusters(variance: TaskVariance, active: readonly number[], seed: number): FunctionalClusters | string {
  const most = active.length - 1;
  if (most < CLUSTERS.from) return `No clusters: ${active.length} active neurons are too few, ${CLUSTERS.from + 1} are needed.`;
  const rows = normalisedRows(variance, active);
  const distinct = distinctRows(rows);
  if (distinct < CLUSTERS.from) return 'No clusters: all active neurons share one profile of task variance.';
  const distances = rowDistances(rows);
  const counts = Array.from({ length: Math.min(CLUSTERS.to, most, distinct) - CLUSTERS.from + 1 }, (_, i) => CLUSTERS.from + i);
  const tried = counts.map((clusters) => {
    const { labels, inertia } = kMeans(rows, clusters, { restarts: RESTARTS, seed });
    return { clusters, silhouette: meanSilhouette(distances, labels, clusters), inertia, labels };
  });
  const { labels, silhouette } = largestSilhouette(tried);
  return { tried, silhouette, ...byPreferredTask(rows, labels) };
}

/** The first of the results, by ascending number of clusters, that no other exceeds by more than rounding. */
export function largestSilhouette<Result extends { readonly silhouette: number }>(tried: readonly Result[]): Result {
  const largest = Math.max(...tried.map(({ silhouette }) => silhouette));
  return tried.find(({ silhouette }) => silhouette >= largest - SAME_SILHOUETTE) as Result;
}

/** Task variance of the active neurons, each row divided by its maximum. */
function normalisedRows({ tasks, values }: TaskVariance, active: readonly number[]): Rows {
  const normalised = new Float64Array(active.length * tasks);
  active.forEach((neuron, row) => {
    const own = values.subarray(neuron * tasks, (neuron + 1) * tasks);
    const most = Math.max(...own);
    for (let task = 0; task < tasks; task++) normalised[row * tasks + task] = own[task] / most;
  });
  return { count: active.length, width: tasks, values: normalised };
}

/**
 * Numbers clusters by their preferred task: the largest sum of normalised rows. Among clusters with the same one the larger comes
 * first, then the one with the first neuron.
 */
function byPreferredTask(rows: Rows, labels: Int32Array): Pick<FunctionalClusters, 'labels' | 'clusters'> {
  const { width, values } = rows;
  const found = Array.from({ length: Math.max(...labels) + 1 }, (_, label) => ({
    label,
    size: 0,
    first: labels.indexOf(label),
    sums: new Float64Array(width),
  }));
  labels.forEach((label, row) => {
    found[label].size++;
    for (let task = 0; task < width; task++) found[label].sums[task] += values[row * width + task];
  });
  const ordered = found
    .map(({ sums, ...cluster }) => ({ ...cluster, preferredTask: sums.indexOf(Math.max(...sums)) }))
    .sort((a, b) => a.preferredTask - b.preferredTask || b.size - a.size || a.first - b.first);
  const rank = new Int32Array(ordered.length);
  ordered.forEach(({ label }, place) => {
    rank[label] = place;
  });
  return { labels: labels.map((label) => rank[label]), clusters: ordered.map(({ size, preferredTask }) => ({ size, preferredTask })) };
}
