// Which networks does a sweep file ask for? YAML (or JSON) in, points out; every fault with its line and column.
import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, type Node, type ParsedNode, parseDocument } from 'yaml';
import { z } from 'zod';
import { UsageError } from '../core/errors.ts';
import { canonicalJson } from '../core/hash.ts';
import { findSuite, findTask } from '../tasks/suites.ts';
import { TrainConfig } from '../training/config.ts';
import type { FineTuneConfig } from '../training/fine-tune.ts';
import { type PointSettings, resolveSection, SECTION_SCHEMAS, SECTIONS, type Section, type SweepPoint, sweepPoint } from './sweep-point.ts';

/** More is a slip of the pen: at a minute each they would take a week. */
const MAX_POINTS = 10_000;
/** Anchors may repeat parts of the file, not blow it up. */
const MAX_ALIASES = 100;

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
const sections = { train: anything, prune: anything, analyze: anything, scores: anything };
const SweepFile = z.strictObject({
  workers: z.int().min(1).max(1024).optional(),
  base: z.strictObject(sections).nullish(),
  series: z.record(z.string().min(1), z.strictObject(sections).nullable()),
});

/**
 * Reads a sweep file.
 *
 * @param what - how to call it in errors, usually its path
 * @throws UsageError with line and column for what is no YAML, an unknown setting, a value that is not allowed, two series
 *   of one name, an empty list, and for more than 10,000 points
 */
export function parseSweep(text: string, what: string): SweepPlan {
  const source = openSource(text, what);
  const checked = SweepFile.safeParse(source.value);
  if (!checked.success) {
    const faults = checked.error.issues.map(({ path, message, ...issue }) => {
      const keys = issue.code === 'unrecognized_keys' ? issue.keys : [null];
      return keys.map((key) =>
        key === null
          ? `  ${source.at(path)}${path.join('.') || 'the file'}: ${message.replace(/^Invalid input: /, '')}`
          : `  ${source.at([...path, key])}unknown setting '${key}'; known here: ${(path.length === 0 ? ['workers', 'base', 'series'] : SECTIONS).join(', ')}`,
      );
    });
    throw new UsageError(`${what} is not valid:\n${faults.flat().join('\n')}`);
  }
  const { workers, base, series } = checked.data;
  const merged = Object.entries(series).map(([name, own]) => ({ name, settings: overlay(base ?? {}, own ?? {}) }));
  if (merged.length === 0) throw new UsageError(`${what}: ${source.at(['series'])}there is no series; name at least one`);
  const size = merged.reduce((sum, { name, settings }) => sum + variantCount(settings, [], name, source), 0);
  if (size > MAX_POINTS)
    throw new UsageError(`${what} asks for ${size} points, ${MAX_POINTS} at most; shorten its lists, or cut it into several sweeps`);
  return { workers: workers ?? null, ...collectPoints(merged, source) };
}

