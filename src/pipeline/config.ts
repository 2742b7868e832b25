// Which settings does a whole run have? Every one with its default and its meaning; help, `init`, the JSON Schema and
// docs/settings.md take their words from here. The resolved form is written beside the results and repeats the run.
import { z } from 'zod';
import { RANGE_METHODS } from '../compression/calibrate.ts';
import { DEFAULT_WEIGHT_ONLY, WEIGHT_ONLY_BITS, WEIGHT_ONLY_GRANULARITIES } from '../compression/dequantize.ts';
import { DEFAULT_THRESHOLD } from '../compression/prune.ts';
import { SCALE_METHODS } from '../compression/scale.ts';
import { asFault, type Origin, parseWith } from '../core/validate.ts';
import { SEQUENCES } from '../exchange/sequences.ts';
import { OBJECTIVES } from '../mapping/objective-names.ts';
import { DEFAULT_TARGETS } from '../targets/defaults.ts';
import { findSuite } from '../tasks/suites.ts';
import { finishTrainConfig, TrainConfig } from '../training/config.ts';
import { FineTuneConfig, QuantizationAwareConfig, RewireConfig } from '../training/recovery-config.ts';

const count = z.int().min(1);
const seed = z.int().nonnegative();
const share = z.number().positive().max(1);
const amount = z.number().nonnegative();
const rate = z.number().positive();
const accuracy = z.number().min(0).max(1);

const target = z.string().meta({ description: 'name or file of a target, with parameters: rram-mesh:rows=128', examples: ['rram-mesh'] });

const CoresConfig = z.strictObject({
  target,
  maxNeuronsPerCore: count.nullable().meta({ description: "cap below the target's own limit", none: 'no cap' }).default(null),
  synapses: count.nullable().meta({ description: 'most synapses on a core', none: "the target's limits" }).default(null),
});

const SearchConfig = z.strictObject({
  maxAccuracyDrop: accuracy.meta({ description: 'mean accuracy that may be lost against the network before pruning' }).default(0.01),
  maxTaskDrop: accuracy.nullable().meta({ description: 'accuracy that each single task may lose', none: 'any' }).default(null),
  densities: z.array(share).min(1).nullable().meta({ description: 'densities to try', none: 'a bisection' }).default(null),
  resolution: z
    .number()
    .min(0.001)
    .max(1)
    .meta({ description: 'the bisection ends when a density that is too low is this close below one that is not, as a share of it' })
    .default(0.05),
  trialsPerTask: count
    .meta({ description: 'trials per task on which densities are compared; neither training nor test trials' })
    .default(500),
  seed: seed.meta({ description: 'seed of these trials' }).default(4),
});
export type SearchConfig = z.output<typeof SearchConfig>;

export const PruneConfig = z
  .strictObject({
    threshold: amount
      .nullable()
      .meta({ description: 'weights ranked at most this high go', none: `${DEFAULT_THRESHOLD}, unless density or search decides` })
      .default(null),
    density: share
      .nullable()
      .meta({
        description: 'share of all possible weights (recurrent, input, readout) that is kept, those ranked highest',
        none: 'a threshold decides',
      })
      .default(null),
    locality: amount
      .meta({ description: 'A of the rank |w| / (1 + A·D), D the grid distance of two neurons, 0 for inputs and readout; 0 ranks by |w|' })
      .default(0),
    maxFanIn: count
      .nullable()
      .meta({ description: 'most synapses onto a neuron (recurrent and input) or readout unit', none: 'any number' })
      .default(null),
    maxFanOut: count
      .nullable()
      .meta({ description: 'most synapses from a neuron, recurrent and readout', none: 'any number' })
      .default(null),
    cores: CoresConfig.nullable().meta({ description: 'cores of a target that have to hold the synapses', none: 'none' }).default(null),
    search: SearchConfig.nullable()
      .meta({ description: 'search for the sparsest network that is accurate enough', none: 'none, density or threshold decides' })
      .default(null),
    rounds: count
      .meta({ description: 'steps in which weights go, with fine-tuning after each (Zhu & Gupta 2017); 1 for one cut' })
      .default(1),
    fineTune: FineTuneConfig.nullable()
      .meta({ description: 'training with the pruned entries held at zero; all rounds share its updates', none: 'none' })
      .prefault({}),
  })
  .refine(({ threshold, density }) => threshold === null || density === null, {
    path: ['density'],
    message: 'a threshold is given as well; a network is pruned by one of them',
  })
  .refine(({ density, search }) => search === null || density === null, {
    path: ['density'],
    message: 'a search for the density is asked for as well; leave one of them out',
  })
  .refine(({ threshold, search }) => search === null || threshold === null, {
    path: ['threshold'],
    message: 'a search for the density is asked for as well; leave one of them out',
  })
  .refine(({ fineTune, rounds }) => rounds === 1 || rounds <= (fineTune?.updates ?? 0), {
    path: ['rounds'],
    message: 'each round needs an update of fine-tuning',
  })
  .overwrite((config) => ({
    ...config,
    threshold: config.threshold ?? (config.density === null && config.search === null ? DEFAULT_THRESHOLD : null),
  }));
