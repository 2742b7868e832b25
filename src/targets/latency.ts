// How long does a time step take, and which constants does the answer stand on?
import { type Constant, constantOf, evaluateTerms, type Sum, sumTerms, type Term, type TermParts } from './constants.ts';
import type { Target } from './load.ts';
import { converterOf, INPUT_CYCLES, type MvmCounts } from './mvm.ts';
import { findProfile } from './profiles.ts';
import type { NumberQuantity } from './schema.ts';

const NS_PER_S = 1e9;

/** Work of one core in a time step. */
export interface CoreWork {
  readonly synops: number;
  readonly activeNeurons: number;
  readonly idleNeurons: number;
  /** Messages it sends. */
  readonly messages: number;
  readonly mvm: MvmCounts | null;
}

/** Links a message crosses along each axis, and those of them that lead to another chip. */
export interface MessageHops {
  readonly hopsX: number;
  readonly hopsY: number;
  readonly crossings: number;
}

/** What can bound a time step: every core, and every route a message takes; no messages if nothing is sent. */
export interface LatencyCounts {
  readonly cores: readonly CoreWork[];
  readonly messages: readonly MessageHops[];
  /** Packets through the busiest link. */
  readonly busiestLinkPackets: number;
}

/** The timing constants of a profile. */
export interface Timing {
  readonly profile: string;
  readonly constants: readonly Constant[];
  /** Packets that a link carries a second; null if unknown. */
  readonly packetsPerSecond: number | null;
  /** Cycles of a product from first input to last output; null where it takes its input cycles. */
  readonly pipelineCycles: number | null;
}

/** Latency of a time step, in ns: its slowest core, its slowest message, and the barrier, without overlap or congestion. */
export interface LatencyEstimate {
  readonly profile: string;
  readonly terms: readonly Term[];
  readonly total: Sum;
  /** Constants used, with provenance. */
  readonly constants: readonly Constant[];
  readonly unknown: readonly string[];
  readonly throughput: Throughput;
}

/** How often steps could follow each other if they overlapped (N14): as fast as the busiest core and the busiest link allow. */
export interface Throughput {
  /** max over cores of synapses·t_syn + updates·t_upd + messages·t_msg + sync, in ns; incomplete where a time is unknown. */
  readonly coreNs: Sum;
  /** Packets through the busiest link over its bandwidth, in ns; null if unknown. */
  readonly linkNs: number | null;
  /** 1 / the longer of both; an upper bound unless complete, null if neither is known. */
  readonly stepsPerSecond: number | null;
  readonly complete: boolean;
}

/**
 * Timing constants that belong to an energy profile, the default one unless named.
 *
 * @throws UsageError for an unknown profile
 */
export function timing(target: Target, profileId?: string): Timing {
  const { data, field } = findProfile(target, profileId);
  const times = data.time ?? target.file.time;
  const prefix = data.time ? `${field}.time` : 'time';
  const { synop, neuronUpdate, intraTile, hop, sync, mvm } = times;
  const constants = [
    constantOf('synop', `${prefix}.synop`, synop),
    constantOf('neuronActive', `${prefix}.neuronUpdate.active`, neuronUpdate?.active),
    constantOf('neuronIdle', `${prefix}.neuronUpdate.inactive`, neuronUpdate?.inactive),
    constantOf('message', `${prefix}.intraTile`, intraTile),
    constantOf('hopX', `${prefix}.hop.x`, hop?.x),
    constantOf('hopY', `${prefix}.hop.y`, hop?.y),
    crossingOf(target, `${prefix}.chipCrossing`, times.chipCrossing),
  ];
  if (sync) constants.push(constantOf('sync', `${prefix}.sync`, sync));
  if (mvm) constants.push(cycleOf(target, `${prefix}.mvm.cycle`, mvm.cycle));
  return { profile: data.id, constants, packetsPerSecond: packetRate(target), pipelineCycles: mvm?.pipelineCycles?.value ?? null };
}

/** The way to another chip: stated, or that of the board. */
function crossingOf({ board }: Target, field: string, stated: NumberQuantity | undefined): Constant {
  const latency = board?.chipToChip?.latency;
  if (board === null || latency === undefined || (stated?.value ?? null) !== null) return constantOf('chipCrossing', field, stated);
  return constantOf('chipCrossing', `board ${board.name}, chipToChip.latency`, latency);
}

/** Packets (flits where a file has them) that a link carries a second; null if unknown. */
function packetRate({ file: { routing } }: Target): number | null {
  const { linkBandwidth, flitBits, packetBits } = routing;
  if (linkBandwidth === undefined || linkBandwidth.value === null) return null;
  if (linkBandwidth.unit === 'event/s') return linkBandwidth.value;
  const bits = flitBits?.value ?? packetBits?.value ?? null;
  return bits === null ? null : linkBandwidth.value / bits;
}

