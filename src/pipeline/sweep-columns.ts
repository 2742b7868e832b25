// Which numbers of a sweep stand in its tables? table.csv has every point; the printed table means and spreads over seeds.
import { formatNumber, type NumberFormat } from '../report/format.ts';
import { type Column, meaningsTable } from '../report/table.ts';
import type { PointRecord, SweepPoint } from './sweep-point.ts';
import { flatSettings } from './sweep-settings.ts';
import { type DonePoint, type MeanSpread, meanSpread, type SeriesSummary, SWEEP_MEASURES, type SweepMeasure } from './sweep-statistics.ts';

/** A row of table.csv. */
export interface PointRow extends DonePoint {
  readonly series: readonly string[];
}

type Summary = PointRecord['summary'];

/** A number of a point. */
interface PointMeasure {
  readonly key: string;
  readonly title: string;
  readonly format: NumberFormat;
  readonly meaning: string;
  /** Null where it was not or could not be measured. */
  readonly value: (summary: Summary) => number | null;
  /** Whether the printed table has it too. */
  readonly isPrinted?: true;
}

const whole = { decimals: 0 } as const;
const ratio = { decimals: 3 } as const;
const length = { decimals: 1 } as const;

const LAYOUTS = [
  { prefix: '', title: '', of: 'the layout as trained', layout: ({ own }: Summary) => own },
  {
    prefix: 'searched',
    title: 'searched ',
    of: 'the layout that a search for short wires finds',
    layout: ({ searched }: Summary) => searched,
  },
] as const;

const MEASURES: readonly PointMeasure[] = [
  { key: 'accuracy', title: 'accuracy', format: ratio, meaning: 'Mean accuracy over tasks.', value: (s) => s.accuracy, isPrinted: true },
  { key: 'error', title: 'error', format: ratio, meaning: '1 − accuracy.', value: (s) => s.error },
  {
    key: 'strictAccuracy',
    title: 'strict',
    format: ratio,
    meaning: 'Share of trials that are right at every step, the first of the decision excepted.',
    value: (s) => s.strictAccuracy,
  },
  {
    key: 'tasksNearCeiling',
    title: 'near ceiling',
    format: { decimals: 1 },
    meaning: 'Tasks at most 0.05 below the best possible accuracy.',
    value: (s) => s.tasksNearCeiling,
    isPrinted: true,
  },
  { key: 'worstGap', title: 'worst gap', format: ratio, meaning: 'Largest gap of a task to its ceiling.', value: (s) => s.worstGap },
  {
    key: 'activeNeurons',
    title: 'active neurons',
    format: length,
    meaning: 'Neurons whose activity tells trials of some task apart.',
    value: (s) => s.activeNeurons,
    isPrinted: true,
  },
  {
    key: 'connections',
    title: 'connections',
    format: whole,
    meaning: 'Active recurrent connections, those of a neuron to itself included.',
    value: (s) => s.connections,
    isPrinted: true,
  },
  { key: 'selfConnections', title: 'self', format: whole, meaning: 'Of these, of a neuron to itself.', value: (s) => s.selfConnections },
  { key: 'clusters', title: 'clusters', format: length, meaning: 'Functional clusters of the active neurons.', value: (s) => s.clusters },
  { key: 'silhouette', title: 'silhouette', format: ratio, meaning: 'Mean silhouette of the clusters.', value: (s) => s.silhouette },
  {
    key: 'qBinary',
    title: 'Q',
    format: ratio,
    meaning: 'Directed modularity of the active connections by functional cluster.',
    value: (s) => s.qBinary,
    isPrinted: true,
  },
  {
    key: 'pEffective',
    title: 'p effective',
    format: ratio,
    meaning: 'Density of connections between clusters over density inside.',
    value: (s) => s.pEffective,
  },
  ...LAYOUTS.flatMap(({ prefix, title, of, layout }): PointMeasure[] => {
    const key = (name: string) => (prefix === '' ? name : `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}`);
    const measure = (
      name: string,
      words: string,
      format: NumberFormat,
      meaning: string,
      value: (own: Summary['own']) => number | null,
    ): PointMeasure => ({
      key: key(name),
      title: `${title}${words}`,
      format,
      meaning: `${meaning}; ${of}.`,
      value: (summary) => {
        const own = layout(summary);
        return own === null ? null : value(own);
      },
    });
    return [
      {
        ...measure('wiringLength', 'wiring', length, 'Length of the active connections, grid = 1', (l) => l.wiringLength),
        isPrinted: true,
      },
      measure('weightedWiring', 'weighted wiring', length, 'Length times |w| of all recurrent weights', (l) => l.weightedWiring),
      { ...measure('meanLength', 'mean length', ratio, 'Mean length of an active connection', (l) => l.meanLength), isPrinted: true },
      measure('isolated', 'isolated', ratio, 'Share of active neurons without a neighbour of their cluster', (l) => l.isolated),
      measure('isolatedZ', 'isolated z', { decimals: 2 }, 'The same in deviations from shuffled layouts', (l) => l.isolatedZ),
      measure('isolatedP', 'isolated p', { significant: 2 }, 'Share of shuffled layouts with as few isolated neurons', (l) => l.isolatedP),
      measure(
        'isolatedShare',
        'isolated share',
        ratio,
        'Share of the numbers of clusters at which fewer neurons are isolated than by chance (p below 0.01)',
        (l) => l.isolatedShare,
      ),
      measure('clusterSize', 'cluster size', ratio, 'Mean spatial spread of the clusters', (l) => l.clusterSize),
      measure('clusterSizeZ', 'cluster z', { decimals: 2 }, 'The same in deviations from shuffled layouts', (l) => l.clusterSizeZ),
      measure('clusterSizeP', 'cluster p', { significant: 2 }, 'Share of shuffled layouts with clusters as small', (l) => l.clusterSizeP),
      measure(
        'clusterSizeShare',
        'cluster share',
        ratio,
        'Share of the numbers of clusters at which clusters are smaller than by chance (p below 0.01)',
        (l) => l.clusterSizeShare,
      ),
    ];
  }),
];

