// Which edges tell where a vertex lies? Those in triangles: neighbours in space share neighbours, the ends of a shortcut do not.
import type { SizedGraph } from './graph.ts';

/** The edges whose ends share neighbours, weights multiplied by their number. */
export function backbone({ vertices, indptr, indices, weights, size }: SizedGraph): SizedGraph {
  const edges = indices.length / 2;
  const ends = new Int32Array(2 * edges);
  const strength = new Float64Array(edges);
  const start = new Int32Array(vertices + 1);
  const mark = new Int32Array(vertices).fill(-1);
  let kept = 0;
  for (let v = 0; v < vertices; v++) {
    const degree = indptr[v + 1] - indptr[v];
    for (let at = indptr[v]; at < indptr[v + 1]; at++) mark[indices[at]] = v;
    for (let at = indptr[v]; at < indptr[v + 1]; at++) {
      const u = indices[at];
      const shorter = indptr[u + 1] - indptr[u];
      // Each edge once, along the shorter of the two rows: the row of a hub is not read for each of its neighbours.
      if (shorter > degree || (shorter === degree && u > v)) continue;
      let common = 0;
      for (let k = indptr[u]; k < indptr[u + 1]; k++) if (mark[indices[k]] === v) common++;
      if (common === 0) continue;
      ends[2 * kept] = u;
      ends[2 * kept + 1] = v;
      strength[kept++] = weights[at] * common;
      start[u + 1]++;
      start[v + 1]++;
    }
  }
  for (let v = 0; v < vertices; v++) start[v + 1] += start[v];
  const fill = start.slice();
  const keptIndices = new Int32Array(2 * kept);
  const keptWeights = new Float64Array(2 * kept);
  for (let e = 0; e < kept; e++) {
    for (const side of [0, 1]) {
      const at = fill[ends[2 * e + side]]++;
      keptIndices[at] = ends[2 * e + 1 - side];
      keptWeights[at] = strength[e];
    }
  }
  return { vertices, indptr: start, indices: keptIndices, weights: keptWeights, size };
}
