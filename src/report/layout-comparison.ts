// Was locality trained, or can it be found afterwards? Wiring length of networks as trained and after a search for a shorter layout.
import { scaleLinear, scaleLog } from 'd3-scale';
import { formatNumber, plural } from './format.ts';
import { legendWidth, logTicks, marker, notice, OKABE_ITO, pageWidth } from './series.ts';
import { type Box, group, INK, type LegendEntry, legend, line, type Markup, svgDocument, ticksOf, words, xAxis } from './svg.ts';

/** The networks of one kind of training. */
export interface LayoutCondition {
  readonly name: string;
  /** Wiring lengths in grid sides; `searched` is null where no layout was searched. */
  readonly networks: readonly { readonly name: string; readonly own: number; readonly searched: number | null }[];
}

const TOP = 66;
const WIDTH = 520;
const ROW = 19;
const GAP = 22;
/** Lengths that differ by more than this are drawn in powers of ten. */
const LOG_ABOVE = 8;

/** `layout-comparison.svg`: a dumbbell for each network, its trained layout at one end and the searched one at the other. */
export function layoutComparison(title: string, conditions: readonly LayoutCondition[]): string {
  const networks = conditions.flatMap((condition) => condition.networks);
  const lengths = networks.flatMap(({ own, searched }) => (searched === null ? [own] : [own, searched]));
  const left = 40 + Math.max(60, ...conditions.map(({ name }) => name.length * 7.4));
  const tops = conditions.map((_, i) => conditions.slice(0, i).reduce((sum, condition) => sum + blockHeight(condition), TOP + GAP / 2));
  const height = Math.max(
    80,
    conditions.reduce((sum, condition) => sum + blockHeight(condition), GAP / 2),
  );
  const box: Box = { left, top: TOP, width: WIDTH, height };
  const { x, ticks } = axisOf(lengths, box);
  const heading = { title, subtitle: `${plural(networks.length, 'network')}; a search moves neurons and changes no weight` };
  const key = legend(left + WIDTH + 24, TOP, ENTRIES);
  const room = legendWidth(ENTRIES.map(({ label }) => label));
  return svgDocument(
    { width: pageWidth(left + WIDTH + 24 + room + 16, heading), height: Math.max(TOP + height + 54, TOP + key.height + 20) },
    heading,
    [
      xAxis(box, ticks, 'wiring length of active connections (grid sides)', { lines: true }),
      line(left, TOP, left, TOP + height, INK.axis),
      ...conditions.map((condition, i) => drawCondition(condition, tops[i] as number, box, x)),
      ...(networks.length === 0 ? [notice(box, 'no networks')] : []),
      key.markup,
    ],
  );
}

const OWN = { fill: OKABE_ITO.blue, stroke: INK.background, 'stroke-width': 0.8 } as const;
const SEARCHED = { fill: 'none', stroke: OKABE_ITO.vermillion, 'stroke-width': 1.8 } as const;

const ENTRIES: readonly LegendEntry[] = [
  { label: 'as trained', swatch: (left, top) => marker('circle', left + 13, top + 6, 5.5, OWN) },
  { label: 'after a layout search', swatch: (left, top) => marker('diamond', left + 13, top + 6, 5, SEARCHED) },
];

function blockHeight({ networks }: LayoutCondition): number {
  return Math.max(1, networks.length) * ROW + GAP;
}

function axisOf(lengths: readonly number[], { left, width }: Box) {
  const low = Math.min(...lengths);
  const high = Math.max(0, ...lengths);
  if (lengths.length > 0 && low > 0 && high / low > LOG_ABOVE) {
    const x = scaleLog([low / 1.3, high * 1.3], [left, left + width]);
    return { x: (value: number) => x(value), ticks: logTicks(x) };
  }
  const x = scaleLinear([0, high > 0 ? high * 1.06 : 1], [left, left + width]);
  return { x: (value: number) => x(value), ticks: ticksOf(x, 7) };
}

function drawCondition({ name, networks }: LayoutCondition, top: number, box: Box, x: (value: number) => number): Markup {
  const middle = top + (Math.max(1, networks.length) * ROW) / 2;
  const bottom = top + Math.max(1, networks.length) * ROW + GAP / 2;
  return group({}, [
    words(box.left - 10, middle + 4, name, { anchor: 'end', size: 12 }),
    ...(bottom < box.top + box.height - 1 ? [line(box.left, bottom, box.left + box.width, bottom, INK.grid)] : []),
    ...networks.flatMap((network, i) => drawDumbbell(network, top + (i + 0.5) * ROW, x, name)),
  ]);
}

function drawDumbbell(
  { name, own, searched }: LayoutCondition['networks'][number],
  y: number,
  x: (value: number) => number,
  condition: string,
): Markup[] {
  const say = (value: number) => formatNumber(value, { significant: 4 });
  const found = searched === null ? 'no search' : `searched ${say(searched)}`;
  const about = `${condition === name ? '' : `${condition}, `}${name}: as trained ${say(own)}, ${found} grid sides`;
  return [
    ...(searched === null ? [] : [line(x(searched), y, x(own), y, INK.axis, { 'stroke-width': 2 })]),
    marker('circle', x(own), y, 5.5, OWN, about),
    ...(searched === null ? [] : [marker('diamond', x(searched), y, 5, SEARCHED, about)]),
  ];
}
