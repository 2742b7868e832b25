// Which edges tell where a vertex lies? Those in triangles: neighbours in space share neighbours, the ends of a shortcut do not.
import type { SizedGraph } from './graph.ts';

/** The edges whose ends share neighbours, weights multiplied by their number. */
export function backbone({ vertices, indptr, indices, weights, size }: SizedGraph): SizedGraph {
  const keptIndices = new Int32Array(indices.length);
  const keptWeights = new Float64Array(indices.length);
  const keptStart = new Int32Array(vertices + 1);
  const mark = new Int32Array(vertices).fill(-1);
  let end = 0;
  for (let v = 0; v < vertices; v++) {
    for (let at = indptr[v]; at < indptr[v + 1]; at++) mark[indices[at]] = v;
    for (let at = indptr[v]; at < indptr[v + 1]; at++) {
      const u = indices[at];
      let common = 0;
      for (let k = indptr[u]; k < indptr[u + 1]; k++) if (mark[indices[k]] === v) common++;
      if (common === 0) continue;
      keptIndices[end] = u;
      keptWeights[end++] = weights[at] * common;
    }
    keptStart[v + 1] = end;
  }
  return { vertices, indptr: keptStart, indices: keptIndices.slice(0, end), weights: keptWeights.slice(0, end), size };
}
