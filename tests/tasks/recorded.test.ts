import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { randomStream } from '../../src/core/random.ts';
import { evaluationTrials, measureAccuracy } from '../../src/tasks/accuracy.ts';
import { makeBatch } from '../../src/tasks/batches.ts';
import { findSuite, suiteSettings } from '../../src/tasks/suites.ts';
import { sampleTrial } from '../../src/tasks/trial.ts';
import { npy, npyText, npz } from '../core/npy.ts';

const folder = mkdtempSync(join(tmpdir(), 'recorded-'));
afterAll(() => rmSync(folder, { recursive: true }));

const TRIALS = 20;
const STEPS = 3;
const all = <T>(length: number, make: (i: number) => T) => Array.from({ length }, (_, i) => make(i));

/** Trial i has 10·i + step and −i as inputs; its class is 1 + i mod 2 at the last step, does not count at step 1, and is 0 at step 0. */
const ARRAYS = {
  inputs: npy(
    '<f4',
    [TRIALS, STEPS, 2],
    all(TRIALS * STEPS, (at) => [10 * Math.floor(at / STEPS) + (at % STEPS), -Math.floor(at / STEPS)]).flat(),
  ),
  targets: npy('<i8', [TRIALS, STEPS], all(TRIALS, (i) => [0, -1, 1 + (i % 2)]).flat()),
  task: npy(
    '<i4',
    [TRIALS],
    all(TRIALS, (i) => Number(i >= 10)),
  ),
  task_names: npyText(['left', 'right']),
};

function file(name: string, changes: Readonly<Record<string, Uint8Array | undefined>> = {}): string {
  const path = join(folder, name);
  const arrays = Object.entries({ ...ARRAYS, ...changes }).filter((entry): entry is [string, Uint8Array] => entry[1] !== undefined);
  writeFileSync(path, npz(Object.fromEntries(arrays)));
  return path;
}

const trialAt = (inputs: ArrayLike<number>) => -inputs[1];

