// How do synapses become a graph to place?
import type { PlacementGraph } from '../../../src/mapping/solve/graph.ts';

/**
 * The undirected graph of synapses: both directions of a pair added up, autapses left out.
 *
 * @param from, to, weight - one entry a synapse; weights are whole and at least 1
 */
export function undirectedGraph(
  vertices: number,
  from: Int32Array,
  to: Int32Array,
  weight: Float64Array,
  position: Float64Array | null,
): PlacementGraph {
  // Two stable counting sorts, by neighbour and then by row, leave every row in ascending order.
  const arcs = 2 * from.length;
  const rows = new Int32Array(arcs);
  const columns = new Int32Array(arcs);
  const loads = new Float64Array(arcs);
  const byColumn = starts(vertices, from, to);
  const cursor = byColumn.slice();
  const put = (row: number, column: number, load: number) => {
    const at = cursor[column]++;
    rows[at] = row;
    columns[at] = column;
    loads[at] = load;
  };
  for (let e = 0; e < from.length; e++) {
    put(from[e], to[e], weight[e]);
    put(to[e], from[e], weight[e]);
  }
  const next = byColumn.slice();
  const sortedColumns = new Int32Array(arcs);
  const sortedLoads = new Float64Array(arcs);
  for (let at = 0; at < arcs; at++) {
    const to = next[rows[at]]++;
    sortedColumns[to] = columns[at];
    sortedLoads[to] = loads[at];
  }
  // Merged in place.
  const indptr = new Int32Array(vertices + 1);
  let kept = 0;
  for (let row = 0; row < vertices; row++) {
    const first = kept;
    for (let at = byColumn[row]; at < byColumn[row + 1]; at++) {
      const column = sortedColumns[at];
      if (column === row) continue;
      if (kept > first && sortedColumns[kept - 1] === column) sortedLoads[kept - 1] += sortedLoads[at];
      else {
        sortedColumns[kept] = column;
        sortedLoads[kept++] = sortedLoads[at];
      }
    }
    indptr[row + 1] = kept;
  }
  return { vertices, indptr, indices: sortedColumns.slice(0, kept), weights: sortedLoads.slice(0, kept), position };
}

/** Where each vertex's arcs begin; every synapse is an arc of both its ends. */
function starts(vertices: number, from: Int32Array, to: Int32Array): Int32Array {
  const start = new Int32Array(vertices + 1);
  for (const ends of [from, to]) for (let e = 0; e < ends.length; e++) start[ends[e] + 1]++;
  for (let v = 0; v < vertices; v++) start[v + 1] += start[v];
  return start;
}

/** The same graph with other numbers for its vertices: vertex v becomes `name[v]`. */
export function renumbered(graph: PlacementGraph, name: Int32Array, position: Float64Array | null): PlacementGraph {
  const { vertices, indptr, indices, weights } = graph;
  const edges = indices.length / 2;
  const from = new Int32Array(edges);
  const to = new Int32Array(edges);
  const weight = new Float64Array(edges);
  let e = 0;
  for (let v = 0; v < vertices; v++) {
    for (let at = indptr[v]; at < indptr[v + 1]; at++) {
      if (indices[at] < v) continue;
      from[e] = name[v];
      to[e] = name[indices[at]];
      weight[e++] = weights[at];
    }
  }
  return undirectedGraph(vertices, from, to, weight, position);
}
