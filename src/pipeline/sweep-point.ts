// What is a point of a sweep? The settings of one network, what identifies it, and the file it leaves.
import { z } from 'zod';
import { AnalysisSummary } from '../analysis/analysis-summary.ts';
import { UsageError } from '../core/errors.ts';
import { canonicalJson, hashJson } from '../core/hash.ts';
import { type Origin, parseWith } from '../core/validate.ts';
import { formatGrid, type Grid, parseGrid, reshaped } from '../network/geometry.ts';
import { CONDITIONS, resolveTrainConfig, type TrainConfig } from '../training/config.ts';
import { AnalyzeConfig } from './analyze-stage.ts';
import { PruneConfig, ScoreConfig } from './config.ts';

/** Everything a network of a sweep, and what is measured of it, depends on. */
export interface PointSettings {
  readonly train: TrainConfig;
  /** Null: analysed as trained. */
  readonly prune: PruneConfig | null;
  readonly analyze: AnalyzeConfig;
  /** Trials of the scores inside network files. */
  readonly scores: ScoreConfig;
}

/** The parts of a point's settings, each checked by a schema of its own. */
export const SECTIONS = ['train', 'prune', 'analyze', 'scores'] as const;
export type Section = (typeof SECTIONS)[number];

/** Characters of a hash in the name of a file. */
const SHORT_HASH = 8;
const FOLDER_HASH = 16;
/** Named only where it is another. */
const DEFAULT_SUITE = resolveTrainConfig({}).suite;

/** A point with its identity. */
export interface SweepPoint {
  /** Hash of the settings. */
  readonly key: string;
  /** Readable, unique: `20x20-bimt-lambda1e-5-seed0-1a2b3c4d`. */
  readonly name: string;
  readonly settings: PointSettings;
}

/**
 * Checks one section of a point and fills in its defaults.
 *
 * @param origin - where the section comes from, for errors
 * @throws UsageError listing every unknown option and value that is not allowed
 */
export function resolveSection(
  section: Section,
  value: unknown,
  origin: string | Origin = `the settings of ${section}`,
): PointSettings[Section] {
  if (section === 'train') return resolveTrainConfig(value ?? {}, origin);
  if (section === 'prune') return value === undefined || value === null ? null : parseWith(PruneConfig, value, origin);
  return parseWith(section === 'analyze' ? AnalyzeConfig : ScoreConfig, value ?? {}, origin);
}

/**
 * Checks the settings of a point.
 *
 * @throws UsageError as `resolveSection`
 */
function resolveSettings(given: Readonly<Partial<Record<Section, unknown>>>): PointSettings {
  return Object.fromEntries(SECTIONS.map((section) => [section, resolveSection(section, given[section])])) as unknown as PointSettings;
}

/**
 * The point of these settings.
 *
 * @throws UsageError if the grid to see neurons on has another number of sites than the one they are trained on
 */
export function sweepPoint(settings: PointSettings): SweepPoint {
  const key = hashJson(settings);
  return { key, name: `${readableName(settings, formatGrid(gridOf(settings)))}-${key.slice(0, SHORT_HASH)}`, settings };
}

/** What the trained network depends on: points that share it share one training. */
export function trainingKey({ train, scores }: Pick<PointSettings, 'train' | 'scores'>): string {
  return hashJson({ train, scores }).slice(0, FOLDER_HASH);
}

/** What the analysed network depends on beside its training; null where it is the trained one. */
export function pruningKey({ prune }: Pick<PointSettings, 'prune'>): string | null {
  return prune === null ? null : hashJson(prune).slice(0, FOLDER_HASH);
}

/** What an analysis depends on beside its training. */
export function analysisKey({ prune, analyze }: PointSettings): string {
  return hashJson({ prune, analyze }).slice(0, FOLDER_HASH);
}

/**
 * The grid on which the neurons of a point are seen.
 *
 * @throws UsageError if it has another number of sites than the one they are trained on
 */
export function gridOf({ train, analyze }: Pick<PointSettings, 'train' | 'analyze'>): Grid {
  const trained = parseGrid(train.grid, train.metric);
  return analyze.grid === null ? trained : reshaped(trained, analyze.grid);
}

/** For files and screens: what is varied most often, in a few words. */
export function readableName({ train, prune }: Pick<PointSettings, 'train' | 'prune'>, grid: string = train.grid): string {
  const { suite, condition, lambda, locality, seed } = train;
  const { penalty, locality: isLocal } = CONDITIONS[condition];
  const cut = prune === null ? [] : [cutName(prune)];
  return [
    ...(suite === DEFAULT_SUITE ? [] : [suite.replaceAll(/[^\w.]+/g, '-')]),
    grid,
    condition,
    ...(penalty ? [`lambda${shortNumber(lambda)}`] : []),
    ...(isLocal && locality !== 1 ? [`A${shortNumber(locality)}`] : []),
    `seed${seed}`,
    ...cut,
    ...(prune !== null && prune.rounds > 1 ? [`rounds${prune.rounds}`] : []),
  ].join('-');
}

function cutName({ threshold, density, search }: PruneConfig): string {
  if (search !== null) return `drop${shortNumber(search.maxAccuracyDrop)}`;
  return density === null ? `threshold${shortNumber(threshold ?? 0)}` : `density${shortNumber(density)}`;
}

/** `1e-5` and not `0.00001`. */
export function shortNumber(value: number): string {
  return value !== 0 && Math.abs(value) < 0.01 ? value.toExponential() : `${value}`;
}

const count = z.int().nonnegative();
const ratio = z.number().min(0).max(1);

/** The form of points/NAME.json: small enough for version control, and all that tables and plots need. */
const PointRecord = z.strictObject({
  schema: z.literal('bimt-sweep-point/1'),
  key: z.string(),
  name: z.string(),
  settings: z.record(z.string(), z.unknown()),
  provenance: z.strictObject({
    tool: z.string(),
    /** Training engine and version, as installed. */
    engine: z.strictObject({ name: z.string(), version: z.string() }).nullable(),
    /** SHA-256 of the trained and of the analysed network. */
    trained: z.string(),
    network: z.string(),
  }),
  /** Neurons of the analysed network; pruning removes dead ones. */
  neurons: count,
  tasks: z.array(z.strictObject({ task: z.string(), accuracy: ratio, strict: ratio, ceiling: ratio })),
  summary: AnalysisSummary,
  /** What could not be measured and why. */
  notes: z.array(z.string()),
});
export type PointRecord = z.output<typeof PointRecord>;

/** Bytes of points/NAME.json. */
export function encodePoint(record: PointRecord): string {
  return `${canonicalJson(record, 1)}\n`;
}

/**
 * Reads points/NAME.json. Its key is computed anew from its settings, completed by today's defaults: an option that a later
 * version adds makes no result stale, a default that changes does.
 *
 * @returns null for a file that is damaged, or of settings that are no longer valid
 */
export function decodePoint(text: string): PointRecord | null {
  try {
    const record = PointRecord.parse(JSON.parse(text));
    const { key, name } = sweepPoint(resolveSettings(record.settings));
    return { ...record, key, name };
  } catch (error) {
    if (error instanceof UsageError || error instanceof SyntaxError || error instanceof z.ZodError) return null;
    throw error;
  }
}
