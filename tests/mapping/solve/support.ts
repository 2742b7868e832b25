// Small graphs to place, and what they cost by definition.
import { sampleCorrelation } from 'simple-statistics';
import { randomStream } from '../../../src/core/random.ts';
import type { CoreGrid } from '../../../src/mapping/solve/cut.ts';
import type { PlacementGraph, SizedGraph } from '../../../src/mapping/solve/graph.ts';

/** Two ends and a weight; each edge once. */
export type Edge = readonly [number, number, number];

/** The graph of some edges, rows in the order of the edges. */
export function graphOf(
  vertices: number,
  edges: readonly Edge[],
  size: ArrayLike<number> = new Array<number>(vertices).fill(1),
): SizedGraph {
  const rows = Array.from({ length: vertices }, (): [number, number][] => []);
  for (const [a, b, weight] of edges) {
    rows[a].push([b, weight]);
    rows[b].push([a, weight]);
  }
  const indptr = new Int32Array(vertices + 1);
  rows.forEach((row, v) => {
    indptr[v + 1] = indptr[v] + row.length;
  });
  return {
    vertices,
    indptr,
    indices: Int32Array.from(rows.flat(), ([to]) => to),
    weights: Float64Array.from(rows.flat(), ([, weight]) => weight),
    size: Int32Array.from(size),
  };
}

/** The graph without sizes, as a user gives it. */
export function placementGraph(vertices: number, edges: readonly Edge[], position: Float64Array | null = null): PlacementGraph {
  const { indptr, indices, weights } = graphOf(vertices, edges);
  return { vertices, indptr, indices, weights, position };
}

/** The edges of a graph, each once, sorted: equal for graphs that differ in the order of rows alone. */
export function edgesOf({ vertices, indptr, indices, weights }: Omit<SizedGraph, 'size'>): Edge[] {
  const edges: Edge[] = [];
  for (let v = 0; v < vertices; v++) {
    for (let at = indptr[v]; at < indptr[v + 1]; at++) if (v < indices[at]) edges.push([v, indices[at], weights[at]]);
  }
  return edges.sort((p, q) => p[0] - q[0] || p[1] - q[1]);
}

/** All entries of the rows as `row,column,weight`, sorted. */
export function entriesOf({ vertices, indptr, indices, weights }: Omit<SizedGraph, 'size'>): string[] {
  const entries: string[] = [];
  for (let v = 0; v < vertices; v++) for (let at = indptr[v]; at < indptr[v + 1]; at++) entries.push(`${v},${indices[at]},${weights[at]}`);
  return entries.sort();
}

/** Both directions of some edges in the form of `entriesOf`. */
export function bothWays(edges: readonly Edge[]): string[] {
  return edges.flatMap(([a, b, weight]) => [`${a},${b},${weight}`, `${b},${a},${weight}`]).sort();
}

/** Each pair an edge with a probability, weights 1 … 9. */
export function randomEdges(seed: number, vertices: number, probability: number): Edge[] {
  const random = randomStream(seed, 'graph to place');
  const edges: Edge[] = [];
  for (let a = 0; a < vertices; a++) {
    for (let b = a + 1; b < vertices; b++) if (random.uniform() < probability) edges.push([a, b, 1 + random.int(9)]);
  }
  return edges;
}

/** A sheet of vertices, v = y·width + x, with edges of weight 1 to the four neighbours. */
export function sheetEdges(width: number, height: number): Edge[] {
  const edges: Edge[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (x + 1 < width) edges.push([y * width + x, y * width + x + 1, 1]);
      if (y + 1 < height) edges.push([y * width + x, (y + 1) * width + x, 1]);
    }
  }
  return edges;
}

/** x and y of the vertices of a sheet. */
export function sheetPositions(width: number, height: number): Float64Array {
  return Float64Array.from({ length: 2 * width * height }, (_, i) => (i % 2 === 0 ? (i >> 1) % width : Math.floor((i >> 1) / width)));
}

