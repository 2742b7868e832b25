// With which settings is a network trained? Every option, its default and its meaning; the resolved form is what is hashed and stored.
import { z } from 'zod';
import { asFault, type Origin, parseWith } from '../core/validate.ts';
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

/** `14x14`; YAML reads the neurons of a line as a number. */
export const grid = z
  .union([z.string(), every])
  .transform(String)
  .pipe(z.string().superRefine(asFault((text) => parseGrid(text))));

/** Options that training and fine-tuning share. Every option says here, and only here, what it means. */
export const commonOptions = {
  suite: z
    .string()
    .meta({ description: 'task suite, with parameters: modcog84:ring=reference; or your own trials: recorded:file=FILE.npz' })
    .default('yang19'),
  batchMode: z
    .enum(BATCH_MODES)
    .meta({ description: 'one trial a row (trials), or trials joined without a gap (stream)' })
    .default('trials'),
  batchRows: every.meta({ description: 'trials (or streams) side by side in a batch' }).default(32),
  streamSteps: every.meta({ description: 'length of a stream; trials are as long as they are', unit: 'steps' }).default(STREAM_STEPS),
  taskWeights: z
    .record(z.string(), rate)
    .meta({ description: 'how often a task is drawn relative to others, by name; 1 for tasks that are not named' })
    .default({}),
  clipNorm: rate.nullable().meta({ description: 'global norm that the prediction gradient is clipped to', none: 'no clipping' }).default(1),
  learningRateSchedule: z
    .enum(['drop', 'cosine', 'constant'])
    .meta({ description: 'course of the learning rate: ×0.2 from ¾ of the updates (drop), or to 0 along half a cosine' })
    .default('drop'),
  seed: z.int().nonnegative().meta({ description: 'seed of everything random' }).default(0),
  engine: z.enum(ENGINE_CHOICES).meta({ description: 'training engine; auto says which it took and why' }).default('auto'),
};

/** Options of a price on wires. */
export const lambda = amount.meta({ description: 'λ, price of a weight of 1', unit: 'nats' });
export const locality = amount.meta({ description: 'A, price of a wire of length 1 (across the grid) relative to lambda' });
export const learningRate = rate.meta({ description: 'step size of Adam' });
export const updates = every.meta({ description: 'updates of the weights' });

/** Settings of a training run; `resolveTrainConfig` gives the form that is hashed and stored. */
export const TrainConfig = z.strictObject({
  ...commonOptions,
  grid: grid.meta({ description: 'neurons on a sheet, ROWSxCOLUMNS, or in a line, their number' }).prefault('20x20'),
  metric: z.enum(['l1', 'l2']).meta({ description: 'distance of two neurons' }).default('l1'),
  activation: z.enum(ACTIVATIONS).meta({ description: 'activation function; only relu can be quantized' }).default('relu'),
  init: z.enum(['uniform', 'diag']).meta({ description: 'initial recurrent weights' }).default('uniform'),
  condition: z.enum(CONDITION_NAMES).meta({ description: 'bimt, a baseline (l1, none) or an ablation (local, swap)' }).default('bimt'),
  lambda: lambda.default(1e-5),
  locality: locality.default(1),
  lambdaSchedule: z
    .enum(['constant', 'three-phase'])
    .meta({ description: 'course of lambda: the same throughout, or λ, 10 λ from ¼ of the updates, λ from ¾' })
    .default('constant'),
  proximal: z
    .boolean()
    .meta({ description: 'soft-threshold after each update instead of adding the penalty to the gradient' })
    .default(false),
  learningRate: learningRate.default(1e-3),
  updates: updates.default(20_000),
  swapEvery: every.nullable().meta({ description: 'updates between two rounds of swaps', none: 'no swaps' }).default(200),
  swapTop: z
    .union([z.literal('all'), every])
    .meta({ description: 'neurons that look for a better site in each round, strongest first' })
    .default(30),
  checkpointEvery: every.meta({ description: 'updates between two checkpoints' }).default(1000),
  logEvery: every.meta({ description: 'updates between two lines of training.csv' }).default(100),
  evaluateEvery: every
    .meta({ description: 'updates between two measurements of accuracy; the last update is always measured' })
    .default(1000),
});
export type TrainConfig = z.output<typeof TrainConfig>;

/**
 * Checks settings, fills in defaults, and finishes them.
 *
 * @throws UsageError listing every unknown option and value that is not allowed
 */
export function resolveTrainConfig(options: unknown, origin: string | Origin = 'the training config'): TrainConfig {
  return finishTrainConfig(parseWith(TrainConfig, options, origin));
}

/**
 * Settings in one form: what the condition leaves unused is 0 or null, so that equal training has an equal hash. Finishing twice
 * changes nothing.
 */
export function finishTrainConfig(config: TrainConfig): TrainConfig {
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
