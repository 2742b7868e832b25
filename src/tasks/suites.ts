// Which suites are there? A list you can read; a suite is a file and a line here.
import { unknownName } from '../core/errors.ts';
import type { TaskSuite } from './suite.ts';
import { yang19 } from './yang19.ts';

/** Every suite. */
export const SUITES: readonly TaskSuite[] = [yang19];

const LIST_WITH = 'bimt-export tasks list';

/**
 * The suite of this name.
 *
 * @throws UsageError with the nearest names if there is none
 */
export function findSuite(name: string): TaskSuite {
  const suite = SUITES.find((candidate) => candidate.name === name);
  if (suite !== undefined) return suite;
  const known = SUITES.map((candidate) => candidate.name);
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
