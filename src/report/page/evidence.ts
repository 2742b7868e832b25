// What do the numbers stand on? Checks, assumptions, warnings, sources, and what was run.
import { formatCount, listWords, plural } from '../format.ts';
import type { Report, TargetReport } from '../report.ts';
import { card, h, section } from './dom.ts';
import { about, named } from './terms.ts';

/** The end of the page. */
export function evidence({ targets, assumptions, warnings, forms, run, training }: Report): HTMLElement {
  const told = [
    ...warnings.map(({ rule, message }) => `${rule}: ${message}`),
    ...targets.flatMap(({ label, warnings: own }) => own.map(({ rule, message }) => `${label}, ${rule}: ${message}`)),
  ];
  const groups = [...new Set(assumptions.map(({ subject }) => subject))];
  return section(
    'evidence',
    'What the numbers stand on',
    null,
    about('checked', card(named('checked'), h('ul', {}, ...targets.map((target) => h('li', {}, checked(target))), formsLine(forms)))),
    told.length === 0 ? null : card('Warnings', h('ul', {}, ...told.map((text) => h('li', {}, text)))),
    card(
      plural(assumptions.length, 'assumption'),
      ...groups.map((subject) =>
        h(
          'details',
          {},
          h('summary', {}, subject),
          h('ul', {}, ...assumptions.filter((one) => one.subject === subject).map(({ text }) => h('li', {}, text))),
        ),
      ),
    ),
    card(
      'Sources',
      ...targets.map(({ label, file, sources }) =>
        h(
          'details',
          {},
          h('summary', {}, `${label} (${file})`),
          h('dl', { class: 'sources' }, ...Object.entries(sources).flatMap(([id, text]) => [h('dt', {}, id), h('dd', {}, text)])),
        ),
      ),
    ),
    about(
      'run',
      card(
        named('run'),
        h('dl', { class: 'sources' }, ...facts(run, training).flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)])),
      ),
    ),
  );
}

function checked({ label, verification }: TargetReport): string {
  if (verification === null) return `${label}: not verified.`;
  const { executions, mismatches, trials, integersCompared, saturatedStates } = verification;
  if (mismatches.length > 0)
    return `${label}: ✗ ${plural(mismatches.length, 'integer differs', 'integers differ')}, verify.json says where.`;
  return `${label}: ✓ ${listWords(executions.map(({ name }) => name))} computed the same ${formatCount(integersCompared)} integers on ${plural(trials, 'trial')} (${formatCount(saturatedStates)} of them saturated states).`;
}

function formsLine(forms: Report['forms']): HTMLElement | null {
  if (forms === null) return null;
  const apart = forms.comparisons.filter(({ beyond }) => beyond > 0).length;
  const said =
    apart === 0
      ? `✓ ${plural(forms.comparisons.length, 'execution')} came within ${forms.tolerance.relative} of the network's values on ${plural(forms.trials, 'trial')}`
      : `✗ ${plural(apart, 'execution')} did not come close enough`;
  return h('li', {}, `Float ONNX files: ${said}.`);
}

function facts(run: Report['run'], training: Report['training']): (readonly [string, string])[] {
  return [
    ['tool', run.tool.replace('@', ' ')],
    ['task suite', `${run.suite}: ${run.suiteTitle}`],
    ['seed', `${run.seed}`],
    [
      'training',
      training === null
        ? 'trained elsewhere'
        : `${training.config.condition}, ${plural(training.config.updates, 'update')}, λ ${training.config.lambda}, A ${training.config.locality}`,
    ],
    ['settings (SHA-256)', run.configHash],
    ...Object.entries(run.artifacts).map(([file, hash]) => [`${file} (SHA-256)`, hash] as const),
  ];
}
