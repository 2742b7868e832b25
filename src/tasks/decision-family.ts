// How are the trials of decision tasks drawn? Respond to the stronger of two stimuli, shown together or one after the other, as in
// neurogym's Yang et al. (2019) collection.
import { type Extension, type Label, layout, longest, motion, NO_EXTENSION, RINGS, SEQUENCE_DECISION_STEPS, stimulus } from './family.ts';
import { CUE_CHANNEL, DIRECTIONS, NOISE_SIGMA, RING_CHANNELS, RULE_CHANNEL, wrapDirection } from './ring.ts';
import type { RingTask } from './ring-suite.ts';
import type { Period, Stimulus, TrialInfo } from './suite.ts';

/** Weight of the evidence that each shown ring carries; null for a ring that is not shown. */
export type RingWeights = readonly [number | null, number | null];

/** Which channels get noise while stimuli are shown: the fixation cue and both rings (neurogym of 2023), or the rings (of 2025). */
export type DecisionNoise = 'all' | 'rings-only';

/** What a task of this family may change. */
export interface DecisionOptions {
  readonly noise?: DecisionNoise;
  readonly extension?: Extension;
}

/** Strengths of the first and the second stimulus of a ring. */
type StrengthPair = readonly [number, number];

// (1 ± c)/2 for the coherences c, either way round.
const SIMULTANEOUS_STRENGTHS = [0.08, 0.16, 0.32, 0.64].flatMap((c): StrengthPair[] => [
  [(1 + c) / 2, (1 - c) / 2],
  [(1 - c) / 2, (1 + c) / 2],
]);
const SUCCESSIVE_STRENGTHS = [0.3, 0.6, 1].flatMap((a) => [0.3, 0.6, 1].filter((b) => b !== a).map((b): StrengthPair => [a, b]));
const STIMULUS_STEPS = 5;

/** Two directions shown together: respond to the stronger by the rings' weights. */
export function decision(label: Label, weights: RingWeights, options: DecisionOptions = {}): RingTask {
  return comparison(
    label,
    weights,
    { family: 'decision', strengths: SIMULTANEOUS_STRENGTHS, middle: [['stimulus', STIMULUS_STEPS]] },
    options,
  );
}

/** Two directions shown one after the other: respond to the stronger by the rings' weights. */
export function delayedDecision(label: Label, weights: RingWeights, delay: number, options: DecisionOptions = {}): RingTask {
  const middle = [
    ['stim1', STIMULUS_STEPS],
    ['delay', delay],
    ['stim2', STIMULUS_STEPS],
  ] as const;
  return comparison(label, weights, { family: 'delayed decision', strengths: SUCCESSIVE_STRENGTHS, middle }, options);
}

/** What the two kinds of comparison differ by. */
interface Comparison {
  readonly family: string;
  readonly strengths: readonly StrengthPair[];
  /** Periods between `fixation` and `decision`, with their steps. */
  readonly middle: readonly (readonly [string, number])[];
}

// Sums that differ by less decide at random: 0.54 + 0.46 and 0.46 + 0.54 are a tie.
const TIE = 1e-6;
// U(200, 500) ms, rounded down to steps.
const FIXATION_STEPS = [2, 3, 4];
/** Of trials that analyses compare step by step. */
const SETTLED_FIXATION_STEPS = 3;
const DECISION_STEPS = 2;
/** By which a delay of one step displaces the response of an interval task (Mod-Cog). */
const SLOTS_PER_DELAY_STEP = 1;
const NOISE_CHANNELS = { all: [CUE_CHANNEL, RULE_CHANNEL], 'rings-only': [RING_CHANNELS[1], RULE_CHANNEL] } as const;

function comparison(
  label: Label,
  weights: RingWeights,
  { family, strengths, middle }: Comparison,
  { noise: noiseOn = 'all', extension = NO_EXTENSION }: DecisionOptions,
): RingTask {
  const decisionSteps = extension.sequence === 0 ? DECISION_STEPS : SEQUENCE_DECISION_STEPS;
  const timing = (fixation: number) => layout([['fixation', fixation], ...middle, ['decision', decisionSteps]]);
  const timings = FIXATION_STEPS.map(timing);
  const settled = timing(SETTLED_FIXATION_STEPS);
  const delay = middle.find(([name]) => name === 'delay')?.[1] ?? 0;
  const displacement = extension.interval * SLOTS_PER_DELAY_STEP * delay;
  const shownIn = middle.map(([name]) => name).filter((name) => name !== 'delay');
  const [firstShown, secondShown] = [shownIn[0], shownIn[shownIn.length - 1]];
  const noise = { periods: shownIn, channels: NOISE_CHANNELS[noiseOn], sigma: NOISE_SIGMA };
  const shownRings = RINGS.flatMap((ring) => {
    const weight = weights[ring - 1];
    return weight === null ? [] : [{ ring, weight }];
  });
  /** `pairs` are those of the shown rings; `bias` is added to the evidence for the first stimulus and decides ties. */
  const build = (periods: readonly Period[], first: number, second: number, pairs: readonly StrengthPair[], bias: number): TrialInfo => {
    const stimuli: Stimulus[] = [];
    const evidence = [0, 0];
    for (const [i, { ring, weight }] of shownRings.entries()) {
      const [strength1, strength2] = pairs[i];
      stimuli.push(stimulus(ring, first, strength1, firstShown), stimulus(ring, second, strength2, secondShown));
      evidence[0] += weight * strength1;
      evidence[1] += weight * strength2;
    }
    const chosen = evidence[0] + bias > evidence[1] ? 1 : 2;
    return {
      task: label.name,
      family,
      periods,
      stimuli,
      noise,
      response: wrapDirection((chosen === 1 ? first : second) + displacement),
      ...motion(extension),
      facts: { directions: [first, second], evidence, tie: Math.abs(evidence[0] - evidence[1]) < TIE, chosen },
    };
  };
  return {
    ...label,
    maxSteps: longest(timings),
    describe(random) {
      const periods = random.pick(timings);
      const first = random.int(DIRECTIONS);
      const second = (first + 1 + random.int(DIRECTIONS - 1)) % DIRECTIONS;
      const pairs = shownRings.map(() => random.pick(strengths));
      return build(periods, first, second, pairs, TIE * (2 * random.uniform() - 1));
    },
    settle: (info) => ({ ...info, periods: settled }),
    // Opposite directions, all strengths; ties go to the first stimulus.
    grid: () =>
      combinations(strengths, shownRings.length).flatMap((pairs) =>
        Array.from({ length: DIRECTIONS }, (_, first) => build(settled, first, wrapDirection(first + DIRECTIONS / 2), pairs, TIE)),
      ),
  };
}

/** All ways to choose `count` items, one after the other, repetition allowed. */
function combinations<T>(items: readonly T[], count: number): T[][] {
  if (count === 0) return [[]];
  return combinations(items, count - 1).flatMap((chosen) => items.map((item) => [...chosen, item]));
}
