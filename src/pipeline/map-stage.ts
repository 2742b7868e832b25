// How does a pruned network land on one target? Partition, quantize, place, store, and measure what it costs.
import { activityCounter } from '../analysis/activity.ts';
import type { IntegerNetwork } from '../compression/integer-network.ts';
import { quantizeInputs } from '../compression/quantize.ts';
import { encodeQuantized } from '../compression/quantized-file.ts';
import { runInteger } from '../compression/run-integer.ts';
import { canonicalJson, sha256 } from '../core/hash.ts';
import { type Chip, chipOf } from '../mapping/chip.ts';
import { chipProblem } from '../mapping/chip-problem.ts';
import { stepWork } from '../mapping/counts.ts';
import { buildMapping } from '../mapping/images.ts';
import { checkFit } from '../mapping/legality.ts';
import { mappingMetrics } from '../mapping/metrics.ts';
import { type Partition, partition } from '../mapping/partition.ts';
import { place } from '../mapping/place.ts';
import type { Placement } from '../mapping/placement.ts';
import { type MappingProblem, realWeights } from '../mapping/problem.ts';
import type { PlacementInput, TargetInput } from '../report/input.ts';
import type { Target } from '../targets/load.ts';
import { evaluationTrials } from '../tasks/accuracy.ts';
import type { TaskSuite } from '../tasks/suite.ts';
import { findSuite } from '../tasks/suites.ts';
import type { MapConfig, QuantizeConfig } from './config.ts';
import { stepCost } from './cost.ts';
import type { NetworkArtifact } from './network-file.ts';
import { onnxStage } from './onnx-stage.ts';
import { quantizeStage } from './quantize-stage.ts';
import type { StageFiles } from './run-folder.ts';
import type { ScorePlan } from './scores.ts';
import type { StageHooks } from './train-stage.ts';

export const PLACEMENT_FILE = 'placement.json';

/** The file placement.json: what mapping found out, beside the files a chip gets. */
export type PlacementRecord = Pick<TargetInput, 'activity' | 'placements' | 'scores' | 'warnings'>;

/**
 * Maps a pruned network onto a target, under the user's cap, and without it for comparison. A network that does not fit
 * gives placement.json alone, with every violation.
 *
 * @returns files of the target's folder
 * @throws UsageError if the network cannot be quantized
 * @throws InterruptedError when the signal aborts a quantization-aware training
 */
export async function mapStage(
  pruned: NetworkArtifact,
  target: Target,
  config: MapConfig,
  quantization: QuantizeConfig,
  scores: ScorePlan,
  hooks: StageHooks = {},
): Promise<StageFiles> {
  const chipUnder = (maxNeuronsPerCore: number | null) => chipOf(target, { maxNeuronsPerCore, weightBits: quantization.weightBits });
  const chip = chipUnder(config.maxNeuronsPerCore);
  const floatProblem = chipProblem(pruned.network, null, chip);
  const { violations } = checkFit(floatProblem, chip);
  if (violations.length > 0) {
    const refused: PlacementInput = { cap: config.maxNeuronsPerCore, port: chip.port, violations, result: null };
    return recordFile({ activity: null, placements: [refused], scores: null, warnings: [] });
  }
  const { artifact, warnings } = await quantizeStage(pruned, chip, quantization, scores, hooks);
  const quantized = encodeQuantized(artifact);
  const { network, header } = artifact;
  const measured = measureActivity(findSuite(header.config.suite), network, config);
  const problem = chipProblem(realWeights(network, pruned.network.grid), measured.means, chip, network);
  // One scale per core holds only while the groups stay as they were quantized.
  const fixed = quantization.granularity === 'core' ? partition(floatProblem, chip) : null;
  const capped = placeOn(problem, chip, config.seed, fixed);
  const free = config.maxNeuronsPerCore === null ? [] : [placeOn(problem, chipUnder(null), config.seed, null)];
  const { mapping, images } = buildMapping(network, sha256(quantized), chip, problem, capped.placement);
  return {
    'quantized.safetensors': quantized,
    ...onnxStage(null, null, { ...artifact, bytes: quantized }, mapping),
    'mapping.json': textBytes(`${canonicalJson(mapping, 1)}\n`),
    'images.safetensors': images,
    ...recordFile({
      activity: { mode: 'nonzero', trials: measured.trials, activeNeurons: measured.activeNeurons },
      placements: [capped, ...free].map(({ input }) => input),
      scores: header.scores['integer'] ?? null,
      warnings,
    }),
  };
}

/** A placement and what it costs. */
function placeOn(
  problem: MappingProblem,
  chip: Chip,
  seed: number,
  fixed: Partition | null,
): { placement: Placement; input: PlacementInput } {
  const placement = place(problem, chip, { seed, ...(fixed && { partition: fixed }) });
  const metrics = mappingMetrics(problem, chip, placement);
  const { cost } = placement;
  const result = { placement: { seed, cost }, metrics, ...stepCost(chip.target, stepWork(problem, chip, placement)) };
  return { placement, input: { cap: chip.maxNeuronsPerCore, port: chip.port, violations: [], result } };
}

/** Mean messages per step of every neuron and input, on noisy trials of all tasks. */
function measureActivity(suite: TaskSuite, network: IntegerNetwork, { activityTrials, seed }: MapConfig) {
  const counter = activityCounter(network.neurons, network.inputs);
  for (const task of suite.tasks.keys()) {
    for (const { inputs, steps, rows, mask } of evaluationTrials(suite, task, activityTrials, seed, 'activity')) {
      const { integers } = quantizeInputs(inputs, network.scales.input);
      counter.add(runInteger(network, integers, steps, rows).states, integers, mask, rows);
    }
  }
  const means = counter.means();
  const activeNeurons = means.subarray(0, network.neurons).reduce((sum, mean) => sum + mean, 0);
  return { means, trials: counter.trials, activeNeurons };
}

function recordFile(record: PlacementRecord): StageFiles {
  return { [PLACEMENT_FILE]: textBytes(`${canonicalJson(record, 1)}\n`) };
}

function textBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
