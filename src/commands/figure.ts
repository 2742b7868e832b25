// bimt-export figure: networks and their analyses → one picture, SVG or PNG
import { basename, dirname, extname, join, resolve, sep } from 'node:path';
import { Command, Option } from 'commander';
import { type Analysis, parseAnalysis } from '../analysis/analysis-file.ts';
import { messageOf, orTry, UsageError, unknownName } from '../core/errors.ts';
import { fileExists, readInputFile, writeFileAtomic } from '../core/files.ts';
import { sha256 } from '../core/hash.ts';
import { onGrid } from '../pipeline/network-file.ts';
import { folderPlots } from '../pipeline/sweep-plots.ts';
import { SWEEP_MEASURES } from '../pipeline/sweep-statistics.ts';
import {
  comparisonFigures,
  FIGURES,
  type Figure,
  type FigureEntry,
  hasLayout,
  type LayoutName,
  networkFigures,
} from '../report/figures.ts';
import { plural } from '../report/format.ts';
import { DEFAULT_PNG_SCALE, svgToPng } from '../report/png.ts';
import { claimOutputs, networkArgument } from './common.ts';
import { collect, numberOption } from './option-parsers.ts';
import { type CommonOptions, printResult, withCommonOptions } from './output.ts';

interface FigureOptions extends CommonOptions {
  readonly analysis?: readonly string[];
  readonly layout: LayoutName;
  readonly out?: string;
  readonly scale: number;
  readonly force?: boolean;
}

const ALL = 'all';
/** Plots of all networks of a sweep; a layout is part of the name. */
const SWEEP_FIGURES = SWEEP_MEASURES.map(({ file, title }) => ({ name: basename(file, '.svg'), title }));
const MIN_SCALE = 0.1;

/** The command. */
export function figureCommand(): Command {
  return withCommonOptions(new Command('figure'))
    .argument('<name>', 'which figure; they are listed below')
    .argument('<files...>', 'trained or pruned networks; for Pareto plots the folder of a sweep')
    .option(
      '--analysis <file>',
      'what `analyze` wrote about each network, repeatable in their order (default: NETWORK.analysis.json or analysis.json beside each)',
      collect,
    )
    .addOption(
      new Option('--layout <name>', 'neurons where they were trained, or where a search put them')
        .choices(['own', 'searched'])
        .default('own'),
    )
    .option('--out <file>', 'picture.svg or picture.png; a folder for all figures (default: NAME.svg, or the folder figures)')
    .option('--scale <n>', 'pixels of a PNG per unit of the SVG', numberOption(MIN_SCALE), DEFAULT_PNG_SCALE)
    .option('--force', 'overwrite pictures')
    .addHelpText('after', `\n${figureList()}`)
    .addHelpText(
      'after',
      `
Examples:
  $ bimt-export figure brain-map runs/a/pruned.safetensors --out brain.png
  $ bimt-export figure performance bimt.safetensors l1.safetensors none.safetensors
  $ bimt-export figure ${ALL} runs/a/pruned.safetensors --out runs/a/figures
  $ bimt-export figure pareto-wiring runs/sweep --out pareto.png`,
    )
    .action(figureAction);
}

/** Every name that the command takes. */
export function figureNames(): string[] {
  return [...FIGURES, ...SWEEP_FIGURES].map(({ name }) => name).concat(ALL);
}

function figureList(): string {
  const width = Math.max(...[...FIGURES, ...SWEEP_FIGURES].map(({ name }) => name.length));
  const rows = FIGURES.map(
    ({ name, shows, paper, compares }) =>
      `  ${name.padEnd(width)}  ${shows}${compares ? ' *' : ''}\n  ${' '.repeat(width)}    paper: ${paper}`,
  );
  return [
    'Figures, and what they correspond to in Liu et al. (2023), "Growing Brains":',
    ...rows,
    `  ${ALL.padEnd(width)}  every figure of one network, or those with * of several, as SVG files of a folder`,
    ...SWEEP_FIGURES.map(({ name, title }) => `  ${name.padEnd(width)}  ${title.toLowerCase()}, of a sweep`),
    `  ${' '.repeat(width)}    paper: figure 1 (4 and 6 for 1D and Mod-Cog)`,
    '  * shows several networks side by side.',
  ].join('\n');
}

async function figureAction(name: string, files: readonly string[], options: FigureOptions): Promise<void> {
  if (SWEEP_FIGURES.some((figure) => figure.name === name)) return await sweepFigure(name, files, options);
  const figure = FIGURES.find((candidate) => candidate.name === name) ?? null;
  if (figure === null && name !== ALL) throw unknownName('figure', name, figureNames(), 'bimt-export figure --help');
  checkRequest(figure, files, options);
  const analyses = options.analysis ?? [];
  if (analyses.length > 0 && analyses.length !== files.length)
    throw new UsageError(
      `--analysis is given ${plural(analyses.length, 'time')} for ${plural(files.length, 'network')}; give it once for each, in their order, or not at all`,
    );
  const out = options.out ?? (figure === null ? 'figures' : `${figure.name}.svg`);
  if (figure !== null) checkPictureName(out);
  const names = shortNames(files);
  const entries = files.map((file, i) => readEntry(file, analyses[i] ?? null, names[i] as string));
  const pictures = draw(figure, entries, options.layout, out);
  await writePictures(pictures, options);
  const paths = Object.keys(pictures);
  printResult(options, { figure: name, layout: options.layout, networks: names, files: paths }, written(paths));
}

