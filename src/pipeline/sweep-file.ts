// Which networks does a sweep file ask for? YAML (or JSON) in, points out; every fault with its line and column.
import { z } from 'zod';
import { UsageError } from '../core/errors.ts';
import { canonicalJson } from '../core/hash.ts';
import { type Path, parseWith } from '../core/validate.ts';
import { findSuite, findTask } from '../tasks/suites.ts';
import type { FineTuneConfig } from '../training/recovery-config.ts';
import { originOf, parseSource, type SourceFile } from './source-file.ts';
import { type PointSettings, resolveSection, SECTIONS, type Section, type SweepPoint, sweepPoint } from './sweep-point.ts';

/** More is a slip of the pen: at a minute each they would take a week. */
const MAX_POINTS = 10_000;

/** A series: a line in every plot. */
export interface SweepSeries {
  readonly name: string;
  /** Positions in `points`; a point may belong to several series. */
  readonly points: readonly number[];
}

/** What a sweep file asks for. */
export interface SweepPlan {
  /** Worker processes; null leaves the number to the machine. */
  readonly workers: number | null;
  readonly series: readonly SweepSeries[];
  /** Every point once, in the order in which series name them. */
  readonly points: readonly SweepPoint[];
}

const anything = z.unknown().optional();
const sections = z.strictObject({ train: anything, prune: anything, analyze: anything, scores: anything });

/** A sweep file, before its lists are multiplied out and the sections of every point checked. */
export const SweepFile = z.strictObject({
  workers: z
    .int()
    .min(1)
    .max(1024)
    .nullable()
    .meta({ description: 'worker processes, one training each', none: 'one per core' })
    .default(null),
  base: sections.nullable().meta({ description: 'settings that all series share', none: 'the defaults' }).default(null),
  series: z
    .record(z.string().min(1), sections.nullable())
    .meta({ description: 'lines of the plots by name, each with what it changes of the base' }),
});

/**
 * Reads a sweep file.
 *
 * @param what - how to call it in errors, usually its path
 * @throws UsageError with line and column for what is no YAML, an unknown setting, a value that is not allowed, two series
 *   of one name, an empty list, and for more than 10,000 points
 */
export function parseSweep(text: string, what: string): SweepPlan {
  const source = parseSource(text, what);
  const { workers, base, series } = parseWith(SweepFile, source.value, originOf(source));
  const merged = Object.entries(series).map(([name, own]) => ({ name, settings: overlay(base ?? {}, own ?? {}) }));
  if (merged.length === 0) throw new UsageError(`${source.place(['series']) ?? `${what}: `}there is no series; name at least one`);
  const size = merged.reduce((sum, { name, settings }) => sum + variantCount(settings, [], name, source), 0);
  if (size > MAX_POINTS)
    throw new UsageError(`${what} asks for ${size} points, ${MAX_POINTS} at most; shorten its lists, or cut it into several sweeps`);
  return { workers, ...collectPoints(merged, source) };
}

function collectPoints(
  merged: readonly { readonly name: string; readonly settings: unknown }[],
  source: SourceFile,
): Pick<SweepPlan, 'series' | 'points'> {
  const points = new Map<string, { index: number; point: SweepPoint }>();
  const resolve = resolver(source);
  const series = merged.map(({ name, settings }) => {
    const indices = variants(settings).map((variant) => {
      const settings = withNames(name, resolve(name, variant as Readonly<Record<string, unknown>>), source);
      const point = pointOf(name, settings, source);
      const known = points.get(point.key);
      if (known !== undefined) return known.index;
      points.set(point.key, { index: points.size, point });
      return points.size - 1;
    });
    return { name, points: [...new Set(indices)] };
  });
  return { series, points: [...points.values()].map(({ point }) => point) };
}