function collectPoints(
  merged: readonly { readonly name: string; readonly settings: unknown }[],
  source: Source,
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
function pointOf(series: string, settings: PointSettings, { what, inSeries }: Source): SweepPoint {
  try {
    return sweepPoint(settings);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${what}, series '${series}': ${inSeries(series, ['analyze', 'grid'], settings.analyze.grid)}${error.message}`, {
      cause: error,
    });
  }
}

/** Checks every section once, however many points share it. */
function resolver(source: Source): (series: string, given: Readonly<Record<string, unknown>>) => PointSettings {
  const known = new Map<string, PointSettings[Section]>();
  const one = (series: string, section: Section, value: unknown) => {
    const id = `${section} ${canonicalJson(value ?? null)}`;
    const resolved = known.get(id) ?? checkSection(series, section, withGridAsText(value), source);
    known.set(id, resolved);
    return resolved;
  };
  return (series, given) =>
    Object.fromEntries(SECTIONS.map((section) => [section, one(series, section, given[section])])) as unknown as PointSettings;
}

/** In YAML the neurons of a line are a number: `grid: 400`. */
function withGridAsText(value: unknown): unknown {
  return isSection(value) && typeof value['grid'] === 'number' ? { ...value, grid: `${value['grid']}` } : value;
}

function checkSection(series: string, section: Section, value: unknown, source: Source): PointSettings[Section] {
  try {
    return resolveSection(section, value);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const schema: z.ZodType = section === 'train' ? TrainConfig : SECTION_SCHEMAS[section];
    const issues = schema.safeParse(value ?? {}).error?.issues ?? [];
    const places = issues.flatMap((issue) => {
      const keys = issue.code === 'unrecognized_keys' ? issue.keys : [null];
      return keys.map((key) =>
        source.inSeries(series, [section, ...issue.path, ...(key === null ? [] : [key])], valueAt(value, issue.path)),
      );
    });
    const [head, ...faults] = error.message.split('\n');
    // One fault a line, in the order of the issues; what is refused later than by the schema has no issue.
    const message =
      faults.length === places.length && faults.length > 0
        ? [head, ...faults.map((fault, i) => `  ${places[i]}${fault.trim()}`)].join('\n')
        : `${source.inSeries(series, [section], undefined)}${error.message}`;
    throw new UsageError(`${source.what}, series '${series}': ${message}`, { cause: error });
  }
}

/** What no schema knows: the names of suites, which are written in full, and of their tasks. */
function withNames(series: string, settings: PointSettings, source: Source): PointSettings {
  const { train, prune } = settings;
  const named = <T>(path: Path, value: unknown, find: () => T): T => {
    try {
      return find();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw new UsageError(`${source.what}, series '${series}': ${source.inSeries(series, path, value)}${error.message}`, { cause: error });
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

type Path = readonly PropertyKey[];

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value);
}

/** How many variants a value has: every list is a choice, and choices of different settings multiply. */
function variantCount(value: unknown, path: Path, series: string, source: Source): number {
  if (Array.isArray(value)) {
    if (value.length === 0)
      throw new UsageError(
        `${source.what}, series '${series}': ${source.inSeries(series, path, undefined)}${path.join('.')} is an empty list; give it a value`,
      );
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

/** A parsed file that knows where everything stands in it. */
interface Source {
  readonly what: string;
  readonly value: unknown;
  /** `LINE:COLUMN: ` of a setting, empty if it is not in the file. */
  at(path: Path): string;
  /** The same for a setting of a series or else of the base; of one value where it is a list. */
  inSeries(series: string, path: Path, value: unknown): string;
}

function openSource(text: string, what: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${line}:${col}: `;
  };
  const [fault] = document.errors;
  if (fault !== undefined) {
    const [name] = /^[^:\n]*/.exec(text.slice(fault.pos[0])) ?? [''];
    const reason = fault.code === 'DUPLICATE_KEY' ? `'${name.trim()}' is there twice` : fault.message;
    throw new UsageError(`${what} cannot be read: ${place(fault.pos[0])}${reason}`);
  }
  const resolved = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
  /** Offset of a setting's name, or of a value in its list; null if it is not there. */
  const find = (path: Path, value: unknown): number | null => {
    let node: unknown = document.contents;
    let at = (document.contents as ParsedNode | null)?.range?.[0] ?? null;
    for (const key of path) {
      const map = resolved(node);
      if (!isMap(map)) return isSeq(map) ? at : null;
      const pair = map.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key);
      if (pair === undefined) return null;
      at = (pair.key as Node).range?.[0] ?? at;
      node = pair.value;
    }
    const list = resolved(node);
    const item = isSeq(list) ? list.items.find((candidate) => isScalar(candidate) && candidate.value === value) : undefined;
    return (item as Node | undefined)?.range?.[0] ?? at;
  };
  const said = (offset: number | null) => (offset === null ? '' : place(offset));
  return {
    what,
    value: readValue(() => document.toJS({ maxAliasCount: MAX_ALIASES }), what),
    at: (path) => said(find(path, undefined)),
    inSeries: (series, path, value) =>
      said(find(['series', series, ...path], value) ?? find(['base', ...path], value) ?? find(['series', series], undefined)),
  };
}

function readValue(read: () => unknown, what: string): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof ReferenceError) throw new UsageError(`${what} cannot be read: ${error.message}`, { cause: error });
    throw error;
  }
}
