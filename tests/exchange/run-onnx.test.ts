import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { exportInteger } from '../../src/exchange/int.ts';
import { type OnnxRunner, openIntegerModel, openSequenceModel, openStepModel } from '../../src/exchange/run-onnx.ts';
import { exportSequence } from '../../src/exchange/seq.ts';
import { exportStep } from '../../src/exchange/step.ts';
import { RUNTIMES } from '../../src/onnx/runtime.ts';
import { randomIntegerNetwork } from '../compression/random-integer-network.ts';
import { randomNetwork } from '../compression/random-network.ts';
import { HEADER, quantizedArtifact } from './artifacts.ts';

const sizes = { inputs: 2, neurons: 3, outputs: 2 };
const network = randomNetwork(1, sizes);
const step = exportStep(network, HEADER);
const seq = exportSequence(network, HEADER);
const int = exportInteger(quantizedArtifact(randomIntegerNetwork(1, sizes)));
const floats = new Float32Array(4);

async function refusal<Inputs>(open: Promise<OnnxRunner<Inputs, unknown>>, inputs: Inputs): Promise<unknown> {
  const model = await open;
  const outcome = await model.run(inputs, 2, 1).then(
    () => 'ran',
    (error: unknown) => error,
  );
  await model.release();
  return outcome;
}

describe.each(RUNTIMES)('a file of another form in onnxruntime-%s', (runtime) => {
  it.each<[string, () => Promise<unknown>]>([
    ['a step model as an integer model', () => refusal(openIntegerModel(step, runtime), new Int32Array(4))],
    ['a sequence model as an integer model', () => refusal(openIntegerModel(seq, runtime), new Int32Array(4))],
    ['an integer model as a sequence model', () => refusal(openSequenceModel(int, runtime), floats)],
    ['a step model as a sequence model', () => refusal(openSequenceModel(step, runtime), floats)],
    ['a sequence model as a step model', () => refusal(openStepModel(seq, runtime, 3), floats)],
    ['a step model of another width', () => refusal(openStepModel(step, runtime, 4), floats)],
    ['inputs of another width', () => refusal(openSequenceModel(seq, runtime), new Float32Array(6))],
  ])('is refused with one UsageError: %s', async (_, attempt) => {
    const error = await attempt();
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toMatch(/ONNX file/);
  });
});
