// How does a pruned network recover? Training goes on with pruned entries held at zero (Han et al. 2015).
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { InterruptedError } from '../core/errors.ts';
import type { OnProgress } from '../core/progress.ts';
import { parseWith } from '../core/validate.ts';
import { csrFromDense, denseFromCsr, forEachEntry } from '../network/csr.ts';
import { gridWireCost } from '../network/geometry.ts';
import type { Network } from '../network/network.ts';
import { makeBatch } from '../tasks/batches.ts';
import type { TaskSuite } from '../tasks/suite.ts';
import { amount, commonOptions, engineSpec, every, rate } from './config.ts';
import { penaltyVector } from './connection-cost.ts';
import { assertFiniteLosses, assertFiniteState } from './divergence.ts';
import type { Engine, EngineSpec } from './engine.ts';
import { type ParameterName, parameterLayout } from './parameters.ts';
import { learningRateAt } from './schedule.ts';
import { batchPlan } from './train.ts';

/** Settings of fine-tuning: learning rate one tenth of training's, no penalty unless asked for, no swaps. */
export const FineTuneConfig = z.strictObject({
  ...commonOptions,
  updates: every.default(500),
  learningRate: rate.default(1e-4),
  lambda: amount.default(0),
  locality: amount.default(0),
});
export type FineTuneConfig = z.output<typeof FineTuneConfig>;

/**
 * Checks settings and fills in defaults.
 *
 * @throws UsageError listing every unknown option and value that is not allowed
 */
export function resolveFineTuneConfig(options: unknown): FineTuneConfig {
  return parseWith(FineTuneConfig, options, 'the fine-tuning config');
}

/** What an engine must be built with to fine-tune a network. */
export function fineTuneSpec(network: Network, { clipNorm }: FineTuneConfig): EngineSpec {
  return engineSpec({ activation: network.activation, clipNorm, proximal: false }, network);
}

/** What fine-tuning is given beside network, suite and config. */
export interface FineTuneOptions {
  /** Built for `fineTuneSpec(network, config)`; the caller disposes of it. */
  readonly engine: Engine;
  /** Which of the config's updates are made, the first and the last, counted from 1; all unless given. */
  readonly from?: number;
  readonly until?: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/**
 * Trains the stored entries and all biases of a network on. Its batches are others than training's.
 *
 * @returns the network with the same pattern; entries that became exactly 0 are dropped
 * @throws UsageError if losses or parameters stop being finite
 * @throws InterruptedError when the signal aborts
 */
export async function fineTune(network: Network, suite: TaskSuite, config: FineTuneConfig, options: FineTuneOptions): Promise<Network> {
  const { updates, clipNorm, lambda, locality } = config;
  const { engine, onProgress, signal, from = 1, until = updates } = options;
  const plan = batchPlan(config, 'fine-tuning');
  const parameters = flatParameters(network);
  await engine.write({
    parameters,
    firstMoment: new Float32Array(parameters.length),
    secondMoment: new Float32Array(parameters.length),
  });
  engine.setMask(trainableMask(network));
  engine.setPenalty(penaltyVector(network, network.site, gridWireCost(network.grid), lambda, locality));
  for (let update = from; update <= until; update++) {
    await setImmediate();
    if (signal?.aborted) throw new InterruptedError(`fine-tuning was interrupted after update ${update - 1} of ${updates}`);
    const learningRate = learningRateAt(config, update);
    // Moments start anew, and Adam corrects for that by the updates since.
    const result = await engine.step(makeBatch(suite, plan, update), learningRate, update - from + 1);
    assertFiniteLosses(result, { update, updates, learningRate, clipNorm });
    onProgress?.({ stage: 'fine-tune', done: update, total: updates, values: { loss: result.predictionLoss } });
  }
  const state = assertFiniteState(await engine.read(), { update: until, updates, learningRate: config.learningRate, clipNorm });
  return withParameters(network, Float32Array.from(state.parameters));
}

/** The parameters of a network, flat. */
export function flatParameters(network: Network): Float32Array {
  const layout = parameterLayout(network);
  const parameters = new Float32Array(layout.length);
  parameters.set(denseFromCsr(network.recurrent), layout.W.start);
  parameters.set(denseFromCsr(network.input), layout.W_in.start);
  parameters.set(denseFromCsr(network.readout), layout.W_out.start);
  parameters.set(network.bias, layout.b.start);
  parameters.set(network.readoutBias, layout.b_out.start);
  return parameters;
}

/** 1 for stored entries and biases, 0 for what was pruned; flat. */
function trainableMask(network: Network): Float32Array {
  const layout = parameterLayout(network);
  const mask = new Float32Array(layout.length).fill(1, layout.b.start);
  for (const [name, matrix] of [
    ['W', network.recurrent],
    ['W_in', network.input],
    ['W_out', network.readout],
  ] as const) {
    forEachEntry(matrix, (row, column) => {
      mask[layout[name].start + row * matrix.columns + column] = 1;
    });
  }
  return mask;
}

function withParameters(network: Network, parameters: Float32Array): Network {
  const layout = parameterLayout(network);
  const { inputs, neurons, outputs } = network;
  const part = (name: ParameterName) => parameters.slice(layout[name].start, layout[name].end);
  return {
    ...network,
    recurrent: csrFromDense(part('W'), neurons, neurons),
    input: csrFromDense(part('W_in'), neurons, inputs),
    readout: csrFromDense(part('W_out'), outputs, neurons),
    bias: part('b'),
    readoutBias: part('b_out'),
  };
}
