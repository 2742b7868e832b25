import { describe, expect, it } from 'vitest';
import { dequantizedNetwork, quantizeWeightsOnly } from '../../src/compression/dequantize.ts';
import { exportQdq } from '../../src/exchange/qdq.ts';
import { type OnnxRunner, openSequenceModel, openStepModel } from '../../src/exchange/run-onnx.ts';
import { exportSequence } from '../../src/exchange/seq.ts';
import { exportStep } from '../../src/exchange/step.ts';
import { ACTIVATIONS, type Activation, type Network } from '../../src/network/network.ts';
import { type Run, runNetwork } from '../../src/network/run.ts';
import { RUNTIMES, type RuntimeName } from '../../src/onnx/runtime.ts';
import { randomInputs, randomNetwork } from '../compression/random-network.ts';
import { HEADER } from './artifacts.ts';

const SIZES = [
  { inputs: 1, neurons: 1, outputs: 1 },
  { inputs: 5, neurons: 33, outputs: 4 },
  { inputs: 20, neurons: 100, outputs: 17 },
];

type Open = (network: Network, runtime: RuntimeName) => Promise<OnnxRunner<Float32Array, Run>>;

/** Each form, and the network that it must reproduce. */
const FORMS: Record<string, { open: Open; reference: (network: Network) => Network }> = {
  step: {
    open: (network, runtime) => openStepModel(exportStep(network, HEADER), runtime, network.neurons),
    reference: (network) => network,
  },
  seq: { open: (network, runtime) => openSequenceModel(exportSequence(network, HEADER), runtime), reference: (network) => network },
  qdq: {
    open: (network, runtime) => openSequenceModel(exportQdq(network, HEADER), runtime),
    reference: (network) => dequantizedNetwork(network, quantizeWeightsOnly(network)),
  },
};

const cases = RUNTIMES.flatMap((runtime) =>
  Object.keys(FORMS).flatMap((form) => ACTIVATIONS.map((activation): [string, Activation, RuntimeName] => [form, activation, runtime])),
);

describe.each(cases)('the %s form with %s in onnxruntime-%s', (form, activation, runtime) => {
  const { open, reference } = FORMS[form];

  it('computes what the network computes, for several numbers of steps and trials in one session', async () => {
    for (const sizes of SIZES) {
      const network = randomNetwork(11, { ...sizes, activation });
      const model = await open(network, runtime);
      for (const [steps, rows] of [
        [1, 1],
        [9, 7],
        [20, 2],
      ] as const) {
        const inputs = randomInputs(steps, steps * rows * sizes.inputs);
        expectClose(await model.run(inputs, steps, rows), runNetwork(reference(network), inputs, steps, rows));
      }
      await model.release();
    }
  });

  it('stays finite and exact to float32 where activations are large', async () => {
    const small = randomNetwork(3, { inputs: 4, neurons: 12, outputs: 2, activation });
    const network = { ...small, bias: small.bias.map((_, i) => [-1000, -90, 0, 90, 1000][i % 5]) };
    const model = await open(network, runtime);
    const inputs = randomInputs(1, 3 * 2 * 4);
    expectClose(await model.run(inputs, 3, 2), runNetwork(reference(network), inputs, 3, 2));
    await model.release();
  });
});

/** Within 1e-5·max(1, |x|), element by element. */
function expectClose(found: Run, expected: Run): void {
  for (const part of ['states', 'outputs'] as const) {
    expect(found[part].length).toBe(expected[part].length);
    const worst = expected[part].reduce((worst, x, i) => {
      const error = Math.abs(found[part][i] - x) / Math.max(1, Math.abs(x));
      return error <= worst ? worst : error;
    }, 0);
    expect(worst, part).toBeLessThanOrEqual(1e-5);
  }
}
