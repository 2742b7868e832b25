// How does a user change a suite? By parameters in its name; the full name then says which tasks a network has learned.
import { UsageError } from '../core/errors.ts';
import type { TaskSuite } from './suite.ts';

/** What a user may set: one of some words, or a whole number. */
export interface SuiteParameter {
  readonly meaning: string;
  readonly default: string;
  readonly words: readonly string[];
  /** Smallest and largest whole number allowed; absent where numbers are not. */
  readonly range?: readonly [number, number];
}

export type SuiteParameters = Readonly<Record<string, SuiteParameter>>;

/** A value for every parameter: a word, or a whole number in decimal digits. */
export type SuiteValues<P extends SuiteParameters = SuiteParameters> = { readonly [K in keyof P]: string };

/** A suite and what can be changed about it. */
export interface SuiteFamily {
  /** With every parameter at its default. */
  readonly standard: TaskSuite;
  readonly parameters: SuiteParameters;
  /** @param set - text by parameter name, as the user wrote it; others have their default */
  variant(set: Readonly<Record<string, string>>): TaskSuite;
}

/** A suite's name as the user writes it: `modcog84:ring=reference,seed=3`. */
export interface SuiteSpec {
  readonly name: string;
  readonly values: Readonly<Record<string, string>>;
}

/**
 * Splits name and parameters.
 *
 * @throws UsageError if a parameter is not NAME=VALUE or is given twice
 */
export function parseSuiteSpec(spec: string): SuiteSpec {
  const colon = spec.indexOf(':');
  if (colon < 0) return { name: spec, values: {} };
  const name = spec.slice(0, colon);
  const values = new Map<string, string>();
  for (const item of spec.slice(colon + 1).split(',')) {
    const [, key, value] = /^([A-Za-z]\w*)=(.+)$/s.exec(item) ?? [];
    if (key === undefined)
      throw new UsageError(`cannot read '${item}' in suite '${spec}': expected NAME=VALUE, for example modcog84:ring=reference,seed=3`);
    if (values.has(key)) throw new UsageError(`parameter '${key}' is given twice in suite '${spec}'`);
    values.set(key, value);
  }
  return { name, values: Object.fromEntries(values) };
}

/** The suites that one name stands for; variants with equal parameters are the same object. */
export function suiteFamily<P extends SuiteParameters>(
  id: string,
  parameters: P,
  make: (name: string, values: SuiteValues<P>) => TaskSuite,
): SuiteFamily {
  const defaults = Object.fromEntries(Object.entries(parameters).map(([name, parameter]) => [name, parameter.default])) as SuiteValues<P>;
  const standard = make(id, defaults);
  const made = new Map<string, TaskSuite>();
  return {
    standard,
    parameters,
    variant(set) {
      const values = Object.fromEntries(Object.entries(set).map(([name, text]) => [name, readValue(id, parameters, name, text)]));
      const changed = Object.entries(values)
        .filter(([name, value]) => value !== parameters[name].default)
        .map(([name, value]) => `${name}=${value}`)
        .sort();
      if (changed.length === 0) return standard;
      const name = `${id}:${changed.join(',')}`;
      const known = made.get(name);
      if (known !== undefined) return known;
      const suite = make(name, { ...defaults, ...values });
      // Reports show the title only.
      const titled = { ...suite, title: `${suite.title}, with ${changed.join(', ')}` };
      made.set(name, titled);
      return titled;
    },
  };
}

/** What a parameter accepts, for people. */
export function allowedValues({ words, range }: SuiteParameter): string {
  return [...words, ...(range === undefined ? [] : [`whole numbers ${range[0]} … ${range[1]}`])].join(', ');
}

function readValue(id: string, parameters: SuiteParameters, name: string, text: string): string {
  if (!Object.hasOwn(parameters, name)) {
    throw new UsageError(
      `unknown parameter '${name}' of suite ${id}; allowed: ${Object.keys(parameters).join(', ')}; explained by: bimt-export tasks list --suite ${id}`,
    );
  }
  const parameter = parameters[name];
  if (parameter.words.includes(text)) return text;
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (parameter.range !== undefined && number >= parameter.range[0] && number <= parameter.range[1]) return `${number}`;
  throw new UsageError(`parameter '${name}' of suite ${id} (${parameter.meaning}) is '${text}'; allowed: ${allowedValues(parameter)}`);
}
