// What does bimt-export run do? Everything, from training to the report.
import { join } from 'node:path';
import { UsageError } from '../core/errors.ts';
import { fileExists } from '../core/files.ts';
import { planRun } from '../pipeline/plan.ts';
import { requireSuccess, runPipeline } from '../pipeline/run.ts';
import { openRunFolder, RECORD_FILE, type RunFolder } from '../pipeline/run-folder.ts';
import { isBefore } from '../pipeline/stages.ts';
import { reportJson } from '../report/report.ts';
import { summaryText } from '../report/summary.ts';
import { AGAIN, onInterrupt, stageHooks } from './common.ts';
import { printPlan } from './dry-run.ts';
import { inColour, printResult } from './output.ts';
import { placementSettings } from './placement-options.ts';
import type { RunOptions } from './run.ts';
import { readSettings } from './settings.ts';

/** Runs every stage, or tells what it would do. */
export async function runAction(configFile: string | undefined, options: RunOptions): Promise<void> {
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
