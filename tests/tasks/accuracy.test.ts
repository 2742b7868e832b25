// Does the score mean what its definition says? Predictors with known faults get the scores they deserve.
import { describe, expect, it } from 'vitest';
import { type EvaluationBatch, evaluationTrials, measureAccuracy, type Predict, tasksWithin } from '../../src/tasks/accuracy.ts';
import { makeBatch } from '../../src/tasks/batches.ts';
import { slotDistance } from '../../src/tasks/ring.ts';
import { type Batch, responseAt, type TaskSuite } from '../../src/tasks/suite.ts';
import { findSuite, findTask } from '../../src/tasks/suites.ts';
import { yang19 } from '../../src/tasks/yang19.ts';

const MATCH = ['dms', 'dnms', 'dmc', 'dnmc'];
const plan = { trialsPerTask: 40, seed: 9, purpose: 'test' };

/** Answers with known classes: the trials are generated again and the predictor is told which cell it answers. */
function answering(answer: (batch: EvaluationBatch, step: number, row: number) => number, integers = false): Predict {
  const queue = yang19.tasks.flatMap((_, task) => evaluationTrials(yang19, task, plan.trialsPerTask, plan.seed, plan.purpose));
  return async (inputs, steps, rows) => {
    const batch = queue.shift() as EvaluationBatch;
    // A comparison of bytes: matchers take seconds for arrays of this size.
    expect(Buffer.compare(Buffer.from(inputs.buffer), Buffer.from(batch.inputs.buffer))).toBe(0);
    const outputs = integers ? new Int32Array(steps * rows * 17).fill(-70_000) : new Float32Array(steps * rows * 17).fill(-3.5);
    for (let step = 0; step < steps; step++)
      for (let row = 0; row < rows; row++) outputs[(step * rows + row) * 17 + answer(batch, step, row)] = 2;
    return outputs;
  };
}

const target = ({ targets, rows }: EvaluationBatch, step: number, row: number) => targets[step * rows + row];
const decisionStart = ({ trials }: EvaluationBatch, row: number) => trials[row].periods.at(-1)?.start ?? Number.NaN;

