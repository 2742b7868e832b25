// Does what PyTorch writes come in as what PyTorch computes? Real files, made by scripts/fixtures/torch-onnx.py, with their outputs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { importOnnx } from '../../../src/exchange/import/import-onnx.ts';
import { largestError, outputsOf, runtimeOutputs } from './models.ts';

const FOLDER = fileURLToPath(new URL('../../fixtures/onnx/', import.meta.url));

interface Expected {
  readonly form: 'time-first' | 'batch-first' | 'step' | 'columns';
  readonly given: readonly string[];
  readonly steps: number;
  readonly rows: number;
  readonly layers: number;
  readonly last: boolean;
  readonly u: readonly number[];
  readonly o: readonly number[];
}

const cases: Record<string, Expected> = JSON.parse(readFileSync(join(FOLDER, 'expected.json'), 'utf8'));
const fileOf = (name: string) => readFileSync(join(FOLDER, `${name}.onnx`));
const NEURONS = 6;
const OUTPUTS = 4;

/** The last `steps` steps of outputs. */
const lastSteps = (o: Float32Array, rows: number, steps: number) => o.subarray(o.length - steps * rows * OUTPUTS);

describe.each(Object.entries(cases))('%s', (name, { form, given, steps, rows, last, u, o, layers }) => {
  const { network, delay, ...imported } = importOnnx(fileOf(name), name);
  const inputs = Float32Array.from(u);

  it('computes what PyTorch computes, layers one step later each', () => {
    const isMlp = name === 'rnn-mlp-readout';
    expect(delay).toBe(isMlp ? 1 : layers - 1);
    expect(network.neurons).toBe(layers * NEURONS + (isMlp ? 5 : 0) + imported.clockNeurons);
    // Inputs stay as they were while the deeper layers catch up.
    const longer = new Float32Array(inputs.length + delay * rows * network.inputs);
    longer.set(inputs);
    const found = outputsOf(network, longer, steps + delay, rows);
    const expected = name === 'rnn-log-softmax' ? normalised(found) : found;
    expect(largestError(lastSteps(expected, rows, last ? 1 : steps), o)).toBeLessThan(1e-5);
  });

  it('computes what ONNX Runtime computes with the file', async (context) => {
    if (name === 'rnn-relu-opset-7') context.skip('ONNX Runtime has no ConstantFill, which PyTorch writes at this opset');
    const h0 = { data: new Float32Array(layers * rows * NEURONS), dims: [layers, rows, NEURONS] };
    const more = given.includes('h0') ? { h0 } : {};
    const state = { name: 'h', next: 'h_next', neurons: NEURONS };
    const runtime = await runtimeOutputs(fileOf(name), inputs, steps, rows, { form, more, state });
    expect(largestError(runtime, o)).toBeLessThan(1e-5);
  });
});

/** log softmax over the outputs. */
function normalised(o: Float32Array): Float32Array {
  return o.map((x, i) => {
    const all = o.subarray(i - (i % OUTPUTS), i - (i % OUTPUTS) + OUTPUTS);
    return x - Math.log(all.reduce((sum, y) => sum + Math.exp(y), 0));
  });
}

it.each([
  [
    'lstm',
    "node '/rnn/LSTM' (LSTM) cannot be read: only vanilla RNNs h' = φ(W h + W_in u + b) map onto crossbars: gates multiply two signals",
  ],
  ['gru', "node '/rnn/GRU' (GRU) cannot be read: only vanilla RNNs"],
  ['rnn-bidirectional', "node '/rnn/RNN' (RNN) has direction 'bidirectional'; only forward can be read"],
  ['unrolled', "node '/cell/Gemm' (Gemm) multiplies two constants, as a graph does that is unrolled over time"],
  ['cell-leaky', "output 'o' mixes input 'h' with new values, as leaky units do"],
])('%s is refused by name, with the reason', (name, message) => {
  expect(() => importOnnx(fileOf(name), 'model.onnx')).toThrow(`model.onnx: ${message}`);
});
