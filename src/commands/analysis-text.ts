// How is an analysis put into words? What the network is, one table of its layouts, and whether its clusters keep together beyond chance.
import type { Analysis, LayoutAnalysis, NullComparison } from '../analysis/analysis-file.ts';
import { NEAR_CEILING, SIGNIFICANT, summarizeAnalysis } from '../analysis/analysis-summary.ts';
import { formatCount, formatNumber, formatRatio, formatValue, listWords, type NumberFormat, plural } from '../report/format.ts';
import { type Column, textTable } from '../report/table.ts';

/** Tasks farther from it that are named. */
const NAMED_TASKS = 4;

interface Line {
  readonly name: string;
  readonly values: readonly string[];
}

/** The result of `analyze` for people. */
export function analysisText(analysis: Analysis, file: string, colour: boolean): string {
  const { network, layouts, notes } = analysis;
  const table = (head: readonly string[], lines: readonly Line[]) =>
    textTable(
      head.map(
        (title, i): Column<Line> => ({
          key: `column${i}`,
          title,
          unit: '',
          format: i === 0 || WORDS.has(title) ? 'words' : { decimals: 0 },
          meaning: title,
          value: ({ name, values }) => (i === 0 ? name : (values[i - 1] ?? '')),
        }),
      ),
      lines,
      { colour },
    );
  return [
    `${file}: ${network.stage} network of suite ${network.suite}, ${plural(network.neurons, 'neuron')} on grid ${network.grid}`,
    '',
    table(['measure', 'network'], networkLines(analysis)),
    ...clusterTable(analysis, table),
    table(['where neurons sit', ...layouts.map(({ name }) => LAYOUTS[name])], layoutLines(layouts)),
    ...layouts.map((layout) => verdict(layout, analysis.settings.shuffles)),
    ...notes,
  ].join('\n');
}

/** Columns that are aligned left, besides the first of each table. */
const WORDS: ReadonlySet<string> = new Set(['network', 'preferred task']);
const LAYOUTS = { own: 'own layout', searched: 'after a search' } as const;

function networkLines(analysis: Analysis): Line[] {
  const { accuracy, activity, clusters, connections, modularity, network, settings } = analysis;
  const { tasksNearCeiling } = summarizeAnalysis(analysis);
  const low = accuracy.tasks.filter((task) => task.ceiling - task.accuracy > NEAR_CEILING);
  const lines: [string, string][] = [
    ['mean accuracy', `${formatRatio(accuracy.mean)} (${plural(settings.scores.trialsPerTask, 'trial')} of each task)`],
    ['  every step right', formatRatio(accuracy.strict)],
    ['  fixation kept', formatRatio(accuracy.fixationKept)],
    [`  tasks within ${NEAR_CEILING} of their ceiling`, `${tasksNearCeiling} of ${accuracy.tasks.length}${lowTasks(low)}`],
    ['active neurons', `${formatCount(activity.active.length)} of ${formatCount(network.neurons)}`],
    [
      'functional clusters',
      clusters === null ? 'unknown' : `${clusters.clusters.length}, mean silhouette ${formatNumber(clusters.silhouette, { decimals: 2 })}`,
    ],
    [
      'connections',
      `${formatCount(connections.active)} of ${formatCount(network.neurons ** 2)} (${formatNumber(connections.density, 'percent')}), ` +
        `${formatCount(connections.self)} of a neuron to itself`,
    ],
    ['modularity Q of the wiring', `${outOf(modularity?.qBinary ?? null, modularity?.qMaximum ?? null)}`],
    ['  weighted', formatRatio(modularity?.qWeighted ?? null)],
    [
      'density inside, between clusters',
      `${formatValue(modularity?.densityInside ?? null, 'percent')}, ${formatValue(modularity?.densityBetween ?? null, 'percent')}`,
    ],
  ];
  return lines.map(([name, value]) => ({ name, values: [value] }));
}

