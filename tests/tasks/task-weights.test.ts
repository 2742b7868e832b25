import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { makeBatch } from '../../src/tasks/batches.ts';
import { RULE_CHANNEL } from '../../src/tasks/ring.ts';
import { findTask } from '../../src/tasks/suites.ts';
import { yang19 } from '../../src/tasks/yang19.ts';

const plan = { mode: 'trials', rows: 24_000, seed: 5, purpose: 'weights' } as const;

/** How many rows start with a trial of each task. */
function firstTasks(rows: number, inputs: Float32Array): number[] {
  const counts = new Array<number>(yang19.tasks.length).fill(0);
  for (let row = 0; row < rows; row++) {
    counts.forEach((_, task) => {
      counts[task] = (counts[task] as number) + (inputs[row * yang19.inputs + RULE_CHANNEL + task] as number);
    });
  }
  return counts;
}

describe('task weights', () => {
  it('draw a task as much more often as its weight says', () => {
    const { inputs } = makeBatch(yang19, { ...plan, taskWeights: { ctxdm1: 5 } }, 0);
    const counts = firstTasks(plan.rows, inputs);
    const weighted = findTask(yang19, 'ctxdm1');
    // 19 tasks of weight 1 and one of 5: 1,000 and 5,000 of 24,000; five standard deviations.
    counts.forEach((count, task) => {
      const expected = task === weighted ? 5000 : 1000;
      expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected));
    });
  });

  it('never bring a task twice in a row in a stream', () => {
    const { inputs, steps } = makeBatch(yang19, { ...plan, mode: 'stream', rows: 1, streamSteps: 5000, taskWeights: { rtgo: 50 } }, 0);
    const cueOn = (step: number) => inputs[step * yang19.inputs] === 1;
    const taskAt = (step: number) => {
      const from = step * yang19.inputs + RULE_CHANNEL;
      return inputs.subarray(from, from + yang19.tasks.length).indexOf(1);
    };
    let starts = 0;
    for (let step = 1; step < steps; step++) {
      // A trial starts where the cue comes back on.
      if (!cueOn(step) || cueOn(step - 1) || inputs[(step - 1) * yang19.inputs] > 0.5) continue;
      starts++;
      expect(taskAt(step)).not.toBe(taskAt(step - 1));
    }
    expect(starts).toBeGreaterThan(200);
  });

  it('that are all equal draw what no weights draw', () => {
    const equal = Object.fromEntries(yang19.tasks.map((task) => [task, 3]));
    expect(makeBatch(yang19, { ...plan, rows: 50, taskWeights: equal }, 1)).toEqual(makeBatch(yang19, { ...plan, rows: 50 }, 1));
  });

  it('of an unknown task are refused by name', () => {
    expect(() => makeBatch(yang19, { ...plan, rows: 1, taskWeights: { ctxdm3: 2 } }, 0)).toThrow(UsageError);
  });
});
