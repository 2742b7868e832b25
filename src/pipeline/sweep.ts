// How do many runs become one table? Every training once, every point once, on several processes; the result does not depend on how many.
import { availableParallelism } from 'node:os';
import { nowSeconds } from '../core/clock.ts';
import { BimtError, EXIT, InterruptedError, UsageError } from '../core/errors.ts';
import { canonicalJson } from '../core/hash.ts';
import type { Progress } from '../core/progress.ts';
import { plural } from '../report/format.ts';
import type { SweepPlan } from './sweep-file.ts';
import type { SweepFolder } from './sweep-folder.ts';
import { type PointFailure, type SweepSummary, sweepOutputs } from './sweep-outputs.ts';
import { pruningKey, readableName, type SweepPoint, trainingKey } from './sweep-point.ts';
import { processWorker, type SweepWorker, type TaskOutcome } from './sweep-pool.ts';
import { isTrained, type NetworkTask, type SweepTask, type TrainTask } from './sweep-task.ts';
import type { StageHooks } from './train-stage.ts';

/** For the time left: an analysis takes about as long as this many updates of the same network. */
const ANALYSIS_UPDATES = 200;
/** Tables and plots are brought up to date this often while a sweep runs. */
const WRITE_EVERY_SECONDS = 30;

/** A network to be made: its training, and what is made of the result. */
interface Training {
  readonly task: TrainTask;
  readonly networks: readonly NetworkTask[];
  readonly isTrained: boolean;
}

/** What there is and what is missing. */
export interface SweepStatus {
  readonly points: readonly { readonly name: string; readonly series: readonly string[]; readonly state: 'done' | 'trained' | 'to do' }[];
  readonly done: number;
  /** Trainings that are missing. */
  readonly trainings: number;
}

/** What a sweep is given beside its plan. */
export interface SweepOptions extends StageHooks {
  readonly workers?: number;
  readonly openWorker?: () => SweepWorker;
}

/** What a sweep ends with; every file is written by then. */
export interface SweepResult {
  readonly summary: SweepSummary;
  /** The tables in words. */
  readonly text: string;
  readonly failures: readonly PointFailure[];
}

/** Tells what is done; changes nothing. */
export function sweepStatus(plan: SweepPlan, folder: SweepFolder): SweepStatus {
  const missing = new Set<string>();
  const points = plan.points.map((point, i) => {
    const series = plan.series.filter(({ points }) => points.includes(i)).map(({ name }) => name);
    const isDone = folder.readPoint(point) !== null;
    const hasNetwork = isTrained(folder.findTraining(point.settings));
    if (!isDone && !hasNetwork) missing.add(trainingKey(point.settings));
    return { name: point.name, series, state: isDone ? ('done' as const) : hasNetwork ? ('trained' as const) : ('to do' as const) };
  });
  return { points, done: points.filter(({ state }) => state === 'done').length, trainings: missing.size };
}

/**
 * Makes every point that is not done, then tables and plots of all of them.
 *
 * @param text - the sweep file, kept beside the results
 * @throws InterruptedError when the signal aborts; the same call goes on from there
 */
