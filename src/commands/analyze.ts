// bimt-export analyze: network → analysis.json, and what it says
import { basename, join } from 'node:path';
import { Command, type Option } from 'commander';
import { analysisJson } from '../analysis/analysis-file.ts';
import { UsageError } from '../core/errors.ts';
import { writeFileAtomic } from '../core/files.ts';
import { parseWith } from '../core/validate.ts';
import { AnalyzeConfig, analyzeStage } from '../pipeline/analyze-stage.ts';
import { onGrid } from '../pipeline/network-file.ts';
import { FIGURES, networkFigures } from '../report/figures.ts';
import { svgToPng } from '../report/png.ts';
import { analysisText } from './analysis-text.ts';
import { claimOutputs, networkArgument, onInterrupt, stageHooks } from './common.ts';
import { type CommonOptions, inColour, note, printResult, withCommonOptions } from './output.ts';
import { settingOption } from './setting-option.ts';

interface AnalyzeOptions extends CommonOptions {
  readonly out?: string;
  readonly trials?: number;
  readonly taskVariance?: string;
  readonly trialsPerTask?: number;
  readonly shuffles?: number;
  readonly seed?: number;
  readonly layoutSearch: boolean;
  readonly grid?: string;
  readonly figures?: boolean;
  readonly force?: boolean;
}

const FILE = 'analysis.json';
const FIGURE_FOLDER = 'figures';

/** The command. */
export function analyzeCommand(): Command {
  return withCommonOptions(new Command('analyze'))
    .argument('<file>', 'a trained or pruned network')
    .option('--out <dir>', `also write ${FILE} into this folder`)
    .addOption(analyzeOption('--trials <n>', 'scores.trialsPerTask'))
    .addOption(analyzeOption('--task-variance <trials>', 'trials'))
    .addOption(analyzeOption('--trials-per-task <n>', 'trialsPerTask'))
    .addOption(analyzeOption('--shuffles <n>', 'shuffles'))
    .addOption(analyzeOption('--seed <n>', 'seed'))
    .option('--no-layout-search', 'only the own layout, not also the one of shortest wires that a search finds')
    .addOption(analyzeOption('--grid <size>', 'grid'))
    .option('--figures', `also draw every figure of the network, as SVG and PNG, into the folder ${FIGURE_FOLDER} of --out`)
    .option('--force', 'overwrite these files')
    .addHelpText('after', '\nExample:\n  $ bimt-export analyze runs/a/pruned.safetensors --out runs/a/analysis')
    .action(analyzeAction);
}

function analyzeOption(flags: string, path: string): Option {
  return settingOption(flags, path, { settings: AnalyzeConfig });
}

async function analyzeAction(file: string, options: AnalyzeOptions): Promise<void> {
  const { out, trials, taskVariance, trialsPerTask, shuffles, seed, layoutSearch, grid } = options;
  const config = parseWith(
    AnalyzeConfig,
    { trials: taskVariance, trialsPerTask, shuffles, seed, layoutSearch, grid, scores: { trialsPerTask: trials } },
    'the options of analyze',
  );
  if (options.figures && out === undefined) throw new UsageError('--figures needs a folder to draw into; give one with --out');
  const artifact = networkArgument(file);
  if (out !== undefined) claimOutputs(outputPaths(out, options), options);
  const { hooks, stop } = stageHooks(options);
  const analysis = await onInterrupt((signal) => analyzeStage(artifact, config, { ...hooks, signal }), 'nothing was written').finally(stop);
  if (out !== undefined) {
    writeFileAtomic(join(out, FILE), analysisJson(analysis));
    note(options, `${join(out, FILE)} written`);
    const { network } = onGrid(artifact, analysis.network.grid);
    if (options.figures) await writeFigures(join(out, FIGURE_FOLDER), networkFigures(network, analysis, basename(file)), options);
  }
  printResult(options, analysis, analysisText(analysis, file, inColour()));
}

/** Every file that the command will write. */
function outputPaths(out: string, { figures, layoutSearch }: AnalyzeOptions): string[] {
  const pictures = FIGURES.flatMap(({ name, placed }) => [name, ...(placed && layoutSearch ? [`${name}.searched`] : [])]);
  const paths = pictures.flatMap((picture) => [`${picture}.svg`, `${picture}.png`]).map((name) => join(out, FIGURE_FOLDER, name));
  return [join(out, FILE), ...(figures ? paths : [])];
}

async function writeFigures(folder: string, figures: Readonly<Record<string, string>>, options: CommonOptions): Promise<void> {
  for (const [name, svg] of Object.entries(figures)) {
    writeFileAtomic(join(folder, name), svg);
    writeFileAtomic(join(folder, name.replace(/\.svg$/, '.png')), await svgToPng(svg));
  }
  note(options, `${Object.keys(figures).length} figures drawn into ${folder}`);
}
