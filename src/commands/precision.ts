// bimt-export precision: how many bits does a network need? pruned.safetensors → precision.json, .csv, .svg and a network for each width
import { Command, InvalidArgumentError } from 'commander';
import { chipOf } from '../mapping/chip.ts';
import { precisionText, studyPrecision } from '../pipeline/precision.ts';
import { loadTarget } from '../targets/load.ts';
import { AGAIN, networkArgument, onInterrupt, stageHooks } from './common.ts';
import { integerOption } from './option-parsers.ts';
import { type CommonOptions, printResult, withCommonOptions } from './output.ts';
import { trainSettings } from './quantize.ts';
import { settingOption, targetOption } from './setting-option.ts';
import { readSettings } from './settings.ts';

interface PrecisionOptions extends CommonOptions {
  readonly out: string;
  readonly target: string;
  readonly config?: string;
  readonly weightBits: readonly number[];
  readonly train?: number;
  readonly maxNeuronsPerCore?: number;
  readonly seed?: number;
  readonly trials?: number;
}

const WIDTHS = [8, 6, 5, 4, 3, 2];

/** The command. */
export function precisionCommand(): Command {
  return withCommonOptions(new Command('precision'))
    .argument('<file>', 'a pruned network')
    .addOption(targetOption())
    .requiredOption(
      '--out <dir>',
      'folder for precision.json, precision.csv, precision.svg and the networks; what it holds is not made again',
    )
    .option('--weight-bits <list>', 'widths, 2 (ternary) to 8', widthsOption, WIDTHS)
    .option('--train <updates>', 'updates of quantization-aware training at each width; 0 for none (default: 1000)', integerOption(0))
    .option('--max-neurons-per-core <n>', 'cap of the cores that granularity core refers to (default: none)', integerOption(1))
    .addOption(settingOption('--seed <n>', 'quantize.seed'))
    .addOption(settingOption('--trials <n>', 'scores.trialsPerTask'))
    .option(
      '--config <file>',
      'file with the settings of a run (YAML or JSON); its quantize and scores sections count, options win over it',
    )
    .addHelpText(
      'after',
      '\nExample:\n  $ bimt-export precision runs/a/pruned.safetensors --target rram-mesh --weight-bits 8,4,2 --out runs/a/precision',
    )
    .action(precisionAction);
}

/** Option parser: widths, separated by commas. */
function widthsOption(text: string): number[] {
  const widths = text.split(',').map((part) => (part.trim() === 'ternary' ? 2 : Number(part)));
  if (widths.some((bits) => !(Number.isInteger(bits) && bits >= 2 && bits <= 8)))
    throw new InvalidArgumentError('expected widths from 2 to 8, or ternary, separated by commas.');
  return widths;
}

async function precisionAction(file: string, options: PrecisionOptions): Promise<void> {
  const { train, seed, trials, maxNeuronsPerCore = null, weightBits: widths } = options;
  const { quantize, scores } = readSettings(
    options.config,
    { quantize: { seed, train: trainSettings(train) }, scores: { trialsPerTask: trials } },
    { quantize: { train: {} } },
  );
  const target = loadTarget(options.target);
  const pruned = networkArgument(file, ['pruned']);
  const chipAt = (weightBits: number) => chipOf(target, { maxNeuronsPerCore, weightBits });
  for (const bits of widths) chipAt(bits);
  const { hooks, stop } = stageHooks(options);
  const study = await onInterrupt(
    (signal) => studyPrecision(pruned, chipAt, { widths, quantize, scores }, options.out, { ...hooks, signal }),
    AGAIN,
  ).finally(stop);
  printResult(options, study, precisionText(study));
}
