// Are the 20 tasks drawn as published? Distributions are exact: every path through the draws is visited.
import { beforeAll, describe, expect, it } from 'vitest';
import { bump, slotDistance } from '../../src/tasks/ring.ts';
import { decisionOf, stepsOf, type TrialInfo } from '../../src/tasks/suite.ts';
import { yang19 } from '../../src/tasks/yang19.ts';
import { enumerateTrials } from './enumerate.ts';

// Expected tables, written out from the specification and not from the code.
const TOTALS: Record<string, number[]> = {
  go: [15],
  rtgo: [10],
  dlygo: [20],
  anti: [15],
  rtanti: [10],
  dlyanti: [20],
  ...Object.fromEntries(['dm1', 'dm2', 'ctxdm1', 'ctxdm2', 'multidm'].map((name) => [name, [9, 10, 11]])),
  ...Object.fromEntries(['dlydm1', 'dlydm2', 'ctxdlydm1', 'ctxdlydm2', 'multidlydm'].map((name) => [name, [24, 25, 26]])),
  ...Object.fromEntries(['dms', 'dnms', 'dmc', 'dnmc'].map((name) => [name, [32]])),
};
const REACH = ['go', 'rtgo', 'dlygo', 'anti', 'rtanti', 'dlyanti'];
const DECISION = ['dm1', 'dm2', 'ctxdm1', 'ctxdm2', 'multidm'];
const DELAYED = DECISION.map((name) => name.replace('dm', 'dlydm'));
const MATCH = ['dms', 'dnms', 'dmc', 'dnmc'];
/** Rings shown and their weights. */
const WEIGHTS: Record<string, { rings: number[]; weight: Record<number, number> }> = {
  dm1: { rings: [1], weight: { 1: 1 } },
  dm2: { rings: [2], weight: { 2: 1 } },
  ctxdm1: { rings: [1, 2], weight: { 1: 1, 2: 0 } },
  ctxdm2: { rings: [1, 2], weight: { 1: 0, 2: 1 } },
  multidm: { rings: [1, 2], weight: { 1: 1, 2: 1 } },
};

const slot = (angle: number) => Math.round((angle * 16) / (2 * Math.PI));

/** Exact distributions of a task, each a map from outcome to probability. */
class Survey {
  readonly total = new Map<string, number>();
  readonly length = new Map<number, number>();
  readonly response = new Map<number | null, number>();
  readonly rings = new Map<string, number>();
  readonly strengths = new Map<string, number>();
  readonly distance = new Map<number, number>();
  readonly turn = new Map<number, number>();
  readonly pair = new Map<string, number>();
  readonly evidence = new Map<string, number>();
  /** Expected number of steps with class 0, over all trials. */
  fixationSteps = 0;
  wrongLabels = 0;

  constructor(task: string) {
    for (const { info, probability } of enumerateTrials(yang19, yang19.tasks.indexOf(task))) this.count(info, probability);
  }

  private count(info: TrialInfo, probability: number): void {
    const add = <T>(into: Map<T, number>, key: T) => into.set(key, (into.get(key) ?? 0) + probability);
    const directions = info.stimuli.map((stimulus) => slot(stimulus.angle));
    add(this.total, 'all');
    add(this.length, stepsOf(info));
    add(this.response, info.response);
    add(this.rings, info.stimuli.map((stimulus) => stimulus.ring).join());
    this.fixationSteps += probability * (info.response === null ? stepsOf(info) : decisionOf(info).start);
    if (info.family === 'reach') add(this.turn, (directions[0] - (info.response ?? Number.NaN) + 16) % 16);
    if (info.family === 'match') add(this.pair, directions.join());
    if (info.family.endsWith('decision')) this.countComparison(info, directions, add);
  }

  private countComparison(info: TrialInfo, directions: number[], add: <T>(into: Map<T, number>, key: T) => void): void {
    const { rings, weight } = WEIGHTS[info.task.replace('dly', '')];
    const [first, second] = directions;
    const sums = [0, 0];
    info.stimuli.forEach(({ ring, strength }, i) => {
      sums[i % 2] += (weight[ring] ?? Number.NaN) * strength;
      if (directions[i] !== directions[i % 2] || ring !== rings[Math.floor(i / 2)]) this.wrongLabels++;
    });
    const tie = Math.abs(sums[0] - sums[1]) < 1e-9;
    add(this.distance, slotDistance(first, second));
    add(this.strengths, info.stimuli.map(({ strength }) => strength.toFixed(2)).join());
    add(this.evidence, tie ? `tie, ${info.response === first ? 'first' : 'second'}` : 'clear');
    const allowed = tie ? [first, second] : [sums[0] > sums[1] ? first : second];
    if (info.response === null || !allowed.includes(info.response)) this.wrongLabels++;
  }
}

