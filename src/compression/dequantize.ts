// What is left of a network when only its weights are integers? The weight-only form: real scales, float states.
import { UsageError } from '../core/errors.ts';
import { roundHalfEven } from '../core/rounding.ts';
import { type Csr, forEachEntry, mapCsr } from '../network/csr.ts';
import type { Network } from '../network/network.ts';
import { requireFinite, SMALLEST_SCALE } from './finite.ts';

/** Which weights share a scale: all of a matrix, those into one neuron, or a block of consecutive sources of one neuron. */
export const WEIGHT_ONLY_GRANULARITIES = ['tensor', 'channel', 'block'] as const;
export const WEIGHT_ONLY_BITS = [8, 4] as const;

/** How weights are stored. */
export interface WeightOnlyFormat {
  readonly bits: (typeof WEIGHT_ONLY_BITS)[number];
  readonly granularity: (typeof WEIGHT_ONLY_GRANULARITIES)[number];
  /** Sources of a block; counts for granularity `block` alone. */
  readonly blockSize: number;
}

/** One int8 scale a matrix: what every reader understands. Blocks of 32 are what runtimes are made for (MatMulNBits: 16 and more). */
export const DEFAULT_WEIGHT_ONLY: WeightOnlyFormat = { bits: 8, granularity: 'tensor', blockSize: 32 };

/** Integers of a matrix and the real values of one unit, as float32. */
export interface ScaledMatrix {
  readonly integers: Csr<Int32Array>;
  /** Shape [rows, columns] of the scales: [1, 1], [rows, 1] or [rows, blocks]. */
  readonly scaleShape: readonly [number, number];
  readonly scales: Float32Array;
  readonly format: WeightOnlyFormat;
}

/** All matrices of a network as integers. */
export interface WeightOnly {
  readonly recurrent: ScaledMatrix;
  readonly input: ScaledMatrix;
  readonly readout: ScaledMatrix;
}

/**
 * Quantizes each matrix symmetrically, scale = max|w| / (2^(bits−1) − 1); biases stay float.
 *
 * @throws UsageError if a weight is not finite, or so small that its scale is 0 or denormal
 */
export function quantizeWeightsOnly(network: Network, format: WeightOnlyFormat = DEFAULT_WEIGHT_ONLY): WeightOnly {
  requireFinite(network);
  return {
    recurrent: scaled(network.recurrent, 'W', format),
    input: scaled(network.input, 'W_in', format),
    readout: scaled(network.readout, 'W_out', format),
  };
}

/** The float network that holds the dequantized weights, products rounded to float32 as DequantizeLinear does. */
export function dequantizedNetwork(network: Network, weights: WeightOnly): Network {
  return {
    ...network,
    recurrent: dequantized(weights.recurrent),
    input: dequantized(weights.input),
    readout: dequantized(weights.readout),
  };
}

function dequantized(matrix: ScaledMatrix): Csr {
  const scale = scaleIndex(matrix.scaleShape, matrix.format);
  return mapCsr(matrix.integers, Float32Array, (integer, row, column) => Math.fround(integer * matrix.scales[scale(row, column)]));
}

function scaled(matrix: Csr, name: string, format: WeightOnlyFormat): ScaledMatrix {
  const { granularity, bits, blockSize } = format;
  const scaleShape = {
    tensor: [1, 1],
    channel: [matrix.rows, 1],
    block: [matrix.rows, Math.ceil(matrix.columns / blockSize)],
  }[granularity] as [number, number];
  const largest = 2 ** (bits - 1) - 1;
  const scale = scaleIndex(scaleShape, format);
  const maxima = new Float32Array(scaleShape[0] * scaleShape[1]);
  forEachEntry(matrix, (row, column, weight) => {
    maxima[scale(row, column)] = Math.max(maxima[scale(row, column)], Math.abs(weight));
  });
  const scales = maxima.map((maximum) => (maximum === 0 ? 1 : Math.fround(maximum / largest)));
  const tiny = scales.findIndex((value) => value < SMALLEST_SCALE);
  if (tiny >= 0)
    throw new UsageError(
      `cannot quantize ${name}: the largest of some weights that share a scale is ${maxima[tiny]}, so the scale is 0 or denormal; prune them`,
    );
  const integers = mapCsr(matrix, Int32Array, (weight, row, column) => {
    const integer = roundHalfEven(weight / scales[scale(row, column)]);
    return Math.max(-largest, Math.min(largest, integer));
  });
  return { integers, scaleShape, scales, format };
}

/** Where the scale of an entry lies. */
function scaleIndex(
  [rows, blocks]: readonly [number, number],
  { granularity, blockSize }: WeightOnlyFormat,
): (row: number, column: number) => number {
  if (granularity === 'block') return (row, column) => row * blocks + Math.floor(column / blockSize);
  return rows === 1 ? () => 0 : (row) => row;
}
