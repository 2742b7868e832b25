// Which numbers can a flow read without knowing us? One flat object: `stage__group__metric`, each with its unit beside it.
import { z } from 'zod';
import type { Part } from '../mapping/problem.ts';
import { PART_COLUMNS, RESOURCE_COLUMNS } from './detail-columns.ts';
import type { Value } from './format.ts';
import { MESSAGE_COLUMNS } from './message-columns.ts';
import { PLACEMENT_COLUMNS, type PlacementRow, placementRows } from './placement-columns.ts';
import type { PlacementResult, Report } from './report.ts';
import type { Column } from './table.ts';

/** Numbers by key and, under `<key>__unit`, their units; null is unknown, yes and no are 1 and 0. */
export type Metrics = Readonly<Record<string, number | string | null>>;

const WORD = '[a-z0-9]+(_[a-z0-9]+)*';
const KEY = `${WORD}__${WORD}__${WORD}`;
const SCHEMA = 'bimt-metrics/1';

/** The file `metrics.json`. What each metric means is told with the column of its name. */
export const metricsSchema = z
  .record(
    z.string().regex(new RegExp(`^(schema|${KEY}(__unit)?)$`)),
    z.union([z.number(), z.string(), z.null()]).describe('a number, or null where it is unknown; a text for schema and units'),
  )
  .meta({
    required: ['schema'],
    properties: { schema: { const: SCHEMA } },
    patternProperties: { [`^${KEY}$`]: { type: ['number', 'null'] }, __unit$: { type: 'string' } },
  });

/** The data of `metrics.json`. */
export function flatMetrics(report: Report): Metrics {
  const metrics: Record<string, number | string | null> = { schema: SCHEMA };
  const add = (stage: string, group: string, name: string, unit: string, value: Value): void => {
    const key = [stage, group, name].map(snakeCase).join('__');
    if (key in metrics) throw new Error(`metric ${key} twice`);
    metrics[key] = toNumber(value);
    metrics[`${key}__unit`] = unit === '' ? '1' : unit;
  };
  const { network, accuracy, targets } = report;
  for (const name of ['neuronsTrained', 'neurons', 'inputs', 'outputs', 'selfConnections'] as const)
    add('network', 'size', name, '', network[name]);
  for (const name of ['meanConnectionLength', 'meanPairDistance'] as const) add('network', 'wiring', name, 'grid sides', network[name]);
  for (const [name, { synapses, density }] of Object.entries(network.matrices)) {
    add('network', name, 'synapses', '', synapses);
    add('network', name, 'density', '', density);
  }
  add('accuracy', 'ceiling', 'mean', '', accuracy.meanCeiling);
  for (const { key, mean } of accuracy.stages) {
    add('accuracy', key, 'mean', '', mean);
    add(
      'accuracy',
      key,
      'tasksNearCeiling',
      '',
      accuracy.tasks.filter((task) => (task.accuracy[key] ?? 0) >= task.ceiling - NEAR_CEILING).length,
    );
  }
  for (const row of placementRows(report)) {
    const { label } = row.target;
    const group = row.placement.cap === null ? label : `${label} cap ${row.placement.cap}`;
    for (const { name, unit, value } of placementMetrics(row)) add('map', group, name, unit, value);
  }
  for (const { label, verification } of targets) {
    if (verification === null) continue;
    add('verify', label, 'trials', '', verification.trials);
    add('verify', label, 'integersCompared', '', verification.integersCompared);
    add('verify', label, 'saturatedStates', '', verification.saturatedStates);
    add(
      'verify',
      label,
      'mismatches',
      '',
      verification.mismatches.reduce((sum, { differing }) => sum + differing, 0),
    );
  }
  return metrics;
}

/** A number of a placement, by the last part of its key in `metrics.json`. */
export interface PlacementMetric {
  readonly name: string;
  readonly unit: string;
  /** As tables have it: with `≥` or `≤` where only a bound is known, empty where there is nothing to count. */
  readonly value: Value;
}

/** Every number of a placement. */
export function placementMetrics(row: PlacementRow): PlacementMetric[] {
  const { result } = row.placement;
  return [
    ...rowMetrics('', PLACEMENT_COLUMNS, row),
    ...(result?.resources ?? []).flatMap((resource) => rowMetrics(`${resource.resource} `, RESOURCE_COLUMNS, resource)),
    ...(result === null ? [] : partRows(result)).flatMap((part) =>
      rowMetrics(`${part.name} `, [...PART_COLUMNS, ...MESSAGE_COLUMNS], part),
    ),
  ];
}

function rowMetrics<Row>(prefix: string, columns: readonly Column<Row>[], row: Row): PlacementMetric[] {
  return columns.flatMap(({ key, unit, format, value }) => {
    const cell = value(row);
    return format !== 'words' || typeof cell === 'boolean' ? [{ name: snakeCase(`${prefix}${key}`), unit, value: cell }] : [];
  });
}

/** A task is near its ceiling within this much accuracy. */
const NEAR_CEILING = 0.1;

/** The sorts of synapses of a placement, then all together. */
export function partRows({ parts, total, wireLengthBasis }: PlacementResult) {
  const names: readonly Part[] = ['recurrent', 'readout', 'input'];
  return [...names.map((name) => ({ name: name as string, part: parts[name] })), { name: 'all', part: total }].map((row) => ({
    ...row,
    wireLengthBasis,
  }));
}

/** `metrics.json`. */
export function metricsJson(report: Report): string {
  return `${JSON.stringify(flatMetrics(report), null, 2)}\n`;
}

function toNumber(value: Value): number | null {
  if (value === null || typeof value === 'string') return null;
  return typeof value === 'object' ? value.value : Number(value);
}

/** A name as it is part of a metric's key. */
export function snakeCase(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '');
}
