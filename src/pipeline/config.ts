// Which settings does a whole run have? One JSON file; the resolved form is written beside the results and repeats the run.
import { z } from 'zod';
import { RANGE_METHODS } from '../compression/calibrate.ts';
import { DEFAULT_WEIGHT_ONLY, WEIGHT_ONLY_BITS, WEIGHT_ONLY_GRANULARITIES } from '../compression/dequantize.ts';
import { DEFAULT_THRESHOLD } from '../compression/prune.ts';
import { SCALE_METHODS } from '../compression/scale.ts';
import { parseWith } from '../core/validate.ts';
import { SEQUENCES } from '../exchange/float-graph.ts';
import { OBJECTIVES } from '../mapping/objective.ts';
import { DEFAULT_TARGETS } from '../targets/load.ts';
import { findSuite } from '../tasks/suites.ts';
import { resolveTrainConfig } from '../training/config.ts';
import { FineTuneConfig } from '../training/fine-tune.ts';
import { QuantizationAwareConfig } from '../training/quantization-aware.ts';
import { RewireConfig } from '../training/rewire.ts';

const count = z.int().min(1);
const seed = z.int().nonnegative();

const share = z.number().positive().max(1);

/** Cores that a network is pruned for. */
const CoresConfig = z.strictObject({
  /** Name or file of a target, with parameters. */
  target: z.string('expected the name or file of a target'),
  /** Most neurons on a core; null leaves it to the target. */
  maxNeuronsPerCore: count.nullable().default(null),
  /** Most synapses on a core; null leaves it to the target. */
  synapses: count.nullable().default(null),
});

/** The search for the sparsest network that is accurate enough. */
const SearchConfig = z.strictObject({
  /** Mean accuracy that may be lost against the network before pruning. */
  maxAccuracyDrop: z.number().min(0).max(1).default(0.01),
  /** Accuracy that each single task may lose; null for any. */
  maxTaskDrop: z.number().min(0).max(1).nullable().default(null),
  /** Densities to try; null for a bisection. */
  densities: z.array(share).min(1).nullable().default(null),
  /** The bisection ends when a density that is too low is this close below one that is not, as a share of it. */
  resolution: z.number().min(0.001).max(1).default(0.05),
  /** Trials per task on which densities are compared; neither training nor test trials. */
  trialsPerTask: count.default(500),
  seed: seed.default(4),
});
export type SearchConfig = z.output<typeof SearchConfig>;

export const PruneConfig = z
  .strictObject({
    /** Weights ranked at most this high are removed; null where a density decides, and 0.01 where none does. */
    threshold: z.number().nonnegative().nullable().default(null),
    /** Share of all possible weights, recurrent, input and readout, that is kept, those ranked highest; null for a threshold. */
    density: share.nullable().default(null),
    /** A of the rank |w| / (1 + A·D), D the grid distance of two neurons and 0 for inputs and readout; 0 ranks by |w|. */
    locality: z.number().nonnegative().default(0),
    /** Most synapses onto a neuron (recurrent and input) or readout unit; null for any number. */
    maxFanIn: count.nullable().default(null),
    /** Most synapses from a neuron, recurrent and readout; null for any number. */
    maxFanOut: count.nullable().default(null),
    /** Cores of a target that have to hold the synapses; null for any. */
    cores: CoresConfig.nullable().default(null),
    /** Finds the density; null where density or threshold is given. */
    search: SearchConfig.nullable().default(null),
    /** Steps in which weights go, with fine-tuning after each (Zhu & Gupta 2017); 1 for one cut. */
    rounds: count.default(1),
    /** Training with the pruned entries held at zero; null for none. All rounds share its updates. */
    fineTune: FineTuneConfig.nullable().prefault({}),
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
  /** Learned step sizes (Esser et al. 2020), from those of the rule, or the rule throughout. */
  steps: z.enum(STEP_RULES).default('learned'),
});
export type QuantizedTrainingConfig = z.output<typeof QuantizedTrainingConfig>;

