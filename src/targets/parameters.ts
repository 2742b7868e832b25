// How does a user change a number of a target? By a parameter its file declares; the number then says so.
import { UsageError, unknownName } from '../core/errors.ts';
import { isQuantity, valueAt } from './quantities.ts';
import type { Quantity, TargetFile } from './schema.ts';

/** A target as the user names it: `rram-mesh:rows=128,adcBits=6`. */
export interface TargetSpec {
  /** Name of a shipped target, or path of a file. */
  readonly name: string;
  /** Sorted by name. */
  readonly values: Readonly<Record<string, number>>;
}

/**
 * Splits name and parameters.
 *
 * @throws UsageError if a parameter is not NAME=NUMBER or is given twice
 */
export function parseTargetSpec(spec: string): TargetSpec {
  // The first colon that NAME= follows, so that a path may contain colons.
  const [, name = spec, list] = /^(.+?):([A-Za-z]\w*=.*)$/s.exec(spec) ?? [];
  const values = new Map<string, number>();
  for (const item of list?.split(',') ?? []) {
    const [, key, text = ''] = /^([A-Za-z]\w*)=(.+)$/s.exec(item) ?? [];
    const value = Number(text);
    if (key === undefined || text.trim() === '' || !Number.isFinite(value)) {
      throw new UsageError(`cannot read '${item}' in target '${spec}': expected NAME=NUMBER, for example ${name}:rows=128,adcBits=6`);
    }
    if (values.has(key)) throw new UsageError(`parameter '${key}' is given twice in target '${spec}'`);
    values.set(key, value);
  }
  return { name, values: Object.fromEntries([...values].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** Units whose numbers are counts. */
const WHOLE: readonly string[] = ['1', 'bit', 'B'];

/**
 * A copy of a target file with parameters set. A set number is an assumption, whatever it was before.
 *
 * @param listWith - command that lists the parameters, for messages
 * @throws UsageError for an unknown parameter or a value outside its bounds
 */
export function setParameters(file: TargetFile, values: Readonly<Record<string, number>>, listWith: string): TargetFile {
  const changed = structuredClone(file);
  const parameters = file.parameters ?? {};
  for (const [name, value] of Object.entries(values)) {
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (parameter === undefined) throw unknownName(`parameter of target ${file.id}`, name, Object.keys(parameters), listWith);
    const { path, min, max, meaning } = parameter;
    const keys = path.split('.');
    const old = valueAt(changed, keys) as Quantity;
    const whole = WHOLE.includes(old.unit);
    if (value < min || value > max || (whole && !Number.isInteger(value))) {
      throw new UsageError(
        `parameter '${name}' of target ${file.id} (${meaning}) is ${value}; allowed: ${whole ? 'whole numbers ' : ''}${min} … ${max}`,
      );
    }
    const parent = valueAt(changed, keys.slice(0, -1)) as Record<string, Quantity>;
    parent[keys.at(-1) as string] = { value, unit: old.unit, provenance: 'assumption', how: 'set by the user' };
  }
  return changed;
}

/** Parameters with the values they have in a file, null until they are set, for lists and reports. */
export function parameterValues(file: TargetFile): { name: string; value: number | null; min: number; max: number; meaning: string }[] {
  return Object.entries(file.parameters ?? {}).map(([name, { path, min, max, meaning }]) => {
    const quantity = valueAt(file, path.split('.'));
    // The check of the file has made sure of this.
    if (!isQuantity(quantity)) throw new Error(`parameter ${name}: no value object at ${path}`);
    return { name, value: quantity.value as number | null, min, max, meaning };
  });
}
