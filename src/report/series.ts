// How are several networks told apart in one plot? By colour, by the shape of their marks and by the dashes of their lines.
import { formatNumber } from './format.ts';
import {
  type Attributes,
  type Box,
  element,
  FONT,
  fixed,
  group,
  INK,
  type LegendEntry,
  line,
  type Markup,
  type Tick,
  textWidth,
  titled,
  words,
} from './svg.ts';

/** Colours that colour-blind readers can tell apart. Okabe & Ito (2008), without those too faint on white. */
export const OKABE_ITO = {
  blue: '#0072b2',
  vermillion: '#d55e00',
  green: '#009e73',
  purple: '#cc79a7',
  orange: '#e69f00',
  sky: '#56b4e9',
  yellow: '#f0e442',
} as const;

const { blue, vermillion, green, purple, orange, sky } = OKABE_ITO;
const COLOURS = [blue, vermillion, green, purple, orange, sky, INK.text] as const;

const DASHES = ['', '8 3', '2 2.5', '9 3 2 3', '12 3', '5 5', '9 2 2 2 2 2'] as const;

/** Shapes around (0, 0) that fill a box of 2 × 2; how heavy they look is made alike. */
const SHAPES = {
  circle: circlePath(0.95),
  square: 'M-0.85 -0.85H0.85V0.85H-0.85Z',
  triangle: 'M0 -1.05L1.05 0.85H-1.05Z',
  diamond: 'M0 -1.2L1.2 0L0 1.2L-1.2 0Z',
  cross: 'M-1 -0.5L-0.5 -1L0 -0.5L0.5 -1L1 -0.5L0.5 0L1 0.5L0.5 1L0 0.5L-0.5 1L-1 0.5L-0.5 0Z',
  wedge: 'M0 1.05L1.05 -0.85H-1.05Z',
  plus: 'M-0.4 -1.05H0.4V-0.4H1.05V0.4H0.4V1.05H-0.4V0.4H-1.05V-0.4H-0.4Z',
} as const;
export type Shape = keyof typeof SHAPES;
const SHAPE_NAMES = Object.keys(SHAPES) as Shape[];

/** How a series looks. */
export interface SeriesStyle {
  readonly colour: string;
  readonly dash: string;
  readonly shape: Shape;
}

/** The look of series number `index`; shapes move on when colours begin again, so that 49 series differ. */
export function seriesStyle(index: number): SeriesStyle {
  const round = Math.floor(index / COLOURS.length);
  const pick = <T>(list: readonly T[], at: number) => list[at % list.length] as T;
  return { colour: pick(COLOURS, index), dash: pick(DASHES, index + round), shape: pick(SHAPE_NAMES, index + round) };
}

/** A mark at (x, y), of which the exact value appears when it is pointed at. */
export function marker(shape: Shape, x: number, y: number, radius: number, attributes: Attributes, title?: string): Markup {
  const d = SHAPES[shape].replace(/([MLHVC])|(-?[\d.]+)/g, (token, command?: string) => command ?? fixed(Number(token) * radius));
  const path = { d, transform: `translate(${fixed(x)} ${fixed(y)})`, ...attributes };
  return title === undefined ? element('path', path) : titled('path', path, title);
}

/** A line through points, dashed as its series is. */
export function polyline(points: readonly (readonly [number, number])[], { colour, dash }: SeriesStyle, width = 1.6): Markup {
  if (points.length === 0) return group({}, []);
  const d = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${fixed(x)} ${fixed(y)}`).join('');
  return element('path', { d, fill: 'none', stroke: colour, 'stroke-width': width, ...(dash === '' ? {} : { 'stroke-dasharray': dash }) });
}

/** Legend entry of a series: its line with its mark, or its mark alone. */
export function seriesEntry(label: string, style: SeriesStyle, kind: 'line' | 'mark' = 'line'): LegendEntry {
  return {
    label,
    swatch: (left, top) =>
      group({}, [
        ...(kind === 'line'
          ? [
              polyline(
                [
                  [left - 2, top + 6],
                  [left + 28, top + 6],
                ],
                style,
              ),
            ]
          : []),
        marker(style.shape, left + 13, top + 6, 4.5, { fill: style.colour }),
      ]),
  };
}

/** Room that a legend needs, in pixels. */
export function legendWidth(labels: readonly string[], title = ''): number {
  return Math.max(textWidth(title, FONT.label) * 1.12, ...labels.map((label) => 33 + textWidth(label)));
}

/** Width of a page that holds its body and its heading. */
export function pageWidth(body: number, { title, subtitle = '' }: { readonly title: string; readonly subtitle?: string }): number {
  return Math.ceil(Math.max(body, 32 + textWidth(title, FONT.title) * 1.12, 32 + textWidth(subtitle, FONT.label)));
}

/** Said in the middle of a plot that has nothing to show. */
export function notice(box: Box, text: string): Markup {
  return words(box.left + box.width / 2, box.top + box.height / 2 + 4, text, { anchor: 'middle', size: FONT.label, fill: INK.soft });
}

/** The four sides of a plot. */
export function frame({ left, top, width, height }: Box): Markup {
  return element('rect', { x: left, y: top, width, height, fill: 'none', stroke: INK.grid });
}

/** Dashed line that marks a value across a plot. */
export function markLine(x1: number, y1: number, x2: number, y2: number, stroke: string = INK.text): Markup {
  return line(x1, y1, x2, y2, stroke, { 'stroke-dasharray': '5 3' });
}

interface LogScale {
  (value: number): number;
  domain(): number[];
}

/** Ticks of a logarithmic scale: powers of ten are labelled; where they are few, their multiples by 2 and 5 too. */
export function logTicks(scale: LogScale): Tick[] {
  const [low = 1, high = 1] = scale.domain();
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  // Powers of ten from their text: 10 ** -5 is not the number 0.00001.
  const power = (exponent: number) => Number(`1e${exponent}`);
  const inside = (value: number) => value >= low && value <= high;
  const exponents = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const few = exponents.filter((exponent) => inside(power(exponent))).length < 3;
  const every = Math.max(1, Math.ceil(exponents.length / 8));
  return exponents.flatMap((exponent) =>
    [1, 2, 3, 4, 5, 6, 7, 8, 9]
      .map((digit) => ({ digit, value: Number(`${digit}e${exponent}`) }))
      .filter(({ value }) => inside(value))
      .map(({ digit, value }) => {
        const labelled = digit === 1 ? (exponent - first) % every === 0 : few && (digit === 2 || digit === 5);
        return { at: scale(value), label: labelled ? formatNumber(value, { significant: 1 }) : '' };
      }),
  );
}

function circlePath(radius: number): string {
  // Four arcs as cubic curves; 0.5523 is the usual approximation of a quarter of a circle.
  const r = radius;
  const c = 0.5523 * radius;
  return `M${-r} 0C${-r} ${-c} ${-c} ${-r} 0 ${-r}C${c} ${-r} ${r} ${-c} ${r} 0C${r} ${c} ${c} ${r} 0 ${r}C${-c} ${r} ${-r} ${c} ${-r} 0Z`;
}
