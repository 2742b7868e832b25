// What is behind the summary? Every task, resource, synapse count, cost term, constant and assumption.

import { describeViolations } from '../core/errors.ts';
import type { EnergyEstimate } from '../targets/energy.ts';
import type { LatencyEstimate } from '../targets/latency.ts';
import { CONSTANT_COLUMNS, PART_COLUMNS, RESOURCE_COLUMNS, TERM_COLUMNS, taskColumns } from './detail-columns.ts';
import { formatCount, formatNumber, plural } from './format.ts';
import { MESSAGE_COLUMNS } from './message-columns.ts';
import { partRows } from './metrics.ts';
import type { NetworkFacts, PlacementReport, PlacementResult, Report, TargetReport } from './report.ts';
import { searchLines, wishLines } from './search-lines.ts';
import { joinSections, section, summaryText, type TextReportOptions } from './summary.ts';
import { type Column, textTable } from './table.ts';

/** The summary and everything behind it. */
export function reportText(report: Report, options: TextReportOptions = {}): string {
  const { colour = false } = options;
  const { accuracy, assumptions, run } = report;
  return joinSections([
    summaryText(report, options),
    section('Accuracy of each task', [textTable(taskColumns(accuracy.stages), accuracy.tasks, { colour })], colour),
    ...report.targets.flatMap((target) => [
      ...target.placements.map((placement) =>
        section(`${target.label}, ${placement.name}`, placementLines(placement, report.network, colour), colour),
      ),
      section(`${target.label}, what its estimates stand on`, constantLines(target, colour), colour),
    ]),
    section(
      'Assumptions',
      assumptions.map(({ subject, text }) => `${subject}: ${text}`),
      colour,
    ),
    section(
      'Made from',
      [
        `config ${run.configHash}`,
        ...Object.entries(run.artifacts).map(([file, hash]) => `${file} ${hash}`),
        ...report.targets.map(({ file, hash }) => `${file} ${hash}`),
      ],
      colour,
    ),
  ]);
}

function placementLines({ wishes, violations, result }: PlacementReport, network: NetworkFacts, colour: boolean): string[] {
  return [
    ...wishLines(wishes),
    ...(violations.length === 0 ? [] : ['Violations:', describeViolations(violations)]),
    ...(result === null ? [] : resultLines(result, network, colour)),
  ];
}

/** Constants and sources, once for all placements of a target. */
function constantLines({ placements, sources }: TargetReport, colour: boolean): string[] {
  const result = placements.find((placement) => placement.result !== null)?.result ?? null;
  if (result === null) return [];
  const table =
    (what: string) =>
    ({ profile, constants }: EnergyEstimate | LatencyEstimate) => [
      `${what}, profile ${profile}:`,
      textTable(CONSTANT_COLUMNS, constants, { colour }),
      '',
    ];
  const cited = Object.entries(sources).map(([id, source]) => `  ${id}: ${source}`);
  return [
    ...result.energy.flatMap(table('Energies')),
    ...result.latency.flatMap(table('Times')),
    ...(cited.length === 0 ? [] : ['Sources:', ...cited]),
  ];
}

function resultLines(result: PlacementResult, { matrices }: NetworkFacts, colour: boolean): string[] {
  const print = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]) => [textTable(columns, rows, { colour }), ''];
  const estimate =
    (what: string, unit: string) =>
    ({ profile, terms, total }: EnergyEstimate | LatencyEstimate) => [
      `${what} of a time step, profile ${profile}:`,
      ...print(
        TERM_COLUMNS,
        [...terms, { name: total.complete ? 'all' : 'all that is known', ...total, constants: [] }].map((term) => ({
          ...term,
          unit,
          share: term.value === null || total.value === null || total.value === 0 ? null : term.value / total.value,
        })),
      ),
    ];
  const weights = matrices.recurrent.synapses + matrices.input.synapses + matrices.readout.synapses;
  const { coresUsed, coresMinimum, cellUtilization: cells, overheads } = result;
  // Sums of split fan-ins are no weights of the network.
  const stored = result.total.synapses - (overheads.fanInSplit?.extraUnits ?? 0);
  return [
    ...searchLines(result),
    `${plural(coresUsed, 'core')} in use; the total demand would fill ${formatCount(coresMinimum)}.`,
    ...(stored === weights
      ? []
      : [`${formatCount(stored)} of ${plural(weights, 'weight')} are stored; the others are 0 in the chip's integers.`]),
    ...(cells === null
      ? []
      : [
          `${formatCount(cells.usedCells)} of the ${formatCount(cells.cells)} cells of ${plural(cells.arrays, 'array')} hold a synapse (${formatNumber(cells.ratio, 'percent')}).`,
        ]),
    ...overheadLines(overheads),
    '',
    ...print(RESOURCE_COLUMNS, result.resources),
    ...print(PART_COLUMNS, partRows(result)),
    ...print(MESSAGE_COLUMNS, partRows(result)),
    ...result.energy.flatMap(estimate('Energy', 'pJ')),
    ...result.latency.flatMap(estimate('Latency', 'ns')),
  ];
}

/** What the chip asks for beyond one slot a neuron and one row a source; nothing where it asks for no more. */
function overheadLines({ fanInSplit: split, copies, expansion }: PlacementResult['overheads']): string[] {
  return [
    ...(expansion === null || (expansion.rows === 1 && expansion.arrays === 1)
      ? []
      : [
          `A source takes ${formatNumber(expansion.rows, { decimals: 2 })} rows on average for the signs of its synapses, in ${plural(expansion.arrays, 'array')} each.`,
        ]),
    ...(copies === 0
      ? []
      : [`${plural(copies, 'neuron slot')} more hold copies of neurons, which send to targets that one slot does not reach.`]),
    ...(split === null
      ? []
      : [
          `${plural(split.unitsSplit, 'unit')} (${formatNumber(split.share, 'percent')}) listen to more sources than a core takes: ` +
            `${plural(split.extraUnits, 'partial sum')}, up to ${split.extraDepth} in a row; ${split.note}.`,
        ]),
  ];
}
