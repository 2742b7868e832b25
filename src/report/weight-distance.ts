// Did training keep wires short? Mean |weight| and share of connected pairs against distance on the grid.
import { type ScaleLinear, scaleLinear, scaleLog } from 'd3-scale';
import type { DistanceBin, WeightByDistance } from '../analysis/weight-distance.ts';
import { formatCount, formatNumber, plural } from './format.ts';
import { legendWidth, logTicks, marker, notice, pageWidth, polyline, type SeriesStyle, seriesEntry, seriesStyle } from './series.ts';
import {
  type Box,
  boxSwatch,
  INK,
  legend,
  line,
  type Markup,
  SIGN_COLOURS,
  svgDocument,
  type Tick,
  ticksOf,
  titled,
  words,
  xAxis,
  yAxis,
} from './svg.ts';

const LEFT = 84;
const WIDTH = 520;
const HEIGHT = 170;
const UPPER: Box = { left: LEFT, top: 66, width: WIDTH, height: HEIGHT };
const LOWER: Box = { ...UPPER, top: UPPER.top + HEIGHT + 34 };
/** Room at the left of each panel for the self-connections. */
const SELF = 64;
/** Powers of ten that a comparison shows. */
const DECADES = 4;

/** One of the two quantities drawn against distance. */
interface Panel {
  readonly box: Box;
  readonly name: string;
  readonly colour: string;
  readonly format: 'percent' | null;
  value(bin: DistanceBin): number;
  describe(bin: DistanceBin): string;
}

const PANELS: readonly Panel[] = [
  {
    box: UPPER,
    name: 'mean |weight|',
    colour: SIGN_COLOURS.positive,
    format: null,
    value: ({ meanWeight }) => meanWeight,
    describe: ({ meanWeight, pairs }) => `mean |weight| ${formatNumber(meanWeight, { significant: 3 })} over ${plural(pairs, 'pair')}`,
  },
  {
    box: LOWER,
    name: 'connected pairs',
    colour: '#8c6bb1',
    format: 'percent',
    value: ({ activeShare }) => activeShare,
    describe: ({ active, activeShare, pairs }) =>
      `${formatCount(active)} of ${plural(pairs, 'pair')} connected (${formatNumber(activeShare, 'percent')})`,
  },
];

/** `weight-distance.svg`: two panels over one distance axis; self-connections stand apart at the left, for they have no length. */
export function weightDistancePlot(title: string, { bins, self }: WeightByDistance): string {
  const farthest = bins.at(-1)?.distance ?? 1;
  const step = Math.min(farthest, ...bins.slice(1).map((bin, i) => bin.distance - (bins[i] as DistanceBin).distance));
  const x = scaleLinear([0, farthest + step], [LEFT + SELF, LEFT + WIDTH]);
  const barWidth = Math.min(32, Math.max(1, 0.8 * (x(step) - x(0))));
  const bars: Bar[] = [
    { bin: self, centre: LEFT + SELF / 2, where: 'self-connections' },
    ...bins.map((bin) => ({ bin, centre: x(bin.distance), where: `distance ${formatNumber(bin.distance, { decimals: 3 })}` })),
  ];
  const heading = {
    title,
    subtitle: `${plural(
      bins.reduce((sum, { active }) => sum + active, 0),
      'connection',
    )} between neurons, ${formatCount(self.active)} of a neuron to itself`,
  };
  const key = legend(
    LEFT + WIDTH + 24,
    UPPER.top,
    PANELS.map(({ name, colour }) => ({ label: name, swatch: boxSwatch(colour, colour) })),
    'all ordered pairs',
  );
  return svgDocument({ width: pageWidth(LEFT + WIDTH + 170, heading), height: LOWER.top + HEIGHT + 56 }, heading, [
    ...PANELS.flatMap((panel) => drawPanel(panel, bars, barWidth)),
    ...distanceAxes(x),
    key.markup,
  ]);
}

/** The axis that both panels share, labelled below the lower one. */
function distanceAxes(x: ScaleLinear<number, number>): Markup[] {
  const ticks = ticksOf(x, 8);
  return [
    xAxis(
      UPPER,
      ticks.map((tick) => ({ ...tick, label: '' })),
      '',
    ),
    xAxis(LOWER, ticks, 'distance between two neurons (grid sides)'),
    words(LEFT + SELF / 2, LOWER.top + HEIGHT + 17, 'itself', { anchor: 'middle', fill: INK.soft }),
  ];
}

/** A bin, the middle of its bar in pixels, and what it is called. */
interface Bar {
  readonly bin: DistanceBin;
  readonly centre: number;
  readonly where: string;
}

