// Is the layout better than chance? Both measures of locality against shuffles of the active neurons over their sites.
import { scaleLinear } from 'd3-scale';
import type { LayoutAnalysis, NullComparison } from '../analysis/analysis-file.ts';
import { formatCount, formatNumber, formatValue, plural } from './format.ts';
import { frame, notice, OKABE_ITO, pageWidth } from './series.ts';
import {
  type Box,
  boxSwatch,
  group,
  INK,
  legend,
  line,
  lineSwatch,
  type Markup,
  svgDocument,
  ticksOf,
  titled,
  words,
  xAxis,
  yAxis,
} from './svg.ts';

const LEFT = 84;
const WIDTH = 560;
const HEIGHT = 150;
const FIRST_TOP = 92;
const STEP = HEIGHT + 106;
const BAR = '#9db7d1';
/** Width of a bar of a single value, in pixels: it must show beside the line of the measured one. */
const NARROWEST = 8;

interface Panel {
  readonly name: string;
  readonly axis: string;
  readonly comparison: NullComparison | null;
}

/** `null-histograms.svg`: Liu et al. (2023), figure 2. */
export function nullHistograms(
  title: string,
  { isolated, clusterSize }: Pick<LayoutAnalysis, 'isolated' | 'clusterSize'>,
  shuffles: number,
): string {
  const panels: readonly Panel[] = [
    { name: 'isolated neurons', axis: 'share of active neurons without a neighbour of their own cluster', comparison: isolated },
    { name: 'cluster size', axis: 'mean spatial spread of the clusters (squared grid sides)', comparison: clusterSize },
  ];
  const heading = { title, subtitle: `${plural(shuffles, 'shuffle')} of the active neurons over their sites; smaller is more modular` };
  const key = legend(LEFT + WIDTH + 24, FIRST_TOP, [
    { label: 'shuffled', swatch: boxSwatch(BAR, BAR) },
    { label: 'measured', swatch: lineSwatch(OKABE_ITO.vermillion, 2.5) },
  ]);
  return svgDocument({ width: pageWidth(LEFT + WIDTH + 140, heading), height: FIRST_TOP + STEP + HEIGHT + 56 }, heading, [
    ...panels.map((panel, i) => drawPanel(panel, { left: LEFT, top: FIRST_TOP + i * STEP, width: WIDTH, height: HEIGHT })),
    key.markup,
  ]);
}

function drawPanel({ name, axis, comparison }: Panel, box: Box): Markup {
  const caption = (text: string) => words(box.left, box.top - 10, `${name}: ${text}`, { size: 12, bold: true });
  if (comparison === null) {
    const why = 'unknown: no functional clusters to measure';
    return group({}, [caption('unknown'), frame(box), notice(box, why)]);
  }
  const { value, nullMean, nullSd, histogram } = comparison;
  const { edges, counts } = histogram;
  const lowest = Math.min(value, edges[0] ?? value, nullMean);
  const highest = Math.max(value, edges.at(-1) ?? value, nullMean);
  const margin = highest > lowest ? 0.04 * (highest - lowest) : Math.max(1e-6, 0.1 * Math.abs(value));
  const bottom = box.top + box.height;
  const x = scaleLinear([lowest - margin, highest + margin], [box.left, box.left + box.width]);
  const y = scaleLinear([0, Math.max(1, ...counts)], [bottom, box.top]).nice(4);
  const bars = counts.flatMap((count, i) => {
    const [start, end] = [x(edges[i] ?? lowest), x(edges[i + 1] ?? highest)];
    const width = end > start ? Math.max(1, end - start) : NARROWEST;
    if (count === 0) return [];
    const rect = {
      x: (start + end - width) / 2,
      y: y(count),
      width,
      height: bottom - y(count),
      fill: BAR,
      stroke: INK.background,
      'stroke-width': 0.4,
    };
    return [titled('rect', rect, `${say(edges[i] ?? lowest)} to ${say(edges[i + 1] ?? highest)}: ${plural(count, 'shuffle')}`)];
  });
  return group({}, [
    caption(verdict(comparison)),
    yAxis(box, ticksOf(y, 4), 'shuffles', { lines: true, titleOffset: 58 }),
    ...bars,
    xAxis(box, ticksOf(x, 8), axis),
    measured(x(value), box, `measured: ${say(value)}; shuffled: mean ${say(nullMean)}, standard deviation ${say(nullSd)}`),
  ]);
}

function measured(x: number, box: Box, title: string): Markup {
  const { top, height } = box;
  const attributes = { x: x - 1.25, y: top, width: 2.5, height, fill: OKABE_ITO.vermillion };
  return group({}, [titled('rect', attributes, title), line(x, top - 4, x, top, OKABE_ITO.vermillion, { 'stroke-width': 2.5 })]);
}

/** The test in words. */
function verdict({ value, nullMean, nullSd, z, p }: NullComparison): string {
  const score = z === null ? 'z unknown (all shuffles alike)' : `z = ${formatNumber(z, { decimals: 2 }).replace('-', '−')}`;
  return `${say(value)}, shuffled ${say(nullMean)} ± ${say(nullSd)}, ${score}, p = ${formatValue(p, { significant: 2 })}`;
}

function say(value: number): string {
  return Number.isInteger(value) ? formatCount(value) : formatNumber(value, { significant: 3 });
}
