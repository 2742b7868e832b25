// Does it fit, what limits it, what does it lose and cost? One sentence, the key figures, and all targets side by side.
import { formatCount, formatNumber, formatRatio, formatValue, plural } from '../format.ts';
import type { TermKey } from '../page-terms.ts';
import { exportedRows, type PlacementRow, placementColumn } from '../placement-columns.ts';
import type { PlacementReport, Report } from '../report.ts';
import { sideBySideColumns } from '../side-by-side.ts';
import type { Column } from '../table.ts';
import { cautions, misfitWords } from '../verdict-words.ts';
import { type Child, h } from './dom.ts';
import type { Model } from './model.ts';
import type { Store } from './state.ts';
import { table } from './tables.ts';
import { about, named } from './terms.ts';
import { withTip } from './tip.ts';

/** The top of the page. */
export function verdict(model: Model, store: Store): HTMLElement {
  const { report } = model;
  return h(
    'section',
    { id: 'verdict', 'aria-labelledby': 'verdict-title' },
    h('h1', { id: 'verdict-title' }, headline(report)),
    h(
      'p',
      { class: 'lead' },
      `${report.run.suiteTitle} · grid ${report.network.grid} · seed ${report.run.seed} · ${report.run.tool.replace('@', ' ')}`,
    ),
    figures(report),
    h('div', { class: 'card' }, h('h3', {}, 'Targets side by side'), sideBySide(model, store)),
    ...misfits(report),
    ...cautionList(report),
  );
}

function headline({ network, targets }: Report): string {
  const fitting = targets.filter(({ placements }) => placements[0]?.fits).length;
  const subject = `The network of ${plural(network.neurons, 'neuron')}`;
  if (targets.length === 1) return `${subject} ${fitting === 1 ? 'fits' : 'does not fit'} ${targets[0]?.label ?? ''}`;
  if (fitting === targets.length) return `${subject} fits all ${targets.length} targets`;
  return fitting === 0 ? `${subject} fits none of ${targets.length} targets` : `${subject} fits ${fitting} of ${targets.length} targets`;
}

function figures({ network, accuracy }: Report): HTMLElement {
  const { recurrent } = network.matrices;
  const float = accuracy.stages.filter(({ target }) => target === null).at(-1);
  const figure = (key: TermKey, value: string, more: string) =>
    about(key, h('div', { class: 'figure' }, h('dt', {}, named(key)), h('dd', {}, h('strong', {}, value), h('span', {}, more))));
  const length = (value: number | null) => formatValue(value, { decimals: 2 });
  return h(
    'dl',
    { class: 'figures' },
    figure('neurons', formatCount(network.neurons), `of ${formatCount(network.neuronsTrained)} trained`),
    figure('synapses', formatCount(recurrent.synapses), `${formatNumber(recurrent.density, 'percent')} of the possible ones`),
    figure('length', length(network.meanConnectionLength), `of the grid's side; ${length(network.meanPairDistance)} if drawn at random`),
    figure(
      'accuracy',
      formatRatio(float?.mean ?? null),
      `${float === undefined ? '' : `${float.title}, `}best possible ${formatRatio(accuracy.meanCeiling)}`,
    ),
  );
}

function sideBySide({ report }: Model, store: Store): HTMLElement {
  const rows = exportedRows(report);
  const columns = sideBySideColumns(report);
  const most = new Map(BARS.map((key) => [key, Math.max(0, ...rows.map((row) => numberOf(placementColumn(key), row) ?? 0))]));
  const element = table('Targets side by side', columns, rows, {
    cell({ key, ...shown }, row, text) {
      if (key === 'target') return targetButton(row, report, store);
      if (key === 'fits') return row.placement.fits ? '✓ fits' : '✗ does not fit';
      if (key === 'verified' && text !== 'not verified') return text === 'yes' ? '✓ equal' : '✗ differs';
      const limit = most.get(key) ?? 0;
      const value = limit === 0 ? null : numberOf({ key, ...shown }, row);
      return value === null ? null : withBar(text, value / limit);
    },
  });
  element.classList.add('cards');
  const body = [...element.querySelectorAll('tbody tr')];
  store.listen(({ target }) => {
    for (const [i, row] of body.entries()) {
      row.classList.toggle('chosen', i === target);
      row.querySelector('button')?.setAttribute('aria-pressed', String(i === target));
    }
  });
  return element;
}

/** Columns whose lengths can be compared at a glance. */
const BARS = ['wiringCost', 'energyNjPerStep'];

function numberOf({ value }: Column<PlacementRow>, row: PlacementRow): number | null {
  const found = value(row);
  if (typeof found === 'number') return found;
  return typeof found === 'object' && found !== null ? found.value : null;
}

function withBar(text: string, share: number): Child {
  const bar = h('span', { class: 'bar', 'aria-hidden': 'true' });
  bar.style.width = `${(100 * share).toFixed(1)}%`;
  return h('span', { class: 'barred' }, text, bar);
}

function targetButton({ target }: PlacementRow, report: Report, store: Store): HTMLElement {
  const button = h('button', { type: 'button', class: 'target' }, target.label);
  button.addEventListener('click', () => store.change({ target: report.targets.indexOf(target) }));
  return withTip(button, `${target.name}: show this target`);
}

/** Why targets refuse the network, and what would help. */
function misfits({ targets }: Report): HTMLElement[] {
  const refused = targets.filter(({ placements }) => placements[0]?.fits === false);
  return refused.map(({ label, placements }) =>
    h('p', { class: 'notice bad' }, h('strong', {}, `✗ ${label} does not fit`), misfitWords(placements[0] as PlacementReport)),
  );
}

function cautionList({ targets }: Report): HTMLElement[] {
  const said = targets.flatMap(cautions);
  if (said.length === 0) return [];
  return [h('details', { class: 'notice', open: true }, h('summary', {}, 'Mind'), h('ul', {}, ...said.map((text) => h('li', {}, text))))];
}
