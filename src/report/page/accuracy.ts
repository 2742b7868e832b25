// What did each stage cost each task? Dots on a line for the stages, and all numbers in a table.
import { scaleLinear } from 'd3-scale';
import { taskColumns } from '../detail-columns.ts';
import { formatRatio } from '../format.ts';
import type { AccuracyStage } from '../report.ts';
import { sized, titleOf } from './charts.ts';
import { card, drawnToWidth, h, section, svg } from './dom.ts';
import { marker } from './markers.ts';
import type { Model } from './model.ts';
import type { Store } from './state.ts';
import { table } from './tables.ts';
import { about, named } from './terms.ts';

/** Accuracy of every task after the float stages and on the chosen target. */
export function accuracy({ report, targets }: Model, store: Store): HTMLElement {
  const { stages, tasks } = report.accuracy;
  const host = h('div', { class: 'chart' });
  const key = h('div', { class: 'legend' });
  let width = 0;
  const draw = () => {
    const label = targets[store.state.target]?.report.label;
    const shown = stages.filter(({ target }) => target === null || target === label);
    key.replaceChildren(
      ...shown.map(({ title, mean }, i) =>
        h(
          'span',
          { class: 'entry' },
          svg('svg', { width: 16, height: 16, 'aria-hidden': 'true' }, mark(i, shown.length, 8, 8)),
          `${title} ${formatRatio(mean)}`,
        ),
      ),
      h(
        'span',
        { class: 'entry' },
        svg('svg', { width: 16, height: 16, 'aria-hidden': 'true' }, svg('line', { class: 'ceiling', x1: 8, x2: 8, y1: 1, y2: 15 })),
        `best possible ${formatRatio(report.accuracy.meanCeiling)}`,
      ),
    );
    if (width > 0) host.replaceChildren(dots(report.accuracy, shown, width));
  };
  drawnToWidth(host, (wide) => {
    width = wide;
    draw();
  });
  store.listen((_, changed) => {
    if (changed.has('target')) draw();
  });
  return section(
    'accuracy',
    'Accuracy of each task',
    null,
    stages.length === 0
      ? h('p', { class: 'missing' }, 'Accuracy was not measured.')
      : about(
          'stages',
          card(
            named('stages'),
            key,
            host,
            h('details', {}, h('summary', {}, 'All numbers'), table('Accuracy of each task', taskColumns(stages), tasks)),
          ),
        ),
  );
}

const ROW = 22;

function dots({ tasks }: Model['report']['accuracy'], stages: readonly AccuracyStage[], wide: number): SVGElement {
  const names = Math.min(150, wide * 0.3);
  const values = tasks.flatMap(({ ceiling, accuracy }) => [ceiling, ...stages.map(({ key }) => accuracy[key] ?? ceiling)]);
  const x = scaleLinear([Math.min(...values), Math.max(...values)], [names + 12, wide - 14]).nice(5);
  const height = tasks.length * ROW;
  const at = (row: number) => (row + 0.5) * ROW;
  return svg(
    'svg',
    {
      ...sized(wide, height + 40),
      role: 'img',
      'aria-label': 'Accuracy of each task after each stage; the table below has the numbers',
    },
    x
      .ticks(Math.max(2, Math.floor((wide - names) / 80)))
      .flatMap((value) => [
        svg('line', { class: 'rule', x1: x(value), x2: x(value), y2: height }),
        svg('text', { class: 'tick middle', x: x(value), y: height + 16 }, value.toFixed(2)),
      ]),
    svg('text', { class: 'axis middle', x: (names + wide) / 2, y: height + 34 }, 'accuracy'),
    tasks.flatMap(({ task, ceiling, accuracy }, row) => [
      svg('line', { class: 'rule', x1: names + 12, x2: wide - 14, y1: at(row), y2: at(row) }),
      svg('text', { class: 'tick end', x: names, y: at(row) + 4 }, task),
      svg(
        'line',
        { class: 'ceiling', x1: x(ceiling), x2: x(ceiling), y1: at(row) - 8, y2: at(row) + 8 },
        titleOf(`${task}: best possible ${formatRatio(ceiling)}`),
      ),
      ...stages.flatMap(({ key, title }, i) => {
        const value = accuracy[key];
        if (value === undefined) return [];
        return [svg('g', {}, titleOf(`${task}, ${title}: ${formatRatio(value)}`), mark(i, stages.length, x(value), at(row)))];
      }),
    ]),
  );
}

/** The last stage is filled. */
function mark(stage: number, stages: number, x: number, y: number): SVGElement {
  return marker(stage === stages - 1 ? 'stage last' : 'stage', stage, x, y);
}
