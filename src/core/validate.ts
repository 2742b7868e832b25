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
    const known = issue.path.length === 0 && 'shape' in schema ? Object.keys(schema.shape as object) : [];
    return issue.keys.map((key) => `unknown option '${key}'${where && ` in ${where}`}${suggest(key, known)}`).join('\n  ');
  }
  const prefix = where === '' ? '' : `${where}: `;
  if (issue.code === 'invalid_value') {
    const allowed = issue.values.map(String);
    return `${prefix}found ${show(found)}, allowed: ${allowed.join(', ')}${suggest(String(found), allowed)}`;
  }
  return `${prefix}found ${show(found)}; ${issue.message}`;
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
