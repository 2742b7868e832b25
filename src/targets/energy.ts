// How much energy does a time step take, and which constants does the answer stand on?
import type { Constant, Sum, Term } from './constants.ts';
import type { Target } from './load.ts';
import type { MvmCounts } from './mvm.ts';

/** What happens on the chip in one time step (means over steps may be fractional). */
export interface StepCounts {
  /** Synaptic operations: events times their synapses. */
  readonly synops: number;
  /** Neurons that send in this step, and those that do not. */
  readonly activeNeurons: number;
  readonly idleNeurons: number;
  /** Messages to another core (one per source and destination core), and links they cross along each axis, summed. */
  readonly messages: number;
  readonly hopsX: number;
  readonly hopsY: number;
  readonly chipCrossings: number;
  /** Flits times links crossed, summed over messages. */
  readonly flitHops: number;
  /** Bytes written to and read from core buffers. */
  readonly bufferBytes: number;
  /** One entry per core that computes a matrix–vector product. */
  readonly mvms: readonly MvmCounts[];
  /** Whole chips that are powered, and for how long a step lasts; null if unknown. */
  readonly chips: number;
  readonly stepNs: number | null;
}

/** An energy profile with its constants resolved. */
export interface EnergyProfile {
  readonly id: string;
  readonly kind: 'event' | 'affine-chip' | 'aggregate' | 'mvm' | 'mac-flat' | 'wire';
  readonly constants: readonly Constant[];
}

/** Energy of one time step, in pJ. */
export interface EnergyEstimate {
  readonly profile: string;
  readonly kind: EnergyProfile['kind'];
  readonly terms: readonly Term[];
  /** Everything but static power, in pJ. */
  readonly dynamic: Sum;
  /** In pJ. */
  readonly total: Sum;
  /** Constants used, with provenance. */
  readonly constants: readonly Constant[];
  /** Names of the constants that are needed and unknown. */
  readonly unknown: readonly string[];
}

/**
 * A profile of the target, the default one unless named.
 *
 * @throws UsageError for an unknown profile
 */
export function energyProfile(target: Target, id?: string): EnergyProfile {
  throw new Error(`not built yet: ${target.id} ${id}`);
}

/** Energy of a step, term by term. @see Davies et al. (2018), Table 2 for `event`; Shafiee et al. (2016) for `mvm` */
export function estimateEnergy(profile: EnergyProfile, counts: StepCounts): EnergyEstimate {
  throw new Error(`not built yet: ${profile.id} ${counts.synops}`);
}
