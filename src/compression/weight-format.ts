// Which integers can a memory hold, and how does a real weight become one of them?
import { roundHalfEven } from '../core/rounding.ts';
import { type Csr, mapCsr } from '../network/csr.ts';

/**
 * The weights that can be stored: k·step with |k·step| ≤ qmax, for example {qmax: 127, step: 1} for int8, or
 * {qmax: 254, step: 2} for a chip that keeps the lowest bit for the sign.
 */
export interface WeightFormat {
  readonly qmax: number;
  readonly step: number;
}

export const INT8: WeightFormat = { qmax: 127, step: 1 };

/** The largest integer that is a multiple of the step. */
export function largestWeight({ qmax, step }: WeightFormat): number {
  return Math.floor(qmax / step) * step;
}

/** Scale at which `largest` becomes the largest weight. */
export function scaleFor(largest: number, format: WeightFormat): number {
  return largest / largestWeight(format);
}

/**
 * Nearest storable integer of w / scale for every entry; entries that become 0 are dropped.
 *
 * @param scale - real value of one unit, by row
 */
export function quantizeWeights(matrix: Csr, scale: (row: number) => number, format: WeightFormat): Csr<Int32Array> {
  const { step } = format;
  const largest = largestWeight(format);
  return mapCsr(matrix, Int32Array, (weight, row) => {
    const integer = step * roundHalfEven(weight / (scale(row) * step));
    return Math.max(-largest, Math.min(largest, integer));
  });
}

/** Largest magnitude of each row; 0 for an empty row. */
export function rowMaxima(matrix: Csr): Float64Array {
  const maxima = new Float64Array(matrix.rows);
  for (let row = 0; row < matrix.rows; row++) {
    for (let at = matrix.indptr[row]; at < matrix.indptr[row + 1]; at++) maxima[row] = Math.max(maxima[row], Math.abs(matrix.values[at]));
  }
  return maxima;
}
