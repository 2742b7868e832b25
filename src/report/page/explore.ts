// How does the reader look into the network? Grid and chip side by side, what is shown in them, and what is known of what is in focus.
import { formatCount, formatNumber } from '../format.ts';
import { PAGE_TERMS } from '../page-terms.ts';
import { chipLegend, chipView } from './chip-view.ts';
import { coloursOf, type Legend } from './colouring.ts';
import { card, h, section } from './dom.ts';
import { facts } from './facts.ts';
import { gridView, sheetWords } from './grid-view.ts';
import type { Model } from './model.ts';
import { COLOURINGS, isSame, type Store } from './state.ts';
import { about, named } from './terms.ts';
import { onThemeChange, theme } from './theme.ts';
import { withTip } from './tip.ts';

/** The interactive part. */
export function explore(model: Model, store: Store): HTMLElement {
  const gridLegend = h('div', { class: 'legend' });
  const onChip = about('chip', h('div', {}));
  const chipTitle = named('chip');
  const redraw = () => {
    about(store.state.colouring, gridLegend);
    gridLegend.replaceChildren(...legendEntries(coloursOf(model, store.state, theme()).legend, store));
    const target = model.targets[store.state.target];
    chipTitle.textContent = target?.report.name ?? '';
    onChip.replaceChildren(...(target === undefined ? [] : [chipLegend(target)]));
  };
  store.listen((_, changed) => {
    if (changed.has('target') || changed.has('colouring')) redraw();
  });
  onThemeChange(redraw);
  const chip = card(chipTitle, chipView(model, store), onChip);
  return section(
    'explore',
    'The network and the chip',
    'Point at a neuron or a core to light it in both pictures, click to keep it. Solid curves excite, dashed ones inhibit; arrows lead to the listening neuron.',
    controls(model, store),
    h(
      'div',
      { class: 'views' },
      card('The network on its grid', gridView(model, store), h('p', { class: 'note' }, sheetWords(model)), gridLegend),
      chip,
      facts(model, store),
    ),
  );
}

function controls(model: Model, store: Store): HTMLElement {
  return h('form', { class: 'controls', 'aria-label': 'What is shown' }, colouringChoice(store), threshold(model, store));
}

function colouringChoice(store: Store): HTMLElement {
  const choices = COLOURINGS.map((colouring) => {
    const input = h('input', { type: 'radio', name: 'colouring', value: colouring, id: `colour-${colouring}` });
    input.addEventListener('change', () => store.change({ colouring }));
    store.listen((state) => {
      input.checked = state.colouring === colouring;
    });
    const { title, meaning } = PAGE_TERMS[colouring];
    return withTip(h('span', {}, input, h('label', { for: input.id }, title)), meaning);
  });
  return h('fieldset', { class: 'choice' }, h('legend', {}, 'Colour neurons by'), ...choices);
}

/** A legend of more entries would be longer than the page. */
const MOST_ENTRIES = 60;

/** Steps of the slider. */
const STEPS = 400;

/** A slider over the share of synapses that is drawn: even steps however weights are spread. */
function threshold({ strongest: { weight } }: Model, store: Store): HTMLElement {
  const count = weight.length;
  const input = h('input', { type: 'range', min: 0, max: STEPS, id: 'threshold', 'aria-describedby': 'threshold-value' });
  const output = h('output', { id: 'threshold-value', for: 'threshold' });
  // The cube leaves room for the few strongest, which matter most.
  input.addEventListener('input', () => store.change({ drawn: Math.round(count * (1 - Number(input.value) / STEPS) ** 3) }));
  input.value = String(Math.round(STEPS * (1 - (store.state.drawn / Math.max(1, count)) ** (1 / 3))));
  store.listen(({ drawn }) => {
    const least = Math.abs(weight[drawn - 1] ?? Number.NaN);
    const words = Number.isNaN(least) ? 'no synapse' : `|w| ≥ ${formatNumber(least, { significant: 3 })}`;
    output.textContent = `${words} · ${formatCount(drawn)} of ${formatCount(count)} synapses`;
    input.setAttribute('aria-valuetext', output.textContent);
  });
  return h('div', { class: 'slider' }, h('label', { for: 'threshold' }, named('threshold')), input, about('threshold', output));
}

function legendEntries(legend: Legend, store: Store): HTMLElement[] {
  if ('unknown' in legend) return [h('p', { class: 'missing' }, legend.unknown)];
  if ('amount' in legend) {
    const bar = h('span', { class: 'ramp' });
    bar.style.background = `linear-gradient(to right, ${legend.fills.join(', ')})`;
    return [h('span', { class: 'entry' }, legend.least, bar, legend.most, ` ${legend.amount}`)];
  }
  if (legend.kinds.length > MOST_ENTRIES) {
    legendButtons.delete(store);
    return [
      h('p', { class: 'note' }, `${formatCount(legend.kinds.length)} colours are too many to list: point at a neuron. ${legend.note}`),
    ];
  }
  const entries = legend.kinds.map(({ focus, fill, mark, text }) => {
    const swatch = h('span', { class: 'swatch' }, mark);
    swatch.style.background = fill;
    const button = h('button', { type: 'button', class: 'entry', 'aria-pressed': isSame(store.state.selected, focus) }, swatch, text);
    button.addEventListener('pointerenter', () => store.change({ pointed: focus }));
    button.addEventListener('pointerleave', () => store.change({ pointed: null }));
    button.addEventListener('click', () => store.change({ pointed: null, selected: isSame(store.state.selected, focus) ? null : focus }));
    return { focus, button };
  });
  legendButtons.set(store, entries);
  return [...entries.map(({ button }) => button), h('p', { class: 'note' }, legend.note)];
}

/** Buttons of the legend that is shown. */
const legendButtons = new WeakMap<Store, readonly { readonly focus: Parameters<typeof isSame>[0]; readonly button: HTMLElement }[]>();

/** Keeps the buttons of the legend in step with the selection. */
export function followSelection(store: Store): void {
  store.listen(({ selected }) => {
    for (const { focus, button } of legendButtons.get(store) ?? []) button.setAttribute('aria-pressed', String(isSame(selected, focus)));
  });
}
