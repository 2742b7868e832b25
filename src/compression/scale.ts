// Which real value should the smallest step of some weights have? The choice between range and resolution.
import { roundHalfEven } from '../core/rounding.ts';
import { largestWeight, scaleFor, type WeightFormat } from './weight-format.ts';

/**
 * `max`: the largest weight is the largest integer. `percentile`: the 99.9 % percentile of the magnitudes is, and larger
 * weights saturate. `mse`: of 100 fractions of the maximum the one with the least Σ(w − ŵ)².
 */
export const SCALE_METHODS = ['max', 'percentile', 'mse'] as const;
export type ScaleMethod = (typeof SCALE_METHODS)[number];

/** How a scale is chosen. */
export interface ScaleRule {
  readonly scale: ScaleMethod;
  /** Only power-of-two multiples of the base unit: rounded up, or with `mse` the one with the least error. */
  readonly powerOfTwo: boolean;
}

const PERCENTILE = 0.999;
/** Fractions of the maximum that `mse` tries. */
const FRACTIONS = 100;
/** Powers of two below the maximum's that `mse` tries: 2^−7 is below the smallest of 100 fractions. */
const HALVINGS = 7;

/**
 * Real value of one unit for weights of these magnitudes; 0 if there are none.
 *
 * @param base - the unit that a power of two multiplies
 */
export function chooseScale(magnitudes: Float64Array, format: WeightFormat, base: number, { scale, powerOfTwo }: ScaleRule): number {
  const largest = magnitudes.reduce((a, b) => Math.max(a, b), 0);
  const full = scaleFor(largest, format);
  if (full === 0) return 0;
  if (scale === 'mse') {
    const steps = powerOfTwo
      ? Array.from({ length: HALVINGS + 1 }, (_, k) => base * 2 ** (ceilLog2(full / base) - k))
      : Array.from({ length: FRACTIONS }, (_, k) => (full * (FRACTIONS - k)) / FRACTIONS);
    return leastError(magnitudes, format, steps);
  }
  const chosen = scale === 'max' ? full : scaleFor(percentile(magnitudes, PERCENTILE), format);
  return powerOfTwo ? base * 2 ** ceilLog2(chosen / base) : chosen;
}

/** The candidate with the least Σ(w − ŵ)²; the first of equals. */
function leastError(magnitudes: Float64Array, format: WeightFormat, candidates: readonly number[]): number {
  let best = candidates[0];
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const error = squaredError(magnitudes, format, candidate, least);
    if (error < least) [best, least] = [candidate, error];
  }
  return best;
}

/** Σ(w − ŵ)², or any number of at least `enough` once the sum has reached that. */
function squaredError(magnitudes: Float64Array, format: WeightFormat, scale: number, enough: number): number {
  const unit = scale * format.step;
  const most = largestWeight(format) / format.step;
  let sum = 0;
  for (let i = 0; i < magnitudes.length && sum < enough; i++) {
    const error = magnitudes[i] - unit * Math.min(most, roundHalfEven(magnitudes[i] / unit));
    sum += error * error;
  }
  return sum;
}

/** The smallest value that at least `share` of all values do not exceed. */
function percentile(values: Float64Array, share: number): number {
  return values.slice().sort()[Math.max(0, Math.ceil(share * values.length) - 1)];
}

/** The smallest integer e with 2^e ≥ x, whatever the rounding of the logarithm. */
function ceilLog2(x: number): number {
  let e = Math.ceil(Math.log2(x));
  while (2 ** (e - 1) >= x) e--;
  while (2 ** e < x) e++;
  return e;
}
