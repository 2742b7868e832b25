// What do the families of tasks share? Periods, stimuli, and the two ways in which a base task can be extended.
import type { Random } from '../core/random.ts';
import { directionAngle } from './ring.ts';
import type { RingTask } from './ring-suite.ts';
import type { Period, Stimulus, TrialInfo } from './suite.ts';

/** A task's name, its one-line summary, and its best possible accuracy. */
export type Label = Pick<RingTask, 'name' | 'summary' | 'ceiling'>;
export type Ring = 1 | 2;
export const RINGS: readonly Ring[] = [1, 2];

type Sense = -1 | 0 | 1;

/** How a task differs from its base task: the extensions of Mod-Cog. */
export interface Extension {
  /** Sense in which the length of the delay displaces the stimulus (reach tasks) or the response (others); 0 for not at all. */
  readonly interval: Sense;
  /** Slots per step by which the response moves during `decision`. */
  readonly sequence: Sense;
}

export const NO_EXTENSION: Extension = { interval: 0, sequence: 0 };

/** Delays of interval tasks that vary per trial, in steps: uniform over {0, 100, …, 1100} ms. */
export const INTERVAL_DELAYS: readonly number[] = Array.from({ length: 12 }, (_, steps) => steps);
/** Steps of `decision` while a response moves. */
export const SEQUENCE_DECISION_STEPS = 10;

/** The part of a description that says how the response moves. */
export function motion({ sequence }: Extension): Pick<TrialInfo, 'responseSpeed'> {
  return sequence === 0 ? {} : { responseSpeed: sequence };
}

/** The delay of a trial, in steps; draws only where there is a choice. */
export function drawDelay(delays: readonly number[], random: Random): number {
  return delays.length > 1 ? random.pick(delays) : delays[0];
}

/** Either ring, with probability 1/2 each. */
export function drawRing(random: Random): Ring {
  return random.int(2) === 0 ? 1 : 2;
}

/** A stimulus at one of the 16 directions. */
export function stimulus(ring: Ring, direction: number, strength: number, period: string): Stimulus {
  return { ring, angle: directionAngle(direction), strength, period };
}

/** Consecutive periods from their names and steps. */
export function layout(durations: readonly (readonly [string, number])[]): Period[] {
  let end = 0;
  return durations.map(([name, steps]) => {
    const start = end;
    end += steps;
    return { name, start, end };
  });
}

/** One layout for each delay. */
export function layoutsByDelay(delays: Iterable<number>, periodsOf: (delay: number) => Period[]): ReadonlyMap<number, readonly Period[]> {
  return new Map(Array.from(delays, (delay) => [delay, periodsOf(delay)]));
}

/** Steps of the longest of some layouts. */
export function longest(layouts: Iterable<readonly Period[]>): number {
  return Math.max(...Array.from(layouts, (periods) => periods[periods.length - 1].end));
}