/** The vertical axis of a panel, from 0 to the largest of some bins. */
function panelScale({ box, format, value }: Panel, bins: readonly DistanceBin[]): { y: (value: number) => number; ticks: Tick[] } {
  const most = Math.max(0, ...bins.map(value));
  const y = scaleLinear([0, most > 0 ? most : 1], [box.top + box.height, box.top]).nice(4);
  const ticks = format === null ? ticksOf(y, 4) : y.ticks(4).map((share) => ({ at: y(share), label: formatNumber(share, format) }));
  return { y, ticks };
}

function drawPanel(panel: Panel, bars: readonly Bar[], width: number): Markup[] {
  const { box, name, colour, value, describe } = panel;
  const bottom = box.top + box.height;
  const { y, ticks } = panelScale(
    panel,
    bars.map(({ bin }) => bin),
  );
  return [
    yAxis(box, ticks, name, { lines: true, titleOffset: 58 }),
    line(LEFT + SELF, box.top, LEFT + SELF, bottom, INK.axis, { 'stroke-dasharray': '2 3' }),
    ...bars.map(({ bin, centre, where }) => {
      const top = y(value(bin));
      return titled('rect', { x: centre - width / 2, y: top, width, height: bottom - top, fill: colour }, `${where}: ${describe(bin)}`);
    }),
  ];
}

/** A network and its weights by distance. */
export interface DistanceSeries {
  readonly name: string;
  readonly weights: WeightByDistance;
}

/** One network of a comparison, with its look. */
interface Curve extends DistanceSeries {
  readonly style: SeriesStyle;
  /** Where its self-connections stand, in pixels. */
  readonly selfX: number;
}

/** `weight-distance.svg` of several networks: a line for each; Liu et al. (2023), figure 3. */
export function weightDistanceComparison(title: string, series: readonly DistanceSeries[]): string {
  const curves = series.map((one, i) => ({
    ...one,
    style: seriesStyle(i),
    selfX: LEFT + 8 + ((i + 0.5) / series.length) * (SELF - 16),
  }));
  const farthest = Math.max(0, ...series.map(({ weights }) => weights.bins.at(-1)?.distance ?? 0));
  const x = scaleLinear([0, farthest > 0 ? farthest * 1.03 : 1], [LEFT + SELF, LEFT + WIDTH]);
  const heading = {
    title,
    subtitle: `${plural(series.length, 'network')}, all ordered pairs of neurons; weights too small for their axis lie on it`,
  };
  const names = series.map(({ name }) => name);
  const key = legend(
    LEFT + WIDTH + 24,
    UPPER.top,
    curves.map(({ name, style }) => seriesEntry(name, style)),
  );
  return svgDocument(
    {
      width: pageWidth(LEFT + WIDTH + 24 + legendWidth(names) + 16, heading),
      height: Math.max(LOWER.top + HEIGHT + 56, UPPER.top + key.height + 20),
    },
    heading,
    [
      ...PANELS.flatMap((panel) => drawCurves(panel, curves, x)),
      ...distanceAxes(x),
      ...(series.length === 0 ? [notice(UPPER, 'no networks')] : []),
      key.markup,
    ],
  );
}

/** Powers of ten: self-connections are often a hundred times as strong as far ones. What is weaker still lies on the axis. */
function logScale({ box, value }: Panel, bins: readonly DistanceBin[]): { y: (value: number) => number; ticks: Tick[] } {
  const values = bins.map(value).filter((one) => one > 0);
  const most = values.length === 0 ? 1 : Math.max(...values);
  const least = Math.max(most / 10 ** DECADES, values.length === 0 ? 0 : Math.min(...values) / 1.5);
  const scale = scaleLog([least, most * 1.5], [box.top + box.height, box.top]).clamp(true);
  return { y: (one) => scale(Math.max(one, least)), ticks: logTicks(scale) };
}

function drawCurves(panel: Panel, curves: readonly Curve[], x: (distance: number) => number): Markup[] {
  const { box, name, value, describe } = panel;
  const bins = curves.flatMap(({ weights }) => [weights.self, ...weights.bins]);
  const { y, ticks } = panel.format === null ? logScale(panel, bins) : panelScale(panel, bins);
  const mark = ({ style, name: network }: Curve, at: number, bin: DistanceBin, where: string): Markup =>
    marker(style.shape, at, y(value(bin)), 3.6, { fill: style.colour }, `${network}, ${where}: ${describe(bin)}`);
  return [
    yAxis(box, ticks, name, { lines: true, titleOffset: 58 }),
    line(LEFT + SELF, box.top, LEFT + SELF, box.top + box.height, INK.axis, { 'stroke-dasharray': '2 3' }),
    ...curves.map(({ weights, style }) =>
      polyline(
        weights.bins.map((bin) => [x(bin.distance), y(value(bin))] as const),
        style,
      ),
    ),
    ...curves.flatMap((curve) => [
      mark(curve, curve.selfX, curve.weights.self, 'self-connections'),
      ...curve.weights.bins.map((bin) => mark(curve, x(bin.distance), bin, `distance ${formatNumber(bin.distance, { decimals: 3 })}`)),
    ]),
  ];
}
