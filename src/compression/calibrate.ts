// Over which range do inputs and states move? Measured on trials that the network was neither trained nor tested on.
import { UsageError } from '../core/errors.ts';
import type { Network } from '../network/network.ts';
import { runNetwork } from '../network/run.ts';

/** Trials side by side; a task batch is one. Inputs have shape [steps, rows, inputs]. */
export interface CalibrationBatch {
  readonly inputs: Float32Array;
  readonly steps: number;
  readonly rows: number;
}

/** Largest value that must be representable. */
export interface Ranges {
  readonly state: number;
  readonly input: number;
}

/** Ranges, and how strongly everything moves within them. */
export interface Calibration extends Ranges {
  /** Mean h_j² over all steps, shape [neurons]. */
  readonly stateSquares: Float64Array;
  /** Mean u_k², shape [inputs]. */
  readonly inputSquares: Float64Array;
}

/** How the range of the states is found; inputs always count with their maximum. */
export const RANGE_METHODS = ['max', 'quantile'] as const;
export type RangeMethod = (typeof RANGE_METHODS)[number];

/** Share of the active states that stay below the range. */
const QUANTILE = 0.999;

/**
 * Ranges and mean squares of a network on calibration trials. Inputs always count with their maximum; states with their maximum, or with
 * the 99.9 % quantile of those above 0, so that the range does not depend on how many neurons are silent.
 *
 * @throws UsageError if the network is not ReLU, or there are no trials
 */
export function calibrate(network: Network, batches: readonly CalibrationBatch[], method: RangeMethod = 'quantile'): Calibration {
  requireRelu(network);
  if (batches.every((batch) => batch.inputs.length === 0))
    throw new UsageError('calibration needs at least one trial; set quantize.calibrationTrials to 1 or more');
  let input = 0;
  const active: Float32Array[] = [];
  const stateSquares = new Float64Array(network.neurons);
  const inputSquares = new Float64Array(network.inputs);
  let cells = 0;
  for (const { inputs, steps, rows } of batches) {
    for (const value of inputs) input = Math.max(input, Math.abs(value));
    const { states } = runNetwork(network, inputs, steps, rows);
    active.push(states.filter((state) => state > 0));
    // States are [steps, neurons, rows], inputs [steps, rows, inputs].
    for (let step = 0, at = 0; step < steps; step++) {
      for (let i = 0; i < network.neurons; i++) for (let row = 0; row < rows; row++) stateSquares[i] += states[at++] ** 2;
    }
    for (let cell = 0, at = 0; cell < steps * rows; cell++) for (let k = 0; k < network.inputs; k++) inputSquares[k] += inputs[at++] ** 2;
    cells += steps * rows;
  }
  return {
    input,
    state: quantileOf(active, method === 'max' ? 1 : QUANTILE),
    stateSquares: stateSquares.map((sum) => sum / cells),
    inputSquares: inputSquares.map((sum) => sum / cells),
  };
}

/** The smallest value that at least `share` of all values do not exceed; 0 if there are no values. */
function quantileOf(parts: readonly Float32Array[], share: number): number {
  const all = new Float32Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  if (all.length === 0) return 0;
  return all.sort()[Math.max(0, Math.ceil(share * all.length) - 1)];
}

/** @throws UsageError if the network has another activation than ReLU */
export function requireRelu(network: Pick<Network, 'activation'>): void {
  if (network.activation !== 'relu') {
    throw new UsageError(
      `a ${network.activation} network cannot be quantized: the integer network requantizes with an exact integer ReLU, and ` +
        `${network.activation} would need a table or an approximation on every target; train with activation relu`,
    );
  }
}
