// What does each core hold while units move? Running totals, so that a move costs its synapses and not the network.
import type { Csr } from '../network/csr.ts';
import { type CoreCapacity, type CoreTotals, noDemand } from '../targets/usage.ts';
import { type Abroad, copiesFor } from './capacity.ts';
import type { MappingProblem } from './problem.ts';
import { Reach } from './reach.ts';

/**
 * Units on cores 0 … cores − 1 (a placement's own numbering), with the totals each core's limits are checked against.
 * A source with targets on a core takes one axon and one row there, and, if it is a neuron of another core, one axon out.
 */
export class Occupancy {
  readonly core: Int32Array;
  readonly totals: readonly CoreTotals[];
  /** Pairs of a neuron and another core where it has targets: messages when every neuron sends. */
  connections = 0;
  /** Targets of each source on each core. */
  private readonly targets: Reach;
  /** Targets of each row of a source on each core; null where a source has one row. */
  private readonly rowTargets: Reach | null;
  /** The row that each synapse needs, numbered over all sources. */
  private readonly row: Int32Array;
  /** (core, row) targets of each source, shape [sources]. */
  private readonly rowsReached: Int32Array;
  private readonly unitOfSource: Int32Array;
  /** −1 for units that nobody listens to. */
  private readonly sourceOfUnit: Int32Array;
  /** By how much each core is beyond its fullest limit, as a share of that. */
  private readonly beyond: Float64Array;
  private illegalCores = 0;
  private excessLoad = 0;
  /** Cores whose totals have changed since they were last checked. */
  private readonly touched: number[] = [];
  private readonly isTouched: Uint8Array;
  /** Memory of an axon by its number of synapses. */
  private readonly memory: Float64Array;
  private readonly synapses: Csr;

  constructor(
    problem: MappingProblem,
    core: ArrayLike<number>,
    readonly cores: number,
    private readonly capacity: CoreCapacity,
  ) {
    this.synapses = problem.synapses;
    const { rowClass, sources } = problem;
    const classes = 1 + (rowClass?.reduce((a, b) => Math.max(a, b), 0) ?? 0);
    this.row = problem.synapses.indices.map((source, at) => source * classes + (rowClass === null ? 0 : rowClass[at]));
    this.targets = new Reach(problem, cores);
    this.rowTargets =
      rowClass === null ? null : new Reach({ sources: sources * classes, synapses: { ...problem.synapses, indices: this.row } }, cores);
    this.rowsReached = new Int32Array(problem.sources);
    this.unitOfSource = problem.unitOfSource;
    this.sourceOfUnit = new Int32Array(problem.units).fill(-1);
    problem.unitOfSource.forEach((unit, source) => {
      if (unit >= 0) this.sourceOfUnit[unit] = source;
    });
    this.core = Int32Array.from(core);
    this.totals = Array.from({ length: cores }, noDemand);
    this.beyond = new Float64Array(cores);
    this.isTouched = new Uint8Array(cores);
    this.memory = Float64Array.from({ length: problem.units + 1 }, (_, synapses) => capacity.axonMemory(synapses));
    for (let unit = 0; unit < problem.units; unit++) {
      this.totals[this.core[unit]].neurons++;
      for (let at = this.synapses.indptr[unit]; at < this.synapses.indptr[unit + 1]; at++) this.connect(at, this.core[unit]);
    }
    for (let k = 0; k < cores; k++) this.touch(k);
  }

  /** Cores that break a limit. */
  get illegal(): number {
    this.check();
    return this.illegalCores;
  }

  /** By how much cores are beyond their fullest limit, as shares of it, summed over cores. */
  get excess(): number {
    this.check();
    return this.illegalCores === 0 ? 0 : this.excessLoad;
  }

  /** Targets of a source on a core. */
  targetsOn(source: number, core: number): number {
    return this.targets.targetsOn(source, core);
  }

  /** What each unit asks of its core because of where its targets are. */
  abroad(): Abroad {
    const units = this.core.length;
    const copies = Int32Array.from({ length: units }, (_, unit) => this.copiesOf(unit));
    const axonsOut = Int32Array.from({ length: units }, (_, unit) => this.coresReached(unit));
    return { copies, axonsOut };
  }

