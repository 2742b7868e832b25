// What does it cost to move or swap vertices of a graph? The state that annealing of Σ weight·hops works on.
import type { Random } from '../../core/random.ts';
import type { Annealable } from './anneal.ts';
import type { Assignment } from './assignment.ts';
import type { SolverProblem } from './problem.ts';

/** Proposals in eight that go beside the core of a neighbour. */
const BESIDE = 2;
/** Cores with more vertices are gone to themselves. */
const FEW = 4;

/** Moves and swaps of vertices on the cores of a problem. */
export class GraphMoves implements Annealable {
  readonly vertices: number;
  readonly core: Int32Array;
  /** Cores nearest to each core, once somebody asked. */
  private readonly beside: number[][] = [];

  constructor(
    private readonly problem: SolverProblem,
    private readonly assignment: Assignment,
  ) {
    this.vertices = problem.graph.vertices;
    this.core = assignment.core;
  }

  /**
   * The core of a neighbour or one beside it, or, one time in eight, any core. Where a core holds few, going to the neighbour's
   * own drives the neighbour out.
   */
  propose(vertex: number, random: Random): number {
    const { graph, hops, fixed } = this.problem;
    if (fixed !== null && fixed[vertex] === 1) return this.core[vertex];
    const degree = graph.indptr[vertex + 1] - graph.indptr[vertex];
    const way = random.int(8);
    if (degree === 0 || way === 0) return random.int(hops.cores);
    const core = this.core[graph.indices[graph.indptr[vertex] + random.int(degree)]];
    if (way > BESIDE || this.assignment.count[core] > FEW) return core;
    const beside = this.besideOf(core);
    return beside[random.int(beside.length)];
  }

  /** The cores nearest to a core, itself apart. */
  private besideOf(core: number): number[] {
    const known = this.beside[core];
    if (known !== undefined) return known;
    const { hops, grid } = this.problem;
    let nearest: number[] = [];
    let least = Number.POSITIVE_INFINITY;
    for (let other = 0; other < hops.cores; other++) {
      if (other === core || grid.capacity[other] === 0) continue;
      const distance = hops.table[hops.row[core] + hops.column[other]];
      if (distance > least) continue;
      if (distance < least) nearest = [];
      least = distance;
      nearest.push(other);
    }
    const found = nearest.length === 0 ? [core] : nearest;
    this.beside[core] = found;
    return found;
  }

  /** One choice in count + 1 is an empty place, where there is one, so that full and half-empty cores are treated alike. */
  partner(vertex: number, to: number, random: Random): number {
    const { assignment } = this;
    const hasRoom = assignment.load[to] + assignment.size[vertex] <= assignment.capacity[to];
    const choices = assignment.count[to] + (hasRoom ? 1 : 0);
    // Nobody there and no room: the move will be refused.
    if (choices === 0) return -1;
    const pick = random.int(choices);
    return pick < assignment.count[to] ? assignment.member(to, pick) : -1;
  }

  exchange(vertex: number, partner: number, to: number, accepts: (change: number) => boolean): number {
    const change = this.change(vertex, partner, to);
    return accepts(change) && this.apply(vertex, partner, to) ? change : 0;
  }

  /** Change of Σ weight·hops when a vertex goes to a core and its partner, unless −1, comes back. */
  change(vertex: number, partner: number, to: number): number {
    const { wires } = this.assignment;
    const from = this.core[vertex];
    if (partner < 0) return wires.change(vertex, from, to);
    const { table, row, column } = this.problem.hops;
    // The wire between the two keeps its length, and either counts it as gone.
    const between = 2 * wires.between(vertex, partner) * table[row[from] + column[to]];
    return wires.change(vertex, from, to) + wires.change(partner, to, from) + between;
  }

  /** Does it; false, and nothing done, if that would break a limit. */
  apply(vertex: number, partner: number, to: number): boolean {
    const { assignment } = this;
    const { limits } = assignment;
    const from = this.core[vertex];
    if (partner >= 0 && this.problem.fixed?.[partner] === 1) return false;
    const illegal = limits?.illegal ?? 0;
    assignment.move(vertex, to);
    if (partner >= 0) assignment.move(partner, from);
    const fits = assignment.load[from] <= assignment.capacity[from] && assignment.load[to] <= assignment.capacity[to];
    if (fits && (limits?.illegal ?? 0) <= illegal) return true;
    if (partner >= 0) assignment.move(partner, to);
    assignment.move(vertex, from);
    return false;
  }

  /** Mean cost of a vertex where it is: the scale of temperatures. */
  meanCost(): number {
    const { graph, hops, port } = this.problem;
    const { table, row, column } = hops;
    let sum = 0;
    for (let v = 0; v < graph.vertices; v++) {
      const from = row[this.core[v]];
      for (let at = graph.indptr[v]; at < graph.indptr[v + 1]; at++)
        sum += graph.weights[at] * table[from + column[this.core[graph.indices[at]]]];
      if (port !== null) sum += port.weight[v] * port.hops[this.core[v]];
    }
    return sum / Math.max(1, graph.vertices);
  }
}
