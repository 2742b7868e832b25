// bimt-export run: everything, from training to the report. Its options; what they do is in run-action.ts.
import { Command, Option } from 'commander';
import { RESTARTS, type Restart } from '../pipeline/stages.ts';
import { DRY_RUN } from './dry-run.ts';
import { type CommonOptions, withCommonOptions } from './output.ts';
import { type PlacementOptions, withPlacementOptions } from './placement-options.ts';
import { settingOption, targetsOption } from './setting-option.ts';

/** As commander hands them over. */
export interface RunOptions extends CommonOptions, PlacementOptions {
  readonly out: string;
  readonly model?: string;
  readonly target?: readonly string[];
  readonly aware?: string;
  readonly maxNeuronsPerCore?: number;
  readonly seed?: number;
  readonly trials?: number;
  readonly force?: boolean;
  readonly from?: Restart;
  readonly dryRun?: boolean;
}

/** The command. */
export function runCommand(): Command {
  const command = withCommonOptions(new Command('run'))
    .argument('[config]', 'YAML or JSON file with the settings of the run; options win over it')
    .requiredOption('--out <dir>', 'folder of the run')
    .addOption(settingOption('--model <file>', 'model'))
    .addOption(targetsOption())
    .addOption(settingOption('--aware <name>', 'aware'))
    .addOption(settingOption('--max-neurons-per-core <n>', 'map.maxNeuronsPerCore'));
  return (
    withPlacementOptions(command)
      .addOption(settingOption('--seed <n>', 'train.seed', { description: 'seed of training' }))
      .addOption(settingOption('--trials <n>', 'scores.trialsPerTask'))
      .option('--force', 'replace another run in --out: everything is made anew')
      .addOption(
        new Option(
          '--from <stage>',
          'make this stage and those after it anew, with other settings too; those before stay where they are up to date (default: all stay)',
        )
          .choices(RESTARTS)
          .conflicts('force'),
      )
      .option('--dry-run', DRY_RUN)
      .addHelpText(
        'after',
        '\nEvery setting with its value is written to config.json in --out, which repeats the run.\n\nExamples:\n  $ bimt-export run configs/start.json --out runs/start\n  $ bimt-export run configs/start.json --out runs/start --from map --effort 4\n  $ bimt-export run --model models/yang19-20x20-bimt.safetensors --target loihi1 --out runs/shipped\n  $ bimt-export run --model models/yang19-20x20-bimt.safetensors --aware rram-mesh --target rram-mesh --out runs/aware',
      )
      // What runs is loaded when it runs: a help needs none of it.
      .action(async (config: string | undefined, options: RunOptions) => (await import('./run-action.ts')).runAction(config, options))
  );
}
