// Which networks are compared on chips? Each is made once, at the common accuracy, and kept in models/aware/networks.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../src/core/files.ts';
import { awareStage } from '../../src/pipeline/aware.ts';
import { AwareConfig, PruneConfig, resolveRunConfig } from '../../src/pipeline/config.ts';
import { type NetworkArtifact, readNetwork } from '../../src/pipeline/network-file.ts';
import { pruneOrSearch, requireNetwork } from '../../src/pipeline/prune-search.ts';
import { pruneStage } from '../../src/pipeline/prune-stage.ts';
import { measureScores } from '../../src/pipeline/scores.ts';
import { findSuite } from '../../src/tasks/suites.ts';
import { openEngine } from '../../src/training/engines/open.ts';
import { fineTuneSpec, resolveFineTuneConfig } from '../../src/training/fine-tune.ts';
import { flatParameters } from '../../src/training/recovery.ts';
import { FOLDER, settings } from './aware-settings.ts';
import { openSweep } from './sweeps.ts';

/** A way to a network for chips. */
export interface Method {
  readonly name: string;
  readonly title: string;
  /** Series of the sweep that it begins with. */
  readonly series: string;
  readonly pruning: 'prune' | 'magnitude';
  /** Share of the grid in the distance while training on; null for none. */
  readonly localShare: number | null;
  /** Targets it is trained for, null for a network that is the same on all. */
  readonly targets: readonly (string | null)[];
}

const TARGETS = Object.keys(settings.targets);

export const METHODS: readonly Method[] = [
  { name: 'bimt', title: 'BIMT on the grid', series: 'bimt, pruned', pruning: 'prune', localShare: null, targets: [null] },
  // As much training, the same prices, and no word of a chip: what training on brings by itself.
  { name: 'longer', title: 'BIMT on the grid, trained on', series: 'bimt, pruned', pruning: 'prune', localShare: 1, targets: [null] },
  {
    name: 'aware',
    title: 'BIMT aware of the chip',
    series: 'bimt, pruned',
    pruning: 'prune',
    localShare: Number(settings.aware['localShare']),
    targets: TARGETS,
  },
  { name: 'l1', title: 'L1', series: 'l1, pruned', pruning: 'prune', localShare: null, targets: [null] },
  { name: 'none', title: 'none, pruned by magnitude', series: 'none', pruning: 'magnitude', localShare: null, targets: [null] },
];

const note = (text: string) => console.log(text);

function open(path: string): NetworkArtifact {
  return readNetwork(readFileSync(path), path);
}

async function kept(name: string, make: () => Promise<Uint8Array>): Promise<NetworkArtifact> {
  const path = join(FOLDER, 'networks', `${name}.safetensors`);
  if (!existsSync(path)) writeFileAtomic(path, await make());
  return open(path);
}

/** Name of the network of a method. */
export function networkName({ name }: Method, target: string | null, seed: number): string {
  return [name, ...(target === null ? [] : [target]), `seed${seed}`].join('-');
}

/** The network of a method if it was made; null else. */
export function madeNetwork(method: Method, target: string | null, seed: number): NetworkArtifact | null {
  const path = join(FOLDER, 'networks', `${networkName(method, target, seed)}.safetensors`);
  return existsSync(path) ? open(path) : null;
}

/** The sparsest network of a method at the common accuracy. */
export async function networkOf(method: Method, target: string | null, seed: number): Promise<NetworkArtifact> {
  const name = networkName(method, target, seed);
  const start = await startNetwork(method.series, seed);
  return kept(name, async () => {
    const from = method.localShare === null ? start : await trainedOn(start, name, target ?? TARGETS[0], method.localShare);
    return sparsest(from, name, method.pruning);
  });
}

/** The network of a series and seed: as trained, or pruned as the sweep does it. */
async function startNetwork(series: string, seed: number): Promise<NetworkArtifact> {
  const { done, folder } = openSweep(settings.sweep);
  const point = done(series).find((candidate) => candidate.point.settings.train.seed === seed)?.point;
  if (point === undefined) throw new Error(`sweep ${settings.sweep} holds no series '${series}' with seed ${seed}`);
  const { train, prune } = point.settings;
  const trained = open(join(folder.findTraining(point.settings), 'trained.safetensors'));
  if (prune === null) return trained;
  return kept(`start-${train.condition}-seed${seed}`, () => pruneStage(trained, prune, settings.search));
}

/** Trained on for a target, or under the grid's distance alone with a local share of 1. */
async function trainedOn(start: NetworkArtifact, name: string, target: string, localShare: number): Promise<NetworkArtifact> {
  const run = resolveRunConfig({
    prune: { fineTune: settings.prune['fineTune'] },
    map: { maxNeuronsPerCore: settings.targets[target] },
    scores: settings.search,
  });
  const aware = AwareConfig.parse({ ...settings.aware, target, localShare });
  const folder = join(FOLDER, 'networks', `${name}.rounds`);
  return kept(`${name}-trained-on`, async () => (await awareStage(start, { ...run, aware }, folder, { onNote: note })).bytes);
}

async function sparsest(from: NetworkArtifact, name: string, pruning: Method['pruning']): Promise<Uint8Array> {
  const { densities = null, ...rest } = settings[pruning];
  const before = await accuracyOf(from);
  note(`${name}: accuracy ${before.toFixed(4)} before the search`);
  const config = PruneConfig.parse({
    ...rest,
    search: { ...settings.search, densities, maxAccuracyDrop: Math.max(0, before - settings.accuracy) },
  });
  return requireNetwork(await pruneOrSearch(from, config, settings.search, join(FOLDER, 'networks', `${name}.search`), { onNote: note }));
}

/** On the trials of the search, and by the engine: a dense network is slow in the interpreter. */
async function accuracyOf({ network, header }: NetworkArtifact): Promise<number> {
  const { engine } = await openEngine('auto', fineTuneSpec(network, resolveFineTuneConfig({})));
  try {
    const parameters = flatParameters(network);
    const moments = new Float32Array(parameters.length);
    await engine.write({ parameters, firstMoment: moments, secondMoment: moments });
    const predict = (inputs: Float32Array, steps: number, rows: number) => engine.forward(inputs, steps, rows);
    return (await measureScores(findSuite(header.config.suite), predict, settings.search, 'density search')).meanAccuracy;
  } finally {
    await engine.dispose();
  }
}
