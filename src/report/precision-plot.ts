// How many bits does a network need? Mean accuracy at every width, and below it what each task loses there.
import { scaleLinear } from 'd3-scale';
import { formatNumber, formatRatio, plural } from './format.ts';
import { frame, legendWidth, marker, notice, pageWidth, polyline, type SeriesStyle, seriesEntry, seriesStyle } from './series.ts';
import {
  type Box,
  colourBar,
  element,
  FONT,
  group,
  INK,
  type LegendEntry,
  legend,
  line,
  lineSwatch,
  type Markup,
  RAMPS,
  svgDocument,
  textWidth,
  ticksOf,
  titled,
  words,
  yAxis,
} from './svg.ts';

/** A network at one width of its weights. Accuracies from 0 to 1. */
export interface PrecisionPlotPoint {
  readonly bits: number;
  /** Whether it was trained at this width, or only rounded to it. */
  readonly isTrained: boolean;
  readonly accuracy: number;
  /** Accuracy lost in each task, in the order of `tasks`. */
  readonly losses: readonly number[];
}

/** What is drawn. */
export interface PrecisionPlot {
  readonly title: string;
  /** Mean accuracy of the float network. */
  readonly float: number;
  readonly trialsPerTask: number;
  readonly tasks: readonly { readonly name: string; readonly hasDelay: boolean }[];
  readonly points: readonly PrecisionPlotPoint[];
}

const TOP = 66;
const CURVES = 180;
const HEADS = 48;
const CELL: Pick<Box, 'width' | 'height'> = { width: 52, height: 18 };
const GAP = 10;
/** Loss that is drawn darkest; larger ones are told by their numbers. */
const DARKEST = 0.3;
/** Share of the ramp from which on words are white. */
const DARK = 0.6;
/** Least height of the curves in accuracy, so that noise does not fill them: a standard error of 500 trials is below 0.02. */
const LEAST_SPAN = 0.04;
const DELAY_MARK = ' †';

/** A column of cells. */
interface Column {
  readonly point: PrecisionPlotPoint;
  readonly left: number;
}

/** `precision.svg`. */
export function precisionPlot({ title, float, trialsPerTask, tasks, points }: PrecisionPlot): string {
  const names = tasks.map(({ name, hasDelay }) => `${name}${hasDelay ? DELAY_MARK : ''}`);
  const left = 40 + Math.max(60, ...names.map((name) => textWidth(name)));
  const columns = placeColumns(points, left);
  const width = Math.max(CELL.width, ...columns.map((column) => column.left + CELL.width - left));
  const curves: Box = { left, top: TOP, width, height: CURVES };
  const cells: Box = { left, top: TOP + CURVES + HEADS, width, height: CELL.height * tasks.length };
  const heading = { title, subtitle: `${plural(trialsPerTask, 'trial')} a task; below, accuracy lost against float in each task` };
  const styles = [seriesStyle(0), seriesStyle(1)] as const;
  const entries: LegendEntry[] = [
    { label: `float: ${formatRatio(float)}`, swatch: lineSwatch(INK.text, 1.4) },
    seriesEntry('rounded after training', styles[0]),
    ...(points.some(({ isTrained }) => isTrained) ? [seriesEntry('trained with these bits', styles[1])] : []),
  ];
  const keyLeft = left + width + 24;
  const key = legend(keyLeft, TOP, entries);
  const bar: Box = { left: keyLeft, top: cells.top + 22, width: 16, height: 110 };
  const hasDelays = tasks.some(({ hasDelay }) => hasDelay);
  const room = Math.max(legendWidth(entries.map(({ label }) => label)), 130);
  return svgDocument(
    { width: pageWidth(keyLeft + room + 16, heading), height: Math.max(cells.top + cells.height, bar.top + bar.height) + 40 },
    heading,
    [
      ...drawCurves(curves, columns, float, styles),
      ...columns.flatMap((column) => drawHead(column, curves.top + curves.height)),
      yAxis(
        cells,
        names.map((name, task) => ({ at: cells.top + (task + 0.5) * CELL.height, label: name })),
        'task',
        { titleOffset: left - 14 },
      ),
      ...columns.flatMap(({ point, left: x }) =>
        point.losses.map((loss, task) => drawCell(x, cells.top + task * CELL.height, loss, `${names[task]}, ${describe(point)}`)),
      ),
      ...(points.length === 0 ? [notice(curves, 'no widths')] : []),
      ...(hasDelays ? [words(keyLeft, bar.top + bar.height + 24, '† must wait for its answer', { fill: INK.soft })] : []),
      key.markup,
      colourBar(bar, (share) => shade(share), 'accuracy lost', { low: '0', middle: `${DARKEST / 2}`, high: `${DARKEST} and more` }),
    ],
  );
}

