// bimt-export analyze: network → analysis.json, and what it says
import { basename, join } from 'node:path';
import { Command, Option } from 'commander';
import { analysisJson } from '../analysis/analysis-file.ts';
import { UsageError } from '../core/errors.ts';
import { writeFileAtomic } from '../core/files.ts';
import { parseWith } from '../core/validate.ts';
import { AnalyzeConfig, analyzeStage } from '../pipeline/analyze-stage.ts';
import { onGrid } from '../pipeline/network-file.ts';
import { FIGURES, networkFigures } from '../report/figures.ts';
import { svgToPng } from '../report/png.ts';
import { ANALYSIS_TRIALS } from '../tasks/analysis-trials.ts';
import { analysisText } from './analysis-text.ts';
import { claimOutputs, integerOption, networkArgument, onInterrupt, stageHooks } from './common.ts';
import { type CommonOptions, inColour, note, printResult, withCommonOptions } from './output.ts';

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
    .option('--trials <n>', 'noisy test trials per task for the accuracy (default: 1000)', integerOption(1, 100_000))
    .addOption(
      new Option(
        '--task-variance <trials>',
        'noise-free trials of task variance: drawn, or every condition once (default: random)',
      ).choices(ANALYSIS_TRIALS),
    )
    .option('--trials-per-task <n>', 'random trials of each task for task variance (default: 512)', integerOption(2, 100_000))
    .option('--shuffles <n>', 'shuffles of neurons behind every p (default: 10000)', integerOption(1, 1_000_000))
    .option('--seed <n>', 'seed of trials, clusters, shuffles and search (default: 0)', integerOption(0))
    .option('--no-layout-search', 'only the own layout, not also the one of shortest wires that a search finds')
    .option('--grid <size>', 'another grid of as many sites, where training knew no positions: ROWSxCOLUMNS or a number (default: its own)')
    .option('--figures', `also draw every figure of the network, as SVG and PNG, into the folder ${FIGURE_FOLDER} of --out`)
    .option('--force', 'overwrite these files')
    .addHelpText('after', '\nExample:\n  $ bimt-export analyze runs/a/pruned.safetensors --out runs/a/analysis')
    .action(analyzeAction);
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
