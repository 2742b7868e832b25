// Which is the sparsest network that is accurate enough? Densities are tried one after another, each tried one is a file.
import { join } from 'node:path';
import { z } from 'zod';
import { DEFAULT_THRESHOLD, EmptyNetworkError } from '../compression/prune.ts';
import { possibleWeights, weightCount } from '../compression/prune-weights.ts';
import { FitError, InterruptedError } from '../core/errors.ts';
import { fileExists, readInputFile, writeFileAtomic } from '../core/files.ts';
import { canonicalJson, hashJson, sha256 } from '../core/hash.ts';
import { TOOL } from '../core/version.ts';
import { Scores } from '../network/artifact.ts';
import type { Network } from '../network/network.ts';
import { formatNumber, formatRatio } from '../report/format.ts';
import type { Predict } from '../tasks/accuracy.ts';
import { findSuite } from '../tasks/suites.ts';
import { openEngine } from '../training/engines/open.ts';
import { fineTuneSpec, resolveFineTuneConfig } from '../training/fine-tune.ts';
import { flatParameters } from '../training/recovery.ts';
import type { PruneConfig, SearchConfig } from './config.ts';
import { openBudgets } from './core-budgets.ts';
import { curveFiles, type DensityCurve, type DensityPoint, judge, sparsestWithin } from './density-curve.ts';
import { type NetworkArtifact, readNetwork, writeNetwork } from './network-file.ts';
import { densityLeft, pruneStage, pruningHash, storedConfig } from './prune-stage.ts';
import { measureScores, predictWith, type ScorePlan } from './scores.ts';
import type { StageHooks } from './train-stage.ts';

/** Names the trials that densities are compared on: none of training, calibration or test. */
const PURPOSE = 'density search';
/** Digits of the densities that a bisection tries. */
const DIGITS = 3;
/** Characters of a hash in the name of a file. */
const SHORT_HASH = 16;

/** What pruning leaves. */
export interface PruneResult {
  /** pruned.safetensors; null if no density loses as little as it should. */
  readonly bytes: Uint8Array | null;
  /** Null without a search. */
  readonly curve: DensityCurve | null;
}

/**
 * Prunes a trained network, with a search for the density if the settings ask for one.
 *
 * @param folder - keeps every density that was tried; a search that was stopped, or one with another bound, goes on from there
 * @throws EmptyNetworkError if nothing would be left; FitError if the cores cannot hold what is left
 */
export async function pruneOrSearch(
  trained: NetworkArtifact,
  config: PruneConfig,
  scores: ScorePlan,
  folder: string,
  hooks: StageHooks = {},
): Promise<PruneResult> {
  const { search, cores } = config;
  // What can be wrong with a target is told before anything is measured.
  if (cores !== null) openBudgets(cores);
  if (search === null) return { bytes: await pruneStage(trained, config, scores, hooks), curve: null };
  return searchDensity(trained, { ...config, search }, scores, folder, hooks);
}

/**
 * The files of a pruning by name: the network, and the curve of a search as JSON, CSV and SVG.
 *
 * @param name - of the network, ending in .safetensors
 */
export function pruneFiles({ bytes, curve }: PruneResult, name: string): Record<string, Uint8Array> {
  const text = new TextEncoder();
  const files =
    curve === null ? [] : Object.entries(curveFiles(curve)).map(([end, content]) => [besideNetwork(name, end), text.encode(content)]);
  return { ...(bytes && { [name]: bytes }), ...Object.fromEntries(files) };
}

/** A file or folder that belongs to a network: `a/pruned.safetensors` and `.curve.csv` are `a/pruned.curve.csv`. */
export function besideNetwork(network: string, end: string): string {
  return `${network.replace(/\.safetensors$/, '')}${end}`;
}

/**
 * The network of a pruning; called when everything else is written.
 *
 * @throws FitError if no density loses as little as it should
 */
export function requireNetwork({ bytes, curve }: PruneResult): Uint8Array {
  if (bytes !== null) return bytes;
  if (curve === null) throw new Error('pruning without a search always ends with a network');
  const { maxAccuracyDrop, maxTaskDrop } = curve.search;
  const tried = curve.points.map((point) => judge(point, curve)).filter(({ drop }) => drop !== null);
  const [best] = tried.sort((a, b) => (a.drop ?? 0) - (b.drop ?? 0));
  const found =
    best === undefined ? 'no density that was tried leaves anything' : `density ${densityText(best.asked)} loses least, ${lossText(best)}`;
  throw new FitError(
    `no density that was tried loses at most ${formatRatio(maxAccuracyDrop)} of accuracy${maxTaskDrop === null ? '' : ` and ${formatRatio(maxTaskDrop)} in each task`}: ${found}; ` +
      'try more --fine-tune updates or --rounds, looser limits, or a larger drop',
  );
}

