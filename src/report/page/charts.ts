// How are curves, bars and dots drawn? SVG of the width there is, with axes; colours come from the style sheet.
import { scaleLinear, scaleLog } from 'd3-scale';
import { formatNumber } from '../format.ts';
import { drawnToWidth, h, svg } from './dom.ts';

const MARGIN = { left: 62, right: 12, top: 12, bottom: 40 } as const;

/** From data to pixels within the axes. */
export interface Plot {
  readonly width: number;
  readonly height: number;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

/** Axes of a chart; both begin where their domain does. */
export interface Axes {
  readonly label: string;
  readonly height: number;
  readonly x: { readonly title: string; readonly domain: readonly [number, number]; readonly scale?: 'whole' | 'log' };
  readonly y: { readonly title: string; readonly domain: readonly [number, number] };
}

/** A chart that is drawn anew when its width changes. */
export function chart(axes: Axes, marks: (plot: Plot) => readonly SVGElement[]): HTMLElement {
  const host = h('div', { class: 'chart' });
  drawnToWidth(host, (width) => host.replaceChildren(drawn(axes, width, marks)));
  return host;
}

function drawn({ label, height, x, y }: Axes, wide: number, marks: (plot: Plot) => readonly SVGElement[]): SVGElement {
  const width = wide - MARGIN.left - MARGIN.right;
  const across = (x.scale === 'log' ? scaleLog : scaleLinear)(x.domain, [0, width]);
  const up = scaleLinear(y.domain, [height, 0]).nice(5);
  const columns = x.scale === 'log' ? logTicks(across.ticks(), width) : across.ticks(Math.max(2, Math.floor(width / 70)));
  const shown = x.scale === 'whole' ? columns.filter(Number.isInteger) : columns;
  const rows = up.ticks(5);
  const tick = (value: number) =>
    formatNumber(value, { significant: 6 })
      .replace(/(\.\d*?)0+$/, '$1')
      .replace(/\.$/, '');
  return svg(
    'svg',
    { ...sized(wide, height + MARGIN.top + MARGIN.bottom), role: 'img', 'aria-label': label },
    svg(
      'g',
      { transform: `translate(${MARGIN.left} ${MARGIN.top})` },
      rows.map((value) => svg('line', { class: 'rule', x2: width, y1: up(value), y2: up(value) })),
      rows.map((value) => svg('text', { class: 'tick end', x: -8, y: up(value) + 4 }, tick(value))),
      shown.map((value) => svg('text', { class: 'tick middle', x: across(value), y: height + 18 }, tick(value))),
      svg('text', { class: 'axis middle', x: width / 2, y: height + 36 }, x.title),
      svg('text', { class: 'axis middle', transform: `translate(-50 ${height / 2}) rotate(-90)` }, y.title),
      ...marks({ width, height, x: across, y: up }),
      svg('line', { class: 'base', x2: width, y1: height, y2: height }),
    ),
  );
}

/** 1, 2 and 5 times a power of ten where there is room, else powers of ten. */
function logTicks(ticks: readonly number[], width: number): number[] {
  const of = (digits: RegExp) => ticks.filter((tick) => digits.test(tick.toExponential()));
  const many = of(/^[125]e/);
  return many.length * 60 < width ? many : of(/^1e/);
}

/** Size of a picture that shrinks with its host, on paper for instance. */
export function sized(width: number, height: number) {
  return { width, height, viewBox: `0 0 ${width} ${height}` };
}

/** Words that appear when a mark is pointed at. */
export function titleOf(words: string): SVGElement {
  return svg('title', {}, words);
}
