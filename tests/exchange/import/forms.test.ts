// Is a network recognised in whatever form it is written? Hand-made models of one network, against the network and against ONNX Runtime.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type ImportedNetwork, importOnnx } from '../../../src/exchange/import/import-onnx.ts';
import { denseFromCsr } from '../../../src/network/csr.ts';
import type { Network } from '../../../src/network/network.ts';
import { runNetwork } from '../../../src/network/run.ts';
import { externalDataIn } from '../../../src/onnx/external-data.ts';
import { randomInputs, randomNetwork } from '../../compression/random-network.ts';
import {
  type Attribute,
  attr,
  type Feeding,
  type GraphParts,
  graph,
  halfBits,
  largestError,
  model,
  node,
  outputsOf,
  runtimeOutputs,
  swapped,
  type TypeCode,
  tensor,
  value,
} from './models.ts';

const SIZES = { inputs: 3, neurons: 5, outputs: 4 };
const { inputs: I, neurons: N, outputs: O } = SIZES;
const NETWORK = randomNetwork(21, { ...SIZES, density: 1 });
/** Row-major: W [N, N], U [N, I], V [O, N], and the same transposed. */
const W = denseFromCsr(NETWORK.recurrent);
const U = denseFromCsr(NETWORK.input);
const V = denseFromCsr(NETWORK.readout);
const [WT, UT, VT] = [swapped(W, N, N), swapped(U, N, I), swapped(V, O, N)];
const { bias: b, readoutBias: c } = NETWORK;
const STEPS = 6;
const ROWS = 2;
const STATE = { name: 'h', next: 'h_next', neurons: N };
const STEP: Feeding = { form: 'step', state: STATE };

const stepInputs = [value('u', ['batch', I]), value('h', ['batch', N])];
const stepOutputs = [value('o', ['batch', O]), value('h_next', ['batch', N])];
const readoutOf = (h: string) => [node('MatMul', [h, 'V'], ['p']), node('Add', ['p', 'c'], ['o'])];
const plain = {
  W: tensor('W', [N, N], WT),
  U: tensor('U', [I, N], UT),
  V: tensor('V', [N, O], VT),
  b: tensor('b', [N], b),
  c: tensor('c', [O], c),
};
const constants = Object.values(plain);

/** A step h_next = relu(sum), o = h_next V + c, from nodes that make `sum`. */
const step = (
  nodes: GraphParts['nodes'],
  own: GraphParts['constants'] = [],
  activation = [node('Relu', ['sum'], ['h_next'])],
): GraphParts => ({
  nodes: [...nodes, ...activation, ...readoutOf('h_next')],
  constants: [...own, ...constants.filter((t) => !own.some((other) => other['name'] === t['name']))],
  inputs: stepInputs,
  outputs: stepOutputs,
});

const sums = [node('MatMul', ['u', 'U'], ['a']), node('MatMul', ['h', 'W'], ['r']), node('Add', ['a', 'r'], ['ar'])];
const plainStep = [...sums, node('Add', ['ar', 'b'], ['sum'])];

/** The RNN operator and a readout, from nodes that make x [T, B, I] of u, and o of y [T, 1, B, N]. */
const rnnConstants = [
  tensor('RW', [1, N, I], U),
  tensor('RR', [1, N, N], W),
  tensor('RB', [1, 2 * N], [...b.map((x) => x - 0.5), ...b.map(() => 0.5)]),
  tensor('one', [1], [1], 7),
];
const rnn = (x: string, more: readonly Attribute[] = []) =>
  node('RNN', [x, 'RW', 'RR', 'RB'], ['y', 'last'], [attr.texts('activations', ['Relu']), attr.int('hidden_size', N), ...more]);
const sequence = (nodes: GraphParts['nodes'], own: GraphParts['constants'] = []): GraphParts => ({
  nodes,
  constants: [...own, ...rnnConstants, plain.V, plain.c],
  inputs: [value('u', ['time', 'batch', I])],
  outputs: [value('o', ['time', 'batch', O])],
});
const SEQUENCE: Feeding = { form: 'time-first' };

