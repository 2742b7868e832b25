// Are the Mod-Cog tasks the published ones? Names, timing and rules written out from the specification; distributions are exact.
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/random.ts';
import { modcog82, modcog84 } from '../../src/tasks/mod-cog.ts';
import { bump, directionAngle } from '../../src/tasks/ring.ts';
import { decisionOf, responseAt, stepsOf, type TaskSuite, type TrialInfo } from '../../src/tasks/suite.ts';
import { findSuite, findTask } from '../../src/tasks/suites.ts';
import { sampleTrial } from '../../src/tasks/trial.ts';
import { yang19 } from '../../src/tasks/yang19.ts';
import { enumerateTrials } from './enumerate.ts';

const REACH = ['go', 'rtgo', 'dlygo', 'anti', 'rtanti', 'dlyanti'];
const DECISION = ['dm1', 'dm2', 'ctxdm1', 'ctxdm2', 'multidm'];
const DELAYED = ['dlydm1', 'dlydm2', 'ctxdlydm1', 'ctxdlydm2', 'multidlydm'];
const MATCH = ['dms', 'dnms', 'dmc', 'dnmc'];
const BASE = [...REACH, ...DECISION, ...DELAYED, ...MATCH];

// The list of 84 as published, in rule-channel order.
const NAMES_84 = [
  ...BASE,
  ...'dlygointr dlygointl dlyantiintr dlyantiintl dlyantiintr#2 dlyantiintl#2'.split(' '),
  ...'dlydm1intr dlydm1intl dlydm2intr dlydm2intl ctxdlydm1intr ctxdlydm1intl ctxdlydm2intr ctxdlydm2intl'.split(' '),
  ...'multidlydmintr multidlydmintl'.split(' '),
  ...'dmsintr dmsintl dnmsintr dnmsintl dmcintr dmcintl dnmcintr dnmcintl'.split(' '),
  ...'goseqr rtgoseqr dlygoseqr antiseqr rtantiseqr dlyantiseqr dm1seqr dm2seqr ctxdm1seqr ctxdm2seqr multidmseqr'.split(' '),
  ...'dlydm1seqr dlydm2seqr ctxdlydm1seqr ctxdlydm2seqr multidlydmseqr dmsseqr dnmsseqr dmcseqr dnmcseqr'.split(' '),
  ...'goseql rtgoseql dlygoseql antiseql rtantiseql dlyantiseql dm1seql dm2seql ctxdm1seql ctxdm2seql multidmseql'.split(' '),
  ...'dlydm1seql dlydm2seql ctxdlydm1seql ctxdlydm2seql multidlydmseql dmsseql dnmsseql dmcseql dnmcseql'.split(' '),
];

