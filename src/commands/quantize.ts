// bimt-export quantize: pruned.safetensors → quantized.safetensors, in the integers one target can store
import { Command, Option } from 'commander';
import { RANGE_METHODS } from '../compression/calibrate.ts';
import { encodeQuantized } from '../compression/quantized-file.ts';
import { SCALE_METHODS } from '../compression/scale.ts';
import { writeFileAtomic } from '../core/files.ts';
import { chipOf } from '../mapping/chip.ts';
import { GRANULARITIES, INPUT_RANGES } from '../pipeline/config.ts';
import { quantizeStage } from '../pipeline/quantize-stage.ts';
import { loadTarget } from '../targets/load.ts';
import { claimOutputs, integerOption, networkArgument, numberOption, onInterrupt, stageHooks } from './common.ts';
import { type CommonOptions, printResult, printWarnings, withCommonOptions } from './output.ts';
import { quantizationText } from './quantize-text.ts';
import { describeScores } from './scores-text.ts';
import { readSettings } from './settings.ts';

interface QuantizeOptions extends CommonOptions {
  readonly out: string;
  readonly target: string;
  readonly config?: string;
  readonly weightBits?: string | number;
  readonly granularity?: string;
  readonly scale?: string;
  readonly powerOfTwo?: boolean;
  readonly stateBits?: number;
  readonly bitBudget?: number;
  readonly train?: number;
  readonly stateRange?: string;
  readonly inputRange?: string;
  readonly maxNeuronsPerCore?: number;
  readonly seed?: number;
  readonly trials?: number;
  readonly force?: boolean;
}

/** The command. */
export function quantizeCommand(): Command {
  return withCommonOptions(new Command('quantize'))
    .argument('<file>', 'a pruned network')
    .requiredOption('--target <name>', 'target name or file')
    .requiredOption('--out <file>', 'the quantized network')
    .option('--weight-bits <n>', 'width of a weight, 2 to 8, or ternary: two bits, the levels -1, 0 and 1 (default: 8)', widthOption)
    .addOption(new Option('--granularity <name>', 'neurons that share a scale (default: channel)').choices(GRANULARITIES))
    .addOption(
      new Option('--scale <name>', 'which weight of a group becomes the largest integer; larger ones saturate (default: max)').choices(
        SCALE_METHODS,
      ),
    )
    .option('--power-of-two', 'accumulator units that are power-of-two multiples of the state unit: chips rescale by a shift')
    .option('--state-bits <n>', 'width of the states, 1 to 8 (default: 8)', integerOption(1, 8))
    .option(
      '--bit-budget <n>',
      'mean bits of a weight; sensitive groups get more, up to --weight-bits (default: all the same)',
      numberOption(2),
    )
    .option(
      '--train <updates>',
      'quantization-aware training: go on training with these bits; 0 for none (default: 0, weights are rounded as they are)',
      integerOption(0),
    )
    .addOption(new Option('--state-range <name>', 'what the largest state stands for (default: max)').choices(RANGE_METHODS))
    .addOption(new Option('--input-range <name>', 'what the largest input stands for (default: balanced)').choices(INPUT_RANGES))
    .option('--max-neurons-per-core <n>', 'cap of the cores that granularity core refers to (default: none)', integerOption(1))
    .option('--seed <n>', 'seed of the calibration trials (default: 2)', integerOption(0))
    .option('--trials <n>', 'test trials per task for the scores (default: 500)', integerOption(1, 100_000))
    .option(
      '--config <file>',
      'file with the settings of a run (YAML or JSON); its quantize and scores sections count, options win over it',
    )
    .option('--force', 'overwrite --out')
    .addHelpText(
      'after',
      '\nExamples:\n  $ bimt-export quantize runs/a/pruned.safetensors --target loihi1 --out runs/a/quantized.safetensors\n  $ bimt-export quantize runs/a/pruned.safetensors --target rram-mesh --weight-bits 4 --train 1000 --out runs/a/4-bit.safetensors',
    )
    .action(quantizeAction);
}

/** Option parser: a width, or the word for two bits. */
function widthOption(text: string): number | string {
  return text === 'ternary' ? text : integerOption(2, 8)(text);
}

/** Settings of quantization-aware training for a number of updates; 0 is none. */
export function trainSettings(updates: number | undefined) {
  return updates === 0 ? null : { updates };
}

async function quantizeAction(file: string, options: QuantizeOptions): Promise<void> {
  const { weightBits, granularity, scale, powerOfTwo, stateBits, bitBudget, stateRange, inputRange, seed } = options;
  const { train, trials, maxNeuronsPerCore = null } = options;
  const { quantize, scores: plan } = readSettings(options.config, {
    quantize: {
      weightBits,
      granularity,
      scale,
      powerOfTwo,
      stateBits,
      bitBudget,
      stateRange,
      inputRange,
      seed,
      train: trainSettings(train),
    },
    scores: { trialsPerTask: trials },
  });
  const chip = chipOf(loadTarget(options.target), { maxNeuronsPerCore, weightBits: quantize.weightBits });
  const pruned = networkArgument(file, ['pruned']);
  claimOutputs([options.out], options);
  const { hooks, stop } = stageHooks(options);
  const { artifact, summary, warnings } = await onInterrupt(
    (signal) => quantizeStage(pruned, chip, quantize, plan, { ...hooks, signal }),
    'nothing was written',
  ).finally(stop);
  writeFileAtomic(options.out, encodeQuantized(artifact));
  printWarnings(options, warnings);
  const { scores } = artifact.header;
  printResult(
    options,
    { file: options.out, scores, summary, warnings },
    `${options.out}: for ${artifact.details.target}\n${describeScores(scores)}\n${quantizationText(summary)}`,
  );
}