/** A Scan; weights inside its body, or outside of it. */
function scanModel(isCaptured: boolean, isBatchFirst: boolean): GraphParts {
  const body = graph({
    nodes: [...plainStep, node('Relu', ['sum'], ['h_next']), ...readoutOf('h_next')],
    constants: isCaptured ? [] : constants,
    inputs: [value('h', isCaptured ? ['batch', N] : null), value('u_now', ['batch', I])].map((v, i) =>
      i === 1 ? value('u', ['batch', I]) : v,
    ),
    outputs: [value('h_next', ['batch', N]), value('o', ['batch', O])],
  });
  const axes = isBatchFirst ? [attr.ints('scan_input_axes', [-2]), attr.ints('scan_output_axes', [1])] : [];
  return {
    nodes: [
      node('Shape', ['x'], ['shape']),
      node('Gather', ['shape', 'batch_axis'], ['batch']),
      node('Concat', ['batch', 'width'], ['state_shape'], [attr.int('axis', 0)]),
      node('ConstantOfShape', ['state_shape'], ['h0']),
      node('Scan', ['h0', 'x'], ['h_last', 'scanned'], [attr.int('num_scan_inputs', 1), attr.graph('body', body), ...axes]),
      node('LogSoftmax', ['scanned'], ['answer'], [attr.int('axis', 2)]),
    ],
    constants: [tensor('batch_axis', [1], [isBatchFirst ? 0 : 1], 7), tensor('width', [1], [N], 7), ...(isCaptured ? constants : [])],
    inputs: [value('x', isBatchFirst ? ['batch', 'time', I] : ['time', 'batch', I])],
    outputs: [value('scanned', isBatchFirst ? ['batch', 'time', O] : ['time', 'batch', O])],
  };
}

interface Form {
  readonly bytes: Uint8Array;
  readonly how: Feeding;
  /** What the form computes, if it is not the network. */
  readonly network?: Network;
}
const form = (parts: GraphParts, how: Feeding, versions = {}): Form => ({ bytes: model(parts, versions), how });

const half = (x: Float32Array) => x.map((v) => Math.round(v * 64) / 64);
/** The network with weights that half precision holds. */
const HALVED: Network = {
  ...NETWORK,
  ...Object.fromEntries(
    (['recurrent', 'input', 'readout'] as const).map((name) => [name, { ...NETWORK[name], values: half(NETWORK[name].values) }]),
  ),
  bias: half(b),
  readoutBias: half(c),
} as Network;
const [hWT, hUT, hVT] = [half(WT), half(UT), half(VT)];
const halves = { W: [N, N, hWT], U: [I, N, hUT], V: [N, O, hVT] } as const;

