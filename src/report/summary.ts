// What does a newcomer need to hear? The verdict first, then what the network costs on each chip, side by side.
import pc from 'picocolors';
import { describeMismatch } from '../simulation/verify.ts';
import { describeApart } from '../simulation/verify-floats.ts';
import type { Sum } from '../targets/constants.ts';
import { AWARE_COLUMNS, awareRows } from './aware-table.ts';
import { sumValue } from './cells.ts';
import { formatCount, formatNumber, formatRatio, formatValue, listWords, plural } from './format.ts';
import type { Activity } from './input.ts';
import { COST_COLUMNS, FIT_COLUMNS, placementRows } from './placement-columns.ts';
import type { AccuracyStage, PlacementReport, PlacementResult, Report, TargetReport } from './report.ts';
import { textTable } from './table.ts';
import { accuracyLoss, cautions, fitWords, misfitWords } from './verdict-words.ts';

/** How a text is printed. */
export interface TextReportOptions {
  /** Off unless asked for: only a terminal wants it. */
  readonly colour?: boolean;
  /** Files and pictures to point at: path and what it holds. */
  readonly files?: readonly { readonly path: string; readonly holds: string }[];
}

/** The summary that a run ends with. */
export function summaryText(report: Report, options: TextReportOptions = {}): string {
  const { colour = false, files = [] } = options;
  const rows = placementRows(report);
  const placed = rows.filter(({ placement }) => placement.result !== null);
  const { targets } = report;
  return joinSections([
    `${titleLine(report)}\n`,
    section('The network', networkLines(report), colour),
    section(
      'On the chips',
      targets.map((target) => verdict(report, target, colour)),
      colour,
    ),
    ...awareSection(report, colour),
    section('Where it fits', [textTable(FIT_COLUMNS, rows, { colour })], colour),
    section(
      'What wires and time steps cost',
      placed.length === 0 ? [] : [textTable(COST_COLUMNS, placed, { colour }), ...costNotes(report)],
      colour,
    ),
    section('Checked', [...targets.flatMap(checkedLines), ...formLines(report)], colour),
    section('Mind', [...targets.flatMap(cautions), ...warningLines(report), ...assumptionCount(report)], colour),
    section('Files', fileLines(files), colour),
  ]);
}

/** A heading and its indented lines; nothing if there are none. */
export function section(title: string, lines: readonly string[], colour: boolean): string {
  if (lines.length === 0) return '';
  const body = lines
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trimEnd()
    .split('\n');
  return `${pc.createColors(colour).bold(title)}\n${body.map((text) => `${text === '' ? '' : `  ${text}`}\n`).join('')}`;
}

/** Sections with an empty line between them. */
export function joinSections(sections: readonly string[]): string {
  return sections.filter((text) => text !== '').join('\n');
}

function titleLine({ run, network }: Report): string {
  return `${run.tool.replace('@', ' ')} · ${run.suiteTitle} · grid ${network.grid} · seed ${run.seed}`;
}

function networkLines({ network, accuracy, training }: Report): string[] {
  const { recurrent, input, readout } = network.matrices;
  const lines = [
    `${formatCount(network.neurons)} of ${plural(network.neuronsTrained, 'neuron')} and ${formatCount(recurrent.synapses)} of ${formatCount(recurrent.possible)} possible recurrent connections are left (${formatNumber(recurrent.density, 'percent')}),`,
    `with ${plural(input.synapses, 'connection')} from inputs and ${formatCount(readout.synapses)} to readout units.`,
  ];
  const { meanConnectionLength: length, meanPairDistance: chance } = network;
  if (length !== null && chance !== null) {
    lines.push(
      `A connection spans ${formatNumber(length, { decimals: 2 })} of the grid's side on average; drawn at random it would span ${formatNumber(chance, { decimals: 2 })}.`,
    );
  }
  if (training !== null) {
    const { condition, updates, lambda, locality } = training.config;
    const engine = training.engine === null ? '' : ` by ${training.engine.version}`;
    lines.push(`Trained for ${plural(updates, 'update')} (${condition}, λ ${lambda}, A ${locality})${engine}.`);
  }
  if (accuracy.stages.length > 0) {
    const floats = accuracy.stages.filter(({ target }) => target === null);
    lines.push(
      `Mean accuracy over ${plural(accuracy.tasks.length, 'task')}${trialWords(floats)}: ${floats.map(({ title, mean }) => `${title} ${formatRatio(mean)}`).join(', ')}; the best possible is ${formatRatio(accuracy.meanCeiling)}.`,
    );
  }
  return lines;
}

/** One target in a sentence or two. */
function verdict(report: Report, { label, placements }: TargetReport, colour: boolean): string {
  const colours = pc.createColors(colour);
  const exported = placements[0] as PlacementReport;
  const width = Math.max(...report.targets.map((target) => target.label.length));
  const outcome = exported.fits
    ? `${colours.green('fits')}${fitWords(exported)}`
    : `${colours.red('does not fit')}${misfitWords(exported)}`;
  return [`${colours.bold(label.padEnd(width))}  ${outcome}`, ...accuracyWords(report, label)].join(`\n${' '.repeat(width + 2)}`);
}

function accuracyWords(report: Report, label: string): string[] {
  const loss = accuracyLoss(report, label);
  if (loss === null) return [];
  const { integer, float, lost } = loss;
  const said = `accuracy in integers ${formatRatio(integer.mean)}`;
  if (lost === null) return [`${said}, on other trials than ${float.title} (${formatCount(integer.trialsPerTask)} of each task)`];
  const change = lost === 0 ? `as ${float.title}` : `${formatRatio(Math.abs(lost))} ${lost > 0 ? 'below' : 'above'} ${float.title}`;
  return [`${said}, ${change}`];
}

