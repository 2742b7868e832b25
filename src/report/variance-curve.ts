// How many neurons take part? Task variance of every neuron, largest first, against the threshold of activity.
import { scaleLinear, scaleLog } from 'd3-scale';
import { formatCount, formatNumber, plural } from './format.ts';
import {
  legendWidth,
  logTicks,
  marker,
  markLine,
  notice,
  pageWidth,
  polyline,
  type SeriesStyle,
  seriesEntry,
  seriesStyle,
} from './series.ts';
import { type Box, INK, legend, type Markup, svgDocument, ticksOf, words, xAxis, yAxis } from './svg.ts';

/** A network's task variance. */
export interface VarianceSeries {
  readonly name: string;
  /** Shape [neurons][tasks]. */
  readonly taskVariance: readonly (readonly number[])[];
  /** Σ task variance above which a neuron is active. */
  readonly activeAbove: number;
}

const BOX: Box = { left: 92, top: 66, width: 560, height: 330 };
/** Smaller values are drawn at the bottom: how far below the threshold a silent neuron lies tells nothing. */
const DECADES_BELOW = 3;

/** `task-variance.svg`: the sorted curve of each network, as Liu et al. (2023) read off their number of important neurons. */
export function varianceCurve(title: string, series: readonly VarianceSeries[]): string {
  const curves = series.map(({ name, taskVariance, activeAbove }, index) => {
    const sums = taskVariance.map((row) => row.reduce((sum, value) => sum + value, 0)).sort((a, b) => b - a);
    return { name, sums, active: sums.filter((sum) => sum > activeAbove).length, style: seriesStyle(index) };
  });
  const threshold = series[0]?.activeAbove ?? 1e-3;
  const floor = threshold / 10 ** DECADES_BELOW;
  const most = Math.max(threshold * 10, ...curves.map(({ sums }) => sums[0] ?? 0));
  const longest = Math.max(1, ...curves.map(({ sums }) => sums.length));
  const bottom = BOX.top + BOX.height;
  const x = scaleLinear([0.5, longest + 0.5], [BOX.left, BOX.left + BOX.width]);
  const y = scaleLog([floor, most * 1.3], [bottom, BOX.top]).clamp(true);
  const labels = curves.map(({ name, active, sums }) => `${name}: ${formatCount(active)} of ${formatCount(sums.length)} active`);
  const [only] = curves;
  const several = curves.length > 1;
  const heading = {
    title,
    subtitle:
      only === undefined
        ? 'no network'
        : several
          ? `a neuron is active above a task variance of ${formatNumber(threshold, { significant: 1 })}`
          : `${formatCount(only.active)} of ${plural(only.sums.length, 'neuron')} active (task variance above ${formatNumber(threshold, { significant: 1 })})`,
  };
  const key = legend(BOX.left + BOX.width + 24, BOX.top, several ? curves.map(({ style }, i) => seriesEntry(labels[i], style)) : []);
  const room = several ? legendWidth(labels) + 24 : 0;
  const ySilent = curves.some(({ sums }) => sums.some((sum) => sum < floor));
  return svgDocument({ width: pageWidth(BOX.left + BOX.width + room + 24, heading), height: bottom + 54 }, heading, [
    yAxis(BOX, logTicks(y), 'Σ task variance over tasks (squared activity)', { lines: true, titleOffset: 76 }),
    xAxis(BOX, ticksOf(x, 8), 'neurons, by falling task variance'),
    markLine(BOX.left, y(threshold), BOX.left + BOX.width, y(threshold)),
    words(BOX.left + BOX.width - 4, y(threshold) - 5, 'active above this line', { anchor: 'end', fill: INK.soft }),
    ...(ySilent
      ? [
          words(BOX.left + BOX.width - 4, bottom - 8, `values below ${formatNumber(floor, { significant: 1 })} lie on the axis`, {
            anchor: 'end',
            fill: INK.soft,
          }),
        ]
      : []),
    ...curves.flatMap(({ sums, style }) =>
      sums.length === 0
        ? []
        : [
            polyline(
              sums.map((sum, i) => [x(i + 1), y(Math.max(sum, floor))] as const),
              style,
              2,
            ),
          ],
    ),
    ...curves.flatMap(({ name, sums, active, style }) =>
      activeMark(
        x(active + 0.5),
        y,
        threshold,
        bottom,
        `${name}: ${formatCount(active)} of ${plural(sums.length, 'neuron')} active`,
        style,
      ),
    ),
    ...(curves.every(({ sums }) => sums.length === 0) ? [notice(BOX, 'no neurons')] : []),
    ...(several ? [key.markup] : []),
  ]);
}

/** Where a curve crosses the threshold: the number of active neurons can be read off the axis. */
function activeMark(
  x: number,
  y: (value: number) => number,
  threshold: number,
  bottom: number,
  title: string,
  { colour, shape }: SeriesStyle,
): Markup[] {
  return [
    markLine(x, y(threshold), x, bottom, INK.axis),
    marker(shape, x, y(threshold), 5, { fill: colour, stroke: INK.background, 'stroke-width': 0.8 }, title),
  ];
}
