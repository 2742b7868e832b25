// Does a sweep make what is missing, only that, and the same whatever happens on the way?
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { BimtError, InterruptedError, UsageError } from '../../src/core/errors.ts';
import { requireAllPoints, runSweep, type SweepOptions, sweepStatus } from '../../src/pipeline/sweep.ts';
import { parseSweep } from '../../src/pipeline/sweep-file.ts';
import { openSweepFolder } from '../../src/pipeline/sweep-folder.ts';
import { processWorker, type SweepWorker } from '../../src/pipeline/sweep-pool.ts';
import type { SweepTask } from '../../src/pipeline/sweep-task.ts';
import { filesOf, pathsIn, temporaryFolder } from '../cli/support.ts';
import { localWorker, tinySweep } from './sweep-support.ts';

const folder = temporaryFolder();
const at = (...path: string[]) => join(folder, ...path);

const SERIES = {
  bimt: { train: { lambda: [1e-4, 1e-3], seed: 0 } },
  pruned: { train: { condition: 'none', seed: 0 }, prune: { threshold: [0.01, 0.05], fineTune: null } },
};

/** Runs a sweep in this process and lists the tasks it did. */
async function sweep(out: string, series: Readonly<Record<string, unknown>> = SERIES, options: SweepOptions = {}, train = {}) {
  const text = tinySweep(series, train);
  const plan = parseSweep(text, 'sweep.yaml');
  const tasks: string[] = [];
  const openWorker = () => localWorker(({ kind, name }) => tasks.push(`${kind} ${name.replace(/-[0-9a-f]{8}$/, '')}`));
  const result = await runSweep(plan, text, openSweepFolder(at(out)), { workers: 1, openWorker, ...options });
  return { ...result, tasks, plan };
}

let whole: Awaited<ReturnType<typeof sweep>>;
beforeAll(async () => {
  whole = await sweep('whole');
});