export async function runSweep(plan: SweepPlan, text: string, folder: SweepFolder, options: SweepOptions = {}): Promise<SweepResult> {
  folder.write('sweep.yaml', text);
  folder.write('sweep.json', planFile(plan));
  const pending = plan.points.filter((point) => folder.readPoint(point) === null);
  const trainings = trainingsOf(pending, folder);
  const failures = new Map<string, PointFailure>();
  const write = () => sweepOutputs(plan, folder, [...failures.values()]);
  const tasks = trainings.flatMap(({ networks }) => networks).length;
  const workers = Math.max(1, Math.min(options.workers ?? plan.workers ?? availableParallelism(), tasks));
  const missing = trainings.filter((training) => !training.isTrained).length;
  options.onNote?.(
    `${plural(plan.points.length, 'point')}: ${plan.points.length - pending.length} done, ${pending.length} to do with ${plural(missing, 'training')} on ${plural(workers, 'worker')}`,
  );
  let written = nowSeconds();
  const board = progressBoard(plan.points.length, plan.points.length - pending.length, trainings, options);
  const onEnd = (task: SweepTask, outcome: TaskOutcome) => {
    for (const point of pointsOf(task, trainings)) {
      const isMade = task.kind === 'network' && folder.readPoint(point) !== null;
      if (isMade) {
        failures.delete(point.key);
        board.pointDone();
        options.onNote?.(`${point.name}: ${describe(folder, point)}`);
      } else if (outcome.status === 'failed') {
        failures.set(point.key, { point: point.name, message: outcome.message, exitCode: outcome.exitCode });
      }
    }
    if (outcome.status === 'failed') options.onNote?.(`${task.name} failed: ${outcome.message}`);
    if (nowSeconds() - written >= WRITE_EVERY_SECONDS) {
      write();
      written = nowSeconds();
    }
  };
  await work(trainings, workers, { ...options, board, onEnd });
  const { summary, text: tables } = write();
  if (options.signal?.aborted && summary.points.done + failures.size < plan.points.length) {
    throw new InterruptedError(`the sweep was interrupted with ${summary.points.done} of ${plural(plan.points.length, 'point')} done`);
  }
  return { summary, text: tables, failures: [...failures.values()] };
}

/**
 * The exit of a sweep in which points failed; everything is written by then.
 *
 * @throws UsageError if settings are to blame; BimtError if anything else is
 */
export function requireAllPoints({ failures, summary }: SweepResult): void {
  if (failures.length === 0) return;
  const list = failures.slice(0, 10).map(({ point, message }) => `  ${point}: ${message.split('\n')[0]}`);
  if (failures.length > 10) list.push(`  and ${failures.length - 10} more, all in summary.json`);
  const message = `${failures.length} of ${plural(summary.points.total, 'point')} failed; the same command tries them again:\n${list.join('\n')}`;
  throw failures.every(({ exitCode }) => exitCode === EXIT.usage) ? new UsageError(message) : new BimtError(message);
}

/** sweep.json: every point with every setting, which repeats the sweep whatever the defaults will be. */
function planFile({ points, series }: SweepPlan): string {
  const listed = points.map(({ key, name, settings }) => ({ key, name, settings }));
  const named = series.map(({ name, points: own }) => ({ name, points: own.map((i) => points[i].name) }));
  return `${canonicalJson({ schema: 'bimt-sweep/1', points: listed, series: named }, 1)}\n`;
}

/** What is to do, by training, in the order of the points. */
function trainingsOf(pending: readonly SweepPoint[], folder: SweepFolder): Training[] {
  const byTraining = groupBy(pending, ({ settings }) => trainingKey(settings));
  return byTraining.map((points) => {
    const { train, scores } = points[0].settings;
    const path = folder.trainingFolder({ train, scores });
    const networks = groupBy(points, ({ settings }) => pruningKey(settings) ?? '').map(
      (own): NetworkTask => ({
        kind: 'network',
        name: own[0].name,
        folder: path,
        points: own.map((point) => ({ point, file: folder.pointFile(point) })),
      }),
    );
    const name = readableName({ train, prune: null });
    return { task: { kind: 'train', name, folder: path, settings: { train, scores } }, networks, isTrained: isTrained(path) };
  });
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups.values()];
}

/** Points that depend on a task. */
function pointsOf(task: SweepTask, trainings: readonly Training[]): SweepPoint[] {
  const networks = task.kind === 'network' ? [task] : (trainings.find((training) => training.task === task)?.networks ?? []);
  return networks.flatMap(({ points }) => points.map(({ point }) => point));
}

function describe(folder: SweepFolder, point: SweepPoint): string {
  const summary = folder.readPoint(point)?.summary;
  if (summary === undefined) return 'not there';
  return `accuracy ${summary.accuracy.toFixed(3)}, ${plural(summary.activeNeurons, 'active neuron')}, wiring ${summary.own.wiringLength.toFixed(1)}`;
}

interface WorkOptions extends SweepOptions {
  readonly board: ProgressBoard;
  onEnd(task: SweepTask, outcome: TaskOutcome): void;
}

