// How is a picture written? Small functions from data to SVG text: no browser, no clock, the same bytes on every machine.
// Nothing carries an id, so that several pictures can share a page.
import { interpolateBlues, interpolateOranges } from 'd3-scale-chromatic';

/** Finished SVG text; only the functions of this file make it, so that text is escaped exactly once. */
export type Markup = string & { readonly brand: 'svg' };

export type Attributes = Readonly<Record<string, string | number>>;

/** A rectangle in pixels: where a plot or a legend is drawn. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A mark on an axis: position in pixels and what is written there. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** Colours of words and lines; all readable on white. */
export const INK = { text: '#222222', soft: '#595959', axis: '#7f7f7f', grid: '#e4e4e4', background: '#ffffff' } as const;

/** Signed quantities: blue and red differ for colour-blind readers, dark and light in grey. */
export const SIGN_COLOURS = { positive: '#1b5e9e', negative: '#e8604c' } as const;

/** Colour ramps over 0 … 1, from light to dark, so that they read in grey. The lightest end still shows on white. */
export const RAMPS = {
  blue: (share: number): string => interpolateBlues(0.08 + 0.87 * clamp(share)),
  orange: (share: number): string => interpolateOranges(0.12 + 0.83 * clamp(share)),
} as const;

export type Ramp = (share: number) => string;

/** Text size in pixels. */
export const FONT = { title: 16, label: 12, small: 11 } as const;

/**
 * A number as SVG attributes hold it: two decimals at most, no exponent, no negative zero.
 *
 * @throws Error if it is not finite: a picture of nothing is our own mistake
 */
export function fixed(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`cannot draw the number ${value}`);
  const text = value.toFixed(2).replace(/\.?0+$/, '');
  return text === '-0' ? '0' : text;
}

/** An element; numbers in attributes get two decimals. */
export function element(name: string, attributes: Attributes, children: readonly Markup[] = []): Markup {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? fixed(value) : escapeXml(value)}"`)
    .join('');
  if (children.length === 0) return `<${name}${written}/>` as Markup;
  const [first] = children;
  // Text must stay beside its tags, where a line break would become a blank; everything else gets a line of its own.
  const inline = children.length === 1 && first !== undefined && !first.startsWith('<');
  return (inline ? `<${name}${written}>${first}</${name}>` : `<${name}${written}>\n${children.join('\n')}\n</${name}>`) as Markup;
}

/** Character data. Characters that XML 1.0 forbids become U+FFFD. */
export function escapeXml(text: string): Markup {
  return [...text].map(escapeCharacter).join('') as Markup;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) as number;
  const allowed =
    code === 9 || code === 10 || code === 13 || (code >= 32 && (code < 0xd800 || code > 0xdfff) && code !== 0xfffe && code !== 0xffff);
  return allowed ? (ESCAPES[character] ?? character) : '\ufffd';
}

/** An element whose exact value appears when it is pointed at, and is read out. */
export function titled(name: string, attributes: Attributes, title: string): Markup {
  return element(name, attributes, [element('title', {}, [escapeXml(title)])]);
}

/** A group. */
export function group(attributes: Attributes, children: readonly Markup[]): Markup {
  return element('g', attributes, children);
}

/** A line of text; `anchor` says which end lies at (x, y). */
export function words(
  x: number,
  y: number,
  text: string,
  options: {
    readonly anchor?: 'start' | 'middle' | 'end';
    readonly size?: number;
    readonly fill?: string;
    readonly rotate?: number;
    readonly bold?: boolean;
  } = {},
): Markup {
  const { anchor = 'start', size = FONT.small, fill = INK.text, rotate, bold = false } = options;
  return element(
    'text',
    {
      x,
      y,
      'font-size': size,
      fill,
      ...(anchor === 'start' ? {} : { 'text-anchor': anchor }),
      ...(bold ? { 'font-weight': 'bold' } : {}),
      ...(rotate === undefined ? {} : { transform: `rotate(${fixed(rotate)} ${fixed(x)} ${fixed(y)})` }),
    },
    [escapeXml(text)],
  );
}

/** Width of a text in pixels, estimated for a generic sans-serif font, on the safe side. */
export function textWidth(text: string, size: number = FONT.small): number {
  return [...text].length * size * 0.6;
}

