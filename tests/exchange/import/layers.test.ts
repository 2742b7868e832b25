// What becomes of several layers: when is one network exact, how late is it, and what is refused?
import { describe, expect, it } from 'vitest';
import { importOnnx } from '../../../src/exchange/import/import-onnx.ts';
import { denseFromCsr } from '../../../src/network/csr.ts';
import { randomInputs } from '../../compression/random-network.ts';
import { attr, type GraphParts, largestError, model, node, outputsOf, runtimeOutputs, tensor, value } from './models.ts';

const I = 3;
const N = 4;
const O = 2;
const STEPS = 8;
const ROWS = 3;
const u = randomInputs(4, STEPS * ROWS * I);
let seed = 0;
const weights = (count: number, scale = 0.5) => randomInputs(++seed, count).map((w) => scale * w);

/** RNN operators one above the other; a readout of the last. */
function stacked(layers: number, activation: string, biasOf: (layer: number) => Float32Array): GraphParts {
  const nodes = Array.from({ length: layers }, (_, k) => [
    node(
      'RNN',
      [k === 0 ? 'u' : `h${k - 1}`, `W${k}`, `R${k}`, `B${k}`],
      [`y${k}`],
      [attr.texts('activations', [activation]), attr.int('hidden_size', N)],
    ),
    node('Squeeze', [`y${k}`, 'one'], [`h${k}`]),
  ]).flat();
  const constants = Array.from({ length: layers }, (_, k) => [
    tensor(`W${k}`, [1, N, k === 0 ? I : N], weights(N * (k === 0 ? I : N), 1)),
    tensor(`R${k}`, [1, N, N], weights(N * N)),
    tensor(`B${k}`, [1, 2 * N], [...biasOf(k), ...new Float32Array(N)]),
  ]).flat();
  return {
    nodes: [...nodes, node('MatMul', [`h${layers - 1}`, 'V'], ['p']), node('Add', ['p', 'c'], ['o'])],
    constants: [...constants, tensor('one', [1], [1], 7), tensor('V', [N, O], weights(N * O)), tensor('c', [O], weights(O))],
    inputs: [value('u', ['time', 'batch', I])],
    outputs: [value('o', ['time', 'batch', O])],
  };
}

describe.each([
  ['Relu', 2],
  ['Relu', 4],
  ['Tanh', 2],
  ['Tanh', 3],
])('%s layers, %i of them', (activation, layers) => {
  it.each<[string, (layer: number) => Float32Array, number]>([
    ['without biases', () => new Float32Array(N), 0],
    ['with biases that keep a silent neuron silent', () => weights(N).map((b) => (activation === 'Relu' ? -Math.abs(b) : 0)), 0],
    ['with biases that wake it', () => weights(N, 1), layers - 1],
    [
      'with one such bias in the second layer',
      (layer) => Float32Array.from({ length: N }, (_, i) => (layer === 1 && i === 2 ? 0.75 : 0)),
      1,
    ],
  ])('%s: the outputs of the file, later by a step a layer', async (_, biasOf, clockNeurons) => {
    const bytes = model(stacked(layers, activation, biasOf));
    const read = importOnnx(bytes, 'made.onnx');
    expect(read).toMatchObject({ delay: layers - 1, clockNeurons });
    expect(read.layers.map(({ delay, neurons }) => [delay, neurons])).toEqual(Array.from({ length: layers }, (_, k) => [k, N]));
    expect(read.warnings.map(({ rule }) => rule)).toEqual(['import/delay']);
    const runtime = await runtimeOutputs(bytes, u, STEPS, ROWS, { form: 'time-first' });
    const longer = new Float32Array(u.length + read.delay * ROWS * I);
    longer.set(u);
    const found = outputsOf(read.network, longer, STEPS + read.delay, ROWS);
    expect(largestError(found.subarray(read.delay * ROWS * O), runtime)).toBeLessThan(1e-5);
  });
});