/** Does all tasks; what trained networks wait for goes first, so that points come early. */
async function work(trainings: readonly Training[], count: number, options: WorkOptions): Promise<void> {
  const { board, onEnd, onWarning, signal, openWorker = processWorker } = options;
  const trainQueue = trainings.filter((training) => !training.isTrained);
  const networkQueue: NetworkTask[] = trainings.filter((training) => training.isTrained).flatMap(({ networks }) => networks);
  const next = (): SweepTask | null => (signal?.aborted ? null : (networkQueue.shift() ?? trainQueue.shift()?.task ?? null));
  const workers = Array.from({ length: trainings.length === 0 ? 0 : count }, openWorker);
  const stop = () => {
    for (const worker of workers) worker.stop();
  };
  signal?.addEventListener('abort', stop);
  const idle = [...workers];
  let running = 0;
  const settle = (task: SweepTask, outcome: TaskOutcome) => {
    board.taskDone(task);
    if (task.kind === 'train' && outcome.status === 'done') {
      networkQueue.push(...(trainings.find((training) => training.task === task)?.networks ?? []));
    }
    const isStopped = outcome.status === 'interrupted' && !signal?.aborted;
    onEnd(task, isStopped ? { status: 'failed', message: 'the worker process was told to stop', exitCode: EXIT.bug } : outcome);
  };
  try {
    await new Promise<void>((resolve, reject) => {
      const pump = () => {
        while (idle.length > 0) {
          const task = next();
          if (task === null) break;
          running++;
          start(idle.pop() as SweepWorker, task).then(pump, reject);
        }
        if (running === 0) resolve();
      };
      const start = async (worker: SweepWorker, task: SweepTask) => {
        const outcome = await worker.run(task, {
          onProgress: (progress) => board.report(task, progress),
          onWarning: onWarning ?? (() => {}),
        });
        running--;
        idle.push(worker);
        settle(task, outcome);
      };
      pump();
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    for (const worker of workers) worker.close();
  }
}

/** One progress report of everything that runs. */
interface ProgressBoard {
  report(task: SweepTask, progress: Progress): void;
  taskDone(task: SweepTask): void;
  pointDone(): void;
}

function progressBoard(points: number, done: number, trainings: readonly Training[], { onProgress }: StageHooks): ProgressBoard {
  const tasks: SweepTask[] = trainings.flatMap(({ task, networks, isTrained }) => [...(isTrained ? [] : [task]), ...networks]);
  const total = tasks.reduce((sum, task) => sum + effort(task), 0);
  const running = new Map<SweepTask, Progress | null>();
  let finished = 0;
  let pointsDone = done;
  const tell = () => {
    const partial = [...running].reduce((sum, [task, progress]) => sum + progressUnits(task, progress), 0);
    const values = [...running].map(([task, progress]) => [task.name, progressWords(progress)]);
    onProgress?.({
      stage: 'sweep',
      done: Math.min(total, Math.round(finished + partial)),
      total,
      values: { points: `${pointsDone}/${points}`, ...Object.fromEntries(values) },
    });
  };
  return {
    report(task, progress) {
      running.set(task, progress);
      tell();
    },
    taskDone(task) {
      running.delete(task);
      finished += effort(task);
      tell();
    },
    pointDone() {
      pointsDone++;
    },
  };
}

/** In updates. */
function effort(task: SweepTask): number {
  if (task.kind === 'train') return task.settings.train.updates;
  return (task.points[0].point.settings.prune?.fineTune?.updates ?? 0) + task.points.length * ANALYSIS_UPDATES;
}

function progressUnits(task: SweepTask, progress: Progress | null): number {
  return progress !== null && (progress.stage === 'train' || progress.stage === 'fine-tune') ? Math.min(progress.done, effort(task)) : 0;
}

function progressWords(progress: Progress | null): string {
  if (progress === null) return '';
  const accuracy = progress.values['accuracy'];
  return `${progress.stage} ${progress.done}/${progress.total}${typeof accuracy === 'number' ? ` accuracy ${accuracy.toFixed(3)}` : ''}`;
}
