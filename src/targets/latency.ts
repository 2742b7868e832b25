// How long does a time step take, and which constants does the answer stand on?
import { type Constant, constantOf, evaluateTerms, type Sum, sumTerms, type Term, type TermParts } from './constants.ts';
import type { Target } from './load.ts';
import { converterOf, type MvmCounts } from './mvm.ts';
import { findProfile } from './profiles.ts';
import type { NumberQuantity } from './schema.ts';

const NS_PER_S = 1e9;

/** What bounds a time step: its busiest core and its longest message. */
export interface LatencyCounts {
  /** Work of the busiest core. */
  readonly synops: number;
  readonly activeNeurons: number;
  readonly idleNeurons: number;
  readonly mvm: MvmCounts | null;
  /** The longest message; null if nothing is sent. */
  readonly message: { readonly hopsX: number; readonly hopsY: number } | null;
}

/** The timing constants of a profile. */
export interface Timing {
  readonly profile: string;
  readonly constants: readonly Constant[];
  /** Cycles of a product from first input to last output; null where it takes its input cycles. */
  readonly pipelineCycles: number | null;
}

/** Latency of a time step, in ns, without overlap of its parts. */
export interface LatencyEstimate {
  readonly profile: string;
  readonly terms: readonly Term[];
  readonly total: Sum;
  readonly constants: readonly Constant[];
  readonly unknown: readonly string[];
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
  ];
  if (sync) constants.push(constantOf('sync', `${prefix}.sync`, sync));
  if (mvm) constants.push(cycleOf(target, `${prefix}.mvm.cycle`, mvm.cycle));
  return { profile: data.id, constants, pipelineCycles: mvm?.pipelineCycles?.value ?? null };
}

/** One read of the arrays: stated, or the read pulse and then the columns through their converter one by one. */
function cycleOf(target: Target, field: string, stated: NumberQuantity): Constant {
  const { crossbar } = target.file;
  const pulse = crossbar?.device?.readPulse?.value ?? null;
  const rate = converterOf(target).data?.rate.value ?? null;
  const columns = crossbar?.cols.value ?? null;
  const adcs = crossbar?.adcsPerArray.value ?? null;
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
    source: `derived; read pulse ${pulse} s + ${columnsPerAdc} columns per converter / ${rate} Hz`,
  };
}

/** Zero-load latency of one message's first flit, in ns: t = tile + hx·tx + hy·ty; null if a constant it needs is unknown. */
export function messageLatencyNs(times: Timing, hopsX: number, hopsY: number): number | null {
  const { terms } = evaluateTerms([messageTerm({ hopsX, hopsY })], times.constants, NS_PER_S);
  return sumTerms(terms).value;
}

/** Latency of a step, term by term. */
export function estimateLatency(times: Timing, counts: LatencyCounts): LatencyEstimate {
  const has = (name: string) => times.constants.some((constant) => constant.name === name);
  const { terms, unknown } = evaluateTerms(
    [
      // A core computes by events or by products.
      has('cycle') ? productTerm(counts.mvm, times.pipelineCycles) : eventTerm(counts),
      ...(counts.message === null ? [] : [messageTerm(counts.message)]),
      ...(has('sync') ? [['synchronisation', [[1, 'sync']]] as const] : []),
    ],
    times.constants,
    NS_PER_S,
  );
  return { profile: times.profile, terms, total: sumTerms(terms), constants: times.constants, unknown };
}

function eventTerm({ synops, activeNeurons, idleNeurons }: LatencyCounts): TermParts {
  return [
    'busiest core',
    [
      [synops, 'synop'],
      [activeNeurons, 'neuronActive'],
      [idleNeurons, 'neuronIdle'],
    ],
  ];
}

/** A pipeline's depth contains one pass of the input cycles; every further read of a split adds one more. */
function productTerm(mvm: MvmCounts | null, pipelineCycles: number | null): TermParts {
  const cycles = mvm === null ? 0 : (pipelineCycles ?? mvm.inputCycles) + (mvm.reads - 1) * mvm.inputCycles;
  return ['matrix–vector product', [[cycles, 'cycle']]];
}

function messageTerm({ hopsX, hopsY }: { readonly hopsX: number; readonly hopsY: number }): TermParts {
  return [
    'message',
    [
      [1, 'message'],
      [hopsX, 'hopX'],
      [hopsY, 'hopY'],
    ],
  ];
}
