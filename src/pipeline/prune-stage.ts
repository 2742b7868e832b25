// How does trained.safetensors become pruned.safetensors? Weak weights, dead neurons, masked fine-tuning, each measured.
import { DEFAULT_THRESHOLD, type Pruned, prune } from '../compression/prune.ts';
import { type PruneRules, pruneWeights, weightCount, weightDensity } from '../compression/prune-weights.ts';
import { removedSynapses, type SynapseCounts } from '../compression/synapse-counts.ts';
import { hashJson, sha256 } from '../core/hash.ts';
import { TOOL } from '../core/version.ts';
import type { ArtifactHeader, Provenance } from '../network/artifact.ts';
import type { Network } from '../network/network.ts';
import { loadTarget } from '../targets/load.ts';
import type { TaskSuite } from '../tasks/suite.ts';
import { findSuite } from '../tasks/suites.ts';
import { openEngine } from '../training/engines/open.ts';
import { fineTune, fineTuneSpec } from '../training/fine-tune.ts';
import type { FineTuneConfig } from '../training/recovery-config.ts';
import type { PruneConfig } from './config.ts';
import { type CoreBudgets, coreRoom, openBudgets, withinBudgets } from './core-budgets.ts';
import { type NetworkArtifact, writeNetwork } from './network-file.ts';
import { calibrationBatches, measureScores, predictWith, type ScorePlan } from './scores.ts';
import type { StageHooks } from './train-stage.ts';

/** Trials per task on which a neuron must be silent to be removed. */
const CALIBRATION_TRIALS = 20;

/**
 * Prunes a trained network by threshold, density and limits; `pruneOrSearch` finds the density first.
 *
 * @returns bytes of pruned.safetensors, with scores `pruned` and, after fine-tuning, `fine-tuned`
 * @throws EmptyNetworkError if nothing would be left of it; FitError if the cores cannot hold what is left
 */
export async function pruneStage(
  trained: NetworkArtifact,
  config: PruneConfig,
  scores: ScorePlan,
  hooks: StageHooks = {},
): Promise<Uint8Array> {
  const { rounds, fineTune: tuning } = config;
  const suite = findSuite(trained.header.config.suite);
  const plan = pruningPlan(config);
  const calibration = calibrationBatches(suite, CALIBRATION_TRIALS, 0);
  const thinned = await thinOut(trained.network, suite, config, plan, hooks);
  const cut = settle(prune(thinned, plan.rules(thinned), calibration), plan);
  const pruned = await measureScores(suite, predictWith(cut.network), scores);
  const tuned =
    tuning === null ? null : await runFineTuning(cut.network, suite, tuning, updatesOfRound(tuning.updates, rounds, rounds), hooks);
  const { network, counts } = settle({ ...cut, network: tuned?.network ?? cut.network }, plan);
  const stored = storedConfig(config);
  const provenance: Provenance = {
    stage: 'pruned',
    parentHash: sha256(trained.bytes),
    configHash: pruningHash(config),
    tool: TOOL,
    engine: tuned?.engine ?? null,
  };
  const header: ArtifactHeader = {
    config: { ...trained.header.config, prune: stored },
    provenance,
    scores: {
      ...trained.header.scores,
      pruned,
      ...(tuned && { 'fine-tuned': await measureScores(suite, predictWith(network), scores) }),
    },
  };
  const belowThreshold = sum(counts.belowThreshold, removedSynapses(trained.network, thinned));
  const pruning = { neuronsTrained: trained.network.neurons, counts: { ...counts, belowThreshold }, search: null };
  return writeNetwork({ header, network, history: { ...trained.history, pruning } });
}

/** What a pruned network depends on beside the trained one: its settings and the target whose cores it is pruned for. */
export function pruningHash(config: PruneConfig): string {
  return hashJson({ prune: storedConfig(config), target: config.cores === null ? null : loadTarget(config.cores.target).hash });
}

/** The density that the settings leave of a network in one cut, dead neurons included. */
export function densityLeft(network: Network, config: PruneConfig): number {
  return weightDensity(pruneWeights(network, pruningPlan(config).rules(network)));
}

/** Settings as an artifact holds them: a target by its name, not by the path of its file. */
export function storedConfig(config: PruneConfig): PruneConfig {
  const { cores } = config;
  return cores === null ? config : { ...config, cores: { ...cores, target: loadTarget(cores.target).label } };
}

/** The settings with the target they name. */
interface PruningPlan {
  readonly budgets: CoreBudgets | null;
  readonly locality: number;
  /** What decides over the weights of a network now: cores are cut by weights, and fine-tuning changes these. */
  rules(network: Network): PruneRules;
}

function pruningPlan(config: PruneConfig): PruningPlan {
  const { threshold, density, locality, cores } = config;
  const budgets = cores === null ? null : openBudgets(cores);
  const strength = density === null ? { threshold: threshold ?? DEFAULT_THRESHOLD } : { density };
  const maxFanIn = smaller(config.maxFanIn, budgets?.maxFanIn ?? null);
  const maxFanOut = smaller(config.maxFanOut, budgets?.maxFanOut ?? null);
  return {
    budgets,
    locality,
    rules: (network) => ({ ...strength, locality, maxFanIn, maxFanOut, room: budgets === null ? null : coreRoom(network, budgets) }),
  };
}

function smaller(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

/** What fits the cores as the mapper cuts it now; neurons to which nobody listens any more go with it. */
function settle(cut: Pruned, plan: PruningPlan): Pruned {
  const { budgets, locality } = plan;
  if (budgets === null) return cut;
  const within = withinBudgets(cut.network, budgets, locality);
  if (within === cut.network) return cut;
  const { network, counts } = prune(within, 0);
  const { belowThreshold, withNeurons, neurons } = cut.counts;
  const settled: Pruned = {
    network,
    counts: {
      belowThreshold: sum(belowThreshold, removedSynapses(cut.network, within)),
      withNeurons: sum(withNeurons, counts.withNeurons),
      neurons: { ...neurons, unheard: neurons.unheard + counts.neurons.unheard },
    },
  };
  return network.neurons === within.neurons ? settled : settle(settled, plan);
}

/**
 * All rounds but the last: some of the weights that break a rule go, the weakest, and fine-tuning follows. Of the weights to
 * remove, (1 − k/rounds)³ are left after round k, as in the schedule of Zhu & Gupta (2017, equation 1): fast while there is much to choose
 * from, slowly at the end.
 */
async function thinOut(trained: Network, suite: TaskSuite, config: PruneConfig, plan: PruningPlan, hooks: StageHooks): Promise<Network> {
  const { rounds, fineTune: tuning } = config;
  if (rounds === 1 || tuning === null) return trained;
  const start = weightCount(trained);
  const end = weightCount(pruneWeights(trained, plan.rules(trained)));
  let network = trained;
  for (let round = 1; round < rounds; round++) {
    const left = Math.round(end + (start - end) * (1 - round / rounds) ** 3);
    const thinner = pruneWeights(network, plan.rules(network), left);
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