it('a hidden layer before the recurrent one takes a step too', async () => {
  const parts = stacked(1, 'Relu', () => weights(N, 1));
  const hidden = [node('MatMul', ['u', 'E'], ['e']), node('Add', ['e', 'f'], ['es']), node('Relu', ['es'], ['x'])];
  const [rnn, ...rest] = parts.nodes;
  const bytes = model({
    ...parts,
    nodes: [...hidden, { ...rnn, input: ['x', 'W0', 'R0', 'B0'] }, ...rest],
    constants: [...(parts.constants ?? []), tensor('E', [I, I], weights(I * I, 1)), tensor('f', [I], [0.5, -0.5, 1])],
  });
  const { network, delay, layers, clockNeurons } = importOnnx(bytes, 'made.onnx');
  expect([delay, clockNeurons]).toEqual([1, 1]);
  expect(layers.map(({ neurons, delay }) => [neurons, delay])).toEqual([
    [I, 0],
    [N, 1],
  ]);
  const longer = new Float32Array(u.length + ROWS * I);
  longer.set(u);
  const found = outputsOf(network, longer, STEPS + 1, ROWS).subarray(ROWS * O);
  expect(largestError(found, await runtimeOutputs(bytes, u, STEPS, ROWS, { form: 'time-first' }))).toBeLessThan(1e-5);
});

it('the blocks of two layers are W1, V2 and W2; the clock drives the biases of the second', () => {
  const bias = [Float32Array.of(1, 2, 3, 4), Float32Array.of(5, -6, 7, 0)];
  const parts = stacked(2, 'Relu', (layer) => bias[layer]);
  const stored = (name: string) => {
    const raw = (parts.constants ?? []).find((t) => t['name'] === name)?.['rawData'] as Uint8Array;
    return new Float32Array(raw.slice().buffer);
  };
  const { network } = importOnnx(model(parts), 'made.onnx');
  const size = 2 * N + 1;
  const W = denseFromCsr(network.recurrent);
  const block = (row: number, column: number) =>
    Float32Array.from({ length: N * N }, (_, at) => W[(row + Math.floor(at / N)) * size + column + (at % N)]);
  expect(block(0, 0)).toEqual(stored('R0'));
  expect(block(N, 0)).toEqual(stored('W1'));
  expect(block(N, N)).toEqual(stored('R1'));
  expect(block(0, N)).toEqual(new Float32Array(N * N));
  expect(Array.from({ length: size }, (_, row) => W[row * size + 2 * N])).toEqual([0, 0, 0, 0, 5, 0, 7, 0, 0]);
  expect([...network.bias]).toEqual([1, 2, 3, 4, 0, -6, 0, 0, 1]);
});

/** Steps of one file by hand: u and several states in, o and the new states out. */
const step = (nodes: GraphParts['nodes'], states: readonly string[], constants: GraphParts['constants'] = []): Uint8Array =>
  model({
    nodes,
    constants: [
      tensor('E', [N, N], weights(N * N)),
      tensor('F', [N, N], weights(N * N)),
      tensor('U', [I, N], weights(I * N)),
      ...constants,
    ],
    inputs: [value('u', ['b', I]), ...states.map((name) => value(name, ['b', N]))],
    outputs: [value('o', ['b', N]), ...states.map((name) => value(`${name}_next`, ['b', N]))],
  });
const layer = (name: string, input: readonly [string, string], state: readonly [string, string] | null, activation = 'Relu') => [
  node('MatMul', input, [`${name}_in`]),
  ...(state === null
    ? [node('Identity', [`${name}_in`], [`${name}_sum`])]
    : [node('MatMul', state, [`${name}_re`]), node('Add', [`${name}_in`, `${name}_re`], [`${name}_sum`])]),
  node(activation, [`${name}_sum`], [name]),
];