const cases: Record<string, Form> = {
  'a step': form(step(plainStep), STEP),
  'a step of transposed weights, constants from nodes, sums in another order': form(
    step(
      [
        node('Constant', [], ['Wc'], [attr.tensor('value', tensor('', [N, N], W))]),
        node('Transpose', ['Wc'], ['Wt']),
        node('Identity', ['Wt'], ['Wi']),
        node('MatMul', ['h', 'Wi'], ['r']),
        node('Add', ['b', 'r'], ['br']),
        node('MatMul', ['u', 'U'], ['a']),
        node('Sum', ['br', 'a', 'zero'], ['sum']),
      ],
      [tensor('zero', [1], [0])],
    ),
    STEP,
  ),
  'Gemm with factors and transposed weights, a sum as its third input': form(
    step(
      [
        node('Gemm', ['u', 'U2', 'b2'], ['a'], [attr.int('transB', 1), attr.float('alpha', 0.5), attr.float('beta', 2)]),
        node('Gemm', ['h', 'W', 'a'], ['sum']),
      ],
      [
        tensor(
          'U2',
          [N, I],
          U.map((x) => 2 * x),
        ),
        tensor(
          'b2',
          [1, N],
          b.map((x) => x / 2),
        ),
      ],
    ),
    STEP,
  ),
  'Gemm of columns, transposed on both sides': form(
    {
      nodes: [
        node('Gemm', ['U', 'u', 'bc'], ['a'], [attr.int('transA', 1)]),
        node('Gemm', ['Wn', 'h', 'a'], ['sum']),
        node('Relu', ['sum'], ['h_next']),
        node('Gemm', ['h_next', 'V', 'c'], ['o_rows'], [attr.int('transA', 1)]),
        node('Transpose', ['o_rows'], ['o'], [attr.ints('perm', [1, 0])]),
      ],
      constants: [plain.U, plain.V, plain.c, tensor('Wn', [N, N], W), tensor('bc', [N, 1], b)],
      inputs: [value('u', [I, 'batch']), value('h', [N, 'batch'])],
      outputs: [value('o', [O, 'batch']), value('h_next', [N, 'batch'])],
    },
    { form: 'columns', state: STATE },
  ),
  'input and state side by side with a one for the bias': form(
    step(
      [
        node('Concat', ['h', 'u'], ['hu'], [attr.int('axis', -1)]),
        node('MatMul', ['hu', 'both'], ['wsum']),
        node('Add', ['wsum', 'b'], ['sum']),
      ],
      [tensor('both', [N + I, N], [...WT, ...UT])],
    ),
    STEP,
  ),
  'Sub, Neg, Mul and Div': form(
    step(
      [
        node('MatMul', ['u', 'U'], ['a']),
        node('Neg', ['a'], ['na']),
        node('MatMul', ['h', 'W'], ['r']),
        node('Sub', ['r', 'na'], ['ar']),
        node('Mul', ['two', 'ar'], ['ar2']),
        node('Sub', ['minus_b', 'ar2'], ['minus']),
        node('Div', ['minus', 'by'], ['sum']),
      ],
      [
        tensor('two', [], [2]),
        tensor(
          'minus_b',
          [1, N],
          b.map((x) => -2 * x),
        ),
        tensor('by', [N], new Float32Array(N).fill(-2)),
      ],
    ),
    STEP,
  ),
  'Clip from 0 on': form(step(plainStep, [tensor('zero', [], [0])], [node('Clip', ['sum', 'zero'], ['h_next'])]), STEP),
  'Max with 0': form(step(plainStep, [tensor('zero', [1], [0])], [node('Max', ['zero', 'sum'], ['h_next'])]), STEP),
  'states that are split, reordered and joined': form(
    step(
      [
        node('Split', ['h'], ['h0', 'h1'], [attr.int('axis', 1)]),
        node('Concat', ['h1', 'h0'], ['turned'], [attr.int('axis', 1)]),
        node('Gather', ['turned', 'order'], ['back'], [attr.int('axis', 1)]),
        node('MatMul', ['u', 'U'], ['a']),
        node('MatMul', ['back', 'W'], ['r']),
        node('Add', ['a', 'r'], ['ar']),
        node('Add', ['ar', 'b'], ['sum']),
      ].map((n, i) => (i === 0 ? node('Split', ['h', 'parts'], ['h0', 'h1'], [attr.int('axis', 1)]) : n)),
      [tensor('parts', [2], [2, 3], 7), tensor('order', [N], [3, 4, 0, 1, -3], 7)],
    ),
    STEP,
  ),
  'RNN with two biases': form(sequence([rnn('u'), node('Squeeze', ['y', 'one'], ['h']), ...readoutOf('h')]), SEQUENCE),
  'RNN, batch first, reshaped to rows for the readout and back': form(
    {
      ...sequence(
        [
          node('Transpose', ['u'], ['x'], [attr.ints('perm', [1, 0, 2])]),
          rnn('x'),
          node('Transpose', ['y'], ['yt'], [attr.ints('perm', [2, 0, 1, 3])]),
          node('Reshape', ['yt', 'rows'], ['h']),
          node('Gemm', ['h', 'V', 'c'], ['p']),
          node('Shape', ['u'], ['shape'], [attr.int('start', 0), attr.int('end', 2)]),
          node('Concat', ['shape', 'classes'], ['target'], [attr.int('axis', 0)]),
          node('Reshape', ['p', 'target'], ['o']),
        ],
        [tensor('rows', [2], [-1, N], 7), tensor('classes', [1], [O], 7)],
      ),
      inputs: [value('u', ['batch', 'time', I])],
      outputs: [value('o', ['batch', 'time', O])],
    },
    { form: 'batch-first' },
  ),
  'RNN after a linear layer': form(
    sequence(
      [
        node('MatMul', ['u', 'E'], ['e']),
        node('Add', ['e', 'shift'], ['x']),
        rnn('x'),
        node('Squeeze', ['y', 'one'], ['h']),
        ...readoutOf('h'),
      ],
      [tensor('E', [I, I], [2, 0, 0, 0, 0, 4, 0, 1, 0]), tensor('shift', [I], [0, 0, 0])],
    ),
    SEQUENCE,
    {},
  ),
  'a Scan with its weights inside': form(scanModel(false, false), { form: 'time-first', input: 'x', output: 'scanned' }),
  'a Scan with its weights around it, batch first': form(scanModel(true, true), { form: 'batch-first', input: 'x', output: 'scanned' }),
};

