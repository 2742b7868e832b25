// How good is a series? Pareto fronts and hypervolumes of each seed, mean and spread over seeds.
import { hypervolume, paretoFront, type TradeOff } from '../analysis/pareto.ts';
import { canonicalJson } from '../core/hash.ts';
import { formatGrid, gridSide, gridWireCost, siteCount } from '../network/geometry.ts';
import type { SweepPlan } from './sweep-file.ts';
import { gridOf, type PointRecord, type PointSettings, type SweepPoint } from './sweep-point.ts';

/** Mean over seeds and sample standard deviation; the spread of one seed is unknown. */
export interface MeanSpread {
  readonly mean: number;
  readonly spread: number | null;
}

/** Null of nothing. */
export function meanSpread(values: readonly number[]): MeanSpread | null {
  if (values.length === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length === 1) return { mean, spread: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, spread: Math.sqrt(squares / (values.length - 1)) };
}

/** What error is traded against. */
export interface SweepMeasure {
  readonly id: 'neurons' | 'wiring' | 'wiringSearched';
  readonly file: string;
  readonly title: string;
  readonly label: string;
  /** Null where it was not measured. */
  value(summary: PointRecord['summary']): number | null;
  /** The largest x there is for a grid: all neurons, or all wires. */
  reference(settings: PointSettings): number;
  /** What is less has no logarithm and counts as this in hypervolumes. */
  smallest(settings: PointSettings): number;
}

const denseLengths = new Map<string, number>();

/** Σ D over all ordered pairs of sites, in unit-square units. */
export function denseWiringLength(settings: Pick<PointSettings, 'train' | 'analyze'>): number {
  const grid = gridOf(settings);
  const key = `${formatGrid(grid)} ${grid.metric}`;
  const known = denseLengths.get(key);
  if (known !== undefined) return known;
  const { sites, distance } = gridWireCost(grid);
  let length = 0;
  for (let a = 0; a < sites; a++) for (let b = 0; b < a; b++) length += 2 * distance(a, b);
  denseLengths.set(key, length);
  return length;
}

const oneStep = (settings: PointSettings) => 1 / gridSide(gridOf(settings));

/** The trade-offs of Liu et al. (2023), figure 1, and the second one after a layout search. */
export const SWEEP_MEASURES: readonly SweepMeasure[] = [
  {
    id: 'neurons',
    file: 'pareto-neurons.svg',
    title: 'Error against active neurons',
    label: 'active neurons',
    value: ({ activeNeurons }) => activeNeurons,
    reference: (settings) => siteCount(gridOf(settings)),
    smallest: () => 1,
  },
  {
    id: 'wiring',
    file: 'pareto-wiring.svg',
    title: 'Error against wiring length',
    label: 'wiring length (grid = 1)',
    value: ({ own }) => own.wiringLength,
    reference: denseWiringLength,
    smallest: oneStep,
  },
  {
    id: 'wiringSearched',
    file: 'pareto-wiring-searched.svg',
    title: 'Error against wiring length after a layout search',
    label: 'wiring length after a layout search (grid = 1)',
    value: ({ searched }) => searched?.wiringLength ?? null,
    reference: denseWiringLength,
    smallest: oneStep,
  },
];

/** A point that is done. */
export interface DonePoint {
  readonly point: SweepPoint;
  readonly record: PointRecord;
}

/** Where a point lies; null where the measure is unknown. */
export function tradeOff({ record: { summary } }: DonePoint, measure: SweepMeasure): TradeOff | null {
  const x = measure.value(summary);
  return x === null ? null : { x, error: summary.error };
}

/** How one seed of a series did. Hypervolumes are in error times powers of ten below error 1 and the dense network. */
export interface SeedSummary {
  readonly seed: number;
  readonly points: number;
  /** Points that are not done: the hypervolumes are then lower bounds, and do not count for the mean. */
  readonly missing: number;
  readonly hypervolume: Readonly<Record<SweepMeasure['id'], number | null>>;
}

/** How a series did. */
export interface SeriesSummary {
  readonly name: string;
  readonly points: number;
  readonly missing: number;
  readonly seeds: readonly SeedSummary[];
  /** Over the seeds of which every point is done. */
  readonly hypervolume: Readonly<Record<SweepMeasure['id'], MeanSpread | null>>;
  /** Names of the points that no point of the series dominates, by ascending x. */
  readonly front: Readonly<Record<SweepMeasure['id'], readonly string[]>>;
}

/** The summary of every series. */
export function summarizeSeries(plan: SweepPlan, records: ReadonlyMap<string, PointRecord>): SeriesSummary[] {
  return plan.series.map(({ name, points: indices }) => {
    const points = indices.map((i) => plan.points[i]);
    const seeds = [...new Set(points.map(({ settings }) => settings.train.seed))].sort((a, b) => a - b);
    const bySeed = seeds.map((seed) =>
      summarizeSeed(
        seed,
        points.filter(({ settings }) => settings.train.seed === seed),
        records,
      ),
    );
    const complete = bySeed.filter(({ missing }) => missing === 0);
    const done = donePoints(points, records);
    return {
      name,
      points: points.length,
      missing: points.length - done.length,
      seeds: bySeed,
      hypervolume: byMeasure(({ id }) => meanSpread(complete.map(({ hypervolume }) => hypervolume[id]).filter((value) => value !== null))),
      front: byMeasure((measure) => frontNames(done, measure)),
    };
  });
}

/** Points of which there is a record. */
export function donePoints(points: readonly SweepPoint[], records: ReadonlyMap<string, PointRecord>): DonePoint[] {
  return points.flatMap((point) => {
    const record = records.get(point.key);
    return record === undefined ? [] : [{ point, record }];
  });
}

function summarizeSeed(seed: number, points: readonly SweepPoint[], records: ReadonlyMap<string, PointRecord>): SeedSummary {
  const done = donePoints(points, records);
  return {
    seed,
    points: points.length,
    missing: points.length - done.length,
    hypervolume: byMeasure((measure) => (isComparable(points) ? seedHypervolume(done, measure) : null)),
  };
}

/** Networks of different sizes or tasks have no common reference. */
export function isComparable(points: readonly SweepPoint[]): boolean {
  return new Set(points.map(({ settings }) => `${settings.train.suite} ${canonicalJson(gridOf(settings))}`)).size <= 1;
}

function seedHypervolume(done: readonly DonePoint[], measure: SweepMeasure): number | null {
  const known = done.map((point) => tradeOff(point, measure)).filter((point) => point !== null);
  if (known.length === 0 || known.length < done.length) return null;
  const { settings } = done[0].point;
  const least = measure.smallest(settings);
  const points = known.map(({ x, error }) => ({ x: Math.max(x, least), error }));
  return hypervolume(points, { x: measure.reference(settings), error: 1 }, true);
}

function frontNames(done: readonly DonePoint[], measure: SweepMeasure): string[] {
  const known = done.flatMap((point) => {
    const at = tradeOff(point, measure);
    return at === null ? [] : [{ ...at, name: point.point.name }];
  });
  return paretoFront(known).map((i) => known[i].name);
}

function byMeasure<T>(make: (measure: SweepMeasure) => T): Record<SweepMeasure['id'], T> {
  return Object.fromEntries(SWEEP_MEASURES.map((measure) => [measure.id, make(measure)])) as Record<SweepMeasure['id'], T>;
}