export const QuantizeConfig = z
  .strictObject({
    /** Width of the weights, the sign included; two bits are the levels −1, 0 and 1, and `ternary` says the same. */
    weightBits: z
      .union([z.int().min(2).max(8), z.literal('ternary')])
      .transform((bits) => (bits === 'ternary' ? TERNARY_BITS : bits))
      .default(8),
    /** One accumulator scale per neuron (the channel of a recurrent layer), per core, or for all; the readout has one in any case. */
    granularity: z.enum(GRANULARITIES).default('channel'),
    /** Which weight is the largest integer: the largest of the group, its 99.9 % percentile, or the one with the least squared error. */
    scale: z.enum(SCALE_METHODS).default('max'),
    /** Accumulator units that are power-of-two multiples of the state's, so that a chip rescales by a shift. */
    powerOfTwo: z.boolean().default(false),
    /** States take 0 … 2^stateBits − 1. */
    stateBits: z.int().min(1).max(8).default(8),
    /**
     * What the largest integer state stands for: the largest state of the calibration trials, or the 99.9 % quantile of
     * those above 0. The quantile resolves small states better, but what saturates is lost for good in a recurrent network:
     * on the 14x14 network of `npm start` it costs 0.019 of mean accuracy, the maximum 0.003.
     */
    stateRange: z.enum(RANGE_METHODS).default('max'),
    /**
     * What the largest integer input stands for: the largest input of the calibration trials, or a range so much wider that input
     * weights and recurrent weights are equally exact in the accumulator unit they share. On the shipped network the
     * latter gains 0.05 of mean accuracy at 5 bits.
     */
    inputRange: z.enum(INPUT_RANGES).default('balanced'),
    /** Held-back trials per task that set the scales of states and inputs. */
    calibrationTrials: count.default(50),
    seed: seed.default(2),
    /**
     * Mean bits of a weight that all together may have; null for the same width everywhere. Widths from 2 to `weightBits` are chosen by group
     * of the granularity, by the damage that each was measured to do alone.
     */
    bitBudget: z.number().min(2).max(8).nullable().default(null),
    /** Quantization-aware training; null for none, the float network is rounded as it is. */
    train: QuantizedTrainingConfig.nullable().default(null),
  })
  .refine(({ bitBudget, weightBits }) => bitBudget === null || bitBudget <= weightBits, {
    path: ['bitBudget'],
    message: 'the budget is more than weightBits, the widest weights',
  });
export type QuantizeConfig = z.output<typeof QuantizeConfig>;

export const OnnxConfig = z.strictObject({
  /** The RNN operator, or a Scan of single operators, in model.seq.onnx and model.qdq.onnx. */
  sequence: z.enum(SEQUENCES).default('rnn'),
  /** Weights of model.qdq.onnx. The default is what most readers understand; int4 and blocks need IR 10 and opset 21. */
  qdq: z
    .strictObject({
      bits: z.literal(WEIGHT_ONLY_BITS).default(DEFAULT_WEIGHT_ONLY.bits),
      granularity: z.enum(WEIGHT_ONLY_GRANULARITIES).default(DEFAULT_WEIGHT_ONLY.granularity),
      /** Consecutive sources that share a scale; counts for granularity `block` alone. */
      blockSize: count.default(DEFAULT_WEIGHT_ONLY.blockSize),
    })
    .prefault({}),
});
export type OnnxConfig = z.output<typeof OnnxConfig>;

/** A unit by its number in the pruned network. */
const UNIT = /^(neuron|readout):(0|[1-9]\d{0,8})$/;
const core = z.int().nonnegative();

/** The largest effort of a search; a placement of the shipped network takes an hour with it. */
export const MAX_EFFORT = 1000;