describe('accuracy', () => {
  it('is 1 in every respect for the right answers, as floats and as integers', async () => {
    for (const integers of [false, true]) {
      const scores = await measureAccuracy(yang19, answering(target, integers), plan);
      expect([scores.accuracy, scores.strict, scores.fixationKept]).toEqual([1, 1, 1]);
      for (const task of scores.tasks)
        expect([task.accuracy, task.strict, task.fixationKept, task.meanDirectionError]).toEqual([1, 1, 1, 0]);
      expect(scores).toMatchObject({ suite: 'yang19', ...plan });
      expect(tasksWithin(scores, 0)).toHaveLength(20);
    }
  });

  it('is 0 for always fixating in 16 tasks, and the share of no-response trials in the match tasks', async () => {
    const scores = await measureAccuracy(
      yang19,
      answering(() => 0),
      plan,
    );
    for (const [task, score] of scores.tasks.entries()) {
      const silent = evaluationTrials(yang19, task, 40, 9, 'test')[0].trials.filter((info) => info.response === null).length;
      expect(score.accuracy).toBe(silent / 40);
      expect([score.fixationKept, score.meanDirectionError]).toEqual([1, null]);
    }
    // Four of 20 tasks at one half: five standard errors of 160 fair draws, times 4/20.
    expect(Math.abs(scores.accuracy - 0.1)).toBeLessThan((5 * 0.5 * 0.2) / Math.sqrt(160));
  });

  it('takes the first of equal outputs', async () => {
    const flat = await measureAccuracy(yang19, async (_inputs, steps, rows) => new Float32Array(steps * rows * 17), plan);
    const fixating = await measureAccuracy(
      yang19,
      answering(() => 0),
      plan,
    );
    expect(flat).toEqual(fixating);
  });

  it('depends on the last step of each trial alone, however long the others are', async () => {
    const scores = await measureAccuracy(
      yang19,
      answering((batch, step, row) => (step === batch.lastStep[row] ? target(batch, step, row) : 16)),
      plan,
    );
    expect([scores.accuracy, scores.strict, scores.fixationKept]).toEqual([1, 0, 0]);
  });

  it('forgives the first step of the decision, and no other, in the strict share', async () => {
    const late = (by: number) =>
      answering((batch, step, row) =>
        step >= decisionStart(batch, row) && step < decisionStart(batch, row) + by ? 0 : target(batch, step, row),
      );
    expect((await measureAccuracy(yang19, late(1), plan)).strict).toBe(1);
    const twoLate = await measureAccuracy(yang19, late(2), plan);
    // No-response trials have nothing to be late with.
    for (const { task, strict } of twoLate.tasks) {
      expect(strict).toBeLessThan(1);
      expect(strict > 0).toBe(MATCH.includes(task));
    }
  });

  it('notices an answer before the decision in fixationKept', async () => {
    const early = answering((batch, step, row) => (step === 1 ? 4 : target(batch, step, row)));
    const scores = await measureAccuracy(yang19, early, plan);
    expect([scores.accuracy, scores.strict, scores.fixationKept]).toEqual([1, 0, 0]);
  });

  it('measures direction errors in slots along the shorter way around the ring', async () => {
    const turned = answering((batch, step, row) => {
      const due = target(batch, step, row);
      return due === 0 ? 0 : 1 + ((due - 1 + 13) % 16);
    });
    for (const { meanDirectionError } of (await measureAccuracy(yang19, turned, plan)).tasks) expect(meanDirectionError).toBe(3);
  });

  it('counts the tasks within a margin of their ceilings', async () => {
    const halfRight = answering((batch, step, row) => (batch.trials[row].task.startsWith('dly') ? 0 : target(batch, step, row)));
    const names = tasksWithin(await measureAccuracy(yang19, halfRight, plan), 0.1).map(({ task }) => task);
    expect(names).toEqual(yang19.tasks.filter((task) => !task.startsWith('dly')));
  });

  it('refuses outputs of the wrong size', async () => {
    await expect(measureAccuracy(yang19, async () => new Float32Array(3), plan)).rejects.toThrow('predict returned 3 values');
  });
});

describe('evaluation trials', () => {
  it('are the same whatever their number and packing', () => {
    const few = evaluationTrials(yang19, 6, 3, 1)[0];
    const many = evaluationTrials(yang19, 6, 600, 1);
    expect(many.map(({ rows }) => rows)).toEqual([250, 250, 100]);
    expect(many[0].trials.slice(0, 3)).toEqual(few.trials);
    for (let row = 0; row < 3; row++)
      for (let step = 0; step <= few.lastStep[row]; step++)
        expect(few.inputs.slice((step * 3 + row) * 53, (step * 3 + row + 1) * 53)).toEqual(
          many[0].inputs.slice((step * 250 + row) * 53, (step * 250 + row + 1) * 53),
        );
  });

  it('end at their last step', () => {
    const [batch] = evaluationTrials(yang19, 6, 50, 1);
    expect(batch.steps).toBe(Math.max(...batch.lastStep) + 1);
    for (let row = 0; row < 50; row++) {
      const counted = Array.from({ length: batch.steps }, (_, step) => batch.mask[step * 50 + row]);
      expect(counted.lastIndexOf(1)).toBe(batch.lastStep[row]);
      expect(counted.filter((value) => value === 1)).toHaveLength(batch.lastStep[row] + 1);
    }
  });

  it('are never training trials, even of the same seed and purpose', () => {
    const task = yang19.tasks.indexOf('dms');
    // The first noisy step of a match trial, 16 normals of its ring: no two trials share it by chance.
    const noiseOf = ({ inputs, rows }: Batch) =>
      Array.from({ length: rows }, (_, row) => inputs.subarray((3 * rows + row) * 53 + 1, (3 * rows + row) * 53 + 33).join());
    const evaluated = new Set(noiseOf(evaluationTrials(yang19, task, 200, 3, 'training')[0]));
    expect(evaluated.size).toBe(200);
    const trained = Array.from({ length: 20 }, (_, step) =>
      makeBatch(yang19, { mode: 'trials', rows: 32, seed: 3, purpose: 'training' }, step),
    );
    expect(trained.flatMap(noiseOf).filter((noise) => evaluated.has(noise))).toEqual([]);
  });
});

