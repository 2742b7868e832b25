// How are the trials of match tasks drawn? Compare a sample with a test, and respond to the test or hold still, as in neurogym's
// Yang et al. (2019) collection.
import type { Random } from '../core/random.ts';
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
  stimulus,
} from './family.ts';
import { DIRECTIONS, NOISE_SIGMA, RING_CHANNELS, wrapDirection } from './ring.ts';
import type { RingTask } from './ring-suite.ts';
import type { TrialInfo } from './suite.ts';

/**
 * Category of a sample in direction 8: 0 in the source, where a test in direction 8 has category 1 (a quirk, consistent and therefore
 * learnable), or 1 as for the test.
 */
export type CategoryBoundary = 'source' | 'symmetric';

/** Steps of the delay, by ring. */
export type MatchDelays = Readonly<Record<Ring, number>>;

/** What is compared, and when a response is due. */
export interface MatchRule {
  readonly compare: 'direction' | 'category';
  readonly respondOn: 'match' | 'non-match';
}

/** What a task of this family may change. */
export interface MatchOptions {
  readonly boundary?: CategoryBoundary;
  readonly extension?: Extension;
}

const HALF_TURN = DIRECTIONS / 2;
const DECISION_STEPS = 9;
/** By which a delay of one step displaces the response of an interval task (Mod-Cog). */
const SLOTS_PER_DELAY_STEP = 1;

/** Compare a sample with a test by their direction or by their category, and respond to the test or hold still. */
export function match(
  label: Label,
  { compare, respondOn }: MatchRule,
  ringDelays: MatchDelays,
  { boundary = 'source', extension = NO_EXTENSION }: MatchOptions = {},
): RingTask {
  const { interval, sequence } = extension;
  const delaysOf = (ring: Ring) => (interval === 0 ? [ringDelays[ring]] : INTERVAL_DELAYS);
  const decision = sequence === 0 ? DECISION_STEPS : SEQUENCE_DECISION_STEPS;
  const layouts = layoutsByDelay(RINGS.flatMap(delaysOf), (delay) =>
    layout(Object.entries({ fixation: 3, sample: 5, delay, test: 5, decision })),
  );
  const categoryOf = (sample: number) => Number(boundary === 'source' ? sample > HALF_TURN : sample >= HALF_TURN);
  /** Category of the test of a trial. */
  const testCategory = (sample: number, matches: boolean) => (matches ? categoryOf(sample) : 1 - categoryOf(sample));
  const drawTest = (sample: number, matches: boolean, random: Random) =>
    compare === 'direction'
      ? wrapDirection(sample + (matches ? 0 : HALF_TURN))
      : testCategory(sample, matches) * HALF_TURN + random.int(HALF_TURN);
  const build = (ring: Ring, matches: boolean, sample: number, test: number, delay: number): TrialInfo => {
    const channel = RING_CHANNELS[ring];
    const responds = matches === (respondOn === 'match');
    return {
      task: label.name,
      family: 'match',
      periods: layouts.get(delay) ?? [],
      stimuli: [stimulus(ring, sample, 1, 'sample'), stimulus(ring, test, 1, 'test')],
      noise: { periods: ['sample', 'test'], channels: [channel, channel + DIRECTIONS], sigma: NOISE_SIGMA },
      response: responds ? wrapDirection(test + interval * SLOTS_PER_DELAY_STEP * delay) : null,
      ...motion(extension),
      facts: { ring, match: matches, sample, test },
    };
  };
  /** Of sample and opposite direction the one that makes the trial ask for a response. */
  const gridTest = (sample: number) => {
    const matches = respondOn === 'match';
    if (compare === 'direction') return wrapDirection(sample + (matches ? 0 : HALF_TURN));
    return (sample % HALF_TURN) + testCategory(sample, matches) * HALF_TURN;
  };
  return {
    ...label,
    maxSteps: longest(layouts.values()),
    describe(random) {
      const ring = drawRing(random);
      const matches = random.int(2) === 1;
      const sample = random.int(DIRECTIONS);
      const test = drawTest(sample, matches, random);
      return build(ring, matches, sample, test, drawDelay(delaysOf(ring), random));
    },
    settle: (info) => info,
    // Trials that ask for a response only.
    grid: () =>
      RINGS.flatMap((ring) =>
        delaysOf(ring).flatMap((delay) =>
          Array.from({ length: DIRECTIONS }, (_, sample) => build(ring, respondOn === 'match', sample, gridTest(sample), delay)),
        ),
      ),
  };
}
