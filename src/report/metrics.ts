// Which numbers can a flow read without knowing us? One flat object: `stage__group__metric`, each with its unit beside it.
import { z } from 'zod';
import { UsageError } from '../core/errors.ts';
import type { Part } from '../mapping/problem.ts';
import { PART_COLUMNS, RESOURCE_COLUMNS } from './detail-columns.ts';
import { CEILING_COLUMNS, LENGTH_COLUMNS, MATRIX_COLUMNS, SIZE_COLUMNS, STAGE_COLUMNS, VERIFY_COLUMNS } from './fact-columns.ts';
import { type Bounded, isBound, type Value } from './format.ts';
import { MESSAGE_COLUMNS } from './message-columns.ts';
import { PLACEMENT_COLUMNS, type PlacementRow, placementRows } from './placement-columns.ts';
import type { PlacementResult, Report } from './report.ts';
import type { Column } from './table.ts';

/**
 * Numbers by key and, under `<key>__unit`, their units; null is unknown, yes and no are 1 and 0. Of what is known in part the number
 * is null as well, so that nobody takes a bound for it; the bound is under `<key>__lower_bound` or `<key>__upper_bound`.
 */
export type Metrics = Readonly<Record<string, number | string | null>>;

const WORD = '[a-z0-9]+(_[a-z0-9]+)*';
const KEY = `${WORD}__${WORD}__${WORD}`;
const SCHEMA = 'bimt-metrics/1';

/** How a bound is called that tables write with a sign. */
const BOUND_KEYS = { '≥': 'lower_bound', '≤': 'upper_bound' } as const;
const BOUND = `__(${Object.values(BOUND_KEYS).join('|')})`;

/** The file `metrics.json`. What each metric means is told with the column of its name. */
export const metricsSchema = z
  .record(
    z.string().regex(new RegExp(`^(schema|${KEY}(__unit|${BOUND})?)$`)),
    z
      .union([z.number(), z.string(), z.null()])
      .describe('a number, null where it is unknown or only a bound of it known, which has a key of its own; a text for schema and units'),
  )
  .meta({
    required: ['schema'],
    properties: { schema: { const: SCHEMA } },
    patternProperties: { [`^${KEY}$`]: { type: ['number', 'null'] }, [`${BOUND}$`]: { type: 'number' }, __unit$: { type: 'string' } },
  });

/** The data of `metrics.json`. */
export function flatMetrics(report: Report): Metrics {
  const metrics: Record<string, number | string | null> = { schema: SCHEMA };
  const add = (stage: string, group: string, numbers: readonly Metric[]): void => {
    for (const { name, unit, value } of numbers) {
      const key = [stage, group, name].map(snakeCase).join('__');
      if (key in metrics) throw new Error(`metric ${key} twice`);
      metrics[key] = isBound(value) ? null : toNumber(value);
      if (isBound(value)) metrics[`${key}__${BOUND_KEYS[value.bound]}`] = value.value;
      metrics[`${key}__unit`] = unit === '' ? '1' : unit;
    }
  };
  const { network, accuracy, targets } = report;
  add('network', 'size', rowMetrics('', SIZE_COLUMNS, network));
  add('network', 'wiring', rowMetrics('', LENGTH_COLUMNS, network));
  for (const [name, matrix] of Object.entries(network.matrices)) add('network', name, rowMetrics('', MATRIX_COLUMNS, matrix));
  add('accuracy', 'ceiling', rowMetrics('', CEILING_COLUMNS, accuracy));
  for (const stage of accuracy.stages) add('accuracy', stage.key, rowMetrics('', STAGE_COLUMNS, { stage, tasks: accuracy.tasks }));
  for (const row of placementRows(report)) add('map', placementGroup(row.target.label, row.placement.cap), placementMetrics(row));
  for (const { label, verification } of targets) {
    if (verification !== null) add('verify', label, rowMetrics('', VERIFY_COLUMNS, verification));
  }
  return metrics;
}

/** Part of the keys of a placement's numbers, before it is written in their way. */
function placementGroup(label: string, cap: number | null): string {
  return cap === null ? label : `${label} cap ${cap}`;
}

/**
 * Asked before anything is done: keys know only letters and digits, so targets need names that differ in those.
 *
 * @param caps - of neurons per core, with which each target is placed
 * @throws UsageError naming two targets whose numbers would have the same keys
 */
export function requireOwnKeys(labels: readonly string[], caps: readonly (number | null)[]): void {
  const owners = new Map<string, string>();
  for (const label of labels) {
    for (const group of new Set(caps.map((cap) => snakeCase(placementGroup(label, cap))))) {
      const owner = owners.get(group);
      if (owner !== undefined)
        throw new UsageError(
          `targets ${owner} and ${label} cannot be told apart in metrics.json, which would call both ${group}; ` +
            'change the id in one of the files so that they differ in a letter or digit, or give each a run of its own',
        );
      owners.set(group, label);
    }
  }
}

/** A number by the last part of its key in `metrics.json`. */
export interface Metric {
  readonly name: string;
  readonly unit: string;
  /** As tables have it: with `≥` or `≤` where only a bound is known, empty where there is nothing to count. */
  readonly value: Value;
}

/** Every number of a placement. */
export function placementMetrics(row: PlacementRow): Metric[] {
  const { result } = row.placement;
  return [
    ...rowMetrics('', PLACEMENT_COLUMNS, row),
    ...(result?.resources ?? []).flatMap((resource) => rowMetrics(`${resource.resource} `, RESOURCE_COLUMNS, resource)),
    ...(result === null ? [] : partRows(result)).flatMap((part) =>
      rowMetrics(`${part.name} `, [...PART_COLUMNS, ...MESSAGE_COLUMNS], part),
    ),
  ];
}

function rowMetrics<Row>(prefix: string, columns: readonly Column<Row>[], row: Row): Metric[] {
  return columns.flatMap(({ key, unit, format, value }) => {
    const cell = value(row);
    return format !== 'words' || typeof cell === 'boolean' ? [{ name: snakeCase(`${prefix}${key}`), unit, value: cell }] : [];
  });
}

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

function toNumber(value: Exclude<Value, Bounded>): number | null {
  return value === null || typeof value === 'string' ? null : Number(value);
}

/** A name as it is part of a metric's key. */
export function snakeCase(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '');
}
