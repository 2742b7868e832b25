// What does a report need to know? Results of the stages as they are; nothing here is computed for the report alone.
import type { Violation } from '../core/errors.ts';
import type { Warning } from '../core/progress.ts';
import type { Port } from '../mapping/chip.ts';
import type { MappingMetrics } from '../mapping/metrics.ts';
import type { Objective } from '../mapping/objective-names.ts';
import type { Placement } from '../mapping/placement.ts';
import type { Provenance, Scores } from '../network/artifact.ts';
import type { Network } from '../network/network.ts';
import type { Verification } from '../simulation/verify.ts';
import type { FloatVerification } from '../simulation/verify-floats.ts';
import type { EnergyEstimate, StepCounts } from '../targets/energy.ts';
import type { LatencyEstimate } from '../targets/latency.ts';
import type { Target } from '../targets/load.ts';
import type { Topology } from '../targets/topology.ts';
import type { TrainConfig } from '../training/config.ts';
import type { MetricsRow } from '../training/metrics.ts';
import type { AwareTraining } from './aware-table.ts';

/** What a search made small, in its unit. `start` is the best start of a search for short wires, for others the shortest wires found. */
export interface SearchedObjective {
  readonly name: Objective;
  readonly unit: string;
  readonly start: number;
  readonly final: number;
}

/** What a search was told, and what it found. */
export interface PlacementSearch extends Pick<Placement, 'seed' | 'cost'> {
  readonly effort: number;
  readonly objective: SearchedObjective;
}

/** What the user wanted of a placement. */
export interface Wishes {
  /** Core of each pinned unit, by names such as `neuron:7`. */
  readonly pins: Readonly<Record<string, number>>;
  /** Cores that stay empty. */
  readonly keepFree: readonly number[];
  /** Whether functional clusters share no core. */
  readonly keepModules: boolean;
}

/** Modules on cores of their own, and what the same search finds where they may share cores. */
export interface ModulesApart {
  readonly modules: number;
  /** Neurons in a module; the others and readout units go anywhere. */
  readonly neurons: number;
  /** Σ|w|·hops, and the objective, without that wish. */
  readonly wiringCostTogether: number;
  readonly objectiveTogether: number;
}

/** A network placed on a target, and what that costs; plain JSON data. */
export interface PlacementInput {
  /** Most neurons a core may hold; null when only the target's own limits count. */
  readonly cap: number | null;
  readonly wishes: Wishes;
  /** Where inputs enter. */
  readonly port: Port;
  /** What is in the way; empty if it fits. */
  readonly violations: readonly Violation[];
  /** Null when no placement was found. */
  readonly result: {
    readonly placement: PlacementSearch;
    /** Null where modules may share cores. */
    readonly modulesApart: ModulesApart | null;
    readonly metrics: MappingMetrics;
    /** What happens in a step; null when no activity was measured. */
    readonly counts: StepCounts | null;
    /** The default profile first; empty without activity or profiles. */
    readonly energy: readonly EnergyEstimate[];
    readonly latency: readonly LatencyEstimate[];
  } | null;
}

/** Everything that is known about one target. */
export interface TargetInput {
  readonly target: Target;
  readonly topology: Topology;
  /** How traffic was measured; null when no trials were run. */
  readonly activity: Activity | null;
  /** The placement that was exported and verified first, others for comparison behind it; at least one. */
  readonly placements: readonly PlacementInput[];
  /** Accuracy of the target's integer network; null if there is none. */
  readonly scores: Scores | null;
  /** Width of its states. */
  readonly stateBits: number;
  /** Null when nothing was verified. */
  readonly verification: Verification | null;
  /** Further assumptions, in words. */
  readonly assumptions: readonly string[];
  readonly warnings: readonly Warning[];
}

/** How messages per step were measured. */
export interface Activity {
  readonly mode: 'dense' | 'nonzero' | 'rate' | 'bit-serial';
  readonly trials: number;
  /** Mean number of neurons that send in a step. */
  readonly activeNeurons: number;
}

/** A run, ready to be reported. */
export interface ReportInput {
  readonly run: {
    readonly tool: string;
    readonly suite: {
      readonly name: string;
      readonly title: string;
      readonly tasks: readonly string[];
      readonly ceilings: readonly number[];
    };
    readonly seed: number;
    readonly configHash: string;
    /** SHA-256 by file name. */
    readonly artifacts: Readonly<Record<string, string>>;
  };
  /** The pruned network. */
  readonly network: Network;
  /** Neurons before pruning. */
  readonly neuronsTrained: number;
  /** Null for a network that was not trained by us. */
  readonly training: { readonly config: TrainConfig; readonly engine: Provenance['engine']; readonly last: MetricsRow | null } | null;
  /** Float stages in any order: `trained`, `pruned`, `fine-tuned`, `aware`. */
  readonly scores: readonly { readonly stage: string; readonly scores: Scores }[];
  /** How training for one of the targets went; null if there was none. */
  readonly aware: AwareTraining | null;
  readonly targets: readonly TargetInput[];
  /** How close the float ONNX files come to the network; null if they were not verified. */
  readonly forms: FloatVerification | null;
  readonly warnings: readonly Warning[];
}
