// Does quantization-aware training recover what rounding lost, and does it survive being stopped?
import { describe, expect, it } from 'vitest';
import { InterruptedError, UsageError } from '../../src/core/errors.ts';
import { filterCsr } from '../../src/network/csr.ts';
import type { Network } from '../../src/network/network.ts';
import type { CheckpointStore } from '../../src/training/checkpoint.ts';
import type { Engine } from '../../src/training/engine.ts';
import { ortEngine } from '../../src/training/engines/ort.ts';
import { referenceEngine } from '../../src/training/engines/reference.ts';
import { fineTune, fineTuneSpec, resolveFineTuneConfig } from '../../src/training/fine-tune.ts';
import {
  onInputGrid,
  quantizationAwareSpec,
  resolveQuantizationAwareConfig,
  trainQuantized,
} from '../../src/training/quantization-aware.ts';
import { flatParameters } from '../../src/training/recovery.ts';
import type { QuantizationAwareConfig } from '../../src/training/recovery-config.ts';
import { trainedNetwork } from '../../src/training/result.ts';
import { train } from '../../src/training/train.ts';
import { integerGrid, largestUnits, learnedQuantizer, ruledQuantizer } from '../../src/training/uniform-quantizer.ts';
import { suite, tinyConfig, tinyEngine } from './tiny-run.ts';

const trainConfig = tinyConfig();
const trained = trainedNetwork(await train(suite, trainConfig, { engine: tinyEngine(trainConfig) }));
const pruned: Network = { ...trained, recurrent: filterCsr(trained.recurrent, (_row, _column, value) => Math.abs(value) > 0.05) };

const signals = { stateUnit: 1 / 32, stateMax: 255, inputUnit: 1 / 64, inputMax: 127 };
const grid = integerGrid(pruned, { ...signals, stored: () => ({ qmax: 7, step: 1 }) });
const byRule = () => ruledQuantizer(grid, largestUnits(grid, signals.stateUnit));
const learned = () => learnedQuantizer(grid, largestUnits(grid, signals.stateUnit)(flatParameters(pruned)), 3);

function settings(changes: Partial<QuantizationAwareConfig> = {}): QuantizationAwareConfig {
  return resolveQuantizationAwareConfig({ updates: 15, learningRate: 1e-2, batchMode: 'stream', streamSteps: 6, batchRows: 4, ...changes });
}

const config = settings();
const reference = (): Engine => referenceEngine(quantizationAwareSpec(pruned, config, signals));

/** A store in memory, with how often it was written. */
function memoryStore(): CheckpointStore & { bytes: Uint8Array | null; saves: number } {
  return {
    bytes: null,
    saves: 0,
    load() {
      return this.bytes === null ? null : { bytes: this.bytes, what: 'the stored checkpoint' };
    },
    save(bytes) {
      this.bytes = bytes;
      this.saves++;
    },
  };
}

describe('quantization-aware training', () => {
  it('fills in defaults of its own, and names options that it does not have', () => {
    expect(resolveQuantizationAwareConfig({})).toMatchObject({
      updates: 1000,
      learningRate: 1e-3,
      lambda: 0,
      learningRateSchedule: 'cosine',
    });
    expect(() => resolveQuantizationAwareConfig({ update: 3 })).toThrow(/did you mean 'updates'/);
  });

  it.each(['reference', 'ort'])('changes stored entries and biases, and keeps the pattern (%s)', async (name) => {
    const spec = quantizationAwareSpec(pruned, config, signals);
    const engine = name === 'ort' ? await ortEngine(spec, 'node') : referenceEngine(spec);
    const tuned = await trainQuantized(pruned, suite, config, { engine, signals, quantizer: byRule() });
    for (const matrix of ['recurrent', 'input', 'readout'] as const) {
      expect(tuned[matrix].indptr).toEqual(pruned[matrix].indptr);
      expect(tuned[matrix].indices).toEqual(pruned[matrix].indices);
      expect(tuned[matrix].values).not.toEqual(pruned[matrix].values);
    }
    expect(tuned.bias).not.toEqual(pruned.bias);
    await engine.dispose();
  });

  it('lowers the loss of the quantized network on its batches', async () => {
    const losses: number[] = [];
    await trainQuantized(pruned, suite, settings({ updates: 60 }), {
      engine: reference(),
      signals,
      quantizer: byRule(),
      onProgress: ({ stage, total, values }) => {
        expect([stage, total]).toEqual(['train quantized', 60]);
        losses.push(Number(values['loss']));
      },
    });
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    expect(mean(losses.slice(-20))).toBeLessThan(mean(losses.slice(0, 20)));
  });

  it('shows the network its inputs as integers times their unit', async () => {
    expect([...onInputGrid(Float32Array.of(0.4, -0.6, 0.25, 9, -9), { ...signals, inputUnit: 0.5, inputMax: 3 })]).toEqual([
      0.5, -0.5, 0, 1.5, -1.5,
    ]);
    const seen: number[] = [];
    const engine = reference();
    const step: Engine['step'] = (batch, rate, update) => {
      seen.push(...batch.inputs);
      return engine.step(batch, rate, update);
    };
    await trainQuantized(pruned, suite, settings({ updates: 2 }), { engine: { ...engine, step }, signals, quantizer: byRule() });
    expect(seen.every((u) => Number.isInteger(64 * u) && Math.abs(64 * u) <= 127)).toBe(true);
    expect(new Set(seen).size).toBeGreaterThan(20);
  });

  it('learns the steps it starts from', async () => {
    const quantizer = learned();
    const before = quantizer.units();
    await trainQuantized(pruned, suite, config, { engine: reference(), signals, quantizer });
    const ratios = quantizer.units().map((unit, g) => unit / before[g]);
    expect(ratios.some((ratio) => Math.abs(ratio - 1) > 0.02)).toBe(true);
    expect(ratios.every((ratio) => ratio > 0.3 && ratio < 3)).toBe(true);
  });

  it('says where it was when losses stop being finite', async () => {
    const engine = reference();
    const step: Engine['step'] = async (batch, rate, update) => ({
      ...(await engine.step(batch, rate, update)),
      predictionLoss: Number.NaN,
    });
    await expect(trainQuantized(pruned, suite, config, { engine: { ...engine, step }, signals, quantizer: byRule() })).rejects.toThrow(
      /diverged at update 1 of 15/,
    );
  });
});

