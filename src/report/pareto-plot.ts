// Which networks are the best trade-offs? Error against neurons or wire, and the front of each kind of training.
import { scaleLinear, scaleLog } from 'd3-scale';
import { paretoFront } from '../analysis/pareto.ts';
import { formatNumber, plural } from './format.ts';
import { legendWidth, logTicks, marker, notice, pageWidth, polyline, type SeriesStyle, seriesEntry, seriesStyle } from './series.ts';
import { type Box, INK, legend, line, type Markup, svgDocument, type Tick, ticksOf, words, xAxis, yAxis } from './svg.ts';

/** A plot of error against something that should be small. */
export interface ParetoPlot {
  readonly title: string;
  readonly x: { readonly label: string; readonly log: boolean };
  readonly series: readonly ParetoSeries[];
}

/** The networks of one kind of training. */
export interface ParetoSeries {
  readonly name: string;
  /** `error` from 0 to 1; `label` is shown when a point is pointed at. */
  readonly points: readonly { readonly x: number; readonly error: number; readonly label: string }[];
  /** Mean over seeds and its spread; null where it is unknown. */
  readonly hypervolume: { readonly mean: number; readonly spread: number | null } | null;
}

const BOX: Box = { left: 84, top: 66, width: 560, height: 400 };
/** Room at the left of a logarithmic axis for points at 0. */
const ZERO = 46;

/** Liu et al. (2023), figure 1: points on the front are filled, dominated ones hollow. */
export function paretoPlot({ title, x: axis, series }: ParetoPlot): string {
  const points = series.flatMap((one) => one.points);
  const heading = { title, subtitle: `${plural(points.length, 'network')}; steps are the front: nothing is better in both` };
  const bottom = BOX.top + BOX.height;
  const x = axis.log ? logAxis(points) : linearAxis(points);
  const y = scaleLinear([0, Math.max(0.01, ...points.map(({ error }) => error)) * 1.05], [bottom, BOX.top]).nice(5);
  const styles = series.map((_, i) => seriesStyle(i));
  const labels = series.map(legendLabel);
  const entries = series.map((_, i) => seriesEntry(labels[i], styles[i]));
  const hollow = {
    label: 'dominated',
    swatch: (left: number, top: number) => marker('circle', left + 13, top + 6, 4.5, hollowed(INK.soft)),
  };
  const legendTitle = series.some(({ hypervolume }) => hypervolume !== null) ? 'hypervolume (larger is better)' : undefined;
  const key = legend(BOX.left + BOX.width + 24, BOX.top, [...entries, hollow], legendTitle);
  const room = legendWidth([...labels, hollow.label], legendTitle);
  return svgDocument(
    { width: pageWidth(BOX.left + BOX.width + 24 + room + 16, heading), height: Math.max(bottom + 54, BOX.top + key.height + 20) },
    heading,
    [
      yAxis(BOX, ticksOf(y, 6), 'error (1 − mean accuracy)', { lines: true, titleOffset: 58 }),
      xAxis(BOX, x.ticks, axis.label, { lines: true }),
      ...x.marks,
      ...series.map((one, i) => drawFront(one, styles[i], x.at, y)),
      ...series.flatMap((one, i) => drawPoints(one, styles[i], x.at, y, axis.label)),
      ...(points.length === 0 ? [notice(BOX, 'no networks')] : []),
      key.markup,
    ],
  );
}

interface Axis {
  at(x: number): number;
  readonly ticks: readonly Tick[];
  readonly marks: readonly Markup[];
}

function linearAxis(points: readonly { readonly x: number }[]): Axis {
  const most = Math.max(0, ...points.map(({ x }) => x));
  const at = scaleLinear([0, most > 0 ? most * 1.05 : 1], [BOX.left, BOX.left + BOX.width]);
  return { at, ticks: ticksOf(at, 8), marks: [] };
}

/** Zero has no logarithm: it stands apart at the left. */
function logAxis(points: readonly { readonly x: number }[]): Axis {
  const positive = points.map(({ x }) => x).filter((x) => x > 0);
  const low = positive.length === 0 ? 1 : Math.min(...positive);
  const high = positive.length === 0 ? 10 : Math.max(...positive);
  const apart = positive.length < points.length;
  const scale = scaleLog([low / 1.2, high * 1.2], [BOX.left + (apart ? ZERO : 0), BOX.left + BOX.width]);
  const zero = BOX.left + ZERO / 2;
  return {
    at: (x) => (x > 0 ? scale(x) : zero),
    ticks: logTicks(scale),
    marks: apart
      ? [
          words(zero, BOX.top + BOX.height + 17, '0', { anchor: 'middle', fill: INK.soft }),
          line(BOX.left + ZERO, BOX.top, BOX.left + ZERO, BOX.top + BOX.height, INK.axis, { 'stroke-dasharray': '2 3' }),
        ]
      : [],
  };
}

/** From point to point: to the right at the same error, then down. */
function drawFront({ points }: ParetoSeries, style: SeriesStyle, x: (value: number) => number, y: (value: number) => number): Markup {
  const front = paretoFront(points).map((i) => points[i]);
  const steps = front.flatMap((point, i) => {
    const before = front[i - 1];
    const here = [x(point.x), y(point.error)] as const;
    return before === undefined ? [here] : [[x(point.x), y(before.error)] as const, here];
  });
  return polyline(steps, style, 1.8);
}

function drawPoints(
  { name, points }: ParetoSeries,
  { colour, shape }: SeriesStyle,
  x: (value: number) => number,
  y: (value: number) => number,
  axis: string,
): Markup[] {
  const front = new Set(paretoFront(points));
  const draw = (i: number): Markup => {
    const { x: value, error, label } = points[i];
    const title = `${name}, ${label}: ${axis} ${formatNumber(value, { significant: 4 })}, error ${formatNumber(error, { decimals: 3 })}`;
    const look = front.has(i) ? { fill: colour, stroke: INK.background, 'stroke-width': 0.8 } : hollowed(colour);
    return marker(shape, x(value), y(error), front.has(i) ? 5.5 : 4, look, title);
  };
  const order = [...points.keys()].sort((a, b) => Number(front.has(a)) - Number(front.has(b)) || a - b);
  return order.map(draw);
}

function hollowed(colour: string): Readonly<Record<string, string | number>> {
  return { fill: INK.background, 'fill-opacity': 0.6, stroke: colour, 'stroke-width': 1.3 };
}

function legendLabel({ name, points, hypervolume }: ParetoSeries): string {
  if (points.length === 0) return `${name}: no networks`;
  if (hypervolume === null) return name;
  const spread = hypervolume.spread === null ? '' : ` ± ${formatNumber(hypervolume.spread, { decimals: 3 })}`;
  return `${name}: ${formatNumber(hypervolume.mean, { decimals: 3 })}${spread}`;
}