describe('a sweep', () => {
  it('trains each network once, prunes and analyses it as often as it is asked for', () => {
    expect(whole.tasks).toEqual([
      'train 3x3-bimt-lambda1e-4-seed0',
      'network 3x3-bimt-lambda1e-4-seed0',
      'train 3x3-bimt-lambda1e-3-seed0',
      'network 3x3-bimt-lambda1e-3-seed0',
      'train 3x3-none-seed0',
      'network 3x3-none-seed0-threshold0.01',
      'network 3x3-none-seed0-threshold0.05',
    ]);
    expect(whole.summary.points).toEqual({ total: 4, done: 4, failed: 0 });
    expect(() => requireAllPoints(whole)).not.toThrow();
  });

  it('leaves tables, plots, a small file for every point, and its networks', () => {
    const paths = pathsIn(at('whole')).map((path) => path.replace(/[0-9a-f]{8,}/g, '#'));
    expect(new Set(paths)).toEqual(
      new Set([
        'networks/#/analysis-#.json',
        'networks/#/pruned-#.safetensors',
        'networks/#/settings.json',
        'networks/#/trained.safetensors',
        'networks/#/training.csv',
        'pareto-neurons.svg',
        'pareto-wiring-searched.svg',
        'pareto-wiring.svg',
        'points/3x3-bimt-lambda1e-3-seed0-#.json',
        'points/3x3-bimt-lambda1e-4-seed0-#.json',
        'points/3x3-none-seed0-threshold0.01-#.json',
        'points/3x3-none-seed0-threshold0.05-#.json',
        'summary.json',
        'sweep.json',
        'sweep.yaml',
        'table.csv',
        'table.txt',
      ]),
    );
    const [head, ...rows] = readFileSync(at('whole', 'table.csv'), 'utf8').trim().split('\n');
    expect(head).toMatch(/^series,point,train\.condition,train\.lambda,train\.locality,train\.swapEvery,prune\.threshold,/);
    expect(rows.map((row) => row.split(',')[0])).toEqual(['bimt', 'bimt', 'pruned', 'pruned']);
    expect(readFileSync(at('whole', 'table.txt'), 'utf8')).toBe(whole.text);
    for (const content of filesOf(at('whole')).values()) expect(content).not.toMatch(/\b(NaN|Infinity)\b/);
  });

  it('gives the same files on two workers', async () => {
    await sweep('two', SERIES, { workers: 2 });
    expect(filesOf(at('two'))).toEqual(filesOf(at('whole')));
  });

  it('makes nothing again, not even without its networks', async () => {
    const before = filesOf(at('two'));
    expect((await sweep('two')).tasks).toEqual([]);
    expect(filesOf(at('two'))).toEqual(before);
    rmSync(at('two', 'networks'), { recursive: true });
    const { tasks, summary } = await sweep('two');
    expect({ tasks, done: summary.points.done }).toEqual({ tasks: [], done: 4 });
  });

  it('of a changed file makes what is new, and leaves out what is gone', async () => {
    await sweep('changed', { a: { train: { seed: [0, 1] } } });
    const { tasks, summary } = await sweep('changed', {
      b: { train: { seed: [1, 2] } },
      c: { train: { seed: 1 }, prune: { fineTune: null } },
    });
    expect(tasks).toEqual([
      'network 3x3-bimt-lambda1e-5-seed1-threshold0.01',
      'train 3x3-bimt-lambda1e-5-seed2',
      'network 3x3-bimt-lambda1e-5-seed2',
    ]);
    expect(summary.points).toEqual({ total: 3, done: 3, failed: 0 });
    expect(readFileSync(at('changed', 'table.csv'), 'utf8')).not.toContain('seed0');
    expect(pathsIn(at('changed', 'points'))).toHaveLength(4);
  });

  it('makes a damaged point again, and one of settings that are not its own', async () => {
    const [file, other] = pathsIn(at('changed', 'points')).map((name) => at('changed', 'points', name));
    const content = readFileSync(file, 'utf8');
    const plan = { a: { train: { seed: [0, 1] } } };
    for (const wrong of [content.slice(0, 100), readFileSync(other, 'utf8'), content.replace('"updates": 20', '"updates": 21')]) {
      writeFileSync(file, wrong);
      expect((await sweep('changed', plan)).tasks).toHaveLength(1);
      expect(readFileSync(file, 'utf8')).toBe(content);
    }
  });

  it('tells what is done and what is to do', async () => {
    const plan = parseSweep(tinySweep({ a: { train: { seed: [0, 1, 7] } }, b: { prune: {} } }), 'sweep.yaml');
    const { points, done, trainings } = sweepStatus(plan, openSweepFolder(at('changed')));
    expect(points.map(({ state, series }) => [state, ...series])).toEqual([
      ['done', 'a'],
      ['done', 'a'],
      ['to do', 'a'],
      ['trained', 'b'],
    ]);
    expect({ done, trainings }).toEqual({ done: 2, trainings: 1 });
    expect(sweepStatus(plan, openSweepFolder(at('nowhere'))).done).toBe(0);
    expect(existsSync(at('nowhere'))).toBe(false);
  });
});

