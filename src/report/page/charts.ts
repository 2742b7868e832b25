// How are curves, bars and dots drawn? SVG of the width there is, with axes; colours come from the style sheet.
import { scaleLinear } from 'd3-scale';
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
  readonly x: { readonly title: string; readonly domain: readonly [number, number]; readonly whole?: boolean };
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
  const across = scaleLinear(x.domain, [0, width]);
  const up = scaleLinear(y.domain, [height, 0]).nice(5);
  const columns = across.ticks(Math.max(2, Math.floor(width / 70))).filter((tick) => !x.whole || Number.isInteger(tick));
  const rows = up.ticks(5);
  const tick = (value: number) =>
    formatNumber(value, { significant: 6 })
      .replace(/(\.\d*?)0+$/, '$1')
      .replace(/\.$/, '');
  return svg(
    'svg',
    { width: wide, height: height + MARGIN.top + MARGIN.bottom, role: 'img', 'aria-label': label },
    svg(
      'g',
      { transform: `translate(${MARGIN.left} ${MARGIN.top})` },
      rows.map((value) => svg('line', { class: 'rule', x2: width, y1: up(value), y2: up(value) })),
      rows.map((value) => svg('text', { class: 'tick end', x: -8, y: up(value) + 4 }, tick(value))),
      columns.map((value) => svg('text', { class: 'tick middle', x: across(value), y: height + 18 }, tick(value))),
      svg('text', { class: 'axis middle', x: width / 2, y: height + 36 }, x.title),
      svg('text', { class: 'axis middle', transform: `translate(-50 ${height / 2}) rotate(-90)` }, y.title),
      ...marks({ width, height, x: across, y: up }),
      svg('line', { class: 'base', x2: width, y1: height, y2: height }),
    ),
  );
}

/** Words that appear when a mark is pointed at. */
export function titleOf(words: string): SVGElement {
  return svg('title', {}, words);
}
