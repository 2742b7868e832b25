// How are the trials of reach tasks drawn? Respond towards a stimulus, or away from it, as in neurogym's Yang et al. (2019) collection.
import {
  drawDelay,
  drawRing,
  type Extension,
  INTERVAL_DELAYS,
  type Label,
  layout,
  layoutsByDelay,
  longest,
  motion,
  NO_EXTENSION,
  RINGS,
  type Ring,
  SEQUENCE_DECISION_STEPS,
} from './family.ts';
import { angleDirection, DIRECTIONS, directionAngle, STEP_MS, wrapDirection } from './ring.ts';
import type { RingTask } from './ring-suite.ts';
import type { TrialInfo } from './suite.ts';

/** Steps of each period; without a stimulus period, and a delay after it, the stimulus is shown when the cue goes off. */
export interface ReachTiming {
  readonly fixation: number;
  readonly stimulus?: number;
  readonly delay?: number;
  readonly decision: number;
}

const HALF_TURN = DIRECTIONS / 2;
/** By which a delay of one step displaces the stimulus of an interval task: 0.01 rad per ms (Mod-Cog). */
const RADIANS_PER_DELAY_STEP = 0.01 * STEP_MS;

/** Respond towards the stimulus, or away from it. */
export function reach(
  label: Label,
  timing: ReachTiming,
  rule: 'towards' | 'away',
  { interval, sequence }: Extension = NO_EXTENSION,
): RingTask {
  const { fixation, stimulus, delay: fixedDelay = 0 } = timing;
  const reacts = stimulus === undefined;
  const decision = sequence === 0 || reacts ? timing.decision : SEQUENCE_DECISION_STEPS;
  const delays = interval === 0 ? [fixedDelay] : INTERVAL_DELAYS;
  const layouts = layoutsByDelay(delays, (delay) => {
    const middle = reacts
      ? []
      : ([
          ['stimulus', stimulus],
          ['delay', delay],
        ] as const);
    return layout([['fixation', fixation], ...middle, ['decision', decision]]);
  });
  const build = (ring: Ring, response: number, delay: number): TrialInfo => {
    const aim = rule === 'towards' ? response : wrapDirection(response + HALF_TURN);
    const displacement = interval * RADIANS_PER_DELAY_STEP * delay;
    // A stimulus that is not displaced lies on the grid exactly, without a way through radians.
    const shown = displacement === 0 ? aim : angleDirection(directionAngle(aim) + displacement);
    return {
      task: label.name,
      family: 'reach',
      periods: layouts.get(delay) ?? [],
      stimuli: [{ ring, angle: directionAngle(shown), strength: 1, period: reacts ? 'decision' : 'stimulus' }],
      noise: null,
      response,
      ...motion({ interval, sequence }),
      facts: { ring, stimulusDirection: shown },
    };
  };
  return {
    ...label,
    maxSteps: longest(layouts.values()),
    describe: (random) => build(drawRing(random), random.int(DIRECTIONS), drawDelay(delays, random)),
    settle: (info) => info,
    grid: () =>
      delays.flatMap((delay) => RINGS.flatMap((ring) => Array.from({ length: DIRECTIONS }, (_, response) => build(ring, response, delay)))),
  };
}
