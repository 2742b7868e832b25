// What has the network learnt? Accuracy in every task against the best that is possible there.
import { scaleLinear } from 'd3-scale';
import type { Analysis } from '../analysis/analysis-file.ts';
import { formatNumber, formatRatio, plural } from './format.ts';
import { legendWidth, marker, notice, pageWidth, seriesEntry, seriesStyle } from './series.ts';
import {
  type Box,
  element,
  group,
  INK,
  type LegendEntry,
  legend,
  line,
  type Markup,
  svgDocument,
  ticksOf,
  titled,
  xAxis,
  yAxis,
} from './svg.ts';

/** A network and what it scored. */
export interface PerformanceSeries {
  readonly name: string;
  readonly accuracy: Pick<Analysis['accuracy'], 'mean' | 'tasks'>;
}

const TOP = 66;
const WIDTH = 480;
const BAR = '#7fa8cf';

/** `performance.svg`: bars for one network, marks side by side for several; Liu et al. (2023), figure 1. */
export function performancePlot(title: string, series: readonly PerformanceSeries[]): string {
  const tasks = [...new Set(series.flatMap(({ accuracy }) => accuracy.tasks.map(({ task }) => task)))];
  const step = series.length <= 1 ? 21 : Math.min(60, 13 + 7 * series.length);
  const left = 40 + Math.max(40, ...tasks.map((task) => task.length * 6.7));
  const box: Box = { left, top: TOP, width: WIDTH, height: Math.max(60, step * tasks.length) };
  const x = scaleLinear([lowest(series), 1], [left, left + WIDTH]);
  const labels = series.map(({ name, accuracy }) => `${name}: mean ${formatRatio(accuracy.mean)}`);
  const [only] = series;
  const single = series.length === 1;
  const heading = {
    title,
    subtitle:
      only === undefined
        ? 'no network'
        : single
          ? `mean accuracy ${formatRatio(only.accuracy.mean)} over ${plural(tasks.length, 'task')}; smallest ${formatRatio(Math.min(1, ...only.accuracy.tasks.map(({ accuracy }) => accuracy)))}`
          : `${plural(series.length, 'network')}, ${plural(tasks.length, 'task')}`,
  };
  const ceiling: LegendEntry = {
    label: 'best possible accuracy',
    swatch: (l, t) => line(l + 13, t - 1, l + 13, t + 13, INK.text, { 'stroke-width': 2.2 }),
  };
  const bar: LegendEntry = { label: 'accuracy', swatch: (l, t) => element('rect', { x: l, y: t + 1, width: 26, height: 10, fill: BAR }) };
  const entries = [...(single ? [bar] : series.map((_, i) => seriesEntry(labels[i] as string, seriesStyle(i), 'mark'))), ceiling];
  const key = legend(left + WIDTH + 24, TOP, entries);
  const room = legendWidth(entries.map(({ label }) => label));
  return svgDocument(
    { width: pageWidth(left + WIDTH + 24 + room + 16, heading), height: Math.max(TOP + box.height + 54, TOP + key.height + 20) },
    heading,
    [
      xAxis(box, ticksOf(x, 5), 'accuracy (share of trials)', { lines: true }),
      yAxis(
        box,
        tasks.map((task, k) => ({ at: TOP + (k + 0.5) * step, label: task })),
        'task',
        { titleOffset: left - 14 },
      ),
      ...tasks.map((task, k) => drawTask(task, { box, centre: TOP + (k + 0.5) * step, step }, series, x)),
      ...(tasks.length === 0 ? [notice(box, 'no tasks')] : []),
      key.markup,
    ],
  );
}

/** Bars begin at 0; marks may begin where there is something to tell apart. */
function lowest(series: readonly PerformanceSeries[]): number {
  if (series.length <= 1) return 0;
  const least = Math.min(1, ...series.flatMap(({ accuracy }) => accuracy.tasks.flatMap((task) => [task.accuracy, task.ceiling])));
  return Math.max(0, Math.floor(10 * (least - 0.05)) / 10);
}

/** The row of a task. */
interface Row {
  readonly box: Box;
  readonly centre: number;
  readonly step: number;
}

function drawTask(task: string, { box, centre, step }: Row, series: readonly PerformanceSeries[], x: (value: number) => number): Markup {
  const scores = series.flatMap(({ name, accuracy }, i) => {
    const score = accuracy.tasks.find((candidate) => candidate.task === task);
    return score === undefined ? [] : [{ ...score, name, i }];
  });
  const half = 0.4 * step;
  const ceilings = [...new Set(scores.map(({ ceiling }) => ceiling))];
  const marks = scores.map(({ name, i, accuracy, ceiling }) => {
    const about = `${task}, ${name}: ${formatRatio(accuracy)} of ${formatRatio(ceiling)} possible`;
    if (series.length === 1)
      return titled('rect', { x: x(0), y: centre - 0.32 * step, width: x(accuracy) - x(0), height: 0.64 * step, fill: BAR }, about);
    const { colour, shape } = seriesStyle(i);
    const y = centre + ((i + 0.5) / series.length - 0.5) * (step - 8);
    return marker(shape, x(accuracy), y, 4.2, { fill: colour, stroke: INK.background, 'stroke-width': 0.6 }, about);
  });
  return group({}, [
    ...(series.length > 1 ? [line(box.left, centre + step / 2, box.left + box.width, centre + step / 2, INK.grid)] : []),
    ...(series.length === 1 ? marks : []),
    ...ceilings.map((ceiling) =>
      titled(
        'rect',
        { x: x(ceiling) - 1.1, y: centre - half, width: 2.2, height: 2 * half, fill: INK.text },
        `${task}: best possible accuracy ${formatNumber(ceiling, { decimals: 3 })}`,
      ),
    ),
    ...(series.length === 1 ? [] : marks),
  ]);
}
