// How does pruned.safetensors become quantized.safetensors, in the integers one target can store?
import { applyUnits, type QuantizeOptions, quantize } from '../compression/quantize.ts';
import type { QuantizedArtifact } from '../compression/quantized-file.ts';
import type { SynapseCounts } from '../compression/synapse-counts.ts';
import { narrowFormat, type WeightFormat } from '../compression/weight-format.ts';
import { hashJson, sha256 } from '../core/hash.ts';
import type { Warning } from '../core/progress.ts';
import { TOOL } from '../core/version.ts';
import type { Chip } from '../mapping/chip.ts';
import { chipProblem } from '../mapping/chip-problem.ts';
import { checkFit, doesNotFit } from '../mapping/legality.ts';
import { groupOfNeuron, partition } from '../mapping/partition.ts';
import type { Provenance, Scores } from '../network/artifact.ts';
import type { Network } from '../network/network.ts';
import { weightFormat } from '../targets/formats.ts';
import { tasksWithDelay } from '../tasks/delays.ts';
import type { TaskSuite } from '../tasks/suite.ts';
import { findSuite } from '../tasks/suites.ts';
import type { CheckpointStore } from '../training/checkpoint.ts';
import { chooseMixed, type WidthChoice } from './choose-widths.ts';
import type { QuantizeConfig } from './config.ts';
import { balancedRangesOf, calibrationOf, integerScoresOf, scoresOf } from './measured.ts';
import type { NetworkArtifact } from './network-file.ts';
import { trainForIntegers } from './quantization-training.ts';
import type { ScorePlan } from './scores.ts';
import type { StageHooks } from './train-stage.ts';

/** A quantized network before it is written, and what its user should know. */
export interface QuantizedResult {
  readonly artifact: QuantizedArtifact;
  readonly summary: QuantizationSummary;
  readonly warnings: readonly Warning[];
}

/** What quantization did. */
export interface QuantizationSummary {
  readonly weights: WeightFormat;
  readonly granularity: QuantizeConfig['granularity'];
  readonly stateBits: number;
  /** Synapses before, by matrix. */
  readonly synapses: SynapseCounts;
  /** Of these, those whose weight became 0, and those whose weight was beyond the range. */
  readonly roundedToZero: SynapseCounts;
  readonly clipped: SynapseCounts;
  /** Bits of all weights other than 0, in total. */
  readonly storedBits: number;
  /** Widths by group where there was a budget, with the damage each was measured to do alone; else null. */
  readonly widths: readonly WidthChoice[] | null;
  /** Accuracy of the float network and of the integers, on the same trials. */
  readonly tasks: readonly TaskLoss[];
  readonly loss: Losses;
}

/** Mean accuracy lost; null where there are no such tasks. */
export interface Losses {
  readonly all: number;
  /** By tasks with a delay, and by the others. */
  readonly withDelay: number | null;
  readonly others: number | null;
}

/** What quantization does to a task. */
export interface TaskLoss {
  readonly task: string;
  readonly hasDelay: boolean;
  readonly float: number;
  readonly integer: number;
}

/**
 * Quantizes a pruned network for a target, trained for its integers if the settings say so, and measures it.
 *
 * @param store - where the checkpoint of a training is kept, so that a killed one goes on
 * @throws InterruptedError when the signal aborts a training
 * @throws FitError if granularity is `core` and no partition fits the chip
 * @throws UsageError if the network is not ReLU, has a weight that is not finite, or its integers would not fit int32
 */
