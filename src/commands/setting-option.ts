// What does an option mean that is a setting? Its words, its default and what it allows are those of the setting.
import { InvalidArgumentError, Option } from 'commander';
import type { z } from 'zod';
import { allowedText, type SchemaNode, schemaNode, valueText } from '../core/allowed.ts';
import { RunSettings } from '../pipeline/config.ts';
import { listWords } from '../report/format.ts';
import { collect } from './option-parsers.ts';

/** Where a command differs from a config file. */
interface Own {
  readonly description?: string;
  /** What holds when the option is not given, in words. */
  readonly otherwise?: string;
  readonly group?: string;
  /** How a value is written on the command line, by example, where that is not as in a config file: `3,17`. */
  readonly written?: string;
  /** Whether it can be given several times. */
  readonly repeats?: boolean;
  /** Reads it, over what was read before where it repeats. */
  readonly parse?: (text: string, earlier?: never) => unknown;
  /** Whether it has to be given. */
  readonly required?: boolean;
  /** Whether the option holds the default itself when it is not given, for commands that read no settings. */
  readonly filled?: boolean;
  /** Where the setting is looked for, if not in config files. */
  readonly settings?: z.ZodType;
}

/**
 * An option for a setting of a config file.
 *
 * @param flags - as commander takes them, `--lambda <x>`
 * @param path - of the setting, `train.lambda`
 */
export function settingOption(flags: string, path: string, own: Own = {}): Option {
  const schema = schemaAt(own.settings ?? RunSettings, path);
  const node = schemaNode(schema);
  const unit = node.unit === undefined ? '' : ` (in ${node.unit})`;
  const written = own.written === undefined ? '' : `; written: ${flags.split(' ')[0]} ${own.written}`;
  const repeats = own.repeats ? ' (repeatable)' : '';
  const isTold = node.type !== 'boolean' && own.required !== true && own.filled !== true;
  const told = isTold ? ` (default: ${own.otherwise ?? fallbackText(node)})` : '';
  const option = new Option(flags, `${own.description ?? `${node.description}${unit}`}${written}${repeats}${told}`);
  if (own.group !== undefined) option.helpGroup(own.group);
  if (own.required) option.makeOptionMandatory();
  if (own.filled) option.default(node.default, valueText(node.default));
  return own.parse === undefined
    ? withValues(option, schema, node)
    : option.argParser(own.parse as (text: string, earlier: unknown) => unknown);
}

/** What holds when a setting is not given. */
function fallbackText({ default: value, none }: SchemaNode): string {
  if (value === null) return none ?? 'none';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : listWords(value.map(valueText));
  return typeof value === 'object' ? 'none' : valueText(value);
}

/** The target of a command that takes one. */
export function targetOption(): Option {
  return settingOption('--target <name>', 'prune.cores.target', { required: true });
}

/** The targets of a command that takes several. */
export function targetsOption(own: Pick<Own, 'required'> = {}): Option {
  return settingOption('--target <name>', 'targets', { ...own, repeats: true, parse: collect });
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
