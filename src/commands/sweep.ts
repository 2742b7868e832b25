// bimt-export sweep: many runs → one table, Pareto plots, hypervolumes

import { join } from 'node:path';
import { Command } from 'commander';
import { checkWritable, lockFolder, readInputFile } from '../core/files.ts';
import { requireAllPoints, runSweep, type SweepStatus, sweepStatus } from '../pipeline/sweep.ts';
import { parseSweep } from '../pipeline/sweep-file.ts';
import { openSweepFolder } from '../pipeline/sweep-folder.ts';
import { plural } from '../report/format.ts';
import { type Column, textTable } from '../report/table.ts';
import { AGAIN, onInterrupt, stageHooks } from './common.ts';
import { integerOption } from './option-parsers.ts';
import { type CommonOptions, printResult, withCommonOptions } from './output.ts';

interface SweepOptions extends CommonOptions {
  readonly out: string;
  readonly workers?: number;
  readonly dryRun?: boolean;
}

const MAX_SWEEP_BYTES = 1 << 20;
const MAX_WORKERS = 1024;

/** The command. */
export function sweepCommand(): Command {
  return withCommonOptions(new Command('sweep'))
    .argument('<file>', 'YAML or JSON file with base settings and series; every list in it is an axis')
    .requiredOption('--out <dir>', 'folder of the sweep; points that are done in it are not made again')
    .option('--workers <n>', "worker processes, one training each (default: the file's, else one per core)", integerOption(1, MAX_WORKERS))
    .option('--dry-run', 'list the points, what is done and what is to do; change nothing')
    .addHelpText(
      'after',
      `
A sweep file:
  base:
    train: { grid: 14x14, updates: 4500, seed: [0, 1, 2] }
  series:
    bimt: { train: { condition: bimt, lambda: [1e-5, 3e-5, 1e-4] } }
    none, pruned: { train: { condition: none }, prune: { threshold: [0.01, 0.03, 0.1] } }

Sections are train, prune (without it networks are analysed as trained), analyze and scores, with the settings of a run.
A changed file only costs what is new; points that are no longer in it stay in --out, but not in the table.

Examples:
  $ bimt-export sweep configs/sweep-small.yaml --out runs/sweep --dry-run
  $ bimt-export sweep configs/sweep-small.yaml --out runs/sweep --workers 2`,
    )
    .action(sweepAction);
}

async function sweepAction(file: string, options: SweepOptions): Promise<void> {
  const text = new TextDecoder().decode(readInputFile(file, MAX_SWEEP_BYTES));
  const plan = parseSweep(text, file);
  if (!options.dryRun) checkWritable(join(options.out, 'sweep.json'));
  const folder = openSweepFolder(options.out);
  if (options.dryRun) {
    const status = sweepStatus(plan, folder);
    printResult(options, status, statusText(status));
    return;
  }
  const unlock = lockFolder(options.out);
  const { hooks, stop } = stageHooks(options);
  const workers = options.workers === undefined ? {} : { workers: options.workers };
  const result = await onInterrupt((signal) => runSweep(plan, text, folder, { ...hooks, ...workers, signal }), AGAIN)
    .finally(stop)
    .finally(unlock);
  printResult(options, result.summary, `${result.text}\nin ${options.out}: table.csv, summary.json, pareto-*.svg, points/`);
  requireAllPoints(result);
}

type Row = SweepStatus['points'][number];

const words = { unit: '', format: 'words' } as const;
const STATUS_COLUMNS: readonly Column<Row>[] = [
  { ...words, key: 'state', title: 'state', meaning: 'trained: only pruning and analysis are missing', value: ({ state }) => state },
  { ...words, key: 'point', title: 'point', meaning: 'name of the point', value: ({ name }) => name },
  { ...words, key: 'series', title: 'series', meaning: 'series of the point', value: ({ series }) => series.join('; ') },
];

function statusText(status: SweepStatus): string {
  const { points, done, trainings } = status;
  return `${textTable(STATUS_COLUMNS, points)}\n${plural(points.length, 'point')}: ${done} done, ${points.length - done} to do with ${plural(trainings, 'training')}`;
}
