// Which network has short wires on this chip? Place, train on with hops as the wire cost, prune, place again; as long as it helps.
import { DEFAULT_THRESHOLD, EmptyNetworkError } from '../compression/prune.ts';
import { possibleWeights, pruneWeights, weightCount } from '../compression/prune-weights.ts';
import { UsageError } from '../core/errors.ts';
import { sha256 } from '../core/hash.ts';
import type { OnProgress } from '../core/progress.ts';
import { type Chip, chipOf } from '../mapping/chip.ts';
import { chipProblem } from '../mapping/chip-problem.ts';
import { checkFit } from '../mapping/legality.ts';
import { place } from '../mapping/place.ts';
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
import { bestRound, isBetter, type KeptRound, openRounds, type RoundFiles } from './aware-rounds.ts';
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
  const { maxNeuronsPerCore, keepFree, seed, effort } = map;
  const { weightBits } = quantize;
  return {
    aware: { ...aware, target: loadTarget(aware.target).hash },
    threshold,
    fineTune,
    maxNeuronsPerCore,
    keepFree,
    seed,
    effort,
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
  const placed = placeOn(pruned.network, chip, settings);
  const start = await measureRound(0, pruned, placed, settings);
  const least = start.accuracy - aware.maxAccuracyDrop;
  const rounds = [start];
  let best: Candidate = { result: start, artifact: pruned, placed };
  for (let round = 1; round <= aware.rounds; round++) {
    const made = files.read(round) ?? (await makeRound(round, best, { artifact: pruned, result: start }, chip, settings, files, hooks));
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

/** Where the mapper puts the units of a network; where it does not fit, as if synapses took no room, which costs nothing known. */
interface Placed {
  readonly fits: boolean;
  readonly core: Int32Array;
  readonly cost: number | null;
}

/** A network that a round may go on from. */
interface Candidate extends KeptRound {
  /** Absent where a round was read: it is placed again if another is made from it. */
  readonly placed?: Placed;
}

/** Pins and modules count in the placement of the result alone: neurons have other numbers after each round. */
function placeOn(network: Network, chip: Chip, { map: { seed, effort } }: AwareSettings): Placed {
  const problem = chipProblem(network, null, chip);
  if (checkFit(problem, chip).fits) {
    const { core, cost } = place(problem, chip, { seed, effort });
    return { fits: true, core, cost: cost.final };
  }
  const unsplit = problem.whole ?? problem;
  return { fits: false, core: place(unsplit, spreadOut(unsplit, chip), { seed, effort }).core, cost: null };
}

async function measureRound(
  round: number,
  { network, header }: NetworkArtifact,
  { fits, cost }: Placed,
  { aware: { trialsPerTask, seed } }: AwareSettings,
): Promise<AwareRound> {
  const suite = findSuite(header.config.suite);
  const { meanAccuracy } = await measureScores(suite, predictWith(network), { trialsPerTask, seed }, PURPOSE);
  return { round, fits, cost, accuracy: meanAccuracy, weights: weightCount(network), neurons: network.neurons };
}

/** Trains, prunes, places and keeps; null where there is nothing to gain, or nothing left of a network that others came before. */
async function makeRound(
  round: number,
  from: Candidate,
  start: KeptRound,
  chip: Chip,
  settings: AwareSettings,
  files: RoundFiles,
  hooks: StageHooks,
): Promise<Candidate | null> {
  const { network } = from.artifact;
  const { core } = from.placed ?? placeOn(network, chip, settings);
  const wire = chipWireCost(network, chip, core, settings.aware.localShare);
  if (wire === null) {
    hooks.onWarning?.(behindOneRouter(chip.target));
    return null;
  }
  try {
    const bytes = await trainRound(from, start, wire, settings, files.checkpoint(round), tellingRound(round, settings.aware.rounds, hooks));
    const artifact = readNetwork(bytes, `round ${round}`, ['pruned']);
    const placed = placeOn(artifact.network, chip, settings);
    return { ...files.write(await measureRound(round, artifact, placed, settings), bytes), placed };
  } catch (error) {
    if (!(error instanceof EmptyNetworkError)) throw error;
    if (from.artifact !== start.artifact) return null;
    throw new UsageError(`round ${round}: ${error.message}; a lower aware.lambda leaves more`, { cause: error });
  }
}

/** Bytes of the network that a round ends with. */
async function trainRound(
  { artifact: from }: KeptRound,
  { artifact: start, result: { fits, weights } }: KeptRound,
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
