// How is a trial generated? Its description is drawn, rebuilt without noise, and given the noise that the description states.
import type { Random } from '../core/random.ts';
import { type Batch, emptyBatch, stepsOf, type TaskSuite, type Trial, type TrialInfo } from './suite.ts';

/**
 * One trial, from as many draws as it needs.
 *
 * @param task - index in `suite.tasks`
 */
export function sampleTrial(suite: TaskSuite, task: number, random: Random, { noise }: { readonly noise: boolean }): Trial {
  const info = suite.describe(task, random);
  const batch = emptyBatch(stepsOf(info), 1, suite.inputs);
  writeTrial(suite, info, noise ? random : null, batch, 0, 0);
  return { info, steps: batch.steps, inputs: batch.inputs, targets: batch.targets };
}

/**
 * Writes a described trial into a row that is zero from step `at` on, cut at the batch's end.
 *
 * @param random - source of the noise; null for none
 */
export function writeTrial(suite: TaskSuite, info: TrialInfo, random: Random | null, batch: Batch, row: number, at: number): void {
  suite.write(info, batch, row, at);
  if (random === null || info.noise === null) return;
  const { periods, channels, sigma } = info.noise;
  for (const period of info.periods) {
    if (!periods.includes(period.name)) continue;
    const end = Math.min(at + period.end, batch.steps);
    for (let step = at + period.start; step < end; step++) {
      const base = (step * batch.rows + row) * suite.inputs;
      addNoise(batch.inputs, base + channels[0], base + channels[1], sigma, random);
    }
  }
}

// A function of its own: half of a batch's time is spent in this loop, and small it is compiled well.
function addNoise(inputs: Float32Array, from: number, to: number, sigma: number, random: Random): void {
  for (let i = from; i < to; i++) inputs[i] += sigma * random.normal();
}
