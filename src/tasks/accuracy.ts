// How well does something do the tasks? Single trials from zero state with noise; the last step decides, as in neurogym.
import { randomStream } from '../core/random.ts';
import { slotDistance } from './ring.ts';
import { type Batch, decisionOf, emptyBatch, stepsOf, type TaskSuite, type TrialInfo } from './suite.ts';
import { writeTrial } from './trial.ts';

/** Trials of one task side by side, padded to the longest of them. */
export interface EvaluationBatch extends Batch {
  /** Description of each row's trial. */
  readonly trials: readonly TrialInfo[];
  /** Last step of each row's trial, shape [rows]. */
  readonly lastStep: Int32Array;
}

/** All of a batch that scoring reads. */
export type ScoredBatch = Omit<EvaluationBatch, 'inputs'>;

/** Float logits or integer outputs, shape [steps, rows, outputs]. */
export type Outputs = Float32Array | Float64Array | Int32Array;

/** Runs inputs [steps, rows, inputs] from zero state. */
export type Predict = (inputs: Float32Array, steps: number, rows: number) => Promise<Outputs>;

/** Which trials to measure on. */
export interface EvaluationPlan {
  readonly trialsPerTask: number;
  readonly seed: number;
  /** Names what the trials are for; other purposes get other trials, and none are ever training trials. */
  readonly purpose: string;
}

/** Scores of one task; shares of trials, 0 to 1. */
export interface TaskScore {
  readonly task: string;
  /** Right class at the last step. */
  readonly accuracy: number;
  /** Right class at every step that counts, the first of `decision` excepted: the cue's offset is first visible in that very step. */
  readonly strict: number;
  /** Class 0 at every step before `decision`. */
  readonly fixationKept: number;
  /** Slots between response and target at the last step, over trials that ask for a response and get one; null when there are none. */
  readonly meanDirectionError: number | null;
  /** Best possible accuracy. */
  readonly ceiling: number;
}

/** Scores of a suite: unweighted means over its tasks, and every task. */
export interface SuiteScores extends EvaluationPlan {
  readonly suite: string;
  readonly accuracy: number;
  readonly strict: number;
  readonly fixationKept: number;
  readonly tasks: readonly TaskScore[];
}

/** The purpose of trials on which nothing is trained, calibrated or chosen. */
export const TEST = 'test';

// Enough rows to keep matrix products busy, few enough to stay in memory.
const ROWS_PER_BATCH = 250;

/**
 * Trials of one task with noise, packed as batches. Trial i is the same whatever the count, and its stream is none of those that
 * training batches draw from.
 *
 * @param task - index in `suite.tasks`
 */
export function evaluationTrials(suite: TaskSuite, task: number, count: number, seed: number, purpose = 'evaluation'): EvaluationBatch[] {
  const batches: EvaluationBatch[] = [];
  for (let first = 0; first < count; first += ROWS_PER_BATCH) {
    const rows = Math.min(ROWS_PER_BATCH, count - first);
    const streams = Array.from({ length: rows }, (_, row) =>
      randomStream(seed, `trial/${purpose}/${suite.name}/${suite.tasks[task]}`, first + row),
    );
    const trials = streams.map((random) => suite.describe(task, random, purpose === TEST ? 'test' : 'validation'));
    const batch = emptyBatch(Math.max(...trials.map(stepsOf)), rows, suite.inputs);
    for (let row = 0; row < rows; row++) writeTrial(suite, trials[row], streams[row], batch, row, 0);
    batches.push({ ...batch, trials, lastStep: Int32Array.from(trials, (info) => stepsOf(info) - 1) });
  }
  return batches;
}

/** Accuracy of every task of a suite, and their mean. */
export function measureAccuracy(suite: TaskSuite, predict: Predict, plan: EvaluationPlan): Promise<SuiteScores> {
  const { trialsPerTask, seed, purpose } = plan;
  const batchesOf = (task: number) => evaluationTrials(suite, task, trialsPerTask, seed, purpose);
  return scoreBatches(suite, plan, batchesOf, ({ inputs, steps, rows }) => predict(inputs, steps, rows));
}