describe('a suite of recorded trials', () => {
  const suite = findSuite(`recorded:file=${file('own.npz')}`);

  it('has the sizes, tasks and trials of its file', () => {
    expect([suite.inputs, suite.outputs, suite.maxSteps, suite.tasks]).toEqual([2, 3, 3, ['left', 'right']]);
    expect(suite.name).toMatch(/^recorded:file=.*own\.npz,sha256=[0-9a-f]{12}$/);
    expect(suiteSettings(suite)).toEqual([]);
    const { inputs, targets, info } = sampleTrial(suite, 1, randomStream(0, 'x', 0), { noise: true });
    const trial = trialAt(inputs);
    expect([...inputs]).toEqual([0, 1, 2].flatMap((step) => [10 * trial + step, -trial]));
    expect([...targets]).toEqual([0, 0, 1 + (trial % 2)]);
    expect([info.task, trial >= 10]).toEqual(['right', true]);
    expect(suite.rebuild(info).inputs).toEqual(inputs);
  });

  it('is found again by its full name, and refuses a file that changed since', () => {
    const path = file('changing.npz');
    const { name } = findSuite(`recorded:file=${path}`);
    expect(findSuite(name)).toBe(findSuite(name));
    file('changing.npz', { task: undefined, task_names: undefined });
    expect(() => findSuite(name)).toThrow(UsageError);
    expect(() => findSuite(name)).toThrow(/changed since it was used/);
  });

  it('keeps trials for training, validation and test apart', () => {
    const seen = (draw: (i: number) => ArrayLike<number>) => new Set(all(200, (i) => trialAt(draw(i))));
    const train = seen((i) => makeBatch(suite, { mode: 'trials', rows: 1, seed: 0, purpose: 'training' }, i).inputs);
    const validation = new Set(evaluationTrials(suite, 0, 200, 0).flatMap(({ trials }) => trials.map(({ facts }) => facts['trial'])));
    const test = new Set(evaluationTrials(suite, 0, 200, 0, 'test').flatMap(({ trials }) => trials.map(({ facts }) => facts['trial'])));
    expect([...train].sort((a, b) => a - b)).toEqual([0, 1, 2, 5, 6, 7, 10, 11, 12, 15, 16, 17]);
    expect([...validation].sort()).toEqual([3, 8]);
    expect([...test].sort()).toEqual([4, 9]);
  });

  it('takes the split that a file gives', () => {
    const split = npy(
      '|u1',
      [TRIALS],
      all(TRIALS, (i) => (i % 10 === 0 ? 2 : i % 10 === 1 ? 1 : 0)),
    );
    const own = findSuite(`recorded:file=${file('split.npz', { split })}`);
    const test = evaluationTrials(own, 1, 20, 0, 'test').flatMap(({ trials }) => trials.map(({ facts }) => facts['trial']));
    expect(new Set(test)).toEqual(new Set([10]));
  });

  it('masks steps without a class, and counts an answer by the last step', async () => {
    const [batch] = evaluationTrials(suite, 0, 4, 0);
    expect(batch.mask).toEqual(Float32Array.from([1, 0, 1].flatMap((one) => all(4, () => one))));
    // Right at the last step and at step 0, wrong where nothing counts.
    const knows = async (inputs: Float32Array, steps: number, rows: number) => {
      const outputs = new Float32Array(steps * rows * 3);
      for (let at = 0; at < steps * rows; at++) {
        const step = Math.floor(at / rows);
        outputs[at * 3 + [0, 2, 1 + (-inputs[at * 2 + 1] % 2)][step]] = 1;
      }
      return outputs;
    };
    const scores = await measureAccuracy(suite, knows, { trialsPerTask: 6, seed: 0, purpose: 'test' });
    expect([scores.accuracy, scores.strict]).toEqual([1, 1]);
    const silent = await measureAccuracy(suite, async (_, steps, rows) => new Float32Array(steps * rows * 3), {
      trialsPerTask: 6,
      seed: 0,
      purpose: 'test',
    });
    expect([silent.accuracy, silent.tasks[0].meanDirectionError]).toEqual([0, null]);
  });

  it('cuts trials at their lengths, and streams a single task', () => {
    const lengths = npy(
      '<i4',
      [TRIALS],
      all(TRIALS, () => 1),
    );
    const own = findSuite(
      `recorded:file=${file('short.npz', { lengths, task: undefined, task_names: undefined, classes: npy('<i4', [], [7]) })}`,
    );
    expect([own.maxSteps, own.outputs, own.tasks]).toEqual([1, 7, ['task0']]);
    const batch = makeBatch(own, { mode: 'stream', rows: 1, seed: 0, purpose: 'training', streamSteps: 5 }, 0);
    expect([...batch.mask]).toEqual([1, 1, 1, 1, 1]);
    expect(all(5, (step) => batch.inputs[step * 2] % 10)).toEqual([0, 0, 0, 0, 0]);
  });

  it('says what is wrong with a file, in one line', () => {
    const targets = (value: number) =>
      npy(
        '<i4',
        [TRIALS, STEPS],
        all(TRIALS * STEPS, () => value),
      );
    const cases: readonly [Readonly<Record<string, Uint8Array | undefined>>, RegExp][] = [
      [{ inputs: undefined }, /has no array 'inputs'; it has targets, task, task_names/],
      [{ inputs: npy('<f4', [2], [1, 2]) }, /'inputs' has shape \[2\], expected \[trials, steps, inputs\]/],
      [{ inputs: npy('<f4', [1, 1, 1], [Number.NaN]), targets: npy('<i4', [1, 1], [1]) }, /holds a number that is not finite/],
      [{ targets: npy('<i4', [1, 1], [1]) }, /'targets' has shape \[1,1\], expected \[20,3\]/],
      [{ targets: targets(0) }, /classes up to 0 of 1; expected/],
      [{ targets: targets(-1) }, /classes up to -1 of 0/],
      [{ classes: npy('<i4', [], [2]) }, /classes up to 2 of 2/],
      [
        {
          targets: npy(
            '<f4',
            [TRIALS, STEPS],
            all(TRIALS * STEPS, () => 0.5),
          ),
        },
        /holds 0.5, expected whole numbers/,
      ],
      [
        {
          lengths: npy(
            '<i4',
            [TRIALS],
            all(TRIALS, () => 4),
          ),
        },
        /trial 0 has length 4; allowed: 1 … 3/,
      ],
      [
        {
          lengths: npy(
            '<i4',
            [TRIALS],
            all(TRIALS, () => 2),
          ),
        },
        /last step of trial 0 has no class/,
      ],
      [{ task_names: npyText(['one']) }, /'task' must hold 0 … 0/],
      [{ task_names: npyText(['one', 'one']) }, /has a name twice/],
      [{ task_names: npy('<i4', [1], [1]) }, /holds numbers, expected text/],
      [
        {
          split: npy(
            '<i4',
            [TRIALS],
            all(TRIALS, () => 3),
          ),
        },
        /'split' must hold 0/,
      ],
      [
        {
          split: npy(
            '<i4',
            [TRIALS],
            all(TRIALS, () => 0),
          ),
        },
        /task 'left' has no trials for validation/,
      ],
    ];
    for (const [i, [changes, message]] of cases.entries()) {
      const path = file(`bad${i}.npz`, changes);
      const load = () => findSuite(`recorded:file=${path}`);
      expect(load, `case ${i}`).toThrow(UsageError);
      expect(load, `case ${i}`).toThrow(message);
      expect(load, `case ${i}`).toThrow(/^[^\n]*$/);
    }
    expect(() => findSuite('recorded:file=/no/such/file.npz')).toThrow(/no such file/);
    expect(() => findSuite('recorded')).toThrow(/needs its file/);
    expect(() => findSuite('recorded:file=a.npz,noise=1')).toThrow(/unknown parameter 'noise'/);
  });
});
