// Which networks of the sweep are the best trade-offs? Error against size, the front of each kind of training as steps.
import { paretoFront } from '../../analysis/pareto.ts';
import { formatNumber, plural } from '../format.ts';
import type { ParetoPlot, ParetoSeries } from '../pareto-plot.ts';
import { chart, type Plot, titleOf } from './charts.ts';
import { card, h, section, svg } from './dom.ts';
import { marker } from './markers.ts';
import { about, named } from './terms.ts';

const HEIGHT = 260;

/** The plots of a sweep; null where none was given. */
export function sweep(plots: readonly ParetoPlot[]): HTMLElement | null {
  if (plots.length === 0) return null;
  return about(
    'sweep',
    section(
      'sweep',
      'Sweep',
      'Error against size of many networks. Steps are the front: nothing is better in both. Filled marks are on it.',
      h('div', { class: 'cards2' }, ...plots.map(trade)),
    ),
  );
}

function trade({ title, x: { label }, series }: ParetoPlot): HTMLElement {
  const points = series.flatMap((one) => one.points);
  const above = points.map(({ x }) => x).filter((x) => x > 0);
  // A logarithmic axis has no 0: what needs nothing stands at its left end.
  const least = 0.8 * Math.min(...above, 1e9);
  const drawn = chart(
    {
      label: `${title}: ${plural(points.length, 'network')}`,
      height: HEIGHT,
      x: { title: label, domain: [least, 1.15 * Math.max(...above, least)], scale: 'log' },
      y: { title: 'error (1 − mean accuracy)', domain: [0, Math.max(0.01, ...points.map(({ error }) => error))] },
    },
    (plot) => [...series.map((one, i) => front(one, i, plot, least)), ...series.flatMap((one, i) => marks(one, i, plot, least, label))],
  );
  const key = series.map(({ name, hypervolume }, i) =>
    h(
      'span',
      { class: 'entry' },
      svg('svg', { width: 16, height: 16, class: `series${i % 4}`, 'aria-hidden': 'true' }, marker('mark front', i, 8, 8)),
      hypervolume === null ? name : `${name}, hypervolume ${formatNumber(hypervolume.mean, { significant: 3 })}`,
    ),
  );
  return card(named('sweep', title), drawn, h('div', { class: 'legend' }, ...key));
}

function front({ points }: ParetoSeries, series: number, { x, y }: Plot, least: number): SVGElement {
  const steps = paretoFront(points).map((i) => [x(Math.max(least, points[i].x)), y(points[i].error)] as const);
  const path = steps.map(([across, down], i) => (i === 0 ? `M${across} ${down}` : `H${across}V${down}`)).join('');
  return svg('path', { class: `front series${series % 4}`, d: path });
}

function marks({ name, points }: ParetoSeries, series: number, { x, y }: Plot, least: number, label: string): SVGElement[] {
  const best = new Set(paretoFront(points));
  return points.map((point, i) => {
    const words = `${name}, ${point.label}: ${label} ${formatNumber(point.x, { significant: 4 })}, error ${formatNumber(point.error, { decimals: 3 })}`;
    const look = best.has(i) ? 'mark front' : 'mark';
    return svg('g', { class: `series${series % 4}` }, titleOf(words), marker(look, series, x(Math.max(least, point.x)), y(point.error)));
  });
}
