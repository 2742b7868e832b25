// How does pruned.safetensors become quantized.safetensors, in the integers one target can store?
import { calibrate } from '../compression/calibrate.ts';
import type { IntegerNetwork } from '../compression/integer-network.ts';
import { quantize, quantizeInputs } from '../compression/quantize.ts';
import type { QuantizedArtifact } from '../compression/quantized-file.ts';
import { runInteger } from '../compression/run-integer.ts';
import { hashJson, sha256 } from '../core/hash.ts';
import type { Warning } from '../core/progress.ts';
import { TOOL } from '../core/version.ts';
import type { Chip } from '../mapping/chip.ts';
import { checkFit, doesNotFit } from '../mapping/legality.ts';
import { groupOfNeuron, partition } from '../mapping/partition.ts';
import { mappingProblem } from '../mapping/problem.ts';
import type { Network } from '../network/network.ts';
import { weightFormat } from '../targets/formats.ts';
import type { Predict } from '../tasks/accuracy.ts';
import { findSuite } from '../tasks/suites.ts';
import type { QuantizeConfig } from './config.ts';
import type { NetworkArtifact } from './network-file.ts';
import { calibrationBatches, measureScores, outputsByRow, type ScorePlan } from './scores.ts';

/** A quantized network before it is written, and what its user should know. */
export interface QuantizedResult {
  readonly artifact: QuantizedArtifact;
  readonly warnings: readonly Warning[];
}

/**
 * Quantizes a pruned network for a target and measures it.
 *
 * @throws FitError if granularity is `core` and no partition fits the chip
 * @throws UsageError if the network is not ReLU or its integers would not fit int32
 */
export async function quantizeStage(
  pruned: NetworkArtifact,
  chip: Chip,
  config: QuantizeConfig,
  scores: ScorePlan,
): Promise<QuantizedResult> {
  const { network, header } = pruned;
  const { target } = chip;
  const suite = findSuite(header.config.suite);
  const weights = weightFormat(target, config.weightBits);
  const ranges = calibrate(network, calibrationBatches(suite, config.calibrationTrials, config.seed), config.stateRange);
  const quantized = quantize(network, ranges, {
    weights,
    stateBits: config.stateBits,
    scale: config.scale,
    powerOfTwo: config.powerOfTwo,
    groups: config.granularity === 'core' ? coreGroups(network, chip) : config.granularity,
    accumulatorBits: target.file.state?.bits?.value ?? null,
  });
  const artifact: QuantizedArtifact = {
    network: quantized.network,
    details: { target: target.label, weights, grid: network.grid },
    header: {
      config: { ...header.config, quantize: config },
      provenance: {
        stage: 'quantized',
        parentHash: sha256(pruned.bytes),
        configHash: hashJson({ ...config, target: target.hash }),
        tool: TOOL,
        engine: null,
      },
      scores: { ...header.scores, integer: await measureScores(suite, predictInteger(quantized.network), scores) },
    },
  };
  return { artifact, warnings: quantized.warnings };
}

/** Neurons that share a core share a scale: the mapper partitions before anything is quantized. */
function coreGroups(network: Network, chip: Chip): Int32Array {
  const problem = mappingProblem(network, null);
  const groups = partition(problem, chip);
  if (groups === null) throw doesNotFit(chip, checkFit(problem, chip).violations);
  return groupOfNeuron(problem, groups);
}

function predictInteger(network: IntegerNetwork): Predict {
  return async (inputs, steps, rows) => {
    const { integers } = quantizeInputs(inputs, network.scales.input);
    return outputsByRow(runInteger(network, integers, steps, rows).outputs, steps, rows);
  };
}