const surveys = new Map<string, Survey>();
const survey = (task: string) => surveys.get(task) as Survey;
const meanOf = (distribution: Map<number, number>) => [...distribution].reduce((sum, [value, p]) => sum + value * p, 0);
const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0);

/** Every listed outcome has this probability, and nothing else occurs. */
function expectUniform<T>(distribution: Map<T, number>, outcomes: readonly T[]): void {
  expect([...distribution.keys()].sort()).toEqual([...outcomes].sort());
  for (const probability of distribution.values()) expect(probability).toBeCloseTo(1 / outcomes.length, 12);
}

beforeAll(() => {
  for (const task of yang19.tasks) surveys.set(task, new Survey(task));
});

describe('the suite yang19', () => {
  it('has the 20 tasks in rule-channel order, 53 inputs and 17 outputs', () => {
    expect(yang19.tasks).toEqual([...REACH, ...DECISION, ...DELAYED, ...MATCH]);
    expect([yang19.inputs, yang19.outputs, yang19.maxSteps]).toEqual([53, 17, 32]);
  });

  it('has a mean ceiling of 0.984', () => {
    expect(sum(yang19.ceilings) / 20).toBeCloseTo(0.984, 3);
  });

  it('enumerates each task completely', () => {
    for (const task of yang19.tasks) expect(survey(task).total.get('all')).toBeCloseTo(1, 9);
  });

  it('has the published trial lengths, each equally likely, and 393/20 steps on average', () => {
    for (const task of yang19.tasks) expectUniform(survey(task).length, TOTALS[task]);
    expect(sum(yang19.tasks.map((task) => meanOf(survey(task).length))) / 20).toBeCloseTo(393 / 20, 9);
  });

  it('asks for class 0 in 325/393 of the steps, and for each direction equally often otherwise', () => {
    const share = classShares();
    expect(share[0]).toBeCloseTo(325 / 393, 9);
    for (const direction of share.slice(1)) expect(direction).toBeCloseTo(68 / 393 / 16, 9);
    expect(share[1]).toBeCloseTo(0.0108, 4);
  });

  it('has a cross-entropy of 2.833 for a uniform guess and 0.940 for the best constant one', () => {
    const share = classShares();
    expect(-sum(share.map((p) => p * Math.log(1 / 17)))).toBeCloseTo(2.833, 3);
    expect(-sum(share.map((p) => p * Math.log(p)))).toBeCloseTo(0.94, 3);
  });

  /** Share of the steps of a long stream per class: tasks are equally frequent, so steps add up. */
  function classShares(): number[] {
    const steps = sum(yang19.tasks.map((task) => meanOf(survey(task).length)));
    const fixation = sum(yang19.tasks.map((task) => survey(task).fixationSteps)) / steps;
    const decisionSteps = (task: string) => (REACH.includes(task) ? 5 : MATCH.includes(task) ? 9 : 2);
    const directions = Array.from(
      { length: 16 },
      (_, d) => sum(yang19.tasks.map((task) => (survey(task).response.get(d) ?? 0) * decisionSteps(task))) / steps,
    );
    return [fixation, ...directions];
  }
});

describe('responses', () => {
  it('are uniform over the 16 directions, except in the category tasks', () => {
    for (const task of [...REACH, ...DECISION, ...DELAYED]) {
      expectUniform(
        survey(task).response,
        Array.from({ length: 16 }, (_, d) => d),
      );
    }
    for (const task of ['dms', 'dnms']) {
      for (let d = 0; d < 16; d++) expect(survey(task).response.get(d)).toBeCloseTo(1 / 32, 12);
    }
  });

  it('lie in directions 0 to 7 with probability 9/16 in dmc and 7/16 in dnmc', () => {
    const lowShare = (task: string) => sum(Array.from({ length: 8 }, (_, d) => survey(task).response.get(d) ?? 0)) / 0.5;
    expect(lowShare('dmc')).toBeCloseTo(9 / 16, 12);
    expect(lowShare('dnmc')).toBeCloseTo(7 / 16, 12);
  });

  it('are absent in half of the match trials and in no others', () => {
    for (const task of yang19.tasks) expect(survey(task).response.get(null) ?? 0).toBeCloseTo(MATCH.includes(task) ? 0.5 : 0, 12);
  });
});

describe('reach tasks', () => {
  it('put the stimulus 0 slots from the response in go tasks and 8 in anti tasks', () => {
    for (const task of REACH) expectUniform(survey(task).turn, [task.includes('anti') ? 8 : 0]);
  });

  it('use either ring with probability 1/2', () => {
    for (const task of REACH) expectUniform(survey(task).rings, ['1', '2']);
  });
});

