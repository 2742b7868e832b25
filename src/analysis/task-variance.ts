// How much does each neuron vary with the conditions of each task? Task variance of Yang et al. (2019), on noise-free trials.
import { UsageError } from '../core/errors.ts';
import type { Run } from '../network/run.ts';
import type { Batch } from '../tasks/suite.ts';

/** A neuron is active if its task variances add up to more than this. Liu et al. (2023), section 3.3; Yang et al. (2019), public code. */
export const ACTIVE_VARIANCE = 1e-3;

/** Runs inputs [steps, rows, inputs] from zero state. */
export type RunTrials = (inputs: Float32Array, steps: number, rows: number) => Promise<Run>;

/** Noise-free trials of one timing, so that equal time means equal phase. */
export interface TimedTrials {
  readonly batch: Batch;
  /** First step after the first fixation period. */
  readonly from: number;
  /** Steps of each trial; the batch may be longer. */
  readonly steps: number;
}

/** Task variance of every neuron, squared units of activity. */
export interface TaskVariance {
  readonly neurons: number;
  readonly tasks: number;
  /** Shape [neurons, tasks]. */
  readonly values: Float64Array;
}

// States of this many trials are held at once.
const ROWS_AT_ONCE = 250;

/**
 * Variance over trials (population: divided by the count) at each step, averaged over the steps after the first fixation period. Where
 * timings differ, their values are averaged with the numbers of trials as weights.
 *
 * @returns shape [neurons]
 * @throws UsageError if states are not finite
 */
export async function varianceInTask(neurons: number, groups: readonly TimedTrials[], run: RunTrials): Promise<Float64Array> {
  const out = new Float64Array(neurons);
  const trials = groups.reduce((total, { batch }) => total + batch.rows, 0);
  for (const group of groups) {
    const { from, steps, batch } = group;
    const moments = await momentsOf(neurons, group, run);
    const weight = batch.rows / trials / (steps - from) / batch.rows;
    for (let cell = 0; cell < moments.length; cell++) out[cell % neurons] += weight * moments[cell];
  }
  return out;
}

/** The neurons whose task variances add up to more than the threshold, ascending. */
export function activeNeurons({ neurons, tasks, values }: TaskVariance, threshold: number = ACTIVE_VARIANCE): number[] {
  const total = (neuron: number) => values.subarray(neuron * tasks, (neuron + 1) * tasks).reduce((sum, value) => sum + value, 0);
  return Array.from({ length: neurons }, (_, neuron) => neuron).filter((neuron) => total(neuron) > threshold);
}

/**
 * Σ over trials of the squared deviation from the mean over trials, shape [steps − from, neurons]. Trials go in portions, joined by the
 * rule of Chan, Golub & LeVeque (1983), so that memory does not grow with their number.
 */
async function momentsOf(neurons: number, { batch, from, steps }: TimedTrials, run: RunTrials): Promise<Float64Array> {
  const cells = (steps - from) * neurons;
  const means = new Float64Array(cells);
  const moments = new Float64Array(cells);
  for (let first = 0; first < batch.rows; first += ROWS_AT_ONCE) {
    const rows = Math.min(ROWS_AT_ONCE, batch.rows - first);
    const { states } = await run(rowsOf(batch, first, rows, steps), steps, rows);
    for (let cell = 0; cell < cells; cell++) {
      const at = (from * neurons + cell) * rows;
      let mean = 0;
      for (let row = 0; row < rows; row++) mean += states[at + row];
      mean /= rows;
      let moment = 0;
      for (let row = 0; row < rows; row++) moment += (states[at + row] - mean) ** 2;
      if (!Number.isFinite(moment)) {
        const step = from + Math.floor(cell / neurons);
        throw new UsageError(`the network diverges: the state of neuron ${cell % neurons} is not finite at step ${step} of a trial`);
      }
      const apart = mean - means[cell];
      means[cell] += (apart * rows) / (first + rows);
      moments[cell] += moment + (apart ** 2 * first * rows) / (first + rows);
    }
  }
  return moments;
}

/** Inputs of some rows of a batch, shape [steps, rows, inputs]. */
function rowsOf(batch: Batch, first: number, rows: number, steps: number): Float32Array {
  const inputs = batch.inputs.length / (batch.steps * batch.rows);
  const out = new Float32Array(steps * rows * inputs);
  for (let step = 0; step < steps; step++) {
    const at = (step * batch.rows + first) * inputs;
    out.set(batch.inputs.subarray(at, at + rows * inputs), step * rows * inputs);
  }
  return out;
}