/** A plot of all networks of a sweep. */
async function sweepFigure(name: string, folders: readonly string[], options: FigureOptions): Promise<void> {
  const [folder] = folders;
  if (folder === undefined || folders.length > 1)
    throw new UsageError(
      `${name} shows one sweep, ${folders.length} folders are given; several sweeps are one if their series are in one file`,
    );
  const unused = [options.analysis && '--analysis', options.layout !== 'own' && '--layout'].filter((option) => typeof option === 'string');
  if (unused.length > 0) throw new UsageError(`${name} is drawn from the points of a sweep; leave ${unused.join(' and ')} out`);
  const out = options.out ?? `${name}.svg`;
  checkPictureName(out);
  const svg = folderPlots(folder)[`${name}.svg`];
  if (svg === undefined)
    throw new UsageError(
      `no point of the sweep in ${folder} is done; run first: bimt-export sweep ${join(folder, 'sweep.yaml')} --out ${folder}`,
    );
  await writePictures({ [out]: svg }, options);
  printResult(options, { figure: name, sweep: folder, files: [out] }, written([out]));
}

async function writePictures(pictures: Readonly<Record<string, string>>, options: FigureOptions): Promise<void> {
  claimOutputs(Object.keys(pictures), options);
  for (const [path, svg] of Object.entries(pictures))
    writeFileAtomic(path, extname(path) === '.png' ? await svgToPng(svg, { scale: options.scale }) : svg);
}

function written(paths: readonly string[]): string {
  return paths.map((path) => `${path} written`).join('\n');
}

/** Pictures by path. */
function draw(figure: Figure | null, entries: readonly FigureEntry[], layout: LayoutName, out: string): Record<string, string> {
  if (figure !== null) {
    const without = entries.find(({ analysis }) => figure.placed && !hasLayout(analysis, layout));
    if (without !== undefined)
      throw new UsageError(`the analysis of ${without.name} has no ${layout} layout; run bimt-export analyze without --no-layout-search`);
    return { [out]: figure.draw(entries, layout) };
  }
  const [only] = entries;
  const drawn =
    entries.length === 1 && only !== undefined ? networkFigures(only.network, only.analysis, only.name) : comparisonFigures(entries);
  return Object.fromEntries(Object.entries(drawn).map(([file, svg]) => [join(out, file), svg]));
}

function checkRequest(figure: Figure | null, files: readonly string[], { layout }: FigureOptions): void {
  if (figure !== null && !figure.compares && files.length > 1) {
    const comparing = FIGURES.filter(({ compares }) => compares).map(({ name }) => name);
    throw new UsageError(`${figure.name} shows one network, ${files.length} are given; several can be shown by: ${comparing.join(', ')}`);
  }
  if (figure === null && layout === 'searched')
    throw new UsageError(`all figures are drawn in both layouts where an analysis has them; leave --layout out`);
  if (figure !== null && !figure.placed && layout === 'searched')
    throw new UsageError(`${figure.name} does not depend on where neurons sit; leave --layout searched out`);
}

function checkPictureName(out: string): void {
  if (!['.svg', '.png'].includes(extname(out))) throw new UsageError(`--out ${out}: the name of a picture ends in .svg or .png`);
}

/** A network with its analysis, which must speak of this very file. */
function readEntry(file: string, analysisFile: string | null, name: string): FigureEntry {
  const artifact = networkArgument(file);
  const path = analysisFile ?? beside(file);
  const analysis = readAnalysis(path);
  const hash = sha256(artifact.bytes);
  if (analysis.network.hash !== hash) {
    throw new UsageError(
      `${path} speaks of another network than ${file}: it names sha256 ${analysis.network.hash.slice(0, 12)}…, the file has ${hash.slice(0, 12)}…; analyse it again with: bimt-export analyze ${file} --out ${dirname(file)} --force`,
    );
  }
  return { name, network: onGrid(artifact, analysis.network.grid).network, analysis };
}

/** Where an analysis lies if nobody says so. */
function beside(file: string): string {
  const candidates = [`${file.slice(0, file.length - extname(file).length)}.analysis.json`, join(dirname(file), 'analysis.json')];
  const found = candidates.find(fileExists);
  if (found === undefined)
    throw new UsageError(
      `no analysis of ${file}: neither ${candidates.join(' nor ')} exists; run first: bimt-export analyze ${file} --out ${dirname(file)}`,
    );
  return found;
}

function readAnalysis(path: string): Analysis {
  let data: unknown;
  try {
    data = JSON.parse(new TextDecoder().decode(readInputFile(path)));
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(`${path} is not JSON: ${messageOf(error)}`);
  }
  return orTry('make it anew: bimt-export analyze NETWORK', () => parseAnalysis(data, path));
}

/** File names without their ending; as many folders before them as are needed to tell them apart. */
export function shortNames(files: readonly string[]): string[] {
  const parts = files.map((file) => {
    const path = resolve(file);
    return [...dirname(path).split(sep).filter(Boolean), basename(path, extname(path))];
  });
  const longest = Math.max(1, ...parts.map((part) => part.length));
  for (let length = 1; length < longest; length++) {
    const names = parts.map((part) => part.slice(-length).join('/'));
    if (new Set(names).size === names.length) return names;
  }
  return parts.map((part) => part.join('/'));
}
