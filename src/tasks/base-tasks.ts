// Which are the 20 tasks of Yang et al. (2019)? Rules as in neurogym's collection of 2023; suites set the delays and may extend the tasks.
import { type DecisionNoise, decision, delayedDecision, type RingWeights } from './decision-family.ts';
import type { Extension, Label } from './family.ts';
import { type CategoryBoundary, type MatchDelays, type MatchRule, match } from './match-family.ts';
import { reach } from './reach-family.ts';
import type { RingTask } from './ring-suite.ts';

/** What a suite decides about a task. */
export interface TaskSetup {
  /** Steps between stimulus and response in go and anti. */
  readonly goDelay: number;
  /** Steps between the two stimuli of a delayed decision. */
  readonly decisionDelay: number;
  /** Steps between sample and test. */
  readonly matchDelays: MatchDelays;
  readonly noise: DecisionNoise;
  readonly dmcBoundary: CategoryBoundary;
  readonly extension: Extension;
}

/** A task before a suite has decided on it. */
export interface BaseTask extends Label {
  readonly family: 'reach' | 'decision' | 'delayed decision' | 'match';
  /** Has a delay that the interval extension of Mod-Cog can use. */
  readonly delayed: boolean;
  /** The task under a name and a summary that need not be the base task's own. */
  make(label: Label, setup: TaskSetup): RingTask;
}

/** Points on which published versions of the tasks differ. */
export const RULE_PARAMETERS = {
  noise: {
    meaning: 'channels with noise while the stimuli of a decision are shown: cue and rings, or the rings',
    default: 'all',
    words: ['all', 'rings-only'],
  },
  dmcBoundary: {
    meaning: 'category of a sample in direction 8: 0 as in the source, or 1 as it is for a test',
    default: 'source',
    words: ['source', 'symmetric'],
  },
} as const;

const FIXED = { fixation: 5, stimulus: 5, decision: 5 };
const REACT = { fixation: 5, decision: 5 };
const REACH_DELAY = 5;

function reachTask(name: string, summary: string, kind: 'go' | 'react' | 'delayed', rule: 'towards' | 'away'): BaseTask {
  return {
    name,
    summary,
    ceiling: 1,
    family: 'reach',
    delayed: kind === 'delayed',
    make(label, { goDelay, extension }) {
      const timing = kind === 'react' ? REACT : { ...FIXED, delay: kind === 'go' ? goDelay : REACH_DELAY };
      return reach(label, timing, rule, extension);
    },
  };
}

function decisionTask(name: string, summary: string, ceiling: number, weights: RingWeights): BaseTask {
  return {
    name,
    summary,
    ceiling,
    family: 'decision',
    delayed: false,
    make: (label, options) => decision(label, weights, options),
  };
}

function delayedDecisionTask(name: string, undelayed: string, ceiling: number, weights: RingWeights): BaseTask {
  return {
    name,
    summary: `as ${undelayed}, the stimuli one after the other`,
    ceiling,
    family: 'delayed decision',
    delayed: true,
    make: (label, options) => delayedDecision(label, weights, options.decisionDelay, options),
  };
}

function matchTask(name: string, summary: string, rule: MatchRule): BaseTask {
  return {
    name,
    summary,
    ceiling: 1,
    family: 'match',
    delayed: true,
    make: (label, { matchDelays, dmcBoundary, extension }) => match(label, rule, matchDelays, { boundary: dmcBoundary, extension }),
  };
}

/**
 * The base tasks in the order of their rule channels. Ceilings below 1 are measured with a Bayes observer who knows the task and the
 * noise; 11/12 follows from 1/6 random labels.
 */
export const BASE_TASKS: readonly BaseTask[] = [
  reachTask('go', 'respond towards the stimulus', 'go', 'towards'),
  reachTask('rtgo', 'respond towards the stimulus as soon as it appears', 'react', 'towards'),
  reachTask('dlygo', 'respond towards the stimulus after a delay', 'delayed', 'towards'),
  reachTask('anti', 'respond away from the stimulus', 'go', 'away'),
  reachTask('rtanti', 'respond away from the stimulus as soon as it appears', 'react', 'away'),
  reachTask('dlyanti', 'respond away from the stimulus after a delay', 'delayed', 'away'),
  decisionTask('dm1', 'respond to the stronger of two stimuli on ring 1', 0.966, [1, null]),
  decisionTask('dm2', 'respond to the stronger of two stimuli on ring 2', 0.966, [null, 1]),
  decisionTask('ctxdm1', 'respond to the stronger stimulus on ring 1, ignore ring 2', 0.962, [1, 0]),
  decisionTask('ctxdm2', 'respond to the stronger stimulus on ring 2, ignore ring 1', 0.962, [0, 1]),
  decisionTask('multidm', 'respond to the stimulus that is stronger over both rings', 0.916, [1, 1]),
  delayedDecisionTask('dlydm1', 'dm1', 1, [1, null]),
  delayedDecisionTask('dlydm2', 'dm2', 1, [null, 1]),
  delayedDecisionTask('ctxdlydm1', 'ctxdm1', 1, [1, 0]),
  delayedDecisionTask('ctxdlydm2', 'ctxdm2', 1, [0, 1]),
  delayedDecisionTask('multidlydm', 'multidm', 11 / 12, [1, 1]),
  matchTask('dms', 'respond if the test has the direction of the sample', { compare: 'direction', respondOn: 'match' }),
  matchTask('dnms', 'respond if the test is opposite to the sample', { compare: 'direction', respondOn: 'non-match' }),
  matchTask('dmc', 'respond if the test has the category of the sample', { compare: 'category', respondOn: 'match' }),
  matchTask('dnmc', 'respond if the test has the other category', { compare: 'category', respondOn: 'non-match' }),
];
