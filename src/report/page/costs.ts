// What does the network cost on the chip, and which constants say so?

import { sumValue } from '../cells.ts';
import { CONSTANT_COLUMNS, PART_COLUMNS, type PartRow, RESOURCE_COLUMNS, TERM_COLUMNS, type TermRow } from '../detail-columns.ts';
import { formatNumber, formatValue, quantityText } from '../format.ts';
import { COST_COLUMNS, placementRows } from '../placement-columns.ts';
import type { PlacementResult, TargetReport } from '../report.ts';
import { card, h, section } from './dom.ts';
import type { Model } from './model.ts';
import type { Store } from './state.ts';
import { table } from './tables.ts';
import { named } from './terms.ts';
import { withTip } from './tip.ts';

/** All placements side by side, and the chosen target in detail. */
export function costs({ report, targets }: Model, store: Store): HTMLElement {
  const placed = placementRows(report).filter(({ placement }) => placement.result !== null);
  const detail = h('div', { class: 'cards' });
  store.listen((state, changed) => {
    if (!changed.has('target')) return;
    const target = targets[state.target];
    const result = target?.placement.result ?? null;
    detail.replaceChildren(...(target === undefined || result === null ? [] : details(target.report, result)));
  });
  return section(
    'costs',
    'Costs',
    'Hops and wiring: recurrent synapses. Messages, energy and latency: inputs and readout too. Energy and latency are estimates from published constants, not measurements.',
    placed.length === 0
      ? h('p', { class: 'missing' }, 'The network is placed on no target.')
      : card('All placements', table('Costs of all placements', COST_COLUMNS, placed)),
    detail,
  );
}

function details({ label }: TargetReport, result: PlacementResult): HTMLElement[] {
  const parts: PartRow[] = [
    ...(['recurrent', 'readout', 'input'] as const).map((name) => ({
      name,
      part: result.parts[name],
      wireLengthBasis: result.wireLengthBasis,
    })),
    { name: 'all', part: result.total, wireLengthBasis: result.wireLengthBasis },
  ];
  return [
    card(
      `Resources of ${label}`,
      table('Resources', RESOURCE_COLUMNS, result.resources, {
        cell({ key }, { source, max }, text) {
          if (key === 'limit') return withTip(h('span', { class: 'term' }, text), source);
          if (key !== 'peakCoreShare') return null;
          const bar = h('span', { class: 'bar', 'aria-hidden': 'true' });
          bar.style.width = `${(100 * Math.min(1, max)).toFixed(1)}%`;
          return h('span', { class: 'barred' }, text, bar);
        },
      }),
    ),
    card(`Synapses on ${label}`, table('Synapses by part', PART_COLUMNS, parts)),
    ...estimates(result),
  ];
}

/** Energy by every profile, and latency, term by term, every constant with its source. */
function estimates({ energy, latency }: PlacementResult): HTMLElement[] {
  const cards = [
    ...energy.map((one, i) => ({
      ...one,
      what: `Energy of a time step, profile ${one.profile}${i === 0 ? ' (default)' : ''}`,
      unit: 'pJ',
      sum: one.total,
    })),
    ...latency.map((one, i) => ({
      ...one,
      what: `Latency of a time step, profile ${one.profile}${i === 0 ? ' (default)' : ''}`,
      unit: 'ns',
      sum: one.total,
    })),
  ];
  return cards.map(({ what, unit, terms, constants, sum }) => {
    const known = terms.reduce((all, { value }) => all + (value ?? 0), 0);
    const rows: TermRow[] = terms.map((term) => ({ ...term, unit, share: term.value === null || known === 0 ? null : term.value / known }));
    const byName = new Map(constants.map((constant) => [constant.name, constant]));
    return card(
      named('estimate', what),
      h(
        'p',
        { class: 'sum', 'data-term': 'estimate' },
        h('strong', {}, `${formatValue(sumValue(sum, 1), { significant: 4 })}${sum.value === null ? '' : ` ${unit}`}`),
        sum.complete ? '' : ' – a lower bound: what is unknown is left out',
      ),
      table(what, TERM_COLUMNS, rows, {
        cell({ key }, row) {
          if (key !== 'constants') return null;
          return h(
            'span',
            {},
            row.constants.flatMap((name, i) => {
              const constant = byName.get(name);
              const said = constant === undefined ? name : `${name} = ${quantityText(constant)} — ${constant.source}`;
              return [i === 0 ? null : ', ', withTip(h('span', { class: 'term constant' }, name), said)];
            }),
          );
        },
      }),
      h(
        'details',
        {},
        h('summary', {}, `${formatNumber(constants.length, { decimals: 0 })} constants with their sources`),
        table(`Constants of ${what}`, CONSTANT_COLUMNS, constants),
      ),
    );
  });
}
