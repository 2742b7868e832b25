// What is to be solved? A graph, the cores it may use, and what the search has to keep to.
import type { CoreGrid } from './cut.ts';
import type { SizedGraph } from './graph.ts';
import type { HopTable } from './hops.ts';

/** Wires that lead to a fixed place, the port. */
export interface PortWires {
  /** Shape [vertices]. */
  readonly weight: Float64Array;
  /** Hops from the port, shape [cores]. */
  readonly hops: Float64Array;
}

/** A placement problem in numbers. */
export interface SolverProblem {
  readonly graph: SizedGraph;
  readonly grid: CoreGrid;
  readonly hops: HopTable;
  readonly port: PortWires | null;
  /** 1 where a vertex must stay where it starts, shape [vertices]; null if all may move. */
  readonly fixed: Uint8Array | null;
}

/** Σ weight·hops over edges and port wires. */
export function wiringCost({ graph, hops, port }: Pick<SolverProblem, 'graph' | 'hops' | 'port'>, core: Int32Array): number {
  const { vertices, indptr, indices, weights } = graph;
  const { table, row, column } = hops;
  let twice = 0;
  let toPort = 0;
  for (let v = 0; v < vertices; v++) {
    const from = row[core[v]];
    for (let at = indptr[v]; at < indptr[v + 1]; at++) twice += weights[at] * table[from + column[core[indices[at]]]];
    if (port !== null) toPort += port.weight[v] * port.hops[core[v]];
  }
  return twice / 2 + toPort;
}