describe('a point that fails', () => {
  it('because training diverges is told, and the others are made', async () => {
    const series = { a: { train: { learningRate: [1e30, 1e-3], clipNorm: null } } };
    const result = await sweep('diverged', series);
    expect(result.summary.points).toEqual({ total: 2, done: 1, failed: 1 });
    expect(result.summary.failures[0].message).toMatch(/^training diverged at update \d+ of 20/);
    expect(result.text).toContain('Not done: 1 point; the same command goes on');
    expect(() => requireAllPoints(result)).toThrow(UsageError);
    expect(() => requireAllPoints(result)).toThrow(/^1 of 2 points failed; the same command tries them again:\n {2}3x3-bimt-/);
  });

  it('because of a defect is no usage error', async () => {
    const openWorker = () =>
      localWorker((task) => {
        if (task.kind === 'network' && task.name.includes('seed1')) throw new Error('the worker process ended (SIGSEGV)');
      });
    const result = await sweep('defect', { a: { train: { seed: [0, 1] } } }, { openWorker });
    expect(result.summary.points).toEqual({ total: 2, done: 1, failed: 1 });
    const thrown = (() => {
      try {
        requireAllPoints(result);
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toBeInstanceOf(BimtError);
    expect((thrown as BimtError).exitCode).toBe(1);
    expect((await sweep('defect', { a: { train: { seed: [0, 1] } } })).tasks).toEqual(['network 3x3-bimt-lambda1e-5-seed1']);
  });
});

describe('a sweep that is interrupted', () => {
  it('goes on to the same files, and shows until then what is there', async () => {
    const controller = new AbortController();
    const train = { updates: 60, evaluateEvery: 60 };
    const series = { a: { train: { seed: [0, 1] } } };
    const onProgress = ({ values }: { readonly values: Readonly<Record<string, number | string>> }) => {
      if (Object.values(values).some((value) => /^train 2\d\/60/.test(`${value}`)) && values['points'] === '1/2') controller.abort();
    };
    const interrupted = sweep('stopped', series, { onProgress, signal: controller.signal }, train);
    await expect(interrupted).rejects.toThrow(InterruptedError);
    await expect(interrupted).rejects.toThrow('the sweep was interrupted with 1 of 2 points done');
    expect(readFileSync(at('stopped', 'table.csv'), 'utf8').trim().split('\n')).toHaveLength(2);
    expect(pathsIn(at('stopped')).filter((path) => path.endsWith('checkpoint.safetensors'))).toHaveLength(1);
    await sweep('stopped', series, {}, train);
    await sweep('unstopped', series, {}, train);
    expect(filesOf(at('stopped'))).toEqual(filesOf(at('unstopped')));
  });
});

describe('a worker process', () => {
  /** A training in its folder. */
  function trainingTask(out: string, updates: number): SweepTask {
    const { points } = parseSweep(tinySweep({ a: {} }, { updates }), 'sweep.yaml');
    const { train, scores } = points[0].settings;
    return { kind: 'train', name: 'a', folder: at(out), settings: { train, scores } };
  }
  const childrenOf = (pid: number) =>
    readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  const silent = { onProgress: () => {}, onWarning: () => {} };

  it('trains to the same bytes as this process, tells its progress, and stops when asked', async () => {
    const told: number[] = [];
    const worker = processWorker();
    const outcome = await worker.run(trainingTask('process', 20), { ...silent, onProgress: ({ done }) => told.push(done) });
    expect(outcome).toEqual({ status: 'done' });
    expect(told.at(-1)).toBe(20);
    await localWorker().run(trainingTask('here', 20), silent);
    expect(filesOf(at('process'))).toEqual(filesOf(at('here')));

    const long = worker.run(trainingTask('long', 1_000_000), { ...silent, onProgress: () => worker.stop() });
    expect(await long).toEqual({ status: 'interrupted' });
    expect(pathsIn(at('long'))).toEqual(['checkpoint.safetensors']);
    expect(await worker.run({ ...trainingTask('long', 20), kind: 'network', points: [] } as SweepTask, silent)).toMatchObject({
      status: 'failed',
      exitCode: 2,
      message: expect.stringContaining('trained.safetensors'),
    });
    worker.close();
  });

  it.skipIf(!existsSync('/proc/self/task'))('that dies is a failed task; the next task has a new one', async () => {
    const worker: SweepWorker = processWorker();
    const before = childrenOf(process.pid);
    const kill = () => {
      for (const pid of childrenOf(process.pid)) if (!before.includes(pid)) process.kill(pid, 'SIGKILL');
    };
    const outcome = await worker.run(trainingTask('dies', 1_000_000), { ...silent, onProgress: kill });
    expect(outcome).toMatchObject({ status: 'failed', exitCode: 1 });
    expect(outcome).toHaveProperty(
      'message',
      expect.stringMatching(/^the worker process ended \(SIGKILL, as systems do when memory runs out/),
    );
    expect(await worker.run(trainingTask('lives', 20), silent)).toEqual({ status: 'done' });
    worker.close();
  });
});
