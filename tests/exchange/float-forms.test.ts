import { describe, expect, it } from 'vitest';
import { DEFAULT_WEIGHT_ONLY, dequantizedNetwork, quantizeWeightsOnly, type WeightOnlyFormat } from '../../src/compression/dequantize.ts';
import { exportQdq } from '../../src/exchange/qdq.ts';
import { type OnnxRunner, openSequenceModel, openStepModel } from '../../src/exchange/run-onnx.ts';
import { exportSequence } from '../../src/exchange/seq.ts';
import { SEQUENCES, type Sequence } from '../../src/exchange/sequences.ts';
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

/** A form, the runtimes that can read it, and the network that it must reproduce. */
interface Form {
  readonly name: string;
  readonly runtimes: readonly RuntimeName[];
  readonly open: (network: Network, runtime: RuntimeName) => Promise<OnnxRunner<Float32Array, Run>>;
  readonly reference: (network: Network) => Network;
}

function qdq(name: string, changes: Partial<WeightOnlyFormat>, sequence: Sequence, runtimes: readonly RuntimeName[] = RUNTIMES): Form {
  const format = { ...DEFAULT_WEIGHT_ONLY, ...changes };
  return {
    name: `${name} qdq (${sequence})`,
    runtimes,
    open: (network, runtime) => openSequenceModel(exportQdq(network, HEADER, format, sequence), runtime),
    reference: (network) => dequantizedNetwork(network, quantizeWeightsOnly(network, format)),
  };
}

/** The native runtime, 1.16.3, ends at opset 19; int4 and blocks came with 21. */
const NEWEST: readonly RuntimeName[] = ['web'];

const FORMS: readonly Form[] = [
  {
    name: 'step',
    runtimes: RUNTIMES,
    open: (network, runtime) => openStepModel(exportStep(network, HEADER), runtime, network.neurons),
    reference: (network) => network,
  },
  ...SEQUENCES.flatMap((sequence): Form[] => [
    {
      name: `seq (${sequence})`,
      runtimes: RUNTIMES,
      open: (network, runtime) => openSequenceModel(exportSequence(network, HEADER, sequence), runtime),
      reference: (network) => network,
    },
    qdq('int8 per tensor', {}, sequence),
    qdq('int8 per channel', { granularity: 'channel' }, sequence),
    qdq('int8 per block of 16', { granularity: 'block', blockSize: 16 }, sequence, NEWEST),
    qdq('int4 per tensor', { bits: 4 }, sequence, NEWEST),
    qdq('int4 per channel', { bits: 4, granularity: 'channel' }, sequence, NEWEST),
    qdq('int4 per block of 32', { bits: 4, granularity: 'block' }, sequence, NEWEST),
  ]),
];

/** Only what is written unless somebody asks for more is tried with every activation: the others share its code. */
const activationsOf = ({ name }: Form) => (/^(step|seq|int8 per tensor)/.test(name) ? ACTIVATIONS : (['relu'] as const));

const cases = FORMS.flatMap((form) =>
  form.runtimes.flatMap((runtime) =>
    activationsOf(form).map((activation): [string, Activation, RuntimeName, Form] => [form.name, activation, runtime, form]),
  ),
);

describe.each(cases)('the form %s with %s in onnxruntime-%s', (_, activation, runtime, { open, reference }) => {
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
