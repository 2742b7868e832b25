// How local is the network, and how far do its messages travel on the chip?
import { formatCount, formatNumber, plural } from '../format.ts';
import type { PlacementResult } from '../report.ts';
import { chart, type Plot, titleOf } from './charts.ts';
import { card, h, section, svg } from './dom.ts';
import type { Model } from './model.ts';
import type { Store } from './state.ts';
import { about, named } from './terms.ts';

const HEIGHT = 220;

/** Curves over distance, and the hop histogram of the chosen target. */
export function wires({ report, targets }: Model, store: Store): HTMLElement {
  const { bins } = report.weightByDistance;
  const farthest = bins.at(-1)?.distance ?? 1;
  const hops = h('div', {});
  const hopsTitle = named('hops');
  const histogram = about('hops', card(hopsTitle, hops));
  store.listen((state, changed) => {
    if (!changed.has('target')) return;
    const target = targets[state.target];
    const result = target?.placement.result ?? null;
    hopsTitle.textContent = `Hops on ${target?.report.label ?? ''}`;
    hops.replaceChildren(
      ...(result === null ? [h('p', { class: 'missing' }, 'The network is not placed on this target.')] : hopChart(result)),
    );
  });
  const overDistance = (key: 'meanWeight' | 'activeShare', title: string) =>
    chart(
      {
        label: `${title} against distance on the grid`,
        height: HEIGHT,
        x: { title: "distance on the grid, in the grid's side", domain: [0, farthest] },
        y: { title, domain: [0, Math.max(1e-9, ...bins.map((bin) => bin[key]))] },
      },
      (plot) =>
        curve(
          plot,
          bins.map((bin) => ({
            x: bin.distance,
            y: bin[key],
            words: `distance ${formatNumber(bin.distance, { decimals: 2 })}: ${title} ${formatNumber(bin[key], { significant: 3 })}, ${formatCount(bin.active)} of ${plural(bin.pairs, 'pair')} connected`,
          })),
        ),
    );
  return section(
    'wires',
    'Wires',
    'Brain-inspired modular training makes connections short; placement turns distance on the grid into hops on the chip.',
    h(
      'div',
      { class: 'cards3' },
      about('weightByDistance', card(named('weightByDistance'), overDistance('meanWeight', 'mean |weight| of all pairs'))),
      about('connectionsByDistance', card(named('connectionsByDistance'), overDistance('activeShare', 'share of pairs connected'))),
      histogram,
    ),
  );
}

interface Dot {
  readonly x: number;
  readonly y: number;
  readonly words: string;
}

function curve({ x, y }: Plot, dots: readonly Dot[]): SVGElement[] {
  const points = dots.map((dot) => `${x(dot.x).toFixed(1)},${y(dot.y).toFixed(1)}`).join(' ');
  return [
    svg('polyline', { class: 'curve', points }),
    ...dots.map((dot) => svg('circle', { class: 'dot', cx: x(dot.x), cy: y(dot.y), r: 3.2 }, titleOf(dot.words))),
  ];
}

const PARTS = [
  ['recurrent', 'recurrent'],
  ['readout', 'readout'],
  ['input', 'input'],
] as const;

/** Synapses by hops, one tone for each part, stacked. */
function hopChart({ parts, coresUsed }: PlacementResult): HTMLElement[] {
  const histograms = PARTS.map(([part]) => parts[part].synapseHops.histogram);
  const farthest = Math.max(0, ...histograms.map((histogram) => histogram.length - 1));
  const totals = Array.from({ length: farthest + 1 }, (_, hop) => histograms.reduce((sum, histogram) => sum + (histogram[hop] ?? 0), 0));
  const drawn = chart(
    {
      label: `Synapses by hops: ${totals.map((count, hop) => `${hop} hops ${count}`).join(', ')}`,
      height: HEIGHT - 28,
      x: { title: 'hops between the two ends of a synapse', domain: [-0.6, farthest + 0.6], scale: 'whole' },
      y: { title: 'synapses', domain: [0, Math.max(1, ...totals)] },
    },
    ({ x, y }) => {
      const wide = Math.min(46, (x(1) - x(0)) * 0.78);
      return totals.flatMap((_, hop) => {
        let below = 0;
        return PARTS.map(([part, name], p) => {
          const count = histograms[p]?.[hop] ?? 0;
          const [top, bottom] = [y(below + count), y(below)];
          below += count;
          const words = `${plural(hop, 'hop')}: ${plural(count, `${name} synapse`)}`;
          return svg(
            'rect',
            {
              class: `part ${part}`,
              x: x(hop) - wide / 2,
              width: wide,
              y: top,
              height: bottom - top,
              'data-hops': hop,
              'data-count': count,
            },
            titleOf(words),
          );
        });
      });
    },
  );
  const key = h(
    'div',
    { class: 'legend' },
    ...PARTS.map(([part, name]) => h('span', { class: 'entry' }, h('span', { class: `swatch part ${part}` }), name)),
    h('span', { class: 'entry' }, `${plural(coresUsed, 'core')} in use`),
  );
  return [drawn, key];
}
