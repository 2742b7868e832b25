// Does the loop do what it says: swaps without touching the function, exact resumption, honest failure?
import { describe, expect, it } from 'vitest';
import { InterruptedError, UsageError } from '../../src/core/errors.ts';
import { gridWireCost } from '../../src/network/geometry.ts';
import { makeBatch } from '../../src/tasks/batches.ts';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from '../../src/training/checkpoint.ts';
import { configGrid, engineSpec, type TrainConfig } from '../../src/training/config.ts';
import { connectionCost, penaltyVector } from '../../src/training/connection-cost.ts';
import type { Engine, TrainingState } from '../../src/training/engine.ts';
import { ortEngine } from '../../src/training/engines/ort.ts';
import { initialParameters } from '../../src/training/initial.ts';
import { metricsCsv } from '../../src/training/metrics.ts';
import { parameterLayout } from '../../src/training/parameters.ts';
import { createSwapSearch } from '../../src/training/swaps.ts';
import { batchPlan, train, trainingSizes } from '../../src/training/train.ts';
import { suite, tinyConfig, tinyEngine } from './tiny-run.ts';

/** Every checkpoint of a run that takes one after each update. */
async function trajectory(config: TrainConfig): Promise<Checkpoint[]> {
  const checkpoints: Checkpoint[] = [];
  await train(suite, config, { engine: tinyEngine(config), onCheckpoint: (checkpoint) => void checkpoints.push(checkpoint) });
  return checkpoints;
}

/** A flat vector with the rows and columns of every tensor moved to where the neurons sit. */
function permuted(vector: ArrayLike<number>, config: TrainConfig, site: Int32Array): Float64Array {
  const { inputs, neurons, outputs } = trainingSizes(suite, config);
  const layout = parameterLayout({ inputs, neurons, outputs });
  const out = new Float64Array(vector.length);
  const copy = (to: number, from: number) => {
    out[to] = vector[from];
  };
  for (let i = 0; i < neurons; i++) {
    for (let j = 0; j < neurons; j++) copy(site[i] * neurons + site[j], i * neurons + j);
    for (let m = 0; m < inputs; m++) copy(layout.W_in.start + site[i] * inputs + m, layout.W_in.start + i * inputs + m);
    for (let o = 0; o < outputs; o++) copy(layout.W_out.start + o * neurons + site[i], layout.W_out.start + o * neurons + i);
    copy(layout.b.start + site[i], layout.b.start + i);
  }
  for (let o = 0; o < outputs; o++) copy(layout.b_out.start + o, layout.b_out.start + o);
  return out;
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]));
  return largest;
}

describe('training with swaps by site', () => {
  it('equals training with physically permuted weights and moments, update for update', async () => {
    const config = tinyConfig({ checkpointEvery: 1, locality: 5, lambda: 1e-2 });
    const bySite = await trajectory(config);

    const sizes = trainingSizes(suite, config);
    const wire = gridWireCost(configGrid(config));
    const identity = Int32Array.from({ length: sizes.neurons }, (_, i) => i);
    const engine = tinyEngine(config);
    const parameters = initialParameters(sizes, config.init, config.seed);
    const zeros = new Float64Array(parameters.length);
    await engine.write({ parameters, firstMoment: zeros, secondMoment: zeros });
    engine.setPenalty(penaltyVector(sizes, identity, wire, config.lambda, config.locality));
    const search = createSwapSearch(sizes, wire);
    let moved = 0;
    for (let update = 1; update <= config.updates; update++) {
      const rate = update <= 9 ? config.learningRate : 0.2 * config.learningRate;
      await engine.step(makeBatch(suite, batchPlan(config, 'training'), update), rate, update);
      if (update % 3 === 0) {
        const state = await engine.read();
        const site = identity.slice();
        const isLast = update === config.updates;
        moved += (isLast ? search.converge(state.parameters, site) : search.round(state.parameters, site, 4)).accepted;
        const move = (vector: TrainingState['parameters']) => permuted(vector, config, site);
        await engine.write({
          parameters: move(state.parameters),
          firstMoment: move(state.firstMoment),
          secondMoment: move(state.secondMoment),
        });
      }
      const physical = await engine.read();
      const { site, ...taken } = bySite[update - 1];
      for (const name of ['parameters', 'firstMoment', 'secondMoment'] as const) {
        expect(largestDifference(permuted(taken[name], config, site), physical[name])).toBeLessThan(1e-10);
      }
    }
    expect(moved).toBeGreaterThan(3);
    expect(bySite.at(-1)?.swaps).toBe(moved);
  });

  it('equals plain training exactly when λ is 0, and pays no heed to sites when A is 0', async () => {
    const last = async (changes: Partial<TrainConfig>) => (await trajectory(tinyConfig(changes))).at(-1) as Checkpoint;
    const plain = await last({ condition: 'none' });
    expect((await last({ lambda: 0, locality: 0 })).parameters).toEqual(plain.parameters);
    expect((await last({ lambda: 0, locality: 3 })).parameters).toEqual(plain.parameters);
    const l1 = await last({ condition: 'l1' });
    const swapped = await last({ condition: 'swap' });
    expect(swapped.parameters).toEqual(l1.parameters);
    expect(swapped.site).not.toEqual(l1.site);
    expect(l1.swaps).toBe(0);
    expect((await last({ condition: 'bimt' })).parameters).not.toEqual(l1.parameters);
  });
});

