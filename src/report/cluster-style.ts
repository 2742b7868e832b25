// How are up to 29 functional clusters told apart? By number first; colour and texture help those who see them.

import { OKABE_ITO } from './series.ts';
import { element, fixed, group, INK, type Markup, words } from './svg.ts';

const { orange, sky, green, yellow, blue, vermillion, purple } = OKABE_ITO;
const FILLS = [orange, sky, green, yellow, blue, vermillion, purple] as const;
/** Fills on which white letters read better than black ones. */
const DARK: readonly string[] = [blue];
/** Drawn over the fill, in a box of 1 × 1; one more whenever the colours begin again. */
const TEXTURES = [
  '',
  'M0 0.5L0.5 0M0 1L1 0M0.5 1L1 0.5',
  'M0 0.2H1M0 0.8H1',
  'M0 0.5L0.5 1M0 0L1 1M0.5 0L1 0.5',
  'M0.2 0V1M0.8 0V1',
] as const;
/** Below this side numbers cannot be read, in pixels. */
const SMALLEST_NUMBERED = 11;

/** Fill of a cluster; neighbours in number differ in colour. */
export function clusterFill(cluster: number): string {
  return FILLS[cluster % FILLS.length] as string;
}

/** The colour of letters on a cluster's fill. */
export function clusterInk(cluster: number): string {
  return DARK.includes(clusterFill(cluster)) ? INK.background : '#000000';
}

/** What a cluster is called: clusters are counted from 1. */
export function clusterName(cluster: number): string {
  return `${cluster + 1}`;
}

/** Whether squares of this side carry the numbers of their clusters. */
function isNumbered(side: number): boolean {
  return side >= SMALLEST_NUMBERED;
}

/** The square of a neuron of a cluster. */
export function clusterSquare(x: number, y: number, side: number, cluster: number, title: Markup | null): Markup {
  const texture = TEXTURES[Math.floor(cluster / FILLS.length) % TEXTURES.length] as string;
  const ink = clusterInk(cluster);
  const size = Math.min(13, side * 0.46);
  const name = clusterName(cluster);
  const halo = { width: size * (0.7 * name.length + 0.25), height: size * 1.1 };
  return group({}, [
    ...(title === null ? [] : [title]),
    element('rect', { x, y, width: side, height: side, fill: clusterFill(cluster), stroke: INK.background, 'stroke-width': 1 }),
    ...(texture === '' ? [] : [element('path', { d: scaled(texture, x, y, side), stroke: ink, 'stroke-opacity': 0.55, fill: 'none' })]),
    ...(texture === '' || !isNumbered(side)
      ? []
      : [
          element('rect', {
            x: x + (side - halo.width) / 2,
            y: y + (side - halo.height) / 2,
            ...halo,
            rx: 2,
            fill: clusterFill(cluster),
          }),
        ]),
    ...(isNumbered(side) ? [words(x + side / 2, y + side / 2 + size * 0.36, name, { anchor: 'middle', size, fill: ink })] : []),
  ]);
}

function scaled(path: string, x: number, y: number, side: number): string {
  return path.replace(/([MLHV])([\d.]+)(?: ([\d.]+))?/g, (_, command: string, a: string, b?: string) => {
    if (command === 'H') return `H${fixed(x + Number(a) * side)}`;
    if (command === 'V') return `V${fixed(y + Number(a) * side)}`;
    return `${command}${fixed(x + Number(a) * side)} ${fixed(y + Number(b) * side)}`;
  });
}
