// Which trials does an analysis look at? Of one task, without noise, step by step comparable: those of a group share one timing.
import { randomStream } from '../core/random.ts';
import { type Batch, emptyBatch, stepsOf, type TaskSuite, type TrialInfo } from './suite.ts';
import { writeTrial } from './trial.ts';

/** `random`: drawn as for training. `grid`: every combination of directions, strengths and rings once, without trials that ask for no response. */
export const ANALYSIS_TRIALS = ['random', 'grid'] as const;

/** Which trials to look at. */
export interface AnalysisPlan {
  readonly trials: (typeof ANALYSIS_TRIALS)[number];
  /** Random trials of each task; the grid has as many as it has. */
  readonly count: number;
  readonly seed: number;
}

/** Trials of one task that share one timing, without noise; their number is the group's weight. */
export interface AnalysisGroup {
  readonly batch: Batch;
  /** Description of each row's trial. */
  readonly trials: readonly TrialInfo[];
  /** First step after the initial fixation period. */
  readonly from: number;
  /** Steps of every trial of the group. */
  readonly steps: number;
}

/**
 * Trials of one task for analyses, by timing, the shortest first. Fixation periods that vary get one length, fixed ones stay; where the
 * delay varies there is a group for each. Random trial i is the same whatever the count, and none is a training or evaluation trial.
 *
 * @param task - index in `suite.tasks`
 */
export function analysisTrials(suite: TaskSuite, task: number, plan: AnalysisPlan): AnalysisGroup[] {
  const groups = new Map<string, TrialInfo[]>();
  for (const info of plan.trials === 'grid' ? suite.grid(task) : randomTrials(suite, task, plan)) {
    const timing = JSON.stringify(info.periods);
    const group = groups.get(timing);
    if (group === undefined) groups.set(timing, [info]);
    else group.push(info);
  }
  return [...groups.values()].map((trials) => groupOf(suite, trials)).sort((a, b) => a.steps - b.steps);
}

function randomTrials(suite: TaskSuite, task: number, { count, seed }: AnalysisPlan): TrialInfo[] {
  return Array.from({ length: count }, (_, i) =>
    suite.settle(suite.describe(task, randomStream(seed, `analysis-trial/${suite.name}/${suite.tasks[task]}`, i))),
  );
}

function groupOf(suite: TaskSuite, trials: readonly TrialInfo[]): AnalysisGroup {
  const steps = stepsOf(trials[0]);
  const batch = emptyBatch(steps, trials.length, suite.inputs);
  for (const [row, info] of trials.entries()) writeTrial(suite, info, null, batch, row, 0);
  return { batch, trials, from: trials[0].periods[0].end, steps };
}
