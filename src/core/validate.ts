// How is data from outside checked against a schema, and how are its faults told? Every fault, with where, what was found, and what is near.
import type { z } from 'zod';
import { nearestNames, UsageError } from './errors.ts';

/**
 * Checks data against a schema and fills in its defaults.
 *
 * @param what - how to call the data in errors, for example `training config`
 * @throws UsageError listing every fault; misspelt names are answered with the nearest known ones
 */
export function parseWith<Schema extends z.ZodType>(schema: Schema, data: unknown, what: string): z.output<Schema> {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `  ${describeIssue(issue, data, schema)}`);
  throw new UsageError(`${what} is not valid:\n${faults.join('\n')}`);
}

function describeIssue(issue: z.core.$ZodIssue, data: unknown, schema: z.ZodType): string {
  const where = issue.path.map(String).join('.');
  const found = issue.path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], data);
  if (issue.code === 'unrecognized_keys') {
    const known = optionsOf(schema, issue.path);
    return issue.keys
      .map((key) => `unknown option '${key}'${where && ` in ${where}`}${suggest(key, known) || `; known: ${known.join(', ')}`}`)
      .join('\n  ');
  }
  const prefix = where === '' ? '' : `${where}: `;
  if (issue.code === 'invalid_value') {
    const allowed = issue.values.map(String);
    return `${prefix}found ${show(found)}, allowed: ${allowed.join(', ')}${suggest(String(found), allowed)}`;
  }
  return `${prefix}found ${show(found)}; ${issue.message.replace(/^Invalid input: /, '')}`;
}

/** Names that the object at a path of the schema may have. */
function optionsOf(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: unknown = schema;
  for (const key of path) at = shapeOf(at)?.[String(key)];
  return Object.keys(shapeOf(at) ?? {});
}

/** The fields of an object schema, whatever defaults are wrapped around it. */
function shapeOf(schema: unknown): Record<string, unknown> | undefined {
  const { shape, unwrap } = (schema ?? {}) as { shape?: Record<string, unknown>; unwrap?: () => unknown };
  return shape ?? (unwrap === undefined ? undefined : shapeOf(unwrap.call(schema)));
}

function suggest(name: string, known: readonly string[]): string {
  const near = nearestNames(name, known);
  return near.length === 0 ? '' : `; did you mean ${near.map((n) => `'${n}'`).join(' or ')}?`;
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