type SearchedConfig = PruneConfig & { readonly search: SearchConfig };

async function searchDensity(
  trained: NetworkArtifact,
  config: SearchedConfig,
  scores: ScorePlan,
  folder: string,
  hooks: StageHooks,
): Promise<PruneResult> {
  const { search } = config;
  const probes = openProbes(trained, config, scores, folder, hooks);
  const before = await probes.before();
  const points = new Map<number, DensityPoint>();
  const isWithin = async (density: number) => {
    const point = points.get(density) ?? (await probes.at(density));
    points.set(density, point);
    const judged = judge(point, { search, before });
    hooks.onNote?.(
      `density ${densityText(density)}: ${judged.left === null ? 'nothing is left' : lossText(judged)}; ${judged.isWithin ? 'within' : 'too much'}`,
    );
    return judged.isWithin;
  };
  if (search.densities !== null) for (const density of new Set(search.densities.toSorted((a, b) => b - a))) await isWithin(density);
  else await bisect(bounds(trained.network, config), search.resolution, isWithin);
  const curve: DensityCurve = { search, before, points: [...points.values()].sort((a, b) => a.asked - b.asked) };
  const chosen = sparsestWithin(curve);
  if (chosen === null) return { bytes: null, curve };
  return { bytes: withSearch(probes.network(chosen.asked), config, chosen, curve), curve };
}

/** Where a search begins, and the density beyond which limits leave no more. */
interface Bounds {
  readonly start: number;
  readonly most: number;
}

function bounds(network: Network, config: PruneConfig): Bounds {
  const left = (threshold: number) => densityLeft(network, { ...config, search: null, threshold });
  const most = left(0);
  const start = left(DEFAULT_THRESHOLD);
  return { most, start: start > 0 ? start : most };
}

/**
 * Finds the lowest density that is good enough. From the start, density is doubled until one is and halved until one is not; then
 * the middle of the two, as a ratio, takes the place of one of them, until they are close. Accuracy need not fall with
 * density: what the search ends with has been tried, and something sparser, less than `resolution` below it, has been tried and is not good enough.
 */
export async function bisect({ start, most }: Bounds, resolution: number, isWithin: (density: number) => Promise<boolean>): Promise<void> {
  let high = Math.min(rounded(start), most);
  let low: number | null = null;
  while (!(await isWithin(high))) {
    if (high >= most) return;
    low = high;
    high = Math.min(rounded(2 * high), most);
  }
  if (low === null) for (low = rounded(high / 2); await isWithin(low); low = rounded(low / 2)) high = low;
  while (high > low * (1 + resolution)) {
    const middle = rounded(Math.sqrt(low * high));
    if (middle <= low || middle >= high) return;
    if (await isWithin(middle)) high = middle;
    else low = middle;
  }
}

function rounded(density: number): number {
  return Number(density.toPrecision(DIGITS));
}

const ProbeRecord = z.strictObject({
  schema: z.literal('bimt-density-probe/1'),
  /** Hash of everything that the probe depends on. */
  key: z.string(),
  /** SHA-256 of the network beside it; null if nothing was left. */
  network: z.string().nullable(),
  scores: Scores.nullable(),
});
type ProbeRecord = z.output<typeof ProbeRecord>;

/** Densities of one network under the same settings. */
interface Probes {
  /** Scores of the network before pruning. */
  before(): Promise<Scores>;
  /** The network pruned to a density, made or read. */
  at(density: number): Promise<DensityPoint>;
  /** The network of a density that was tried. */
  network(density: number): NetworkArtifact;
}