// The linear layer of that form stands before the weights.
const AFTER_LINEAR = (() => {
  const E = [2, 0, 0, 0, 0, 4, 0, 1, 0];
  const values = Float32Array.from({ length: N * I }, (_, at) => {
    const [row, column] = [Math.floor(at / I), at % I];
    return [0, 1, 2].reduce((sum, k) => sum + E[column * I + k] * U[row * I + k], 0);
  });
  const indptr = Int32Array.from({ length: N + 1 }, (_, row) => row * I);
  return { ...NETWORK, input: { rows: N, columns: I, indptr, indices: Int32Array.from(values, (_, at) => at % I), values } };
})();

const u = randomInputs(1, STEPS * ROWS * I);

describe.each(Object.entries(cases))('%s', (name, { bytes, how }) => {
  const expected = name === 'RNN after a linear layer' ? AFTER_LINEAR : NETWORK;

  it('is read as the network that it is', () => {
    const { network, delay } = importOnnx(bytes, 'made.onnx');
    expect(delay).toBe(0);
    expectSameNetwork(network, expected);
    expect(largestError(outputsOf(network, u, STEPS, ROWS), outputsOf(expected, u, STEPS, ROWS))).toBeLessThan(1e-6);
  });

  it('is what ONNX Runtime computes', async () => {
    const found = await runtimeOutputs(bytes, u, STEPS, ROWS, how);
    expect(largestError(found, outputsOf(expected, u, STEPS, ROWS))).toBeLessThan(1e-5);
  });
});

/** Equal to float32 rounding. */
function expectSameNetwork(found: Network, expected: Network): void {
  expect([found.inputs, found.neurons, found.outputs, found.activation]).toEqual([
    expected.inputs,
    expected.neurons,
    expected.outputs,
    expected.activation,
  ]);
  for (const matrix of ['recurrent', 'input', 'readout'] as const)
    expect(largestError(denseFromCsr(found[matrix]), denseFromCsr(expected[matrix]))).toBeLessThan(1e-6);
  expect(largestError(found.bias, expected.bias)).toBeLessThan(1e-6);
  expect(largestError(found.readoutBias, expected.readoutBias)).toBeLessThan(1e-6);
}

