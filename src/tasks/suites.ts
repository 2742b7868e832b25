// Which suites are there? A list you can read; a suite is a file and a line here.
import { UsageError, unknownName } from '../core/errors.ts';
import { modcog82Family, modcog84Family } from './mod-cog.ts';
import { isRecorded, RECORDED, recordedSuite } from './recorded.ts';
import type { TaskSuite } from './suite.ts';
import { allowedValues, parseSuiteSpec, type SuiteFamily } from './suite-family.ts';
import { yang19Family } from './yang19.ts';

/** Every suite with its parameters. */
const SUITE_FAMILIES: readonly SuiteFamily[] = [yang19Family, modcog84Family, modcog82Family];

/** Every suite, parameters at their defaults. */
export const SUITES: readonly TaskSuite[] = SUITE_FAMILIES.map(({ standard }) => standard);

const LIST_WITH = 'bimt-export tasks list';

/**
 * The suite of this name, with parameters where they follow it: `modcog84:ring=reference,seed=3`. Its own name leaves out parameters that
 * have their default. `recorded:file=FILE.npz` is the suite of a file of trials.
 *
 * @throws UsageError with the nearest names if there is none, for parameters it does not have, and for files that hold no trials
 */
export function findSuite(spec: string): TaskSuite {
  const { name, values } = parseSuiteSpec(spec);
  return name === RECORDED ? findRecorded(values) : findFamily(name).variant(values);
}

function findRecorded({ file, sha256, ...unknown }: Readonly<Record<string, string>>): TaskSuite {
  const [other] = Object.keys(unknown);
  if (file === undefined || other !== undefined)
    throw new UsageError(
      `${other === undefined ? `suite ${RECORDED} needs its file` : `unknown parameter '${other}' of suite ${RECORDED}`}; expected ${RECORDED}:file=FILE.npz`,
    );
  return recordedSuite(file, sha256);
}

/** A parameter of a suite and what it is set to. */
export interface SuiteSetting {
  readonly name: string;
  readonly value: string;
  /** Words and ranges. */
  readonly allowed: string;
  readonly meaning: string;
}

/** The parameters of a suite, for lists. */
export function suiteSettings(suite: TaskSuite): SuiteSetting[] {
  if (isRecorded(suite)) return [];
  const { name: id, values } = parseSuiteSpec(suite.name);
  return Object.entries(findFamily(id).parameters).map(([name, parameter]) => ({
    name,
    value: values[name] ?? parameter.default,
    allowed: allowedValues(parameter),
    meaning: parameter.meaning,
  }));
}

function findFamily(name: string): SuiteFamily {
  const family = SUITE_FAMILIES.find(({ standard }) => standard.name === name);
  if (family !== undefined) return family;
  const known = SUITES.map((suite) => suite.name);
  throw unknownName('suite', name, known, LIST_WITH);
}

/**
 * Index of a task in its suite.
 *
 * @throws UsageError with the nearest names if there is none
 */
export function findTask(suite: TaskSuite, name: string): number {
  const task = suite.tasks.indexOf(name);
  if (task < 0) throw unknownName(`task of suite ${suite.name}`, name, suite.tasks, LIST_WITH);
  return task;
}
