// Are batches made of the very trials that are sampled alone?
import { describe, expect, it } from 'vitest';
import { type BatchPlan, batchSteps, batchStream, makeBatch } from '../../src/tasks/batches.ts';
import type { Batch, Trial } from '../../src/tasks/suite.ts';
import { sampleTrial } from '../../src/tasks/trial.ts';
import { yang19 } from '../../src/tasks/yang19.ts';

const trialsPlan: BatchPlan = { mode: 'trials', rows: 40, seed: 3, purpose: 'test' };
const streamPlan: BatchPlan = { mode: 'stream', rows: 12, seed: 3, purpose: 'test' };

function expectRowHolds({ inputs, targets, mask, rows, steps }: Batch, row: number, at: number, trial: Trial): void {
  for (let step = at; step < Math.min(at + trial.steps, steps); step++) {
    const cell = step * rows + row;
    const own = (step - at) * yang19.inputs;
    expect(inputs.subarray(cell * yang19.inputs, (cell + 1) * yang19.inputs)).toEqual(trial.inputs.subarray(own, own + yang19.inputs));
    expect(targets[cell]).toBe(trial.targets[step - at]);
    expect(mask[cell]).toBe(1);
  }
}

/** Task whose rule channel is on. */
function taskAt({ inputs, rows }: Batch, step: number, row: number): number {
  const base = (step * rows + row) * yang19.inputs + 33;
  return inputs.subarray(base, base + 20).indexOf(1);
}

describe('batches of trials', () => {
  const batch = makeBatch(yang19, trialsPlan, 7);

  it('hold in each row the trial that the same draws give alone, and zeros after it', () => {
    const random = batchStream(yang19, trialsPlan, 7);
    for (let row = 0; row < 40; row++) {
      const trial = sampleTrial(yang19, random.int(20), random, { noise: true });
      expectRowHolds(batch, row, 0, trial);
      for (let step = trial.steps; step < 32; step++) {
        const cell = step * 40 + row;
        expect(batch.inputs.subarray(cell * 53, (cell + 1) * 53).every((value) => value === 0)).toBe(true);
        expect([batch.targets[cell], batch.mask[cell]]).toEqual([0, 0]);
      }
    }
  });

  it('always have the shape of the longest trial', () => {
    expect(batchSteps(yang19, trialsPlan)).toBe(32);
    for (let step = 0; step < 5; step++) expect(makeBatch(yang19, { ...trialsPlan, rows: 1 }, step).steps).toBe(32);
  });

  it('draw every task equally often', () => {
    const counts = new Array<number>(20).fill(0);
    for (let step = 0; step < 50; step++) {
      const many = makeBatch(yang19, { ...trialsPlan, rows: 200 }, step);
      for (let row = 0; row < 200; row++) counts[taskAt(many, 0, row)]++;
    }
    // 10,000 draws; five standard deviations of each count of 500 are 109.
    for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(109);
  });
});

describe('streams', () => {
  const batch = makeBatch(yang19, streamPlan, 2);

  it('join the trials that the same draws give alone, start with a new one, and cut the last', () => {
    expect(batch.steps).toBe(100);
    const random = batchStream(yang19, streamPlan, 2);
    for (let row = 0; row < 12; row++) {
      let task = random.int(20);
      let at = 0;
      for (;;) {
        const room = 100 - at;
        const info = yang19.describe(task, random);
        const clean = yang19.rebuild(info);
        // The noise of the steps that are cut is never drawn.
        const trial = { ...clean, inputs: clean.inputs.slice() };
        for (const { name, start, end } of info.periods) {
          if (!info.noise?.periods.includes(name)) continue;
          const [from, to] = info.noise.channels;
          for (let step = start; step < Math.min(end, room); step++)
            for (let c = from; c < to; c++) trial.inputs[step * 53 + c] += 0.1 * random.normal();
        }
        expectRowHolds(batch, row, at, trial);
        at += trial.steps;
        // Drawn after the last trial as well.
        task = (task + 1 + random.int(19)) % 20;
        if (at >= 100) break;
      }
    }
  });

  it('never have the same task twice in a row, and any other equally often', () => {
    const long = makeBatch(yang19, { ...streamPlan, rows: 20, streamSteps: 5000 }, 0);
    const following = new Array<number>(20).fill(0);
    let trials = 0;
    let longest = 0;
    for (let row = 0; row < 20; row++) {
      let start = 0;
      for (let step = 1; step < long.steps; step++) {
        const [before, now] = [taskAt(long, step - 1, row), taskAt(long, step, row)];
        if (before === now) continue;
        // Two match trials of one task in a row would look like one trial of 64 steps.
        longest = Math.max(longest, step - start);
        start = step;
        following[(now - before + 20) % 20]++;
        trials++;
      }
    }
    expect(longest).toBe(32);
    const sigma = Math.sqrt((trials / 19) * (18 / 19));
    for (const count of following.slice(1)) expect(Math.abs(count - trials / 19)).toBeLessThan(5 * sigma);
  });

  it('ask for class 0 in 325/393 of their steps; the best constant guess has a cross-entropy of 0.940', () => {
    const rows = 60;
    const long = makeBatch(yang19, { ...streamPlan, rows, streamSteps: 4000 }, 0);
    const shares = Array.from({ length: rows }, (_, row) => {
      let fixations = 0;
      for (let step = 0; step < long.steps; step++) fixations += long.targets[step * rows + row] === 0 ? 1 : 0;
      return fixations / long.steps;
    });
    const mean = shares.reduce((a, b) => a + b, 0) / rows;
    const error = Math.sqrt(shares.reduce((a, b) => a + (b - mean) ** 2, 0) / (rows - 1) / rows);
    expect(error).toBeLessThan(0.002);
    expect(Math.abs(mean - 325 / 393)).toBeLessThan(5 * error);
    let loss = 0;
    for (const target of long.targets) loss -= Math.log(target === 0 ? 325 / 393 : 68 / 393 / 16);
    expect(Math.abs(loss / long.targets.length - 0.94)).toBeLessThan(0.02);
  });

  it('obey the number of steps asked for', () => {
    expect(makeBatch(yang19, { ...streamPlan, streamSteps: 37 }, 0).steps).toBe(37);
    expect(makeBatch(yang19, streamPlan, 0).mask.every((value) => value === 1)).toBe(true);
  });
});

describe.each([trialsPlan, streamPlan])('a batch in mode $mode', (plan) => {
  it('is a function of suite, plan and step', () => {
    const batch = makeBatch(yang19, plan, 4);
    expect(makeBatch(yang19, { ...plan }, 4)).toEqual(batch);
    for (const other of [
      makeBatch(yang19, plan, 5),
      makeBatch(yang19, { ...plan, seed: 4 }, 4),
      makeBatch(yang19, { ...plan, purpose: 'other' }, 4),
    ])
      expect(other.inputs).not.toEqual(batch.inputs);
  });
});
