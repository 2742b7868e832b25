// How accurate is a network after a stage? Every stage is measured on the same held-back trials.
import type { CalibrationBatch } from '../compression/calibrate.ts';
import type { Scores } from '../network/artifact.ts';
import type { Network } from '../network/network.ts';
import { runNetwork } from '../network/run.ts';
import { evaluationTrials, measureAccuracy, type Outputs, type Predict, type SuiteScores, TEST } from '../tasks/accuracy.ts';
import type { TaskSuite } from '../tasks/suite.ts';

/** Which trials the scores in artifacts and reports come from. */
export interface ScorePlan {
  readonly trialsPerTask: number;
  readonly seed: number;
}

/**
 * Scores as artifacts keep them. Trials of one purpose serve no other: nothing is trained, calibrated or chosen on those of `test`.
 */
export async function measureScores(suite: TaskSuite, predict: Predict, plan: ScorePlan, purpose = TEST): Promise<Scores> {
  return toScores(await measureAccuracy(suite, predict, { ...plan, purpose }));
}

/** Scores of a suite as artifacts keep them. */
export function toScores({ trialsPerTask, seed, accuracy, tasks }: SuiteScores): Scores {
  const perTask = Object.fromEntries(tasks.map(({ task, accuracy }) => [task, accuracy]));
  return { trialsPerTask, seed, meanAccuracy: accuracy, perTask };
}

/** Reorders the outputs of an interpreter, [steps, outputs, rows], to what accuracy reads, [steps, rows, outputs]. */
export function outputsByRow<Values extends Outputs>(values: Values, steps: number, rows: number): Values {
  const classes = values.length / (steps * rows);
  const out = values.slice() as Values;
  for (let step = 0; step < steps; step++) {
    for (let c = 0; c < classes; c++) {
      for (let row = 0; row < rows; row++) out[(step * rows + row) * classes + c] = values[(step * classes + c) * rows + row];
    }
  }
  return out;
}

/** Predictions of a float network by the plain interpreter; fast enough once it is sparse. */
export function predictWith(network: Network): Predict {
  return async (inputs, steps, rows) => outputsByRow(runNetwork(network, inputs, steps, rows).outputs, steps, rows);
}

/** Held-back trials of every task, for ranges and for silent neurons. */
export function calibrationBatches(suite: TaskSuite, trialsPerTask: number, seed: number): CalibrationBatch[] {
  return suite.tasks.flatMap((_, task) => evaluationTrials(suite, task, trialsPerTask, seed, 'calibration'));
}
