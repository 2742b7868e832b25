// Does every task suite keep the promises of the family? A new suite is finished when this passes.
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { randomStream } from '../../src/core/random.ts';
import { BATCH_MODES, makeBatch } from '../../src/tasks/batches.ts';
import { decisionOf, responseAt, stepsOf, type TaskSuite, type TrialInfo } from '../../src/tasks/suite.ts';
import { findSuite, SUITES, suiteSettings } from '../../src/tasks/suites.ts';
import { sampleTrial } from '../../src/tasks/trial.ts';

/** Trials of all tasks together; every task has some. */
const TRIALS = 240;
/** Enough to meet the longest. */
const DESCRIPTIONS_PER_TASK = 40;

/** Every suite, and every value of every parameter at least once. */
const VARIANTS: readonly TaskSuite[] = [
  ...SUITES,
  ...[
    'yang19:noise=rings-only,dmcBoundary=symmetric',
    'modcog84:ring=reference',
    'modcog84:matchDelay=0,noise=rings-only',
    'modcog82:dmcBoundary=symmetric,ring=reference,seed=3',
  ].map(findSuite),
];

/** Matchers take seconds for arrays of this size. */
const sameBytes = (a: Float32Array | Int32Array, b: Float32Array | Int32Array) =>
  Buffer.compare(Buffer.from(a.buffer, a.byteOffset, a.byteLength), Buffer.from(b.buffer, b.byteOffset, b.byteLength)) === 0;

it('lists every suite that a file of src/tasks exports, each under its own name', async () => {
  const exported: unknown[] = [];
  for (const file of readdirSync('src/tasks')) exported.push(...Object.values(await import(`../../src/tasks/${basename(file, '.ts')}.ts`)));
  const isSuite = (value: unknown) => typeof value === 'object' && value !== null && 'describe' in value && 'rebuild' in value;
  expect(new Set(exported.filter(isSuite))).toEqual(new Set(SUITES));
  expect(new Set(SUITES.map(({ name }) => name)).size).toBe(SUITES.length);
});