describe('a step by hand', () => {
  it('may hold two layers, told apart by the order of their states', async () => {
    const bytes = step(
      [
        ...layer('h1_next', ['u', 'U'], ['h1', 'E']),
        ...layer('h2_next', ['h1_next', 'F'], ['h2', 'E']),
        node('MatMul', ['h2_next', 'F'], ['o']),
      ],
      ['h1', 'h2'],
    );
    const { delay, notes, layers } = importOnnx(bytes, 'made.onnx');
    expect(delay).toBe(1);
    expect(layers.map(({ neurons }) => neurons)).toEqual([N, N]);
    expect(notes).toEqual([
      "input 'h1' is read as the state, fed back from output 'h1_next'",
      "input 'h2' is read as the state, fed back from output 'h2_next'",
    ]);
  });

  it('may hold two populations side by side, which need no delay', () => {
    const bytes = step(
      [...layer('a_next', ['u', 'U'], ['b', 'E']), ...layer('b_next', ['u', 'U'], ['a', 'F']), node('Add', ['a_next', 'b_next'], ['o'])],
      ['a', 'b'],
    );
    const { delay, network } = importOnnx(bytes, 'made.onnx');
    expect([delay, network.neurons]).toEqual([0, 2 * N]);
  });

  it('may feed back a product of the new state instead of the state itself', () => {
    const nodes = [
      ...layer('h_next', ['u', 'U'], ['k', 'E']),
      node('MatMul', ['h_next', 'F'], ['k_next']),
      node('Identity', ['h_next'], ['o']),
    ];
    // Only a Scan says which value is fed back where.
    const body = {
      name: 'body',
      node: nodes,
      initializer: [tensor('E', [N, N], weights(N * N)), tensor('F', [N, N], weights(N * N)), tensor('U', [I, N], weights(I * N))],
      input: [value('k', ['b', N]), value('u', ['b', I])],
      output: [value('k_next', ['b', N]), value('o', ['b', N])],
    };
    const scan = node('Scan', ['k0', 'u'], ['k', 'o'], [attr.int('num_scan_inputs', 1), attr.graph('body', body)]);
    const bytes = model({
      nodes: [scan],
      constants: [tensor('k0', [1, N], new Float32Array(N))],
      inputs: [value('u', ['t', 1, I])],
      outputs: [value('o', ['t', 1, N])],
    });
    const { network } = importOnnx(bytes, 'made.onnx');
    expect([network.neurons, network.outputs]).toEqual([N, N]);
    return runtimeOutputs(bytes, u.subarray(0, STEPS * I), STEPS, 1, { form: 'time-first' }).then((runtime) => {
      expect(largestError(outputsOf(network, u.subarray(0, STEPS * I), STEPS, 1), runtime)).toBeLessThan(1e-5);
    });
  });

  it.each<[string, () => Uint8Array, string]>([
    [
      'a layer that reads the input and the layer below',
      () =>
        step(
          [
            ...layer('h1_next', ['u', 'U'], ['h1', 'E']),
            node('MatMul', ['u', 'U'], ['skip']),
            node('MatMul', ['h1_next', 'F'], ['up']),
            node('MatMul', ['h2', 'E'], ['own']),
            node('Sum', ['skip', 'up', 'own'], ['s2']),
            node('Relu', ['s2'], ['h2_next']),
            node('Identity', ['h2_next'], ['o']),
          ],
          ['h1', 'h2'],
        ),
      'joins signals that passed through different numbers of layers',
    ],
    [
      'a readout of both layers',
      () =>
        step(
          [
            ...layer('h1_next', ['u', 'U'], ['h1', 'E']),
            ...layer('h2_next', ['h1_next', 'F'], ['h2', 'E']),
            node('Add', ['h1_next', 'h2_next'], ['o']),
          ],
          ['h1', 'h2'],
        ),
      'the readout after',
    ],
    [
      'layers of different activations',
      () =>
        step(
          [
            ...layer('h1_next', ['u', 'U'], ['h1', 'E']),
            ...layer('h2_next', ['h1_next', 'F'], ['h2', 'E'], 'Tanh'),
            node('MatMul', ['h2_next', 'F'], ['o']),
          ],
          ['h1', 'h2'],
        ),
      "made.onnx: node 'h2_next_node' (Tanh) is tanh, node 'h1_next_node' (Relu) is relu",
    ],
    [
      'layers of softplus neurons',
      () =>
        step(
          [
            ...layer('h1_next', ['u', 'U'], ['h1', 'E'], 'Softplus'),
            ...layer('h2_next', ['h1_next', 'F'], ['h2', 'E'], 'Softplus'),
            node('MatMul', ['h2_next', 'F'], ['o']),
          ],
          ['h1', 'h2'],
        ),
      'layers of softplus neurons cannot be chained',
    ],
    [
      'a readout of the old state',
      () => step([...layer('h_next', ['u', 'U'], ['h', 'E']), node('MatMul', ['h', 'F'], ['o'])], ['h']),
      'has outputs that are computed from the old state directly',
    ],
    [
      'a readout of the input',
      () => step([...layer('h_next', ['u', 'U'], ['h', 'E']), node('MatMul', ['u', 'U'], ['o'])], ['h']),
      'has outputs that are computed from the input directly',
    ],
    [
      'a network without recurrence',
      () =>
        step(
          [...layer('h_next', ['u', 'U'], null), node('MatMul', ['h_next', 'F'], ['o']), node('Identity', ['h_next'], ['x_next'])],
          ['x'],
        ),
      'has no recurrent connection',
    ],
    [
      'gates',
      () =>
        step(
          [
            ...layer('c', ['u', 'U'], ['h', 'E'], 'Tanh'),
            ...layer('g', ['u', 'U'], ['h', 'F'], 'Sigmoid'),
            node('Mul', ['c', 'g'], ['h_next']),
            node('Identity', ['h_next'], ['o']),
          ],
          ['h'],
        ),
      "node 'g_node' (Sigmoid) is applied before the new state is known",
    ],
    [
      'a product of two signals',
      () => step([...layer('c', ['u', 'U'], ['h', 'E']), node('Mul', ['c', 'h'], ['h_next']), node('Identity', ['h_next'], ['o'])], ['h']),
      "node 'h_next_node' (Mul) multiplies two signals that are both computed",
    ],
  ])('is refused with %s', (_, make, message) => {
    expect(() => importOnnx(make(), 'made.onnx')).toThrow(message);
    expect(() => importOnnx(make(), 'made.onnx')).not.toThrow('\n');
  });
});

