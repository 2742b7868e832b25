// What do a vertex's wires cost elsewhere? Looked up one by one, or, where there are many, core by core.
import type { SolverProblem } from './problem.ts';

/** Cores for every wire of a vertex up to which sums per core pay: they lie side by side, the ends of wires do not. */
const CORES_PER_WIRE = 2;

/** Wires of every vertex, the port's included, while vertices move. */
export class WireCosts {
  /** Weight between each vertex and all those on each core, shape [vertices, cores]; null where wires are looked up one by one. */
  private readonly towards: Float64Array | null;

  /** @param core - core of each vertex, shape [vertices] */
  constructor(
    private readonly problem: Pick<SolverProblem, 'graph' | 'hops' | 'port'>,
    private readonly core: Int32Array,
  ) {
    const { vertices, indices } = problem.graph;
    const { cores } = problem.hops;
    this.towards = cores * vertices <= CORES_PER_WIRE * indices.length ? new Float64Array(vertices * cores) : null;
    if (this.towards !== null) for (let v = 0; v < vertices; v++) this.tell(this.towards, v, core[v], 1);
  }

  /** Change of Σ weight·hops if a vertex alone goes from one core to another. */
  change(v: number, from: number, to: number): number {
    const { graph, hops, port } = this.problem;
    const { table, row, column, cores } = hops;
    const rowFrom = row[from];
    const rowTo = row[to];
    let change = port === null ? 0 : port.weight[v] * (port.hops[to] - port.hops[from]);
    if (this.towards === null) {
      const { indptr, indices, weights } = graph;
      for (let at = indptr[v]; at < indptr[v + 1]; at++) {
        const c = column[this.core[indices[at]]];
        change += weights[at] * (table[rowTo + c] - table[rowFrom + c]);
      }
    } else {
      const first = v * cores;
      for (let other = 0; other < cores; other++) {
        const c = column[other];
        change += this.towards[first + other] * (table[rowTo + c] - table[rowFrom + c]);
      }
    }
    return change;
  }

  /** Weight of the wire between two vertices, 0 if there is none. */
  between(v: number, other: number): number {
    const { indptr, indices, weights } = this.problem.graph;
    for (let at = indptr[v]; at < indptr[v + 1]; at++) if (indices[at] === other) return weights[at];
    return 0;
  }

  /** A vertex has moved. */
  follow(v: number, from: number, to: number): void {
    if (this.towards === null) return;
    this.tell(this.towards, v, from, -1);
    this.tell(this.towards, v, to, 1);
  }

  /** Tells the neighbours of a vertex that it is on a core, or is no longer. */
  private tell(towards: Float64Array, v: number, core: number, sign: 1 | -1): void {
    const { graph, hops } = this.problem;
    const { indptr, indices, weights } = graph;
    for (let at = indptr[v]; at < indptr[v + 1]; at++) towards[indices[at] * hops.cores + core] += sign * weights[at];
  }
}
