// Which tasks does Mod-Cog (Khona et al., 2023) have? The 20 base tasks with timing of its own, and each changed by its delay or moving.
import { randomStream } from '../core/random.ts';
import { BASE_TASKS, type BaseTask, RULE_PARAMETERS } from './base-tasks.ts';
import type { DecisionNoise } from './decision-family.ts';
import { type Extension, NO_EXTENSION } from './family.ts';
import type { CategoryBoundary, MatchDelays } from './match-family.ts';
import { type RingArithmetic, STEP_MS } from './ring.ts';
import { type RingTask, ringSuite } from './ring-suite.ts';
import type { TaskSuite } from './suite.ts';
import { type SuiteFamily, type SuiteParameters, type SuiteValues, suiteFamily } from './suite-family.ts';

const GO_DELAY = 5;
const DECISION_DELAY = 5;
/** Delays of match tasks: U(200, 1200) ms rounded down to steps, drawn once for each task and ring. */
const MATCH_DELAYS = { fewest: 2, most: 11 };
/** Seeds and delays have to end somewhere; the longest delay makes trials of 10 s. */
const LARGEST_SEED = 2 ** 31 - 1;
const LONGEST_MATCH_DELAY = 77;

const PARAMETERS = {
  ring: {
    meaning: 'class of direction 15: 16, or 0 (fixate) as the reference implementation has it',
    default: 'corrected',
    words: ['corrected', 'reference'],
  },
  seed: {
    meaning: 'of the delays between sample and test, drawn once for each match task and ring',
    default: '0',
    words: [],
    range: [0, LARGEST_SEED],
  },
  matchDelay: {
    meaning: 'steps between sample and test in all match tasks without an interval',
    default: 'drawn',
    words: ['drawn'],
    range: [0, LONGEST_MATCH_DELAY],
  },
  ...RULE_PARAMETERS,
} as const satisfies SuiteParameters;

type Values = SuiteValues<typeof PARAMETERS>;

/** A base task with at most one extension. */
interface Variant {
  readonly base: BaseTask;
  readonly extension: Extension;
  /** Base name, extension and sense: `dlygointr`. */
  readonly name: string;
  /** Channels of this very task that come before it. */
  readonly copies: number;
}

const SENSES = [
  { letter: 'r', sense: 1 },
  { letter: 'l', sense: -1 },
] as const;

/** Tasks that the list of 84 names twice: its announcement counted 12 tasks with a delay instead of 11. */
const NAMED_TWICE = 'dlyanti';

/** The variants in the order of their rule channels. */
function variants(withCopies: boolean): Variant[] {
  const delayed = BASE_TASKS.filter((base) => base.delayed);
  return [
    ...BASE_TASKS.map((base) => ({ base, extension: NO_EXTENSION, name: base.name, copies: 0 })),
    ...delayed.flatMap((base) =>
      (withCopies && base.name === NAMED_TWICE ? [0, 1] : [0]).flatMap((copies) =>
        SENSES.map(({ letter, sense }) => ({
          base,
          extension: { interval: sense, sequence: 0 } as const,
          name: `${base.name}int${letter}`,
          copies,
        })),
      ),
    ),
    ...SENSES.flatMap(({ letter, sense }) =>
      BASE_TASKS.map((base) => ({
        base,
        extension: { interval: 0, sequence: sense } as const,
        name: `${base.name}seq${letter}`,
        copies: 0,
      })),
    ),
  ];
}

function makeTask({ base, extension, name, copies }: Variant, values: Values): RingTask {
  const drawsDelay = base.family === 'match' && extension.interval === 0;
  const matchDelays = drawsDelay ? drawMatchDelays(name, values) : { 1: 0, 2: 0 };
  const label = {
    name: copies === 0 ? name : `${name}#${copies + 1}`,
    summary: copies === 0 ? summaryOf(base, extension) : `the same as ${name}, with a rule channel of its own`,
    ceiling: base.ceiling,
  };
  const task = base.make(label, {
    goDelay: GO_DELAY,
    decisionDelay: DECISION_DELAY,
    matchDelays,
    noise: values.noise as DecisionNoise,
    dmcBoundary: values.dmcBoundary as CategoryBoundary,
    extension,
  });
  if (!drawsDelay) return task;
  const [ring1DelayMs, ring2DelayMs] = [matchDelays[1] * STEP_MS, matchDelays[2] * STEP_MS];
  const summary = `${label.summary}; delay ${ring1DelayMs} ms on ring 1, ${ring2DelayMs} ms on ring 2`;
  return { ...task, summary, constants: { ring1DelayMs, ring2DelayMs } };
}

/** Independent of the suite's other tasks, so that both lists of Mod-Cog have the same tasks. */
function drawMatchDelays(task: string, { seed, matchDelay }: Values): MatchDelays {
  if (matchDelay !== 'drawn') return { 1: Number(matchDelay), 2: Number(matchDelay) };
  const draw = (ring: 1 | 2) =>
    MATCH_DELAYS.fewest + randomStream(Number(seed), `mod-cog/match-delay/${task}`, ring).int(MATCH_DELAYS.most - MATCH_DELAYS.fewest + 1);
  return { 1: draw(1), 2: draw(2) };
}

function summaryOf(base: BaseTask, { interval, sequence }: Extension): string {
  const sign = interval + sequence > 0 ? '+' : '-';
  if (sequence !== 0) return `as ${base.name}, the response moving by ${sign}1 slot a step`;
  if (interval === 0) return base.summary;
  if (base.family === 'reach') return `as ${base.name}, the stimulus displaced by ${sign}1 rad for every 100 ms of the delay`;
  if (base.family === 'match') return `as ${base.name}, the response displaced by ${sign}1 slot for every 100 ms of the delay`;
  return `as ${base.name}, the response displaced by ${sign}${DECISION_DELAY} slots`;
}

function modCog(id: string, title: string, withCopies: boolean): SuiteFamily {
  return suiteFamily(id, PARAMETERS, (name, values) => {
    const tasks = variants(withCopies).map((variant) => makeTask(variant, values));
    return ringSuite({ name, title, ring: values.ring as RingArithmetic }, tasks);
  });
}

export const modcog84Family: SuiteFamily = modCog(
  'modcog84',
  'the 84 tasks of Mod-Cog (Khona et al., 2023) as first listed, two of them twice',
  true,
);
export const modcog82Family: SuiteFamily = modCog('modcog82', 'the 82 different tasks of Mod-Cog (Khona et al., 2023)', false);

/** The list that counts two tasks twice. */
export const modcog84: TaskSuite = modcog84Family.standard;
/** Each task once. */
export const modcog82: TaskSuite = modcog82Family.standard;
