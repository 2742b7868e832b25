// The script of report.html: reads the data in the file and builds the page.
import { accuracy } from './accuracy.ts';
import { costs } from './costs.ts';
import { h } from './dom.ts';
import { evidence } from './evidence.ts';
import { explore, followSelection } from './explore.ts';
import { type Model, readModel } from './model.ts';
import { createStore, type Store } from './state.ts';
import { sweep } from './sweep.ts';
import { tipBox } from './tip.ts';
import { verdict } from './verdict.ts';
import { wires } from './wires.ts';

/** Synapses for each neuron that are drawn at first. */
const CURVES = 4;

function build(): void {
  const model = readModel();
  const firstPlaced = Math.max(
    0,
    model.targets.findIndex(({ chip }) => chip !== null),
  );
  const hasModules = (model.functions?.module ?? null) !== null;
  const store = createStore({
    target: firstPlaced,
    colouring: hasModules ? 'module' : 'core',
    drawn: Math.min(model.strongest.weight.length, CURVES * model.neurons),
    pointed: null,
    selected: null,
  });
  document.body.append(
    topBar(model, store),
    h(
      'main',
      {},
      verdict(model, store),
      explore(model, store),
      wires(model, store),
      accuracy(model, store),
      sweep(model.sweep) ?? '',
      costs(model, store),
      evidence(model.report),
    ),
    tipBox(),
  );
  followSelection(store);
}

const SECTIONS = [
  ['verdict', 'Verdict'],
  ['explore', 'Network and chip'],
  ['wires', 'Wires'],
  ['accuracy', 'Accuracy'],
  ['sweep', 'Sweep'],
  ['costs', 'Costs'],
  ['evidence', 'Evidence'],
] as const;

/** Ways to the sections, and the target that all of them show. */
function topBar({ targets, sweep }: Model, store: Store): HTMLElement {
  const select = h(
    'select',
    { id: 'target' },
    targets.map(({ report, placement }, i) => h('option', { value: i }, `${report.label}${placement.fits ? '' : ' (does not fit)'}`)),
  );
  select.addEventListener('change', () => store.change({ target: Number(select.value) }));
  store.listen(({ target }) => {
    select.value = String(target);
  });
  return h(
    'header',
    { class: 'top' },
    h('strong', { class: 'brand' }, 'bimt-export'),
    h(
      'nav',
      { 'aria-label': 'Sections' },
      ...SECTIONS.filter(([id]) => id !== 'sweep' || sweep.length > 0).map(([id, name]) => h('a', { href: `#${id}` }, name)),
    ),
    h('label', { class: 'choose', for: 'target' }, 'Target ', select),
  );
}

build();
