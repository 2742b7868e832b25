// What is known of the neuron, core, module or link in focus?
import { formatCount, formatNumber, plural } from '../format.ts';
import { PAGE_TERMS, type TermKey } from '../page-terms.ts';
import { neuronsOf } from './colouring.ts';
import { h } from './dom.ts';
import type { Model } from './model.ts';
import { type Focus, focusOf, type State, type Store } from './state.ts';
import { about, named } from './terms.ts';

/** A fact: what it is, in words, and what it is called here. */
type Fact = readonly [key: TermKey, words: string, name?: string];

/** The panel beside the views. */
export function facts(model: Model, store: Store): HTMLElement {
  const title = h('h3', {});
  const list = h('dl', { class: 'facts' });
  const tasks = h('div', { class: 'tasks' });
  const said = h('p', { class: 'unseen', role: 'status' });
  store.listen((state) => {
    const focus = focusOf(state);
    title.textContent = focus === null ? 'Nothing is selected' : nameOf(focus);
    const found = focus === null ? [] : factsOf(model, state, focus);
    list.replaceChildren(...found.map(([key, words, name]) => about(key, h('div', {}, h('dt', {}, named(key, name)), h('dd', {}, words)))));
    tasks.replaceChildren(...(focus === null ? [hint()] : taskBars(model, state, focus)));
    // Pointing is for those who see; what is selected is said.
    if (focus === state.selected)
      said.textContent =
        focus === null ? '' : [nameOf(focus), ...found.map(([key, words, name = PAGE_TERMS[key].title]) => `${name} ${words}`)].join(', ');
  });
  return h('aside', { class: 'card panel', 'aria-label': 'What is in focus' }, title, list, tasks, said);
}

function hint(): HTMLElement {
  return h(
    'p',
    { class: 'note' },
    'Point at a neuron, a core, a link or an entry of the legend. With keys: go to a picture with Tab and use the arrow keys.',
  );
}

function nameOf({ kind, index }: Focus): string {
  if (kind === 'link') return 'Link';
  return kind === 'module' ? `Module ${index + 1}` : `${kind === 'core' ? 'Core' : 'Neuron'} ${index}`;
}

function factsOf(model: Model, state: State, focus: Focus): Fact[] {
  if (focus.kind === 'neuron') return neuronFacts(model, state, focus.index);
  if (focus.kind === 'link') return linkFacts(model, state, focus.index);
  return focus.kind === 'core' ? coreFacts(model, state, focus.index) : moduleFacts(model, state, focus);
}

function neuronFacts(model: Model, state: State, neuron: number): Fact[] {
  const { incoming, outgoing, inputs, readouts, site, grid, functions, targets } = model;
  const target = targets[state.target];
  const core = target?.core?.[neuron] ?? null;
  const sends = target?.messages?.[neuron] ?? null;
  const module = functions?.module?.[neuron] ?? null;
  const count = ({ indptr }: typeof incoming) => indptr[neuron + 1] - indptr[neuron];
  return [
    ['site', `row ${Math.floor(site[neuron] / grid.columns)}, column ${site[neuron] % grid.columns}`],
    ['fanIn', `${plural(count(incoming), 'neuron')}, ${plural(inputs[neuron], 'input')}`],
    ['fanOut', `${plural(count(outgoing), 'neuron')}, ${plural(readouts[neuron], 'readout unit')}`],
    ['coreOf', core === null ? 'not placed' : `${core}`, `core on ${target?.report.label ?? ''}`],
    ['moduleOf', module === null ? 'unknown' : module < 0 ? 'none: silent in every task' : `${module + 1}`],
    ['sends', sends === null ? 'unknown' : `in ${formatNumber(sends, 'percent')} of time steps`],
  ];
}

function coreFacts(model: Model, state: State, index: number): Fact[] {
  const found = model.targets[state.target]?.placement.result?.cores.find(({ id }) => id === index);
  if (found === undefined) return [['neuronsOfCore', 'none: the core is idle']];
  const { neurons, readouts, axons, synapses, utilization, routerX, routerY } = found;
  return [
    ['neuronsOfCore', formatCount(neurons)],
    ['readouts', formatCount(readouts)],
    ['axons', formatCount(axons)],
    ['synapsesOfCore', formatCount(synapses)],
    ['utilization', `${formatNumber(utilization, 'percent')} used`],
    ['router', `${routerX},${routerY}`],
  ];
}

function linkFacts(model: Model, state: State, index: number): Fact[] {
  const load = model.targets[state.target]?.placement.result?.links?.loads[index];
  if (load === undefined) return [];
  const { from, to, trafficPerStep, neuronTrafficPerStep, inputTrafficPerStep } = load;
  const amount = (value: number) => `${formatNumber(value, { significant: 3 })}/step`;
  return [
    ['from', `${from.x},${from.y}`],
    ['to', `${to.x},${to.y}`],
    ['messages', amount(trafficPerStep)],
    ['ofNeurons', amount(neuronTrafficPerStep)],
    ['ofInputs', amount(inputTrafficPerStep)],
  ];
}

function moduleFacts(model: Model, state: State, focus: Focus): Fact[] {
  const { core = null } = model.targets[state.target] ?? {};
  const neurons = neuronsOf(model, state.target, focus);
  const module = model.functions?.modules[focus.index];
  return [
    ['neuronsOfModule', formatCount(neurons.length)],
    ['preferredTask', module?.preferredTask ?? 'unknown'],
    ['spread', core === null ? 'unknown' : plural(new Set(neurons.map((neuron) => core[neuron])).size, 'core')],
  ];
}

/** Tasks that are shown. */
const TASKS = 6;

/** The tasks in which the neurons in focus vary most, as bars. */
function taskBars(model: Model, state: State, focus: Focus): HTMLElement[] {
  const { functions } = model;
  if (focus.kind === 'link') return [];
  if (functions === null || functions.taskVariance === null) return [h('p', { class: 'note' }, 'Tasks: not measured in this run.')];
  const { tasks, taskVariance } = functions;
  const neurons = neuronsOf(model, state.target, focus);
  const sums = tasks.map((task, k) => ({
    task,
    sum: neurons.reduce((sum, neuron) => sum + (taskVariance[neuron * tasks.length + k] ?? 0), 0),
  }));
  const total = sums.reduce((all, { sum }) => all + sum, 0);
  if (total === 0) return [h('p', { class: 'note' }, 'It varies in no task.')];
  const shown = [...sums].sort((a, b) => b.sum - a.sum).slice(0, TASKS);
  const most = shown[0]?.sum ?? 1;
  return [
    h('h4', {}, named('tasks')),
    h(
      'ul',
      { class: 'bars', 'data-term': 'tasks' },
      shown.map(({ task, sum }) => {
        const bar = h('span', { class: 'bar' });
        bar.style.width = `${((100 * sum) / most).toFixed(1)}%`;
        return h(
          'li',
          {},
          h('span', { class: 'name' }, task),
          h('span', { class: 'track' }, bar),
          h('span', { class: 'value' }, formatNumber(sum / total, 'percent')),
        );
      }),
    ),
  ];
}