export type PruneConfig = z.output<typeof PruneConfig>;

/** Neurons that share a scale. */
export const GRANULARITIES = ['channel', 'core', 'tensor'] as const;
/** How the range of the inputs is found. */
export const INPUT_RANGES = ['balanced', 'max'] as const;
/** The restricted range of two bits. */
const TERNARY_BITS = 2;

/** How the steps of weights are found while training: by the rule of `scale` from the weights before each update, or learned. */
export const STEP_RULES = ['learned', 'scale'] as const;

/** Training with the weights, states and inputs that the integers will stand for. */
export const QuantizedTrainingConfig = QuantizationAwareConfig.extend({
  steps: z
    .enum(STEP_RULES)
    .meta({ description: 'step sizes learned from those of the rule of scale (Esser et al. 2020), or that rule throughout' })
    .default('learned'),
});
export type QuantizedTrainingConfig = z.output<typeof QuantizedTrainingConfig>;

const weightBits = z
  .union([z.int().min(2).max(8), z.literal('ternary')])
  .transform((bits) => (bits === 'ternary' ? TERNARY_BITS : bits))
  .pipe(z.int());

export const QuantizeConfig = z
  .strictObject({
    weightBits: weightBits
      .meta({ description: 'width of a weight, the sign included; ternary is two bits, the levels -1, 0 and 1', unit: 'bits' })
      .prefault(8),
    granularity: z
      .enum(GRANULARITIES)
      .meta({ description: 'neurons that share a scale: each its own (channel), those of a core, all; the readout has one in any case' })
      .default('channel'),
    scale: z
      .enum(SCALE_METHODS)
      .meta({
        description:
          'which weight of a group is the largest integer: the largest, the 99.9 % percentile, or the one with the least squared error; larger ones saturate',
      })
      .default('max'),
    powerOfTwo: z
      .boolean()
      .meta({ description: 'accumulator units that are power-of-two multiples of the state unit: chips rescale by a shift' })
      .default(false),
    stateBits: z.int().min(1).max(8).meta({ description: 'width of a state', unit: 'bits' }).default(8),
    // The quantile resolves small states better, but what saturates is lost for good in a recurrent network: on the 14x14 network of
    // `npm start` it costs 0.019 of mean accuracy, the maximum 0.003.
    stateRange: z
      .enum(RANGE_METHODS)
      .meta({
        description: 'what the largest state stands for: the largest of the calibration trials, or the 99.9 % quantile of those above 0',
      })
      .default('max'),
    // On the shipped network `balanced` gains 0.05 of mean accuracy at 5 bits.
    inputRange: z
      .enum(INPUT_RANGES)
      .meta({
        description:
          'what the largest input stands for: the largest of the calibration trials (max), or so much more that input and recurrent weights are equally exact in the accumulator',
      })
      .default('balanced'),
    calibrationTrials: count.meta({ description: 'held-back trials per task that set the scales of states and inputs' }).default(50),
    seed: seed.meta({ description: 'seed of the calibration trials' }).default(2),
    bitBudget: z
      .number()
      .min(2)
      .max(8)
      .nullable()
      .meta({
        description: 'mean width of a weight; sensitive groups get more, up to weightBits',
        none: 'the same width everywhere',
        unit: 'bits',
      })
      .default(null),
    train: QuantizedTrainingConfig.nullable()
      .meta({ description: 'quantization-aware training', none: 'none, weights are rounded as they are' })
      .default(null),
  })
  .refine(({ bitBudget, weightBits }) => bitBudget === null || bitBudget <= weightBits, {
    path: ['bitBudget'],
    message: 'the budget is more than weightBits, the widest weights',
  });
