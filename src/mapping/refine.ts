// Which neurons are better off on another core? Moves and swaps of single units within every limit of the cores.
import type { Random } from '../core/random.ts';
import type { Occupancy } from './occupancy.ts';
import { flowBetween, type Wires } from './wires.ts';

/** Hops between the cores of an occupancy, shape [cores, cores], and from the port, shape [cores]. */
export interface CoreDistances {
  readonly between: Float64Array;
  readonly port: Float64Array;
}

/**
 * Moves units between cores: annealing with a fixed number of proposals, then descent until no move or swap helps.
 * Equal wiring cost is decided by the number of messages. A proposal that breaks more limits than before is undone.
 */
export class Refinement {
  /**
   * Cost of each unit on each core with everybody else where they are, shape [units, cores]; the gain of a move is
   * then one subtraction.
   */
  private readonly costOn: Float64Array;
  private readonly members: number[][];
  private readonly slot: Int32Array;
  private readonly cores: number;

  constructor(
    private readonly wires: Wires,
    private readonly occupancy: Occupancy,
    private readonly distances: CoreDistances,
  ) {
    this.cores = occupancy.cores;
    this.members = Array.from({ length: this.cores }, () => []);
    this.slot = new Int32Array(wires.units);
    this.costOn = new Float64Array(wires.units * this.cores);
    for (let unit = 0; unit < wires.units; unit++) {
      this.enlist(unit);
      const row = unit * this.cores;
      for (let k = 0; k < this.cores; k++) this.costOn[row + k] = wires.port[unit] * distances.port[k];
      for (let at = wires.indptr[unit]; at < wires.indptr[unit + 1]; at++) {
        const from = occupancy.core[wires.indices[at]] * this.cores;
        for (let k = 0; k < this.cores; k++) this.costOn[row + k] += wires.weights[at] * distances.between[from + k];
      }
    }
  }

  /** Change of cost when a unit moves. */
  moveChange(unit: number, to: number): number {
    const row = unit * this.cores;
    return this.costOn[row + to] - this.costOn[row + this.occupancy.core[unit]];
  }

  /** Change of cost when two units swap cores. */
  swapChange(a: number, b: number): number {
    const coreA = this.occupancy.core[a];
    const coreB = this.occupancy.core[b];
    // Each move counted the wire between them as if the other stayed; in truth its length does not change.
    const wire = flowBetween(this.wires, a, b) * this.distances.between[coreA * this.cores + coreB];
    return this.moveChange(a, coreB) + this.moveChange(b, coreA) + 2 * wire;
  }

  /** Puts a unit on a core, whatever it costs. */
  move(unit: number, to: number): void {
    const from = this.occupancy.core[unit];
    this.occupancy.move(unit, to);
    this.follow(unit, from);
  }

  /**
   * @param proposals - moves or swaps tried
   * @param heat - first temperature, as a share of the mean cost of a unit
   */
  anneal(random: Random, proposals: number, heat: number): void {
    if (this.cores < 2) return;
    let temperature = heat * this.meanUnitCost();
    const cooling = END_TEMPERATURE ** (1 / Math.max(1, proposals));
    for (let i = 0; i < proposals; i++, temperature *= cooling) {
      const unit = random.int(this.wires.units);
      const to = this.proposedCore(unit, random);
      if (to === this.occupancy.core[unit]) continue;
      const others = this.members[to];
      // One choice in size + 1 is an empty place, so that full and half-empty cores are treated alike.
      const pick = random.int(others.length + 1);
      const other = pick < others.length ? others[pick] : -1;
      const change = other < 0 ? this.moveChange(unit, to) : this.swapChange(unit, other);
      // Ties are decided by messages, which only a full trial can tell: one in eight gets it.
      if (change === 0 ? random.int(8) !== 0 : change > 0 && random.uniform() >= Math.exp(-change / temperature)) continue;
      this.tryExchange(unit, other, to, change);
    }
  }

  /** Applies the best legal move or swap of each unit until none improves the cost. */
  descend(): void {
    for (let improved = true; improved; ) {
      improved = false;
      for (let unit = 0; unit < this.wires.units; unit++) while (this.improve(unit)) improved = true;
    }
  }

  /** A core that a wire of the unit leads to, or, one time in eight, any core. */
  private proposedCore(unit: number, random: Random): number {
    const { indptr, indices } = this.wires;
    const degree = indptr[unit + 1] - indptr[unit];
    if (degree === 0 || random.int(8) === 0) return random.int(this.cores);
    return this.occupancy.core[indices[indptr[unit] + random.int(degree)]];
  }

  private improve(unit: number): boolean {
    const from = this.occupancy.core[unit];
    for (let to = 0; to < this.cores; to++) {
      if (to === from) continue;
      const gainAlone = this.moveChange(unit, to);
      if (gainAlone < 0 && this.tryExchange(unit, -1, to, gainAlone)) return true;
      for (const other of this.members[to]) {
        // The wire term only adds, so without it a swap that does not pay can be dropped early.
        if (gainAlone + this.moveChange(other, from) >= 0) continue;
        const change = this.swapChange(unit, other);
        if (change < 0 && this.tryExchange(unit, other, to, change)) return true;
      }
    }
    return false;
  }

  /** Moves a unit, and another one back if `other` ≥ 0, unless that breaks a limit, or only adds messages. */
  private tryExchange(unit: number, other: number, to: number, change: number): boolean {
    const { occupancy } = this;
    const from = occupancy.core[unit];
    const { illegal, connections } = occupancy;
    occupancy.move(unit, to);
    if (other >= 0) occupancy.move(other, from);
    if (occupancy.illegal > illegal || (change === 0 && occupancy.connections > connections)) {
      if (other >= 0) occupancy.move(other, to);
      occupancy.move(unit, from);
      return false;
    }
    this.follow(unit, from);
    if (other >= 0) this.follow(other, to);
    return true;
  }

  /** Brings costs and lists up to date with a unit that has left a core. */
  private follow(unit: number, from: number): void {
    const { wires, cores, costOn } = this;
    const { between } = this.distances;
    const to = this.occupancy.core[unit];
    this.dismiss(unit, from);
    this.enlist(unit);
    const oldRow = from * cores;
    const newRow = to * cores;
    for (let at = wires.indptr[unit]; at < wires.indptr[unit + 1]; at++) {
      const row = wires.indices[at] * cores;
      const weight = wires.weights[at];
      for (let k = 0; k < cores; k++) costOn[row + k] += weight * (between[newRow + k] - between[oldRow + k]);
    }
  }

  private meanUnitCost(): number {
    const { wires, occupancy } = this;
    let sum = 0;
    for (let unit = 0; unit < wires.units; unit++) sum += this.costOn[unit * this.cores + occupancy.core[unit]];
    return sum / Math.max(1, wires.units);
  }

  private enlist(unit: number): void {
    const list = this.members[this.occupancy.core[unit]];
    this.slot[unit] = list.length;
    list.push(unit);
  }

  private dismiss(unit: number, from: number): void {
    const list = this.members[from];
    const last = list.pop() as number;
    if (last === unit) return;
    list[this.slot[unit]] = last;
    this.slot[last] = this.slot[unit];
  }
}

/** Last temperature over first. */
const END_TEMPERATURE = 1e-3;