describe('a training that was interrupted', () => {
  const quantizers = { 'with steps by rule': byRule, 'with learned steps': learned };

  it.each(Object.keys(quantizers) as (keyof typeof quantizers)[])('goes on to the identical result (%s)', async (name) => {
    const whole = quantizers[name]();
    const expected = await trainQuantized(pruned, suite, config, { engine: reference(), signals, quantizer: whole });
    const store = memoryStore();
    const abort = new AbortController();
    const first = trainQuantized(pruned, suite, config, {
      engine: reference(),
      signals,
      quantizer: quantizers[name](),
      store,
      signal: abort.signal,
      onProgress: ({ done }) => done === 7 && abort.abort(),
    });
    await expect(first).rejects.toThrow(InterruptedError);
    await expect(first).rejects.toThrow('quantization-aware training was interrupted after update 7 of 15');
    const updates: number[] = [];
    const second = quantizers[name]();
    const resumed = await trainQuantized(pruned, suite, config, {
      engine: reference(),
      signals,
      quantizer: second,
      store,
      onProgress: ({ done }) => updates.push(done),
      onWarning: ({ message }) => expect.fail(message),
    });
    expect(updates).toEqual([8, 9, 10, 11, 12, 13, 14, 15]);
    expect(resumed).toEqual(expected);
    expect(second.units()).toEqual(whole.units());
  });

  it('goes on after fine-tuning too', async () => {
    const tuning = resolveFineTuneConfig({ updates: 6, learningRate: 1e-2, batchMode: 'stream', streamSteps: 6, batchRows: 2 });
    const engine = () => referenceEngine(fineTuneSpec(pruned, tuning));
    const expected = await fineTune(pruned, suite, tuning, { engine: engine(), from: 2 });
    const store = memoryStore();
    const abort = new AbortController();
    const onProgress = ({ done }: { done: number }) => done === 4 && abort.abort();
    const first = fineTune(pruned, suite, tuning, { engine: engine(), from: 2, store, signal: abort.signal, onProgress });
    await expect(first).rejects.toThrow('fine-tuning was interrupted after update 4 of 6');
    expect(await fineTune(pruned, suite, tuning, { engine: engine(), from: 2, store })).toEqual(expected);
  });

  it('has a checkpoint every hundred updates, none at the end', async () => {
    const store = memoryStore();
    const many = settings({ updates: 200, streamSteps: 1, batchRows: 1 });
    await trainQuantized(pruned, suite, many, { engine: reference(), signals, quantizer: byRule(), store });
    expect(store.saves).toBe(1);
  });

  it('does not go on with another network, other settings or another grid, and names what differs', async () => {
    const store = memoryStore();
    const stopped = new AbortController();
    stopped.abort();
    const options = { engine: reference(), signals, quantizer: byRule(), store };
    await expect(trainQuantized(pruned, suite, config, { ...options, signal: stopped.signal })).rejects.toThrow(InterruptedError);
    const finer = integerGrid(pruned, { ...signals, stored: () => ({ qmax: 127, step: 1 }) });
    const attempts: [Promise<Network>, RegExp][] = [
      [trainQuantized(pruned, suite, settings({ learningRate: 0.5 }), options), /learningRate: 0.01 in the checkpoint, 0.5 asked for/],
      [trainQuantized(trained, suite, config, options), /network: .* in the checkpoint/],
      [trainQuantized(pruned, suite, config, { ...options, signals: { ...signals, inputMax: 7 } }), /signals: .*"inputMax":127/],
      [trainQuantized(pruned, suite, config, { ...options, quantizer: ruledQuantizer(finer, largestUnits(finer, 1)) }), /network: /],
      [trainQuantized(pruned, suite, config, { ...options, quantizer: learned() }), /'memory' must hold \d+ floats, found 0/],
    ];
    for (const [attempt, message] of attempts) {
      await expect(attempt).rejects.toThrow(UsageError);
      await expect(attempt).rejects.toThrow(message);
    }
  });

  it('warns when another engine goes on', async () => {
    const store = memoryStore();
    const stopped = new AbortController();
    stopped.abort();
    const options = { signals, quantizer: byRule(), store };
    await expect(trainQuantized(pruned, suite, config, { ...options, engine: reference(), signal: stopped.signal })).rejects.toThrow();
    const warnings: string[] = [];
    await trainQuantized(pruned, suite, config, {
      ...options,
      engine: { ...reference(), version: 'other' },
      onWarning: ({ rule }) => warnings.push(rule),
    });
    expect(warnings).toEqual(['train/other-engine']);
  });
});
