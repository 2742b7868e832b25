// Are the trials that analyses compare step by step comparable, noise-free and complete?
import { describe, expect, it } from 'vitest';
import { type AnalysisPlan, analysisTrials } from '../../src/tasks/analysis-trials.ts';
import { modcog82 } from '../../src/tasks/mod-cog.ts';
import { findTask } from '../../src/tasks/suites.ts';
import { yang19 } from '../../src/tasks/yang19.ts';

const groupsOf = (task: string, plan: Partial<AnalysisPlan> = {}) =>
  analysisTrials(yang19, findTask(yang19, task), { trials: 'random', count: 64, seed: 3, ...plan });

describe('analysis trials', () => {
  it('share one timing in each task of yang19, variable fixation set to 3 steps and the rest unchanged', () => {
    const steps: Record<string, [number, number]> = {
      go: [15, 5],
      rtgo: [10, 5],
      dlyanti: [20, 5],
      dm1: [10, 3],
      multidm: [10, 3],
      ctxdlydm2: [25, 3],
      dnmc: [32, 3],
    };
    for (const trials of ['random', 'grid'] as const) {
      for (const [task, [length, from]] of Object.entries(steps)) {
        const groups = groupsOf(task, { trials });
        expect(groups.map((group) => [group.steps, group.batch.steps, group.from])).toEqual([[length, length, from]]);
      }
    }
  });

  it('have no noise and no padding: each row is its rebuilt description', () => {
    for (const task of yang19.tasks) {
      for (const { batch, trials, steps } of groupsOf(task, { count: 8 })) {
        expect(batch.rows).toBe(trials.length);
        expect(batch.mask.every((value) => value === 1)).toBe(true);
        for (const [row, info] of trials.entries()) {
          const { inputs, targets } = yang19.rebuild(info);
          for (let step = 0; step < steps; step++) {
            const at = (step * batch.rows + row) * yang19.inputs;
            expect(batch.inputs.subarray(at, at + yang19.inputs)).toEqual(
              inputs.subarray(step * yang19.inputs, (step + 1) * yang19.inputs),
            );
            expect(batch.targets[step * batch.rows + row]).toBe(targets[step]);
          }
        }
      }
    }
  });

  it('are the same for the same seed however many are asked for, and others for another seed', () => {
    const [many] = groupsOf('dlydm1', { count: 20 });
    expect(groupsOf('dlydm1', { count: 5 })[0].trials).toEqual(many.trials.slice(0, 5));
    expect(groupsOf('dlydm1', { count: 20, seed: 4 })[0].trials).not.toEqual(many.trials);
  });
});

describe('the grid', () => {
  const sizes: Record<string, number> = {
    ...Object.fromEntries(['go', 'rtgo', 'dlygo', 'anti', 'rtanti', 'dlyanti'].map((task) => [task, 16 * 2])),
    ...Object.fromEntries(['dm1', 'dm2'].map((task) => [task, 16 * 8])),
    ...Object.fromEntries(['ctxdm1', 'ctxdm2', 'multidm'].map((task) => [task, 16 * 64])),
    ...Object.fromEntries(['dlydm1', 'dlydm2'].map((task) => [task, 16 * 6])),
    ...Object.fromEntries(['ctxdlydm1', 'ctxdlydm2', 'multidlydm'].map((task) => [task, 16 * 36])),
    ...Object.fromEntries(['dms', 'dnms', 'dmc', 'dnmc'].map((task) => [task, 16 * 2])),
  };

  it('has every combination of directions, rings and strengths once, and the same whatever count and seed', () => {
    expect(Object.keys(sizes)).toHaveLength(20);
    for (const [task, size] of Object.entries(sizes)) {
      const [{ trials }] = groupsOf(task, { trials: 'grid' });
      expect(new Set(trials.map((info) => JSON.stringify(info.stimuli))).size).toBe(size);
      expect(trials).toHaveLength(size);
      expect(groupsOf(task, { trials: 'grid', count: 1, seed: 9 })[0].trials).toEqual(trials);
    }
  });

  it('shows opposite directions in decision tasks, each first direction equally often', () => {
    for (const task of ['dm1', 'multidm', 'dlydm2', 'ctxdlydm1']) {
      const [{ trials }] = groupsOf(task, { trials: 'grid' });
      const firsts = new Map<number, number>();
      for (const { facts } of trials) {
        const [first, second] = facts['directions'] as number[];
        expect((first + 8) % 16).toBe(second);
        firsts.set(first, (firsts.get(first) ?? 0) + 1);
      }
      expect([...firsts.values()]).toEqual(Array.from({ length: 16 }, () => trials.length / 16));
    }
  });

  it('asks for a response in every trial, also of match tasks', () => {
    for (const task of yang19.tasks)
      expect(groupsOf(task, { trials: 'grid' })[0].trials.every(({ response }) => response !== null)).toBe(true);
  });

  it('has only trials that the task can draw', () => {
    for (const task of ['dms', 'dnms', 'dmc', 'dnmc']) {
      for (const { facts, response } of groupsOf(task, { trials: 'grid' })[0].trials) {
        const [sample, test] = [Number(facts['sample']), Number(facts['test'])];
        const same = task.endsWith('ms') ? sample === test : sample > 8 === test >= 8;
        expect(same).toBe(task === 'dms' || task === 'dmc');
        expect(response).toBe(test);
      }
    }
  });
});

describe('tasks whose delay varies', () => {
  const modCog = (task: string, plan: Partial<AnalysisPlan> = {}) =>
    analysisTrials(modcog82, findTask(modcog82, task), { trials: 'random', count: 240, seed: 3, ...plan });

  it('have a group for each delay, the shortest first, with its trials as weight', () => {
    for (const [task, shortest] of [
      ['dlygointr', 15],
      ['dmsintl', 22],
    ] as const) {
      const groups = modCog(task);
      expect(groups.map(({ steps }) => steps)).toEqual(Array.from({ length: 12 }, (_, delay) => shortest + delay));
      expect(groups.reduce((sum, { trials }) => sum + trials.length, 0)).toBe(240);
      for (const { trials, batch, steps } of groups) {
        expect(batch.rows).toBe(trials.length);
        expect(batch.mask.every((value) => value === 1)).toBe(true);
        for (const { periods } of trials) expect(periods.at(-1)?.end).toBe(steps);
      }
    }
  });

  it('have every delay equally often in the grid', () => {
    for (const task of ['dlyantiintl', 'dnmcintr'])
      expect(modCog(task, { trials: 'grid' }).map(({ trials }) => trials.length)).toEqual(Array.from({ length: 12 }, () => 32));
  });

  it('have a group for each ring where the delay is one of the ring', () => {
    const { ring1DelayMs, ring2DelayMs } = modcog82.constants[findTask(modcog82, 'dms')];
    expect(ring1DelayMs).not.toBe(ring2DelayMs);
    const groups = modCog('dms', { trials: 'grid' });
    expect(groups.map(({ steps }) => steps)).toEqual([ring1DelayMs, ring2DelayMs].sort((a, b) => a - b).map((delay) => 22 + delay / 100));
    for (const { trials } of groups) expect(new Set(trials.map(({ facts }) => facts['ring'])).size).toBe(1);
  });

  it('have one group where nothing varies but the fixation period', () => {
    expect(modCog('ctxdlydm1intr').map(({ steps, from }) => [steps, from])).toEqual([[20, 3]]);
    expect(modCog('multidmseql').map(({ steps, from }) => [steps, from])).toEqual([[18, 3]]);
  });
});
