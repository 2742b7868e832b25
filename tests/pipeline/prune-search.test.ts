// Does the search find the sparsest density, whatever accuracy does below it, and lose nothing when it is stopped?
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { weightDensity } from '../../src/compression/prune-weights.ts';
import { FitError, InterruptedError } from '../../src/core/errors.ts';
import { curveFiles, type DensityCurve, judge, sparsestWithin } from '../../src/pipeline/density-curve.ts';
import { readNetwork } from '../../src/pipeline/network-file.ts';
import { bisect, type PruneResult, pruneFiles, requireNetwork } from '../../src/pipeline/prune-search.ts';
import { pruneStage } from '../../src/pipeline/prune-stage.ts';
import { searchTiny, tinySearch, tinyTrained } from './tiny-search.ts';

const root = mkdtempSync(join(tmpdir(), 'bimt-search-'));
afterAll(() => rmSync(root, { recursive: true }));
const trained = await tinyTrained();
const folder = join(root, 'whole');
const told: string[] = [];
const whole = await searchTiny(trained, tinySearch(), folder, { onProgress: ({ stage }) => void told.push(stage) });

/** The files of a result, a character a byte: texts are compared much faster than arrays. */
function textsOf(result: PruneResult): Record<string, string> {
  const files = Object.entries(pruneFiles(result, 'a.safetensors'));
  return Object.fromEntries(files.map(([name, bytes]) => [name, Buffer.from(bytes).toString('latin1')]));
}

/** Densities that a bisection tries where those of at least `limit` are good enough. */
async function tried(start: number, most: number, isWithin: (density: number) => boolean, resolution = 0.05): Promise<number[]> {
  const densities: number[] = [];
  await bisect({ start, most }, resolution, async (density) => {
    densities.push(density);
    return isWithin(density);
  });
  return densities;
}

describe('the bisection', () => {
  it('halves until a density is too low, then takes middles as ratios', async () => {
    expect(await tried(0.08, 1, (density) => density >= 0.025, 0.2)).toEqual([0.08, 0.04, 0.02, 0.0283, 0.0238]);
  });

  it('doubles where the start is too low, up to what limits leave', async () => {
    expect(await tried(0.1, 0.35, (density) => density >= 0.3, 0.1)).toEqual([0.1, 0.2, 0.35, 0.265, 0.305, 0.284]);
    expect(await tried(0.1, 0.35, () => false)).toEqual([0.1, 0.2, 0.35]);
  });

  it('ends within its resolution above the limit, for any limit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 1e-4, max: 0.9, noNaN: true }),
        fc.double({ min: 1e-3, max: 0.9, noNaN: true }),
        async (limit, start) => {
          const densities = await tried(start, 1, (density) => density >= limit);
          const best = Math.min(...densities.filter((density) => density >= limit));
          const worst = Math.max(...densities.filter((density) => density < limit));
          expect(best).toBeLessThanOrEqual(worst * 1.05 + 0.01 * best);
          expect(new Set(densities).size).toBe(densities.length);
          expect(densities.length).toBeLessThan(25);
        },
      ),
    );
  });

  it('ends where good and bad densities alternate, with both kinds next to each other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.boolean()), async (answers) => {
        const log: [density: number, isWithin: boolean][] = [];
        await bisect({ start: 0.1, most: 1 }, 0.05, async (density) => {
          // Nothing is left below a thousandth.
          const isWithin = density > 0.001 && (answers.next().value ?? false);
          log.push([density, isWithin]);
          return isWithin;
        });
        const good = log.filter(([, isWithin]) => isWithin).map(([density]) => density);
        if (good.length === 0) return;
        const below = log.filter(([density, isWithin]) => !isWithin && density < Math.min(...good)).map(([density]) => density);
        expect(Math.min(...good) / Math.max(...below)).toBeLessThan(1.06);
      }),
    );
  });
});

/** A curve of hand-made accuracies of two tasks. */
function curveOf(
  points: readonly [asked: number, a: number, b: number][],
  maxAccuracyDrop: number,
  maxTaskDrop: number | null,
): DensityCurve {
  const scores = (a: number, b: number) => ({ trialsPerTask: 10, seed: 4, meanAccuracy: (a + b) / 2, perTask: { a, b } });
  const search = tinySearch({ maxAccuracyDrop, maxTaskDrop }).search ?? expect.fail('no search');
  return {
    search,
    before: scores(0.9, 0.8),
    points: points.map(([asked, a, b]) => ({ asked, left: { density: asked, weights: 1000 * asked, neurons: 9, scores: scores(a, b) } })),
  };
}

