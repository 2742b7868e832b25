// How does a pruned network land on one target? Partition, quantize, place, store, and measure what it costs.
import { encodeQuantized } from '../compression/quantized-file.ts';
import { FitError, type Violation } from '../core/errors.ts';
import { canonicalJson, sha256 } from '../core/hash.ts';
import { chipOf } from '../mapping/chip.ts';
import { chipProblem } from '../mapping/chip-problem.ts';
import { buildMapping } from '../mapping/images.ts';
import { checkFit } from '../mapping/legality.ts';
import { partition } from '../mapping/partition.ts';
import { checkConstraints } from '../mapping/place.ts';
import { realWeights } from '../mapping/problem.ts';
import { tableWarnings } from '../mapping/routing.ts';
import type { TargetInput } from '../report/input.ts';
import type { Target } from '../targets/load.ts';
import { findSuite } from '../tasks/suites.ts';
import type { MapConfig, QuantizeConfig } from './config.ts';
import { functionalModules, moduleOfUnit } from './functional-modules.ts';
import { activityOf } from './measured.ts';
import type { NetworkArtifact } from './network-file.ts';
import { onnxStage } from './onnx-stage.ts';
import { pinsOf } from './placement-wishes.ts';
import { placeForRun, wishesOf } from './placements.ts';
import { quantizeStage } from './quantize-stage.ts';
import type { StageFiles } from './run-folder.ts';
import type { ScorePlan } from './scores.ts';
import type { StageHooks } from './train-stage.ts';

export const PLACEMENT_FILE = 'placement.json';

/** The file placement.json: what mapping found out, beside the files a chip gets. */
export interface PlacementRecord extends Pick<TargetInput, 'activity' | 'placements' | 'scores' | 'warnings'> {
  /** Mean messages per step of each neuron, then of each input; null where they were not measured. */
  readonly messages: readonly number[] | null;
}

/**
 * Maps a pruned network onto a target, under the user's cap, and without it for comparison. A network that does not fit
 * gives placement.json alone, with every violation.
 *
 * @returns files of the target's folder
 * @throws UsageError if the network cannot be quantized, or a wish cannot be met
 * @throws InterruptedError when the signal aborts
 */
export async function mapStage(
  pruned: NetworkArtifact,
  target: Target,
  config: MapConfig,
  quantization: QuantizeConfig,
  scores: ScorePlan,
  hooks: StageHooks = {},
): Promise<StageFiles> {
  const { maxNeuronsPerCore, keepFree } = config;
  const { weightBits } = quantization;
  const chip = chipOf(target, { maxNeuronsPerCore, weightBits, keepFree });
  const floatProblem = chipProblem(pruned.network, null, chip);
  const pins = pinsOf(config, pruned.network);
  const refused = (violations: readonly Violation[]) => {
    const placement = { cap: maxNeuronsPerCore, wishes: wishesOf(config), port: chip.port, violations, result: null };
    return recordFile({ activity: null, placements: [placement], scores: null, warnings: [], messages: null });
  };
  const { violations } = checkFit(floatProblem, chip, { network: pruned.network, options: { maxNeuronsPerCore, weightBits } });
  if (violations.length > 0) return refused(violations);
  const modules = config.keepModules ? await functionalModules(pruned, hooks) : null;
  try {
    // What cannot be is found before the work that follows.
    checkConstraints(floatProblem, chip, { pins, modules: modules && moduleOfUnit(modules, floatProblem) });
  } catch (error) {
    if (!(error instanceof FitError)) throw error;
    return refused(error.violations);
  }
  const { artifact, warnings } = await quantizeStage(pruned, chip, quantization, scores, hooks);
  const quantized = encodeQuantized(artifact);
  const { network, header } = artifact;
  const measured = activityOf(pruned.network, network, findSuite(header.config.suite), config);
  const problem = chipProblem(realWeights(network, pruned.network.grid), measured.means, chip, network);
  // One scale per core holds only while the groups stay as they were quantized.
  const fixed = quantization.granularity === 'core' ? partition(floatProblem, chip) : null;
  const { placement, inputs } = await placeForRun(problem, chip, config, { pins, modules, fixed }, hooks);
  const { mapping, images } = buildMapping(network, sha256(quantized), chip, problem, placement);
  return {
    'quantized.safetensors': quantized,
    ...onnxStage(null, null, { ...artifact, bytes: quantized }, mapping),
    'mapping.json': textBytes(`${canonicalJson(mapping, 1)}\n`),
    'images.safetensors': images,
    ...recordFile({
      activity: { mode: 'nonzero', trials: measured.trials, activeNeurons: measured.activeNeurons },
      placements: inputs,
      scores: header.scores['integer'] ?? null,
      warnings: [...warnings, ...inputs.flatMap(({ result }) => tableWarnings(result?.metrics.routing.tableEntries ?? null))],
      messages: [...measured.means],
    }),
  };
}

function recordFile(record: PlacementRecord): StageFiles {
  return { [PLACEMENT_FILE]: textBytes(`${canonicalJson(record, 1)}\n`) };
}

function textBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
