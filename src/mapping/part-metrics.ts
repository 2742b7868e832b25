// What does one sort of synapses cost, or all of them together? Synapse view, message view, trees, bundles, traffic, and chance.
import { forEachEntry } from '../network/csr.ts';
import type { Hops } from '../targets/topology.ts';
import type { Chip } from './chip.ts';
import type { Connection } from './connections.ts';
import type { UsedCores } from './geometry.ts';
import type { NullModel, PartTotals } from './null-model.ts';
import { type MappingProblem, type Part, partOf } from './problem.ts';
import { bySource, linkUnion } from './transfers.ts';

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
  /** Messages to other chips (T7); the rest stays on its chip. */
  readonly chipCrossingMessagesPerStep: number;
  /** Σ activity over the synapses between cores: messages if every synapse had its own (T3). */
  readonly synapticEventsPerStep: number;
  /** Synapses that an arriving message serves, on average: synapticEventsPerStep / messagesPerStep (T6); null without messages. */
  readonly reuse: number | null;
  /** Σ activity · hops of the tree of links that reaches all cores of a source, whatever the chip's way of casting (N9). */
  readonly treeHopsPerStep: number;
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
  /** Σ over sources of the hops of the union of its routes: a multicast tree, an upper bound of the shortest. */
  readonly treeHopsSum: number;
  /** Σ hops over the different pairs of cores (the port is one) that any connection joins, both directions bundled. */
  readonly bundleHopsSum: number;
  /** Σ over synapses (W3), connections (W4), trees (W5) and bundles (W6); null where no pitch is published. */
  readonly synapseWireLengthMm: number | null;
  readonly connectionWireLengthMm: number | null;
  readonly treeWireLengthMm: number | null;
  readonly bundleWireLengthMm: number | null;
  /** Of a connection, hops·(T_link + T_router) + T_link with T_link = 0.01, T_router = 1 (N5; Jin et al. 2023); null without connections. */
  readonly normalisedLatency: { readonly mean: number; readonly max: number } | null;
  /** Null when no activity was measured. */
  readonly traffic: Traffic | null;
  readonly nullModel: { readonly wiringCost: NullComparison; readonly synapseHopsSum: NullComparison };
}

/** What parts are measured from. */
export interface Measured {
  readonly chip: Chip;
  readonly problem: MappingProblem;
  readonly used: UsedCores;
  readonly connections: readonly Connection[];
  readonly nullModel: NullModel;
}

