// What does a training step see? Trials side by side, or streams of trials; a batch is a function of (suite, plan, step) alone.
import { type Random, randomStream } from '../core/random.ts';
import { type Batch, emptyBatch, stepsOf, type TaskSuite } from './suite.ts';
import { findTask } from './suites.ts';
import { writeTrial } from './trial.ts';

/** `trials`: one trial a row, padded. `stream`: trials joined without a gap, the last one cut, as in the source. */
export const BATCH_MODES = ['trials', 'stream'] as const;
export type BatchMode = (typeof BATCH_MODES)[number];

/** Steps of a sequence in `stream` mode unless told otherwise. */
export const STREAM_STEPS = 100;

/** What is the same for every batch of a run. */
export interface BatchPlan {
  readonly mode: BatchMode;
  readonly rows: number;
  readonly seed: number;
  /** Names what the batches are for; other purposes get other trials. */
  readonly purpose: string;
  /** Steps of a sequence in `stream` mode, default 100. */
  readonly streamSteps?: number;
  /** How often a task is drawn relative to others, above 0; 1 for tasks that are not named. */
  readonly taskWeights?: TaskWeights;
}

/** Weight by task name. */
export type TaskWeights = Readonly<Record<string, number>>;

/** Steps of every batch of a plan: those of the suite's longest trial, or of a sequence. */
export function batchSteps(suite: TaskSuite, { mode, streamSteps = STREAM_STEPS }: BatchPlan): number {
  return mode === 'trials' ? suite.maxSteps : streamSteps;
}

/** The batch of one training step, with noise; equal arguments give equal batches. */
export function makeBatch(suite: TaskSuite, plan: BatchPlan, step: number): Batch {
  const batch = emptyBatch(batchSteps(suite, plan), plan.rows, suite.inputs);
  const random = batchStream(suite, plan, step);
  const draw = taskDraw(suite, plan.taskWeights ?? {}, random);
  const fillRow = plan.mode === 'trials' ? fillWithTrial : fillWithStream;
  for (let row = 0; row < plan.rows; row++) fillRow(suite, draw, random, batch, row);
  return batch;
}

/** The draws of one batch, row after row; evaluation trials have streams of their own. */
export function batchStream(suite: TaskSuite, { seed, purpose }: BatchPlan, step: number): Random {
  return randomStream(seed, `batch/${purpose}/${suite.name}`, step);
}

function fillWithTrial(suite: TaskSuite, draw: TaskDraw, random: Random, batch: Batch, row: number): void {
  writeTrial(suite, suite.describe(draw(null), random, 'train'), random, batch, row, 0);
}

function fillWithStream(suite: TaskSuite, draw: TaskDraw, random: Random, batch: Batch, row: number): void {
  let task = draw(null);
  for (let at = 0; at < batch.steps; ) {
    const info = suite.describe(task, random, 'train');
    writeTrial(suite, info, random, batch, row, at);
    at += stepsOf(info);
    task = draw(task);
  }
}

/** Draws the next task; never the one before, so that no task comes twice in a row where there are several. */
type TaskDraw = (before: number | null) => number;

function taskDraw(suite: TaskSuite, named: TaskWeights, random: Random): TaskDraw {
  const count = suite.tasks.length;
  if (count === 1) return () => 0;
  const weights = new Float64Array(count).fill(1);
  for (const [task, weight] of Object.entries(named)) weights[findTask(suite, task)] = weight;
  if (weights.every((weight) => weight === weights[0])) {
    return (before) => (before === null ? random.int(count) : (before + 1 + random.int(count - 1)) % count);
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return (before) => {
    let left = random.uniform() * (total - (before === null ? 0 : weights[before]));
    let last = 0;
    for (let task = 0; task < count; task++) {
      if (task === before) continue;
      last = task;
      left -= weights[task];
      if (left < 0) break;
    }
    return last;
  };
}
