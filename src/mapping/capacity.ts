// How much do units ask of one core, and how much can it take?
import { type CoreCapacity, type CoreTotals, noDemand } from '../targets/usage.ts';
import type { MappingProblem } from './problem.ts';

/** Largest number of units a core may hold, whatever they listen to; 0 if not even one. */
export function unitLimit(capacity: CoreCapacity, units: number): number {
  return largest(units, (neurons) =>
    capacity.fits({ ...noDemand(), neurons, axons: 1, rows: 1, synapses: 1, memory: capacity.axonMemory(1) }),
  );
}

/** Largest fan-in of a neuron that is alone on a core, its slot and each of its synapses on a row of its own. */
export function fanInLimit(capacity: CoreCapacity, atMost: number): number {
  const stated = capacity.stated.fanIn?.limit ?? null;
  return largest(stated === null ? atMost : Math.min(atMost, stated), (axons) =>
    capacity.fits({ ...noDemand(), neurons: 1, axons, rows: axons, synapses: axons, memory: axons * capacity.axonMemory(1) }),
  );
}

/**
 * Whether no set of units breaks a limit of a core, however they are chosen, except by its number: then there is nothing to keep
 * track of while units move. May say no where the answer is yes.
 *
 * @param cores - on which all units are
 */
export function onlyNumberCounts({ synapses, units, sources }: MappingProblem, capacity: CoreCapacity, cores: number): boolean {
  // How many copies there are depends on where all others are.
  if (capacity.targetsPerNeuron !== null) return false;
  const neurons = unitLimit(capacity, units);
  const fanIns = Array.from({ length: units }, (_, unit) => synapses.indptr[unit + 1] - synapses.indptr[unit]).sort((a, b) => b - a);
  const most = fanIns.slice(0, neurons).reduce((sum, fanIn) => sum + fanIn, 0);
  let perSynapse = 0;
  for (let n = 1; n <= units; n++) perSynapse = Math.max(perSynapse, capacity.axonMemory(n) / n);
  return capacity.fits({
    neurons,
    copies: 0,
    axons: Math.min(most, sources),
    rows: most,
    axonsOut: neurons * (cores - 1),
    synapses: most,
    memory: most * perSynapse,
  });
}

/** What each unit asks of its core because its targets are on others: neuron slots beside its own, and axons out. Shapes [units]. */
export interface Abroad {
  readonly copies: Int32Array;
  readonly axonsOut: Int32Array;
}

/** Adds up what a set of units asks of one core. What they ask because targets are on other cores is given, or left at 0. */
export class DemandCounter {
  private readonly stamp: Int32Array;
  private readonly count: Int32Array;
  /** Row classes seen of a source, one bit each. */
  private readonly classes: Int32Array;
  private round = 0;

  constructor(
    private readonly problem: MappingProblem,
    private readonly capacity: CoreCapacity,
    private readonly abroad: Abroad | null = null,
  ) {
    this.stamp = new Int32Array(problem.sources);
    this.count = new Int32Array(problem.sources);
    this.classes = new Int32Array(problem.sources);
  }

  totals(units: ArrayLike<number>): CoreTotals {
    const { synapses, rowClass } = this.problem;
    const { indptr, indices } = synapses;
    this.round++;
    const totals: CoreTotals = { ...noDemand(), neurons: units.length };
    for (let i = 0; i < units.length; i++) {
      if (this.abroad !== null) {
        totals.copies += this.abroad.copies[units[i]];
        totals.axonsOut += this.abroad.axonsOut[units[i]];
      }
      for (let at = indptr[units[i]]; at < indptr[units[i] + 1]; at++) {
        const source = indices[at];
        if (this.stamp[source] !== this.round) {
          this.stamp[source] = this.round;
          this.count[source] = 0;
          this.classes[source] = 0;
          totals.axons++;
        }
        const row = 1 << (rowClass === null ? 0 : rowClass[at]);
        if ((this.classes[source] & row) === 0) {
          this.classes[source] |= row;
          totals.rows++;
        }
        totals.synapses++;
        totals.memory += this.capacity.axonMemory(this.count[source] + 1) - this.capacity.axonMemory(this.count[source]);
        this.count[source]++;
      }
    }
    return totals;
  }
}

/** Neuron slots that a unit takes beside its own to reach so many (core, row) targets (C6). */
export function copiesFor(targets: number, targetsPerNeuron: number | null): number {
  return targetsPerNeuron === null ? 0 : Math.max(0, Math.ceil(targets / targetsPerNeuron) - 1);
}

/** Largest n in 0 … limit that passes a monotone test. */
function largest(limit: number, passes: (n: number) => boolean): number {
  let low = 0;
  let high = limit;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (passes(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