/** Rounds of training for a chip. */
function awareSection({ aware }: Report, colour: boolean): string[] {
  return aware === null ? [] : [section(`Trained for ${aware.target}`, [textTable(AWARE_COLUMNS, awareRows(aware), { colour })], colour)];
}

/** How many trials of each task accuracies stand on, where all stand on as many. */
function trialWords(stages: readonly AccuracyStage[]): string {
  const [first] = stages;
  if (first === undefined || stages.some(({ trialsPerTask }) => trialsPerTask !== first.trialsPerTask)) return '';
  return `, on ${plural(first.trialsPerTask, 'trial')} of each`;
}

/** What the cost table is about. */
function costNotes({ targets }: Report): string[] {
  const estimates = targets.flatMap(({ label, placements }) =>
    (placements[0]?.result?.energy ?? []).map((energy, i) => ({ label, ...energy, isDefault: i === 0 })),
  );
  const say = (sum: Sum) => formatValue(sumValue(sum, 1e-3), { significant: 3 });
  const profiles = estimates.filter(({ isDefault }) => isDefault).map(({ label, profile }) => `${label} ${profile}`);
  const others = estimates
    .filter(({ isDefault }) => !isDefault)
    .map(({ label, profile, dynamic, total }) => `${label} ${profile} ${say(dynamic)} nJ/step dynamic, ${say(total)} with static power`);
  const activity = targets.find((target) => target.activity !== null)?.activity ?? null;
  return [
    '',
    'Hops and wiring: recurrent synapses. Messages, energy and latency: inputs and readout too.',
    ...placedAlike(
      targets,
      ({ cores }) => cores.every(({ routerX, routerY }) => routerX === cores[0]?.routerX && routerY === cores[0].routerY),
      'all cores in use share a router, so their messages cross no link.',
    ),
    ...placedAlike(
      targets.filter(({ castMode }) => castMode === 'dense-vector'),
      () => true,
      'whole vectors are sent: energy and links count every value, messages only those that are not zero.',
    ),
    ...(activity === null
      ? ['Traffic was not measured.']
      : [`Traffic: measured on ${plural(activity.trials, 'noisy trial')}, activity mode ${activity.mode} (${ACTIVITY[activity.mode]}).`]),
    ...(profiles.length === 0
      ? []
      : [
          `Energy and latency: estimates from published constants, not measurements (profiles: ${profiles.join(', ')}).`,
          'Dynamic: without static power. Energy: with that of the whole chip for as long as the step lasts.',
        ]),
    ...(others.length === 0 ? [] : [`Energy by other constants: ${others.join(', ')}.`]),
  ];
}

const ACTIVITY: Readonly<Record<Activity['mode'], string>> = {
  dense: 'every neuron sends in every step',
  nonzero: 'a neuron sends when its state is not zero',
  rate: 'neurons send at a fixed rate',
  'bit-serial': 'a neuron sends each bit of its state',
};

/** A remark on the targets whose exported placement is of one sort. */
function placedAlike(targets: readonly TargetReport[], isSo: (result: PlacementResult) => boolean, remark: string): string[] {
  const labels = targets.flatMap(({ label, placements: [exported] }) => (exported?.result && isSo(exported.result) ? [label] : []));
  return labels.length === 0 ? [] : [`${listWords(labels)}: ${remark}`];
}

function checkedLines({ label, verification }: TargetReport): string[] {
  if (verification === null) return [`${label}: not verified.`];
  const { executions, mismatches, trials, integersCompared, saturatedStates } = verification;
  if (mismatches.length > 0) return mismatches.map((mismatch) => `${label}: MISMATCH, ${describeMismatch(mismatch)}.`);
  return [
    `${label}: ${listWords(executions.map(({ name }) => name))} computed the same ${formatCount(integersCompared)} integers on ${plural(trials, 'trial')} (${formatCount(saturatedStates)} of them saturated states).`,
  ];
}

function formLines({ forms }: Report): string[] {
  if (forms === null) return [];
  const { comparisons, skipped, trials, tolerance } = forms;
  const apart = comparisons.filter(({ beyond }) => beyond > 0);
  if (apart.length > 0) return apart.map((comparison) => `MISMATCH, ${describeApart(comparison)}.`);
  const largest = comparisons.reduce((most, { largest }) => Math.max(most, largest?.relative ?? 0), 0);
  return [
    `Float ONNX files: ${plural(comparisons.length, 'execution')} came within ${tolerance.relative} of the network's values on ${plural(trials, 'trial')}; the largest error is ${largest.toExponential(1)} of its trial's largest magnitude.`,
    ...skipped.map(({ name, reason }) => `${name} was not run: ${reason}.`),
  ];
}

const WARNINGS_SHOWN = 5;

function warningLines({ warnings, targets }: Report): string[] {
  const all = [
    ...warnings.map((warning) => ({ where: '', ...warning })),
    ...targets.flatMap(({ label, warnings }) => warnings.map((warning) => ({ where: `${label}: `, ...warning }))),
  ];
  const shown = all.slice(0, WARNINGS_SHOWN).map(({ where, rule, message }) => `${where}warning (${rule}): ${message}.`);
  const hidden = all.length - shown.length;
  return hidden > 0 ? [...shown, `And ${plural(hidden, 'more warning')}, all in report.json.`] : shown;
}

function assumptionCount({ assumptions }: Report): string[] {
  return assumptions.length === 0
    ? []
    : [`${plural(assumptions.length, 'assumption')} behind these numbers: listed by the command report, and in report.json.`];
}

function fileLines(files: readonly { readonly path: string; readonly holds: string }[]): string[] {
  const widest = Math.max(0, ...files.map(({ path }) => path.length));
  return files.map(({ path, holds }) => `${path.padEnd(widest)}  ${holds}`);
}