/**
 * The same on trials that there are already.
 *
 * @param batchesOf - the trials of the plan, by index in `suite.tasks`
 */
export async function scoreBatches<Trials extends ScoredBatch>(
  suite: TaskSuite,
  plan: EvaluationPlan,
  batchesOf: (task: number) => readonly Trials[],
  predict: (batch: Trials) => Promise<Outputs>,
): Promise<SuiteScores> {
  const tasks: TaskScore[] = [];
  for (let task = 0; task < suite.tasks.length; task++) {
    const rows: RowScore[] = [];
    for (const batch of batchesOf(task)) rows.push(...scoreRows(batch, await predict(batch), suite.outputs));
    const errors = rows.flatMap(({ directionError }) => directionError ?? []);
    tasks.push({
      task: suite.tasks[task],
      accuracy: mean(rows.map((row) => Number(row.right))),
      strict: mean(rows.map((row) => Number(row.strict))),
      fixationKept: mean(rows.map((row) => Number(row.fixationKept))),
      meanDirectionError: errors.length === 0 ? null : mean(errors),
      ceiling: suite.ceilings[task],
    });
  }
  return {
    suite: suite.name,
    ...plan,
    accuracy: mean(tasks.map((task) => task.accuracy)),
    strict: mean(tasks.map((task) => task.strict)),
    fixationKept: mean(tasks.map((task) => task.fixationKept)),
    tasks,
  };
}

/** The tasks whose accuracy is at most `margin` below their ceiling. */
export function tasksWithin(scores: SuiteScores, margin: number): TaskScore[] {
  return scores.tasks.filter((task) => task.accuracy >= task.ceiling - margin);
}

/** What one trial adds to the scores of its task. */
interface RowScore {
  readonly right: boolean;
  readonly strict: boolean;
  readonly fixationKept: boolean;
  /** In slots; null unless a response was due and given. */
  readonly directionError: number | null;
}

function scoreRows(batch: ScoredBatch, outputs: Outputs, classes: number): RowScore[] {
  const { steps, rows, targets, mask, trials, lastStep } = batch;
  if (outputs.length !== steps * rows * classes) {
    throw new Error(`predict returned ${outputs.length} values; ${steps} steps x ${rows} rows x ${classes} outputs expected`);
  }
  return trials.map((info, row) => {
    const decisionStart = decisionOf(info).start;
    let strict = true;
    let fixationKept = true;
    for (let step = 0; step <= lastStep[row]; step++) {
      const answer = answerAt(outputs, step * rows + row, classes);
      if (answer !== targets[step * rows + row] && mask[step * rows + row] > 0 && step !== decisionStart) strict = false;
      if (answer !== 0 && step < decisionStart) fixationKept = false;
    }
    const answer = answerAt(outputs, lastStep[row] * rows + row, classes);
    const due = targets[lastStep[row] * rows + row];
    return {
      right: answer === due,
      strict,
      fixationKept,
      directionError: directionError(info, answer, due),
    };
  });
}

/**
 * Slots between answer and target, where a response is due and given. Classes count modulo 16, which is right in either ring arithmetic;
 * where class 0 can mean a direction it is a response only when that direction is due.
 */
function directionError(info: TrialInfo, answer: number, due: number): number | null {
  const responds = info.response !== null && (answer !== 0 || due === 0);
  return responds ? slotDistance(answer, due) : null;
}

/** The class with the largest output at a cell (step · rows + row); the first of equals. */
function answerAt(outputs: Outputs, cell: number, classes: number): number {
  const base = cell * classes;
  let best = 0;
  for (let c = 1; c < classes; c++) if (outputs[base + c] > outputs[base + best]) best = c;
  return best;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