export type QuantizeConfig = z.output<typeof QuantizeConfig>;

export const OnnxConfig = z.strictObject({
  sequence: z
    .enum(SEQUENCES)
    .meta({ description: 'how model.seq.onnx and model.qdq.onnx run over time: the RNN operator, or a Scan of single operators' })
    .default('rnn'),
  // The defaults are what most readers understand.
  qdq: z
    .strictObject({
      bits: z
        .literal(WEIGHT_ONLY_BITS)
        .meta({ description: 'width of the weights of model.qdq.onnx; 4 needs readers of opset 21', unit: 'bits' })
        .default(DEFAULT_WEIGHT_ONLY.bits),
      granularity: z
        .enum(WEIGHT_ONLY_GRANULARITIES)
        .meta({ description: 'weights that share a scale; a channel is a neuron, a block needs readers of opset 21' })
        .default(DEFAULT_WEIGHT_ONLY.granularity),
      blockSize: z.int().min(2).max(65_536).meta({ description: 'consecutive sources of a block' }).default(DEFAULT_WEIGHT_ONLY.blockSize),
    })
    .meta({ description: 'integer weights of model.qdq.onnx' })
    .prefault({}),
});
export type OnnxConfig = z.output<typeof OnnxConfig>;

/** A unit by its number in the pruned network. */
export const UNIT = /^(neuron|readout):(0|[1-9]\d{0,8})$/;
const core = z.int().nonnegative();

/** The largest effort of a search; a placement of the shipped network takes an hour with it. */
export const MAX_EFFORT = 1000;

export const MapConfig = z.strictObject({
  maxNeuronsPerCore: count.nullable().meta({ description: "cap below the targets' own limits", none: 'no cap' }).default(25),
  seed: seed.meta({ description: 'seed of the placement search' }).default(0),
  objective: z
    .enum(OBJECTIVES)
    .meta({
      description:
        'what placements make small: wire (Σ|weight|·hops), traffic (messages·hops), energy (of messages), congestion (the busiest link)',
    })
    .default('wire'),
  effort: z.number().positive().max(MAX_EFFORT).meta({ description: 'how much to search; 1 is the usual amount' }).default(1),
  timeBudget: rate
    .nullable()
    .meta({
      description: 'search with twice the effort, and again, while there is time; the best is kept',
      none: 'one search',
      unit: 'seconds',
    })
    .default(null),
  pins: z
    .record(z.string().regex(UNIT, 'expected units neuron:NUMBER or readout:NUMBER'), core)
    .meta({ description: 'core that a unit of the pruned network is kept on, by unit: neuron:7 or readout:3' })
    .default({}),
  keepFree: z.array(core).meta({ description: 'cores that stay empty, defective ones for example' }).default([]),
  keepModules: z.boolean().meta({ description: 'functional clusters share no core; reports tell what that costs' }).default(false),
  activityTrials: count.meta({ description: 'trials per task on which messages are counted' }).default(50),
});
export type MapConfig = z.output<typeof MapConfig>;

/** A setting of the training before: null takes it over. */
const asTrained = <Schema extends z.ZodType>(option: z.ZodDefault<Schema>) =>
  option
    .removeDefault()
    .nullable()
    .meta({ description: `${option.removeDefault().meta()?.description ?? ''}`, none: 'that of training' })
    .default(null);
const { batchMode, batchRows, streamSteps, taskWeights } = RewireConfig.shape;