  /** Puts a unit on another core. */
  move(unit: number, to: number): void {
    const { indptr } = this.synapses;
    const from = this.core[unit];
    const start = indptr[unit];
    const end = indptr[unit + 1];
    for (let at = start; at < end; at++) this.disconnect(at, from);
    this.reach(from, -this.coresReached(unit));
    const copies = this.copiesOf(unit);
    this.totals[from].copies -= copies;
    this.totals[to].copies += copies;
    this.totals[from].neurons--;
    this.core[unit] = to;
    this.totals[to].neurons++;
    this.reach(to, this.coresReached(unit));
    for (let at = start; at < end; at++) this.connect(at, to);
    this.touch(from);
    this.touch(to);
  }

  private connect(synapse: number, core: number): void {
    const source = this.synapses.indices[synapse];
    const totals = this.totals[core];
    const targets = this.targets.add(source, core);
    const inRow = this.rowTargets === null ? targets : this.rowTargets.add(this.row[synapse], core);
    if (inRow === 1) {
      totals.rows++;
      this.reachRows(source, 1);
    }
    if (targets === 1) {
      totals.axons++;
      const sender = this.unitOfSource[source];
      if (sender >= 0 && this.core[sender] !== core) this.reach(this.core[sender], 1);
    }
    totals.synapses++;
    totals.memory += this.memory[targets] - this.memory[targets - 1];
  }

  private disconnect(synapse: number, core: number): void {
    const source = this.synapses.indices[synapse];
    const totals = this.totals[core];
    const targets = this.targets.remove(source, core);
    const inRow = this.rowTargets === null ? targets : this.rowTargets.remove(this.row[synapse], core);
    if (inRow === 0) {
      totals.rows--;
      this.reachRows(source, -1);
    }
    totals.synapses--;
    totals.memory += this.memory[targets] - this.memory[targets + 1];
    if (targets > 0) return;
    totals.axons--;
    const sender = this.unitOfSource[source];
    if (sender >= 0 && this.core[sender] !== core) this.reach(this.core[sender], -1);
  }

  /** One (core, row) target more or less may ask for another copy of its sender, or for one less. */
  private reachRows(source: number, change: number): void {
    const sender = this.unitOfSource[source];
    const { targetsPerNeuron } = this.capacity;
    if (sender < 0 || targetsPerNeuron === null) {
      this.rowsReached[source] += change;
      return;
    }
    const before = copiesFor(this.rowsReached[source], targetsPerNeuron);
    this.rowsReached[source] += change;
    this.totals[this.core[sender]].copies += copiesFor(this.rowsReached[source], targetsPerNeuron) - before;
    this.touch(this.core[sender]);
  }

  private reach(core: number, change: number): void {
    this.totals[core].axonsOut += change;
    this.connections += change;
    this.touch(core);
  }

  private copiesOf(unit: number): number {
    const source = this.sourceOfUnit[unit];
    return source < 0 ? 0 : copiesFor(this.rowsReached[source], this.capacity.targetsPerNeuron);
  }

  /** Cores other than its own where a unit, as a source, has targets. */
  private coresReached(unit: number): number {
    const source = this.sourceOfUnit[unit];
    if (source < 0) return 0;
    return this.targets.count(source) - (this.targets.targetsOn(source, this.core[unit]) > 0 ? 1 : 0);
  }

  private check(): void {
    for (const core of this.touched) {
      this.isTouched[core] = 0;
      // An empty core asks nothing of the chip.
      const beyond = this.totals[core].neurons > 0 ? Math.max(0, this.capacity.load(this.totals[core]) - 1) : 0;
      this.illegalCores += Number(beyond > 0) - Number(this.beyond[core] > 0);
      this.excessLoad += beyond - this.beyond[core];
      this.beyond[core] = beyond;
    }
    this.touched.length = 0;
  }

  private touch(core: number): void {
    if (this.isTouched[core] === 1) return;
    this.isTouched[core] = 1;
    this.touched.push(core);
  }
}
