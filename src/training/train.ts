// How does a network learn? Batch, update, schedules, swaps, metrics, checkpoint; again.
import { setImmediate } from 'node:timers/promises';
import { InterruptedError } from '../core/errors.ts';
import type { OnProgress } from '../core/progress.ts';
import { gridWireCost, siteCount, type WireCost } from '../network/geometry.ts';
import type { NetworkSizes } from '../network/network.ts';
import { type BatchPlan, makeBatch } from '../tasks/batches.ts';
import type { TaskSuite } from '../tasks/suite.ts';
import { assertSameRun, type Checkpoint } from './checkpoint.ts';
import { configGrid, type TrainConfig } from './config.ts';
import { connectionCost, penaltyVector } from './connection-cost.ts';
import { assertFiniteLosses, assertFiniteState, type RunPosition } from './divergence.ts';
import type { Engine, StepResult, TrainingState } from './engine.ts';
import { initialParameters } from './initial.ts';
import type { MetricsRow } from './metrics.ts';
import { lambdaAt, learningRateAt } from './schedule.ts';
import { createSwapSearch } from './swaps.ts';

/** What a run is given beside suite and config. */
export interface TrainOptions {
  /** Built for `engineSpec(config, trainingSizes(suite, config))`; the run takes it over, the caller disposes of it. */
  readonly engine: Engine;
  /** What wires cost; default: distance on the grid. */
  readonly wire?: WireCost;
  /** A checkpoint of the same config to go on from. */
  readonly resume?: Checkpoint;
  /** Mean accuracy of the engine's present network, 0 to 1. */
  readonly evaluate?: (engine: Engine) => Promise<number>;
  /** Called after every update. */
  readonly onProgress?: OnProgress;
  readonly onMetrics?: (row: MetricsRow) => void;
  /** Called every `checkpointEvery` updates, on interruption, and at the end. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

/** Sizes of the network that a suite and a config ask for: one neuron per site. */
export function trainingSizes(suite: TaskSuite, config: TrainConfig): NetworkSizes {
  return { inputs: suite.inputs, neurons: siteCount(configGrid(config)), outputs: suite.outputs };
}

type BatchSettings = Pick<TrainConfig, 'batchMode' | 'batchRows' | 'streamSteps' | 'taskWeights' | 'seed'>;

/** Which batches a run or a fine-tuning sees. */
export function batchPlan(config: BatchSettings, purpose: string): BatchPlan {
  const { batchMode, batchRows, streamSteps, taskWeights, seed } = config;
  return { mode: batchMode, rows: batchRows, streamSteps, taskWeights, seed, purpose };
}

/**
 * Trains a network; weights keep their indices and `site[neuron]` moves. The last update ends with swaps until none gains, if the
 * condition swaps at all: they cost no accuracy.
 *
 * @returns the checkpoint after the last update
 * @throws UsageError if losses or parameters stop being finite, or `resume` belongs to another config
 * @throws InterruptedError when the signal aborts, after a checkpoint
 */
export async function train(suite: TaskSuite, config: TrainConfig, options: TrainOptions): Promise<Checkpoint> {
  const { engine, resume, signal, wire = gridWireCost(configGrid(config)) } = options;
  const sizes = trainingSizes(suite, config);
  const plan = batchPlan(config, 'training');
  const swapSearch = createSwapSearch(sizes, wire);
  if (resume) assertSameRun(resume.config, config);

  const site = resume ? resume.site.slice() : Int32Array.from({ length: sizes.neurons }, (_, i) => i);
  const metrics = [...(resume?.metrics ?? [])];
  let swaps = resume?.swaps ?? 0;
  await engine.write(resume ?? initialState(sizes, config));

  const checkpoint = async (update: number): Promise<Checkpoint> => {
    const state = assertFiniteState(await engine.read(), position(config, update));
    const { name, version } = engine;
    const taken: Checkpoint = {
      config,
      sizes,
      update,
      swaps,
      engine: { name, version },
      metrics: [...metrics],
      parameters: state.parameters.slice(),
      firstMoment: state.firstMoment.slice(),
      secondMoment: state.secondMoment.slice(),
      site: site.slice(),
    };
    await options.onCheckpoint?.(taken);
    return taken;
  };

  /** Whether any neuron moved. */
  const swapNow = async (update: number): Promise<boolean> => {
    const isLast = update === config.updates;
    if (config.swapEvery === null || (update % config.swapEvery !== 0 && !isLast)) return false;
    const { parameters } = assertFiniteState(await engine.read(), position(config, update));
    const { accepted } = isLast ? swapSearch.converge(parameters, site) : swapSearch.round(parameters, site, config.swapTop);
    swaps += accepted;
    return accepted > 0;
  };

  const logNow = async (update: number, { predictionLoss, penalty, gradientNorm }: StepResult): Promise<void> => {
    const isLast = update === config.updates;
    const evaluates = options.evaluate !== undefined && (isLast || update % config.evaluateEvery === 0);
    if (!evaluates && !isLast && update % config.logEvery !== 0) return;
    const { parameters } = assertFiniteState(await engine.read(), position(config, update));
    const cost = connectionCost(parameters, sizes, site, wire, config.locality);
    const row: MetricsRow = {
      update,
      predictionLoss,
      penalty,
      connectionCost: cost.connectionCost,
      gridWirelength: cost.gridWirelength,
      gradientNorm,
      learningRate: learningRateAt(config, update),
      lambda: lambdaAt(config, update),
      swaps,
      meanAccuracy: evaluates ? ((await options.evaluate?.(engine)) ?? null) : null,
    };
    metrics.push(row);
    options.onMetrics?.(row);
  };

  let update = resume?.update ?? 0;
  let pricedLambda: number | null = null;
  while (update < config.updates) {
    // A turn of the event loop, so that signals are heard whatever the engine does.
    await setImmediate();
    if (signal?.aborted) {
      await checkpoint(update);
      throw new InterruptedError(`training was interrupted after update ${update} of ${config.updates}`);
    }
    update++;
    const lambda = lambdaAt(config, update);
    if (lambda !== pricedLambda) {
      engine.setPenalty(penaltyVector(sizes, site, wire, lambda, config.locality));
      pricedLambda = lambda;
    }
    const result = await engine.step(makeBatch(suite, plan, update), learningRateAt(config, update), update);
    assertFiniteLosses(result, position(config, update));
    if ((await swapNow(update)) && config.locality > 0) pricedLambda = null;
    await logNow(update, result);
    options.onProgress?.({ stage: 'train', done: update, total: config.updates, values: progressValues(result, metrics) });
    if (update % config.checkpointEvery === 0 && update < config.updates) await checkpoint(update);
  }
  return await checkpoint(update);
}

function initialState(sizes: NetworkSizes, config: TrainConfig): TrainingState {
  const parameters = initialParameters(sizes, config.init, config.seed);
  return { parameters, firstMoment: new Float32Array(parameters.length), secondMoment: new Float32Array(parameters.length) };
}

function progressValues({ predictionLoss }: StepResult, metrics: readonly MetricsRow[]): Record<string, number> {
  const accuracy = metrics.findLast((row) => row.meanAccuracy !== null)?.meanAccuracy ?? null;
  const cost = metrics.at(-1)?.connectionCost ?? null;
  return {
    loss: predictionLoss,
    ...(accuracy === null ? {} : { accuracy }),
    ...(cost === null ? {} : { 'connection cost': cost }),
  };
}

function position(config: TrainConfig, update: number): RunPosition {
  return { update, updates: config.updates, learningRate: learningRateAt(config, update), clipNorm: config.clipNorm };
}
