// bimt-export report: run folder → text, report.html, report.json, metrics.json, CSV, SVG
import { Command } from 'commander';
import { reportPipeline } from '../pipeline/run.ts';
import { openRunFolder } from '../pipeline/run-folder.ts';
import { folderTradeOffs } from '../pipeline/sweep-plots.ts';
import { reportJson } from '../report/report.ts';
import { terminalPictures } from '../report/terminal.ts';
import { reportText } from '../report/text.ts';
import { type CommonOptions, inColour, printResult, withCommonOptions } from './output.ts';

interface ReportOptions extends CommonOptions {
  readonly terminal?: boolean;
  readonly sweep?: string;
}

/** The command. */
export function reportCommand(): Command {
  return withCommonOptions(new Command('report'))
    .argument('<dir>', 'a run folder')
    .option('--terminal', 'print pictures of the network and the chips in characters instead')
    .option('--sweep <dir>', 'also show the trade-offs of a sweep in report.html: its folder')
    .addHelpText(
      'after',
      '\nExamples:\n  $ bimt-export report runs/start\n  $ bimt-export report runs/start --terminal\n  $ bimt-export report runs/start --sweep runs/sweep',
    )
    .action(reportAction);
}

async function reportAction(path: string, options: ReportOptions): Promise<void> {
  const sweep = options.sweep === undefined ? [] : folderTradeOffs(options.sweep);
  const { report, drawing, files } = await reportPipeline(openRunFolder(path), sweep);
  const colour = inColour();
  const text = options.terminal ? terminalPictures(report, drawing, colour) : reportText(report, { colour, files });
  printResult(options, JSON.parse(reportJson(report)), text);
}
