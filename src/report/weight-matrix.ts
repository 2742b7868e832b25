// Is the wiring local? The recurrent weights as an image, neurons ordered by their sites: near neurons connect near the diagonal.
import { interpolateBlues, interpolateOranges } from 'd3-scale-chromatic';
import { forEachEntry } from '../network/csr.ts';
import type { Network } from '../network/network.ts';
import { formatNumber, plural } from './format.ts';
import { pixelImage } from './pixels.ts';
import { frame, notice, pageWidth } from './series.ts';
import { type Box, colourBar, INK, line, svgDocument, type Tick, words, xAxis, yAxis } from './svg.ts';
import { hex } from './variance-matrix.ts';

const BOX: Box = { left: 84, top: 66, width: 560, height: 560 };
/** Shades of each sign; with white 255 colours. */
const SHADES = 127;
/** More neurons than this share cells: an image of one neuron a cell would be larger than 1 MB. */
const LARGEST_SIDE = 800;
/** Weights above this share of the visible ones have the darkest shade, so that a few large ones do not hide the others. */
const SATURATION = 0.95;
/** Weights below this share of the largest are not visible: training leaves very many that are nearly zero. */
const FAINTEST = 0.01;

type Wiring = Pick<Network, 'neurons' | 'recurrent' | 'grid' | 'site'>;

/**
 * `weight-matrix.svg`: Liu et al. (2023), figure 4.
 *
 * @param site - site of each neuron, shape [neurons]; the network's own by default
 */
export function weightMatrix(title: string, network: Wiring, site: ArrayLike<number> = network.site): string {
  const { neurons, recurrent, grid } = network;
  const block = Math.max(1, Math.ceil(neurons / LARGEST_SIDE));
  const side = Math.ceil(neurons / block);
  const order = Array.from({ length: neurons }, (_, neuron) => neuron).sort((a, b) => (site[a] ?? 0) - (site[b] ?? 0) || a - b);
  const place = new Int32Array(neurons);
  for (const [at, neuron] of order.entries()) place[neuron] = Math.floor(at / block);
  const strongest = new Float64Array(side * side);
  forEachEntry(recurrent, (to, from, weight) => {
    const cell = (place[to] ?? 0) * side + (place[from] ?? 0);
    if (Math.abs(weight) > Math.abs(strongest[cell] ?? 0)) strongest[cell] = weight;
  });
  const most = saturation(recurrent.values);
  const cells = Uint8Array.from(
    strongest,
    (weight) => SHADES + Math.round(SHADES * Math.max(-1, Math.min(1, most > 0 ? weight / most : 0))),
  );
  const heading = {
    title,
    subtitle: `${plural(neurons, 'neuron')} by ${grid.rows === 1 ? 'site' : 'site, row after row'}, ${plural(recurrent.values.length, 'weight')}${block > 1 ? `, the strongest of ${block} × ${block} in each cell` : ''}`,
  };
  const bar: Box = { left: BOX.left + BOX.width + 34, top: BOX.top + 24, width: 16, height: 180 };
  const say = (value: number) => formatNumber(value, { significant: 2 });
  const x = (at: number) => BOX.left + (at * BOX.width) / Math.max(1, neurons);
  const y = (at: number) => BOX.top + (at * BOX.height) / Math.max(1, neurons);
  const blank = neurons === 0 || recurrent.values.length === 0;
  return svgDocument({ width: pageWidth(bar.left + 164, heading), height: BOX.top + BOX.height + 54 }, heading, [
    ...(blank ? [notice(BOX, 'no recurrent connections')] : [pixelImage(BOX, { width: side, height: side, cells, palette: PALETTE })]),
    ...(blank
      ? []
      : [
          line(BOX.left, BOX.top, BOX.left + BOX.width, BOX.top + BOX.height, INK.axis, { 'stroke-width': 0.7, 'stroke-dasharray': '2 6' }),
        ]),
    frame(BOX),
    xAxis(BOX, siteTicks(order, site, x), 'from neuron at site'),
    yAxis(BOX, siteTicks(order, site, y), 'to neuron at site', { titleOffset: 58 }),
    colourBar(bar, (share) => PALETTE[Math.round(share * 2 * SHADES)] as string, 'weight', {
      low: `≤ −${say(most)}`,
      middle: '0',
      high: `≥ ${say(most)}`,
    }),
    words(bar.left, bar.top + bar.height + 22, 'dotted: the diagonal,', { fill: INK.soft }),
    words(bar.left, bar.top + bar.height + 37, 'a neuron to itself', { fill: INK.soft }),
  ]);
}

/** Orange below zero, blue above it; equal weights of either sign differ in lightness, blue being darker. */
const PALETTE: readonly string[] = Array.from({ length: 2 * SHADES + 1 }, (_, i) => {
  const share = (i - SHADES) / SHADES;
  if (share === 0) return INK.background;
  // From a tone that still shows on white.
  return hex(share > 0 ? interpolateBlues(0.2 + 0.8 * share) : interpolateOranges(0.15 + 0.55 * -share));
});

function saturation(values: Float32Array): number {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const sizes = Float64Array.from(values, Math.abs)
    .filter((size) => size >= FAINTEST * largest)
    .sort();
  return sizes[Math.floor(SATURATION * (sizes.length - 1))] ?? 0;
}

/** The sites of ten neurons: where neurons were removed, sites are not evenly spaced. */
function siteTicks(order: readonly number[], site: ArrayLike<number>, at: (place: number) => number): Tick[] {
  const every = Math.max(1, Math.ceil(order.length / 10));
  return order.flatMap((neuron, place) => (place % every === 0 ? [{ at: at(place + 0.5), label: `${site[neuron] ?? 0}` }] : []));
}
