// What does a placement of a graph on a mesh cost? Counted afresh, not by the search.
import type { PlacementGraph } from './solve/graph.ts';
import type { Mesh } from './solve/place-graph.ts';

/** What is said of a placement of a graph. */
export interface GraphScore {
  /** Σ weight·hops over undirected edges. */
  readonly cost: number;
  /** Weight of edges that leave their core, as a share of all; null without edges. */
  readonly cutShare: number | null;
  /** Vertices on the fullest core. */
  readonly maxLoad: number;
  /** Vertices above the capacity, summed over cores; 0 where the placement is legal. */
  readonly excess: number;
}

/** Scores a placement, core = y·width + x; shape of `core`: [vertices]. */
export function scoreGraph(graph: PlacementGraph, mesh: Mesh, core: Int32Array): GraphScore {
  const { width, height, capacity } = mesh;
  const { vertices, indptr, indices, weights } = graph;
  const load = new Int32Array(width * height);
  for (const c of core) load[c]++;
  let cost = 0;
  let cut = 0;
  let all = 0;
  for (let v = 0; v < vertices; v++) {
    const x = core[v] % width;
    const y = (core[v] - x) / width;
    for (let at = indptr[v]; at < indptr[v + 1]; at++) {
      const other = core[indices[at]];
      const otherX = other % width;
      const hops = Math.abs(x - otherX) + Math.abs(y - (other - otherX) / width);
      cost += weights[at] * hops;
      all += weights[at];
      if (hops > 0) cut += weights[at];
    }
  }
  let excess = 0;
  let maxLoad = 0;
  for (const vertices of load) {
    excess += Math.max(0, vertices - capacity);
    maxLoad = Math.max(maxLoad, vertices);
  }
  return { cost: cost / 2, cutShare: all === 0 ? null : cut / all, maxLoad, excess };
}
