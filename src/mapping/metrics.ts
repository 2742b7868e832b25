// What does a placement cost? Everything a report says about it, recurrent, readout and input parts apart.
import type { Part } from './problem.ts';

/** Hops of a set of synapses or connections (0 = same router). */
export interface HopStatistics {
  readonly mean: number;
  readonly p95: number;
  readonly max: number;
  /** How many at 0, 1, 2, … hops. */
  readonly histogram: readonly number[];
}

/** A value beside the same value under random placement of the units on the same core slots. */
export interface NullComparison {
  readonly value: number;
  /** Exact expectation over all permutations. */
  readonly expected: number;
  /** value / expected; null when the expectation is 0. */
  readonly ratio: number | null;
  /** Seeded permutations, for the spread. */
  readonly sample: {
    readonly permutations: number;
    readonly mean: number;
    readonly deviation: number;
    readonly min: number;
    readonly max: number;
  };
}

/** Messages of one part per step, activity mode `nonzero`; one message per source and destination core. */
export interface Traffic {
  readonly messagesPerStep: number;
  /** Σ activity · hops (N1), and by axis. */
  readonly hopsPerStep: number;
  readonly hopsXPerStep: number;
  readonly hopsYPerStep: number;
  /** hopsPerStep / messagesPerStep (N2); null without messages. */
  readonly meanHops: number | null;
  /** Σ activity · (hops·E_link + (hops + 1)·E_router) with E_link = 0.1, E_router = 1 (N3; Jin et al. 2023 give the constants). */
  readonly normalisedEnergyPerStep: number;
}

/** What one sort of synapses costs. Synapses of inputs are never inside a core: they come from the port. */
export interface PartMetrics {
  readonly synapses: number;
  readonly synapsesInsideCore: number;
  readonly synapsesBetweenCores: number;
  /** Σ|w|, real weights. */
  readonly weight: number;
  readonly weightInsideCore: number;
  readonly weightBetweenCores: number;
  /** Σ|w|·hops. */
  readonly wiringCost: number;
  /** Σ hops over synapses. */
  readonly synapseHopsSum: number;
  readonly synapseHops: HopStatistics;
  /** Pairs of a source and another core that holds a target of it: the message view. */
  readonly connections: number;
  readonly connectionHopsSum: number;
  readonly connectionHops: HopStatistics;
  /** Σ over synapses (W3) and over connections (W4); null where no pitch is published. */
  readonly synapseWireLengthMm: number | null;
  readonly connectionWireLengthMm: number | null;
  /** Null when no activity was measured. */
  readonly traffic: Traffic | null;
  readonly nullModel: { readonly wiringCost: NullComparison; readonly synapseHopsSum: NullComparison };
}

/** A limited resource over the used cores. */
export interface ResourceOccupancy {
  readonly resource: string;
  readonly unit: string;
  readonly limit: number;
  /** Where the limit was read. */
  readonly source: string;
  /** used / limit over used cores, 0 to 1. */
  readonly mean: number;
  readonly max: number;
  /** Core that reaches the maximum. */
  readonly maxCore: number;
}

/** A used core, for pictures and tables. */
export interface CoreMetrics {
  readonly id: number;
  readonly x: number;
  readonly y: number;
  readonly slot: number;
  readonly neurons: number;
  readonly readouts: number;
  readonly axons: number;
  readonly synapses: number;
  /** Occupancy of its fullest resource, 0 to 1. */
  readonly utilization: number;
}

/** Load of one directed link between neighbouring routers under XY routing. */
export interface LinkLoad {
  readonly from: { readonly x: number; readonly y: number };
  readonly to: { readonly x: number; readonly y: number };
  /** Messages of hidden neurons and of inputs. */
  readonly neuronTrafficPerStep: number;
  readonly inputTrafficPerStep: number;
  readonly trafficPerStep: number;
}

/** Everything a report needs about a placement. */
export interface MappingMetrics {
  readonly coresUsed: number;
  /** Smallest number of cores that the total demand could fill, and coresUsed over it (C1). */
  readonly coresMinimum: number;
  readonly coresOverhead: number;
  readonly maxNeuronsPerCore: number | null;
  readonly cores: readonly CoreMetrics[];
  readonly resources: readonly ResourceOccupancy[];
  /** Name of the fullest resource. */
  readonly bindingResource: string;
  /** Cells that hold a synapse over all cells of the used arrays (C3); null for synapse lists. */
  readonly cellUtilization: { readonly usedCells: number; readonly cells: number; readonly arrays: number; readonly ratio: number } | null;
  /** Basis of the pitch behind wire lengths, as the target states it; null where no pitch is published. */
  readonly wireLengthBasis: string | null;
  readonly parts: Readonly<Record<Part, PartMetrics>>;
  /** All parts together; a neuron whose message serves hidden and readout targets of a core counts once here. */
  readonly total: PartMetrics;
  /** Null when no activity was measured. */
  readonly links: {
    readonly max: number;
    /** Over all links of the smallest rectangle that holds the used routers and the port. */
    readonly mean: number;
    readonly busiest: LinkLoad | null;
    /** Links that carry traffic. */
    readonly loads: readonly LinkLoad[];
  } | null;
}