describe('a recurrent operator', () => {
  const rnn = (attributes: Parameters<typeof node>[3] = [], inputs = ['u', 'W', 'R'], constants: GraphParts['constants'] = []) =>
    model({
      nodes: [node('RNN', inputs, ['y', 'h'], attributes), node('MatMul', ['h', 'V'], ['o'])],
      constants: [
        tensor('W', [1, N, I], weights(N * I)),
        tensor('R', [1, N, N], weights(N * N)),
        tensor('V', [1, N, O], weights(N * O)),
        ...constants,
      ],
      inputs: [value('u', ['t', 'b', I])],
      outputs: [value('o', [1, 'b', O])],
    });

  it('may give its last state, start from stored zeros, and clip at infinity', () => {
    const bytes = rnn(
      [attr.float('clip', Number.POSITIVE_INFINITY)],
      ['u', 'W', 'R', '', '', 'h0'],
      [tensor('h0', [1, 1, N], new Float32Array(N))],
    );
    expect(importOnnx(bytes, 'made.onnx')).toMatchObject({ delay: 0, network: { neurons: N, activation: 'tanh' } });
    expect(importOnnx(rnn([attr.int('layout', 1)]), 'made.onnx').network.neurons).toBe(N);
  });

  it.each<[Uint8Array, string]>([
    [rnn([attr.text('direction', 'reverse')]), "has direction 'reverse'; only forward can be read"],
    [rnn([attr.float('clip', 3)]), 'clips its sums at 3; neurons here have no limit'],
    [rnn([attr.texts('activations', ['Sigmoid'])]), "has the activations 'Sigmoid'; read are Relu, Tanh and Softplus"],
    [rnn([attr.int('hidden_size', 7)]), `has hidden_size 7 and weights of ${N} neurons`],
    [rnn([], ['u', 'W', 'R', '', 'lengths'], [tensor('lengths', [1], [3], 6)]), 'has sequence_lens; export it without packed sequences'],
    [rnn([], ['u', 'W', 'R', '', '', 'h0'], [tensor('h0', [1, 1, N], [0, 0, 1, 0])]), 'starts from a stored state that is not zero'],
    [rnn([], ['u', 'W', 'R', 'B'], [tensor('B', [1, N], new Float32Array(N))]), `has biases of shape [1, ${N}], expected [1, ${2 * N}]`],
    [rnn([], ['u', 'W', 'W']), `has recurrent weights of shape [1, ${N}, ${I}], expected [1, ${N}, ${N}]`],
  ])('is refused where it is something else (%#)', (bytes, message) => {
    expect(() => importOnnx(bytes, 'made.onnx')).toThrow(`made.onnx: node 'y_node' (RNN) ${message}`);
  });
});
