// Does training for a chip shorten what the chip calls long, the same way every time, and go on where it was stopped?
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FitError, InterruptedError } from '../../src/core/errors.ts';
import { type AwareResult, type AwareSettings, awareStage } from '../../src/pipeline/aware.ts';
import { bestRound, isBetter } from '../../src/pipeline/aware-rounds.ts';
import { AwareConfig, resolveRunConfig } from '../../src/pipeline/config.ts';
import { type NetworkArtifact, readNetwork } from '../../src/pipeline/network-file.ts';
import { pruneStage } from '../../src/pipeline/prune-stage.ts';
import { runPipeline } from '../../src/pipeline/run.ts';
import { openRunFolder } from '../../src/pipeline/run-folder.ts';
import { type StageHooks, trainStage } from '../../src/pipeline/train-stage.ts';
import type { AwareRound } from '../../src/report/aware-table.ts';
import { TINY, TOO_SMALL } from '../cli/support.ts';

const root = mkdtempSync(join(tmpdir(), 'bimt-aware-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Few neurons a core, so that there are hops. */
const MAP = { maxNeuronsPerCore: 6, activityTrials: 1, effort: 0.05 };

/** Two short rounds; accuracy is chance and may change as it likes. */
function settingsOf(aware: object = {}): AwareSettings {
  const config = resolveRunConfig({ ...TINY, map: MAP });
  return {
    ...config,
    aware: AwareConfig.parse({
      target: 'rram-mesh',
      rounds: 2,
      updates: 24,
      lambda: 2e-3,
      learningRate: 1e-2,
      maxAccuracyDrop: 1,
      trialsPerTask: 2,
      engine: 'reference',
      ...aware,
    }),
  };
}

const config = resolveRunConfig(TINY);
const trained = await trainStage(config.train, config.scores, { load: () => null, save: () => {} });
const pruned = readNetwork(await pruneStage(readNetwork(trained['trained.safetensors'], 'trained'), config.prune, config.scores), 'pruned');
const run = (name: string, settings = settingsOf(), hooks: StageHooks = {}, network: NetworkArtifact = pruned) =>
  awareStage(network, settings, join(root, name), hooks);
const whole = await run('whole');

/** A character a byte: texts are compared much faster than arrays. */
const textOf = ({ bytes, ...rest }: AwareResult) => ({ ...rest, bytes: Buffer.from(bytes).toString('latin1') });

describe('training for a chip', () => {
  it('shortens its wires with no more weights, and says what each round brought', () => {
    const [before, ...rounds] = whole.rounds;
    const chosen = rounds.find(({ round }) => round === whole.chosen);
    expect(before.fits).toBe(true);
    expect(chosen?.fits).toBe(true);
    expect(chosen?.cost ?? Number.NaN).toBeLessThan(0.8 * (before.cost ?? Number.NaN));
    expect(chosen?.weights).toBeLessThanOrEqual(before.weights);
    const { network, header, history } = readNetwork(whole.bytes, 'aware', ['pruned']);
    expect(network.neurons).toBe(chosen?.neurons);
    expect(header.scores['pruned']).toEqual(pruned.header.scores['pruned']);
    expect(Object.keys(header.scores)).toContain('aware');
    expect(history.pruning?.neuronsTrained).toBe(36);
  });

  it('gives the same network again, and reads finished rounds', async () => {
    expect(textOf(await run('again'))).toEqual(textOf(whole));
    const notes: string[] = [];
    expect(textOf(await run('whole', settingsOf(), { onProgress: ({ stage }) => void notes.push(stage) }))).toEqual(textOf(whole));
    expect(notes).toEqual([]);
  });

  it.each([
    ['while it trains', 'round 1 of at most 2: rewire'],
    ['while it recovers from pruning, a round later', 'round 2 of at most 2: fine-tune'],
  ])('goes on where it was stopped %s, to the same network', async (name, stopAt) => {
    const controller = new AbortController();
    const hooks: StageHooks = {
      signal: controller.signal,
      onProgress({ stage, done }) {
        if (stage === stopAt && done === 7) controller.abort();
      },
    };
    await expect(run(name, settingsOf(), hooks)).rejects.toThrow(InterruptedError);
    expect(textOf(await run(name))).toEqual(textOf(whole));
    expect(readdirSync(join(root, name))).toEqual(readdirSync(join(root, 'whole')));
  });

  it('makes rounds anew that were changed, or made with other settings', async () => {
    writeFileSync(join(root, 'again', 'round-1.json'), '{');
    expect(textOf(await run('again'))).toEqual(textOf(whole));
    const [before, first] = (await run('again', settingsOf({ lambda: 0, rounds: 1 }))).rounds;
    expect(before).toEqual(whole.rounds[0]);
    expect(first.cost).not.toBe(whole.rounds[1].cost);
  });

  it('ends with the network that it began with where no round is better', async () => {
    const { bytes, rounds, chosen } = await run('worse', settingsOf({ lambda: 0, learningRate: 0.02 }));
    expect(chosen).toBe(0);
    expect(rounds).toHaveLength(2);
    expect(Buffer.from(bytes).equals(Buffer.from(pruned.bytes))).toBe(true);
  });

  it('says what to change where training leaves nothing', async () => {
    await expect(run('empty', settingsOf({ lambda: 10, learningRate: 0.02 }))).rejects.toThrow(
      /^round 1: pruning to .* leaves no neuron .*; a lower aware\.lambda leaves more$/,
    );
  });

  it('has nothing to do behind one router, and says so', async () => {
    const warnings: string[] = [];
    const single = await run('single', settingsOf({ target: 'isaac-ce' }), {
      onWarning: ({ rule, message }) => void warnings.push(`${rule}: ${message}`),
    });
    expect(single.rounds).toHaveLength(1);
    expect(warnings).toEqual([
      'aware/one-router: all neurons sit behind one router of isaac-ce, so that no wire between them can become shorter; a lower --max-neurons-per-core spreads them',
    ]);
  });

  it('prunes a network that does not fit until it does', async () => {
    const target = 'rram-mesh:height=3,rows=8,width=3';
    const { rounds, chosen } = await run('tight', settingsOf({ target }));
    expect(rounds[0]).toMatchObject({ fits: false, cost: null });
    expect(chosen).toBeGreaterThan(0);
    expect(rounds.slice(1).every(({ fits }) => fits)).toBe(true);
  });

  it('refuses a chip with too few cores for the neurons', async () => {
    const small = run('small', settingsOf({ target: 'rram-mesh:height=1,width=1' }));
    await expect(small).rejects.toThrow(FitError);
    await expect(small).rejects.toThrow(/^the network does not fit rram-mesh:height=1,width=1\n.*limit is|cores, limit 1/s);
  });
});

describe('a run that is aware of a chip', () => {
  it('maps the network trained for it, reports its rounds, and reuses it', async () => {
    writeFileSync(join(root, 'pruned.safetensors'), pruned.bytes);
    const { aware } = settingsOf({ rounds: 1 });
    const settings = resolveRunConfig({ ...TINY, model: join(root, 'pruned.safetensors'), map: MAP, targets: [TOO_SMALL], aware });
    const notes: string[] = [];
    const start = () => runPipeline(settings, openRunFolder(join(root, 'run')), { onNote: (text) => void notes.push(text) });
    const { report, targets, files } = await start();
    // The chip it is trained for is a target without being named.
    expect(targets.map(({ target }) => target.label)).toEqual([TOO_SMALL, 'rram-mesh']);
    expect(targets[1].verification?.mismatches).toEqual([]);
    expect(report.aware).toEqual({ schema: 'bimt-aware/1', target: 'rram-mesh', rounds: whole.rounds.slice(0, 2), chosen: 1 });
    expect(report.accuracy.stages.map(({ key }) => key)).toContain('aware');
    expect(report.network.neurons).toBe(whole.rounds[1].neurons);
    expect(Object.keys(report.run.artifacts)).toEqual(['aware.safetensors']);
    expect(files.map(({ path }) => path)).toContain(join(root, 'run', 'aware.safetensors'));
    expect(readFileSync(join(root, 'run', 'aware.csv'), 'utf8').split('\n')[0]).toBe('round,fits,cost,accuracy,weights,neurons,isChosen');
    expect(readFileSync(join(root, 'run', 'report.txt'), 'utf8')).toMatch(/^Trained for rram-mesh\n +round +fits/m);
    notes.length = 0;
    await start();
    expect(notes).toContain('train for rram-mesh: up to date');
  });

  it('refuses a chip that nobody knows before it touches the folder', async () => {
    const settings = resolveRunConfig({ ...TINY, aware: { target: 'loihi9' } });
    const folder = join(root, 'unknown');
    await expect(runPipeline(settings, openRunFolder(folder))).rejects.toThrow(/^unknown target 'loihi9'; did you mean 'loihi1'/);
    expect(existsSync(folder)).toBe(false);
  });
});

describe('rounds', () => {
  const round = (changes: Partial<AwareRound>): AwareRound => ({
    round: 1,
    fits: true,
    cost: 100,
    accuracy: 0.9,
    weights: 1,
    neurons: 1,
    ...changes,
  });

  it('are better if they fit where the other does not, reach the least accuracy, or cost less', () => {
    expect(isBetter(round({ cost: 99 }), round({}), 0.9)).toBe(true);
    expect(isBetter(round({ cost: 99.9 }), round({}), 0.9)).toBe(false);
    expect(isBetter(round({ cost: 50, accuracy: 0.89 }), round({}), 0.9)).toBe(false);
    expect(isBetter(round({ cost: 200, accuracy: 0.5 }), round({ fits: false, cost: null }), 0.9)).toBe(true);
    expect(isBetter(round({ fits: false, cost: null }), round({ accuracy: 0 }), 0.9)).toBe(false);
    expect(isBetter(round({ cost: 200, accuracy: 0.8 }), round({ accuracy: 0.7 }), 0.9)).toBe(true);
    expect(isBetter(round({ cost: 1, accuracy: 0.6 }), round({ accuracy: 0.7 }), 0.9)).toBe(false);
  });

  it('end with the last that was better than all before', () => {
    const rounds = [round({ round: 0 }), round({ cost: 80 }), round({ round: 2, cost: 85 })];
    expect(bestRound(rounds, 0.9).round).toBe(1);
    expect(bestRound([round({ round: 0 })], 0.9).round).toBe(0);
  });
});

describe('settings', () => {
  it('name what is wrong', () => {
    const resolve = (aware: object) => () => resolveRunConfig({ aware });
    expect(resolve({})).toThrow(
      /aware\.target: found nothing, allowed: a text \(name or file of a target, with parameters: rram-mesh:rows=128\), as rram-mesh/,
    );
    expect(resolve({ target: 'loihi1', rounds: 0 })).toThrow(/aware\.rounds/);
    expect(resolve({ target: 'loihi1', localShare: 2 })).toThrow(/aware\.localShare/);
    expect(resolve({ target: 'loihi1', suite: 'yang19' })).toThrow(/suite/);
    expect(resolveRunConfig({}).aware).toBeNull();
  });
});
