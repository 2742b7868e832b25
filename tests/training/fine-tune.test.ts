// Does fine-tuning train what is left, and nothing else?
import { describe, expect, it } from 'vitest';
import { InterruptedError } from '../../src/core/errors.ts';
import { type Csr, filterCsr } from '../../src/network/csr.ts';
import type { Network } from '../../src/network/network.ts';
import { makeBatch } from '../../src/tasks/batches.ts';
import type { Engine } from '../../src/training/engine.ts';
import { ortEngine } from '../../src/training/engines/ort.ts';
import { referenceEngine } from '../../src/training/engines/reference.ts';
import { fineTune, fineTuneSpec, resolveFineTuneConfig } from '../../src/training/fine-tune.ts';
import { trainedNetwork } from '../../src/training/result.ts';
import { batchPlan, train } from '../../src/training/train.ts';
import { suite, tinyConfig, tinyEngine } from './tiny-run.ts';

const trainConfig = tinyConfig();
const trained = trainedNetwork(await train(suite, trainConfig, { engine: tinyEngine(trainConfig) }));
const prune = (matrix: Csr) => filterCsr(matrix, (_row, _column, value) => Math.abs(value) > 0.05);
const pruned: Network = {
  ...trained,
  recurrent: prune(trained.recurrent),
  input: prune(trained.input),
  readout: prune(trained.readout),
};
const config = resolveFineTuneConfig({ updates: 15, learningRate: 1e-2, batchMode: 'stream', streamSteps: 6, batchRows: 4 });
const engines: Record<string, () => Promise<Engine>> = {
  reference: async () => referenceEngine(fineTuneSpec(pruned, config)),
  ort: () => ortEngine(fineTuneSpec(pruned, config), 'node'),
};

describe('fine-tuning', () => {
  it.each(Object.keys(engines))('changes stored entries and biases, and keeps the pattern (%s)', async (name) => {
    const engine = await engines[name]();
    const tuned = await fineTune(pruned, suite, config, { engine });
    for (const matrix of ['recurrent', 'input', 'readout'] as const) {
      expect(pruned[matrix].values.length).toBeLessThan(trained[matrix].values.length);
      expect(tuned[matrix].indptr).toEqual(pruned[matrix].indptr);
      expect(tuned[matrix].indices).toEqual(pruned[matrix].indices);
      expect(tuned[matrix].values).not.toEqual(pruned[matrix].values);
    }
    expect(tuned.bias).not.toEqual(pruned.bias);
    expect(tuned.readoutBias).not.toEqual(pruned.readoutBias);
    expect(tuned.site).toEqual(pruned.site);
  });

  it('lowers the loss on its batches', async () => {
    const losses: number[] = [];
    const many = { ...config, updates: 60 };
    await fineTune(pruned, suite, many, {
      engine: await engines['reference'](),
      onProgress: ({ values }) => void losses.push(Number(values['loss'])),
    });
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    expect(mean(losses.slice(-20))).toBeLessThan(mean(losses.slice(0, 20)));
  });

  it('sees other batches than training saw', () => {
    const same = { mode: 'trials', rows: 2, seed: 0 } as const;
    const of = (purpose: string) => makeBatch(suite, { ...same, purpose }, 1).inputs;
    expect(batchPlan(config, 'fine-tuning').purpose).not.toBe(batchPlan(config, 'training').purpose);
    expect(of('fine-tuning')).not.toEqual(of('training'));
  });

  it('draws its tasks by their weights', async () => {
    const engine = await engines['reference']();
    const seen: Float32Array[] = [];
    const step: Engine['step'] = (batch, rate, update) => {
      seen.push(batch.inputs);
      return engine.step(batch, rate, update);
    };
    const weighted = { ...config, taskWeights: { dms: 1e6 }, updates: 2 };
    await fineTune(pruned, suite, weighted, { engine: { ...engine, step } });
    expect(seen).toEqual([1, 2].map((update) => makeBatch(suite, batchPlan(weighted, 'fine-tuning'), update).inputs));
    expect(seen[0]).not.toEqual(makeBatch(suite, batchPlan(config, 'fine-tuning'), 1).inputs);
  });

  it('makes some of its updates with the batches and learning rates that they have among all', async () => {
    const engine = await engines['reference']();
    const seen: { inputs: Float32Array; rate: number; update: number }[] = [];
    const step: Engine['step'] = (batch, rate, update) => {
      seen.push({ inputs: batch.inputs, rate, update });
      return engine.step(batch, rate, update);
    };
    const spied = { ...engine, step };
    await fineTune(pruned, suite, config, { engine: spied });
    const all = seen.splice(0);
    await fineTune(pruned, suite, config, { engine: spied, from: 11, until: 13 });
    // Adam's moments are new, so its count of updates is as well.
    expect(seen).toEqual([10, 11, 12].map((at, i) => ({ ...all[at], update: i + 1 })));
  });

  it('stops when told to, and when it diverges', async () => {
    const abort = new AbortController();
    const engine = await engines['reference']();
    const interrupted = fineTune(pruned, suite, config, {
      engine,
      signal: abort.signal,
      onProgress: ({ done }) => done === 3 && abort.abort(),
    });
    await expect(interrupted).rejects.toThrow(InterruptedError);
    const step: Engine['step'] = async (batch, rate, update) => ({
      ...(await engine.step(batch, rate, update)),
      ...(update === 4 ? { gradientNorm: Number.POSITIVE_INFINITY } : {}),
    });
    await expect(fineTune(pruned, suite, config, { engine: { ...engine, step } })).rejects.toThrow(
      /diverged at update 4 of 15: the gradient norm became Infinity/,
    );
  });
});
