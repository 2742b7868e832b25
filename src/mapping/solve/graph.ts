// What does the solver place? An undirected weighted graph, and positions of its vertices where somebody knows them.

/** A graph to be placed. Weights are symmetric; parallel edges are merged, no vertex is its own neighbour. */
export interface PlacementGraph {
  readonly vertices: number;
  /** Compressed rows, shape [vertices + 1]; each edge stands in the rows of both its ends. */
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  /** Whole numbers of at least 1: sums are exact, so they do not depend on their order. */
  readonly weights: Float64Array;
  /** x and y of each vertex, shape [vertices, 2]; null if unknown. */
  readonly position: Float64Array | null;
}

/** Vertices of several sizes: what coarsening makes of a graph. */
export interface SizedGraph extends Omit<PlacementGraph, 'position'> {
  /** Vertices of the original graph in each vertex, shape [vertices]. */
  readonly size: Int32Array;
}

/** A graph whose vertices all have size 1. */
export function unitSized({ vertices, indptr, indices, weights }: PlacementGraph): SizedGraph {
  return { vertices, indptr, indices, weights, size: new Int32Array(vertices).fill(1) };
}
