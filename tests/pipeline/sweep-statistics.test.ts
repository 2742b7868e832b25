// Are means, spreads, references and hypervolumes of series what is worked out by hand?
import { describe, expect, it } from 'vitest';
import { parseSweep } from '../../src/pipeline/sweep-file.ts';
import type { PointRecord } from '../../src/pipeline/sweep-point.ts';
import { flatSettings, settingWords, varyingPaths } from '../../src/pipeline/sweep-settings.ts';
import { denseWiringLength, meanSpread, summarizeSeries } from '../../src/pipeline/sweep-statistics.ts';

const plan = (train: string) => parseSweep(`series: { a: { train: { ${train} } } }`, 'sweep.yaml');

/** What the statistics read of a record. */
function record(error: number, activeNeurons: number, wiringLength: number, searched: number | null): PointRecord {
  const layout = (length: number) => ({ wiringLength: length });
  const summary = { error, activeNeurons, own: layout(wiringLength), searched: searched === null ? null : layout(searched) };
  return { summary } as unknown as PointRecord;
}

describe('meanSpread', () => {
  it('is the mean and the sample standard deviation', () => {
    expect(meanSpread([1, 2, 6])).toEqual({ mean: 3, spread: Math.sqrt((4 + 1 + 9) / 2) });
  });

  it('has no spread of one value, and is nothing of none', () => {
    expect(meanSpread([5])).toEqual({ mean: 5, spread: null });
    expect(meanSpread([])).toBeNull();
  });
});

describe('denseWiringLength', () => {
  it('is the sum of all distances', () => {
    // 2×2: of 12 ordered pairs 8 are neighbours (1/2), 4 diagonal (1, or √2/2).
    expect(denseWiringLength(plan('grid: 2x2').points[0].settings)).toBe(8);
    expect(denseWiringLength(plan('grid: 2x2, metric: l2').points[0].settings)).toBeCloseTo(4 + 2 * Math.SQRT2, 12);
    // A line of three: 4 pairs at 1/3, 2 at 2/3.
    expect(denseWiringLength(plan('grid: 3').points[0].settings)).toBeCloseTo(8 / 3, 12);
  });
});

describe('summarizeSeries', () => {
  const two = plan('grid: 10x10, lambda: [1e-4, 1e-3], seed: [0, 1]');
  const [a0, a1, b0, b1] = two.points.map(({ key }) => key);

  it('takes the hypervolume of each seed, and mean and spread over seeds', () => {
    const records = new Map([
      [a0, record(0.5, 10, 0, 66)],
      [b0, record(0.75, 1, 0.1, 66)],
      [a1, record(1, 1, 6600, 6600)],
      [b1, record(0.5, 0, 6600, null)],
    ]);
    const [{ seeds, hypervolume, front, missing }] = summarizeSeries(two, records);
    expect(missing).toBe(0);
    // Seed 0: one decade at 0.25, one at 0.5. Seed 1: no neuron counts as one, two decades at 0.5.
    expect(seeds.map((seed) => seed.hypervolume.neurons)).toEqual([0.75, 1]);
    expect(hypervolume.neurons).toEqual({ mean: 0.875, spread: Math.sqrt(2 * 0.125 ** 2) });
    // Less than a step of the grid counts as one: 0 and 0.1 lie log10(6600/0.1) decades below the dense 6600; 6600 is no better.
    expect(seeds[0].hypervolume.wiring).toBeCloseTo(0.5 * Math.log10(66_000), 12);
    expect(seeds[1].hypervolume.wiring).toBe(0);
    // Half of the area is two decades; unknown for one of its points is unknown for the seed.
    expect(seeds[0].hypervolume.wiringSearched).toBeCloseTo(1, 12);
    expect(seeds[1].hypervolume.wiringSearched).toBeNull();
    expect(hypervolume.wiringSearched).toEqual({ mean: seeds[0].hypervolume.wiringSearched, spread: null });
    expect(front.neurons).toEqual([two.points[3].name]);
  });

  it('tells no wires from some on the front, although both count as a step of the grid in the hypervolume', () => {
    const records = new Map([
      [a0, record(0.5, 1, 0, 0)],
      [b0, record(0.5, 2, 0.05, 0.05)],
    ]);
    const [{ front }] = summarizeSeries(two, records);
    expect(front.wiring).toEqual([two.points[0].name]);
  });

  it('leaves seeds with missing points out of the mean', () => {
    const records = new Map([
      [a0, record(0.5, 10, 1, 1)],
      [b0, record(0.5, 10, 1, 1)],
      [a1, record(0, 1, 1, 1)],
    ]);
    const [{ seeds, hypervolume, missing }] = summarizeSeries(two, records);
    expect(missing).toBe(1);
    expect(seeds.map((seed) => [seed.missing, seed.hypervolume.neurons])).toEqual([
      [0, 0.5],
      [1, 2],
    ]);
    expect(hypervolume.neurons).toEqual({ mean: 0.5, spread: null });
    expect(summarizeSeries(two, new Map())[0].hypervolume.neurons).toBeNull();
  });

  it('has no hypervolume of networks of different sizes', () => {
    const mixed = plan('grid: [2x2, 3x3]');
    const records = new Map(mixed.points.map(({ key }) => [key, record(0.5, 1, 1, 1)]));
    expect(summarizeSeries(mixed, records)[0].hypervolume).toEqual({ neurons: null, wiring: null, wiringSearched: null });
  });
});

describe('settings that vary', () => {
  it('are those in which points differ, in words', () => {
    const { points } = parseSweep(
      'series: { a: { train: { lambda: [1e-5, 0.5], seed: [0, 1] } }, b: { train: { condition: none }, prune: { threshold: 0.02 } } }',
      'sweep.yaml',
    );
    const flat = points.map(({ settings }) => flatSettings(settings));
    const paths = varyingPaths(flat.slice(0, 4));
    expect(paths).toEqual(['train.seed', 'train.lambda']);
    expect(settingWords(flat[0], paths)).toBe('seed 0, lambda 1e-5');
    expect(settingWords(flat[3], ['train.lambda'])).toBe('lambda 0.5');
    expect(varyingPaths(flat)).toContain('prune.threshold');
    expect(settingWords(flat[4], ['prune.threshold', 'train.swapEvery', 'prune.nothing'])).toBe('prune.threshold 0.02, swapEvery none');
  });
});
