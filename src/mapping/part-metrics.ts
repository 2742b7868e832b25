// What does one sort of synapses cost, or all of them together? Synapse view, message view, traffic, and chance.
import { forEachEntry } from '../network/csr.ts';
import type { Pitch } from '../targets/topology.ts';
import type { Connection } from './connections.ts';
import type { UsedCores } from './geometry.ts';
import { hopTotals, type NullModel, type PartTotals } from './null-model.ts';
import { type MappingProblem, type Part, partOf } from './problem.ts';

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

/** What parts are measured from. */
export interface Measured {
  readonly problem: MappingProblem;
  readonly used: UsedCores;
  readonly connections: readonly Connection[];
  readonly pitch: Pitch;
  readonly nullModel: NullModel;
}

/** Costs of the given parts taken together; a message that serves two of them counts once. */
export function partMetrics({ problem, used, connections, pitch, nullModel }: Measured, parts: readonly Part[]): PartMetrics {
  const { neurons, activity } = problem;
  const cores = used.ids.length;
  const lengthMm = (x: number, y: number) => (pitch.xMm === null || pitch.yMm === null ? null : x * pitch.xMm + y * pitch.yMm);
  let synapsesInsideCore = 0;
  let weight = 0;
  let weightInsideCore = 0;
  let synapseX = 0;
  let synapseY = 0;
  const synapseHops: number[] = [];
  forEachEntry(problem.synapses, (unit, source, strength) => {
    if (!parts.includes(partOf(problem, unit, source))) return;
    const to = used.core[unit];
    const isInput = source >= neurons;
    const at = isInput ? to : used.core[source] * cores + to;
    const x = isInput ? used.portX[at] : used.x[at];
    const y = isInput ? used.portY[at] : used.y[at];
    weight += strength;
    if (!isInput && used.core[source] === to) {
      synapsesInsideCore++;
      weightInsideCore += strength;
    }
    synapseX += x;
    synapseY += y;
    count(synapseHops, x + y);
  });
  const served = connections.filter((connection) => connection.parts.some((part) => parts.includes(part)));
  const connectionX = served.reduce((sum, { hopsX }) => sum + hopsX, 0);
  const connectionY = served.reduce((sum, { hopsY }) => sum + hopsY, 0);
  const connectionHops: number[] = [];
  for (const { hopsX, hopsY } of served) count(connectionHops, hopsX + hopsY);
  const synapseStatistics = statistics(synapseHops);
  const synapses = synapseStatistics.histogram.reduce((a, b) => a + b, 0);
  const placed = sumParts(hopTotals(problem, used, used.core), parts);
  const expected = sumParts(nullModel.expected, parts);
  const samples = nullModel.samples.map((sample) => sumParts(sample, parts));
  const compare = (measure: 'wiringCost' | 'synapseHopsSum') =>
    comparison(
      placed[measure],
      expected[measure],
      samples.map((sample) => sample[measure]),
    );
  return {
    synapses,
    synapsesInsideCore,
    synapsesBetweenCores: synapses - synapsesInsideCore,
    weight,
    weightInsideCore,
    weightBetweenCores: weight - weightInsideCore,
    wiringCost: placed.wiringCost,
    synapseHopsSum: placed.synapseHopsSum,
    synapseHops: synapseStatistics,
    connections: served.length,
    connectionHopsSum: connectionX + connectionY,
    connectionHops: statistics(connectionHops),
    synapseWireLengthMm: lengthMm(synapseX, synapseY),
    connectionWireLengthMm: lengthMm(connectionX, connectionY),
    traffic: activity === null ? null : trafficOf(served, activity),
    nullModel: { wiringCost: compare('wiringCost'), synapseHopsSum: compare('synapseHopsSum') },
  };
}

/** Energy of a link and of a router in the normalised model of Jin et al. (2023), dimensionless. */
const LINK_ENERGY = 0.1;
const ROUTER_ENERGY = 1;

function trafficOf(connections: readonly Connection[], activity: Float64Array): Traffic {
  let messagesPerStep = 0;
  let hopsXPerStep = 0;
  let hopsYPerStep = 0;
  for (const { source, hopsX, hopsY } of connections) {
    messagesPerStep += activity[source];
    hopsXPerStep += activity[source] * hopsX;
    hopsYPerStep += activity[source] * hopsY;
  }
  const hopsPerStep = hopsXPerStep + hopsYPerStep;
  return {
    messagesPerStep,
    hopsPerStep,
    hopsXPerStep,
    hopsYPerStep,
    meanHops: messagesPerStep === 0 ? null : hopsPerStep / messagesPerStep,
    normalisedEnergyPerStep: hopsPerStep * LINK_ENERGY + (hopsPerStep + messagesPerStep) * ROUTER_ENERGY,
  };
}

function count(histogram: number[], hops: number): void {
  while (histogram.length <= hops) histogram.push(0);
  histogram[hops]++;
}

function statistics(histogram: readonly number[]): HopStatistics {
  const total = histogram.reduce((a, b) => a + b, 0);
  const sum = histogram.reduce((a, b, hops) => a + b * hops, 0);
  let seen = 0;
  const p95 = histogram.findIndex((n) => {
    seen += n;
    return seen >= 0.95 * total;
  });
  return { mean: total === 0 ? 0 : sum / total, p95: Math.max(0, p95), max: Math.max(0, histogram.length - 1), histogram };
}

function sumParts(totals: PartTotals, parts: readonly Part[]): { wiringCost: number; synapseHopsSum: number } {
  return {
    wiringCost: parts.reduce((sum, part) => sum + totals[part].wiringCost, 0),
    synapseHopsSum: parts.reduce((sum, part) => sum + totals[part].synapseHopsSum, 0),
  };
}

function comparison(value: number, expected: number, samples: readonly number[]): NullComparison {
  const mean = samples.reduce((a, b) => a + b, 0) / samples.length;
  const variance = samples.reduce((sum, sample) => sum + (sample - mean) ** 2, 0) / (samples.length - 1);
  return {
    value,
    expected,
    ratio: expected === 0 ? null : value / expected,
    sample: {
      permutations: samples.length,
      mean,
      deviation: Math.sqrt(variance),
      min: Math.min(...samples),
      max: Math.max(...samples),
    },
  };
}
