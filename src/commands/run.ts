// bimt-export run: everything, from training to the report.
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { UsageError } from '../core/errors.ts';
import { fileExists } from '../core/files.ts';
import { planRun } from '../pipeline/plan.ts';
import { isBefore, RESTARTS, type Restart, requireSuccess, runPipeline } from '../pipeline/run.ts';
import { openRunFolder, RECORD_FILE, type RunFolder } from '../pipeline/run-folder.ts';
import { reportJson } from '../report/report.ts';
import { summaryText } from '../report/summary.ts';
import { AGAIN, onInterrupt, stageHooks } from './common.ts';
import { DRY_RUN, printPlan } from './dry-run.ts';
import { type CommonOptions, inColour, printResult, withCommonOptions } from './output.ts';
import { type PlacementOptions, placementSettings, withPlacementOptions } from './placement-options.ts';
import { settingOption, targetsOption } from './setting-option.ts';
import { readSettings } from './settings.ts';

interface RunOptions extends CommonOptions, PlacementOptions {
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
  return withPlacementOptions(command)
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
    .action(runAction);
}

async function runAction(configFile: string | undefined, options: RunOptions): Promise<void> {
  const { model, target, aware, maxNeuronsPerCore, seed, trials } = options;
  const config = readSettings(configFile, {
    model,
    targets: target,
    aware: { target: aware },
    map: { maxNeuronsPerCore, ...placementSettings(options) },
    train: { seed },
    scores: { trialsPerTask: trials },
  });
  const folder = openRun(options);
  if (options.dryRun) return printPlan(options, await planRun(config, folder, 'report'));
  const { hooks, stop } = stageHooks(options);
  const result = await onInterrupt((signal) => runPipeline(config, folder, { ...hooks, signal }), AGAIN).finally(stop);
  printResult(options, JSON.parse(reportJson(result.report)), summaryText(result.report, { colour: inColour(), files: result.files }));
  requireSuccess(result);
}

/** @throws UsageError if there is no run whose first stages could stay */
function openRun({ out, from, force = false }: RunOptions): RunFolder {
  if (from === undefined) return openRunFolder(out, { force });
  if (!fileExists(join(out, RECORD_FILE))) throw new UsageError(`--from ${from}: ${out} holds no run; leave --from out to begin one`);
  return openRunFolder(out, { force: true, keeps: (stage) => isBefore(stage, from) });
}
