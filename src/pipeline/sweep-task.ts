// What does one worker of a sweep do at a time? Train a network, or prune and analyse one; what is on disk is not made again.
import { join } from 'node:path';
import type { Analysis } from '../analysis/analysis-file.ts';
import { summarizeAnalysis } from '../analysis/analysis-summary.ts';
import { fileExists, readInputFile, removeFile, writeFileAtomic } from '../core/files.ts';
import { canonicalJson, sha256 } from '../core/hash.ts';
import { TOOL } from '../core/version.ts';
import type { CheckpointStore } from '../training/checkpoint.ts';
import { analyzeStage } from './analyze-stage.ts';
import { type NetworkArtifact, readNetwork } from './network-file.ts';
import { besideNetwork, pruneOrSearch, requireNetwork } from './prune-search.ts';
import { pruningHash } from './prune-stage.ts';
import { analysisKey, encodePoint, type PointSettings, pruningKey, type SweepPoint } from './sweep-point.ts';
import { type StageHooks, trainStage } from './train-stage.ts';

/** Trains the network of a folder. */
export interface TrainTask {
  readonly kind: 'train';
  /** How to call it on a screen. */
  readonly name: string;
  /** Folder of the training. */
  readonly folder: string;
  readonly settings: Pick<PointSettings, 'train' | 'scores'>;
}

/** Prunes the trained network of a folder and makes all points of the result. */
export interface NetworkTask {
  readonly kind: 'network';
  readonly name: string;
  readonly folder: string;
  /** Points with equal training and pruning, and where their files go. */
  readonly points: readonly { readonly point: SweepPoint; readonly file: string }[];
}

/** Plain data: it travels between processes. */
export type SweepTask = TrainTask | NetworkTask;

const CHECKPOINT = 'checkpoint.safetensors';
const TRAINED = 'trained.safetensors';

/** Whether the training of a folder is done. */
export function isTrained(folder: string): boolean {
  return fileExists(join(folder, TRAINED));
}

/**
 * Does a task; its files are on disk when it ends.
 *
 * @throws UsageError if training diverges, pruning leaves nothing, or a file is damaged
 * @throws InterruptedError when the signal aborts; a training is kept as a checkpoint
 */
export async function runTask(task: SweepTask, hooks: StageHooks): Promise<void> {
  if (task.kind === 'train') await trainInto(task, hooks);
  else await makePoints(task, hooks);
}

async function trainInto({ folder, settings: { train, scores } }: TrainTask, hooks: StageHooks): Promise<void> {
  const checkpoint = join(folder, CHECKPOINT);
  const store: CheckpointStore = {
    load: () => (fileExists(checkpoint) ? { bytes: readInputFile(checkpoint), what: checkpoint } : null),
    save: (bytes) => writeFileAtomic(checkpoint, bytes),
  };
  if (!isTrained(folder)) {
    const files = await trainStage(train, scores, store, hooks);
    // The network last: where it is, everything is.
    writeFileAtomic(join(folder, 'training.csv'), files['training.csv']);
    writeFileAtomic(join(folder, TRAINED), files[TRAINED]);
  }
  removeFile(checkpoint);
}

async function makePoints({ folder, points }: NetworkTask, hooks: StageHooks): Promise<void> {
  const path = join(folder, TRAINED);
  const trained = readNetwork(readInputFile(path), path, ['trained']);
  const analysed = await prunedNetwork(trained, folder, points[0].point.settings, hooks);
  for (const { point, file } of points) {
    const analysis = await analyzeStage(analysed, point.settings.analyze, hooks);
    writeFileAtomic(join(folder, `analysis-${analysisKey(point.settings)}.json`), `${canonicalJson(analysis, 1)}\n`);
    writeFileAtomic(file, pointFile(point, trained, analysed, analysis));
  }
}

/** The network that is analysed: pruned if the settings ask for it. */
async function prunedNetwork(
  trained: NetworkArtifact,
  folder: string,
  { prune, scores }: PointSettings,
  hooks: StageHooks,
): Promise<NetworkArtifact> {
  if (prune === null) return trained;
  const path = join(folder, `pruned-${pruningKey({ prune })}.safetensors`);
  if (fileExists(path)) {
    const kept = readNetwork(readInputFile(path), path, ['pruned']);
    const { parentHash, configHash } = kept.header.provenance;
    if (parentHash === sha256(trained.bytes) && configHash === pruningHash(prune)) return kept;
  }
  const bytes = requireNetwork(await pruneOrSearch(trained, prune, scores, besideNetwork(path, '.search'), hooks));
  writeFileAtomic(path, bytes);
  return readNetwork(bytes, path, ['pruned']);
}

function pointFile({ key, name, settings }: SweepPoint, trained: NetworkArtifact, analysed: NetworkArtifact, analysis: Analysis): string {
  return encodePoint({
    schema: 'bimt-sweep-point/1',
    key,
    name,
    settings: { ...settings },
    provenance: {
      tool: TOOL,
      engine: trained.header.provenance.engine,
      trained: sha256(trained.bytes),
      network: sha256(analysed.bytes),
    },
    neurons: analysed.network.neurons,
    tasks: analysis.accuracy.tasks.map(({ task, accuracy, strict, ceiling }) => ({ task, accuracy, strict, ceiling })),
    summary: summarizeAnalysis(analysis),
    notes: [...analysis.notes],
  });
}
