// What does the network look like on its sheet? Neurons in their places, one curve per recurrent weight.
import { forEachEntry } from '../network/csr.ts';
import { siteCoordinates, siteCount } from '../network/geometry.ts';
import type { Network } from '../network/network.ts';
import { formatCount, formatNumber, plural } from './format.ts';
import { pageWidth } from './series.ts';
import {
  type Attributes,
  element,
  fixed,
  group,
  INK,
  type LegendEntry,
  legend,
  lineSwatch,
  type Markup,
  SIGN_COLOURS,
  svgDocument,
  titled,
  xAxis,
  yAxis,
} from './svg.ts';

const ORIGIN = { left: 76, top: 66 };
const SIZE = 640;
const LEGEND_WIDTH = 200;
/** Weights below this share of the largest would be invisible, and there may be very many of them. */
const FAINTEST = 0.01;
/** The strongest weights of a dense network: more would be one dark area, and a file of many megabytes. */
const MOST_DRAWN = 2500;
/** Neurons of which no connection is drawn. */
const UNLINKED = '#a6a6a6';

type Sign = keyof typeof SIGN_COLOURS;

/** Positive solid and dark, negative dashed and light, so that the signs differ in grey too. */
const STROKES: Readonly<Record<Sign, Attributes>> = {
  positive: { stroke: SIGN_COLOURS.positive },
  negative: { stroke: SIGN_COLOURS.negative, 'stroke-dasharray': '5 2.5' },
};

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where sites lie in pixels, and how curves between them are drawn. */
interface Sheet {
  readonly width: number;
  readonly height: number;
  readonly pitch: number;
  at(site: number): Point;
  /** How far a curve's control point lies off the straight line, over its length. */
  readonly bend: number;
}

/**
 * `connection-map.svg`: a curve from source to target bends to the left of its direction, so that both directions of a
 * pair can be told apart; a ring is a neuron's connection to itself.
 *
 * @param site - site of each neuron, shape [neurons]; the network's own by default
 */
export function connectionMap(title: string, network: Network, site: ArrayLike<number> = network.site): string {
  const { grid, neurons, recurrent } = network;
  // All magnitudes are sorted as plain numbers; only what is drawn becomes objects.
  const magnitudes = recurrent.values.map(Math.abs).sort();
  const most = magnitudes.at(-1) ?? 0;
  const strong = magnitudes.subarray(
    Math.max(
      0,
      magnitudes.findIndex((magnitude) => magnitude >= FAINTEST * most),
    ),
  );
  const faintest = strong.at(-MOST_DRAWN) ?? strong.at(0) ?? 0;
  const drawn: { readonly from: number; readonly to: number; readonly weight: number }[] = [];
  forEachEntry(recurrent, (to, from, weight) => {
    if (Math.abs(weight) >= faintest) drawn.push({ from, to, weight });
  });
  // Strongest last, on top.
  const visible = drawn.sort((a, b) => Math.abs(a.weight) - Math.abs(b.weight)).slice(-MOST_DRAWN);
  const spans = visible.map(({ from, to }) => Math.abs(site[to] - site[from]));
  const sheet = layOut(grid, Math.max(0, ...spans));
  const linked = new Set(visible.flatMap(({ from, to }) => [from, to]));
  const unlinked = linked.size < neurons;
  const widest = Math.min(4, Math.max(2.5, 0.1 * sheet.pitch));
  const radius = Math.min(6, Math.max(1.2, 0.16 * sheet.pitch));
  const area = { ...ORIGIN, width: sheet.width, height: sheet.height };
  const sites = Array.from(site);
  const occupied = new Set(sites);
  const dots = Array.from({ length: siteCount(grid) }, (_, s) => s).filter((s) => !occupied.has(s));
  const key = legend(area.left + area.width + 28, area.top, legendEntries(most, widest, unlinked), 'weight (width ∝ |weight|)');
  const ticks = (count: number, place: (k: number) => number) => {
    const every = Math.max(1, Math.ceil(count / 10));
    return Array.from({ length: Math.ceil(count / every) }, (_, k) => ({ at: place(k * every), label: `${k * every}` }));
  };
  const subtitle = `${plural(neurons, 'neuron')}, ${plural(magnitudes.length, 'recurrent connection')}${leftOut(magnitudes.length, strong.length, visible.length)}`;
  return svgDocument(
    {
      width: pageWidth(area.left + area.width + LEGEND_WIDTH + 28, { title, subtitle }),
      height: Math.max(area.top + area.height + 52, area.top + key.height + 20),
    },
    { title, subtitle },
    [
      xAxis(
        area,
        ticks(grid.columns, (k) => sheet.at(k).x),
        grid.rows === 1 ? 'site' : 'grid column',
      ),
      ...(grid.rows === 1
        ? []
        : [
            yAxis(
              area,
              ticks(grid.rows, (k) => sheet.at(k * grid.columns).y),
              'grid row',
            ),
          ]),
      group(
        { fill: INK.grid },
        dots.map((s) => element('circle', { cx: sheet.at(s).x, cy: sheet.at(s).y, r: radius * 0.5 })),
      ),
      group(
        { fill: 'none', 'stroke-opacity': 0.8 },
        visible.map(({ from, to, weight }) => {
          const attributes = { ...STROKES[signOf(weight)], 'stroke-width': (widest * Math.abs(weight)) / most };
          const value = formatNumber(weight, { significant: 4 });
          if (from === to) {
            const { x, y } = sheet.at(sites[from]);
            return titled('circle', { cx: x, cy: y, r: radius + widest * 0.75, ...attributes }, `neuron ${from} to itself: ${value}`);
          }
          return titled(
            'path',
            { d: curve(sheet.at(sites[from]), sheet.at(sites[to]), sheet.bend), ...attributes },
            `neuron ${from} to neuron ${to}: ${value}`,
          );
        }),
      ),
      group(
        { fill: INK.text, stroke: INK.background, 'stroke-width': 0.6 },
        sites.map((s, neuron) => {
          const { row, column } = siteCoordinates(grid, s);
          return titled(
            'circle',
            { cx: sheet.at(s).x, cy: sheet.at(s).y, ...(linked.has(neuron) ? { r: radius } : { r: 0.7 * radius, fill: UNLINKED }) },
            `neuron ${neuron} at row ${row}, column ${column}`,
          );
        }),
      ),
      key.markup,
    ],
  );
}