describe('a density', () => {
  it('is within if the mean and each task lose no more than they may', () => {
    const point = [0.1, 0.9, 0.7] as const;
    const verdict = (mean: number, task: number | null) => {
      const curve = curveOf([[...point]], mean, task);
      return judge(curve.points[0], curve);
    };
    expect(verdict(0.05, null)).toMatchObject({ isWithin: true, worst: { task: 'b' } });
    expect(verdict(0.05, null).drop).toBeCloseTo(0.05, 12);
    expect(verdict(0.049, null).isWithin).toBe(false);
    expect(verdict(0.05, 0.1).isWithin).toBe(true);
    expect(verdict(0.05, 0.09).isWithin).toBe(false);
  });

  it('is chosen if it is the sparsest within, though some in between is not', () => {
    const curve = curveOf(
      [
        [0.01, 0.5, 0.5],
        [0.02, 0.9, 0.79],
        [0.03, 0.8, 0.8],
        [0.04, 0.9, 0.8],
      ],
      0.01,
      null,
    );
    expect(sparsestWithin(curve)?.asked).toBe(0.02);
    expect(sparsestWithin({ ...curve, points: curve.points.slice(0, 1) })).toBeNull();
  });

  it('that leaves nothing is unknown in every file, and never chosen', () => {
    const curve = curveOf([[0.02, 0.9, 0.8]], 1, null);
    const files = curveFiles({ ...curve, points: [{ asked: 0.001, left: null }, ...curve.points] });
    expect(files['.curve.csv'].split('\n')[1]).toBe('0.001,,,,,,,,false');
    expect(JSON.parse(files['.curve.json'])).toMatchObject({
      chosen: 0.02,
      points: [{ asked: 0.001, left: null, drop: null, worst: null }, {}],
    });
    for (const text of Object.values(files)) expect(text).not.toMatch(/NaN|Infinity/);
  });
});