describe('accuracy in a suite whose responses move', () => {
  /** Scores of one task, the answer at each cell known. */
  async function scoreOf(suite: TaskSuite, name: string, answer: (batch: EvaluationBatch, step: number, row: number) => number) {
    const task = findTask(suite, name);
    const only: TaskSuite = {
      ...suite,
      tasks: [name],
      ceilings: [1],
      describe: (_, random) => suite.describe(task, random),
    };
    const [batch] = evaluationTrials(only, 0, 200, 9, 'test');
    const predict: Predict = async (_inputs, steps, rows) => {
      const outputs = new Float32Array(steps * rows * 17);
      for (let step = 0; step < steps; step++)
        for (let row = 0; row < rows; row++) outputs[(step * rows + row) * 17 + answer(batch, step, row)] = 1;
      return outputs;
    };
    const { tasks } = await measureAccuracy(only, predict, { ...plan, trialsPerTask: 200 });
    return { score: tasks[0], batch };
  }

  it('asks for the class that is due at the last step', async () => {
    const { score } = await scoreOf(findSuite('modcog84'), 'goseqr', target);
    expect([score.accuracy, score.strict, score.meanDirectionError]).toEqual([1, 1, 0]);
    // Staying where the response began is 9 slots off at the tenth step: 7 the other way round.
    const stay = await scoreOf(findSuite('modcog84'), 'goseqr', ({ trials }, _step, row) => 1 + Number(trials[row].response));
    expect([stay.score.accuracy, stay.score.meanDirectionError]).toEqual([0, 7]);
  });

  it('counts class 0 as the response it is where the reference ring has direction 15 due', async () => {
    const reference = findSuite('modcog84:ring=reference');
    const right = await scoreOf(reference, 'goseql', target);
    expect([right.score.accuracy, right.score.meanDirectionError]).toEqual([1, 0]);
    const still = await scoreOf(reference, 'goseql', () => 0);
    const due15 = [...still.batch.trials.keys()].filter((row) => target(still.batch, still.batch.lastStep[row], row) === 0).length;
    expect(due15).toBeGreaterThan(3);
    expect([still.score.accuracy, still.score.meanDirectionError]).toEqual([due15 / 200, 0]);
  });

  it('measures direction errors across the wrap of either ring', async () => {
    for (const suite of ['modcog84', 'modcog84:ring=reference']) {
      // Two slots further than is due, so that 14 becomes 0 and 15 becomes 1; for 13 one slot, as class 16 does not occur in every ring.
      const slots = (due: number) => (due === 13 ? 1 : 2);
      const { score, batch } = await scoreOf(findSuite(suite), 'rtgoseqr', ({ trials }, step, row) => {
        const due = responseAt(trials[row], step);
        return due === null ? 0 : 1 + ((due + slots(due)) % 16);
      });
      const errors = batch.trials.map((info, row) => slots(Number(responseAt(info, batch.lastStep[row]))));
      expect(score.accuracy).toBe(0);
      expect(score.meanDirectionError).toBeCloseTo(errors.reduce((a, b) => a + b, 0) / 200, 12);
    }
  });

  it('knows no direction error in trials that ask for no response, also where class 0 is a direction', async () => {
    const { score, batch } = await scoreOf(findSuite('modcog84:ring=reference'), 'dmsseqr', () => 5);
    const due = batch.trials.filter(({ response }) => response !== null).length;
    expect(due > 0 && due < 200).toBe(true);
    const errors = batch.trials.flatMap((info, row) => {
      const direction = responseAt(info, batch.lastStep[row]);
      return direction === null ? [] : [slotDistance(direction, 4)];
    });
    expect(score.meanDirectionError).toBeCloseTo(errors.reduce((a, b) => a + b, 0) / due, 12);
  });
});
