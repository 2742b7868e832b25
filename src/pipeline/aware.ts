// Which network has short wires on this chip? Place, train on with hops as the wire cost, prune, place again; as long as it helps.
import { DEFAULT_THRESHOLD, EmptyNetworkError } from '../compression/prune.ts';
import { possibleWeights, pruneWeights, weightCount } from '../compression/prune-weights.ts';
import { UsageError } from '../core/errors.ts';
import { sha256 } from '../core/hash.ts';
import type { OnProgress } from '../core/progress.ts';
import { type Chip, chipOf } from '../mapping/chip.ts';
import { checkFit } from '../mapping/legality.ts';
import { place } from '../mapping/place.ts';
import { mappingProblem } from '../mapping/problem.ts';
import type { WireCost } from '../network/geometry.ts';
import type { Network } from '../network/network.ts';
import type { AwareRound } from '../report/aware-table.ts';
import { formatNumber, formatRatio } from '../report/format.ts';
import { loadTarget, type Target } from '../targets/load.ts';
import { findSuite } from '../tasks/suites.ts';
import type { CheckpointStore } from '../training/checkpoint.ts';
import { resolveTrainConfig, type TrainConfig } from '../training/config.ts';
import { openEngine } from '../training/engines/open.ts';
import { fineTuneSpec } from '../training/fine-tune.ts';
import { rewire } from '../training/rewire.ts';
import { bestRound, isBetter, openRounds } from './aware-rounds.ts';
import { chipWireCost } from './aware-wire.ts';
import { type AwareConfig, PruneConfig, type RunConfig } from './config.ts';
import { spreadOut } from './core-budgets.ts';
import { type NetworkArtifact, readNetwork, writeNetwork } from './network-file.ts';
import { pruneStage } from './prune-stage.ts';
import { measureScores, predictWith } from './scores.ts';
import type { StageHooks } from './train-stage.ts';

/** Names the trials that rounds are compared on: none of training, calibration or test. */
const PURPOSE = 'aware rounds';

/** The sections of a run's settings that training for a chip reads. */
export interface AwareSettings extends Pick<RunConfig, 'prune' | 'map' | 'quantize' | 'scores'> {
  readonly aware: AwareConfig;
}

/** The network that came out best, and what every round brought. */
export interface AwareResult {
  readonly bytes: Uint8Array;
  readonly rounds: readonly AwareRound[];
  /** Which of them the network is. */
  readonly chosen: number;
}

/** What training for a chip depends on beside the network; the target by its content, not by the path of its file. */
export function awareInputs({ aware, prune, map, quantize, scores }: AwareSettings): unknown {
  const { threshold, fineTune } = prune;
  const { maxNeuronsPerCore, keepFree, seed } = map;
  const { weightBits } = quantize;
  return {
    aware: { ...aware, target: loadTarget(aware.target).hash },
    threshold,
    fineTune,
    maxNeuronsPerCore,
    keepFree,
    seed,
    weightBits,
    scores,
  };
}

/**
 * Trains a pruned network on for a chip. A round places the network, takes the hops between its cores as the wire cost, trains with
 * all weights free, prunes to at most as many weights as the network had at first, and places again. Rounds go on from the best
 * network; one that is no better is the last.
 *
 * @param folder - keeps every round; what was stopped goes on from there, to the same result
 * @returns a pruned network, with score `aware`; that given if no round was better
 * @throws FitError if the chip has too few cores for the neurons, whatever is pruned
 * @throws InterruptedError when the signal aborts
 */
export async function awareStage(
  pruned: NetworkArtifact,
  settings: AwareSettings,
  folder: string,
  hooks: StageHooks = {},
): Promise<AwareResult> {
  const { aware, map, quantize } = settings;
  const target = loadTarget(aware.target);
  const { maxNeuronsPerCore, keepFree } = map;
  const chip = chipOf(target, { maxNeuronsPerCore, keepFree, weightBits: quantize.weightBits });
  const files = openRounds(folder, { start: sha256(pruned.bytes), settings: awareInputs(settings) });
  const start = await measureRound(0, pruned, chip, settings);
  const least = start.accuracy - aware.maxAccuracyDrop;
  const rounds = [start];
  let best = { result: start, artifact: pruned };
  for (let round = 1; round <= aware.rounds; round++) {
    const wire = wireCostOf(best.artifact.network, chip, settings);
    if (wire === null) {
      hooks.onWarning?.(behindOneRouter(target));
      break;
    }
    const make = async () => {
      const told = tellingRound(round, aware.rounds, hooks);
      const bytes = await makeRound(best.artifact, pruned, start, wire, settings, files.checkpoint(round), told).catch((error: unknown) => {
        if (!(error instanceof EmptyNetworkError)) throw error;
        // One that came before it is a result.
        if (best.artifact !== pruned) return null;
        throw new UsageError(`round ${round}: ${error.message}; a lower aware.lambda leaves more`, { cause: error });
      });
      if (bytes === null) return null;
      return files.write(await measureRound(round, readNetwork(bytes, `round ${round}`, ['pruned']), chip, settings), bytes);
    };
    const made = files.read(round) ?? (await make());
    if (made === null) break;
    rounds.push(made.result);
    const helps = isBetter(made.result, best.result, least);
    hooks.onNote?.(
      `round ${round}: ${costText(best.result, made.result)}, accuracy ${formatRatio(made.result.accuracy)}; ${helps ? 'better' : 'no better'}`,
    );
    if (!helps) break;
    best = made;
  }
  const chosen = bestRound(rounds, least).round;
  return { bytes: chosen === 0 ? pruned.bytes : finished(best.artifact, pruned, settings, target), rounds, chosen };
}