/** Costs of the given parts taken together; a message that serves two of them counts once. */
export function partMetrics({ chip, problem, used, connections, nullModel }: Measured, parts: readonly Part[]): PartMetrics {
  const { unitOfSource, activity } = problem;
  const { pitch } = chip.topology;
  const lengthMm = (x: number, y: number) => (pitch.xMm === null || pitch.yMm === null ? null : x * pitch.xMm + y * pitch.yMm);
  let synapsesInsideCore = 0;
  let weight = 0;
  let weightInsideCore = 0;
  let synapticEvents = 0;
  let synapseX = 0;
  let synapseY = 0;
  const synapseHops: number[] = [];
  forEachEntry(problem.synapses, (unit, source, strength) => {
    if (!parts.includes(partOf(problem, unit, source))) return;
    const to = used.core[unit];
    const sender = unitOfSource[source];
    const from = sender < 0 ? null : used.core[sender];
    const { x, y } = used.hops(from, to);
    weight += strength;
    if (from !== to) synapticEvents += activity?.[source] ?? 0;
    if (from === to) {
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
  const trees = treesOf(chip, used, served, activity);
  const bundles = bundlesOf(used, served);
  const synapseStatistics = statistics(synapseHops);
  const synapses = synapseStatistics.histogram.reduce((a, b) => a + b, 0);
  const placed = sumParts(nullModel.placed, parts);
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
    treeHopsSum: trees.x + trees.y,
    bundleHopsSum: bundles.x + bundles.y,
    synapseWireLengthMm: lengthMm(synapseX, synapseY),
    connectionWireLengthMm: lengthMm(connectionX, connectionY),
    treeWireLengthMm: lengthMm(trees.x, trees.y),
    bundleWireLengthMm: lengthMm(bundles.x, bundles.y),
    normalisedLatency: normalisedLatency(connectionHops),
    traffic: activity === null ? null : trafficOf({ chip, used, connections: served, activity, synapticEvents, treeHops: trees.perStep }),
    nullModel: { wiringCost: compare('wiringCost'), synapseHopsSum: compare('synapseHopsSum') },
  };
}

/** Energy of a link and of a router in the normalised model of Jin et al. (2023), dimensionless. */
const LINK_ENERGY = 0.1;
const ROUTER_ENERGY = 1;

function trafficOf(sent: {
  readonly chip: Chip;
  readonly used: UsedCores;
  readonly connections: readonly Connection[];
  readonly activity: Float64Array;
  readonly synapticEvents: number;
  readonly treeHops: number;
}): Traffic {
  const { used, connections, activity } = sent;
  const { chips, links } = sent.chip.topology;
  let messagesPerStep = 0;
  let hopsXPerStep = 0;
  let hopsYPerStep = 0;
  let chipCrossingMessagesPerStep = 0;
  for (const { source, from, to, hopsX, hopsY } of connections) {
    messagesPerStep += activity[source];
    hopsXPerStep += activity[source] * hopsX;
    hopsYPerStep += activity[source] * hopsY;
    const leaves = chips > 1 && used.route(from, to).some((link) => links.crosses[link] === 1);
    if (leaves) chipCrossingMessagesPerStep += activity[source];
  }
  const hopsPerStep = hopsXPerStep + hopsYPerStep;
  const perMessage = (value: number) => (messagesPerStep === 0 ? null : value / messagesPerStep);
  return {
    messagesPerStep,
    hopsPerStep,
    hopsXPerStep,
    hopsYPerStep,
    meanHops: perMessage(hopsPerStep),
    chipCrossingMessagesPerStep,
    synapticEventsPerStep: sent.synapticEvents,
    reuse: perMessage(sent.synapticEvents),
    treeHopsPerStep: sent.treeHops,
    normalisedEnergyPerStep: hopsPerStep * LINK_ENERGY + (hopsPerStep + messagesPerStep) * ROUTER_ENERGY,
  };
}

/** Hops of the multicast trees of all sources, by axis, and those of a mean step. */
function treesOf(chip: Chip, used: UsedCores, connections: readonly Connection[], activity: Float64Array | null) {
  const { hopsX, hopsY } = chip.topology.links;
  const union = linkUnion(chip, used);
  const trees = { x: 0, y: 0, perStep: 0 };
  for (const sent of bySource(connections)) {
    let x = 0;
    let y = 0;
    for (const link of union(sent)) {
      x += hopsX[link];
      y += hopsY[link];
    }
    trees.x += x;
    trees.y += y;
    trees.perStep += (x + y) * (activity?.[sent[0].source] ?? 0);
  }
  return trees;
}

/** Hops of a wire bundle between any two cores that exchange messages, by axis. */
function bundlesOf({ ids }: UsedCores, connections: readonly Connection[]): Hops {
  const bundles = new Map<number, Connection>();
  for (const connection of connections) {
    const { from, to } = connection;
    const [a, b] = from === null ? [ids.length, to] : [Math.max(from, to), Math.min(from, to)];
    const pair = a * ids.length + b;
    // Both directions are equally long; the one met first counts.
    if (!bundles.has(pair)) bundles.set(pair, connection);
  }
  let x = 0;
  let y = 0;
  for (const { hopsX, hopsY } of bundles.values()) {
    x += hopsX;
    y += hopsY;
  }
  return { x, y };
}

/** Time of a link and of a router in the normalised model of Jin et al. (2023), dimensionless. */
const LINK_TIME = 0.01;
const ROUTER_TIME = 1;

function normalisedLatency(histogram: readonly number[]): PartMetrics['normalisedLatency'] {
  const { mean, max, histogram: counts } = statistics(histogram);
  const time = (hops: number) => hops * (LINK_TIME + ROUTER_TIME) + LINK_TIME;
  return counts.length === 0 ? null : { mean: time(mean), max: time(max) };
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