/** `dlyantiintr#2` is base dlyanti, extension int, sense +1. */
function partsOf(name: string): { base: string; extension: string; sense: number } {
  const [, base = '', extension = '', letter = ''] = /^(.+?)(?:(int|seq)([rl]))?(?:#2)?$/.exec(name) ?? [];
  return { base, extension, sense: letter === 'r' ? 1 : letter === 'l' ? -1 : 0 };
}

const slot = (angle: number) => (angle * 16) / (2 * Math.PI);
const wrap = (direction: number) => ((direction % 16) + 16) % 16;
/** Distance of two angles as a difference that a turn more or less does not change. */
const apart = (a: number, b: number) => Math.abs(Math.atan2(Math.sin(a - b), Math.cos(a - b)));
const lengthOf = (info: TrialInfo, name: string) =>
  info.periods.filter((p) => p.name === name).reduce((sum, p) => sum + p.end - p.start, 0);
const numbers = (value: unknown) => value as number[];

/** Trials of a task that between them have every timing with near certainty. */
const some = (suite: TaskSuite, name: string, count = 60): TrialInfo[] =>
  Array.from({ length: count }, (_, i) => suite.describe(findTask(suite, name), randomStream(8, `test/${name}`, i)));

describe('the lists of Mod-Cog', () => {
  it('have 84 tasks with two duplicates and 117 inputs, or 82 and 115, in the published order', () => {
    expect(modcog84.tasks).toEqual(NAMES_84);
    expect(modcog84.tasks).toHaveLength(84);
    expect(modcog82.tasks).toEqual(NAMES_84.filter((name) => !name.includes('#')));
    expect(modcog82.tasks).toHaveLength(82);
    expect([modcog84.inputs, modcog82.inputs]).toEqual([117, 115]);
    expect([modcog84.outputs, modcog82.outputs]).toEqual([17, 17]);
  });

  it('give every task the ceiling of its base task', () => {
    for (const [task, name] of modcog84.tasks.entries())
      expect(modcog84.ceilings[task]).toBe(yang19.ceilings[findTask(yang19, partsOf(name).base)]);
  });

  it('have the same tasks: equal draws give equal trials in both', () => {
    for (const name of modcog82.tasks) expect(some(modcog82, name, 5)).toEqual(some(modcog84, name, 5));
  });

  it('hold duplicates that differ from their originals by the rule channel alone', () => {
    for (const name of ['dlyantiintr', 'dlyantiintl']) {
      const copy = (info: TrialInfo) => ({ ...info, task: `${name}#2` });
      const copies = some(modcog84, name).map(copy);
      const task = findTask(modcog84, `${name}#2`);
      expect(copies).toEqual(copies.map((_, i) => modcog84.describe(task, randomStream(8, `test/${name}`, i))));
    }
  });
});

describe('timing', () => {
  /** Steps of the periods before `decision` and of `decision`, as published; null stands for what is drawn. */
  function published(base: string, extension: string): { before: (number | null)[]; decision: number } {
    const sequence = extension === 'seq';
    if (base.startsWith('rt')) return { before: [5], decision: 5 };
    if (REACH.includes(base)) return { before: [5, 5, extension === 'int' ? null : 5], decision: sequence ? 10 : 5 };
    if (DECISION.includes(base)) return { before: [null, 5], decision: sequence ? 10 : 2 };
    if (DELAYED.includes(base)) return { before: [null, 5, 5, 5], decision: sequence ? 10 : 2 };
    return { before: [3, 5, null, 5], decision: sequence ? 10 : 9 };
  }

  it('is as published in every task', () => {
    for (const name of modcog84.tasks) {
      const { base, extension } = partsOf(name);
      const { before, decision } = published(base, extension);
      const drawn = new Set<number>();
      for (const info of some(modcog84, name)) {
        const steps = info.periods.map(({ start, end }) => end - start);
        expect(steps.pop()).toBe(decision);
        expect(steps.map((length, i) => (before[i] === null ? null : length))).toEqual(before);
        for (const [i, length] of steps.entries()) if (before[i] === null) drawn.add(length);
      }
      const values = [...drawn].sort((a, b) => a - b);
      if (DECISION.includes(base) || DELAYED.includes(base)) expect(values).toEqual([2, 3, 4]);
      else if (extension === 'int') expect(values.every((steps) => steps >= 0 && steps <= 11)).toBe(true);
      else if (MATCH.includes(base)) expect(values.length).toBeLessThanOrEqual(2);
      else expect(values).toEqual([]);
    }
  });

  it('gives trials of the published lengths', () => {
    const range = (names: string[], extension: string) => {
      const lengths = names.flatMap((base) =>
        ['r', 'l'].flatMap((s) => some(modcog84, extension === '' ? base : `${base}${extension}${s}`)),
      );
      return [Math.min(...lengths.map(stepsOf)), Math.max(...lengths.map(stepsOf))];
    };
    expect(range(['dlygo', 'dlyanti'], 'int')).toEqual([15, 26]);
    expect(range(DECISION, 'seq')).toEqual([17, 19]);
    expect(range(DELAYED, '')).toEqual([19, 21]);
    expect(range(DELAYED, 'int')).toEqual([19, 21]);
    expect(range(DELAYED, 'seq')).toEqual([27, 29]);
    expect(range(MATCH, 'int')).toEqual([22, 33]);
    const [shortest, longest] = range(MATCH, '');
    expect(shortest >= 24 && longest <= 33).toBe(true);
    const [shortestSeq, longestSeq] = range(MATCH, 'seq');
    expect(shortestSeq >= 25 && longestSeq <= 34).toBe(true);
  });

  it('draws interval delays uniformly over {0, 100, …, 1100} ms', () => {
    for (const name of ['dlygointr', 'dlyantiintl#2', 'dmsintl', 'dnmcintr']) {
      const share = new Map<number, number>();
      for (const { info, probability } of enumerateTrials(modcog84, findTask(modcog84, name)))
        share.set(lengthOf(info, 'delay'), (share.get(lengthOf(info, 'delay')) ?? 0) + probability);
      expect([...share.keys()].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
      for (const probability of share.values()) expect(probability).toBeCloseTo(1 / 12, 12);
    }
  });

  it('makes go the same as dlygo and anti the same as dlyanti but for the rule channel', () => {
    for (const [name, twin] of [
      ['go', 'dlygo'],
      ['anti', 'dlyanti'],
      ['goseqr', 'dlygoseqr'],
    ]) {
      const [task, other] = [findTask(modcog84, name), findTask(modcog84, twin)];
      for (let i = 0; i < 10; i++) {
        const one = modcog84.describe(task, randomStream(1, 'twins', i));
        expect({ ...one, task: twin }).toEqual(modcog84.describe(other, randomStream(1, 'twins', i)));
      }
    }
  });
});

describe('delays between sample and test', () => {
  const matchTasks = MATCH.flatMap((base) => [base, `${base}seqr`, `${base}seql`]);
  /** Delays by ring, measured in trials. */
  function delaysOf(suite: TaskSuite, name: string): Record<string, number> {
    const delays: Record<string, Set<number>> = { ring1DelayMs: new Set(), ring2DelayMs: new Set() };
    for (const info of some(suite, name, 20)) delays[`ring${info.stimuli[0].ring}DelayMs`].add(100 * lengthOf(info, 'delay'));
    return Object.fromEntries(Object.entries(delays).map(([ring, values]) => [ring, values.size === 1 ? [...values][0] : Number.NaN]));
  }

  it('are constant for each task and ring, 200 to 1100 ms, and recorded with the suite', () => {
    for (const name of matchTasks) {
      const task = findTask(modcog84, name);
      const { ring1DelayMs, ring2DelayMs } = modcog84.constants[task];
      expect(delaysOf(modcog84, name)).toEqual({ ring1DelayMs, ring2DelayMs });
      for (const delay of [ring1DelayMs, ring2DelayMs]) expect(delay >= 200 && delay <= 1100).toBe(true);
      expect(modcog84.summaries[task]).toContain(`delay ${ring1DelayMs} ms on ring 1, ${ring2DelayMs} ms on ring 2`);
    }
    const others = modcog84.tasks.filter((name) => !matchTasks.includes(name));
    for (const name of others) expect(modcog84.constants[findTask(modcog84, name)]).toEqual({});
  });

  it('are drawn uniformly over ten values, by the seed, each for itself', () => {
    const seen = new Map<number, number>();
    const suites = Array.from({ length: 40 }, (_, seed) => findSuite(`modcog82:seed=${seed}`));
    for (const suite of suites) {
      for (const name of matchTasks)
        for (const delay of Object.values(suite.constants[findTask(suite, name)])) seen.set(delay, (seen.get(delay) ?? 0) + 1);
    }
    expect([...seen.keys()].sort((a, b) => a - b)).toEqual([200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100]);
    // 960 draws, 96 of each expected: five standard deviations of a binomial count.
    for (const count of seen.values()) expect(Math.abs(count - 96)).toBeLessThan(5 * Math.sqrt(960 * 0.1 * 0.9));
    expect(new Set(suites.map((suite) => JSON.stringify(suite.constants))).size).toBe(40);
  });

  it('can be set, and then are the same for all', () => {
    const suite = findSuite('modcog84:matchDelay=7');
    for (const name of matchTasks) expect(delaysOf(suite, name)).toEqual({ ring1DelayMs: 700, ring2DelayMs: 700 });
    expect(new Set(some(suite, 'dmsintr').map((info) => lengthOf(info, 'delay'))).size).toBeGreaterThan(6);
  });

  it('of another seed change no other task', () => {
    const other = findSuite('modcog84:seed=5');
    for (const name of modcog84.tasks.filter((task) => !matchTasks.includes(task)))
      expect(some(other, name, 3)).toEqual(some(modcog84, name, 3));
  });
});

describe('sequence tasks', () => {
  const sequences = modcog84.tasks.filter((name) => partsOf(name).extension === 'seq');

  it('begin where the base task responds, then move by one slot a step, around the ring', () => {
    expect(sequences).toHaveLength(40);
    let wraps = 0;
    for (const name of sequences) {
      const { base, sense } = partsOf(name);
      const baseTask = findTask(modcog84, base);
      for (let i = 0; i < 20; i++) {
        const { info, targets } = sampleTrial(modcog84, findTask(modcog84, name), randomStream(3, 'seq', i), { noise: false });
        const plain = modcog84.describe(baseTask, randomStream(3, 'seq', i));
        expect([info.response, info.stimuli, info.facts]).toEqual([plain.response, plain.stimuli, plain.facts]);
        const due = [...targets.subarray(decisionOf(info).start)];
        if (info.response === null) {
          expect(due.every((target) => target === 0)).toBe(true);
          continue;
        }
        expect(due[0]).toBe(1 + info.response);
        for (const [j, step] of due.slice(1).entries()) {
          expect([sense, -15 * sense]).toContain(step - due[j]);
          wraps += Number(Math.abs(step - due[j]) === 15);
        }
        expect(due.at(-1)).toBe(1 + wrap(info.response + sense * (due.length - 1)));
      }
    }
    expect(wraps).toBeGreaterThan(50);
  });

  it('say where the response is at each step', () => {
    const info: TrialInfo = { ...some(modcog84, 'goseql', 1)[0], response: 1 };
    const start = decisionOf(info).start;
    expect([start - 1, start, start + 1, start + 2, start + 9, start + 10].map((step) => responseAt(info, step))).toEqual([
      null,
      1,
      0,
      15,
      8,
      null,
    ]);
  });
});

describe('interval tasks', () => {
  const intervals = (bases: string[]) =>
    modcog84.tasks.filter((name) => partsOf(name).extension === 'int' && bases.includes(partsOf(name).base));

  it('exist for the eleven tasks with a delay, two of them twice', () => {
    expect(intervals(BASE)).toHaveLength(24);
  });

  it('displace the stimulus by 0.01 rad per ms in reach tasks, and leave the response on the grid', () => {
    for (const name of intervals(REACH)) {
      const { base, sense } = partsOf(name);
      for (const { info } of enumerateTrials(modcog84, findTask(modcog84, name))) {
        const delayMs = 100 * lengthOf(info, 'delay');
        const opposite = base === 'dlyanti' ? Math.PI : 0;
        const [{ angle, strength }] = info.stimuli;
        expect(apart(angle, directionAngle(Number(info.response)) + sense * 0.01 * delayMs + opposite)).toBeLessThan(1e-9);
        expect(strength).toBe(1);
        expect(angle >= 0 && angle < 2 * Math.PI).toBe(true);
        expect(info.facts['stimulusDirection']).toBeCloseTo(slot(angle), 9);
      }
    }
  });

  it('show a displaced stimulus between the units of the ring', () => {
    const info = some(modcog84, 'dlygointr').find((candidate) => lengthOf(candidate, 'delay') === 1) as TrialInfo;
    const { inputs } = modcog84.rebuild(info);
    const { ring, angle } = info.stimuli[0];
    const first = 5 * modcog84.inputs + (ring === 1 ? 1 : 17);
    const shown = inputs.subarray(first, first + 16);
    // 100 ms are 1 rad, 2.546 slots: halfway between two units, so that two of them are nearly equal.
    const [highest, second] = [...shown].sort((a, b) => b - a);
    expect(highest).toBeCloseTo(0.8 * Math.exp(-0.5 * ((3 - 16 / (2 * Math.PI)) * 1) ** 2), 5);
    expect(second).toBeCloseTo(0.8 * Math.exp(-0.5 * (16 / (2 * Math.PI) - 2) ** 2), 5);
    expect([...shown]).toEqual([...Float32Array.from(bump(angle))]);
  });

  it('displace the response by 5 slots in decision tasks', () => {
    for (const name of intervals(DELAYED)) {
      for (const { response, facts } of some(modcog84, name)) {
        const chosen = numbers(facts['directions'])[Number(facts['chosen']) - 1];
        expect(response).toBe(wrap(chosen + 5 * partsOf(name).sense));
      }
    }
  });

  it('displace the response by one slot per 100 ms in match tasks', () => {
    for (const name of intervals(MATCH)) {
      const { base, sense } = partsOf(name);
      for (const info of some(modcog84, name)) {
        const responds = info.facts['match'] === ['dms', 'dmc'].includes(base);
        const test = slot(info.stimuli[1].angle);
        expect(info.response).toBe(responds ? wrap(Math.round(test) + sense * lengthOf(info, 'delay')) : null);
      }
    }
  });

  it('equal their base task where the delay is 0', () => {
    // A base task without a delay to compare with.
    const base0 = findSuite('modcog84:matchDelay=0');
    for (const base of MATCH) {
      for (const letter of ['r', 'l']) {
        const without = [...enumerateTrials(modcog84, findTask(modcog84, `${base}int${letter}`))].filter(
          ({ info }) => lengthOf(info, 'delay') === 0,
        );
        const expected = [...enumerateTrials(base0, findTask(base0, base))];
        expect(without.map(({ info }) => ({ ...info, task: base }))).toEqual(expected.map(({ info }) => info));
      }
    }
    for (const base of ['dlygo', 'dlyanti']) {
      for (const letter of ['r', 'l']) {
        const without = [...enumerateTrials(modcog84, findTask(modcog84, `${base}int${letter}`))].filter(
          ({ info }) => lengthOf(info, 'delay') === 0,
        );
        const expected = [...enumerateTrials(modcog84, findTask(modcog84, base))];
        const rule = ({ stimuli, response, facts, family, noise }: TrialInfo) => ({ stimuli, response, facts, family, noise });
        expect(without.map(({ info }) => rule(info))).toEqual(expected.map(({ info }) => rule(info)));
      }
    }
  });
});

describe('base tasks', () => {
  it('follow the rules of yang19: the same draws give the same stimuli and responses', () => {
    for (const name of BASE) {
      for (let i = 0; i < 20; i++) {
        const [one, other] = [yang19, modcog84].map((suite) => suite.describe(findTask(suite, name), randomStream(2, 'base', i)));
        expect([one.stimuli, one.response, one.noise, one.facts]).toEqual([other.stimuli, other.response, other.noise, other.facts]);
      }
    }
  });
});

describe('ring arithmetic', () => {
  const reference = findSuite('modcog84:ring=reference');

  it('of the reference is the corrected one with class 16 replaced by 0, and nothing else', () => {
    let replaced = 0;
    for (const [task, name] of modcog84.tasks.entries()) {
      for (let i = 0; i < 12; i++) {
        const ours = sampleTrial(modcog84, task, randomStream(4, name, i), { noise: true });
        const theirs = sampleTrial(reference, task, randomStream(4, name, i), { noise: true });
        expect(theirs.info).toEqual(ours.info);
        expect(Buffer.compare(Buffer.from(theirs.inputs.buffer), Buffer.from(ours.inputs.buffer))).toBe(0);
        expect([...theirs.targets]).toEqual([...ours.targets].map((target) => (target === 16 ? 0 : target)));
        replaced += ours.targets.filter((target) => target === 16).length;
      }
    }
    expect(replaced).toBeGreaterThan(100);
  });

  it('lets moving responses pass through class 0 between 15 and 1', () => {
    const info: TrialInfo = { ...some(reference, 'rtgoseqr', 1)[0], response: 13 };
    expect([...reference.rebuild(info).targets]).toEqual([0, 0, 0, 0, 0, 14, 15, 0, 1, 2]);
    expect([...modcog84.rebuild(info).targets]).toEqual([0, 0, 0, 0, 0, 14, 15, 16, 1, 2]);
  });
});
