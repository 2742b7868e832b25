// Which tasks does yang19 have? The 20 of Yang et al. (2019), timed as in neurogym's collection of 2023, steps of 100 ms.
import { BASE_TASKS, RULE_PARAMETERS } from './base-tasks.ts';
import type { DecisionNoise } from './decision-family.ts';
import { NO_EXTENSION } from './family.ts';
import type { CategoryBoundary } from './match-family.ts';
import { ringSuite } from './ring-suite.ts';
import type { TaskSuite } from './suite.ts';
import { type SuiteFamily, suiteFamily } from './suite-family.ts';

const GO_DELAY = 0;
const DELAY = 10;

export const yang19Family: SuiteFamily = suiteFamily('yang19', RULE_PARAMETERS, (name, values) => {
  const setup = {
    goDelay: GO_DELAY,
    decisionDelay: DELAY,
    matchDelays: { 1: DELAY, 2: DELAY },
    noise: values.noise as DecisionNoise,
    dmcBoundary: values.dmcBoundary as CategoryBoundary,
    extension: NO_EXTENSION,
  };
  const tasks = BASE_TASKS.map((base) => base.make(base, setup));
  return ringSuite({ name, title: 'the 20 cognitive tasks of Yang et al. (2019)', ring: 'corrected' }, tasks);
});

/** The 20 tasks as published. */
export const yang19: TaskSuite = yang19Family.standard;