/** A whole file: white background, visible heading, and the title and description that screen readers use. */
export function svgDocument(
  size: { readonly width: number; readonly height: number },
  heading: { readonly title: string; readonly subtitle?: string },
  body: readonly Markup[],
): string {
  const { width, height } = size;
  const root = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${fixed(width)} ${fixed(height)}`,
      role: 'img',
      'aria-label': heading.title,
      'font-family': 'sans-serif',
    },
    [
      element('title', {}, [escapeXml(heading.title)]),
      element('rect', { width, height, fill: INK.background }),
      words(16, 26, heading.title, { size: FONT.title, bold: true }),
      ...(heading.subtitle === undefined ? [] : [words(16, 44, heading.subtitle, { size: FONT.label, fill: INK.soft })]),
      ...body,
    ],
  );
  return `${root}\n`;
}

/** Ticks of a continuous d3 scale, labelled by the scale itself. */
export function ticksOf(
  scale: { (value: number): number; ticks(count: number): number[]; tickFormat(count: number): (value: number) => string },
  count = 6,
): Tick[] {
  const format = scale.tickFormat(count);
  return scale.ticks(count).map((value) => ({ at: scale(value), label: format(value) }));
}

/** Horizontal axis below a box, with faint lines through it where ticks have labels. */
export function xAxis(box: Box, ticks: readonly Tick[], title: string, options: { readonly lines?: boolean } = {}): Markup {
  const bottom = box.top + box.height;
  return group({}, [
    ...ticks.flatMap(({ at, label }) => [
      ...(options.lines && label !== '' ? [line(at, box.top, at, bottom, INK.grid)] : []),
      line(at, bottom, at, bottom + 5, INK.axis),
      ...(label === '' ? [] : [words(at, bottom + 17, label, { anchor: 'middle', fill: INK.soft })]),
    ]),
    line(box.left, bottom, box.left + box.width, bottom, INK.axis),
    words(box.left + box.width / 2, bottom + 36, title, { anchor: 'middle', size: FONT.label }),
  ]);
}

/** Vertical axis at the left of a box; `titleOffset` is the room for tick labels, in pixels. */
export function yAxis(
  box: Box,
  ticks: readonly Tick[],
  title: string,
  options: { readonly lines?: boolean; readonly titleOffset?: number } = {},
): Markup {
  const widest = Math.max(0, ...ticks.map(({ label }) => textWidth(label)));
  const titleX = box.left - (options.titleOffset ?? widest + 22);
  return group({}, [
    ...ticks.flatMap(({ at, label }) => [
      ...(options.lines && label !== '' ? [line(box.left, at, box.left + box.width, at, INK.grid)] : []),
      line(box.left - 5, at, box.left, at, INK.axis),
      ...(label === '' ? [] : [words(box.left - 8, at + 4, label, { anchor: 'end', fill: INK.soft })]),
    ]),
    line(box.left, box.top, box.left, box.top + box.height, INK.axis),
    words(titleX, box.top + box.height / 2, title, { anchor: 'middle', size: FONT.label, rotate: -90 }),
  ]);
}

/** A straight line of one pixel. */
export function line(x1: number, y1: number, x2: number, y2: number, stroke: string, more: Attributes = {}): Markup {
  return element('line', { x1, y1, x2, y2, stroke, ...more });
}

/** An entry of a legend: `swatch` draws its sign in a box of 26 × 12 pixels whose top left corner is given. */
export interface LegendEntry {
  readonly label: string;
  swatch(left: number, top: number): Markup;
}

/** A filled box as the sign of a legend entry. */
export function boxSwatch(fill: string, stroke: string): LegendEntry['swatch'] {
  return (left, top) => element('rect', { x: left + 3, y: top - 1, width: 20, height: 14, fill, stroke });
}

/** A line as the sign of a legend entry. */
export function lineSwatch(stroke: string, width: number, more: Attributes = {}): LegendEntry['swatch'] {
  return (left, top) => line(left, top + 6, left + 26, top + 6, stroke, { 'stroke-width': width, ...more });
}

/** Legend entries one below the other; returns its markup and the height it takes. */
export function legend(left: number, top: number, entries: readonly LegendEntry[], title?: string): { markup: Markup; height: number } {
  const first = title === undefined ? top : top + 20;
  const rows = entries.map(({ label, swatch }, i) =>
    group({}, [swatch(left, first + i * 19), words(left + 33, first + i * 19 + 10, label)]),
  );
  const heading = title === undefined ? [] : [words(left, top + 10, title, { size: FONT.label, bold: true })];
  return { markup: group({}, [...heading, ...rows]), height: first - top + entries.length * 19 };
}

/** A vertical colour bar, top = `high`, with its title above and its ends and middle labelled. */
export function colourBar(
  box: Box,
  ramp: Ramp,
  title: string,
  labels: { readonly low: string; readonly middle?: string; readonly high: string },
): Markup {
  const steps = 32;
  const bars = Array.from({ length: steps }, (_, i) => {
    const share = 1 - (i + 0.5) / steps;
    // Half a pixel of overlap hides the seams between bars.
    return element('rect', {
      x: box.left,
      y: box.top + (i * box.height) / steps,
      width: box.width,
      height: box.height / steps + 0.5,
      fill: ramp(share),
    });
  });
  const x = box.left + box.width + 7;
  return group({}, [
    words(box.left, box.top - 8, title, { size: FONT.label, bold: true }),
    ...bars,
    element('rect', { x: box.left, y: box.top, width: box.width, height: box.height + 0.5, fill: 'none', stroke: INK.axis }),
    words(x, box.top + 9, labels.high),
    ...(labels.middle === undefined ? [] : [words(x, box.top + box.height / 2 + 4, labels.middle)]),
    words(x, box.top + box.height, labels.low),
  ]);
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}
