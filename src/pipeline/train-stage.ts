// How does a config become trained.safetensors?
import { hashJson } from '../core/hash.ts';
import type { OnProgress, Warning } from '../core/progress.ts';
import { TOOL } from '../core/version.ts';
import type { ArtifactHeader } from '../network/artifact.ts';
import { measureAccuracy } from '../tasks/accuracy.ts';
import { findSuite } from '../tasks/suites.ts';
import { type Checkpoint, type CheckpointStore, decodeCheckpoint, encodeCheckpoint, resumeWarnings } from '../training/checkpoint.ts';
import { engineSpec, type TrainConfig } from '../training/config.ts';
import type { Engine } from '../training/engine.ts';
import { openEngine } from '../training/engines/open.ts';
import { metricsCsv } from '../training/metrics.ts';
import { trainedNetwork } from '../training/result.ts';
import { train, trainingSizes } from '../training/train.ts';
import { writeNetwork } from './network-file.ts';
import { measureScores, type ScorePlan } from './scores.ts';

/** Trials per task of the accuracy shown while training; few, because it is measured often. */
const VALIDATION_TRIALS = 40;

/** What a stage that takes long is given to be pleasant. */
export interface StageHooks {
  readonly onProgress?: OnProgress;
  readonly onNote?: (text: string) => void;
  readonly onWarning?: (warning: Warning) => void;
  readonly signal?: AbortSignal;
}

/** Files of the training stage: the artifact, and metrics of every logged update. */
export interface TrainedFiles {
  readonly 'trained.safetensors': Uint8Array;
  readonly 'training.csv': Uint8Array;
}

/**
 * Trains a network, from the stored checkpoint if there is one, and measures it.
 *
 * @throws UsageError if the checkpoint belongs to another config, or training diverges
 * @throws InterruptedError when the signal aborts; the checkpoint is saved
 */
export async function trainStage(
  config: TrainConfig,
  scores: ScorePlan,
  store: CheckpointStore,
  hooks: StageHooks = {},
): Promise<TrainedFiles> {
  const suite = findSuite(config.suite);
  const { engine, why } = await openEngine(config.engine, engineSpec(config, trainingSizes(suite, config)));
  hooks.onNote?.(`training with ${engine.name} (${why})`);
  const predict = (network: Engine) => (inputs: Float32Array, steps: number, rows: number) => network.forward(inputs, steps, rows);
  try {
    const resume = loadCheckpoint(store, engine, hooks);
    const final = await train(suite, config, {
      engine,
      ...(resume === null ? {} : { resume }),
      evaluate: async (network) =>
        (await measureAccuracy(suite, predict(network), { trialsPerTask: VALIDATION_TRIALS, seed: config.seed, purpose: 'validation' }))
          .accuracy,
      onCheckpoint: (checkpoint) => store.save(encodeCheckpoint(checkpoint)),
      ...(hooks.onProgress && { onProgress: hooks.onProgress }),
      ...(hooks.signal && { signal: hooks.signal }),
    });
    const header: ArtifactHeader = {
      config: { suite: config.suite, train: config },
      provenance: { stage: 'trained', parentHash: null, configHash: hashJson(config), tool: TOOL, engine: final.engine },
      scores: { trained: await measureScores(suite, predict(engine), scores) },
    };
    const history = { training: final.metrics.at(-1) ?? null, pruning: null };
    return {
      'trained.safetensors': writeNetwork({ header, network: trainedNetwork(final), history }),
      'training.csv': new TextEncoder().encode(metricsCsv(final.metrics)),
    };
  } finally {
    await engine.dispose();
  }
}

function loadCheckpoint(store: CheckpointStore, engine: Engine, hooks: StageHooks): Checkpoint | null {
  const stored = store.load();
  if (stored === null) return null;
  const checkpoint = decodeCheckpoint(stored.bytes, stored.what);
  for (const warning of resumeWarnings(checkpoint, engine)) hooks.onWarning?.(warning);
  hooks.onNote?.(`going on from update ${checkpoint.update} of ${checkpoint.config.updates} (${stored.what})`);
  return checkpoint;
}
