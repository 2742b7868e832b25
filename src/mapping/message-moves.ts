// What does it change when units move, in messages? The state that annealing of traffic, energy and congestion works on.
import type { Random } from '../core/random.ts';
import type { MessageCost } from './message-cost.ts';
import type { MappingProblem } from './problem.ts';
import { Reach } from './reach.ts';
import type { Annealable } from './solve/anneal.ts';
import type { Assignment } from './solve/assignment.ts';
import { GraphMoves } from './solve/graph-moves.ts';
import type { SolverProblem } from './solve/problem.ts';

/** Where inputs come from, in place of a core. */
const PORT = -1;

/**
 * Moves and swaps of units under `wireShare` · Σ|w|·hops + the cost of messages. Proposals are those of the wires: whoever is
 * connected belongs together either way.
 */
export class MessageMoves implements Annealable {
  readonly vertices: number;
  readonly core: Int32Array;
  private readonly wires: GraphMoves;
  private readonly reach: Reach;
  private readonly sourceOfUnit: Int32Array;
  /** Core of each unit as the books have it: ahead of `core` while a move is weighed. */
  private readonly at: Int32Array;
  /** Sources whose messages a move changes. */
  private readonly affected: Int32Array;
  private readonly stamp: Int32Array;
  private round = 0;

  constructor(
    private readonly problem: MappingProblem,
    solver: SolverProblem,
    assignment: Assignment,
    private readonly messages: MessageCost,
    private readonly wireShare: number,
  ) {
    this.vertices = problem.units;
    this.core = assignment.core;
    this.wires = new GraphMoves(solver, assignment);
    this.reach = new Reach(problem, assignment.capacity.length, assignment.core);
    this.at = Int32Array.from(assignment.core);
    this.sourceOfUnit = new Int32Array(problem.units).fill(-1);
    problem.unitOfSource.forEach((unit, source) => {
      if (unit >= 0) this.sourceOfUnit[unit] = source;
    });
    this.affected = new Int32Array(problem.sources);
    this.stamp = new Int32Array(problem.sources);
    for (let source = 0; source < problem.sources; source++) this.charge(source, 1);
  }

  /** Cost of all messages. */
  get total(): number {
    return this.messages.total;
  }

  propose(unit: number, random: Random): number {
    return this.wires.propose(unit, random);
  }

  partner(unit: number, to: number, random: Random): number {
    return this.wires.partner(unit, to, random);
  }

  exchange(unit: number, partner: number, to: number, accepts: (change: number) => boolean): number {
    const from = this.core[unit];
    const wires = this.wireShare === 0 ? 0 : this.wireShare * this.wires.change(unit, partner, to);
    // More than all messages cost: none are counted, for they cannot make up for it.
    if (wires > this.messages.total) return 0;
    const affected = this.collect(unit, partner, to);
    const before = this.messages.total;
    this.shift(affected, unit, partner, from, to);
    const change = wires + this.messages.total - before;
    if (accepts(change) && this.wires.apply(unit, partner, to)) return change;
    this.shift(affected, unit, partner, to, from);
    return 0;
  }

  /** In the books a unit goes from one core to another, and its partner, unless −1, the other way. */
  private shift(affected: number, unit: number, partner: number, from: number, to: number): void {
    for (let i = 0; i < affected; i++) this.charge(this.affected[i], -1);
    this.carry(unit, from, to);
    if (partner >= 0) this.carry(partner, to, from);
    for (let i = 0; i < affected; i++) this.charge(this.affected[i], 1);
  }

  private carry(unit: number, from: number, to: number): void {
    const { indptr, indices } = this.problem.synapses;
    for (let k = indptr[unit]; k < indptr[unit + 1]; k++) {
      this.reach.remove(indices[k], from);
      this.reach.add(indices[k], to);
    }
    this.at[unit] = to;
  }

  /** The sources whose messages may lead elsewhere when a unit goes to a core and its partner, unless −1, comes back; how many. */
  private collect(unit: number, partner: number, to: number): number {
    this.round++;
    const count = this.collectFor(unit, this.core[unit], to, 0);
    return partner < 0 ? count : this.collectFor(partner, to, this.core[unit], count);
  }

  /** A unit itself, and the sources that reach a core no more, or one more, because it moves; `count` are known. */
  private collectFor(unit: number, from: number, to: number, count: number): number {
    const { indptr, indices } = this.problem.synapses;
    let end = count;
    const note = (source: number) => {
      if (this.stamp[source] === this.round) return;
      this.stamp[source] = this.round;
      this.affected[end++] = source;
    };
    for (let k = indptr[unit]; k < indptr[unit + 1]; k++) {
      const source = indices[k];
      if (this.reach.targetsOn(source, from) === 1 || this.reach.targetsOn(source, to) === 0) note(source);
    }
    if (this.sourceOfUnit[unit] >= 0) note(this.sourceOfUnit[unit]);
    return end;
  }

  private charge(source: number, sign: 1 | -1): void {
    const sender = this.problem.unitOfSource[source];
    this.messages.charge(source, sender < 0 ? PORT : this.at[sender], this.reach, sign);
  }
}
