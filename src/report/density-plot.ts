// How much accuracy does pruning cost? Mean accuracy against density, with what there was before and what may be lost.
import { scaleLinear, scaleLog } from 'd3-scale';
import { formatNumber, formatRatio, plural } from './format.ts';
import { legendWidth, logTicks, marker, markLine, notice, pageWidth, polyline, seriesEntry, seriesStyle } from './series.ts';
import { type Box, INK, type LegendEntry, legend, lineSwatch, svgDocument, ticksOf, xAxis, yAxis } from './svg.ts';

/** What is drawn. Accuracies and densities from 0 to 1. */
export interface DensityPlot {
  readonly title: string;
  /** Mean accuracy before pruning. */
  readonly before: number;
  readonly maxAccuracyDrop: number;
  /** What a single task may lose; null for any. */
  readonly maxTaskDrop: number | null;
  readonly trialsPerTask: number;
  /** By ascending density. */
  readonly points: readonly DensityPlotPoint[];
}

/** A pruned network. */
export interface DensityPlotPoint {
  readonly density: number;
  readonly accuracy: number;
  readonly neurons: number;
  /** Whether it lost no more than it may. */
  readonly isWithin: boolean;
  /** Whether it is the result. */
  readonly isChosen: boolean;
  readonly worst: { readonly task: string; readonly drop: number } | null;
}

const BOX: Box = { left: 84, top: 66, width: 560, height: 360 };
/** Least height of the drawing, so that noise does not fill it: a standard error of 500 trials is below 0.02. */
const LEAST_SPAN = 0.04;

/** `pruned.curve.svg`. */
export function densityPlot({ title, before, maxAccuracyDrop, maxTaskDrop, trialsPerTask, points }: DensityPlot): string {
  const chosen = points.find(({ isChosen }) => isChosen);
  const said =
    chosen === undefined ? 'none loses as little as it should' : `density ${densityText(chosen.density)} is the sparsest that may be`;
  const heading = { title, subtitle: `${plural(points.length, 'pruned network')}, ${plural(trialsPerTask, 'trial')} a task; ${said}` };
  const style = seriesStyle(0);
  const bottom = BOX.top + BOX.height;
  const right = BOX.left + BOX.width;
  const densities = points.map(({ density }) => density);
  const low = densities.length === 0 ? 0.01 : Math.min(...densities);
  const high = densities.length === 0 ? 1 : Math.max(...densities);
  const x = scaleLog([low / 1.15, high * 1.15], [BOX.left, right]);
  const least = before - maxAccuracyDrop;
  const heights = [before, Math.max(0, least), ...points.map(({ accuracy }) => accuracy)];
  const top = Math.max(...heights);
  const y = scaleLinear([Math.min(...heights, top - LEAST_SPAN), top], [bottom - 12, BOX.top + 12]);
  const taskRule = maxTaskDrop === null ? '' : `, each task ${formatRatio(maxTaskDrop)}`;
  const entries: LegendEntry[] = [
    seriesEntry('mean accuracy after pruning', style),
    { label: `before pruning: ${formatRatio(before)}`, swatch: lineSwatch(INK.text, 1.4) },
    { label: `may be lost: ${formatRatio(maxAccuracyDrop)}${taskRule}`, swatch: lineSwatch(INK.text, 1, { 'stroke-dasharray': '5 3' }) },
    {
      label: 'loses too much',
      swatch: (left, above) => marker(style.shape, left + 13, above + 6, 4.5, hollow(style.colour)),
    },
    { label: 'the result', swatch: (left, above) => marker('diamond', left + 13, above + 6, 7, chosenLook(style.colour)) },
  ];
  const key = legend(right + 24, BOX.top, entries);
  const width = pageWidth(right + 24 + legendWidth(entries.map(({ label }) => label)) + 16, heading);
  return svgDocument({ width, height: bottom + 54 }, heading, [
    yAxis(BOX, ticksOf(y, 6), 'mean accuracy', { lines: true, titleOffset: 58 }),
    xAxis(BOX, logTicks(x), 'density (share of the possible weights that is left)', { lines: true }),
    polyline(
      [
        [BOX.left, y(before)],
        [right, y(before)],
      ],
      { ...style, colour: INK.text, dash: '' },
      1.4,
    ),
    ...(least < y.domain()[0] ? [] : [markLine(BOX.left, y(least), right, y(least))]),
    polyline(
      points.map(({ density, accuracy }) => [x(density), y(accuracy)] as const),
      style,
      1.8,
    ),
    ...points.map((point) => {
      const [shape, radius, look] = point.isChosen
        ? (['diamond', 7, chosenLook(style.colour)] as const)
        : ([style.shape, 4.5, point.isWithin ? { fill: style.colour } : hollow(style.colour)] as const);
      return marker(shape, x(point.density), y(point.accuracy), radius, look, describe(point));
    }),
    ...(points.length === 0 ? [notice(BOX, 'nothing was left of the network')] : []),
    key.markup,
  ]);
}

function describe({ density, accuracy, neurons, isWithin, isChosen, worst }: DensityPlotPoint): string {
  const most = worst === null ? '' : `, ${worst.task} lost ${formatRatio(worst.drop)}`;
  const verdict = isChosen ? 'the result' : isWithin ? 'within' : 'loses too much';
  return `density ${densityText(density)}, ${plural(neurons, 'neuron')}: accuracy ${formatRatio(accuracy)}${most}; ${verdict}`;
}

function densityText(density: number): string {
  return formatNumber(density, { significant: 3 });
}

function hollow(colour: string): Readonly<Record<string, string | number>> {
  return { fill: INK.background, stroke: colour, 'stroke-width': 1.5 };
}

function chosenLook(colour: string): Readonly<Record<string, string | number>> {
  return { fill: colour, stroke: INK.text, 'stroke-width': 1.2 };
}
