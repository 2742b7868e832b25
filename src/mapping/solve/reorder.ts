// How are vertices numbered so that neighbours in space are neighbours in memory? Refinement is bound by cache misses.
import type { SizedGraph } from './graph.ts';

/** Vertices row by row of square tiles, and within a tile by number: `order[new] = old`. */
export function spatialOrder(position: Float64Array, perTile: number): Int32Array {
  const vertices = position.length / 2;
  const box = [0, 1].map((axis) => {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let i = axis; i < position.length; i += 2) {
      if (position[i] < low) low = position[i];
      if (position[i] > high) high = position[i];
    }
    return { low, extent: Math.max(high - low, Number.MIN_VALUE) };
  });
  const side = Math.max(1, Math.ceil(Math.sqrt(vertices / perTile)));
  const tileOf = (value: number, { low, extent }: (typeof box)[number]) => Math.min(side - 1, Math.floor(((value - low) / extent) * side));
  const tile = new Int32Array(vertices);
  const start = new Int32Array(side * side + 1);
  for (let v = 0; v < vertices; v++) {
    const row = tileOf(position[2 * v + 1], box[1]);
    const column = tileOf(position[2 * v], box[0]);
    // Back and forth, so that the end of a row is beside the start of the next.
    tile[v] = row * side + (row % 2 === 0 ? column : side - 1 - column);
    start[tile[v] + 1]++;
  }
  for (let t = 0; t < side * side; t++) start[t + 1] += start[t];
  const order = new Int32Array(vertices);
  for (let v = 0; v < vertices; v++) order[start[tile[v]]++] = v;
  return order;
}

/** The same graph with vertex `order[i]` numbered i. */
export function reorder(graph: SizedGraph, order: Int32Array): SizedGraph {
  const { vertices, indptr, indices, weights } = graph;
  const number = new Int32Array(vertices);
  for (let i = 0; i < vertices; i++) number[order[i]] = i;
  const out = {
    vertices,
    indptr: new Int32Array(vertices + 1),
    indices: new Int32Array(indices.length),
    weights: new Float64Array(weights.length),
    size: new Int32Array(vertices),
  };
  let end = 0;
  for (let i = 0; i < vertices; i++) {
    const v = order[i];
    out.size[i] = graph.size[v];
    for (let at = indptr[v]; at < indptr[v + 1]; at++) {
      out.indices[end] = number[indices[at]];
      out.weights[end++] = weights[at];
    }
    out.indptr[i + 1] = end;
  }
  return out;
}