/** The point of settings that are right one by one; what does not go together is told with the grid they are seen on. */
function pointOf(series: string, settings: PointSettings, source: SourceFile): SweepPoint {
  try {
    return sweepPoint(settings);
  } catch (error) {
    throw inSeries(source, series, ['analyze', 'grid'], settings.analyze.grid, error);
  }
}

/** Where a setting of a series stands, in the series or else in the base; the series itself where it is in neither. */
function placeIn(source: SourceFile, series: string, path: Path, value: unknown): string {
  return (
    source.place(['series', series, ...path], value) ?? source.place(['base', ...path], value) ?? source.place(['series', series]) ?? ''
  );
}

/** The same failure, if it is a user's, with the place of the setting that it is about. */
function inSeries(source: SourceFile, series: string, path: Path, value: unknown, error: unknown): unknown {
  if (!(error instanceof UsageError)) return error;
  return new UsageError(`${placeIn(source, series, path, value)}series '${series}': ${error.message}`, { cause: error });
}

/** Checks every section once, however many points share it. */
function resolver(source: SourceFile): (series: string, given: Readonly<Record<string, unknown>>) => PointSettings {
  const known = new Map<string, PointSettings[Section]>();
  const one = (series: string, section: Section, value: unknown) => {
    const id = `${section} ${canonicalJson(value ?? null)}`;
    const at = (path: Path, found: unknown) => placeIn(source, series, path, found);
    const origin = { what: `${source.what}, series '${series}'`, within: [section], at };
    const resolved = known.get(id) ?? resolveSection(section, value, origin);
    known.set(id, resolved);
    return resolved;
  };
  return (series, given) =>
    Object.fromEntries(SECTIONS.map((section) => [section, one(series, section, given[section])])) as unknown as PointSettings;
}

/** What no schema knows: the names of suites, which are written in full, and of their tasks. */
function withNames(series: string, settings: PointSettings, source: SourceFile): PointSettings {
  const { train, prune } = settings;
  const named = <T>(path: Path, value: unknown, find: () => T): T => {
    try {
      return find();
    } catch (error) {
      throw inSeries(source, series, path, value, error);
    }
  };
  const suite = named(['train', 'suite'], train.suite, () => findSuite(train.suite));
  const weights: [Path, FineTuneConfig['taskWeights']][] = [
    [['train', 'taskWeights'], train.taskWeights],
    [['prune', 'fineTune', 'taskWeights'], prune?.fineTune?.taskWeights ?? {}],
  ];
  for (const [path, tasks] of weights) {
    for (const task of Object.keys(tasks)) named([...path, task], undefined, () => findTask(suite, task));
  }
  return { ...settings, train: { ...train, suite: suite.name } };
}

/** How many variants a value has: every list is a choice, and choices of different settings multiply. */
function variantCount(value: unknown, path: Path, series: string, source: SourceFile): number {
  if (Array.isArray(value)) {
    if (value.length === 0)
      throw inSeries(source, series, path, undefined, new UsageError(`${path.join('.')} is an empty list; give it a value`));
    return value.reduce<number>((sum, item) => sum + variantCount(item, path, series, source), 0);
  }
  if (!isSection(value)) return 1;
  return Object.entries(value).reduce((product, [key, inner]) => product * variantCount(inner, [...path, key], series, source), 1);
}

/** All variants of a value; the first setting of the file changes slowest. */
function variants(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(variants);
  if (!isSection(value)) return [value];
  return Object.entries(value).reduce<Record<string, unknown>[]>(
    (made, [key, inner]) => {
      const choices = variants(inner);
      return made.flatMap((settings) => choices.map((choice) => ({ ...settings, [key]: choice })));
    },
    [{}],
  );
}

/** Settings laid over others; a list or null replaces what lies under it. */
function overlay(under: unknown, over: unknown): unknown {
  if (!isSection(under) || !isSection(over)) return over;
  const merged = { ...under };
  for (const [key, value] of Object.entries(over)) merged[key] = overlay(under[key], value);
  return merged;
}

function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
