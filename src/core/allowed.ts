// Which values does a schema allow, in words? For errors, help, examples and docs alike.
import { z } from 'zod';

/** The part of a JSON Schema that our schemas make use of. */
export interface SchemaNode {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minItems?: number;
  readonly items?: SchemaNode;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: SchemaNode | boolean;
  readonly anyOf?: readonly SchemaNode[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly description?: string;
  /** Of a number that has one. */
  readonly unit?: string;
  /** What null stands for. */
  readonly none?: string;
}

/** A schema as JSON Schema, for what is written by people: defaults may be left out. */
export function schemaNode(schema: z.ZodType): SchemaNode {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as SchemaNode;
}

/** What a schema says of the value at a path; allows anything where it says nothing. */
export function nodeAt(schema: SchemaNode, path: readonly PropertyKey[]): SchemaNode {
  return path.reduce<SchemaNode>((node, key) => {
    const section = sectionOf(node);
    const inner =
      typeof key === 'number' ? choices(node).find(({ items }) => items !== undefined)?.items : section?.properties?.[String(key)];
    return inner ?? (typeof section?.additionalProperties === 'object' ? section.additionalProperties : {});
  }, schema);
}

/** Names that a section may have. */
export function namesIn(node: SchemaNode): string[] {
  return Object.keys(sectionOf(node)?.properties ?? {});
}

/** The settings behind a node, also where null may stand in their place; undefined for a plain value. */
export function sectionOf(node: SchemaNode): SchemaNode | undefined {
  return choices(node).find(({ type }) => type === 'object');
}

function choices(node: SchemaNode): readonly SchemaNode[] {
  if (Array.isArray(node.type)) return node.type.map((type: string) => ({ ...node, type }));
  return node.anyOf?.flatMap(choices) ?? [node];
}

/** What is allowed: `a number of at least 0 or null`. */
export function allowedText(node: SchemaNode): string {
  const texts = choices(node).map(plainText);
  const last = texts.pop() ?? 'anything';
  if (texts.length === 0) return last;
  // A comma ends what has commas itself.
  return `${texts.join(', ')}${texts.some((text) => text.includes(', ')) ? ',' : ''} or ${last}`;
}

function plainText(node: SchemaNode): string {
  if (node.const !== undefined) return valueText(node.const);
  if (node.enum !== undefined) return node.enum.map(valueText).join(', ');
  switch (node.type) {
    case 'integer':
      return `a whole number${rangeText(node)}`;
    case 'number':
      return `a number${rangeText(node)}`;
    case 'boolean':
      return 'true, false';
    case 'string':
      return 'a text';
    case 'null':
      return 'null';
    case 'array':
      return `a list${node.minItems === undefined ? '' : ` of at least ${node.minItems}`}, each ${allowedText(node.items ?? {})}`;
    case 'object':
      return node.properties === undefined
        ? `names, each with ${allowedText((node.additionalProperties ?? {}) as SchemaNode)}`
        : `settings by name (${Object.keys(node.properties).join(', ')})`;
    default:
      return 'anything';
  }
}

function rangeText({ minimum, maximum = Number.MAX_SAFE_INTEGER, exclusiveMinimum }: SchemaNode): string {
  const hasEnd = maximum < Number.MAX_SAFE_INTEGER;
  if (exclusiveMinimum !== undefined) return ` above ${exclusiveMinimum}${hasEnd ? ` and at most ${maximum}` : ''}`;
  if (minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER) return hasEnd ? ` of at most ${maximum}` : '';
  return hasEnd ? ` from ${minimum} to ${maximum}` : ` of at least ${minimum}`;
}

/** A value as config files and options write it: `1e-5` and not `0.00001`, words without quotes. */
export function valueText(value: unknown): string {
  if (typeof value === 'number') return value !== 0 && Math.abs(value) < 0.01 ? value.toExponential() : `${value}`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What a value means, with its unit and what null stands for. */
export function meaningText({ description = '', unit, none }: SchemaNode): string {
  return `${description}${unit === undefined ? '' : ` (in ${unit})`}${none === undefined ? '' : `; null: ${none}`}`;
}