describe('weights', () => {
  const asHalf = (name: string, dims: readonly number[], values: Float32Array) => ({
    name,
    dims,
    dataType: 10,
    int32Data: Array.from(values, halfBits),
  });
  const casted = (names: readonly string[]) => names.map((name) => node('Cast', [`${name}_stored`], [name], [attr.int('to', 1)]));
  const stored = (make: (name: string, dims: readonly number[], values: Float32Array) => ReturnType<typeof tensor>) => [
    ...Object.entries(halves).map(([name, [rows, columns, values]]) => make(`${name}_stored`, [rows, columns], values)),
    make('b_stored', [N], half(b)),
    make('c_stored', [O], half(c)),
  ];
  const castedStep = (make: Parameters<typeof stored>[0]): GraphParts => ({
    nodes: [...casted(['W', 'U', 'V', 'b', 'c']), ...plainStep, node('Relu', ['sum'], ['h_next']), ...readoutOf('h_next')],
    constants: stored(make),
    inputs: stepInputs,
    outputs: stepOutputs,
  });
  const bfloat = (values: Float32Array) => Uint16Array.from(new Uint32Array(values.slice().buffer), (bits) => bits >>> 16);

  it.each<[string, Parameters<typeof stored>[0], boolean]>([
    ['float16, raw', (name, dims, values) => tensor(name, dims, values, 10), true],
    ['float16, as numbers', asHalf, true],
    ['double, raw', (name, dims, values) => tensor(name, dims, values, 11), true],
    ['double, as numbers', (name, dims, values) => ({ name, dims, dataType: 11, doubleData: Array.from(values) }), true],
    ['float, as numbers', (name, dims, values) => ({ name, dims, dataType: 1, floatData: Array.from(values) }), true],
    ['bfloat16', (name, dims, values) => ({ name, dims, dataType: 16, rawData: new Uint8Array(bfloat(values).buffer) }), false],
  ])('may be %s', async (_, make, isRun) => {
    const bytes = model(castedStep(make));
    const { network } = importOnnx(bytes, 'made.onnx');
    expectSameNetwork(network, HALVED);
    // ONNX Runtime has no bfloat16 on processors.
    if (isRun)
      expect(largestError(await runtimeOutputs(bytes, u, STEPS, ROWS, STEP), outputsOf(network, u, STEPS, ROWS))).toBeLessThan(1e-5);
  });

  const integers = (count: number, lowest: number, highest: number, seed: number) =>
    Array.from(randomInputs(seed, count), (x) => Math.round(lowest + ((x + 1) / 2) * (highest - lowest)));
  const dq = (name: string, attributes: Parameters<typeof node>[3] = []) =>
    node('DequantizeLinear', [`${name}_q`, `${name}_s`, `${name}_z`], [name], attributes);

  it.each<
    [string, { type: 2 | 3 | 6 | 21 | 22; range: [number, number]; zero: number; scales: 'tensor' | 'axis' | 'block'; opset: number }]
  >([
    ['int8, one scale', { type: 3, range: [-128, 127], zero: 3, scales: 'tensor', opset: 10 }],
    ['uint8 with a zero point, a scale an axis', { type: 2, range: [0, 255], zero: 128, scales: 'axis', opset: 13 }],
    ['int8 in blocks', { type: 3, range: [-127, 127], zero: 0, scales: 'block', opset: 21 }],
    ['int4, a scale an axis', { type: 22, range: [-8, 7], zero: 0, scales: 'axis', opset: 21 }],
    ['uint4 in blocks', { type: 21, range: [0, 15], zero: 8, scales: 'block', opset: 24 }],
    ['int32', { type: 6, range: [-1000, 1000], zero: 0, scales: 'tensor', opset: 13 }],
  ])('may be quantized: %s', async (_, { type, range, zero, scales, opset }) => {
    const dims = { tensor: [], axis: [N], block: [Math.ceil(N / 2), N] }[scales];
    const count = dims.reduce((product: number, size) => product * size, 1);
    const width = range[1] - range[0];
    const bytes = model(
      {
        nodes: [
          dq('W', { tensor: [], axis: [attr.int('axis', -1)], block: [attr.int('axis', 0), attr.int('block_size', 2)] }[scales]),
          ...plainStep,
          node('Relu', ['sum'], ['h_next']),
          ...readoutOf('h_next'),
        ],
        constants: [
          tensor('W_q', [N, N], integers(N * N, ...range, 5), type),
          tensor(
            'W_s',
            dims,
            Array.from({ length: count }, (_, i) => (1 + 0.1 * i) / width),
          ),
          tensor('W_z', dims, new Array(count).fill(zero), type),
          ...constants.filter(({ name }) => name !== 'W'),
        ],
        inputs: stepInputs,
        outputs: stepOutputs,
      },
      { opset, ir: opset > 17 ? 10 : 8 },
    );
    const { network } = importOnnx(bytes, 'made.onnx');
    expect(network.recurrent.values.some((w) => w > 0.05)).toBe(true);
    const runtime = await runtimeOutputs(bytes, u, STEPS, ROWS, { ...STEP, runtime: opset > 17 ? 'web' : 'node' });
    expect(largestError(outputsOf(network, u, STEPS, ROWS), runtime)).toBeLessThan(1e-5);
  });

  it('may be quantized on the way, as simulated quantization writes them', async () => {
    const bytes = model({
      nodes: [
        node('QuantizeLinear', ['W_f', 'W_s', 'W_z'], ['W_q'], [attr.int('axis', 0)]),
        dq('W', [attr.int('axis', 0)]),
        ...plainStep,
        node('Relu', ['sum'], ['h_next']),
        ...readoutOf('h_next'),
      ],
      constants: [
        tensor('W_f', [N, N], WT),
        tensor('W_s', [N], [0.01, 0.02, 0.005, 0.001, 0.5]),
        tensor('W_z', [N], [0, 1, 2, -3, 0], 3),
        ...constants.filter(({ name }) => name !== 'W'),
      ],
      inputs: stepInputs,
      outputs: stepOutputs,
    });
    const { network } = importOnnx(bytes, 'made.onnx');
    expect(largestError(outputsOf(network, u, STEPS, ROWS), await runtimeOutputs(bytes, u, STEPS, ROWS, STEP))).toBeLessThan(1e-5);
  });

  it.each<[TypeCode, string]>([
    [11, 'weights are stored in double precision and were rounded to float32'],
    [10, 'weights are stored in half precision; the network has the same ones, and adds up in float32'],
  ])('of a model that computes in type %i are noted', (type, note) => {
    const own = [...stored((name, dims, values) => tensor(name.replace('_stored', ''), dims, values, type))];
    const { network, notes } = importOnnx(model(step(plainStep, own)), 'made.onnx');
    expectSameNetwork(network, HALVED);
    expect(notes).toContain(note);
  });
});

