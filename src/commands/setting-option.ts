// What does an option mean that is a setting? Its words, its default and what it allows are those of the setting.
import { InvalidArgumentError, Option } from 'commander';
import type { z } from 'zod';
import { allowedText, type SchemaNode, schemaNode, valueText } from '../core/allowed.ts';
import { RunSettings } from '../pipeline/config.ts';

/** Where a command differs from a config file. */
interface Own {
  readonly description?: string;
  /** What holds when the option is not given, in words. */
  readonly otherwise?: string;
  readonly group?: string;
  /** Where the setting is looked for, if not in config files. */
  readonly settings?: z.ZodType;
}

/**
 * An option for a setting of a config file.
 *
 * @param flags - as commander takes them, `--lambda <x>`
 * @param path - of the setting, `train.lambda`
 */
export function settingOption(flags: string, path: string, { description, otherwise, group, settings = RunSettings }: Own = {}): Option {
  const schema = schemaAt(settings, path);
  const node = schemaNode(schema);
  const unit = node.unit === undefined ? '' : ` (in ${node.unit})`;
  const fallback = otherwise ?? (node.default === null ? node.none : valueText(node.default));
  const told = node.type === 'boolean' ? '' : ` (default: ${fallback})`;
  const option = new Option(flags, `${description ?? `${node.description}${unit}`}${told}`);
  if (group !== undefined) option.helpGroup(group);
  return withValues(option, schema, node);
}

function withValues(option: Option, schema: z.ZodType, node: SchemaNode): Option {
  const plain = [node, ...(node.anyOf ?? [])];
  const choices = plain.find((choice) => choice.enum !== undefined)?.enum;
  if (choices !== undefined) option.choices(choices.map(String));
  const isNumber = plain.some(({ type }) => [type].flat().some((one) => one === 'number' || one === 'integer'));
  // What a text may be is checked with all other settings.
  if (!isNumber || plain.some(({ type, const: word, enum: words }) => type === 'string' && word === undefined && words === undefined))
    return option;
  return option.argParser((text: string) => {
    const value = text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
    if (!schema.safeParse(value).success) throw new InvalidArgumentError(`expected ${allowedText(withoutNull(node))}.`);
    return value;
  });
}

/** Null is said by leaving the option out. */
function withoutNull({ anyOf, type, ...node }: SchemaNode): SchemaNode {
  if (Array.isArray(type)) return { ...node, type: type.filter((one) => one !== 'null') };
  return { ...node, ...(type !== undefined && { type }), ...(anyOf && { anyOf: anyOf.filter((choice) => choice.type !== 'null') }) };
}

function schemaAt(settings: z.ZodType, path: string): z.ZodType {
  return path.split('.').reduce<z.ZodType>((schema, name) => {
    const inner = shapeOf(schema)?.[name];
    if (inner === undefined) throw new Error(`there is no setting ${path}`);
    return inner;
  }, settings);
}

/** The settings of a section, whatever defaults are wrapped around it. */
function shapeOf(schema: unknown): Readonly<Record<string, z.ZodType>> | undefined {
  const { shape, unwrap } = (schema ?? {}) as { shape?: Record<string, z.ZodType>; unwrap?: () => unknown };
  return shape ?? (unwrap === undefined ? undefined : shapeOf(unwrap.call(schema)));
}