/** Columns of table.csv. */
export function pointColumns(varying: readonly string[]): Column<PointRow>[] {
  const words = (key: string, meaning: string, value: (row: PointRow) => string): Column<PointRow> => ({
    key,
    title: key,
    unit: '',
    format: 'words',
    meaning,
    value,
  });
  return [
    words('series', 'Series of the point, joined by semicolons.', ({ series }) => series.join('; ')),
    words('point', 'Its file in points/.', ({ point }) => point.name),
    ...varying.map(
      (path): Column<PointRow> => ({
        ...words(path, 'A setting in which points differ; empty where it has no meaning.', () => ''),
        value: ({ point }) => flatSettings(point.settings).get(path) ?? '',
      }),
    ),
    ...MEASURES.map(
      ({ key, title, format, meaning, value }): Column<PointRow> => ({
        key,
        title,
        unit: '',
        format,
        meaning,
        value: ({ record }) => value(record.summary),
      }),
    ),
  ];
}

/** Points of a series that differ in their seed only. */
export interface SettingSummary {
  readonly series: string;
  readonly setting: string;
  /** Seeds that are done, and those that are not. */
  readonly seeds: number;
  readonly missing: number;
  /** By column of table.csv; null where no seed has it. */
  readonly measures: Readonly<Record<string, MeanSpread | null>>;
}

/** Means and spreads over the seeds of one setting. */
export function summarizeSetting(
  series: string,
  setting: string,
  points: readonly SweepPoint[],
  done: readonly DonePoint[],
): SettingSummary {
  const over = (value: PointMeasure['value']) =>
    meanSpread(done.map(({ record }) => value(record.summary)).filter((number) => number !== null));
  const measures = Object.fromEntries(MEASURES.map(({ key, value }) => [key, over(value)]));
  return { series, setting, seeds: done.length, missing: points.length - done.length, measures };
}

/** Columns of the printed table. */
export const SETTING_COLUMNS: readonly Column<SettingSummary>[] = [
  { key: 'series', title: 'series', unit: '', format: 'words', meaning: 'Name in the sweep file.', value: ({ series }) => series },
  { key: 'setting', title: 'setting', unit: '', format: 'words', meaning: 'What differs in the series.', value: ({ setting }) => setting },
  {
    key: 'seeds',
    title: 'seeds',
    unit: '',
    format: whole,
    meaning: 'Seeds behind mean and spread.',
    value: ({ seeds, missing }) => (missing === 0 ? seeds : `${seeds} of ${seeds + missing}`),
  },
  ...MEASURES.filter(({ isPrinted }) => isPrinted).map(
    ({ key, title, format, meaning }): Column<SettingSummary> => ({
      key,
      title,
      unit: '',
      format,
      meaning,
      value: ({ seeds, measures }) => (seeds === 0 ? '' : withSpread(measures[key], format)),
    }),
  ),
];

/** Columns of the hypervolumes. */
export const SERIES_COLUMNS: readonly Column<SeriesSummary>[] = [
  { key: 'series', title: 'series', unit: '', format: 'words', meaning: 'Name in the sweep file.', value: ({ name }) => name },
  {
    key: 'seeds',
    title: 'seeds',
    unit: '',
    format: whole,
    meaning: 'Seeds of which every point is done.',
    value: ({ seeds }) => {
      const complete = seeds.filter(({ missing }) => missing === 0).length;
      return complete === seeds.length ? complete : `${complete} of ${seeds.length}`;
    },
  },
  ...SWEEP_MEASURES.map(
    ({ id, label }: SweepMeasure): Column<SeriesSummary> => ({
      key: id,
      title: label.replace(/ \(.*\)$/, ''),
      unit: '',
      format: ratio,
      meaning: `Hypervolume of error and ${label}.`,
      value: ({ hypervolume }) => withSpread(hypervolume[id], ratio),
    }),
  ),
];

/** What every column of a sweep's tables means, as Markdown. */
export function sweepColumnReference(): string {
  const tables = [
    ['Points of a sweep (`table.csv`)', meaningsTable(pointColumns([]))],
    ['Settings of a sweep, over seeds (`table.txt`)', meaningsTable(SETTING_COLUMNS)],
    ['Series of a sweep', meaningsTable(SERIES_COLUMNS)],
  ] as const;
  return tables.map(([title, table]) => `### ${title}\n\n${table}`).join('\n');
}

/** `0.913 ± 0.004`; one seed has no spread. */
function withSpread(value: MeanSpread | null, format: NumberFormat): string | null {
  if (value === null) return null;
  const mean = formatNumber(value.mean, format);
  return value.spread === null ? mean : `${mean} ± ${formatNumber(value.spread, format)}`;
}
