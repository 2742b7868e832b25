// Which vertices belong together? Clusters of strongly connected neighbours, contracted to one vertex each.
import type { Random } from '../../core/random.ts';
import type { SizedGraph } from './graph.ts';

/** A graph and the coarser one made of it. */
export interface Coarsening {
  readonly graph: SizedGraph;
  /** Coarse vertex of each fine vertex, shape [fine vertices]. */
  readonly parent: Int32Array;
}

/**
 * Clusters of at most `maxSize`: each vertex in random order joins the cluster of the neighbour that it is most strongly
 * connected to per size of the two (heavy-edge rating of Karypis & Kumar with the size penalty of hMETIS).
 */
export function coarsen(graph: SizedGraph, maxSize: number, random: Random): Coarsening {
  const parent = cluster(graph, maxSize, random);
  return { graph: contract(graph, parent), parent };
}

function cluster({ vertices, indptr, indices, weights, size }: SizedGraph, maxSize: number, random: Random): Int32Array {
  const clusterOf = new Int32Array(vertices).fill(-1);
  const clusterSize = new Float64Array(vertices);
  const members = new Int32Array(vertices);
  const flow = new Float64Array(vertices);
  const touched = new Int32Array(vertices);
  const order = random.permutation(vertices);
  for (let i = 0; i < vertices; i++) {
    const v = order[i];
    if (clusterOf[v] >= 0) continue;
    let count = 0;
    // Connection to clusters, a vertex without one counting as its own.
    for (let at = indptr[v]; at < indptr[v + 1]; at++) {
      const u = indices[at];
      const c = clusterOf[u] < 0 ? u : clusterOf[u];
      if (flow[c] === 0) touched[count++] = c;
      flow[c] += weights[at];
    }
    let best = -1;
    let bestRating = 0;
    for (let k = 0; k < count; k++) {
      const c = touched[k];
      const isCluster = clusterOf[c] === c;
      const other = isCluster ? clusterSize[c] : size[c];
      if (other + size[v] <= maxSize) {
        const rating = flow[c] / (other * size[v]);
        if (rating > bestRating || (rating === bestRating && c < best)) {
          bestRating = rating;
          best = c;
        }
      }
      flow[c] = 0;
    }
    // Whose best cluster is full waits for the next coarsening rather than join another.
    if (best < 0 || (clusterOf[best] === best && members[best] >= 3)) best = v;
    if (clusterOf[best] < 0) {
      clusterOf[best] = best;
      clusterSize[best] = size[best];
      members[best] = 1;
    }
    if (best !== v) {
      clusterOf[v] = best;
      clusterSize[best] += size[v];
      members[best]++;
    }
  }
  const number = new Int32Array(vertices).fill(-1);
  let next = 0;
  for (let v = 0; v < vertices; v++) {
    const c = clusterOf[v];
    if (number[c] < 0) number[c] = next++;
  }
  for (let v = 0; v < vertices; v++) clusterOf[v] = number[clusterOf[v]];
  return clusterOf;
}

/** One vertex a cluster; parallel edges added, edges within a cluster gone. */
export function contract(graph: SizedGraph, parent: Int32Array): SizedGraph {
  const { vertices, indptr, indices, weights } = graph;
  let clusters = 0;
  for (let v = 0; v < vertices; v++) if (parent[v] >= clusters) clusters = parent[v] + 1;
  const size = new Int32Array(clusters);
  const start = new Int32Array(clusters + 1);
  for (let v = 0; v < vertices; v++) {
    size[parent[v]] += graph.size[v];
    start[parent[v] + 1]++;
  }
  for (let c = 0; c < clusters; c++) start[c + 1] += start[c];
  const members = new Int32Array(vertices);
  const fill = start.slice(0, clusters);
  for (let v = 0; v < vertices; v++) members[fill[parent[v]]++] = v;
  const coarseIndptr = new Int32Array(clusters + 1);
  let coarseIndices = new Int32Array(indices.length);
  let coarseWeights = new Float64Array(indices.length);
  const seen = new Int32Array(clusters).fill(-1);
  let end = 0;
  for (let c = 0; c < clusters; c++) {
    const first = end;
    for (let m = start[c]; m < start[c + 1]; m++) {
      const v = members[m];
      for (let at = indptr[v]; at < indptr[v + 1]; at++) {
        const d = parent[indices[at]];
        if (d === c) continue;
        const where = seen[d];
        if (where >= first) coarseWeights[where] += weights[at];
        else {
          seen[d] = end;
          coarseIndices[end] = d;
          coarseWeights[end++] = weights[at];
        }
      }
    }
    coarseIndptr[c + 1] = end;
  }
  coarseIndices = coarseIndices.slice(0, end);
  coarseWeights = coarseWeights.slice(0, end);
  return { vertices: clusters, indptr: coarseIndptr, indices: coarseIndices, weights: coarseWeights, size };
}
