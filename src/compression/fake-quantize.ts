// What does training see of quantization? Real weights with exactly the values that the stored integers stand for.

import { roundHalfEven } from '../core/rounding.ts';
import { type Csr, mapCsr } from '../network/csr.ts';
import type { Network } from '../network/network.ts';
import type { Units } from './integer-network.ts';
import { type RoundOptions, roundWeights, weightScales } from './round-weights.ts';
import type { RoundedEntries } from './weight-format.ts';

/** The entries of a matrix, in their order. */
export interface FakeEntries {
  /** scale · integer, rounded to float32. */
  readonly values: Float32Array;
  /** 1 where the gradient of the straight-through estimator passes: the weight was rounded, not clamped. */
  readonly inside: Uint8Array;
  /** What `quantize` stores. */
  readonly integers: Int32Array;
  /** Real value of one integer, by row. */
  readonly scale: Float64Array;
}

/** A network's parameters as quantization leaves them. */
export interface FakeQuantized {
  readonly recurrent: FakeEntries;
  readonly input: FakeEntries;
  readonly readout: FakeEntries;
  /** Multiples of the accumulator units. */
  readonly bias: Float32Array;
  readonly readoutBias: Float32Array;
}

/**
 * Weights and biases rounded to what the integers of `quantize` with these units and options stand for. Groups and
 * scales enter by the units alone: `chooseUnits` for scales that follow the weights, or learned ones.
 */
export function fakeQuantize(network: Network, units: Units, options: RoundOptions): FakeQuantized {
  const rounded = roundWeights(network, units, options);
  const scales = weightScales(units);
  return {
    recurrent: fakeEntries(network.recurrent, rounded.recurrent, scales.recurrent),
    input: fakeEntries(network.input, rounded.input, scales.input),
    readout: fakeEntries(network.readout, rounded.readout, scales.readout),
    bias: network.bias.map((b, i) => units.accumulator[i] * roundHalfEven(b / units.accumulator[i])),
    readoutBias: network.readoutBias.map((b) => units.readout * roundHalfEven(b / units.readout)),
  };
}

/** The float network with these parameters; weights that became 0 are dropped. */
export function fakeQuantizedNetwork(network: Network, fake: FakeQuantized): Network {
  const matrix = (csr: Csr, { values }: FakeEntries) => mapCsr({ ...csr, values }, Float32Array, (value) => value);
  return {
    ...network,
    recurrent: matrix(network.recurrent, fake.recurrent),
    input: matrix(network.input, fake.input),
    readout: matrix(network.readout, fake.readout),
    bias: fake.bias,
    readoutBias: fake.readoutBias,
  };
}

function fakeEntries(matrix: Csr, { integers, inside }: RoundedEntries, scaleOf: (row: number) => number): FakeEntries {
  const values = new Float32Array(integers.length);
  const scale = Float64Array.from({ length: matrix.rows }, (_, row) => scaleOf(row));
  for (let row = 0; row < matrix.rows; row++) {
    for (let at = matrix.indptr[row]; at < matrix.indptr[row + 1]; at++) values[at] = scale[row] * integers[at];
  }
  return { values, inside, integers, scale };
}