/** Cores of a mesh, core = y·width + x; of one capacity or one each. */
export function meshCores(width: number, height: number, capacity: number | readonly number[]): CoreGrid {
  const core = Int32Array.from({ length: width * height }, (_, k) => k);
  return {
    x: core.map((k) => k % width),
    y: core.map((k) => Math.floor(k / width)),
    capacity: Float64Array.from(core, (k) => (typeof capacity === 'number' ? capacity : capacity[k])),
  };
}

/** Hops between cores of a mesh by definition. */
export function meshDistance(width: number): (a: number, b: number) => number {
  return (a, b) => Math.abs((a % width) - (b % width)) + Math.abs(Math.floor(a / width) - Math.floor(b / width));
}

/** Σ weight·hops by definition, edge by edge. */
export function costByDefinition(edges: readonly Edge[], distance: (a: number, b: number) => number, core: ArrayLike<number>): number {
  return edges.reduce((sum, [a, b, weight]) => sum + weight * distance(core[a], core[b]), 0);
}

/** Sizes on each core by definition. */
export function loads(core: ArrayLike<number>, cores: number, size?: ArrayLike<number>): number[] {
  const load = new Array<number>(cores).fill(0);
  for (let v = 0; v < core.length; v++) load[core[v]] += size?.[v] ?? 1;
  return load;
}

/** A core for each vertex that no capacity forbids, sizes 1; `room` of all cores must do. */
export function randomLegal(seed: number, vertices: number, capacity: ArrayLike<number>): Int32Array {
  const places = Array.from(capacity, (room, core) => new Array<number>(room).fill(core)).flat();
  const order = randomStream(seed, 'places').permutation(places.length);
  return Int32Array.from({ length: vertices }, (_, v) => places[order[v]]);
}

/**
 * How well positions agree in rank with the true ones, 0 … 1: the smaller of the Spearman correlations of the two axes, for
 * the better of the two ways to pair axes; turned and mirrored positions count as right.
 */
export function symmetricCorrelation(found: Float64Array, real: Float64Array): number {
  const axis = (position: Float64Array, which: number) => ranks(position.filter((_, i) => i % 2 === which));
  const agree = (a: number, b: number) => Math.abs(sampleCorrelation(axis(found, a), axis(real, b)));
  return Math.max(Math.min(agree(0, 0), agree(1, 1)), Math.min(agree(0, 1), agree(1, 0)));
}

/** Ranks, equal values sharing the mean of theirs. */
function ranks(values: Float64Array): number[] {
  const order = Array.from(values.keys()).sort((a, b) => values[a] - values[b]);
  const rank = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let i = from; i < to; i++) rank[order[i]] = (from + to - 1) / 2;
    from = to;
  }
  return rank;
}

/**
 * A sheet with edges to all eight neighbours and a share of shortcuts between any two vertices, numbered by chance:
 * vertex v lies where number order[v] of the sheet lies.
 */
export function wovenSheet(width: number, height: number, shortcuts: number, seed: number): { edges: Edge[]; order: Int32Array } {
  const random = randomStream(seed, 'woven sheet');
  const vertices = width * height;
  const order = random.permutation(vertices);
  const number = new Int32Array(vertices);
  order.forEach((place, v) => {
    number[place] = v;
  });
  const edges = new Map<number, Edge>();
  const join = (a: number, b: number, weight: number) => {
    const [low, high] = a < b ? [a, b] : [b, a];
    if (a !== b && !edges.has(low * vertices + high)) edges.set(low * vertices + high, [low, high, weight]);
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (const [dx, dy] of [
        [1, 0],
        [0, 1],
        [1, 1],
        [-1, 1],
      ]) {
        const [toX, toY] = [x + dx, y + dy];
        if (toX >= 0 && toX < width && toY < height) join(number[y * width + x], number[toY * width + toX], 1 + random.int(9));
      }
    }
  }
  for (let k = Math.round(shortcuts * edges.size); k > 0; k--) join(random.int(vertices), random.int(vertices), 1 + random.int(9));
  return { edges: [...edges.values()], order };
}
