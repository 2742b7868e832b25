// Who does the tasks of a sweep? Worker processes, each with one task at a time; one that dies is replaced.
import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { EXIT } from '../core/errors.ts';
import type { Progress, Warning } from '../core/progress.ts';
import type { SweepTask } from './sweep-task.ts';

/** How a task ended. */
export type TaskOutcome =
  | { readonly status: 'done' }
  /** Asked to stop; the same task goes on from there. */
  | { readonly status: 'interrupted' }
  | { readonly status: 'failed'; readonly message: string; readonly exitCode: number };

/** What the parent tells a worker process. */
export type ToWorker = { readonly kind: 'task'; readonly task: SweepTask } | { readonly kind: 'stop' };

/** What a worker process tells its parent. */
export type FromWorker =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'warning'; readonly warning: Warning }
  | { readonly kind: 'outcome'; readonly outcome: TaskOutcome };

/** What is heard of a task before it ends. */
export interface TaskHooks {
  onProgress(progress: Progress): void;
  onWarning(warning: Warning): void;
}

/** Somebody who does one task at a time. */
export interface SweepWorker {
  run(task: SweepTask, hooks: TaskHooks): Promise<TaskOutcome>;
  /** Asks the present task to keep what it has and to end. */
  stop(): void;
  /** To be called when no task runs. */
  close(): void;
}

/** The end of what a process said before it died. */
const LAST_WORDS = 600;

/** A task that runs. */
interface Present {
  readonly hooks: TaskHooks;
  readonly finish: (outcome: TaskOutcome) => void;
}

/** A worker in a process of its own, started with its first task. */
export function processWorker(): SweepWorker {
  let child: ChildProcess | null = null;
  let present: Present | null = null;
  let said = '';
  const finish = (outcome: TaskOutcome) => {
    const { finish: tell } = present ?? {};
    present = null;
    tell?.(outcome);
  };
  const open = (): ChildProcess => {
    said = '';
    const opened = startProcess();
    const died = (how: string) => {
      if (child !== opened) return;
      child = null;
      finish({ status: 'failed', message: `the worker process ended (${how})${lastWords(said)}`, exitCode: EXIT.bug });
    };
    opened.stderr?.on('data', (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-LAST_WORDS);
    });
    opened.on('message', (message: FromWorker) => {
      if (message.kind === 'progress') present?.hooks.onProgress(message.progress);
      else if (message.kind === 'warning') present?.hooks.onWarning(message.warning);
      else finish(message.outcome);
    });
    opened.on('close', (code, signal) => died(signal === null ? `exit code ${code}` : `${signal}${MEMORY_HINT[signal] ?? ''}`));
    opened.on('error', (error) => died(error.message));
    return opened;
  };
  // A process that cannot be reached has ended, and its end is told.
  const send = (message: ToWorker) => child?.send(message, () => {});
  return {
    run(task, hooks) {
      child ??= open();
      return new Promise((resolve) => {
        present = { hooks, finish: resolve };
        send({ kind: 'task', task });
      });
    },
    stop: () => send({ kind: 'stop' }),
    close() {
      const opened = child;
      child = null;
      if (opened?.connected) opened.disconnect();
    },
  };
}

const MEMORY_HINT: Record<string, string> = { SIGKILL: ', as systems do when memory runs out; try fewer workers' };

function lastWords(said: string): string {
  const text = said.trim();
  return text === '' ? '' : `; its last words: ${text}`;
}

/** Starts the entry that lies beside this file: built, or as source where tests run. */
function startProcess(): ChildProcess {
  const isSource = import.meta.url.endsWith('.ts');
  const entry = fileURLToPath(new URL(isSource ? './sweep-worker.ts' : './sweep-worker.js', import.meta.url));
  const loader = isSource ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href] : [];
  return fork(entry, [], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: loader });
}