/** Widths from wide to narrow, each with one column or two. */
function placeColumns(points: readonly PrecisionPlotPoint[], left: number): Column[] {
  const sorted = points.toSorted((a, b) => b.bits - a.bits || Number(a.isTrained) - Number(b.isTrained));
  let x = left - GAP;
  return sorted.map((point, i) => {
    x += (i === 0 || sorted[i - 1].bits !== point.bits ? GAP : 0) + (i === 0 ? 0 : CELL.width);
    return { point, left: x };
  });
}

function drawCurves(box: Box, columns: readonly Column[], float: number, styles: readonly SeriesStyle[]): Markup[] {
  const accuracies = [float, ...columns.map(({ point }) => point.accuracy)];
  const top = Math.max(...accuracies);
  const y = scaleLinear([Math.min(top - LEAST_SPAN, ...accuracies), top], [box.top + box.height - 10, box.top + 10]);
  const curve = (isTrained: boolean): Markup[] => {
    const style = styles[Number(isTrained)];
    const own = columns.filter(({ point }) => point.isTrained === isTrained);
    const at = ({ point, left }: Column) => [left + CELL.width / 2, y(point.accuracy)] as const;
    return [
      polyline(own.map(at), style, 1.8),
      ...own.map((column) => marker(style.shape, ...at(column), 4.5, { fill: style.colour }, describe(column.point))),
    ];
  };
  return [
    frame(box),
    yAxis(box, ticksOf(y, 5), 'mean accuracy', { lines: true, titleOffset: box.left - 14 }),
    line(box.left, y(float), box.left + box.width, y(float), INK.text, { 'stroke-width': 1.4 }),
    ...curve(false),
    ...curve(true),
  ];
}

function drawHead({ point, left }: Column, top: number): Markup[] {
  const middle = left + CELL.width / 2;
  return [
    words(middle, top + 18, bitsText(point.bits), { anchor: 'middle', size: FONT.label }),
    words(middle, top + 33, point.isTrained ? 'trained' : 'rounded', { anchor: 'middle', fill: INK.soft }),
  ];
}

function drawCell(x: number, y: number, loss: number, about: string): Markup {
  const share = Math.min(1, Math.max(0, loss / DARKEST));
  const text = formatNumber(loss, { decimals: 3 });
  return group({}, [
    titled('rect', { x, y, ...CELL, fill: shade(share), stroke: INK.background }, `${about} lost ${text}`),
    element('g', { 'pointer-events': 'none' }, [
      words(x + CELL.width / 2, y + 13, text, { anchor: 'middle', fill: share > DARK ? INK.background : INK.text }),
    ]),
  ]);
}

function shade(share: number): string {
  return share <= 0 ? INK.background : RAMPS.blue(share);
}

function describe({ bits, isTrained, accuracy }: PrecisionPlotPoint): string {
  return `${bitsText(bits)}, ${isTrained ? 'trained' : 'rounded'}: mean accuracy ${formatRatio(accuracy)}`;
}

/** Two bits are three levels. */
export function bitsText(bits: number): string {
  return bits === 2 ? 'ternary' : `${bits} bits`;
}
