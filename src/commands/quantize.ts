// bimt-export quantize: pruned.safetensors → quantized.safetensors, in the integers one target can store
import { Command } from 'commander';
import { encodeQuantized } from '../compression/quantized-file.ts';
import { writeFileAtomic } from '../core/files.ts';
import { chipOf } from '../mapping/chip.ts';
import { quantizeStage } from '../pipeline/quantize-stage.ts';
import { loadTarget } from '../targets/load.ts';
import { claimOutputs, networkArgument, onInterrupt, stageHooks } from './common.ts';
import { integerOption } from './option-parsers.ts';
import { type CommonOptions, printResult, printWarnings, withCommonOptions } from './output.ts';
import { quantizationText } from './quantize-text.ts';
import { describeScores } from './scores-text.ts';
import { settingOption, targetOption } from './setting-option.ts';
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
    .addOption(targetOption())
    .requiredOption('--out <file>', 'the quantized network')
    .addOption(settingOption('--weight-bits <n>', 'quantize.weightBits'))
    .addOption(settingOption('--granularity <name>', 'quantize.granularity'))
    .addOption(settingOption('--scale <name>', 'quantize.scale'))
    .addOption(settingOption('--power-of-two', 'quantize.powerOfTwo'))
    .addOption(settingOption('--state-bits <n>', 'quantize.stateBits'))
    .addOption(settingOption('--bit-budget <n>', 'quantize.bitBudget'))
    .option(
      '--train <updates>',
      'quantization-aware training: go on training with these bits; 0 for none (default: 0, weights are rounded as they are)',
      integerOption(0),
    )
    .addOption(settingOption('--state-range <name>', 'quantize.stateRange'))
    .addOption(settingOption('--input-range <name>', 'quantize.inputRange'))
    .option('--max-neurons-per-core <n>', 'cap of the cores that granularity core refers to (default: none)', integerOption(1))
    .addOption(settingOption('--seed <n>', 'quantize.seed'))
    .addOption(settingOption('--trials <n>', 'scores.trialsPerTask'))
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