describe('versions', () => {
  const opsets = Array.from({ length: 20 }, (_, i) => i + 7);

  it.each(opsets)('opset %i: a step and a sequence, as this version writes them', async (opset) => {
    const ir = opset < 9 ? 3 : opset > 20 ? 13 : 8;
    const squeeze = opset < 13 ? node('Squeeze', ['y'], ['h'], [attr.ints('axes', [1])]) : node('Squeeze', ['y', 'one'], ['h']);
    const parts = { step: step(plainStep), sequence: sequence([rnn('u'), squeeze, ...readoutOf('h')]) };
    for (const [form, own] of Object.entries(parts)) {
      // Before IR 4 initializers were inputs as well.
      const shapes = (own.constants ?? []).map((t) => value(t['name'] as string, t['dims'] as number[], t['dataType'] as number));
      const bytes = model({ ...own, inputs: ir < 4 ? [...own.inputs, ...shapes] : own.inputs }, { opset, ir });
      const { network, ...read } = importOnnx(bytes, 'made.onnx');
      expect(read).toMatchObject({ opset, irVersion: ir, form: form === 'step' ? 'step' : 'RNN' });
      expectSameNetwork(network, NETWORK);
      const how = { ...(form === 'step' ? STEP : SEQUENCE), runtime: opset > 17 ? 'web' : 'node' } as const;
      if ([7, 9, 13, 17, 22, 26].includes(opset))
        expect(largestError(await runtimeOutputs(bytes, u, STEPS, ROWS, how), outputsOf(NETWORK, u, STEPS, ROWS))).toBeLessThan(1e-5);
    }
  });

  it.each([
    [{ opset: 6 }, 'made.onnx has opset 6; read are 7 to 26'],
    [{ opset: 27 }, 'made.onnx has opset 27; read are 7 to 26'],
    [{ ir: 14 }, 'made.onnx has IR version 14; read are versions up to 13'],
    [{ opsetImport: [{ domain: 'com.microsoft', version: 1 }] }, 'made.onnx names no version of the standard ONNX operators'],
  ])('%o are refused', (versions, message) => {
    expect(() => importOnnx(model(step(plainStep), versions), 'made.onnx')).toThrow(message);
  });
});

