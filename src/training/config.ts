// With which settings is a network trained? Every option, its default and its meaning; the resolved form is what is hashed and stored.
import { z } from 'zod';
import { parseWith } from '../core/validate.ts';
import { formatGrid, type Grid, parseGrid } from '../network/geometry.ts';
import { ACTIVATIONS, type NetworkSizes } from '../network/network.ts';
import { BATCH_MODES, STREAM_STEPS } from '../tasks/batches.ts';
import { ENGINE_CHOICES, type EngineSpec } from './engine.ts';

/** What each condition makes of λ, A and swaps (Liu et al. 2023; the last two are the ablations of their notebooks). */
export const CONDITIONS = {
  bimt: { penalty: true, locality: true, swaps: true },
  l1: { penalty: true, locality: false, swaps: false },
  none: { penalty: false, locality: false, swaps: false },
  local: { penalty: true, locality: true, swaps: false },
  swap: { penalty: true, locality: false, swaps: true },
} as const;
export type Condition = keyof typeof CONDITIONS;
const CONDITION_NAMES = Object.keys(CONDITIONS) as [Condition, ...Condition[]];

/** Shapes of numbers that options share. */
export const every = z.int().min(1);
export const rate = z.number().positive();
export const amount = z.number().nonnegative();

/** Options that training and fine-tuning share. */
export const commonOptions = {
  suite: z.string().default('yang19'),
  batchMode: z.enum(BATCH_MODES).default('trials'),
  /** Trials (or streams) side by side in a batch. */
  batchRows: every.default(32),
  /** Steps of a stream; trials are as long as they are. */
  streamSteps: every.default(STREAM_STEPS),
  /** How often a task is drawn relative to others, by name; 1 for tasks that are not named. */
  taskWeights: z.record(z.string(), rate).default({}),
  /** Global norm the prediction gradient is clipped to; null for no clipping. */
  clipNorm: rate.nullable().default(1),
  /** `drop`: ×0.2 from ¾ of the updates; `cosine`: to 0 along half a cosine. */
  learningRateSchedule: z.enum(['drop', 'cosine', 'constant']).default('drop'),
  seed: z.int().nonnegative().default(0),
  engine: z.enum(ENGINE_CHOICES).default('auto'),
};

/** Settings of a training run; `resolveTrainConfig` gives the form that is hashed and stored. */
export const TrainConfig = z.strictObject({
  ...commonOptions,
  /** `14x14`, or `400` for neurons in a line. */
  grid: z.string().default('20x20'),
  metric: z.enum(['l1', 'l2']).default('l1'),
  activation: z.enum(ACTIVATIONS).default('relu'),
  init: z.enum(['uniform', 'diag']).default('uniform'),
  condition: z.enum(CONDITION_NAMES).default('bimt'),
  /** λ: price of a weight of 1, in nats. */
  lambda: amount.default(1e-5),
  /** A: price of a wire of length 1, relative to λ. */
  locality: amount.default(1),
  /** `three-phase`: λ, 10 λ from ¼ of the updates, λ from ¾. */
  lambdaSchedule: z.enum(['constant', 'three-phase']).default('constant'),
  /** Soft-threshold after each update instead of adding the penalty to the gradient. */
  proximal: z.boolean().default(false),
  learningRate: rate.default(1e-3),
  updates: every.default(20_000),
  /** Updates between two swap rounds; null for no swaps. */
  swapEvery: every.nullable().default(200),
  /** Neurons that look for a better site in each round, strongest first. */
  swapTop: z.union([z.literal('all'), every], "expected 'all' or a whole number of at least 1").default(30),
  checkpointEvery: every.default(1000),
  logEvery: every.default(100),
  /** Updates between two measurements of accuracy; the last update is always measured. */
  evaluateEvery: every.default(1000),
});
export type TrainConfig = z.output<typeof TrainConfig>;

/**
 * Checks settings, fills in defaults, and sets what the condition leaves unused to 0 or null, so that equal training has
 * an equal hash. Resolving twice changes nothing.
 *
 * @throws UsageError listing every unknown option and value that is not allowed
 */
export function resolveTrainConfig(options: unknown): TrainConfig {
  const config = parseWith(TrainConfig, options, 'the training config');
  const uses = CONDITIONS[config.condition];
  return {
    ...config,
    grid: formatGrid(parseGrid(config.grid)),
    lambda: uses.penalty ? config.lambda : 0,
    locality: uses.locality ? config.locality : 0,
    swapEvery: uses.swaps ? config.swapEvery : null,
  };
}

/** The sheet of neurons that a config asks for. */
export function configGrid(config: TrainConfig): Grid {
  return parseGrid(config.grid, config.metric);
}

/** What an engine must be built with for a config; float states unless told otherwise. */
export function engineSpec(
  config: Pick<TrainConfig, 'activation' | 'clipNorm' | 'proximal'>,
  { inputs, neurons, outputs }: NetworkSizes,
  quantization: EngineSpec['quantization'] = null,
): EngineSpec {
  const { activation, clipNorm, proximal } = config;
  return { inputs, neurons, outputs, activation, clipNorm, proximal, quantization, adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } };
}