/** Whether it fits, what its wires cost and what it can do. */
async function measureRound(
  round: number,
  { network, header }: NetworkArtifact,
  chip: Chip,
  { aware, map }: AwareSettings,
): Promise<AwareRound> {
  const problem = mappingProblem(network, null);
  const { fits } = checkFit(problem, chip);
  const { trialsPerTask, seed } = aware;
  const suite = findSuite(header.config.suite);
  const { meanAccuracy } = await measureScores(suite, predictWith(network), { trialsPerTask, seed }, PURPOSE);
  return {
    round,
    fits,
    cost: fits ? place(problem, chip, { seed: map.seed }).cost.final : null,
    accuracy: meanAccuracy,
    weights: weightCount(network),
    neurons: network.neurons,
  };
}

/** Hops between the cores where the mapper puts the network; where it does not fit, as if synapses took no room. */
function wireCostOf(network: Network, chip: Chip, { aware, map }: AwareSettings): WireCost | null {
  const problem = mappingProblem(network, null);
  const room = checkFit(problem, chip).fits ? chip : spreadOut(problem, chip);
  return chipWireCost(network, chip, place(problem, room, { seed: map.seed }).core, aware.localShare);
}

/** Bytes of the network that a round ends with. */
async function makeRound(
  from: NetworkArtifact,
  start: NetworkArtifact,
  { fits, weights }: AwareRound,
  wire: WireCost,
  settings: AwareSettings,
  store: CheckpointStore,
  hooks: StageHooks,
): Promise<Uint8Array> {
  const { header, network, history } = from;
  const { aware, prune, map, scores } = settings;
  const { target, rounds: _rounds, localShare: _share, maxAccuracyDrop: _drop, trialsPerTask: _trials, ...training } = aware;
  const batches = batchSettings(aware, header.config);
  const config = { ...training, ...batches, suite: header.config.suite };
  const { engine } = await openEngine(config.engine, fineTuneSpec(network, config));
  const trained = await rewire(network, findSuite(config.suite), config, wire, { engine, store, ...hooks }).finally(() => engine.dispose());
  const strong = weightCount(pruneWeights(trained, { threshold: prune.threshold ?? DEFAULT_THRESHOLD }));
  const pruning = PruneConfig.parse({
    density: Math.min(weights, strong) / possibleWeights(trained),
    // What fits stays within as many weights; what does not is cut for the cores.
    cores: fits ? null : { target, maxNeuronsPerCore: map.maxNeuronsPerCore },
    fineTune: prune.fineTune && { ...prune.fineTune, ...batches },
  });
  // The network in between is known by what it was made from: nobody keeps it.
  return pruneStage({ bytes: start.bytes, header, network: trained, history }, pruning, scores, hooks);
}

type BatchSettings = Pick<TrainConfig, 'batchMode' | 'batchRows' | 'streamSteps' | 'taskWeights'>;

/** Batches as the network was trained with, where the settings say nothing. */
function batchSettings(aware: AwareConfig, { train = {} }: Readonly<Record<string, unknown>>): BatchSettings {
  const own = resolveTrainConfig(train);
  return {
    batchMode: aware.batchMode ?? own.batchMode,
    batchRows: aware.batchRows ?? own.batchRows,
    streamSteps: aware.streamSteps ?? own.streamSteps,
    taskWeights: aware.taskWeights ?? own.taskWeights,
  };
}

/** The result as later stages read it: scores of the network that it began with are kept, its own is `aware`. */
function finished(
  { header, network, history }: NetworkArtifact,
  start: NetworkArtifact,
  settings: AwareSettings,
  target: Target,
): Uint8Array {
  const own = header.scores['fine-tuned'] ?? header.scores['pruned'];
  const neuronsTrained = start.history.pruning?.neuronsTrained;
  return writeNetwork({
    header: {
      config: { ...start.header.config, aware: { ...settings.aware, target: target.label } },
      provenance: header.provenance,
      scores: { ...start.header.scores, aware: own },
    },
    network,
    history: { ...history, pruning: history.pruning && { ...history.pruning, ...(neuronsTrained && { neuronsTrained }) } },
  });
}

function behindOneRouter({ label }: Target) {
  return {
    rule: 'aware/one-router',
    message: `all neurons sit behind one router of ${label}, so that no wire between them can become shorter; a lower --max-neurons-per-core spreads them`,
  };
}

function tellingRound(round: number, rounds: number, hooks: StageHooks): StageHooks {
  const { onProgress } = hooks;
  if (onProgress === undefined) return hooks;
  const told: OnProgress = (progress) => onProgress({ ...progress, stage: `round ${round} of at most ${rounds}: ${progress.stage}` });
  return { ...hooks, onProgress: told };
}

function costText(before: AwareRound, { fits, cost }: AwareRound): string {
  if (cost === null || !fits) return 'does not fit';
  const from = before.cost === null ? '' : `, from ${formatNumber(before.cost, { significant: 4 })}`;
  return `Σ|w|·hops ${formatNumber(cost, { significant: 4 })}${from}`;
}
