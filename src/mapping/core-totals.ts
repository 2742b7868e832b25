// What does each core of a finished placement hold? The same totals that the search keeps up to date, counted once.
import { type CoreCapacity, type CoreTotals, noDemand } from '../targets/usage.ts';
import type { Delivery } from './connections.ts';
import type { UsedCores } from './geometry.ts';

/** Totals of every used core, by its number. */
export function coreTotals(capacity: CoreCapacity, used: UsedCores, deliveries: readonly Delivery[]): CoreTotals[] {
  const totals = used.ids.map(noDemand);
  for (const core of used.core) totals[core].neurons++;
  for (const [i, { source, from, to, synapses, rows }] of deliveries.entries()) {
    const core = totals[to];
    core.axons++;
    core.rows += rows;
    core.synapses += synapses;
    core.memory += capacity.axonMemory(synapses);
    if (from === null) continue;
    if (from !== to) totals[from].axonsOut++;
    // Deliveries of a source follow each other.
    if (deliveries[i - 1]?.source !== source) totals[from].copies += copiesOf(capacity, deliveries, i);
  }
  return totals;
}

/** Neuron slots beyond the first that the source of deliveries from `first` on needs. */
function copiesOf({ targetsPerNeuron }: CoreCapacity, deliveries: readonly Delivery[], first: number): number {
  if (targetsPerNeuron === null) return 0;
  let targets = 0;
  for (let i = first; deliveries[i]?.source === deliveries[first].source; i++) targets += deliveries[i].rows;
  return Math.max(0, Math.ceil(targets / targetsPerNeuron) - 1);
}
