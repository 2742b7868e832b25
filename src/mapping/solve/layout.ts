// Where do vertices lie that nobody gave positions? A layout of the coarse graph by distances along its strong edges.
import type { Random } from '../../core/random.ts';
import type { SizedGraph } from './graph.ts';

/** Weights below this share of the strongest of either end are shortcuts, which say nothing about the place. */
const SHORTCUT = 0.1;
const PIVOTS = 50;
/** Angles tried in a quarter turn. */
const ANGLES = 90;

/**
 * Positions from hop distances to some pivots along the strong edges: pivot multidimensional scaling (Brandes & Pich 2006).
 *
 * @returns x and y of each vertex, shape [vertices, 2], turned so that its bounding box is smallest
 */
export function pivotLayout(graph: SizedGraph, random: Random): Float64Array {
  const strong = strongEdges(graph);
  const pivots = Math.min(PIVOTS, graph.vertices);
  const n = graph.vertices;
  const squared = new Float64Array(n * pivots);
  const nearest = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  const distance = new Int32Array(n);
  const queue = new Int32Array(n);
  let pivot = inLargestComponent(strong, n, random.int(n));
  const isIsland = new Uint8Array(n);
  for (let p = 0; p < pivots; p++) {
    const far = breadthFirst(strong, pivot, distance, queue);
    for (let v = 0; v < n; v++) {
      if (distance[v] < 0) isIsland[v] = 1;
      const d = distance[v] < 0 ? far + 1 : distance[v];
      squared[v * pivots + p] = d * d;
      nearest[v] = Math.min(nearest[v], d);
    }
    // The next pivot is as far from all others as can be, among those that can be reached at all.
    for (let v = 0; v < n; v++) if (isIsland[v] === 0 && nearest[v] > nearest[pivot]) pivot = v;
  }
  centre(squared, n, pivots);
  return smallestBox(leadingPlane(squared, n, pivots));
}

/** A vertex of the largest component; `first` if it lies there. */
function inLargestComponent(edges: Pick<SizedGraph, 'indptr' | 'indices'>, n: number, first: number): number {
  const isSeen = new Uint8Array(n);
  const queue = new Int32Array(n);
  let best = first;
  let largest = 0;
  for (let i = 0; i < n && 2 * largest < n; i++) {
    const from = (first + i) % n;
    if (isSeen[from] === 1) continue;
    isSeen[from] = 1;
    queue[0] = from;
    let size = 1;
    for (let head = 0; head < size; head++) {
      for (let at = edges.indptr[queue[head]]; at < edges.indptr[queue[head] + 1]; at++) {
        const u = edges.indices[at];
        if (isSeen[u] === 1) continue;
        isSeen[u] = 1;
        queue[size++] = u;
      }
    }
    if (size > largest) {
      largest = size;
      best = from;
    }
  }
  return best;
}

function strongEdges({ vertices, indptr, indices, weights }: SizedGraph): Pick<SizedGraph, 'indptr' | 'indices'> {
  const strongest = new Float64Array(vertices);
  for (let v = 0; v < vertices; v++) for (let at = indptr[v]; at < indptr[v + 1]; at++) strongest[v] = Math.max(strongest[v], weights[at]);
  const kept = new Int32Array(indices.length);
  const start = new Int32Array(vertices + 1);
  let end = 0;
  for (let v = 0; v < vertices; v++) {
    for (let at = indptr[v]; at < indptr[v + 1]; at++) {
      if (weights[at] >= SHORTCUT * Math.max(strongest[v], strongest[indices[at]])) kept[end++] = indices[at];
    }
    start[v + 1] = end;
  }
  return { indptr: start, indices: kept.slice(0, end) };
}

/** Hop distances from a vertex, −1 where it does not lead; the largest. */
function breadthFirst(
  { indptr, indices }: Pick<SizedGraph, 'indptr' | 'indices'>,
  from: number,
  distance: Int32Array,
  queue: Int32Array,
): number {
  distance.fill(-1);
  distance[from] = 0;
  queue[0] = from;
  let end = 1;
  for (let head = 0; head < end; head++) {
    const v = queue[head];
    for (let at = indptr[v]; at < indptr[v + 1]; at++) {
      const u = indices[at];
      if (distance[u] >= 0) continue;
      distance[u] = distance[v] + 1;
      queue[end++] = u;
    }
  }
  return distance[queue[end - 1]];
}

