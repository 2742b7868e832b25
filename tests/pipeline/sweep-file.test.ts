// Which points does a sweep file ask for, and how are its faults told?
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { parseSweep, type SweepPlan } from '../../src/pipeline/sweep-file.ts';
import { trainingKey } from '../../src/pipeline/sweep-point.ts';
import { denseWiringLength } from '../../src/pipeline/sweep-statistics.ts';

const parse = (text: string) => parseSweep(text, 'sweep.yaml');

/** Some settings of the points of a series. */
function seriesOf(plan: SweepPlan, name: string) {
  const series = plan.series.find((one) => one.name === name);
  return (series?.points ?? []).map((i) => plan.points[i].settings);
}

describe('a sweep file', () => {
  it('makes every list an axis, in its own order, the first setting slowest', () => {
    const plan = parse('series: { a: { train: { lambda: [3e-5, 1e-5], seed: [0, 1] } } }');
    expect(seriesOf(plan, 'a').map(({ train }) => [train.lambda, train.seed])).toEqual([
      [3e-5, 0],
      [3e-5, 1],
      [1e-5, 0],
      [1e-5, 1],
    ]);
  });

  it('lays each series over the base, lists of the base included', () => {
    const plan = parse(`
base:
  train: { grid: 3x3, seed: [0, 1], updates: 7 }
  prune: { threshold: 0.1, fineTune: { updates: 5 } }
series:
  as base:
  longer: { train: { updates: 9, seed: 4 }, prune: { fineTune: { updates: 6 } } }
  dense: { prune: null, train: { seed: 0 } }
  both: { prune: [null, { density: [0.5, 0.25] }], train: { seed: 0 } }`);
    expect(seriesOf(plan, 'as base').map(({ train }) => [train.grid, train.seed, train.updates])).toEqual([
      ['3x3', 0, 7],
      ['3x3', 1, 7],
    ]);
    expect(seriesOf(plan, 'longer')).toMatchObject([
      { train: { seed: 4, updates: 9 }, prune: { threshold: 0.1, fineTune: { updates: 6 } } },
    ]);
    expect(seriesOf(plan, 'dense')[0].prune).toBeNull();
    expect(seriesOf(plan, 'both').map(({ prune }) => prune?.density ?? null)).toEqual([null, 0.5, 0.25]);
  });

  it('has a point once, whatever a condition leaves unused and however many series name it', () => {
    const plan = parse(`
series:
  none: { train: { condition: none, lambda: [0, 1e-5, 1e-4], seed: [0, 1] } }
  again: { train: { condition: none, seed: 1 } }`);
    expect(plan.points.map(({ settings }) => settings.train.seed)).toEqual([0, 1]);
    expect(plan.series).toEqual([
      { name: 'none', points: [0, 1] },
      { name: 'again', points: [1] },
    ]);
  });

  it('names points so that people and files can tell them apart', () => {
    const plan = parse(`
series:
  a: { train: { lambda: 3e-5, grid: 4x5, seed: 7 } }
  b: { train: { condition: local, locality: 2, lambda: 0.5, grid: 9 } }
  c: { train: { condition: none, grid: 3x3 }, prune: [{}, { density: 0.02, rounds: 3 }] }`);
    const names = plan.points.map(({ name }) => name.replace(/-[0-9a-f]{8}$/, ''));
    expect(names).toEqual([
      '4x5-bimt-lambda3e-5-seed7',
      '9-local-lambda0.5-A2-seed0',
      '3x3-none-seed0-threshold0.01',
      '3x3-none-seed0-density0.02-rounds3',
    ]);
    expect(new Set(plan.points.map(({ key }) => key)).size).toBe(4);
  });

  it('sees neurons on another grid of as many sites, with one training for both', () => {
    const { points } = parse('series: { a: { train: { grid: 3x4, condition: l1 }, analyze: { grid: [null, 2x6] } } }');
    expect(points.map(({ name }) => name.split('-')[0])).toEqual(['3x4', '2x6']);
    expect(new Set(points.map(({ settings }) => trainingKey(settings))).size).toBe(1);
    expect(points.map(({ settings }) => denseWiringLength(settings))).toEqual([
      denseWiringLength(parse('series: { a: { train: { grid: 3x4 } } }').points[0].settings),
      denseWiringLength(parse('series: { a: { train: { grid: 2x6 } } }').points[0].settings),
    ]);
    expect(() => parse('series: { a: { train: { grid: 3x4 }, analyze: { grid: 3x3 } } }')).toThrow(
      /sweep.yaml:1:49: series 'a': .*numbers of sites must be equal/,
    );
  });

  it('may be JSON, and may use anchors', () => {
    const json = parse('{"workers": 3, "series": {"a": {"train": {"seed": [1, 2]}}}}');
    const anchored = parse('series:\n  a: { train: &t { seed: [1, 2] } }\n  b: { train: { <<: *t, updates: 3 } }');
    expect(json.workers).toBe(3);
    expect(json.points.map(({ key }) => key)).toEqual(seriesOf(anchored, 'a').map((_, i) => anchored.points[i].key));
    expect(seriesOf(anchored, 'b').map(({ train }) => [train.seed, train.updates])).toEqual([
      [1, 3],
      [2, 3],
    ]);
  });

  it('that ships is read', () => {
    const text = readFileSync(new URL('../../configs/sweep-small.yaml', import.meta.url), 'utf8');
    expect(parse(text).points).toHaveLength(27);
  });
});

