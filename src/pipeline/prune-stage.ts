// How does trained.safetensors become pruned.safetensors? Threshold, dead neurons, masked fine-tuning, each measured.
import { prune } from '../compression/prune.ts';
import { hashJson, sha256 } from '../core/hash.ts';
import { TOOL } from '../core/version.ts';
import type { ArtifactHeader, Provenance } from '../network/artifact.ts';
import type { Network } from '../network/network.ts';
import type { TaskSuite } from '../tasks/suite.ts';
import { findSuite } from '../tasks/suites.ts';
import { openEngine } from '../training/engines/open.ts';
import { type FineTuneConfig, fineTune, fineTuneSpec } from '../training/fine-tune.ts';
import type { PruneConfig } from './config.ts';
import { type NetworkArtifact, writeNetwork } from './network-file.ts';
import { calibrationBatches, measureScores, predictWith, type ScorePlan } from './scores.ts';
import type { StageHooks } from './train-stage.ts';

/** Trials per task on which a neuron must be silent to be removed. */
const CALIBRATION_TRIALS = 20;

/**
 * Prunes a trained network.
 *
 * @returns bytes of pruned.safetensors, with scores `pruned` and, after fine-tuning, `fine-tuned`
 * @throws UsageError if nothing would be left of it
 */
export async function pruneStage(
  trained: NetworkArtifact,
  config: PruneConfig,
  scores: ScorePlan,
  hooks: StageHooks = {},
): Promise<Uint8Array> {
  const suite = findSuite(trained.header.config.suite);
  const { network, counts } = prune(trained.network, config.threshold, calibrationBatches(suite, CALIBRATION_TRIALS, 0));
  const pruned = await measureScores(suite, predictWith(network), scores);
  const tuned = config.fineTune === null ? null : await runFineTuning(network, suite, config.fineTune, hooks);
  const result = tuned?.network ?? network;
  const provenance: Provenance = {
    stage: 'pruned',
    parentHash: sha256(trained.bytes),
    configHash: hashJson(config),
    tool: TOOL,
    engine: tuned?.engine ?? null,
  };
  const header: ArtifactHeader = {
    config: { ...trained.header.config, prune: config },
    provenance,
    scores: {
      ...trained.header.scores,
      pruned,
      ...(tuned && { 'fine-tuned': await measureScores(suite, predictWith(result), scores) }),
    },
  };
  const pruning = { neuronsTrained: trained.network.neurons, counts };
  return writeNetwork({ header, network: result, history: { ...trained.history, pruning } });
}

async function runFineTuning(
  network: Network,
  suite: TaskSuite,
  config: FineTuneConfig,
  hooks: StageHooks,
): Promise<{ network: Network; engine: Provenance['engine'] }> {
  const { engine } = await openEngine(config.engine, fineTuneSpec(network, config));
  try {
    const { name, version } = engine;
    return { network: await fineTune(network, suite, config, { engine, ...hooks }), engine: { name, version } };
  } finally {
    await engine.dispose();
  }
}
