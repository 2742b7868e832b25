// How is data from outside checked against a schema, and how are its faults told? Every fault, with where, what was found, and what is near.
import type { z } from 'zod';
import { allowedText, namesIn, nodeAt, type SchemaNode, schemaNode, valueText } from './allowed.ts';
import { nearestNames, UsageError } from './errors.ts';

/** A setting by the names that lead to it. */
export type Path = readonly PropertyKey[];

/** Where data comes from, for errors. */
export interface Origin {
  /** How to call it, usually the path of its file. */
  readonly what: string;
  /** What leads to the data where it is a part of a whole. */
  readonly within?: Path;
  /** `FILE:LINE:COLUMN: ` of a setting that has this value; empty where it stands nowhere. */
  readonly at?: (path: Path, found: unknown) => string;
}

/**
 * Checks data against a schema and fills in its defaults.
 *
 * @param origin - how to call the data in errors, for example `training config`, and where it stands
 * @throws UsageError listing every fault; misspelt names are answered with the nearest known ones
 */
export function parseWith<Schema extends z.ZodType>(schema: Schema, data: unknown, origin: string | Origin): z.output<Schema> {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const { what, within = [], at = () => '' } = typeof origin === 'string' ? { what: origin } : origin;
  const node = schemaNode(schema);
  const faults = result.error.issues
    .flatMap((issue) => faultsOf(issue, data, node, within))
    .map(({ path, found, text }) => `  ${at(path, found)}${text}`);
  throw new UsageError(`${what} is not valid:\n${faults.join('\n')}`);
}

/** For `superRefine`: what a function refuses is a fault of the value, in the words of the function. */
export function asFault<T>(check: (value: T) => unknown): (value: T, context: z.RefinementCtx) => void {
  return (value, context) => {
    try {
      check(value);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      context.addIssue({ code: 'custom', message: error.message, params: { names: 'the value' } });
    }
  };
}

interface Fault {
  readonly path: Path;
  readonly found: unknown;
  readonly text: string;
}

function faultsOf(issue: z.core.$ZodIssue, data: unknown, schema: SchemaNode, within: Path): Fault[] {
  const found = issue.path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], data);
  const node = nodeAt(schema, issue.path);
  const path = [...within, ...issue.path];
  const where = path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = namesIn(node);
    return issue.keys.map((key) => ({
      path: [...path, key],
      found: (found as Record<string, unknown>)[key],
      text: `unknown option '${key}'${where && ` in ${where}`}${nearest(key, known) || `; known: ${known.join(', ')}`}`,
    }));
  }
  return [{ path, found, text: `${where === '' ? '' : `${where}: `}${problemOf(issue, found, node)}` }];
}

/** What the library says where nobody wrote a message of his own. */
const STANDARD_MESSAGE = /^(Invalid (input|option|string)|Too (small|big))\b/;

function problemOf(issue: z.core.$ZodIssue, found: unknown, node: SchemaNode): string {
  if (issue.code === 'custom' && issue.params?.['names'] === 'the value') return issue.message;
  const shown = `found ${show(found)}`;
  if (issue.code === 'invalid_key') return `${shown}; ${issue.issues[0]?.message ?? issue.message}`;
  if (!STANDARD_MESSAGE.test(issue.message) || issue.code === 'custom') return `${shown}; ${issue.message}`;
  const meaning = found === undefined && node.description !== undefined ? ` (${node.description})` : '';
  return `${shown}, allowed: ${allowedText(node)}${meaning}${remedy(found, node)}`;
}

/** What to try instead. */
function remedy(found: unknown, node: SchemaNode): string {
  if (typeof found === 'string') {
    const near = nearest(found, (node.enum ?? []).map(String));
    if (near !== '') return near;
  }
  const [example] = node.examples ?? [];
  if (example !== undefined) return `, as ${valueText(example)}`;
  return node.default === undefined || node.default === null || typeof node.default === 'object'
    ? ''
    : `; try ${valueText(node.default)}, the default`;
}

function nearest(name: string, known: readonly string[]): string {
  const near = nearestNames(name, known);
  return near.length === 0 ? '' : `; did you mean ${near.map((n) => `'${n}'`).join(' or ')}?`;
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
