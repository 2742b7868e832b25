// How do runs and targets compare? Every exported placement of every run side by side, and what changed against one of the runs.
import { count, share } from './cells.ts';
import { SIZE_COLUMNS } from './fact-columns.ts';
import type { Value } from './format.ts';
import { placementMetrics } from './metrics.ts';
import { exportedRows, type PlacementRow, placementColumn } from './placement-columns.ts';
import type { Report } from './report.ts';
import { type Column, meaningsOf } from './table.ts';

/** A run, by the name that the user gave. */
export interface ComparedRun {
  readonly name: string;
  readonly report: Report;
}

/** A network on a target: the exported placement of one run. */
export interface Case extends PlacementRow {
  readonly run: ComparedRun;
}

/** A number that cases are compared by. */
export interface Measure {
  /** As requirements call it. */
  readonly name: string;
  readonly column: Column<Case>;
  /** Which way is better; null if neither is. */
  readonly better: 'less' | 'more' | null;
}

/** One number of a case beside that of the baseline on the same target. */
export interface Difference {
  readonly run: string;
  readonly target: string;
  readonly measure: Measure;
  readonly before: Value;
  readonly after: Value;
  /** after − before; null unless both are known. */
  readonly absolute: number | null;
  /** The same over `before`; null where that is 0 as well. */
  readonly relative: number | null;
}

/** Runs beside each other. */
export interface Comparison {
  readonly runs: readonly ComparedRun[];
  /** What the others are held against; null for a single run. */
  readonly baseline: ComparedRun | null;
  readonly cases: readonly Case[];
  /** Of every case of the other runs whose target the baseline has too, in the order of MEASURES. */
  readonly differences: readonly Difference[];
}

const accuracy: Column<Case> = {
  unit: '',
  format: { decimals: 4 },
  key: 'accuracy',
  title: 'accuracy',
  meaning: 'Mean accuracy of the integer network of this target over all tasks.',
  value: ({ run, target }) => run.report.accuracy.stages.find((stage) => stage.target === target.label)?.mean ?? null,
};

const neurons: Column<Case> = {
  ...count,
  key: 'neurons',
  title: 'neurons',
  meaning: meaningsOf(SIZE_COLUMNS)('neurons'),
  value: ({ run }) => run.report.network.neurons,
};

const synapses: Column<Case> = {
  ...count,
  key: 'synapses',
  title: 'synapses',
  meaning: 'Recurrent, input and readout weights that are left after pruning.',
  value: ({ run }) => Object.values(run.report.network.matrices).reduce((sum, matrix) => sum + matrix.synapses, 0),
};

const density: Column<Case> = {
  ...share,
  key: 'density',
  title: 'density',
  meaning: 'Recurrent weights that are left over the possible ones.',
  value: ({ run }) => run.report.network.matrices.recurrent.density,
};

/** What a network is, whatever it is placed on; the accuracy is that of the target's integers. */
export const NETWORK_COLUMNS: readonly Column<Case>[] = [neurons, synapses, density, accuracy];

/** The numbers that differences are told of, and that requirements have a short name for. */
export const MEASURES: readonly Measure[] = [
  { name: 'accuracy', column: accuracy, better: 'more' },
  { name: 'neurons', column: neurons, better: null },
  { name: 'synapses', column: synapses, better: null },
  { name: 'density', column: density, better: null },
  measure('fits', 'fits', 'more'),
  measure('cores', 'coresUsed', 'less'),
  measure('peak', 'peakUtilization', 'less'),
  measure('inside', 'synapsesInsideShare', 'more'),
  measure('hops', 'hopsMean', 'less'),
  measure('wiring', 'wiringCost', 'less'),
  measure('wire', 'wireLengthMm', 'less'),
  measure('traffic', 'messagesPerStep', 'less'),
  measure('link', 'busiestLinkPerStep', 'less'),
  measure('dynamic', 'dynamicEnergyNjPerStep', 'less'),
  measure('energy', 'energyNjPerStep', 'less'),
  measure('latency', 'latencyUsPerStep', 'less'),
  measure('throughput', 'stepsPerSecond', 'more'),
];

function measure(name: string, key: string, better: Measure['better']): Measure {
  return { name, column: placementColumn(key), better };
}

/**
 * Sets the exported placements of runs side by side.
 *
 * @param baseline - name of the run that the others are held against
 */
export function compareRuns(runs: readonly ComparedRun[], baseline: string | null): Comparison {
  const cases = runs.flatMap((run) => exportedRows(run.report).map((row): Case => ({ ...row, run })));
  const before = runs.find(({ name }) => name === baseline) ?? null;
  const others = cases.filter(({ run }) => before !== null && run !== before);
  return { runs, baseline: before, cases, differences: others.flatMap((after) => differencesOf(beside(cases, before, after), after)) };
}

/** The case of another run on the same target; null if it does not have that. */
export function beside(cases: readonly Case[], run: ComparedRun | null, { target }: Case): Case | null {
  return cases.find((one) => one.run === run && one.target.label === target.label) ?? null;
}

/** Every number of a case by its name in requirements: the measures' own, and those of `metrics.json` without stage and group. */
export function numbersOf(one: Case): Map<string, { readonly value: Value; readonly unit: string }> {
  return new Map([
    ...placementMetrics(one).map(({ name, ...metric }) => [name, metric] as const),
    ...MEASURES.map(({ name, column: { value, unit } }) => [name, { value: value(one), unit }] as const),
  ]);
}

function differencesOf(before: Case | null, after: Case): Difference[] {
  if (before === null) return [];
  return MEASURES.map((measure) => {
    const [old, now] = [before, after].map((one) => measure.column.value(one)) as [Value, Value];
    const [a, b] = [knownPart(old), knownPart(now)];
    const absolute = a === null || b === null ? null : b - a;
    const relative = absolute === null ? null : absolute === 0 ? 0 : a === 0 || a === null ? null : absolute / Math.abs(a);
    return { run: after.run.name, target: after.target.label, measure, before: old, after: now, absolute, relative };
  });
}

/** The number of a cell, of a bound that bound; null where there is none. */
export function knownPart(value: Value): number | null {
  if (value === null || typeof value === 'string') return null;
  return typeof value === 'object' ? value.value : Number(value);
}