/** Training for one chip, in rounds: hops between cores become the wire cost. */
export const AwareConfig = RewireConfig.omit({ suite: true }).extend({
  target,
  rounds: count.meta({ description: 'most rounds; one that is no better than those before is the last' }).default(4),
  updates: count.meta({ description: 'updates of a round' }).default(1000),
  learningRate: RewireConfig.shape.learningRate.removeDefault().default(2e-3),
  locality: amount
    .meta({
      description:
        'A, price of a wire as long as the grid relative to lambda; hops are scaled so that neurons are as far apart on average as on the grid',
    })
    .default(5),
  localShare: accuracy
    .meta({
      description: 'share of the distance that is that on the grid, so that neighbours stay neighbours within a core; the rest are hops',
    })
    .default(0.1),
  maxAccuracyDrop: accuracy
    .meta({ description: 'mean accuracy that may be lost against the network before the first round' })
    .default(0.01),
  trialsPerTask: count.meta({ description: 'trials per task on which rounds are compared; neither training nor test trials' }).default(200),
  batchMode: asTrained(batchMode),
  batchRows: asTrained(batchRows),
  streamSteps: asTrained(streamSteps),
  taskWeights: asTrained(taskWeights),
});
export type AwareConfig = z.output<typeof AwareConfig>;

export const ScoreConfig = z.strictObject({
  trialsPerTask: z.int().min(1).max(100_000).meta({ description: 'test trials per task behind every accuracy' }).default(500),
  seed: seed.meta({ description: 'seed of the test trials' }).default(1),
});
export type ScoreConfig = z.output<typeof ScoreConfig>;

export const VerifyConfig = z.strictObject({
  trials: z
    .int()
    .min(1)
    .max(1_000_000)
    .meta({ description: 'task trials on which all executions must agree; trials at the extremes are added' })
    .default(1000),
  floatTrials: z
    .int()
    .min(1)
    .max(1_000_000)
    .meta({ description: 'task trials on which the float ONNX files are held against the network' })
    .default(200),
  seed: seed.meta({ description: 'seed of these trials' }).default(3),
});
export type VerifyConfig = z.output<typeof VerifyConfig>;

/** Suites are looked for when a run is asked for; a file that was trained elsewhere may name one that is not here. */
const RunTraining = TrainConfig.extend({
  suite: TrainConfig.shape.suite.removeDefault().superRefine(asFault(findSuite)).default(TrainConfig.shape.suite.parse(undefined)),
});

/** A config file. */
export const RunSettings = z.strictObject({
  model: z.string().nullable().meta({ description: 'trained or pruned network to start from', none: 'one is trained' }).default(null),
  train: RunTraining.meta({ description: 'training' }).prefault({}),
  prune: PruneConfig.meta({ description: 'pruning of small weights and dead neurons' }).prefault({}),
  aware: AwareConfig.nullable()
    .meta({
      description:
        'target that the pruned network is trained on for: hops between its cores become the price of wires, in rounds, until they stop helping',
      none: 'none',
    })
    .default(null),
  quantize: QuantizeConfig.meta({ description: 'integers that targets can store' }).prefault({}),
  onnx: OnnxConfig.meta({ description: 'ONNX files' }).prefault({}),
  map: MapConfig.meta({ description: 'placement on the cores of each target' }).prefault({}),
  scores: ScoreConfig.meta({ description: 'accuracies' }).prefault({}),
  verify: VerifyConfig.meta({ description: 'proof that all executions agree' }).prefault({}),
  targets: z
    .array(z.string())
    .min(1)
    .meta({ description: 'what to map onto: name or file of a target, with parameters: rram-mesh:rows=128' })
    .default([...DEFAULT_TARGETS]),
});

/**
 * Checks the settings of a run and fills in every default.
 *
 * @param origin - how to call the settings in errors, usually their file, and where they stand in it
 * @throws UsageError listing every unknown option and value that is not allowed
 */
export function resolveRunConfig(options: unknown, origin: string | Origin = 'the run config') {
  const config = parseWith(RunSettings, options, origin);
  const train = finishTrainConfig(config.train);
  // The full name of a suite of recorded trials says which they are.
  return { ...config, train: { ...train, suite: findSuite(train.suite).name } };
}
export type RunConfig = ReturnType<typeof resolveRunConfig>;
