// How finely should inputs be told apart? As finely as the weights behind them: one accumulator unit has to serve both.
import { forEachEntry } from '../network/csr.ts';
import type { Network } from '../network/network.ts';
import type { Calibration, Ranges } from './calibrate.ts';
import { fakeQuantize } from './fake-quantize.ts';
import { chooseUnits, INPUT_MAX, type UnitOptions } from './units.ts';

/** Ranges that are tried: multiples of the measured one by √2, to 64 times of it, where inputs are −2 … 2. */
const STEPS = 12;
const FACTOR = Math.SQRT2;

/**
 * The ranges with that of the inputs widened until the accumulators are most exact. W and W_in share a unit by neuron, so
 * where states are large, or have few bits, input weights of full resolution inputs are next to nothing in that unit. A
 * wider range gives the inputs fewer integers and the input weights more.
 *
 * What is least, over all neurons, is the expected square of an accumulator's error:
 * Σ_j (W − Ŵ)²_ij·⟨h_j²⟩ + Σ_k (W_in − Ŵ_in)²_ik·⟨u_k²⟩ + Σ_k W_in,ik²·s_u²/12, the last from rounding the inputs.
 */
export function balanceInputs(network: Network, calibration: Calibration, options: UnitOptions): Ranges {
  const { state, input } = calibration;
  let best: Ranges = { state, input };
  let least = Number.POSITIVE_INFINITY;
  for (let k = 0; k <= STEPS; k++) {
    const ranges = { state, input: input * FACTOR ** k };
    const error = accumulatorError(network, ranges, calibration, options);
    if (error < least) [best, least] = [ranges, error];
  }
  return best;
}

function accumulatorError(network: Network, ranges: Ranges, { stateSquares, inputSquares }: Calibration, options: UnitOptions): number {
  // Every scale here is the maximum's: what the methods differ in is small beside what the range decides.
  const units = chooseUnits(network, ranges, { ...options, scale: 'max' });
  const { recurrent, input } = fakeQuantize(network, units, options);
  const roundingSquare = (ranges.input / INPUT_MAX) ** 2 / 12;
  let error = 0;
  forEachEntry(network.recurrent, (_, j, weight, at) => {
    error += (weight - recurrent.values[at]) ** 2 * stateSquares[j];
  });
  forEachEntry(network.input, (_, k, weight, at) => {
    error += (weight - input.values[at]) ** 2 * inputSquares[k] + weight ** 2 * roundingSquare;
  });
  return error;
}