describe('a fault in a sweep file', () => {
  it.each([
    ['an unknown setting', 'series:\n  a:\n    train: { sed: 1 }', "3:14: unknown option 'sed' in train; did you mean 'seed'?"],
    [
      'a value in a list',
      'series:\n  a: { train: { lambda: [1e-4,\n     -1] } }',
      '3:6: train.lambda: found -1, allowed: a number of at least 0; try 1e-5, the default',
    ],
    ['a setting of the base', 'base: { train: { condition: l2 } }\nseries: { a: }', '1:18: train.condition: found "l2", allowed: bimt, l1'],
    [
      'a section of pruning',
      'series:\n  a: { prune: { threshold: -1 } }',
      '2:17: prune.threshold: found -1, allowed: a number of at least 0 or null',
    ],
    [
      'two ways to prune',
      'series:\n  a: { prune: { threshold: 1, density: 0.5 } }',
      '2:31: prune.density: found 0.5; a threshold is given as well',
    ],
    [
      'a section of analysis',
      'series:\n  a: { analyze: { scores: { trials: 3 } } }',
      "2:29: unknown option 'trials' in analyze.scores; known: trialsPerTask, seed",
    ],
    ['an unknown section', 'series:\n  a: { trian: {} }', "2:8: unknown option 'trian' in series.a; did you mean 'train'?"],
    ['an unknown entry', 'sereis: {}\nseries: { a: }', "1:1: unknown option 'sereis'; did you mean 'series'?"],
    [
      'a series that is none',
      'series: { a: 3 }',
      '1:11: series.a: found 3, allowed: settings by name (train, prune, analyze, scores), or null',
    ],
    ['too few workers', 'workers: 0\nseries: { a: }', '1:1: workers: found 0, allowed: a whole number from 1 to 1024'],
    ['a grid', 'series:\n  a: { train: { grid: 3by3 } }', "2:17: train.grid: grid '3by3' is not ROWSxCOLUMNS"],
    ['a suite', 'series:\n  a: { train: { suite: yang } }', "2:17: series 'a': unknown suite 'yang'; did you mean 'yang19'?"],
    [
      'a task to be trained more',
      'series:\n  a: { train: { suite: [modcog84, yang19], taskWeights: { dlygointr: 2 } } }',
      "2:59: series 'a': unknown task of suite yang19 'dlygointr'",
    ],
    [
      'a task to be fine-tuned more',
      'series:\n  a: { prune: { fineTune: { taskWeights: { gu: 2 } } } }',
      "2:44: series 'a': unknown task of suite yang19 'gu'; did you mean 'go'?",
    ],
    ['an empty axis', 'series:\n  a: { train: { seed: [] } }', "2:17: series 'a': train.seed is an empty list"],
    ['two series of one name', 'series:\n  a: {}\n  b: {}\n  a: {}', "4:3: 'a' is there twice"],
    ['no series', 'series: {}', '1:1: there is no series'],
    ['what is no YAML', 'series: [\n', 'sweep.yaml cannot be read:\n  sweep.yaml:2:1: Flow sequence'],
    ['an empty file', '', 'found null, allowed: settings by name (workers, base, series)'],
    ['aliases that blow up', `a: &a [1]\nb: &b [${'*a,'.repeat(99)}]\nc: &c [${'*b,'.repeat(99)}]\nseries: {}`, 'cannot be read'],
  ])('(%s) is told with its place', (_, text, said) => {
    const found = (() => {
      try {
        parse(text);
      } catch (error) {
        return error;
      }
    })();
    expect(found).toBeInstanceOf(UsageError);
    expect((found as Error).message).toContain(/^\d/.test(said) ? `sweep.yaml:${said}` : said);
    expect((found as Error).message).toMatch(/^sweep\.yaml/);
  });

  it('is refused before 10,001 points are made', () => {
    const numbers = (count: number) => `[${Array.from({ length: count }, (_, i) => i + 1)}]`;
    const lists = (count: number) => `series: { a: { train: { seed: ${numbers(count)} }, analyze: { seed: ${numbers(100)} } } }`;
    expect(parse(lists(100)).points).toHaveLength(10_000);
    expect(() => parse(lists(101))).toThrow('sweep.yaml asks for 10100 points, 10000 at most');
    expect(() =>
      parse(`series: { a: { train: { seed: ${numbers(9000)}, updates: ${numbers(9000)}, batchRows: ${numbers(9000)} } } }`),
    ).toThrow('10000 at most');
  });
});