/** What of the connections is not drawn, in words. */
function leftOut(all: number, strong: number, drawn: number): string {
  if (drawn < strong) return ` (the ${formatCount(drawn)} strongest drawn)`;
  return strong < all ? ` (${formatCount(all - strong)} below ${formatNumber(FAINTEST, 'percent')} of the strongest not drawn)` : '';
}

/** Sites as a sheet; a line of neurons gets arcs above (to the right) and below (to the left) instead. */
function layOut(grid: Network['grid'], longest: number): Sheet {
  const pitch = Math.min(64, SIZE / Math.max(grid.rows, grid.columns));
  const flat = grid.rows === 1;
  const width = pitch * grid.columns;
  const height = flat ? Math.max(60, 0.52 * longest * pitch + 40) : pitch * grid.rows;
  return {
    width,
    height,
    pitch,
    bend: flat ? 0.5 : 0.1,
    at(s) {
      const { row, column } = siteCoordinates(grid, s);
      return { x: ORIGIN.left + (column + 0.5) * pitch, y: ORIGIN.top + (flat ? height / 2 : (row + 0.5) * pitch) };
    },
  };
}

/** A quadratic curve; its middle lies `bend`/2 of its length to the left of the straight line. */
function curve(from: Point, to: Point, bend: number): string {
  const x = (from.x + to.x) / 2 + bend * (to.y - from.y);
  const y = (from.y + to.y) / 2 - bend * (to.x - from.x);
  return `M${fixed(from.x)} ${fixed(from.y)}Q${fixed(x)} ${fixed(y)} ${fixed(to.x)} ${fixed(to.y)}`;
}

function legendEntries(most: number, widest: number, unlinked: boolean): LegendEntry[] {
  const stroke = (sign: Sign, share: number) => lineSwatch(SIGN_COLOURS[sign], widest * share, STROKES[sign]);
  const amount = (share: number) => formatNumber(share * most, { significant: 2 });
  const dot = (fill: string, r: number) => (left: number, top: number) => element('circle', { cx: left + 13, cy: top + 6, r, fill });
  return [
    { label: `positive, ${amount(1)}`, swatch: stroke('positive', 1) },
    { label: `positive, ${amount(0.25)}`, swatch: stroke('positive', 0.25) },
    { label: `negative, −${amount(1)}`, swatch: stroke('negative', 1) },
    { label: `negative, −${amount(0.25)}`, swatch: stroke('negative', 0.25) },
    { label: 'neuron', swatch: dot(INK.text, 5) },
    ...(unlinked ? [{ label: 'neuron without a line', swatch: dot(UNLINKED, 4) }] : []),
    { label: 'site without a neuron', swatch: dot(INK.grid, 3) },
    { label: 'connection to itself', swatch: (left: number, top: number): Markup => ring(left + 13, top + 6) },
  ];
}

function ring(cx: number, cy: number): Markup {
  return group({}, [
    element('circle', { cx, cy, r: 3, fill: INK.text }),
    element('circle', { cx, cy, r: 6, fill: 'none', stroke: SIGN_COLOURS.positive, 'stroke-width': 1.5 }),
  ]);
}

function signOf(weight: number): Sign {
  return weight < 0 ? 'negative' : 'positive';
}
