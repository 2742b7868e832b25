// Does a cut fit after all? Units change groups until no core holds more than it can.
import { type Random, randomStream } from '../core/random.ts';
import type { CoreCapacity } from '../targets/usage.ts';
import { unitLimit } from './capacity.ts';
import { Occupancy } from './occupancy.ts';
import type { MappingProblem } from './problem.ts';
import { type Annealable, anneal } from './solve/anneal.ts';
import { Assignment } from './solve/assignment.ts';
import { pairHops } from './solve/hops.ts';
import type { Wires } from './wires.ts';

/** Moves and swaps tried per unit. */
const MOVES = 600;
/** First temperature, in neuron slots of a core. */
const HEAT = 1;
/** What a message between cores costs, in neuron slots: fewer of them are fewer copies. */
const MESSAGE = 0.25;

/**
 * Moves and swaps units between groups until all limits are kept, copies and axons out as well, which depend on where all others are.
 *
 * @param group - group of each unit, shape [units]
 * @returns the same, changed; null if no way was found
 */
export function repaired(
  problem: MappingProblem,
  wires: Wires,
  capacity: CoreCapacity,
  group: Int32Array,
  groups: number,
): Int32Array | null {
  const moves = new RepairMoves(problem, wires, capacity, group, groups);
  anneal(moves, randomStream(0, 'partition/repair'), MOVES * problem.units, HEAT);
  return moves.isLegal ? moves.core : null;
}

/** Moves and swaps that make what is beyond limits small, and messages between cores few; nothing moves once all limits are kept. */
class RepairMoves implements Annealable {
  readonly vertices: number;
  readonly core: Int32Array;
  private readonly occupancy: Occupancy;
  private readonly assignment: Assignment;
  /** Slots of a core. */
  private readonly slots: number;

  constructor(
    problem: MappingProblem,
    private readonly wires: Wires,
    capacity: CoreCapacity,
    group: Int32Array,
    groups: number,
  ) {
    this.vertices = problem.units;
    this.core = Int32Array.from(group);
    this.occupancy = new Occupancy(problem, group, groups, capacity);
    const grid = { x: new Int32Array(groups), y: new Int32Array(groups), capacity: new Float64Array(groups) };
    const hops = pairHops(groups, (a, b) => (a === b ? 0 : 1));
    this.assignment = new Assignment({ graph: wires.graph, grid, hops, port: null }, this.core, this.occupancy);
    this.slots = unitLimit(capacity, problem.units);
  }

  get isLegal(): boolean {
    return this.occupancy.illegal === 0;
  }

  /** The core of a neighbour, or one time in eight any core. */
  propose(unit: number, random: Random): number {
    if (this.isLegal) return this.core[unit];
    const { indptr, indices } = this.wires.graph;
    const degree = indptr[unit + 1] - indptr[unit];
    if (degree === 0 || random.int(8) === 0) return random.int(this.assignment.count.length);
    return this.core[indices[indptr[unit] + random.int(degree)]];
  }

  /** Somebody there, or one time in two nobody. */
  partner(_unit: number, to: number, random: Random): number {
    const count = this.assignment.count[to];
    return count === 0 || random.int(2) === 0 ? -1 : this.assignment.member(to, random.int(count));
  }

  exchange(unit: number, partner: number, to: number, accepts: (change: number) => boolean): number {
    const from = this.core[unit];
    const before = this.cost();
    this.assignment.move(unit, to);
    if (partner >= 0) this.assignment.move(partner, from);
    const change = this.cost() - before;
    if (accepts(change)) return change;
    if (partner >= 0) this.assignment.move(partner, to);
    this.assignment.move(unit, from);
    return 0;
  }

  /** In neuron slots. */
  private cost(): number {
    return this.slots * this.occupancy.excess + MESSAGE * this.occupancy.connections;
  }
}
