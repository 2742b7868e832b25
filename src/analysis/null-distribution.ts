// Is a measure of a layout smaller than chance? Against shuffles of the labels over the same sites. Liu et al. (2023), figure 2.
import { randomStream } from '../core/random.ts';
import type { NullComparison } from './analysis-file.ts';

/** Bins of a histogram of values that may be anything, and most of one whose values are multiples of a unit. */
const BINS = 40;
/** Values that differ by less, relative to the larger of them and 1, are equal: sums over clusters depend on their order in the last digit. */
const SAME = 1e-12;

/** A function of the labels of neurons at fixed sites. */
export interface LayoutMeasure {
  readonly measure: (labels: Int32Array) => number;
  /** All values are multiples of it; null where values are continuous. */
  readonly unit: number | null;
}

/**
 * Compares measures with their values under random permutations of the labels, the same permutations for all. Occupied sites and cluster
 * sizes stay as they are.
 *
 * @param shuffles - number of permutations, at least 1
 */
export function compareWithShuffles<Name extends string>(
  labels: Int32Array,
  measures: Readonly<Record<Name, LayoutMeasure>>,
  { shuffles, seed }: { readonly shuffles: number; readonly seed: number },
): Record<Name, NullComparison> {
  const names = Object.keys(measures) as Name[];
  const functions = names.map((name) => measures[name].measure);
  const values = names.map(() => new Float64Array(shuffles));
  const random = randomStream(seed, 'analysis/shuffles');
  const shuffled = labels.slice();
  for (let s = 0; s < shuffles; s++) {
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = random.int(i + 1);
      const moved = shuffled[i];
      shuffled[i] = shuffled[j];
      shuffled[j] = moved;
    }
    for (let m = 0; m < functions.length; m++) values[m][s] = functions[m](shuffled);
  }
  return Object.fromEntries(names.map((name, m) => [name, compare(functions[m](labels), values[m], measures[name].unit)])) as Record<
    Name,
    NullComparison
  >;
}

/** A value against the values under shuffles. */
function compare(value: number, shuffled: Float64Array, unit: number | null): NullComparison {
  const [least, most] = [shuffled.reduce((a, b) => Math.min(a, b)), shuffled.reduce((a, b) => Math.max(a, b))];
  const nullMean = shuffled.reduce((sum, x) => sum + x, 0) / shuffled.length;
  const isConstant = most - least <= tolerance(most);
  const nullSd = isConstant ? 0 : Math.sqrt(shuffled.reduce((sum, x) => sum + (x - nullMean) ** 2, 0) / shuffled.length);
  const limit = value + tolerance(value);
  const atMost = shuffled.reduce((count, x) => (x <= limit ? count + 1 : count), 0);
  return {
    value,
    nullMean,
    nullSd,
    z: isConstant ? null : (value - nullMean) / nullSd,
    p: (1 + atMost) / (1 + shuffled.length),
    histogram: histogramOf(shuffled, binEdges(least, most, unit ?? (isConstant ? Math.max(1, Math.abs(most)) / BINS : null))),
  };
}

function tolerance(value: number): number {
  return SAME * Math.max(1, Math.abs(value));
}

/** Equal bins; where values are multiples of a unit, each bin holds equally many multiples and none lies on an edge. */
function binEdges(least: number, most: number, unit: number | null): number[] {
  if (unit === null) return Array.from({ length: BINS + 1 }, (_, i) => least + ((most - least) * i) / BINS);
  const steps = Math.round((most - least) / unit) + 1;
  const perBin = Math.ceil(steps / BINS);
  const bins = Math.ceil(steps / perBin);
  return Array.from({ length: bins + 1 }, (_, i) => least + (i * perBin - 0.5) * unit);
}

function histogramOf(values: Float64Array, edges: readonly number[]): NullComparison['histogram'] {
  const counts = new Array<number>(edges.length - 1).fill(0);
  const width = (edges[edges.length - 1] - edges[0]) / counts.length;
  for (const value of values) counts[Math.max(0, Math.min(counts.length - 1, Math.floor((value - edges[0]) / width)))]++;
  return { edges: [...edges], counts };
}
