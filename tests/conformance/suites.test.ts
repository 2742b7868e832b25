// Does every task suite keep the promises of the family? A new suite is finished when this passes.
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { randomStream } from '../../src/core/random.ts';
import { BATCH_MODES, makeBatch } from '../../src/tasks/batches.ts';
import { decisionOf, stepsOf, type TrialInfo } from '../../src/tasks/suite.ts';
import { SUITES } from '../../src/tasks/suites.ts';
import { sampleTrial } from '../../src/tasks/trial.ts';

const TRIALS_PER_TASK = 12;

it('lists every suite that a file of src/tasks exports, each under its own name', async () => {
  const exported: unknown[] = [];
  for (const file of readdirSync('src/tasks')) exported.push(...Object.values(await import(`../../src/tasks/${basename(file, '.ts')}.ts`)));
  const isSuite = (value: unknown) => typeof value === 'object' && value !== null && 'describe' in value && 'rebuild' in value;
  expect(new Set(exported.filter(isSuite))).toEqual(new Set(SUITES));
  expect(new Set(SUITES.map(({ name }) => name)).size).toBe(SUITES.length);
});

describe.each(SUITES.map((suite) => [suite.name, suite] as const))('suite %s', (_name, suite) => {
  const sample = (task: number, i: number, noise = false) => sampleTrial(suite, task, randomStream(1, `conformance/${task}`, i), { noise });
  const eachTrial = suite.tasks.flatMap((_, task) => Array.from({ length: TRIALS_PER_TASK }, (_, i) => ({ task, i })));

  it('has a unique name, a summary and a ceiling for each task', () => {
    expect(new Set(suite.tasks).size).toBe(suite.tasks.length);
    expect([suite.ceilings.length, suite.summaries.length]).toEqual([suite.tasks.length, suite.tasks.length]);
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
    expect(Math.max(...eachTrial.map(({ task, i }) => sample(task, i).steps))).toBe(suite.maxSteps);
  });

  it('rebuilds each trial from its description, plain data that survives JSON', () => {
    for (const { task, i } of eachTrial) {
      const trial = sample(task, i);
      const rebuilt = suite.rebuild(JSON.parse(JSON.stringify(trial.info)) as TrialInfo);
      expect(rebuilt.info).toEqual(trial.info);
      expect(rebuilt.inputs.join()).toBe(trial.inputs.join());
      expect(rebuilt.targets.join()).toBe(trial.targets.join());
    }
  });

  it('has targets that are outputs of the network, and class 0 before the decision', () => {
    for (const { task, i } of eachTrial) {
      const { info, targets } = sample(task, i);
      expect(targets.every((target) => target >= 0 && target < suite.outputs)).toBe(true);
      expect(targets.subarray(0, decisionOf(info).start).every((target) => target === 0)).toBe(true);
    }
  });

  it('has inputs that are constant within each period without noise, and tell the task at every step', () => {
    const rules = suite.inputs - suite.tasks.length;
    for (const { task, i } of eachTrial) {
      const { info, steps, inputs } = sample(task, i);
      const at = (step: number) => inputs.subarray(step * suite.inputs, (step + 1) * suite.inputs).join();
      for (const { start, end } of info.periods) for (let step = start + 1; step < end; step++) expect(at(step)).toBe(at(start));
      const rule = suite.tasks.map((_, index) => (index === task ? 1 : 0)).join();
      const noisy = sample(task, i, true).inputs;
      for (let step = 0; step < steps; step++)
        expect(noisy.subarray(step * suite.inputs + rules, (step + 1) * suite.inputs).join()).toBe(rule);
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
      expect(batch.inputs.every(Number.isFinite)).toBe(true);
      expect(batch.targets.every((target) => target >= 0 && target < suite.outputs)).toBe(true);
    }
  });
});
