// How long does a time step take, and which constants does the answer stand on?
import type { Constant, Sum, Term } from './constants.ts';
import type { Target } from './load.ts';
import type { MvmCounts } from './mvm.ts';

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
}

/** Latency of a time step, in ns, without overlap of its parts. */
export interface LatencyEstimate {
  readonly profile: string;
  readonly terms: readonly Term[];
  readonly total: Sum;
  readonly constants: readonly Constant[];
  readonly unknown: readonly string[];
}

/** Timing constants that belong to an energy profile, the default one unless named. */
export function timing(target: Target, profileId?: string): Timing {
  throw new Error(`not built yet: ${target.id} ${profileId}`);
}

/** Zero-load latency of one message, in ns: t = tile + hx·tx + hy·ty; null if a constant it needs is unknown. */
export function messageLatencyNs(times: Timing, hopsX: number, hopsY: number): number | null {
  throw new Error(`not built yet: ${times.profile} ${hopsX} ${hopsY}`);
}

/** Latency of a step, term by term. */
export function estimateLatency(times: Timing, counts: LatencyCounts): LatencyEstimate {
  throw new Error(`not built yet: ${times.profile} ${counts.synops}`);
}