function lowTasks(tasks: Analysis['accuracy']['tasks']): string {
  if (tasks.length === 0) return '';
  const worst = [...tasks].sort((a, b) => b.ceiling - b.accuracy - (a.ceiling - a.accuracy)).slice(0, NAMED_TASKS);
  const named = worst.map(({ task, accuracy, ceiling }) => `${task} (${formatRatio(accuracy)} of ${formatRatio(ceiling)})`);
  const others = tasks.length - worst.length;
  return `; not ${listWords(others === 0 ? named : [...named, `${others} more`])}`;
}

function outOf(value: number | null, most: number | null): string {
  return value === null ? 'unknown' : `${formatRatio(value)}, at most ${formatRatio(most)}`;
}

function clusterTable({ clusters }: Analysis, table: (head: readonly string[], lines: readonly Line[]) => string): string[] {
  if (clusters === null) return [];
  const lines = clusters.clusters.map(({ size, preferredTask }, i) => ({ name: `${i + 1}`, values: [formatCount(size), preferredTask] }));
  return [table(['cluster', 'neurons', 'preferred task'], lines)];
}

function layoutLines(layouts: readonly LayoutAnalysis[]): Line[] {
  const line = (name: string, format: NumberFormat, value: (layout: LayoutAnalysis) => number | null): Line => ({
    name,
    values: layouts.map((layout) => formatValue(value(layout), format)),
  });
  const againstChance = (of: (layout: LayoutAnalysis) => NullComparison | null, format: NumberFormat): Line[] => [
    line('  mean of shuffles', format, (layout) => of(layout)?.nullMean ?? null),
    line('  z', { decimals: 1 }, (layout) => of(layout)?.z ?? null),
    line('  p', { significant: 2 }, (layout) => of(layout)?.p ?? null),
  ];
  const numbers = (p: (one: LayoutAnalysis['byClusters'][number]) => number): Line => ({
    name: `  numbers of clusters with p below ${SIGNIFICANT}`,
    values: layouts.map(({ byClusters }) =>
      byClusters.length === 0
        ? formatValue(null, 'percent')
        : `${formatCount(byClusters.filter((one) => p(one) < SIGNIFICANT).length)} of ${formatCount(byClusters.length)}`,
    ),
  });
  const [isolated, size] = [({ isolated }: LayoutAnalysis) => isolated, ({ clusterSize }: LayoutAnalysis) => clusterSize];
  return [
    line('wiring length, grid sides', { decimals: 1 }, ({ wiring }) => wiring.length),
    line('  weighted by |w|', { decimals: 2 }, ({ wiring }) => wiring.weighted),
    line('  mean of a connection', { decimals: 3 }, ({ wiring }) => wiring.meanLength),
    line('isolated neurons', 'percent', (layout) => isolated(layout)?.value ?? null),
    ...againstChance(isolated, 'percent'),
    numbers(({ isolatedP }) => isolatedP),
    line('cluster size, squared grid sides', { decimals: 4 }, (layout) => size(layout)?.value ?? null),
    ...againstChance(size, { decimals: 4 }),
    numbers(({ clusterSizeP }) => clusterSizeP),
    line('cluster radius, grid sides', { decimals: 3 }, ({ clusterRadius }) => clusterRadius),
    line('distance of two members', { decimals: 3 }, ({ clusterPairDistance }) => clusterPairDistance),
  ];
}

/** Whether clusters keep together, in a sentence. */
function verdict({ name, isolated, clusterSize }: LayoutAnalysis, shuffles: number): string {
  const where = { own: 'In its own layout', searched: 'After a layout search' }[name];
  if (isolated === null || clusterSize === null) return `${where} it is unknown whether neurons of one function keep together.`;
  const measures = [
    { what: 'few isolated neurons', p: isolated.p },
    { what: 'small clusters', p: clusterSize.p },
  ];
  const found = measures.filter(({ p }) => p < SIGNIFICANT).map(({ what }) => what);
  const trials = `${plural(shuffles, 'shuffle')}, p below ${SIGNIFICANT}`;
  if (found.length === measures.length)
    return `${where} neurons of one function keep together beyond chance: ${listWords(found)} (${trials}).`;
  if (found.length > 0)
    return `${where} it is undecided whether neurons of one function keep together: only ${listWords(found)} (${trials}).`;
  return `${where} neurons of one function do not keep together beyond chance (${trials} for neither measure).`;
}