describe('external data', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bimt-external-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const bytesOf = (values: Float32Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);

  it('are read beside the model, with offsets, in folders, and for several tensors', () => {
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data', 'weights.bin'), Buffer.concat([Buffer.alloc(8), bytesOf(WT), bytesOf(UT)]));
    writeFileSync(join(folder, 'V'), bytesOf(VT));
    const external = (name: string, dims: readonly number[], entries: Record<string, string | number>) => ({
      name,
      dims,
      dataType: 1,
      dataLocation: 1,
      externalData: Object.entries(entries).map(([key, value]) => ({ key, value: `${value}` })),
    });
    const own = [
      external('W', [N, N], { location: 'data/weights.bin', offset: 8, length: 4 * N * N }),
      external('U', [I, N], { location: 'data/weights.bin', offset: 8 + 4 * N * N }),
      external('V', [N, O], { location: 'V' }),
    ];
    const bytes = model(step(plainStep, own));
    const beside = externalDataIn(folder);
    expectSameNetwork(importOnnx(bytes, 'made.onnx', { external: beside }).network, NETWORK);
    expect([...beside.contents()].reduce((size, part) => size + part.length, 0)).toBe(4 * N * O + 8 + 4 * N * (N + I));
    expect(() => importOnnx(bytes, 'made.onnx')).toThrow("lies in another file, 'data/weights.bin', and only the model itself was given");
  });
});