describe('a search', () => {
  const chosen = (result: PruneResult) => sparsestWithin(result.curve ?? expect.fail('no curve')) ?? expect.fail('nothing chosen');

  it('ends with the network that pruning to the chosen density gives, and says which', async () => {
    const { asked, left } = chosen(whole);
    const found = readNetwork(requireNetwork(whole), 'found');
    const { search, ...rest } = tinySearch();
    const direct = readNetwork(
      await pruneStage(trained, { ...rest, search: null, density: asked }, { trialsPerTask: 1, seed: 1 }),
      'direct',
    );
    expect(found.network).toEqual(direct.network);
    expect(found.header.scores).toEqual(direct.header.scores);
    expect(found.header.config).toMatchObject({ prune: { search, density: null } });
    expect(found.history.pruning?.search).toEqual({ density: asked, tried: whole.curve?.points.length });
    // Dead neurons take weights along, and the density is that of the network before.
    expect(left?.density).toBeLessThanOrEqual(asked + 1e-3);
    expect(left?.density).toBeLessThanOrEqual(weightDensity(found.network));
  });

  it('tells its progress by density', () => {
    const asked = whole.curve?.points.map((point) => point.asked) ?? [];
    expect(asked.length).toBeGreaterThan(3);
    expect(new Set(told).size).toBeGreaterThanOrEqual(asked.length - 1);
    for (const stage of told) expect(stage).toMatch(/^density 0\.\d+$/);
  });

  it('repeated tries nothing again, and gives the same bytes', async () => {
    const stages: string[] = [];
    const again = await searchTiny(trained, tinySearch(), folder, { onProgress: ({ stage }) => void stages.push(stage) });
    expect(stages).toEqual([]);
    expect(textsOf(again)).toEqual(textsOf(whole));
  });

  it('with another bound reuses what was tried, with another training of the pruned network nothing', async () => {
    const started = (stages: readonly string[]) => new Set(stages).size;
    const stages: string[] = [];
    const onProgress = ({ stage }: { stage: string }) => void stages.push(stage);
    const known = whole.curve?.points.map((point) => point.asked) ?? [];
    await searchTiny(trained, tinySearch({ maxAccuracyDrop: 0.5, densities: known }), folder, { onProgress });
    expect(started(stages)).toBe(0);
    await searchTiny(trained, tinySearch({ densities: [0.5] }, { rounds: 1 }), folder, { onProgress });
    expect(started(stages)).toBe(1);
  });

  it('tries the densities of a list, each once, and keeps the sparsest that is within', async () => {
    const listed = await searchTiny(trained, tinySearch({ densities: [0.6, 0.3, 0.6], maxAccuracyDrop: 1 }), join(root, 'list'));
    expect(listed.curve?.points.map(({ asked }) => asked)).toEqual([0.3, 0.6]);
    expect(chosen(listed).asked).toBe(0.3);
  });

  it('that finds nothing leaves its curve, and says how near it came', async () => {
    const none = await searchTiny(trained, tinySearch({ densities: [0.0001] }), join(root, 'none'));
    expect(Object.keys(pruneFiles(none, 'a.safetensors'))).toEqual(['a.curve.json', 'a.curve.csv', 'a.curve.svg']);
    expect(() => requireNetwork(none)).toThrow(FitError);
    expect(() => requireNetwork(none)).toThrow(
      'no density that was tried loses at most 0.020 of accuracy: no density that was tried leaves anything',
    );
    const { points } = curveOf([[0.1, 0.8, 0.8]], 0.01, 0.02);
    const missed = { bytes: null, curve: { ...curveOf([], 0.01, 0.02), points } };
    expect(() => requireNetwork(missed)).toThrow(
      'loses at most 0.010 of accuracy and 0.020 in each task: density 0.100 loses least, accuracy 0.800 (−0.050, a −0.100)',
    );
  });

  it('takes no damaged or changed file for a density that was tried', async () => {
    const damaged = join(root, 'damaged');
    const config = tinySearch({ densities: [0.5, 0.4] });
    const first = await searchTiny(trained, config, damaged);
    const [network, record] = ['.safetensors', '.json'].map((end) =>
      readdirSync(damaged).filter((file) => file.startsWith('density-0.5') && file.endsWith(end)),
    );
    for (const [file, text] of [
      [network, 'nothing'],
      [record, '{'],
      [record, '{}'],
    ] as const) {
      writeFileSync(join(damaged, file[0]), text);
      const stages: string[] = [];
      const again = await searchTiny(trained, config, damaged, { onProgress: ({ stage }) => void stages.push(stage) });
      expect(new Set(stages)).toEqual(new Set(['density 0.500']));
      expect(textsOf(again)).toEqual(textsOf(first));
    }
  });

  it('killed in the middle of a density goes on to the same bytes', async () => {
    const killed = join(root, 'killed');
    const script = fileURLToPath(new URL('killed-search.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', script, killed], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    expect(readdirSync(killed).filter((file) => /^density.*json$/.test(file))).toHaveLength(2);
    const resumed = await searchTiny(trained, tinySearch(), killed);
    expect(textsOf(resumed)).toEqual(textsOf(whole));
  });

  it('interrupted before a density keeps those before it', async () => {
    const controller = new AbortController();
    const interrupted = join(root, 'interrupted');
    const stop = { signal: controller.signal, onNote: (text: string) => void (/: accuracy/.test(text) && controller.abort()) };
    await expect(searchTiny(trained, tinySearch(), interrupted, stop)).rejects.toThrow(InterruptedError);
    expect(readdirSync(interrupted).filter((file) => /^density.*json$/.test(file))).toHaveLength(1);
  });

  it('meets limits at every density', async () => {
    const limited = await searchTiny(
      trained,
      tinySearch({ densities: [0.5, 0.2], maxAccuracyDrop: 1 }, { maxFanIn: 3 }),
      join(root, 'limits'),
    );
    const { network } = readNetwork(requireNetwork(limited), 'limited');
    for (let row = 0; row < network.neurons; row++) {
      const of = ({ indptr }: { readonly indptr: Int32Array }) => indptr[row + 1] - indptr[row];
      expect(of(network.recurrent) + of(network.input)).toBeLessThanOrEqual(3);
    }
  });
});
