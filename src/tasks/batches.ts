// What does a training step see? Trials side by side, or streams of trials; a batch is a function of (suite, plan, step) alone.
import { type Random, randomStream } from '../core/random.ts';
import { type Batch, emptyBatch, stepsOf, type TaskSuite } from './suite.ts';
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
}

/** Steps of every batch of a plan: those of the suite's longest trial, or of a sequence. */
export function batchSteps(suite: TaskSuite, { mode, streamSteps = STREAM_STEPS }: BatchPlan): number {
  return mode === 'trials' ? suite.maxSteps : streamSteps;
}

/** The batch of one training step, with noise; equal arguments give equal batches. */
export function makeBatch(suite: TaskSuite, plan: BatchPlan, step: number): Batch {
  const batch = emptyBatch(batchSteps(suite, plan), plan.rows, suite.inputs);
  const random = batchStream(suite, plan, step);
  const fillRow = plan.mode === 'trials' ? fillWithTrial : fillWithStream;
  for (let row = 0; row < plan.rows; row++) fillRow(suite, random, batch, row);
  return batch;
}

/** The draws of one batch, row after row; evaluation trials have streams of their own. */
export function batchStream(suite: TaskSuite, { seed, purpose }: BatchPlan, step: number): Random {
  return randomStream(seed, `batch/${purpose}/${suite.name}`, step);
}

function fillWithTrial(suite: TaskSuite, random: Random, batch: Batch, row: number): void {
  const task = random.int(suite.tasks.length);
  writeTrial(suite, suite.describe(task, random), random, batch, row, 0);
}

function fillWithStream(suite: TaskSuite, random: Random, batch: Batch, row: number): void {
  let task = random.int(suite.tasks.length);
  for (let at = 0; at < batch.steps; ) {
    const info = suite.describe(task, random);
    writeTrial(suite, info, random, batch, row, at);
    at += stepsOf(info);
    task = otherTask(task, suite.tasks.length, random);
  }
}

/** Uniform over the other tasks, so that no task comes twice in a row. */
function otherTask(task: number, tasks: number, random: Random): number {
  return (task + 1 + random.int(tasks - 1)) % tasks;
}
