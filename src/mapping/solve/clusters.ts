// In which order do vertices stand so that those that belong together stand together? That of a tree of clusters.
import type { Random } from '../../core/random.ts';
import { coarsen } from './coarsen.ts';
import type { SizedGraph } from './graph.ts';

/**
 * Clusters of clusters, first of at most `size`, so that what is to share a core grows together, then of any size.
 *
 * @returns rank of each vertex in the order of the tree's leaves, shape [vertices]
 */
export function clusterOrder(graph: SizedGraph, size: number, random: Random): Int32Array {
  const parents: Int32Array[] = [];
  let top = graph;
  for (const most of [size, Number.POSITIVE_INFINITY]) {
    for (;;) {
      const { graph: coarse, parent } = coarsen(top, most, random);
      if (coarse.vertices === top.vertices) break;
      parents.push(parent);
      top = coarse;
    }
  }
  // From the roots down: the children of a cluster follow one another.
  let rank: Int32Array = Int32Array.from({ length: top.vertices }, (_, v) => v);
  for (const parent of parents.reverse()) {
    const order = Array.from(parent, (_, v) => v).sort((a, b) => rank[parent[a]] - rank[parent[b]] || a - b);
    rank = new Int32Array(parent.length);
    for (let i = 0; i < order.length; i++) rank[order[i]] = i;
  }
  return rank;
}
