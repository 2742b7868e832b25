// bimt-export map: pruned network → T/mapping.json, crossbar images, integer network
import { join } from 'node:path';
import { Command } from 'commander';
import { FitError } from '../core/errors.ts';
import { planRun } from '../pipeline/plan.ts';
import { targetFolder } from '../pipeline/report-stage.ts';
import { mapPipeline } from '../pipeline/run.ts';
import { openRunFolder } from '../pipeline/run-folder.ts';
import { plural } from '../report/format.ts';
import { searchLines } from '../report/search-lines.ts';
import { AGAIN, networkArgument, onInterrupt, stageHooks } from './common.ts';
import { DRY_RUN, printPlan } from './dry-run.ts';
import { type CommonOptions, printResult, withCommonOptions } from './output.ts';
import { type PlacementOptions, placementSettings, withPlacementOptions } from './placement-options.ts';
import { settingOption, targetsOption } from './setting-option.ts';
import { readSettings } from './settings.ts';

interface MapOptions extends CommonOptions, PlacementOptions {
  readonly out: string;
  readonly target: readonly string[];
  readonly config?: string;
  readonly maxNeuronsPerCore?: number;
  readonly seed?: number;
  readonly trials?: number;
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

const EXAMPLES = `
--pin and --keep-free name cores of a target, so they need --target once. After --time-budget the effort that found the placement is told;
--effort and --seed find it again without a clock.

Examples:
  $ bimt-export map runs/a/pruned.safetensors --target isaac-ce --max-neurons-per-core 25 --out runs/a-isaac
  $ bimt-export map runs/a/pruned.safetensors --target loihi1 --objective energy --keep-free 3,17 --pin readout:0=1 --out runs/a-loihi`;

/** The command. */
export function mapCommand(): Command {
  const command = withCommonOptions(new Command('map'))
    .argument('<file>', 'a pruned network')
    .addOption(targetsOption({ required: true }))
    .requiredOption('--out <dir>', 'run folder; verify and report go on from it')
    .addOption(settingOption('--max-neurons-per-core <n>', 'map.maxNeuronsPerCore', { otherwise: 'no cap' }))
    .addOption(settingOption('--seed <n>', 'map.seed'));
  return withPlacementOptions(command)
    .addOption(settingOption('--trials <n>', 'scores.trialsPerTask'))
    .option(
      '--config <file>',
      'file with the settings of a run (YAML or JSON); its quantize, map and scores sections count, options win over it',
    )
    .option('--force', 'replace another run in --out')
    .option('--dry-run', DRY_RUN)
    .addHelpText('after', EXAMPLES)
    .action(mapAction);
}

async function mapAction(file: string, options: MapOptions): Promise<void> {
  const { target, maxNeuronsPerCore, seed, trials } = options;
  networkArgument(file, ['pruned']);
  const map = { maxNeuronsPerCore, seed, ...placementSettings(options) };
  const given = { model: file, targets: target, map, scores: { trialsPerTask: trials } };
  // By hand there is no cap unless somebody names one.
  const config = readSettings(options.config, given, { map: { maxNeuronsPerCore: null } });
  const folder = openRunFolder(options.out, { force: options.force ?? false });
  if (options.dryRun) return printPlan(options, await planRun(config, folder, 'map'));
  const { hooks, stop } = stageHooks(options);
  const mapped = await onInterrupt((signal) => mapPipeline(config, folder, { ...hooks, signal }), AGAIN).finally(stop);
  const lines = mapped.map(({ target, record }) => {
    const result = record.placements[0]?.result;
    const path = join(options.out, targetFolder(target));
    if (!result) return `${path}: does not fit`;
    const { metrics, placement, modulesApart } = result;
    return [`${path}: ${plural(metrics.coresUsed, 'core')}`, ...searchLines({ search: placement, modulesApart })].join('\n  ');
  });
  printResult(options, Object.fromEntries(mapped.map(({ target, record }) => [target.label, record])), lines.join('\n'));
  const violations = mapped.flatMap(({ record }) => record.placements[0]?.violations ?? []);
  if (violations.length > 0) throw new FitError('the network does not fit every target', violations);
}