describe('decision tasks', () => {
  it('label every trial by the weighted evidence', () => {
    for (const task of [...DECISION, ...DELAYED]) expect(survey(task).wrongLabels).toBe(0);
  });

  it('tie in 1/8 of the trials of multidm and 1/6 of multidlydm, labelled at random, and never elsewhere', () => {
    const tied: Record<string, number> = { multidm: 1 / 8, multidlydm: 1 / 6 };
    for (const task of [...DECISION, ...DELAYED]) {
      const { evidence } = survey(task);
      expect(evidence.get('tie, first') ?? 0).toBeCloseTo((tied[task] ?? 0) / 2, 9);
      expect(evidence.get('tie, second') ?? 0).toBeCloseTo((tied[task] ?? 0) / 2, 9);
    }
  });

  it('separate the two directions by 1 to 7 slots with probability 2/15 each and by 8 with 1/15', () => {
    for (const task of [...DECISION, ...DELAYED]) {
      for (let d = 0; d <= 8; d++) expect(survey(task).distance.get(d) ?? 0).toBeCloseTo(d === 0 ? 0 : d === 8 ? 1 / 15 : 2 / 15, 9);
    }
  });

  it('show eight pairs of strengths at once, or six one after the other, independent between rings', () => {
    const once = ['0.54,0.46', '0.58,0.42', '0.66,0.34', '0.82,0.18', '0.46,0.54', '0.42,0.58', '0.34,0.66', '0.18,0.82'];
    const later = ['0.30,0.60', '0.30,1.00', '0.60,0.30', '0.60,1.00', '1.00,0.30', '1.00,0.60'];
    for (const [tasks, pairs] of [
      [DECISION, once],
      [DELAYED, later],
    ] as const) {
      for (const task of tasks) {
        const { rings } = WEIGHTS[task.replace('dly', '')];
        const expected = rings.length === 1 ? pairs : pairs.flatMap((one) => pairs.map((two) => `${one},${two}`));
        expectUniform(survey(task).strengths, expected);
      }
    }
  });

  it('peak between 0.432 and 0.7433 without noise', () => {
    const peaks: number[] = [];
    for (const { info } of enumerateTrials(yang19, yang19.tasks.indexOf('dm1'))) {
      const [one, two] = info.stimuli.map(({ angle, strength }) => bump(angle).map((value) => value * strength));
      peaks.push(Math.max(...one.map((value, unit) => value + two[unit])));
    }
    expect(Math.min(...peaks)).toBeCloseTo(0.432, 4);
    expect(Math.max(...peaks)).toBeCloseTo(0.7433, 4);
  });
});

describe('match tasks', () => {
  it('draw tests 0 or 8 slots from the sample in direction tasks, so that half of the trials match', () => {
    for (const task of ['dms', 'dnms']) {
      const pairs = Array.from({ length: 16 }, (_, s) => [`${s},${s}`, `${s},${(s + 8) % 16}`]).flat();
      expectUniform(survey(task).pair, pairs);
    }
  });

  it('use one ring for sample and test, either with probability 1/2', () => {
    for (const task of MATCH) expectUniform(survey(task).rings, ['1,1', '2,2']);
  });

  it('respond to the test on match in dms and dmc, on non-match in dnms and dnmc', () => {
    for (const task of MATCH) {
      for (const { info } of enumerateTrials(yang19, yang19.tasks.indexOf(task))) {
        const [sample, test] = info.stimuli.map((stimulus) => slot(stimulus.angle));
        // A sample at 8 has category 0, a test at 8 category 1: sample 8 with test 8 is a non-match.
        const same = task.endsWith('ms') ? sample === test : sample > 8 === test >= 8;
        expect(info.facts['match']).toBe(same);
        expect(info.response).toBe(same === (task === 'dms' || task === 'dmc') ? test : null);
      }
    }
  });

  it('match in half of the trials', () => {
    for (const task of MATCH) {
      let matching = 0;
      for (const { info, probability } of enumerateTrials(yang19, yang19.tasks.indexOf(task)))
        matching += info.facts['match'] ? probability : 0;
      expect(matching).toBeCloseTo(0.5, 12);
    }
  });

  it('count a sample in direction 8 as category 0', () => {
    const tests = { true: new Set<unknown>(), false: new Set<unknown>() };
    for (const { info } of enumerateTrials(yang19, yang19.tasks.indexOf('dmc'))) {
      if (info.facts['sample'] === 8) tests[`${info.facts['match'] === true}`].add(info.facts['test']);
    }
    expect([...tests.true].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect([...tests.false].map(Number).sort((a, b) => a - b)).toEqual([8, 9, 10, 11, 12, 13, 14, 15]);
  });
});
