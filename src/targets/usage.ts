// How much of a core does a group of neurons take?
import type { Target } from './load.ts';

/** What a group of neurons asks of its core. */
export interface CoreDemand {
  readonly neurons: number;
  /** Distinct sources with a synapse into the group, its own neurons and inputs included. */
  readonly axons: number;
  /** Pairs (neuron of the group, other core) that need a message path. */
  readonly axonsOut: number;
  /** Synapses each axon has inside the core, shape [axons]. */
  readonly synapsesPerAxon: ArrayLike<number>;
}

export type ResourceName = 'neurons' | 'axonsIn' | 'axonsOut' | 'synapses' | 'synapseMemory' | 'arrays';

/** One resource of a core. */
export interface ResourceUse {
  readonly resource: ResourceName;
  readonly used: number;
  /** Null where the target states no limit. */
  readonly limit: number | null;
  readonly unit: string;
  /** File, field and provenance of the limit. */
  readonly source: string;
}

/**
 * The same demand as running totals, for inner loops: keep the four numbers up to date while neurons move, adding
 * `axonMemory(n + 1) − axonMemory(n)` when an axon gains a synapse.
 */
export interface CoreTotals {
  neurons: number;
  axons: number;
  axonsOut: number;
  /** Σ axonMemory(synapses of the axon). */
  memory: number;
}

/** Limits of a core, ready for inner loops. All cores of a target are alike. */
export interface CoreCapacity {
  /** Memory one axon with n synapses in this core takes, in the unit of the list-like resource; 0 for n = 0 and for rectangles. */
  axonMemory(synapses: number): number;
  /** Whether the totals are within every limit; allocates nothing. */
  fits(totals: Readonly<CoreTotals>): boolean;
  /** Highest used / limit over all resources, above 1 if it does not fit; allocates nothing. */
  load(totals: Readonly<CoreTotals>): number;
  /** Every resource with its limit and source. */
  usage(totals: Readonly<CoreTotals>): ResourceUse[];
}

/**
 * Limits of one core for weights of the given width.
 *
 * @throws UsageError if the target's packing rule is not known to this version
 */
export function coreCapacity(target: Target, bits = 8): CoreCapacity {
  throw new Error(`not built yet: ${target.id} ${bits}`);
}

/** Use of every resource by one core's demand. */
export function coreUsage(target: Target, demand: CoreDemand, bits = 8): ResourceUse[] {
  const capacity = coreCapacity(target, bits);
  let memory = 0;
  for (let a = 0; a < demand.axons; a++) memory += capacity.axonMemory(demand.synapsesPerAxon[a] as number);
  return capacity.usage({ neurons: demand.neurons, axons: demand.axons, axonsOut: demand.axonsOut, memory });
}
