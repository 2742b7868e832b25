// What does each core of a finished placement hold? The same totals that the search keeps up to date, counted once.
import { type CoreCapacity, type CoreTotals, noDemand } from '../targets/usage.ts';
import { copiesFor } from './capacity.ts';
import type { Delivery } from './connections.ts';
import type { UsedCores } from './geometry.ts';

/** Totals of every used core, by its number. */
export function coreTotals(capacity: CoreCapacity, used: UsedCores, deliveries: readonly Delivery[]): CoreTotals[] {
  const totals = used.ids.map(noDemand);
  for (const core of used.core) totals[core].neurons++;
  const copies = copiesBySource(capacity, deliveries);
  for (const [i, { source, from, to, synapses, rows }] of deliveries.entries()) {
    const core = totals[to];
    core.axons++;
    core.rows += rows;
    core.synapses += synapses;
    core.memory += capacity.axonMemory(synapses);
    if (from === null) continue;
    if (from !== to) totals[from].axonsOut++;
    // Deliveries of a source follow each other.
    if (deliveries[i - 1]?.source !== source) totals[from].copies += copies.get(source) ?? 0;
  }
  return totals;
}

/** Neuron slots that each source takes beside its own to reach all its (core, row) targets; sources without targets are left out. */
export function copiesBySource(capacity: CoreCapacity, deliveries: readonly Delivery[]): Map<number, number> {
  const targets = new Map<number, number>();
  for (const { source, rows } of deliveries) targets.set(source, (targets.get(source) ?? 0) + rows);
  return new Map([...targets].map(([source, count]) => [source, copiesFor(count, capacity.targetsPerNeuron)]));
}
