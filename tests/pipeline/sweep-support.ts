// A sweep of the smallest networks there are, and a worker in this process.
import { InterruptedError, UsageError } from '../../src/core/errors.ts';
import type { SweepWorker, TaskOutcome } from '../../src/pipeline/sweep-pool.ts';
import { runTask, type SweepTask } from '../../src/pipeline/sweep-task.ts';

/** Settings under every tiny series. */
export const TINY_BASE = {
  train: {
    grid: '3x3',
    updates: 20,
    batchMode: 'stream',
    streamSteps: 5,
    batchRows: 2,
    init: 'diag',
    swapEvery: 10,
    checkpointEvery: 5,
    evaluateEvery: 20,
    engine: 'ort',
  },
  scores: { trialsPerTask: 1 },
  analyze: { trialsPerTask: 4, shuffles: 10, scores: { trialsPerTask: 1 } },
};

/** A sweep file; JSON is YAML. */
export function tinySweep(series: Readonly<Record<string, unknown>>, train: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ base: { ...TINY_BASE, train: { ...TINY_BASE.train, ...train } }, series });
}

/**
 * A worker that costs no process.
 *
 * @param onTask - called before each task; what it throws is the task's failure
 */
export function localWorker(onTask: (task: SweepTask) => void = () => {}): SweepWorker {
  let controller = new AbortController();
  return {
    async run(task, hooks): Promise<TaskOutcome> {
      controller = new AbortController();
      try {
        onTask(task);
        // As between processes: only data arrive.
        await runTask(JSON.parse(JSON.stringify(task)) as SweepTask, { ...hooks, signal: controller.signal });
        return { status: 'done' };
      } catch (error) {
        if (error instanceof InterruptedError) return { status: 'interrupted' };
        return { status: 'failed', message: (error as Error).message, exitCode: error instanceof UsageError ? error.exitCode : 1 };
      }
    },
    stop: () => controller.abort(),
    close: () => {},
  };
}
