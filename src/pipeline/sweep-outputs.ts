// What does a sweep tell? table.csv, table.txt, summary.json and the Pareto plots, of every point that is done.
import { canonicalJson } from '../core/hash.ts';
import { plural } from '../report/format.ts';
import { joinSections, section } from '../report/summary.ts';
import { csvTable, textTable } from '../report/table.ts';
import { pointColumns, SERIES_COLUMNS, SETTING_COLUMNS, type SettingSummary, summarizeSetting } from './sweep-columns.ts';
import type { SweepPlan } from './sweep-file.ts';
import { readRecords, type SweepFolder } from './sweep-folder.ts';
import { sweepPlots } from './sweep-plots.ts';
import type { PointRecord } from './sweep-point.ts';
import { flatSettings, pointsBySetting, varyingPaths } from './sweep-settings.ts';
import { donePoints, isComparable, type SeriesSummary, summarizeSeries } from './sweep-statistics.ts';

/** A point that could not be made. */
export interface PointFailure {
  readonly point: string;
  readonly message: string;
  readonly exitCode: number;
}

/** The file summary.json. */
export interface SweepSummary {
  readonly schema: 'bimt-sweep-summary/1';
  readonly points: { readonly total: number; readonly done: number; readonly failed: number };
  readonly series: readonly SeriesSummary[];
  readonly settings: readonly SettingSummary[];
  readonly failures: readonly Omit<PointFailure, 'exitCode'>[];
  /** What a reader must know to judge the numbers. */
  readonly notes: readonly string[];
}

/** Writes every table and plot of the points that are done. */
export function sweepOutputs(
  plan: SweepPlan,
  folder: SweepFolder,
  failures: readonly PointFailure[],
): { readonly summary: SweepSummary; readonly text: string } {
  const records = readRecords(folder, plan.points);
  const summary = summarize(plan, records, failures);
  const text = sweepText(summary);
  folder.write('table.csv', tableCsv(plan, records));
  folder.write('table.txt', text);
  folder.write('summary.json', `${canonicalJson(summary, 1)}\n`);
  for (const [file, picture] of Object.entries(sweepPlots(plan, records, summary.series))) folder.write(file, picture);
  return { summary, text };
}

function summarize(plan: SweepPlan, records: ReadonlyMap<string, PointRecord>, failures: readonly PointFailure[]): SweepSummary {
  return {
    schema: 'bimt-sweep-summary/1',
    points: { total: plan.points.length, done: records.size, failed: failures.length },
    series: summarizeSeries(plan, records),
    settings: plan.series.flatMap((series) =>
      [...pointsBySetting(plan, series)].map(([setting, own]) => summarizeSetting(series.name, setting, own, donePoints(own, records))),
    ),
    failures: failures.map(({ point, message }) => ({ point, message })),
    notes: notesOn(plan, records),
  };
}

function notesOn({ series, points }: SweepPlan, records: ReadonlyMap<string, PointRecord>): string[] {
  const made = [
    ...new Set([...records.values()].map(({ provenance: { tool, engine } }) => `${tool} with ${engine?.version ?? 'no engine'}`)),
  ];
  const mixed = series.filter(({ points: own }) => !isComparable(own.map((i) => points[i]))).map(({ name }) => `'${name}'`);
  return [
    ...(made.length > 1 ? [`Points were made by different versions: ${made.sort().join(', ')}.`] : []),
    ...(mixed.length > 0
      ? [`No hypervolume of ${mixed.join(', ')}: its networks differ in grid, metric or suite and have no common reference.`]
      : []),
  ];
}

function tableCsv(plan: SweepPlan, records: ReadonlyMap<string, PointRecord>): string {
  const seriesOf = (index: number) => plan.series.filter(({ points }) => points.includes(index)).map(({ name }) => name);
  const rows = plan.points.flatMap((point, i) => donePoints([point], records).map((done) => ({ ...done, series: seriesOf(i) })));
  return csvTable(pointColumns(varyingPaths(plan.points.map(({ settings }) => flatSettings(settings)))), rows);
}

function sweepText({ points, series, settings, failures, notes }: SweepSummary): string {
  const missing = points.total - points.done;
  return `${joinSections([
    section(`Sweep, ${points.done} of ${points.total} points`, [textTable(SETTING_COLUMNS, settings)], false),
    section('Hypervolume of error and log10 size, larger is better', [textTable(SERIES_COLUMNS, series)], false),
    ...(failures.length === 0
      ? []
      : [
          section(
            'Failed',
            failures.map(({ point, message }) => `${point}: ${message}`),
            false,
          ),
        ]),
    ...(missing === 0 && notes.length === 0
      ? []
      : [
          section(
            'Notes',
            [...(missing === 0 ? [] : [`Not done: ${plural(missing, 'point')}; the same command goes on with what is missing.`]), ...notes],
            false,
          ),
        ]),
  ]).trimEnd()}\n`;
}
