// The entry of a worker process of a sweep: tasks come from the parent, progress and outcomes go back.
import { nowSeconds } from '../core/clock.ts';
import { BimtError, EXIT, InterruptedError, messageOf } from '../core/errors.ts';
import type { Progress } from '../core/progress.ts';
import type { FromWorker, TaskOutcome, ToWorker } from './sweep-pool.ts';
import { runTask, type SweepTask } from './sweep-task.ts';

/** Progress is told this often at most: nobody reads faster, and messages cost time. */
const TELL_EVERY_SECONDS = 0.25;

let controller = new AbortController();

function send(message: FromWorker): void {
  process.send?.(message);
}

async function work(task: SweepTask): Promise<TaskOutcome> {
  let told = Number.NEGATIVE_INFINITY;
  const onProgress = (progress: Progress) => {
    if (nowSeconds() - told < TELL_EVERY_SECONDS && progress.done < progress.total) return;
    told = nowSeconds();
    send({ kind: 'progress', progress });
  };
  try {
    await runTask(task, { onProgress, onWarning: (warning) => send({ kind: 'warning', warning }), signal: controller.signal });
    return { status: 'done' };
  } catch (error) {
    if (error instanceof InterruptedError) return { status: 'interrupted' };
    if (error instanceof BimtError) return { status: 'failed', message: error.message, exitCode: error.exitCode };
    return { status: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : messageOf(error), exitCode: EXIT.bug };
  }
}

process.on('message', (message: ToWorker) => {
  if (message.kind === 'stop') controller.abort();
  else {
    controller = new AbortController();
    void work(message.task).then((outcome) => send({ kind: 'outcome', outcome }));
  }
});
// Ctrl-C reaches every process of the terminal; the parent decides, and asks to stop.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => controller.abort());
// Without a parent nobody waits for the result, and another sweep may have begun to work in the folder.
process.on('disconnect', () => process.exit(EXIT.bug));
