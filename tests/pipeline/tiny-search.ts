// A search for the sparsest network that takes seconds: nine neurons, few trials, the reference engine.
import { PruneConfig } from '../../src/pipeline/config.ts';
import { type NetworkArtifact, readNetwork } from '../../src/pipeline/network-file.ts';
import { type PruneResult, pruneOrSearch } from '../../src/pipeline/prune-search.ts';
import { type StageHooks, trainStage } from '../../src/pipeline/train-stage.ts';
import { tinyConfig } from '../training/tiny-run.ts';

const SCORES = { trialsPerTask: 1, seed: 1 };
const FINE_TUNE = { updates: 4, batchMode: 'stream', streamSteps: 6, batchRows: 2, engine: 'reference', learningRate: 1e-2 };

/** The network that is pruned. */
export async function tinyTrained(): Promise<NetworkArtifact> {
  const files = await trainStage(tinyConfig(), SCORES, { load: () => null, save: () => {} });
  return readNetwork(files['trained.safetensors'], 'trained');
}

/** Settings of the tiny search. */
export function tinySearch(search: object = {}, more: object = {}): PruneConfig {
  // Nine neurons hardly learn: a large drop, so that some densities are within it and some are not.
  const settings = { maxAccuracyDrop: 0.02, trialsPerTask: 3, resolution: 0.3, ...search };
  return PruneConfig.parse({ rounds: 2, fineTune: FINE_TUNE, search: settings, ...more });
}

/** Searches into a folder. */
export function searchTiny(trained: NetworkArtifact, config: PruneConfig, folder: string, hooks: StageHooks = {}): Promise<PruneResult> {
  return pruneOrSearch(trained, config, SCORES, folder, hooks);
}
