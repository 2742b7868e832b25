// Which rows are alike? k-means (Lloyd) from k-means++ starts, and how well separated its clusters are.
import { type Random, randomStream } from '../core/random.ts';

/** Rows to be clustered, row-major. */
export interface Rows {
  readonly count: number;
  readonly width: number;
  /** Shape [count, width], finite. */
  readonly values: Float64Array;
}

/** A partition of rows. */
export interface Clustering {
  /** Cluster of each row, 0 … k − 1, none empty, shape [count]. */
  readonly labels: Int32Array;
  /** Sum of squared Euclidean distances of rows to the mean of their cluster. */
  readonly inertia: number;
}

/** Lloyd's algorithm ends by itself; this only guards against rounding that goes round in circles. */
const MAX_ITERATIONS = 300;

/**
 * The best of several runs of k-means from k-means++ starts, Arthur & Vassilvitskii (2007). Equal arguments give equal labels.
 *
 * @param k - number of clusters, at most the number of distinct rows
 */
export function kMeans(rows: Rows, k: number, { restarts, seed }: { readonly restarts: number; readonly seed: number }): Clustering {
  let best: Clustering | null = null;
  for (let restart = 0; restart < restarts; restart++) {
    const found = lloyd(rows, plusPlusStart(rows, k, randomStream(seed, `analysis/k-means/${k}`, restart)), k);
    if (best === null || found.inertia < best.inertia) best = found;
  }
  if (best === null) throw new Error('k-means needs at least one restart');
  return best;
}

/** Number of rows that differ from all others before them. */
export function distinctRows({ count, width, values }: Rows): number {
  return new Set(Array.from({ length: count }, (_, row) => values.subarray(row * width, (row + 1) * width).join())).size;
}

/** Euclidean distances of all pairs of rows, shape [count, count]. */
export function rowDistances(rows: Rows): Float64Array {
  const { count } = rows;
  const out = new Float64Array(count * count);
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < a; b++) {
      const distance = Math.sqrt(squaredDistance(rows.values, a, rows.values, b, rows.width));
      out[a * count + b] = distance;
      out[b * count + a] = distance;
    }
  }
  return out;
}

/**
 * Mean silhouette of a partition into two or more clusters, −1 to 1. Rousseeuw (1987): (b − a)/max(a, b) of a row, a = mean distance to
 * the rest of its cluster, b = smallest mean distance to another cluster; 0 for a row that is alone.
 *
 * @param distances - shape [rows, rows]
 */
export function meanSilhouette(distances: Float64Array, labels: Int32Array, k: number): number {
  const count = labels.length;
  const sizes = new Int32Array(k);
  for (const label of labels) sizes[label]++;
  const sums = new Float64Array(k);
  let total = 0;
  for (let row = 0; row < count; row++) {
    if (sizes[labels[row]] === 1) continue;
    sums.fill(0);
    for (let other = 0; other < count; other++) sums[labels[other]] += distances[row * count + other];
    const own = sums[labels[row]] / (sizes[labels[row]] - 1);
    let nearest = Number.POSITIVE_INFINITY;
    for (let c = 0; c < k; c++) if (c !== labels[row]) nearest = Math.min(nearest, sums[c] / sizes[c]);
    const larger = Math.max(own, nearest);
    if (larger > 0) total += (nearest - own) / larger;
  }
  return total / count;
}

/** k rows as first centres, each drawn with a probability that grows as the square of its distance to those before. */
function plusPlusStart({ count, width, values }: Rows, k: number, random: Random): Float64Array {
  const centres = new Float64Array(k * width);
  const nearest = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  let chosen = random.int(count);
  for (let c = 0; c < k; c++) {
    centres.set(values.subarray(chosen * width, (chosen + 1) * width), c * width);
    let total = 0;
    for (let row = 0; row < count; row++) {
      nearest[row] = Math.min(nearest[row], squaredDistance(values, row, centres, c, width, nearest[row]));
      total += nearest[row];
    }
    let left = random.uniform() * total;
    for (let row = 0; row < count; row++) {
      if (nearest[row] === 0) continue;
      // The last candidate stands where rounding leaves a little of `left`.
      chosen = row;
      left -= nearest[row];
      if (left < 0) break;
    }
  }
  return centres;
}

/** Moves centres to the mean of their rows until no row changes its centre. Overwrites `centres`. */
function lloyd(rows: Rows, centres: Float64Array, k: number): Clustering {
  const labels = new Int32Array(rows.count).fill(-1);
  const distances = new Float64Array(rows.count);
  const sizes = new Int32Array(k);
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    const moved = assign(rows, centres, labels, distances, sizes);
    if (moved + fillEmpty(labels, distances, sizes) === 0) break;
    moveCentres(rows, centres, labels, sizes);
  }
  let inertia = 0;
  for (let row = 0; row < rows.count; row++) inertia += squaredDistance(rows.values, row, centres, labels[row], rows.width);
  return { labels, inertia };
}

/** Gives each row to the nearest centre, the first of equals; returns how many rows changed. */
function assign(
  { count, width, values }: Rows,
  centres: Float64Array,
  labels: Int32Array,
  distances: Float64Array,
  sizes: Int32Array,
): number {
  sizes.fill(0);
  let moved = 0;
  for (let row = 0; row < count; row++) {
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let c = 0; c < sizes.length; c++) {
      const distance = squaredDistance(values, row, centres, c, width, least);
      if (distance < least) {
        least = distance;
        best = c;
      }
    }
    if (labels[row] !== best) moved++;
    labels[row] = best;
    distances[row] = least;
    sizes[best]++;
  }
  return moved;
}

/** Gives each empty cluster the row that is farthest from its centre and not alone; returns how many were empty. */
function fillEmpty(labels: Int32Array, distances: Float64Array, sizes: Int32Array): number {
  let filled = 0;
  for (let c = 0; c < sizes.length; c++) {
    if (sizes[c] > 0) continue;
    let farthest = -1;
    for (let row = 0; row < labels.length; row++) {
      if (sizes[labels[row]] > 1 && (farthest < 0 || distances[row] > distances[farthest])) farthest = row;
    }
    sizes[labels[farthest]]--;
    labels[farthest] = c;
    distances[farthest] = 0;
    sizes[c] = 1;
    filled++;
  }
  return filled;
}

function moveCentres({ count, width, values }: Rows, centres: Float64Array, labels: Int32Array, sizes: Int32Array): void {
  centres.fill(0);
  for (let row = 0; row < count; row++) {
    for (let x = 0; x < width; x++) centres[labels[row] * width + x] += values[row * width + x];
  }
  for (let c = 0; c < sizes.length; c++) for (let x = 0; x < width; x++) centres[c * width + x] /= sizes[c];
}

/** @param enough - once the sum has reached this, what it would grow to does not matter */
function squaredDistance(a: Float64Array, i: number, b: Float64Array, j: number, width: number, enough = Number.POSITIVE_INFINITY): number {
  let sum = 0;
  for (let x = 0; x < width && sum < enough; x++) sum += (a[i * width + x] - b[j * width + x]) ** 2;
  return sum;
}
