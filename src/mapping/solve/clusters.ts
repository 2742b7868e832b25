// In which order do vertices stand so that those that belong together stand together? That of a tree of clusters.
import type { Random } from '../../core/random.ts';
import { coarsen } from './coarsen.ts';
import type { SizedGraph } from './graph.ts';
import { findPositions } from './positions.ts';

/**
 * Clusters of clusters, first of at most `size`, so that what is to share a core grows together, then of any size.
 *
 * @returns rank of each vertex in the order of the tree's leaves, shape [vertices]
 */
export function clusterOrder(graph: SizedGraph, size: number, random: Random): Int32Array {
  const tree = clusterTree(graph, size, random);
  const { parents, top } = clusterTree(tree.top, Number.POSITIVE_INFINITY, random, tree.parents);
  // From the roots down: the children of a cluster follow one another.
  let rank: Int32Array = Int32Array.from({ length: top.vertices }, (_, v) => v);
  for (const parent of parents.reverse()) {
    const order = Array.from(parent, (_, v) => v).sort((a, b) => rank[parent[a]] - rank[parent[b]] || a - b);
    rank = new Int32Array(parent.length);
    for (let i = 0; i < order.length; i++) rank[order[i]] = i;
  }
  return rank;
}

/** Positions of clusters of at most `size`, which all their vertices share, shape [vertices, 2]. */
export function clusterPositions(graph: SizedGraph, size: number, random: Random): Float64Array {
  const { parents, top } = clusterTree(graph, size, random);
  const position = findPositions(top, random);
  let cluster: Int32Array = Int32Array.from({ length: graph.vertices }, (_, v) => v);
  for (const parent of parents) cluster = cluster.map((c) => parent[c]);
  return Float64Array.from({ length: 2 * graph.vertices }, (_, i) => position[2 * cluster[i >> 1] + (i % 2)]);
}

/** Coarsens until clusters of at most `size` grow no more; `parents` of earlier coarsenings come first. */
function clusterTree(
  graph: SizedGraph,
  size: number,
  random: Random,
  earlier: readonly Int32Array[] = [],
): { readonly parents: Int32Array[]; readonly top: SizedGraph } {
  const parents = [...earlier];
  let top = graph;
  for (;;) {
    const { graph: coarse, parent } = coarsen(top, size, random);
    if (coarse.vertices === top.vertices) return { parents, top };
    parents.push(parent);
    top = coarse;
  }
}
