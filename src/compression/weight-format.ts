// Which integers can a memory hold, and how does a real weight become one of them?
import { roundHalfEven } from '../core/rounding.ts';
import { type Csr, mapCsr } from '../network/csr.ts';

/**
 * The weights that can be stored: k·step with |k·step| ≤ qmax, for example {qmax: 127, step: 1} for int8,
 * {qmax: 254, step: 2} for a chip that keeps the lowest bit for the sign, {qmax: 1, step: 1} for ternary weights, or
 * {qmax: 11, step: 1} for a pair of devices with 12 conductance levels each.
 *
 * With `rowLevels` a row (a neuron, recurrent and input weights together) has at most so many different ones beside 0:
 * {qmax: 255, step: 1, rowLevels: 4} where synapses choose from a table of four signed 9-bit weights.
 */
export interface WeightFormat {
  readonly qmax: number;
  readonly step: number;
  readonly rowLevels?: number;
}

export const INT8: WeightFormat = { qmax: 127, step: 1 };

/** Bits of weights that differ by row (mixed precision): one width per hidden neuron, and one for the whole readout. */
export interface WeightWidths {
  /** Shape [neurons]. */
  readonly hidden: readonly number[];
  readonly readout: number;
}

/** The largest integer that is a multiple of the step. */
export function largestWeight({ qmax, step }: WeightFormat): number {
  return Math.floor(qmax / step) * step;
}

/** Scale at which `largest` becomes the largest weight. */
export function scaleFor(largest: number, format: WeightFormat): number {
  return largest / largestWeight(format);
}

/** Bits that tell all weights of a synapse apart, the sign included: 2 for ternary weights, 8 for int8, 3 for four levels and 0. */
export function formatBits(format: WeightFormat): number {
  if (format.rowLevels !== undefined) return Math.ceil(Math.log2(format.rowLevels + 1));
  return 1 + Math.ceil(Math.log2(largestWeight(format) / format.step + 1));
}

/** The weights of a format that `bits` bits, the sign included, tell apart: what a row of that width may hold. */
export function narrowFormat(format: WeightFormat, bits: number): WeightFormat {
  return { ...format, qmax: Math.min(format.qmax, (2 ** (bits - 1) - 1) * format.step) };
}

/** Integers of the entries of a matrix, in their order. */
export interface RoundedEntries {
  /** Storable; 0 where the weight is lost. */
  readonly integers: Int32Array;
  /** 1 where rounding alone gives a storable integer; 0 where the weight was clamped. */
  readonly inside: Uint8Array;
}

/**
 * Nearest storable integer of w / scale for every entry.
 *
 * @param scale - real value of one unit, by row
 * @param formatOf - what the row can hold
 */
export function roundEntries(matrix: Csr, scale: (row: number) => number, formatOf: (row: number) => WeightFormat): RoundedEntries {
  const integers = new Int32Array(matrix.values.length);
  const inside = new Uint8Array(matrix.values.length);
  for (let row = 0; row < matrix.rows; row++) {
    const format = formatOf(row);
    const { step } = format;
    const largest = largestWeight(format);
    const unit = scale(row) * step;
    for (let at = matrix.indptr[row]; at < matrix.indptr[row + 1]; at++) {
      const integer = step * roundHalfEven(matrix.values[at] / unit);
      integers[at] = Math.max(-largest, Math.min(largest, integer));
      inside[at] = Number(Math.abs(integer) <= largest);
    }
  }
  return { integers, inside };
}

/** The matrix with integers in place of its entries; those that are 0 are dropped. */
export function withIntegers(matrix: Csr, integers: Int32Array): Csr<Int32Array> {
  return mapCsr({ ...matrix, values: integers }, Int32Array, (integer) => integer);
}

/** Largest magnitude of each row; 0 for an empty row. */
export function rowMaxima(matrix: Csr): Float64Array {
  const maxima = new Float64Array(matrix.rows);
  for (let row = 0; row < matrix.rows; row++) {
    for (let at = matrix.indptr[row]; at < matrix.indptr[row + 1]; at++) maxima[row] = Math.max(maxima[row], Math.abs(matrix.values[at]));
  }
  return maxima;
}