describe.each(VARIANTS.map((suite) => [suite.name, suite] as const))('suite %s', (_name, suite) => {
  const sample = (task: number, i: number, noise = false) => sampleTrial(suite, task, randomStream(1, `conformance/${task}`, i), { noise });
  const perTask = Math.ceil(TRIALS / suite.tasks.length);
  const eachTrial = suite.tasks.flatMap((_, task) => Array.from({ length: perTask }, (_, i) => ({ task, i })));

  it('is found by its name, which says all that was set', () => {
    expect(findSuite(suite.name)).toBe(suite);
    const settings = suiteSettings(suite).map(({ name, value }) => `${name}=${value}`);
    const spelledOut = `${suite.name.split(':')[0]}:${settings.join(',')}`;
    expect(findSuite(spelledOut)).toBe(suite);
    for (const text of suite.name.split(':')[1]?.split(',') ?? []) expect(settings).toContain(text);
  });

  it('has a unique name, a summary and a ceiling for each task', () => {
    expect(new Set(suite.tasks).size).toBe(suite.tasks.length);
    expect([suite.ceilings, suite.summaries, suite.constants].map(({ length }) => length)).toEqual([0, 0, 0].fill(suite.tasks.length));
    for (const ceiling of suite.ceilings) expect(ceiling > 0 && ceiling <= 1).toBe(true);
    for (const summary of suite.summaries) expect(summary).toMatch(/^\S.*\S$/);
  });

  it('describes trials with consecutive periods that end with the decision, within the longest trial', () => {
    for (const { task, i } of eachTrial) {
      const { info } = sample(task, i);
      expect(info.task).toBe(suite.tasks[task]);
      expect(info.periods[0].start).toBe(0);
      for (let p = 1; p < info.periods.length; p++) expect(info.periods[p].start).toBe(info.periods[p - 1].end);
      for (const { start, end } of info.periods) expect(end).toBeGreaterThanOrEqual(start);
      expect(decisionOf(info).name).toBe('decision');
      expect(stepsOf(info)).toBeLessThanOrEqual(suite.maxSteps);
      const names = info.periods.map(({ name }) => name);
      for (const period of [...info.stimuli.map((stimulus) => stimulus.period), ...(info.noise?.periods ?? [])])
        expect(names).toContain(period);
    }
  });

  it('reaches its longest trial', () => {
    const steps = suite.tasks.flatMap((_, task) =>
      Array.from({ length: DESCRIPTIONS_PER_TASK }, (_, i) => stepsOf(suite.describe(task, randomStream(1, `longest/${task}`, i)))),
    );
    expect(Math.max(...steps)).toBe(suite.maxSteps);
  });

  it('rebuilds each trial from its description, plain data that survives JSON', () => {
    for (const { task, i } of eachTrial) {
      const trial = sample(task, i);
      const rebuilt = suite.rebuild(JSON.parse(JSON.stringify(trial.info)) as TrialInfo);
      expect(rebuilt.info).toEqual(trial.info);
      expect(sameBytes(rebuilt.inputs, trial.inputs)).toBe(true);
      expect(sameBytes(rebuilt.targets, trial.targets)).toBe(true);
    }
  });

  it('has targets that are outputs of the network, and class 0 where no response is due', () => {
    for (const { task, i } of eachTrial) {
      const { info, steps, targets } = sample(task, i);
      for (let step = 0; step < steps; step++) if (responseAt(info, step) === null) expect(targets[step]).toBe(0);
      expect(targets.every((target) => target >= 0 && target < suite.outputs)).toBe(true);
      expect(targets.subarray(0, decisionOf(info).start).every((target) => target === 0)).toBe(true);
    }
  });

  it('has inputs that are constant within each period without noise, and tell the task at every step', () => {
    const rules = suite.inputs - suite.tasks.length;
    for (const { task, i } of eachTrial) {
      const { info, steps, inputs } = sample(task, i);
      const at = (step: number) => inputs.subarray(step * suite.inputs, (step + 1) * suite.inputs);
      for (const { start, end } of info.periods)
        for (let step = start + 1; step < end; step++) expect(sameBytes(at(step), at(start))).toBe(true);
      const rule = Float32Array.from(suite.tasks, (_, index) => (index === task ? 1 : 0));
      const noisy = sample(task, i, true).inputs;
      for (let step = 0; step < steps; step++)
        expect(sameBytes(noisy.subarray(step * suite.inputs + rules, (step + 1) * suite.inputs), rule)).toBe(true);
    }
  });

  it('settles timings: one fixation for a task, and nothing but that is changed', () => {
    for (const task of suite.tasks.keys()) {
      const settled = Array.from({ length: 6 }, (_, i) => {
        const info = suite.describe(task, randomStream(1, `settle/${task}`, i));
        const after = suite.settle(info);
        expect({ ...after, periods: [] }).toEqual({ ...info, periods: [] });
        const lengths = ({ periods }: TrialInfo) => periods.slice(1).map(({ name, start, end }) => [name, end - start]);
        expect(lengths(after)).toEqual(lengths(info));
        return after;
      });
      expect(new Set(settled.map(({ periods }) => periods[0].end)).size).toBe(1);
    }
  });

  it('has a grid of different trials for each task, settled, each asking for a response', () => {
    for (const [task, name] of suite.tasks.entries()) {
      const grid = suite.grid(task);
      const shown = (info: TrialInfo) =>
        [stepsOf(info), ...info.stimuli.map(({ ring, angle, strength, period }) => `${ring} ${angle} ${strength} ${period}`)].join();
      expect(new Set(grid.map(shown)).size).toBe(grid.length);
      for (const info of grid.slice(0, 40)) {
        expect([info.task, info.response === null]).toEqual([name, false]);
        expect(suite.settle(info)).toEqual(info);
      }
    }
  });

  it('refuses to rebuild a description of another suite or with an unknown period', () => {
    const { info } = sample(0, 0);
    expect(() => suite.rebuild({ ...info, task: 'unheard-of' })).toThrow(UsageError);
    expect(() => suite.rebuild({ ...info, stimuli: [{ ring: 1, angle: 0, strength: 1, period: 'tea' }] })).toThrow(UsageError);
  });

  it('fills batches of both modes with finite numbers', () => {
    for (const mode of BATCH_MODES) {
      const batch = makeBatch(suite, { mode, rows: 8, seed: 1, purpose: 'conformance' }, 0);
      expect(batch.inputs).toHaveLength(batch.steps * 8 * suite.inputs);
      expect(batch.inputs.every((value) => Number.isFinite(value))).toBe(true);
      expect(batch.targets.every((target) => target >= 0 && target < suite.outputs)).toBe(true);
    }
  });
});