/** One read of the arrays: stated, or the read pulse and then the columns through their converter one by one. */
function cycleOf(target: Target, field: string, stated: NumberQuantity): Constant {
  const { crossbar } = target.file;
  const pulse = crossbar?.device?.readPulse?.value ?? null;
  const rate = converterOf(target).data?.rate.value ?? null;
  const columns = crossbar?.cols.value ?? null;
  const adcs = crossbar?.adcsPerArray?.value ?? null;
  if (stated.value !== null || pulse === null || rate === null || columns === null || adcs === null) {
    return constantOf('cycle', field, stated);
  }
  const columnsPerAdc = Math.ceil(columns / adcs);
  return {
    name: 'cycle',
    field: 'crossbar',
    value: pulse + columnsPerAdc / rate,
    unit: 's',
    bound: 'exact',
    range: null,
    provenance: 'derived',
    source: `derived; ${digits(pulse * NS_PER_S)} ns read pulse + ${columnsPerAdc} columns per converter / ${digits(rate * 1e-9)} GHz`,
  };
}

function digits(value: number): number {
  return Number(value.toPrecision(6));
}

/** Latency of a step, term by term. */
export function estimateLatency(times: Timing, counts: LatencyCounts): LatencyEstimate {
  const barrier: TermParts[] = times.constants.some(({ name }) => name === 'sync') ? [['synchronisation', [[1, 'sync']]]] : [];
  const { terms, unknown } = evaluateTerms(
    [
      ...slowest(
        counts.cores.map((core) => workTerm(core, times)),
        times,
      ),
      ...slowest(counts.messages.map(messageTerm), times),
      ...barrier,
    ],
    times.constants,
    NS_PER_S,
  );
  const used = new Set(terms.flatMap(({ constants }) => constants));
  const constants = times.constants.filter(({ name }) => used.has(name));
  return { profile: times.profile, terms, total: sumTerms(terms), constants, unknown, throughput: throughputOf(times, counts, barrier) };
}

function throughputOf(times: Timing, { cores, busiestLinkPackets }: LatencyCounts, barrier: readonly TermParts[]): Throughput {
  const busy = cores.map((core): TermParts => {
    const [name, parts] = workTerm(core, times);
    return [name, [...parts, [core.messages, 'message']]];
  });
  const coreNs = sumTerms(evaluateTerms([...slowest(busy, times), ...barrier], times.constants, NS_PER_S).terms);
  const linkNs =
    busiestLinkPackets === 0 ? 0 : times.packetsPerSecond === null ? null : (busiestLinkPackets / times.packetsPerSecond) * NS_PER_S;
  const longest = Math.max(coreNs.value ?? 0, linkNs ?? 0);
  return { coreNs, linkNs, stepsPerSecond: longest === 0 ? null : NS_PER_S / longest, complete: coreNs.complete && linkNs !== null };
}

/** A core computes by events or by products. */
function workTerm(core: CoreWork, times: Timing): TermParts {
  const isProduct = times.constants.some(({ name }) => name === 'cycle');
  return isProduct ? productTerm(core.mvm, times.pipelineCycles) : eventTerm(core);
}

/** The one that takes longest, the first of equals, as a list; one that nobody knows may be it. */
function slowest(candidates: readonly TermParts[], { constants }: Timing): TermParts[] {
  const { terms } = evaluateTerms(candidates, constants, NS_PER_S);
  const times = terms.map(({ value }) => value ?? Number.POSITIVE_INFINITY);
  const longest = times.indexOf(times.reduce((a, b) => Math.max(a, b), 0));
  return candidates.slice(longest, longest + 1);
}

function eventTerm({ synops, activeNeurons, idleNeurons }: CoreWork): TermParts {
  return [
    'slowest core',
    [
      [synops, 'synop'],
      [activeNeurons, 'neuronActive'],
      [idleNeurons, 'neuronIdle'],
    ],
  ];
}

/** A pipeline's depth contains one pass of the input cycles; every further read of a split adds one more. */
function productTerm(mvm: MvmCounts | null, pipelineCycles: number | null): TermParts {
  if (mvm === null) return ['matrix–vector product', [[0, 'cycle']]];
  const { inputCycles, reads } = mvm;
  const cycles = inputCycles === null ? { unknown: INPUT_CYCLES } : (pipelineCycles ?? inputCycles) + (reads - 1) * inputCycles;
  return ['matrix–vector product', [[cycles, 'cycle']]];
}

/** Zero load, first flit: t = tile + hx·tx + hy·ty + crossings·tc (N6). */
function messageTerm({ hopsX, hopsY, crossings }: MessageHops): TermParts {
  return [
    'slowest message',
    [[1, 'message'], [hopsX, 'hopX'], [hopsY, 'hopY'], ...(crossings > 0 ? [[crossings, 'chipCrossing'] as const] : [])],
  ];
}