export async function quantizeStage(
  pruned: NetworkArtifact,
  chip: Chip,
  config: QuantizeConfig,
  plan: ScorePlan,
  hooks: StageHooks = {},
  store?: CheckpointStore,
): Promise<QuantizedResult> {
  const { network, header } = pruned;
  const { target } = chip;
  const suite = findSuite(header.config.suite);
  const weights = weightFormat(target, chip.weightBits);
  const options: QuantizeOptions = {
    weights,
    stateBits: config.stateBits,
    scale: config.scale,
    powerOfTwo: config.powerOfTwo,
    groups: config.granularity === 'core' ? coreGroups(network, chip) : config.granularity,
    accumulatorBits: target.file.state?.bits?.value ?? null,
  };
  // Inputs are as fine as the weights that most rows will have.
  const common = narrowFormat(weights, Math.round(config.bitBudget ?? chip.weightBits));
  const isBalanced = config.inputRange === 'balanced';
  const ranges = isBalanced
    ? balancedRangesOf(network, suite, config, { ...options, weights: common })
    : calibrationOf(network, suite, config);
  const mixed = config.bitBudget === null ? null : await chooseMixed(network, ranges, options, suite, config, config.bitBudget, hooks);
  const final = { ...options, ...(mixed && { widths: mixed.widths }) };
  const trained = config.train === null ? null : await trainForIntegers(network, suite, ranges, final, config.train, hooks, store);
  const quantized = trained === null ? quantize(network, ranges, final) : applyUnits(trained.network, trained.units, final);
  const integer = await integerScoresOf(network, quantized.network, suite, plan);
  const float = await floatScores(pruned, plan);
  const artifact: QuantizedArtifact = {
    network: quantized.network,
    details: { target: target.label, weights, ...(mixed && { widths: mixed.widths }), grid: network.grid },
    header: {
      config: { ...header.config, quantize: config },
      provenance: {
        stage: 'quantized',
        ...quantizingHashes(pruned, chip, config),
        tool: TOOL,
        engine: trained?.engine ?? null,
      },
      scores: { ...header.scores, integer },
    },
  };
  const { recurrent, input, readout } = network;
  const tasks = taskLosses(suite, float, integer);
  const summary: QuantizationSummary = {
    weights,
    granularity: config.granularity,
    stateBits: config.stateBits,
    synapses: { recurrent: recurrent.values.length, input: input.values.length, readout: readout.values.length },
    roundedToZero: quantized.roundedToZero,
    clipped: quantized.clipped,
    storedBits: quantized.storedBits,
    widths: mixed?.choices ?? null,
    tasks,
    loss: meanLosses(tasks),
  };
  return { artifact, summary, warnings: quantized.warnings };
}

/** What a quantized network is known by: the network and the settings it was made from. */
export function quantizingHashes(
  pruned: NetworkArtifact,
  { target }: Chip,
  config: QuantizeConfig,
): Pick<Provenance, 'configHash'> & { readonly parentHash: string } {
  return { parentHash: sha256(pruned.bytes), configHash: hashJson({ ...config, target: target.hash }) };
}

/** Scores of the network before quantization: those that it holds of itself, if they come from the same trials, or measured now. */
export async function floatScores({ network, header: { config, scores } }: NetworkArtifact, plan: ScorePlan): Promise<Scores> {
  const own = scores['aware'] ?? scores['fine-tuned'] ?? scores['pruned'];
  if (own && own.trialsPerTask === plan.trialsPerTask && own.seed === plan.seed) return own;
  return scoresOf(network, findSuite(config.suite), plan);
}

/** Accuracy before and after, task by task. */
export function taskLosses(suite: TaskSuite, float: Scores, integer: Scores): TaskLoss[] {
  const delayed = tasksWithDelay(suite);
  return suite.tasks.map((task, k) => ({ task, hasDelay: delayed[k], float: float.perTask[task], integer: integer.perTask[task] }));
}

/** The means of losses, of all tasks and by kind. */
export function meanLosses(tasks: readonly TaskLoss[]): Losses {
  const mean = (of: readonly TaskLoss[]) => of.reduce((sum, { float, integer }) => sum + float - integer, 0) / of.length;
  const known = (of: readonly TaskLoss[]) => (of.length === 0 ? null : mean(of));
  return {
    all: mean(tasks),
    withDelay: known(tasks.filter(({ hasDelay }) => hasDelay)),
    others: known(tasks.filter(({ hasDelay }) => !hasDelay)),
  };
}

/** Neurons that share a core share a scale: the mapper partitions before anything is quantized. */
function coreGroups(network: Network, chip: Chip): Int32Array {
  const problem = chipProblem(network, null, chip);
  const groups = partition(problem, chip);
  if (groups === null) throw doesNotFit(chip, checkFit(problem, chip).violations);
  return groupOfNeuron(problem, groups);
}
