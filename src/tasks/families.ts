// How are the trials of the four task families drawn? One small function each, as in neurogym's Yang et al. (2019) collection.
import type { Random } from '../core/random.ts';
import { DIRECTIONS, directionAngle, NOISE_SIGMA, RING_CHANNELS, RULE_CHANNEL } from './ring.ts';
import type { RingTask } from './ring-suite.ts';
import type { Period, Stimulus, TrialInfo } from './suite.ts';

/** A task's name, its one-line summary, and its best possible accuracy. */
type Label = Pick<RingTask, 'name' | 'summary' | 'ceiling'>;
type Ring = 1 | 2;

const HALF_TURN = DIRECTIONS / 2;

/** Respond towards the stimulus, or away from it. `timing` without a stimulus period shows it when the cue goes off. */
export function reach(label: Label, timing: Readonly<Record<string, number>>, rule: 'towards' | 'away'): RingTask {
  const periods = layout(Object.entries(timing));
  const period = 'stimulus' in timing ? 'stimulus' : 'decision';
  return {
    ...label,
    maxSteps: lengthOf(periods),
    describe(random) {
      const ring = drawRing(random);
      const response = random.int(DIRECTIONS);
      const shown = rule === 'towards' ? response : (response + HALF_TURN) % DIRECTIONS;
      return {
        task: label.name,
        family: 'reach',
        periods,
        stimuli: [stimulus(ring, shown, 1, period)],
        noise: null,
        response,
        facts: { ring, stimulusDirection: shown },
      };
    },
  };
}

/** Weight of the evidence that each shown ring carries; null for a ring that is not shown. */
export type RingWeights = readonly [number | null, number | null];

// (1 ± c)/2 for the coherences c, either way round.
const SIMULTANEOUS_STRENGTHS = [0.08, 0.16, 0.32, 0.64].flatMap((c) => [
  [(1 + c) / 2, (1 - c) / 2],
  [(1 - c) / 2, (1 + c) / 2],
]);
const SUCCESSIVE_STRENGTHS = [0.3, 0.6, 1].flatMap((a) => [0.3, 0.6, 1].filter((b) => b !== a).map((b) => [a, b]));

/** Two directions shown together: respond to the stronger by the rings' weights. */
export function decision(label: Label, weights: RingWeights): RingTask {
  return comparison(label, 'decision', weights, SIMULTANEOUS_STRENGTHS, [['stimulus', 5]]);
}

/** Two directions shown one after the other: respond to the stronger by the rings' weights. */
export function delayedDecision(label: Label, weights: RingWeights, delay: number): RingTask {
  return comparison(label, 'delayed decision', weights, SUCCESSIVE_STRENGTHS, [
    ['stim1', 5],
    ['delay', delay],
    ['stim2', 5],
  ]);
}

// Sums that differ by less decide at random: 0.54 + 0.46 and 0.46 + 0.54 are a tie.
const TIE = 1e-6;
const FIXATION_STEPS = [2, 3, 4];
const DECISION_STEPS = 2;

function comparison(
  label: Label,
  family: string,
  weights: RingWeights,
  strengths: readonly (readonly number[])[],
  middle: readonly (readonly [string, number])[],
): RingTask {
  // A fixation of U(200, 500) ms, rounded down to steps.
  const timings = FIXATION_STEPS.map((fixation) => layout([['fixation', fixation], ...middle, ['decision', DECISION_STEPS]]));
  const shownIn = middle.map(([name]) => name).filter((name) => name !== 'delay');
  const [firstShown, secondShown] = [shownIn[0], shownIn[shownIn.length - 1]];
  const noise = { periods: shownIn, channels: [0, RULE_CHANNEL], sigma: NOISE_SIGMA } as const;
  return {
    ...label,
    maxSteps: lengthOf(timings[timings.length - 1]),
    describe(random) {
      const periods = random.pick(timings);
      const first = random.int(DIRECTIONS);
      const second = (first + 1 + random.int(DIRECTIONS - 1)) % DIRECTIONS;
      const stimuli: Stimulus[] = [];
      const evidence = [0, 0];
      for (const ring of [1, 2] as const) {
        const weight = weights[ring - 1];
        if (weight === null) continue;
        const [strength1, strength2] = random.pick(strengths);
        stimuli.push(stimulus(ring, first, strength1, firstShown), stimulus(ring, second, strength2, secondShown));
        evidence[0] += weight * strength1;
        evidence[1] += weight * strength2;
      }
      const chosen = evidence[0] + TIE * (2 * random.uniform() - 1) > evidence[1] ? 1 : 2;
      const tie = Math.abs(evidence[0] - evidence[1]) < TIE;
      return {
        task: label.name,
        family,
        periods,
        stimuli,
        noise,
        response: chosen === 1 ? first : second,
        facts: { directions: [first, second], evidence, tie, chosen },
      };
    },
  };
}

/** Compare a sample with a test by their direction or by their category, and respond to the test or hold still. */
export function match(label: Label, compare: 'direction' | 'category', respondOn: 'match' | 'non-match', delay: number): RingTask {
  const periods = layout([
    ['fixation', 3],
    ['sample', 5],
    ['delay', delay],
    ['test', 5],
    ['decision', 9],
  ]);
  return {
    ...label,
    maxSteps: lengthOf(periods),
    describe(random) {
      const ring = drawRing(random);
      const matches = random.int(2) === 1;
      const sample = random.int(DIRECTIONS);
      const test = compare === 'direction' ? (sample + (matches ? 0 : HALF_TURN)) % DIRECTIONS : categoryTest(sample, matches, random);
      const channel = RING_CHANNELS[ring];
      return {
        task: label.name,
        family: 'match',
        periods,
        stimuli: [stimulus(ring, sample, 1, 'sample'), stimulus(ring, test, 1, 'test')],
        noise: { periods: ['sample', 'test'], channels: [channel, channel + DIRECTIONS], sigma: NOISE_SIGMA },
        response: matches === (respondOn === 'match') ? test : null,
        facts: { ring, match: matches, sample, test },
      };
    },
  };
}

/** Direction 8 is category 0 as a sample and category 1 as a test: a quirk of the source, consistent and therefore learnable. */
function categoryTest(sample: number, matches: boolean, random: Random): number {
  const sampleCategory = sample > HALF_TURN ? 1 : 0;
  const testCategory = matches ? sampleCategory : 1 - sampleCategory;
  return testCategory * HALF_TURN + random.int(HALF_TURN);
}

function drawRing(random: Random): Ring {
  return random.int(2) === 0 ? 1 : 2;
}

function stimulus(ring: Ring, direction: number, strength: number, period: string): Stimulus {
  return { ring, angle: directionAngle(direction), strength, period };
}

function layout(durations: readonly (readonly [string, number])[]): Period[] {
  let end = 0;
  return durations.map(([name, steps]) => {
    const start = end;
    end += steps;
    return { name, start, end };
  });
}

function lengthOf(periods: TrialInfo['periods']): number {
  return periods[periods.length - 1].end;
}
