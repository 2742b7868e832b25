// What is a task suite? The contract between suites, batches, accuracy and everything that trains or tests.
import type { Random } from '../core/random.ts';
import { wrapDirection } from './ring.ts';

/** A named stretch of a trial: steps start … end − 1. */
export interface Period {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** One stimulus bump: ring 1 or 2, angle in radians, strength (dimensionless), and the period that shows it. */
export interface Stimulus {
  readonly ring: 1 | 2;
  readonly angle: number;
  readonly strength: number;
  readonly period: string;
}

/**
 * The description of a trial: its suite rebuilds everything but the noise from it. Directions are 0 … 15, one slot of 22.5°
 * each; `response` is null when the trial asks for none.
 */
export interface TrialInfo {
  readonly task: string;
  readonly family: string;
  /** Consecutive from step 0, without gaps, some empty; the last is `decision`. */
  readonly periods: readonly Period[];
  readonly stimuli: readonly Stimulus[];
  /** Periods and channels [from, to) that get noise, with its standard deviation. */
  readonly noise: { readonly periods: readonly string[]; readonly channels: readonly [number, number]; readonly sigma: number } | null;
  /** The response that is due, at the first step of `decision`; see `responseAt` for the steps after it. */
  readonly response: number | null;
  /** Slots per step by which the due response moves during `decision`; absent when it stays. */
  readonly responseSpeed?: number;
  /** Family-specific facts that analyses read: ring, match, directions, strengths, … */
  readonly facts: Readonly<Record<string, number | boolean | string | readonly number[]>>;
}

/** The last period of every trial: the cue is off and the response is due. */
export function decisionOf(info: TrialInfo): Period {
  return info.periods[info.periods.length - 1];
}

/** The direction due at a step; null where none is: before `decision`, and in trials that ask for no response. */
export function responseAt(info: TrialInfo, step: number): number | null {
  const { start, end } = decisionOf(info);
  if (info.response === null || step < start || step >= end) return null;
  return wrapDirection(info.response + (info.responseSpeed ?? 0) * (step - start));
}

/** Length of a trial in steps. */
export function stepsOf(info: TrialInfo): number {
  return decisionOf(info).end;
}

/** A generated trial: inputs [steps, inputs], target class per step [steps]. */
export interface Trial {
  readonly info: TrialInfo;
  readonly steps: number;
  readonly inputs: Float32Array;
  readonly targets: Int32Array;
}

/** What a trial is for; suites that draw new trials each time have no use for it. Tests choose and train nothing. */
export type TrialPart = 'train' | 'validation' | 'test';

/** A family of tasks learned together. */
export interface TaskSuite {
  readonly name: string;
  readonly title: string;
  /** Task names in rule-channel order. */
  readonly tasks: readonly string[];
  readonly inputs: number;
  readonly outputs: number;
  /** Longest trial, in steps. */
  readonly maxSteps: number;
  /** Best possible accuracy of each task (Bayes observer), 0 to 1; 1 where nothing better is known. */
  readonly ceilings: readonly number[];
  /** What each task asks, in one line. */
  readonly summaries: readonly string[];
  /** Numbers of each task that were drawn or set when the suite was made and are the same in all its trials, for example delays. */
  readonly constants: readonly Readonly<Record<string, number>>[];
  /** Draws the description of one trial; for validation unless told otherwise. */
  describe(task: number, random: Random, part?: TrialPart): TrialInfo;
  /** The fixed grid of trials that analyses may use instead of drawn ones: every combination once, as `settle` leaves them. */
  grid(task: number): readonly TrialInfo[];
  /**
   * A description with the timing that analyses use: a fixation period that is drawn per trial gets one standard length.
   *
   * @throws UsageError if the description is not of this suite
   */
  settle(info: TrialInfo): TrialInfo;
  /**
   * Writes the noise-free inputs, targets and mask of a description into one row of a batch from step `at` on, cut at the
   * batch's end. The row must be zero there.
   *
   * @throws UsageError if the description is not of this suite
   */
  write(info: TrialInfo, batch: Batch, row: number, at: number): void;
  /**
   * The noise-free trial of a description alone.
   *
   * @throws UsageError if the description is not of this suite
   */
  rebuild(info: TrialInfo): Trial;
}

/**
 * Trials side by side, time first. Padded steps have inputs 0, target 0 and mask 0.
 */
export interface Batch {
  readonly steps: number;
  readonly rows: number;
  /** Shape [steps, rows, inputs]. */
  readonly inputs: Float32Array;
  /** Class per step, shape [steps, rows]. */
  readonly targets: Int32Array;
  /** 1 where the loss counts, shape [steps, rows]. */
  readonly mask: Float32Array;
}

/** A batch of padding only, to be written into. */
export function emptyBatch(steps: number, rows: number, inputs: number): Batch {
  return {
    steps,
    rows,
    inputs: new Float32Array(steps * rows * inputs),
    targets: new Int32Array(steps * rows),
    mask: new Float32Array(steps * rows),
  };
}
