import { describe, expect, it } from 'vitest';
import { activeNeurons, type TimedTrials, varianceInTask } from '../../src/analysis/task-variance.ts';
import { UsageError } from '../../src/core/errors.ts';
import { runNetwork } from '../../src/network/run.ts';
import { emptyBatch } from '../../src/tasks/suite.ts';
import { randomInputs, randomNetwork } from '../compression/random-network.ts';

function trials(steps: number, rows: number, inputs: number, from: number, seed = 0): TimedTrials {
  return { batch: { ...emptyBatch(steps, rows, inputs), inputs: randomInputs(seed, steps * rows * inputs) }, from, steps };
}

/** One neuron whose state is its input. */
const echo = async (inputs: Float32Array) => ({ states: inputs, outputs: new Float32Array(0) });

describe('varianceInTask', () => {
  it('is the mean over steps after the fixation of the population variance over trials', async () => {
    // Three trials; step 0 is fixation. Step 1: 0, 0, 3 has variance 2; step 2: 1, 2, 3 has 2/3.
    const batch = { ...emptyBatch(3, 3, 1), inputs: Float32Array.of(9, -9, 5, 0, 0, 3, 1, 2, 3) };
    const [value] = await varianceInTask(1, [{ batch, from: 1, steps: 3 }], echo);
    expect(value).toBeCloseTo((2 + 2 / 3) / 2, 12);
  });

  it('weighs timings by their numbers of trials', async () => {
    const batch = (values: number[]) => ({ ...emptyBatch(1, values.length, 1), inputs: Float32Array.from(values) });
    const groups = [
      { batch: batch([0, 2]), from: 0, steps: 1 },
      { batch: batch([1, 1, 1, 1, 1, 1]), from: 0, steps: 1 },
    ];
    expect((await varianceInTask(1, groups, echo))[0]).toBeCloseTo((2 * 1 + 6 * 0) / 8, 12);
  });

  it('is what the definition gives for a network on more trials than are held at once', async () => {
    const network = randomNetwork(1, { inputs: 3, neurons: 5, outputs: 2 });
    const group = trials(6, 613, 3, 2);
    const found = await varianceInTask(5, [group], async (inputs, steps, rows) => runNetwork(network, inputs, steps, rows));
    const { states } = runNetwork(network, group.batch.inputs, 6, 613);
    for (let i = 0; i < 5; i++) {
      let sum = 0;
      for (let step = 2; step < 6; step++) {
        const values = [...states.subarray((step * 5 + i) * 613, (step * 5 + i + 1) * 613)];
        const mean = values.reduce((a, b) => a + b) / 613;
        sum += values.reduce((total, value) => total + (value - mean) ** 2, 0) / 613;
      }
      expect(found[i]).toBeCloseTo(sum / 4, 10);
    }
  });

  it('leaves out steps beyond the trials', async () => {
    const short = { ...emptyBatch(3, 2, 1), inputs: Float32Array.of(0, 2, 0, 4, 100, -100) };
    expect((await varianceInTask(1, [{ batch: short, from: 0, steps: 2 }], echo))[0]).toBeCloseTo((1 + 4) / 2, 12);
  });

  it('is exactly 0 for a neuron that never changes', async () => {
    const batch = { ...emptyBatch(4, 300, 1), inputs: new Float32Array(1200).fill(0.1) };
    expect((await varianceInTask(1, [{ batch, from: 0, steps: 4 }], echo))[0]).toBe(0);
  });

  it('refuses a network whose states are not finite, and says where', async () => {
    const batch = { ...emptyBatch(2, 2, 1), inputs: Float32Array.of(0, 1, Number.POSITIVE_INFINITY, 1) };
    await expect(varianceInTask(1, [{ batch, from: 0, steps: 2 }], echo)).rejects.toThrow(UsageError);
    await expect(varianceInTask(1, [{ batch, from: 0, steps: 2 }], echo)).rejects.toThrow('neuron 0 is not finite at step 1');
  });
});

it('neurons are active above a sum of 0.001 over tasks, not at it', () => {
  const values = Float64Array.of(0.0005, 0.0005, 0.0006, 0.0005, 0, 0, 0, 2);
  expect(activeNeurons({ neurons: 4, tasks: 2, values })).toEqual([1, 3]);
});
