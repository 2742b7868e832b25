// How does trained.safetensors become pruned.safetensors? Threshold, dead neurons, masked fine-tuning, each measured.
import type { CalibrationBatch } from '../compression/calibrate.ts';
import { type PruneCounts, prune } from '../compression/prune.ts';
import { hashJson, sha256 } from '../core/hash.ts';
import { TOOL } from '../core/version.ts';
import {
  type ArtifactHeader,
  decodeArtifact,
  encodeArtifact,
  networkFromArtifact,
  networkMetadata,
  networkToTensors,
  type Provenance,
} from '../network/artifact.ts';
import type { Network } from '../network/network.ts';
import { evaluationTrials } from '../tasks/accuracy.ts';
import type { TaskSuite } from '../tasks/suite.ts';
import { findSuite } from '../tasks/suites.ts';
import { openEngine } from '../training/engines/open.ts';
import { type FineTuneConfig, fineTune, fineTuneSpec } from '../training/fine-tune.ts';
import type { PruneConfig } from './config.ts';
import { measureScores, predictWith, type ScorePlan } from './scores.ts';
import type { StageHooks } from './train-stage.ts';

/** Trials per task on which a neuron must be silent to be removed. */
const CALIBRATION_TRIALS = 20;

/**
 * Prunes a trained network.
 *
 * @param what - how to call the file in errors
 * @returns bytes of pruned.safetensors, with scores `pruned` and, after fine-tuning, `fine-tuned`
 * @throws UsageError if the file is no trained network, or nothing would be left of it
 */
export async function pruneStage(
  trained: Uint8Array,
  what: string,
  config: PruneConfig,
  scores: ScorePlan,
  hooks: StageHooks = {},
): Promise<Uint8Array> {
  const artifact = decodeArtifact(trained, what, ['trained']);
  const suite = findSuite(artifact.header.config.suite);
  const { network, counts } = prune(networkFromArtifact(artifact, what), config.threshold, calibrationBatches(suite, CALIBRATION_TRIALS, 0));
  const pruned = await measureScores(suite, predictWith(network), scores);
  const tuned = config.fineTune === null ? null : await runFineTuning(network, suite, config.fineTune, hooks);
  const result = tuned?.network ?? network;
  const provenance: Provenance = {
    stage: 'pruned',
    parentHash: sha256(trained),
    configHash: hashJson(config),
    tool: TOOL,
    engine: tuned?.engine ?? null,
  };
  const header: ArtifactHeader = {
    config: { ...artifact.header.config, prune: config },
    provenance,
    scores: {
      ...artifact.header.scores,
      pruned,
      ...(tuned && { 'fine-tuned': await measureScores(suite, predictWith(result), scores) }),
    },
  };
  const facts: PruningFacts = { neuronsTrained: networkFromArtifact(artifact, what).neurons, counts };
  return encodeArtifact(networkToTensors(result, 'csr'), header, { ...networkMetadata(result), pruning: facts });
}

/** What pruning leaves in the artifact for reports. */
export interface PruningFacts {
  readonly neuronsTrained: number;
  readonly counts: PruneCounts;
}

/** Held-back trials of every task, for ranges and for silent neurons. */
export function calibrationBatches(suite: TaskSuite, trialsPerTask: number, seed: number): CalibrationBatch[] {
  return suite.tasks.flatMap((_, task) => evaluationTrials(suite, task, trialsPerTask, seed, 'calibration'));
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
