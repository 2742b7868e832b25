// What has been measured already? Targets of one run calibrate the same network, and often store the same integers of it.
import { activityCounter } from '../analysis/activity.ts';
import { type Calibration, calibrate, type Ranges } from '../compression/calibrate.ts';
import { balanceInputs } from '../compression/input-unit.ts';
import type { IntegerNetwork } from '../compression/integer-network.ts';
import { quantizeInputs } from '../compression/quantize.ts';
import { fastInterpreter, type LaneInputs, laneInputs } from '../compression/run-integer-fast.ts';
import type { UnitOptions } from '../compression/units.ts';
import { hashJson, sha256OfParts } from '../core/hash.ts';
import type { Scores } from '../network/artifact.ts';
import type { Network } from '../network/network.ts';
import { type EvaluationBatch, type EvaluationPlan, evaluationTrials, type ScoredBatch, scoreBatches, TEST } from '../tasks/accuracy.ts';
import type { TaskSuite } from '../tasks/suite.ts';
import type { MapConfig, QuantizeConfig } from './config.ts';
import { calibrationBatches, measureScores, predictWith, type ScorePlan, toScores } from './scores.ts';

/** How often each neuron and input of an integer network sends. */
export interface MeasuredActivity {
  /** Mean messages per step, hidden neurons then inputs, shape [neurons + inputs]. */
  readonly means: Float64Array;
  readonly trials: number;
  /** Neurons that send in a mean step. */
  readonly activeNeurons: number;
}

/** Answers are kept with the network that all of them are about, and go when it goes. */
function remembered<Answer>(): (network: Network, question: unknown, answer: () => Answer) => Answer {
  const known = new WeakMap<Network, Map<string, Answer>>();
  return (network, question, answer) => {
    const answers = known.get(network) ?? new Map<string, Answer>();
    known.set(network, answers);
    const key = hashJson(question);
    const found = answers.get(key) ?? answer();
    answers.set(key, found);
    return found;
  };
}

const calibrations = remembered<Calibration>();
const ranges = remembered<Ranges>();
const scores = remembered<Promise<Scores>>();
const activities = remembered<MeasuredActivity>();
const floatTrials = remembered<readonly (readonly EvaluationBatch[])[]>();
const integerTrials = remembered<readonly (readonly IntegerBatch[])[]>();

/** Ranges of a network on the calibration trials of a suite. */
export function calibrationOf(network: Network, suite: TaskSuite, { calibrationTrials, seed, stateRange }: QuantizeConfig): Calibration {
  return calibrations(network, [suite.name, calibrationTrials, seed, stateRange], () =>
    calibrate(network, calibrationBatches(suite, calibrationTrials, seed), stateRange),
  );
}

/**
 * Those ranges, the one of the inputs as `balanceInputs` chooses it: many targets have the same weights.
 *
 * @param config - what the calibration is of
 */
export function balancedRangesOf(network: Network, suite: TaskSuite, config: QuantizeConfig, options: UnitOptions): Ranges {
  const { calibrationTrials, seed, stateRange } = config;
  const { weights, widths, groups, stateBits, scale, powerOfTwo } = options;
  const units = { weights, widths, groups: typeof groups === 'string' ? groups : [...groups], stateBits, scale, powerOfTwo };
  const question = [suite.name, calibrationTrials, seed, stateRange, units];
  return ranges(network, question, () => balanceInputs(network, calibrationOf(network, suite, config), options));
}

/** Scores of a float network on the held-back trials. */
export function scoresOf(network: Network, suite: TaskSuite, plan: ScorePlan): Promise<Scores> {
  return scores(network, [suite.name, plan], () => measureScores(suite, predictWith(network), plan));
}

/** The same of integers that a float network became. */
export function integerScoresOf(float: Network, network: IntegerNetwork, suite: TaskSuite, plan: ScorePlan): Promise<Scores> {
  return scores(float, [suite.name, plan, integersHash(network)], async () => {
    const interpreter = fastInterpreter(network);
    const test = { ...plan, purpose: TEST };
    const trials = trialsIn(network.scales.input, float, suite, test);
    return toScores(await scoreBatches(suite, test, trials, async (batch) => interpreter.outputsByRow(batch)));
  });
}

/** Mean messages of integers that a float network became, on noisy trials of all tasks. */
export function activityOf(
  float: Network,
  network: IntegerNetwork,
  suite: TaskSuite,
  { activityTrials, seed }: Pick<MapConfig, 'activityTrials' | 'seed'>,
): MeasuredActivity {
  return activities(float, [suite.name, activityTrials, seed, integersHash(network)], () => {
    const counter = activityCounter(network.neurons, network.inputs);
    const interpreter = fastInterpreter(network);
    const trials = trialsIn(network.scales.input, float, suite, { trialsPerTask: activityTrials, seed, purpose: 'activity' });
    for (const task of suite.tasks.keys()) {
      for (const batch of trials(task)) counter.add(interpreter.run(batch).states, batch.integers, batch.mask, batch.rows);
    }
    const means = counter.means();
    const activeNeurons = means.subarray(0, network.neurons).reduce((sum, mean) => sum + mean, 0);
    return { means, trials: counter.trials, activeNeurons };
  });
}

/** Trials as an integer network gets them. */
interface IntegerBatch extends ScoredBatch, LaneInputs {
  /** Shape [steps, rows, inputs]. */
  readonly integers: Int8Array;
}

/** Most input values that are kept, in floats 128 MB: with 500 trials a task, those of 20 tasks. */
const KEPT_VALUES = 2 ** 25;

/**
 * The trials of a plan, by task, in integers of a unit: made once for all targets of a run, or anew for each network where they would
 * take too much memory.
 */
function trialsIn(unit: number, float: Network, suite: TaskSuite, plan: EvaluationPlan): (task: number) => readonly IntegerBatch[] {
  const { trialsPerTask, seed, purpose } = plan;
  const make = (task: number) => evaluationTrials(suite, task, trialsPerTask, seed, purpose);
  const toIntegers = ({ inputs, ...batch }: EvaluationBatch): IntegerBatch => {
    const { integers } = quantizeInputs(inputs, unit);
    return { ...batch, ...laneInputs(integers, batch.steps, batch.rows), integers: new Int8Array(integers) };
  };
  if (suite.tasks.length * trialsPerTask * suite.maxSteps * suite.inputs > KEPT_VALUES) return (task) => make(task).map(toIntegers);
  const trials = integerTrials(float, [suite.name, plan, unit], () =>
    floatTrials(float, [suite.name, plan], () => suite.tasks.map((_, task) => make(task))).map((batches) => batches.map(toIntegers)),
  );
  return (task) => trials[task];
}

/** Equal for networks that compute the same from the same inputs: of all integers, and the units of inputs and outputs. */
function integersHash({ recurrent, input, readout, bias, readoutBias, multiplier, scales, ...sizes }: IntegerNetwork): string {
  const { inputs, neurons, outputs, stateMax, shift } = sizes;
  const numbers = Float64Array.of(inputs, neurons, outputs, stateMax, shift, scales.input);
  const arrays = [recurrent, input, readout].flatMap(({ indptr, indices, values }) => [indptr, indices, values]);
  return sha256OfParts(
    [numbers, bias, readoutBias, multiplier, ...arrays].map(
      ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
    ),
  );
}
