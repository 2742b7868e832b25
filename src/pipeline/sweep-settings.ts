// Which settings vary, and how is a point called by them?
import type { SweepPlan } from './sweep-file.ts';
import { type PointSettings, shortNumber } from './sweep-point.ts';

/** Settings by their path, such as `train.lambda`. */
export type FlatSettings = ReadonlyMap<string, string | number | boolean | null>;

/** The settings of a point, flat; sections that are null have no settings. */
export function flatSettings(settings: PointSettings): FlatSettings {
  const flat = new Map<string, string | number | boolean | null>();
  const add = (path: string, value: unknown): void => {
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) flat.set(path, value as string | number | boolean | null);
    else if (Array.isArray(value)) flat.set(path, JSON.stringify(value));
    else for (const [key, inner] of Object.entries(value as Record<string, unknown>)) add(`${path}.${key}`, inner);
  };
  for (const [section, value] of Object.entries(settings)) if (value !== null) add(section, value);
  return flat;
}

/** Paths of the settings in which points differ, in the order in which sections name them; null and absent say the same. */
export function varyingPaths(points: readonly FlatSettings[]): string[] {
  const paths = [...new Set(points.flatMap((settings) => [...settings.keys()]))];
  const valueAt = (settings: FlatSettings | undefined, path: string) => settings?.get(path) ?? null;
  return paths.filter((path) => points.some((settings) => valueAt(settings, path) !== valueAt(points[0], path)));
}

/** Settings as words: `lambda 1e-5, prune.threshold 0.02`. */
export function settingWords(settings: FlatSettings, paths: readonly string[]): string {
  return paths
    .filter((path) => settings.has(path))
    .map((path) => {
      const value = settings.get(path) ?? 'none';
      return `${path.replace(/^train\./, '')} ${typeof value === 'number' ? shortNumber(value) : value}`;
    })
    .join(', ');
}

/** The setting that means and spreads are taken over. */
const SEED = 'train.seed';

/** The points of a series by what differs in it beside the seed, in words; empty words where nothing does. */
export function pointsBySetting(
  plan: SweepPlan,
  { points: indices }: SweepPlan['series'][number],
): ReadonlyMap<string, SweepPlan['points']> {
  const points = indices.map((i) => ({ point: plan.points[i], flat: flatSettings(plan.points[i].settings) }));
  const paths = varyingPaths(points.map(({ flat }) => flat)).filter((path) => path !== SEED);
  const groups = new Map<string, SweepPlan['points'][number][]>();
  for (const { point, flat } of points) {
    const setting = settingWords(flat, paths);
    groups.set(setting, [...(groups.get(setting) ?? []), point]);
  }
  return groups;
}
