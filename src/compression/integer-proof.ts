// Can any sum of an integer network leave its range? Proven from the weights alone, for every input and any order of summation.
import { UsageError } from '../core/errors.ts';
import type { Csr } from '../network/csr.ts';
import type { IntegerNetwork } from './integer-network.ts';

/** Largest magnitude of an int8 input. */
export const INPUT_MAGNITUDE = 128;
/** Widest state. */
export const MAX_STATE_BITS = 16;
/** Largest multiplier; it is stored as int32. */
export const MAX_MULTIPLIER = 2 ** 31 - 1;
/** Largest shift: the rounding term 2^(shift−1) stays far below 2^53. */
export const MAX_SHIFT = 52;

/** Largest |accumulator| of every hidden neuron and readout unit; partial sums in any order are below it too. */
export interface AccumulatorBounds {
  readonly hidden: Float64Array;
  readonly readout: Float64Array;
}

/** Σ|W|·stateMax + Σ|W_in|·128 + |b| for each neuron, Σ|W_out|·stateMax + |b_o| for each readout unit. */
export function accumulatorBounds(
  network: Pick<IntegerNetwork, 'recurrent' | 'input' | 'readout' | 'stateMax'> & {
    readonly bias: ArrayLike<number>;
    readonly readoutBias: ArrayLike<number>;
  },
): AccumulatorBounds {
  const hidden = Float64Array.from(network.bias, Math.abs);
  addMagnitudes(hidden, network.recurrent, network.stateMax);
  addMagnitudes(hidden, network.input, INPUT_MAGNITUDE);
  const readout = Float64Array.from(network.readoutBias, Math.abs);
  addMagnitudes(readout, network.readout, network.stateMax);
  return { hidden, readout };
}

/**
 * Proves that accumulators fit int32 and products stay below 2^53.
 *
 * @throws UsageError naming the first neuron for which it does not hold
 */
export function proveRanges(network: IntegerNetwork, what: string): void {
  const bounds = accumulatorBounds(network);
  requireInt32(bounds.hidden, (i) => `neuron ${i}`, what);
  requireInt32(bounds.readout, (i) => `readout unit ${i}`, what);
  bounds.hidden.forEach((bound, i) => {
    if (bound * network.multiplier[i] + 2 ** (network.shift - 1) >= 2 ** 53)
      throw new UsageError(`${what}: neuron ${i} multiplies up to ${bound} by ${network.multiplier[i]}, which exceeds 2^53`);
  });
}

/** @throws UsageError if a bound is 2^31 or more */
export function requireInt32(bounds: Float64Array, subject: (i: number) => string, what: string): void {
  const i = bounds.findIndex((bound) => bound >= 2 ** 31);
  if (i >= 0) {
    throw new UsageError(
      `${what}: the accumulator of ${subject(i)} can reach ${bounds[i]}, int32 ends at ${2 ** 31 - 1}; ` +
        'use fewer state bits or weight bits, or prune to a smaller fan-in',
    );
  }
}

function addMagnitudes(bounds: Float64Array, matrix: Csr<Int32Array>, largest: number): void {
  for (let row = 0; row < matrix.rows; row++) {
    for (let at = matrix.indptr[row]; at < matrix.indptr[row + 1]; at++) bounds[row] += Math.abs(matrix.values[at]) * largest;
  }
}
