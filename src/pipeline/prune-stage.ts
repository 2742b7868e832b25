// How does trained.safetensors become pruned.safetensors? Small weights, dead neurons, masked fine-tuning, each measured.
import { DEFAULT_THRESHOLD, type PruneRule, prune, pruneWeights, weightDensity } from '../compression/prune.ts';
import { removedSynapses, type SynapseCounts } from '../compression/synapse-counts.ts';
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
  const { rounds, fineTune: tuning } = config;
  const suite = findSuite(trained.header.config.suite);
  const thinned = await thinOut(trained.network, suite, config, hooks);
  const { network, counts } = prune(thinned, pruneRule(config), calibrationBatches(suite, CALIBRATION_TRIALS, 0));
  const pruned = await measureScores(suite, predictWith(network), scores);
  const tuned = tuning === null ? null : await runFineTuning(network, suite, tuning, updatesOfRound(tuning.updates, rounds, rounds), hooks);
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
  const belowThreshold = sum(counts.belowThreshold, removedSynapses(trained.network, thinned));
  const pruning = { neuronsTrained: trained.network.neurons, counts: { ...counts, belowThreshold } };
  return writeNetwork({ header, network: result, history: { ...trained.history, pruning } });
}

function pruneRule({ threshold, density }: PruneConfig): PruneRule {
  if (density !== null) return { density };
  return threshold ?? DEFAULT_THRESHOLD;
}

/**
 * All rounds but the last: the smallest weights go, and fine-tuning follows. Sparsity rises from its start s_i to its end s_f as
 * s_f + (s_i − s_f)(1 − k/rounds)³ (Zhu & Gupta 2017, equation 1): fast while there is much to choose from, slowly at the end.
 */
async function thinOut(trained: Network, suite: TaskSuite, config: PruneConfig, hooks: StageHooks): Promise<Network> {
  const { density, rounds, fineTune: tuning } = config;
  if (density === null || tuning === null) return trained;
  let network = trained;
  const start = weightDensity(trained);
  for (let round = 1; round < rounds; round++) {
    const left = density + Math.max(0, start - density) * (1 - round / rounds) ** 3;
    const thinner = pruneWeights(network, { density: left });
    ({ network } = await runFineTuning(thinner, suite, tuning, updatesOfRound(tuning.updates, round, rounds), hooks));
  }
  return network;
}

/** The share of fine-tuning's updates that follows a round, rounds counted from 1. */
function updatesOfRound(updates: number, round: number, rounds: number): { from: number; until: number } {
  return { from: Math.floor(((round - 1) * updates) / rounds) + 1, until: Math.floor((round * updates) / rounds) };
}

async function runFineTuning(
  network: Network,
  suite: TaskSuite,
  config: FineTuneConfig,
  updates: { readonly from: number; readonly until: number },
  hooks: StageHooks,
): Promise<{ network: Network; engine: Provenance['engine'] }> {
  const { engine } = await openEngine(config.engine, fineTuneSpec(network, config));
  try {
    const { name, version } = engine;
    return { network: await fineTune(network, suite, config, { engine, ...updates, ...hooks }), engine: { name, version } };
  } finally {
    await engine.dispose();
  }
}

function sum(a: SynapseCounts, b: SynapseCounts): SynapseCounts {
  return { recurrent: a.recurrent + b.recurrent, input: a.input + b.input, readout: a.readout + b.readout };
}
