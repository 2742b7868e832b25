// What has been measured already? Targets of one run calibrate the same network, and often store the same integers of it.
import { activityCounter } from '../analysis/activity.ts';
import { type Calibration, calibrate } from '../compression/calibrate.ts';
import type { IntegerNetwork } from '../compression/integer-network.ts';
import { quantizeInputs } from '../compression/quantize.ts';
import { fastInterpreter } from '../compression/run-integer-fast.ts';
import { hashJson, sha256OfParts } from '../core/hash.ts';
import type { Scores } from '../network/artifact.ts';
import type { Network } from '../network/network.ts';
import { evaluationTrials } from '../tasks/accuracy.ts';
import type { TaskSuite } from '../tasks/suite.ts';
import type { MapConfig, QuantizeConfig } from './config.ts';
import { calibrationBatches, measureScores, outputsByRow, predictWith, type ScorePlan } from './scores.ts';

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
const scores = remembered<Promise<Scores>>();
const activities = remembered<MeasuredActivity>();

/** Ranges of a network on the calibration trials of a suite. */
export function calibrationOf(network: Network, suite: TaskSuite, { calibrationTrials, seed, stateRange }: QuantizeConfig): Calibration {
  return calibrations(network, [suite.name, calibrationTrials, seed, stateRange], () =>
    calibrate(network, calibrationBatches(suite, calibrationTrials, seed), stateRange),
  );
}

/** Scores of a float network on the held-back trials. */
export function scoresOf(network: Network, suite: TaskSuite, plan: ScorePlan): Promise<Scores> {
  return scores(network, [suite.name, plan], () => measureScores(suite, predictWith(network), plan));
}

/** The same of integers that a float network became. */
export function integerScoresOf(float: Network, network: IntegerNetwork, suite: TaskSuite, plan: ScorePlan): Promise<Scores> {
  return scores(float, [suite.name, plan, integersHash(network)], () => {
    const interpreter = fastInterpreter(network);
    return measureScores(
      suite,
      async (inputs, steps, rows) => {
        const { integers } = quantizeInputs(inputs, network.scales.input);
        return outputsByRow(interpreter.outputs(integers, steps, rows), steps, rows);
      },
      plan,
    );
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
    for (const task of suite.tasks.keys()) {
      for (const { inputs, steps, rows, mask } of evaluationTrials(suite, task, activityTrials, seed, 'activity')) {
        const { integers } = quantizeInputs(inputs, network.scales.input);
        counter.add(interpreter.run(integers, steps, rows).states, integers, mask, rows);
      }
    }
    const means = counter.means();
    const activeNeurons = means.subarray(0, network.neurons).reduce((sum, mean) => sum + mean, 0);
    return { means, trials: counter.trials, activeNeurons };
  });
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
