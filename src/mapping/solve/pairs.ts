// How is a placement refined? Pairs of near cores exchange vertices, Fiduccia–Mattheyses style, on the true objective.
import type { Assignment } from './assignment.ts';
import type { SolverProblem } from './problem.ts';

/** Moves without a new best after which a pair is done. */
const PATIENCE = 12;

/**
 * Refinement of Σ weight·hops between pairs of cores. A pass over a pair moves the vertex with the largest gain from one to
 * the other, however bad, keeps to the capacities give or take one vertex, and goes back to the best legal state
 * (Fiduccia & Mattheyses 1982, with hops in place of cut).
 */
export class PairRefinement {
  /** Scratch of one pair, by number of a vertex in the pair. */
  private gain = new Float64Array(0);
  private vertex = new Int32Array(0);
  private onB = new Uint8Array(0);
  private isLocked = new Uint8Array(0);
  private moves = new Int32Array(0);
  /** Number of a vertex in the pair at work, −1 outside, shape [vertices]. */
  private readonly number: Int32Array;

  constructor(
    private readonly problem: SolverProblem,
    private readonly assignment: Assignment,
  ) {
    this.number = new Int32Array(problem.graph.vertices).fill(-1);
  }

  /** Improves one pair of cores; returns what is gained in Σ weight·hops, negative where a legal state costs more. */
  improve(a: number, b: number): number {
    const { assignment, number } = this;
    const total = assignment.count[a] + assignment.count[b];
    if (total === 0) return 0;
    const largest = this.enter(a, b);
    const { gain, vertex, onB, isLocked, moves } = this;
    const { indptr, indices, weights, size } = this.problem.graph;
    const { table, row, column } = this.problem.hops;
    const { core, limits } = assignment;
    const twice = 2 * table[row[a] + column[b]];
    const capacityA = assignment.capacity[a];
    const capacityB = assignment.capacity[b];
    let loadA = assignment.load[a];
    let loadB = assignment.load[b];
    let sum = 0;
    let done = 0;
    let best = { excess: excess(loadA, capacityA) + excess(loadB, capacityB), illegal: limits?.illegal ?? 0, sum: 0, done: 0 };
    for (let idle = 0; idle < PATIENCE && done < total; idle++) {
      // One vertex too many may enter: the next move then has to make room.
      const fullA = loadA > capacityA;
      const fullB = loadB > capacityB;
      const roomA = capacityA + largest - loadA;
      const roomB = capacityB + largest - loadB;
      let pick = -1;
      let highest = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < total; i++) {
        if (isLocked[i] === 1 || gain[i] <= highest) continue;
        const s = size[vertex[i]];
        if (onB[i] === 0 ? (fullB && !fullA) || s > roomB : (fullA && !fullB) || s > roomA) continue;
        pick = i;
        highest = gain[i];
      }
      if (pick < 0) break;
      const v = vertex[pick];
      const from = onB[pick];
      const moved = from === 0 ? size[v] : -size[v];
      sum += highest;
      loadA -= moved;
      loadB += moved;
      isLocked[pick] = 1;
      onB[pick] = 1 - from;
      moves[done++] = v;
      for (let at = indptr[v]; at < indptr[v + 1]; at++) {
        const i = number[indices[at]];
        // Who stays behind now wants to follow; who is there already wants less to leave.
        if (i >= 0) gain[i] += onB[i] === from ? twice * weights[at] : -twice * weights[at];
      }
      limits?.move(v, from === 0 ? b : a);
      const now = { excess: excess(loadA, capacityA) + excess(loadB, capacityB), illegal: limits?.illegal ?? 0 };
      if ((now.excess - best.excess || now.illegal - best.illegal || best.sum - sum) < 0) {
        best = { ...now, sum, done };
        idle = -1;
      }
    }
    for (let i = 0; i < total; i++) number[vertex[i]] = -1;
    for (let k = done - 1; k >= best.done; k--) limits?.move(moves[k], core[moves[k]]);
    for (let k = 0; k < best.done; k++) assignment.follow(moves[k], core[moves[k]] === a ? b : a);
    return best.sum;
  }

  /** Numbers the vertices of a pair and finds the gain of moving each to the other core; the largest size. */
  private enter(a: number, b: number): number {
    const { assignment, number } = this;
    const { graph, fixed } = this.problem;
    const { size } = graph;
    const { wires } = assignment;
    const countA = assignment.count[a];
    const total = countA + assignment.count[b];
    this.reserve(total);
    let largest = 1;
    for (let i = 0; i < total; i++) {
      const isOnA = i < countA;
      const v = isOnA ? assignment.member(a, i) : assignment.member(b, i - countA);
      number[v] = i;
      this.vertex[i] = v;
      this.onB[i] = isOnA ? 0 : 1;
      this.gain[i] = -(isOnA ? wires.change(v, a, b) : wires.change(v, b, a));
      this.isLocked[i] = fixed === null ? 0 : fixed[v];
      if (size[v] > largest) largest = size[v];
    }
    return largest;
  }

  private reserve(total: number): void {
    if (total <= this.gain.length) return;
    const length = 2 * total;
    this.gain = new Float64Array(length);
    this.vertex = new Int32Array(length);
    this.onB = new Uint8Array(length);
    this.isLocked = new Uint8Array(length);
    this.moves = new Int32Array(length);
  }
}

function excess(load: number, capacity: number): number {
  return load > capacity ? load - capacity : 0;
}