describe('metrics', () => {
  it('log the batch losses and the cost of the weights that the checkpoint holds', async () => {
    const config = tinyConfig({ lambdaSchedule: 'three-phase' });
    const final = await train(suite, config, { engine: tinyEngine(config), evaluate: async () => 0.25 });
    expect(final.metrics.map((row) => row.update)).toEqual([2, 4, 5, 6, 8, 10, 12]);
    expect(final.metrics.map((row) => row.meanAccuracy)).toEqual([null, null, 0.25, null, null, 0.25, 0.25]);
    expect(final.metrics.map((row) => row.lambda)).toEqual([1e-3, 1e-2, 1e-2, 1e-2, 1e-2, 1e-3, 1e-3]);
    const wire = gridWireCost(configGrid(config));
    const row = final.metrics.at(-1);
    expect(row).toMatchObject(connectionCost(final.parameters, final.sizes, final.site, wire, config.locality));
    expect(row?.learningRate).toBeCloseTo(2e-3, 12);
    expect(metricsCsv(final.metrics).split('\n').slice(0, 1)).toEqual([
      'update,predictionLoss,penalty,connectionCost,gridWirelength,gradientNorm,learningRate,lambda,swaps,meanAccuracy',
    ]);
    expect(metricsCsv(final.metrics).split('\n')[1].endsWith(',')).toBe(true);
  });

  it('are the same twice, and other with another seed', async () => {
    const run = async (seed: number) => encodeCheckpoint((await trajectory(tinyConfig({ seed }))).at(-1) as Checkpoint);
    const once = await run(1);
    expect(await run(1)).toEqual(once);
    expect(await run(2)).not.toEqual(once);
  });
});

describe('an interrupted run', () => {
  const engines: Record<string, (config: TrainConfig) => Promise<Engine>> = {
    reference: async (config) => tinyEngine(config),
    ort: (config) => ortEngine(engineSpec(config, trainingSizes(suite, config)), 'node'),
  };

  it.each(Object.keys(engines))('goes on to bit-identical weights and metrics (%s)', async (name) => {
    const config = tinyConfig();
    const whole = await train(suite, config, { engine: await engines[name](config) });
    for (const stopAt of [1, 3, 4, 11]) {
      const abort = new AbortController();
      const saved: Uint8Array[] = [];
      const interrupted = train(suite, config, {
        engine: await engines[name](config),
        signal: abort.signal,
        onProgress: ({ done }) => done === stopAt && abort.abort(),
        onCheckpoint: (checkpoint) => void saved.push(encodeCheckpoint(checkpoint)),
      });
      await expect(interrupted).rejects.toThrow(InterruptedError);
      const resume = decodeCheckpoint(saved.at(-1) as Uint8Array, 'the checkpoint');
      expect(resume.update).toBe(stopAt);
      const resumed = await train(suite, config, { engine: await engines[name](config), resume });
      expect(encodeCheckpoint(resumed)).toEqual(encodeCheckpoint(whole));
    }
  });

  it('is finished at once when nothing is left to do', async () => {
    const config = tinyConfig();
    const whole = await train(suite, config, { engine: tinyEngine(config) });
    const again = await train(suite, config, { engine: tinyEngine(config), resume: whole });
    expect(encodeCheckpoint(again)).toEqual(encodeCheckpoint(whole));
  });

  it('refuses to go on with other settings, and names them', async () => {
    const config = tinyConfig();
    const whole = await train(suite, config, { engine: tinyEngine(config) });
    const other = tinyConfig({ lambda: 0.5, updates: 20 });
    const mixed = train(suite, other, { engine: tinyEngine(other), resume: whole });
    await expect(mixed).rejects.toThrow(/lambda: 0.001 in the checkpoint, 0.5 asked for[\s\S]*updates: 12 in the checkpoint/);
  });
});

describe('a run that diverges', () => {
  it('stops with the update at which a loss is not a number, and keeps the checkpoint before it', async () => {
    const config = tinyConfig();
    const kept: number[] = [];
    const engine = tinyEngine(config);
    const step: Engine['step'] = async (batch, rate, update) => ({
      ...(await engine.step(batch, rate, update)),
      ...(update === 7 ? { predictionLoss: Number.NaN } : {}),
    });
    const run = train(suite, config, { engine: { ...engine, step }, onCheckpoint: ({ update }) => void kept.push(update) });
    await expect(run).rejects.toThrow(UsageError);
    await expect(run).rejects.toThrow(/diverged at update 7 of 12: the prediction loss became NaN.*learning rate below 0.01/);
    expect(kept).toEqual([5]);
  });

  it('never hands out a checkpoint with parameters that are not finite', async () => {
    const config = tinyConfig({ swapEvery: null, logEvery: 100, condition: 'l1' });
    const kept: number[] = [];
    const engine = tinyEngine(config);
    const read = async (): Promise<TrainingState> => {
      const state = await engine.read();
      state.parameters[3] = Number.POSITIVE_INFINITY;
      return state;
    };
    const run = train(suite, config, { engine: { ...engine, read }, onCheckpoint: ({ update }) => void kept.push(update) });
    await expect(run).rejects.toThrow(/diverged at update 5 of 12: a parameter or moment is no longer finite/);
    expect(kept).toEqual([]);
  });

  it('diverges for real when the learning rate is absurd', async () => {
    const config = tinyConfig({ learningRate: 1e200, updates: 50 });
    await expect(train(suite, config, { engine: tinyEngine(config) })).rejects.toThrow(/diverged at update \d+ of 50/);
  });
});