function openProbes(trained: NetworkArtifact, config: SearchedConfig, scores: ScorePlan, folder: string, hooks: StageHooks): Probes {
  const { search, ...rest } = config;
  const { trialsPerTask, seed } = search;
  const suite = findSuite(trained.header.config.suite);
  const measure = (predict: Predict) => measureScores(suite, predict, { trialsPerTask, seed }, PURPOSE);
  const source = { tool: TOOL, trained: sha256(trained.bytes), trialsPerTask, seed };
  const settingsAt = (density: number): PruneConfig => ({ ...rest, density, threshold: null, search: null });
  const keyOf = (density: number | null) =>
    hashJson({ ...source, ...(density !== null && { pruning: pruningHash(settingsAt(density)), scores }) });
  const pathOf = (density: number | null, end: string) =>
    join(folder, `${density === null ? 'before' : `density-${density}`}-${keyOf(density).slice(0, SHORT_HASH)}${end}`);
  const networkPath = (density: number) => pathOf(density, '.safetensors');
  const record = (density: number | null, content: Pick<ProbeRecord, 'network' | 'scores'>): ProbeRecord => {
    const data: ProbeRecord = { schema: 'bimt-density-probe/1', key: keyOf(density), ...content };
    const text = canonicalJson(data, 1);
    writeFileAtomic(pathOf(density, '.json'), `${text}\n`);
    // As it will be read: the order of tasks is part of the data.
    return ProbeRecord.parse(JSON.parse(text));
  };
  /** Null for what was not tried, or whose files were changed since. */
  const recorded = (density: number | null): ProbeRecord | null => {
    const found = readRecord(pathOf(density, '.json'));
    if (found === null || found.key !== keyOf(density)) return null;
    if (density === null || found.network === null) return found;
    const path = networkPath(density);
    return fileExists(path) && sha256(readInputFile(path)) === found.network ? found : null;
  };
  const network = (density: number) => readNetwork(readInputFile(networkPath(density)), networkPath(density), ['pruned']);
  const pointAt = (density: number, scores: Scores | null): DensityPoint => {
    if (scores === null) return { asked: density, left: null };
    const left = network(density).network;
    const weights = weightCount(left);
    return { asked: density, left: { density: weights / possibleWeights(trained.network), weights, neurons: left.neurons, scores } };
  };
  const make = async (density: number): Promise<ProbeRecord> => {
    if (hooks.signal?.aborted) throw new InterruptedError(`the search was interrupted before density ${densityText(density)}`);
    hooks.onNote?.(`pruning to density ${densityText(density)} …`);
    const onProgress = hooks.onProgress;
    const told: StageHooks = {
      ...hooks,
      ...(onProgress && { onProgress: (progress) => onProgress({ ...progress, stage: `density ${densityText(density)}` }) }),
    };
    const bytes = await pruneStage(trained, settingsAt(density), scores, told).catch((error: unknown) => {
      if (error instanceof EmptyNetworkError) return null;
      throw error;
    });
    if (bytes === null) return record(density, { network: null, scores: null });
    const measured = await measure(predictWith(readNetwork(bytes, networkPath(density), ['pruned']).network));
    // The record last: where it is, everything is.
    writeFileAtomic(networkPath(density), bytes);
    return record(density, { network: sha256(bytes), scores: measured });
  };
  return {
    network,
    async before() {
      const kept = recorded(null)?.scores ?? null;
      if (kept !== null) return kept;
      hooks.onNote?.('measuring the network before pruning …');
      const measured = await withEngine(trained.network, config, measure);
      return record(null, { network: null, scores: measured }).scores ?? measured;
    },
    async at(density) {
      return pointAt(density, (recorded(density) ?? (await make(density))).scores);
    },
  };
}

/** Runs a dense network by its training engine: the plain interpreter is fast on sparse ones only. */
async function withEngine<T>(network: Network, { fineTune }: PruneConfig, use: (predict: Predict) => Promise<T>): Promise<T> {
  const tuning = fineTune ?? resolveFineTuneConfig({});
  const { engine } = await openEngine(tuning.engine, fineTuneSpec(network, tuning));
  try {
    const parameters = flatParameters(network);
    const moments = new Float32Array(parameters.length);
    await engine.write({ parameters, firstMoment: moments, secondMoment: moments });
    return await use((inputs, steps, rows) => engine.forward(inputs, steps, rows));
  } finally {
    await engine.dispose();
  }
}

function readRecord(path: string): ProbeRecord | null {
  if (!fileExists(path)) return null;
  try {
    return ProbeRecord.parse(JSON.parse(new TextDecoder().decode(readInputFile(path))));
  } catch (error) {
    // A damaged record is one of nothing.
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null;
    throw error;
  }
}

/** The network of a density, with the search that chose it. */
function withSearch(
  { header, network, history }: NetworkArtifact,
  config: PruneConfig,
  chosen: DensityPoint,
  { points }: DensityCurve,
): Uint8Array {
  const { pruning } = history;
  if (pruning === null) throw new Error('a pruned network knows what was pruned');
  return writeNetwork({
    header: {
      ...header,
      config: { ...header.config, prune: storedConfig(config) },
      provenance: { ...header.provenance, configHash: pruningHash(config) },
    },
    network,
    history: { ...history, pruning: { ...pruning, search: { density: chosen.asked, tried: points.length } } },
  });
}

function lossText({ left, drop, worst }: ReturnType<typeof judge>): string {
  const most = worst === null ? '' : `, ${worst.task} ${signed(-worst.drop)}`;
  return `accuracy ${formatRatio(left?.scores.meanAccuracy ?? null)} (${signed(-(drop ?? 0))}${most})`;
}

function signed(change: number): string {
  return `${change < 0 ? '−' : '+'}${formatRatio(Math.abs(change))}`;
}

function densityText(density: number): string {
  return formatNumber(density, { significant: DIGITS });
}
