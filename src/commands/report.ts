// bimt-export report: run folder → text, report.json, metrics.json, CSV, SVG
import { Command } from 'commander';
import { reportPipeline } from '../pipeline/run.ts';
import { openRunFolder } from '../pipeline/run-folder.ts';
import { reportJson } from '../report/report.ts';
import { reportText } from '../report/text.ts';
import { type CommonOptions, inColour, printResult, withCommonOptions } from './output.ts';

/** The command. */
export function reportCommand(): Command {
  return withCommonOptions(new Command('report'))
    .argument('<dir>', 'a run folder')
    .addHelpText('after', '\nExample:\n  $ bimt-export report runs/start')
    .action(reportAction);
}

async function reportAction(path: string, options: CommonOptions): Promise<void> {
  const { report, files } = await reportPipeline(openRunFolder(path));
  printResult(options, JSON.parse(reportJson(report)), reportText(report, { colour: inColour(), files }));
}
