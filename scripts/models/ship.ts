// Copies the networks that ship from the sweeps that trained them, with what was measured of them and their figures.
// usage: tsx scripts/models/ship.ts [NAME...]   after the sweeps of models/ (bimt-export sweep models/X/sweep.yaml --out models/X)
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Analysis, parseAnalysis } from '../../src/analysis/analysis-file.ts';
import { writeFileAtomic } from '../../src/core/files.ts';
import { readNetwork } from '../../src/pipeline/network-file.ts';
import { analysisKey, pruningKey } from '../../src/pipeline/sweep-point.ts';
import { comparisonFigures, FIGURES, type FigureEntry, networkFigures } from '../../src/report/figures.ts';
import { SHIPPED, type Shipped, SIDE_BY_SIDE } from './shipped.ts';
import { MODELS, openSweep } from './sweeps.ts';

const PICTURES = join(MODELS, 'figures');

/** Copies one network; null where its point is not done, or its sweep keeps no networks here. */
function ship({ name, sweep, series, seed }: Shipped): FigureEntry | null {
  const { done, folder } = openSweep(sweep);
  const found = done(series).find(({ point }) => point.settings.train.seed === seed);
  if (found === undefined) return null;
  const { settings } = found.point;
  const from = folder.findTraining(settings);
  const pruned = pruningKey(settings);
  const network = join(from, pruned === null ? 'trained.safetensors' : `pruned-${pruned}.safetensors`);
  const analysis = join(from, `analysis-${analysisKey(settings)}.json`);
  if (!existsSync(network) || !existsSync(analysis)) return null;
  writeFileAtomic(join(MODELS, `${name}.safetensors`), readFileSync(network));
  writeFileAtomic(join(MODELS, `${name}.analysis.json`), readFileSync(analysis));
  writeFileAtomic(join(MODELS, `${name}.training.csv`), readFileSync(join(from, 'training.csv')));
  return shipped(name);
}

/** A network that lies in models/; null if there is none. */
function shipped(name: string): FigureEntry | null {
  const file = join(MODELS, `${name}.safetensors`);
  const analysisFile = join(MODELS, `${name}.analysis.json`);
  if (!existsSync(file) || !existsSync(analysisFile)) return null;
  const { network } = readNetwork(readFileSync(file), file);
  const analysis: Analysis = parseAnalysis(JSON.parse(readFileSync(analysisFile, 'utf8')), analysisFile);
  return { name, network, analysis };
}

function draw(folder: string, figures: Readonly<Record<string, string>>, names: readonly string[] = FIGURES.map(({ name }) => name)): void {
  const kept = Object.entries(figures).filter(([file]) => names.includes(basename(file, '.svg')));
  for (const [file, svg] of kept) writeFileAtomic(join(PICTURES, folder, file), svg);
}

const asked = process.argv.slice(2);
for (const entry of SHIPPED.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
  const made = ship(entry);
  console.log(made === null ? `${entry.name}: not trained here` : `${entry.name}: shipped`);
  if (made !== null) draw(made.name, networkFigures(made.network, made.analysis, made.name), entry.figures);
}
for (const [name, members] of Object.entries(SIDE_BY_SIDE)) {
  const entries = members.map(shipped).filter((entry) => entry !== null);
  if (entries.length === members.length) draw(name, comparisonFigures(entries));
}