export const MapConfig = z.strictObject({
  /** Most neurons on a core; null leaves it to the target. */
  maxNeuronsPerCore: count.nullable().default(25),
  seed: seed.default(0),
  /** What a placement makes small. */
  objective: z.enum(OBJECTIVES).default('wire'),
  /** How much to search, 1 is the usual amount. */
  effort: z.number().positive().max(MAX_EFFORT).default(1),
  /** Seconds in which efforts are doubled, from `effort` on, while there is time; the best is kept. Null for one search. */
  timeBudget: z.number().positive().nullable().default(null),
  /** Core of each unit that has to be there: `{ "neuron:7": 12 }`. */
  pins: z
    .record(z.string(), core)
    .refine((pins) => Object.keys(pins).every((unit) => UNIT.test(unit)), 'expected units neuron:NUMBER or readout:NUMBER')
    .default({}),
  /** Cores that stay empty: defective, or kept for something else. */
  keepFree: z.array(core).default([]),
  /** Functional clusters share no core. */
  keepModules: z.boolean().default(false),
  /** Trials per task on which messages are counted. */
  activityTrials: count.default(50),
});
export type MapConfig = z.output<typeof MapConfig>;

const { batchMode, batchRows, streamSteps, taskWeights } = RewireConfig.shape;

/** Training for one chip, in rounds: hops between cores become the wire cost. */
export const AwareConfig = RewireConfig.omit({ suite: true }).extend({
  /** Name or file of the target, with parameters. */
  target: z.string('expected the name or file of a target'),
  /** Most rounds; one that is no better than those before is the last. */
  rounds: count.default(4),
  /** Updates of a round. */
  updates: count.default(1000),
  learningRate: z.number().positive().default(2e-3),
  /** A: price of a wire as long as the grid, relative to λ; hops are scaled so that neurons are as far apart in the mean as on the grid. */
  locality: z.number().nonnegative().default(5),
  /** Share of the distance that is that on the grid, so that neighbours stay neighbours within a core; the rest are hops. */
  localShare: z.number().min(0).max(1).default(0.1),
  /** Mean accuracy that may be lost against the network before the first round. */
  maxAccuracyDrop: z.number().min(0).max(1).default(0.01),
  /** Trials per task on which rounds are compared; neither training nor test trials. */
  trialsPerTask: count.default(200),
  /** Batches; null for those that the network was trained with. */
  batchMode: batchMode.removeDefault().nullable().default(null),
  batchRows: batchRows.removeDefault().nullable().default(null),
  streamSteps: streamSteps.removeDefault().nullable().default(null),
  taskWeights: taskWeights.removeDefault().nullable().default(null),
});
export type AwareConfig = z.output<typeof AwareConfig>;

export const ScoreConfig = z.strictObject({
  /** Test trials per task behind every accuracy. */
  trialsPerTask: count.default(500),
  seed: seed.default(1),
});
export type ScoreConfig = z.output<typeof ScoreConfig>;

export const VerifyConfig = z.strictObject({
  /** Task trials on which all executions must agree; trials at the extremes are added. */
  trials: count.default(1000),
  /** Task trials on which the float ONNX files are held against the network. */
  floatTrials: count.default(200),
  seed: seed.default(3),
});
export type VerifyConfig = z.output<typeof VerifyConfig>;

const RunConfig = z.strictObject({
  /** A trained or pruned artifact to start from; null trains one. */
  model: z.string().nullable().default(null),
  train: z.record(z.string(), z.unknown()).default({}),
  prune: PruneConfig.prefault({}),
  /** Trains the pruned network on for one of the targets; null for none. */
  aware: AwareConfig.nullable().default(null),
  quantize: QuantizeConfig.prefault({}),
  onnx: OnnxConfig.prefault({}),
  map: MapConfig.prefault({}),
  scores: ScoreConfig.prefault({}),
  verify: VerifyConfig.prefault({}),
  /** Names or files; `DEFAULT_TARGETS` unless given. */
  targets: z.array(z.string()).min(1).optional(),
});

/**
 * Checks the settings of a run and fills in every default.
 *
 * @param what - how to call the settings in errors, usually the path of their file
 * @throws UsageError listing every unknown option and value that is not allowed, or naming a suite that there is not
 */
export function resolveRunConfig(options: unknown, what = 'the run config') {
  const config = parseWith(RunConfig, options, what);
  const train = resolveTrainConfig(config.train);
  // The full name of a suite of recorded trials says which they are.
  return { ...config, train: { ...train, suite: findSuite(train.suite).name }, targets: config.targets ?? [...DEFAULT_TARGETS] };
}
export type RunConfig = ReturnType<typeof resolveRunConfig>;
