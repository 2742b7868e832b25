// Do the files compute the same at every optimisation level? A runtime rewrites graphs at the higher ones, and some rewrites are inexact.
import { describe, expect, it } from 'vitest';
import { DEFAULT_WEIGHT_ONLY, dequantizedNetwork, quantizeWeightsOnly, type WeightOnlyFormat } from '../../src/compression/dequantize.ts';
import { runInteger } from '../../src/compression/run-integer.ts';
import { exportInteger } from '../../src/exchange/int.ts';
import { exportQdq } from '../../src/exchange/qdq.ts';
import { type OnnxRunner, openIntegerModel, openSequenceModel, openStepModel } from '../../src/exchange/run-onnx.ts';
import { exportSequence } from '../../src/exchange/seq.ts';
import { SEQUENCES, type Sequence } from '../../src/exchange/sequences.ts';
import { exportStep } from '../../src/exchange/step.ts';
import { ACTIVATIONS, type Network } from '../../src/network/network.ts';
import { type Run, runNetwork } from '../../src/network/run.ts';
import { OPTIMIZATION_LEVELS, type OptimizationLevel, RUNTIMES, type RuntimeName } from '../../src/onnx/runtime.ts';
import { randomIntegerInputs, randomIntegerNetwork } from '../compression/random-integer-network.ts';
import { randomInputs, randomNetwork } from '../compression/random-network.ts';
import { HEADER, quantizedArtifact } from './artifacts.ts';
import { listedForms, sparseNetwork } from './samples.ts';

const [STEPS, ROWS] = [6, 3];
type Open = (level: OptimizationLevel) => Promise<OnnxRunner<Float32Array, Run>>;
/** The native runtime, 1.16.3, ends at opset 19. */
const reads = (runtime: RuntimeName, { bits, granularity }: WeightOnlyFormat) =>
  runtime === 'web' || (bits === 8 && granularity !== 'block');

const FORMATS: readonly WeightOnlyFormat[] = [8, 4].flatMap((bits) =>
  (['tensor', 'channel', 'block'] as const).map((granularity) => ({ ...DEFAULT_WEIGHT_ONLY, bits: bits as 8 | 4, granularity })),
);

/** Runs a form at every level and holds it against the float interpreter. */
async function expectClose(network: Network, open: Open): Promise<void> {
  const inputs = randomInputs(2, STEPS * ROWS * network.inputs);
  const expected = runNetwork(network, inputs, STEPS, ROWS);
  for (const level of OPTIMIZATION_LEVELS) {
    const model = await open(level);
    const found = await model.run(inputs, STEPS, ROWS);
    await model.release();
    for (const part of ['states', 'outputs'] as const) {
      const worst = found[part].reduce((worst, x, i) => Math.max(worst, Math.abs(x - expected[part][i]) / Math.max(1, Math.abs(x))), 0);
      expect(worst, `${part} at level ${level}`).toBeLessThanOrEqual(1e-5);
    }
  }
}

describe.each(RUNTIMES)('at every optimisation level of onnxruntime-%s', (runtime) => {
  const sequence =
    (bytes: Uint8Array): Open =>
    (level) =>
      openSequenceModel(bytes, runtime, level);
  const oneStep =
    (bytes: Uint8Array, neurons: number): Open =>
    (level) =>
      openStepModel(bytes, runtime, neurons, level);

  it.each([
    ['dense', { inputs: 20, neurons: 64, outputs: 5, density: 1 }],
    ['as fan-in lists', { inputs: 64, neurons: 128, outputs: 64, density: 0.03 }],
    ['even, beyond int8', { inputs: 20, neurons: 64, outputs: 5, step: 2, qmax: 254 }],
  ])('the integer form is exact: %s', async (_, shape) => {
    const network = randomIntegerNetwork(4, shape);
    const bytes = exportInteger(quantizedArtifact(network));
    const inputs = randomIntegerInputs(4, STEPS * ROWS * network.inputs);
    const expected = runInteger(network, inputs, STEPS, ROWS);
    for (const level of OPTIMIZATION_LEVELS) {
      const model = await openIntegerModel(bytes, runtime, level);
      expect(await model.run(inputs, STEPS, ROWS), level).toEqual(expected);
      await model.release();
    }
  });

  it.each(ACTIVATIONS)('the float forms agree with the interpreter: %s', async (activation) => {
    const network = randomNetwork(1, { inputs: 85, neurons: 40, outputs: 17, activation });
    await expectClose(network, oneStep(exportStep(network, HEADER), network.neurons));
    for (const name of SEQUENCES) await expectClose(network, sequence(exportSequence(network, HEADER, name)));
  });

  const readable = FORMATS.filter((format) => reads(runtime, format));
  it.each(SEQUENCES.flatMap((name) => readable.map((format): [Sequence, WeightOnlyFormat] => [name, format])))(
    'the weight-only form agrees with the dequantized network: %s, %j',
    async (name, format) => {
      const network = randomNetwork(1, { inputs: 85, neurons: 40, outputs: 17 });
      const dequantized = dequantizedNetwork(network, quantizeWeightsOnly(network, format));
      await expectClose(dequantized, sequence(exportQdq(network, HEADER, format, name)));
    },
  );

  it.each(ACTIVATIONS)('the float forms written as fan-in lists: %s', async (activation) => {
    const network = sparseNetwork(activation);
    const { step, seq, qdq, channels } = listedForms(network);
    await expectClose(network, oneStep(step, network.neurons));
    await expectClose(network, sequence(seq));
    await expectClose(dequantizedNetwork(network, quantizeWeightsOnly(network)), sequence(qdq));
    const perChannel = quantizeWeightsOnly(network, { ...DEFAULT_WEIGHT_ONLY, granularity: 'channel' });
    await expectClose(dequantizedNetwork(network, perChannel), sequence(channels));
  });
});