/** Double centring. */
function centre(matrix: Float64Array, rows: number, columns: number): void {
  const rowMean = new Float64Array(rows);
  const columnMean = new Float64Array(columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      rowMean[r] += matrix[r * columns + c] / columns;
      columnMean[c] += matrix[r * columns + c] / rows;
    }
  }
  const mean = columnMean.reduce((a, b) => a + b, 0) / columns;
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) matrix[r * columns + c] -= rowMean[r] + columnMean[c] - mean;
}

/** Rows of a matrix in the plane of its two leading right singular vectors, by power iteration. */
function leadingPlane(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const gram = new Float64Array(columns * columns);
  for (let r = 0; r < rows; r++) {
    for (let a = 0; a < columns; a++) {
      for (let b = 0; b < columns; b++) gram[a * columns + b] += matrix[r * columns + a] * matrix[r * columns + b];
    }
  }
  const vectors: Float64Array[] = [];
  for (let axis = 0; axis < 2; axis++) {
    let vector = Float64Array.from({ length: columns }, (_, c) => Math.cos(c * (axis + 1)) + 0.1);
    for (let step = 0; step < 200; step++) {
      for (const other of vectors) {
        const along = dot(vector, other);
        vector = vector.map((value, c) => value - along * other[c]);
      }
      const next = new Float64Array(columns);
      for (let a = 0; a < columns; a++) for (let b = 0; b < columns; b++) next[a] += gram[a * columns + b] * vector[b];
      const length = Math.sqrt(dot(next, next));
      if (length === 0) break;
      vector = next.map((value) => value / length);
    }
    vectors.push(vector);
  }
  const plane = new Float64Array(2 * rows);
  for (let r = 0; r < rows; r++) {
    for (let axis = 0; axis < 2; axis++) {
      for (let c = 0; c < columns; c++) plane[2 * r + axis] += matrix[r * columns + c] * vectors[axis][c];
    }
  }
  return plane;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function smallestBox(position: Float64Array): Float64Array {
  let best = position;
  let smallest = Number.POSITIVE_INFINITY;
  for (let k = 0; k < ANGLES; k++) {
    const angle = (Math.PI / 2) * (k / ANGLES);
    const candidate = turned(position, angle);
    const extent = [0, 1].map((axis) => {
      let low = Number.POSITIVE_INFINITY;
      let high = Number.NEGATIVE_INFINITY;
      for (let i = axis; i < candidate.length; i += 2) {
        low = Math.min(low, candidate[i]);
        high = Math.max(high, candidate[i]);
      }
      return high - low;
    });
    if (extent[0] * extent[1] < smallest) {
      smallest = extent[0] * extent[1];
      best = candidate;
    }
  }
  return best;
}

/** Positions turned about the origin by an angle in radians, shape [vertices, 2]. */
export function turned(position: Float64Array, angle: number): Float64Array {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const out = new Float64Array(position.length);
  for (let i = 0; i < out.length; i += 2) {
    out[i] = c * position[i] - s * position[i + 1];
    out[i + 1] = s * position[i] + c * position[i + 1];
  }
  return out;
}

/**
 * Moves one vertex after the other, in place, to the mean of its neighbours within `reach`: neighbours beyond it are shortcuts.
 * Vertices that come first lead, so steps go forwards and backwards by turns.
 */
export function smooth(graph: SizedGraph, position: Float64Array, reach: number, steps: number): void {
  const { vertices } = graph;
  for (let step = 0; step < steps; step++) {
    for (let i = 0; i < vertices; i++) centreAmongNeighbours(graph, position, reach, step % 2 === 0 ? i : vertices - 1 - i);
  }
}

function centreAmongNeighbours({ indptr, indices, weights }: SizedGraph, position: Float64Array, reach: number, v: number): void {
  const x = position[2 * v];
  const y = position[2 * v + 1];
  let total = 0;
  let sumX = 0;
  let sumY = 0;
  for (let at = indptr[v]; at < indptr[v + 1]; at++) {
    const u = indices[at];
    const dx = position[2 * u] - x;
    const dy = position[2 * u + 1] - y;
    if (dx > reach || dx < -reach || dy > reach || dy < -reach) continue;
    total += weights[at];
    sumX += weights[at] * dx;
    sumY += weights[at] * dy;
  }
  if (total === 0) return;
  position[2 * v] = x + sumX / total;
  position[2 * v + 1] = y + sumY / total;
}