describe('what is left out and what is decided is noted', () => {
  const notes = (bytes: Uint8Array, options = {}): ImportedNetwork => importOnnx(bytes, 'made.onnx', options);

  it('an answer after the readout', () => {
    for (const [op, attributes] of [
      ['Softmax', [attr.int('axis', 1)]],
      ['ArgMax', [attr.int('axis', 1)]],
      ['Sigmoid', []],
    ] as const) {
      const parts = step(plainStep);
      const bytes = model({
        ...parts,
        nodes: [...parts.nodes, node(op, ['o'], ['answer'], attributes)],
        outputs: [value('answer', null), stepOutputs[1]],
      });
      const { network, notes: found } = notes(bytes);
      expectSameNetwork(network, NETWORK);
      expect(found).toContain(`node 'answer_node' (${op}) is left out: it does not change which output is largest`);
    }
  });

  it('a tanh after the readout, which neurons do not read', () => {
    const parts = step(plainStep);
    const bytes = model({
      ...parts,
      nodes: [...parts.nodes, node('Tanh', ['o'], ['answer'])],
      outputs: [value('answer', null), stepOutputs[1]],
    });
    const { network, notes: found, delay } = notes(bytes);
    expectSameNetwork(network, NETWORK);
    expect(delay).toBe(0);
    expect(found.join()).toContain("node 'answer_node' (Tanh) after the readout is left out");
  });

  it('which of several readouts is meant: the one of the right size, or the one that is named', () => {
    const parts = step(plainStep);
    const more = [node('MatMul', ['h_next', 'W'], ['value'])];
    const bytes = model({ ...parts, nodes: [...parts.nodes, ...more], outputs: [...stepOutputs, value('value', null)] });
    expect(() => notes(bytes)).toThrow("made.onnx has several readouts, 'o', 'value'; choose one with --output");
    expectSameNetwork(notes(bytes, { outputs: O }).network, NETWORK);
    expect(notes(bytes, { output: 'value' }).network.outputs).toBe(N);
    expect(() => notes(bytes, { output: 'nothing' })).toThrow("made.onnx has no output 'nothing'; it has 'o', 'h_next', 'value'");
  });

  it('that there is no readout', () => {
    const bytes = model({ ...step(plainStep), outputs: [stepOutputs[1]] });
    const { network, notes: found } = notes(bytes);
    expect(network.outputs).toBe(N);
    expect(found.join()).toContain("output 'h_next' is the state itself");
    const { states, outputs } = runNetwork(network, u, STEPS, ROWS);
    expect(outputs).toEqual(states);
  });

  it.each([
    ['u', 'h'],
    ['x', 'y'],
    ['frame', 'previous'],
  ])('which input is the state where both are as large: of %s and %s the second', (first, second) => {
    const square = {
      nodes: [
        node('MatMul', [first, 'A'], ['a']),
        node('MatMul', [second, 'W'], ['r']),
        node('Add', ['a', 'r'], ['s']),
        node('Relu', ['s'], ['new']),
      ],
    };
    const own = [plain.W, tensor('A', [N, N], W)];
    const io = { inputs: [value(first, ['batch', N]), value(second, ['batch', N])], outputs: [value('new', ['batch', N])] };
    const { network, notes: found } = notes(model({ ...square, constants: own, ...io }));
    expect(found).toContain(`input '${second}' is read as the state, fed back from output 'new'`);
    expect(largestError(denseFromCsr(network.recurrent), W)).toBe(0);
    expect(largestError(denseFromCsr(network.input), WT)).toBe(0);
  });

  it('that several inputs are joined', () => {
    const parts: GraphParts = {
      ...step([
        node('MatMul', ['stimulus', 'U'], ['a']),
        node('MatMul', ['rule', 'U2'], ['a2']),
        node('MatMul', ['h', 'W'], ['r']),
        node('Sum', ['a', 'a2', 'r', 'b'], ['sum']),
      ]),
      inputs: [value('rule', ['batch', 2]), value('stimulus', ['batch', I]), value('h', ['batch', N])],
    };
    const U2 = randomInputs(9, 2 * N);
    const { network, notes: found } = notes(model({ ...parts, constants: [...constants, tensor('U2', [2, N], U2)] }));
    expect(network.inputs).toBe(2 + I);
    expect(found).toContain("the channels of 'rule' (2), 'stimulus' (3) are joined in this order");
    const rows = denseFromCsr(network.input);
    for (let n = 0; n < N; n++)
      expect([...rows.subarray(n * (2 + I), (n + 1) * (2 + I))]).toEqual([U2[n], U2[N + n], ...U.subarray(n * I, (n + 1) * I)]);
  });

  it('weights that are all zero', () => {
    const zeros = (name: string, rows: number, columns: number) => tensor(name, [rows, columns], new Float32Array(rows * columns));
    const messages = (own: GraphParts['constants']) =>
      notes(model(step(plainStep, own))).warnings.map(({ rule, message }) => `${rule}: ${message}`);
    expect(messages([zeros('W', N, N)])).toEqual(['import/zero-weights: all recurrent weights are zero']);
    expect(messages([zeros('V', N, O)])).toEqual(['import/zero-weights: all readout weights are zero']);
    expect(messages([zeros('W', N, N), zeros('U', I, N)])).toEqual([
      'import/zero-weights: all recurrent and input weights are zero',
      "import/zero-weights: all weights into node 'h_next_node' (Relu) are zero",
    ]);
  });
});
