// What is left of a network when only its weights are int8? The weight-only form: one scale a matrix, float states.
import { type Csr, mapCsr } from '../network/csr.ts';
import type { Network } from '../network/network.ts';
import { INT8, roundEntries, rowMaxima, scaleFor, withIntegers } from './weight-format.ts';

/** An int8 matrix and the real value of one unit, a float32. */
export interface ScaledMatrix {
  readonly integers: Csr<Int32Array>;
  readonly scale: number;
}

/** All matrices of a network as int8. */
export interface WeightOnly {
  readonly recurrent: ScaledMatrix;
  readonly input: ScaledMatrix;
  readonly readout: ScaledMatrix;
}

/** Quantizes each matrix with one scale, max|w|/127; biases stay float. */
export function quantizeWeightsOnly(network: Network): WeightOnly {
  return { recurrent: scaled(network.recurrent), input: scaled(network.input), readout: scaled(network.readout) };
}

/** The float network that holds the dequantized weights, products rounded to float32 as DequantizeLinear does. */
export function dequantizedNetwork(network: Network, weights: WeightOnly): Network {
  const dequantized = ({ integers, scale }: ScaledMatrix) => mapCsr(integers, Float32Array, (integer) => Math.fround(integer * scale));
  return {
    ...network,
    recurrent: dequantized(weights.recurrent),
    input: dequantized(weights.input),
    readout: dequantized(weights.readout),
  };
}

function scaled(matrix: Csr): ScaledMatrix {
  const largest = rowMaxima(matrix).reduce((a, b) => Math.max(a, b), 0);
  const scale = Math.fround(scaleFor(largest, INT8)) || 1;
  const { integers } = roundEntries(
    matrix,
    () => scale,
    () => INT8,
  );
  return { integers: withIntegers(matrix, integers), scale };
}
