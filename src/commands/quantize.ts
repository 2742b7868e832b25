// bimt-export quantize: pruned.safetensors → quantized.safetensors, in the integers one target can store
import { Command, Option } from 'commander';
import { RANGE_METHODS } from '../compression/calibrate.ts';
import { encodeQuantized } from '../compression/quantized-file.ts';
import { writeFileAtomic } from '../core/files.ts';
import { chipOf } from '../mapping/chip.ts';
import { quantizeStage } from '../pipeline/quantize-stage.ts';
import { loadTarget } from '../targets/load.ts';
import {
  type CommonOptions,
  claimOutputs,
  integerOption,
  networkArgument,
  printResult,
  printWarnings,
  withCommonOptions,
} from './common.ts';
import { describeScores } from './scores-text.ts';
import { readSettings } from './settings.ts';

interface QuantizeOptions extends CommonOptions {
  readonly out: string;
  readonly target: string;
  readonly config?: string;
  readonly granularity?: string;
  readonly stateRange?: string;
  readonly maxNeuronsPerCore?: number;
  readonly seed?: number;
  readonly trials?: number;
  readonly force?: boolean;
}

/** The command. */
export function quantizeCommand(): Command {
  return withCommonOptions(new Command('quantize'))
    .description('Quantize a pruned ReLU network into integers that one target can store.')
    .argument('<file>', 'a pruned network')
    .requiredOption('--target <name>', 'target name or file')
    .requiredOption('--out <file>', 'the quantized network')
    .addOption(new Option('--granularity <name>', 'neurons that share a scale (default: neuron)').choices(['neuron', 'core', 'tensor']))
    .addOption(new Option('--state-range <name>', 'what the largest state stands for (default: max)').choices(RANGE_METHODS))
    .option('--max-neurons-per-core <n>', 'cap of the cores that granularity core refers to (default: none)', integerOption(1))
    .option('--seed <n>', 'seed of the calibration trials (default: 2)', integerOption(0))
    .option('--trials <n>', 'test trials per task for the scores (default: 500)', integerOption(1, 100_000))
    .option('--config <file>', 'JSON file with the settings of a run; its quantize and scores sections count, options win over it')
    .option('--force', 'overwrite --out')
    .addHelpText(
      'after',
      '\nExample:\n  $ bimt-export quantize runs/a/pruned.safetensors --target loihi1 --out runs/a/quantized.safetensors',
    )
    .action(quantizeAction);
}

async function quantizeAction(file: string, options: QuantizeOptions): Promise<void> {
  const { granularity, stateRange, seed, trials, maxNeuronsPerCore = null } = options;
  const { quantize, scores: plan } = readSettings(options.config, {
    quantize: { granularity, stateRange, seed },
    scores: { trialsPerTask: trials },
  });
  const chip = chipOf(loadTarget(options.target), { maxNeuronsPerCore, weightBits: quantize.weightBits });
  const pruned = networkArgument(file, ['pruned']);
  claimOutputs([options.out], options);
  const { artifact, warnings } = await quantizeStage(pruned, chip, quantize, plan);
  writeFileAtomic(options.out, encodeQuantized(artifact));
  printWarnings(options, warnings);
  const { scores } = artifact.header;
  printResult(
    options,
    { file: options.out, scores, warnings },
    `${options.out}: for ${artifact.details.target}\n${describeScores(scores)}`,
  );
}
