// Which cores does each source reach? Lists as long as its fan-out, however many cores there are.
import type { MappingProblem } from './problem.ts';

/** Largest table of places in the lists, in entries; beyond it, lists are searched. */
const MOST_PLACES = 2 ** 22;

/** Cores with targets of each source, and how many, while units move. */
export class Reach {
  /** Start of each source's list, shape [sources + 1]. */
  private readonly start: Int32Array;
  private readonly cores: Int32Array;
  private readonly targets: Int32Array;
  private readonly length: Int32Array;
  /** Where a source's list has a core, plus one, shape [sources, width]; null where that would be large. */
  private readonly place: Int32Array | null;

  /**
   * @param width - number of cores
   * @param core - core of each unit, shape [units]; without it nobody reaches anything yet
   */
  constructor(
    { sources, synapses }: Pick<MappingProblem, 'sources' | 'synapses'>,
    private readonly width: number,
    core?: Int32Array,
  ) {
    this.place = sources * width <= MOST_PLACES ? new Int32Array(sources * width) : null;
    this.start = new Int32Array(sources + 1);
    for (const source of synapses.indices) this.start[source + 1]++;
    for (let source = 0; source < sources; source++) this.start[source + 1] += this.start[source];
    this.cores = new Int32Array(synapses.indices.length);
    this.targets = new Int32Array(synapses.indices.length);
    this.length = new Int32Array(sources);
    if (core === undefined) return;
    for (let unit = 0; unit < synapses.rows; unit++) {
      for (let at = synapses.indptr[unit]; at < synapses.indptr[unit + 1]; at++) this.add(synapses.indices[at], core[unit]);
    }
  }

  /** Number of cores that a source reaches, its own included. */
  count(source: number): number {
    return this.length[source];
  }

  /** Core number `i` of those that a source reaches, in no order. */
  core(source: number, i: number): number {
    return this.cores[this.start[source] + i];
  }

  /** Targets of a source on a core. */
  targetsOn(source: number, core: number): number {
    const at = this.find(source, core);
    return at < 0 ? 0 : this.targets[at];
  }

  /** One target more; how many there are now. */
  add(source: number, core: number): number {
    const at = this.find(source, core);
    if (at >= 0) return ++this.targets[at];
    const end = this.start[source] + this.length[source]++;
    this.cores[end] = core;
    this.targets[end] = 1;
    if (this.place !== null) this.place[source * this.width + core] = end + 1;
    return 1;
  }

  /** One target less; how many are left. */
  remove(source: number, core: number): number {
    const at = this.find(source, core);
    if (--this.targets[at] > 0) return this.targets[at];
    const last = this.start[source] + --this.length[source];
    this.cores[at] = this.cores[last];
    this.targets[at] = this.targets[last];
    if (this.place !== null) {
      this.place[source * this.width + this.cores[last]] = at + 1;
      this.place[source * this.width + core] = 0;
    }
    return 0;
  }

  private find(source: number, core: number): number {
    if (this.place !== null) return this.place[source * this.width + core] - 1;
    const first = this.start[source];
    for (let at = first; at < first + this.length[source]; at++) if (this.cores[at] === core) return at;
    return -1;
  }
}
