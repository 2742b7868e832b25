// Do the rules catch every graph that falls into a known trap, and do our own graphs stay out of all of them?
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { attribute, type GraphBuilder, graphBuilder, packInt4, type Value } from '../../src/onnx/graph.ts';
import { decodeModel, encodeModel } from '../../src/onnx/proto.ts';
import { OPTIMIZATION_LEVELS, openSession, RUNTIMES } from '../../src/onnx/runtime.ts';
import { brokenRules, type Reach } from './rules.ts';
import { SAMPLES } from './samples.ts';

type Build = (graph: GraphBuilder) => void;
interface Versions {
  readonly irVersion?: number;
  readonly opset?: number;
}

/** A model with one input `x`, float [batch, 2]. */
function modelOf(build: Build, versions: Versions = {}): Uint8Array {
  const graph = graphBuilder('g');
  graph.input('x', 'float', ['batch', 2]);
  build(graph);
  return encodeModel({ irVersion: 8, opset: 17, producerVersion: '0', metadata: {}, graph: graph.build(), ...versions });
}

const broken = (build: Build, versions?: Versions, reach?: Reach) => brokenRules(decodeModel(modelOf(build, versions), 'test'), reach);
const float = (graph: GraphBuilder, value: Value) => graph.valueInfo(value, 'float', ['batch', 2]);
const scalar = (graph: GraphBuilder, name: string, data: Float32Array | Int8Array | Uint8Array) => graph.constant(name, [], data);
const result = (graph: GraphBuilder, value: Value) => graph.output(value, 'float', ['batch', 2]);

/** The value of an int8 weight with one scale. */
function dequantized(graph: GraphBuilder, dims: readonly number[]): Value {
  const count = dims.reduce((a, b) => a * b, 1);
  const weight = graph.constant(
    'w',
    dims,
    Int8Array.from({ length: count }, (_, i) => i + 1),
  );
  const inputs = [weight, scalar(graph, 's', Float32Array.of(1)), scalar(graph, 'z', Int8Array.of(0))];
  return graph.valueInfo(graph.node('DequantizeLinear', inputs), 'float', dims);
}

/** Graphs that fall into a trap, each with a part of what the rules say of it. */
const TRAPS: [trap: string, says: string, build: Build, versions?: Versions, reach?: Reach][] = [
  [
    'an 8-bit product, signed or not',
    'MatMulInteger saturates',
    (g) =>
      float(
        g,
        g.node('MatMulInteger', [g.constant('a', [1, 2], Uint8Array.of(255, 255)), g.constant('w', [2, 1], Int8Array.of(127, 127))]),
      ),
  ],
  ['QLinearMatMul', 'QLinearMatMul saturates', (g) => float(g, g.node('QLinearMatMul', ['x', 'x']))],
  ['dynamic quantization', 'DynamicQuantizeLinear saturates', (g) => float(g, g.node('DynamicQuantizeLinear', ['x']))],
  [
    'Q and DQ around activations',
    'QuantizeLinear of activations is fused',
    (g) => float(g, g.node('QuantizeLinear', ['x', scalar(g, 's', Float32Array.of(1)), scalar(g, 'z', Int8Array.of(0))])),
  ],
  [
    'a DequantizeLinear of activations',
    'DequantizeLinear of something that is not a constant',
    (g) => float(g, g.node('DequantizeLinear', ['x', scalar(g, 's', Float32Array.of(1)), scalar(g, 'z', Int8Array.of(0))])),
  ],
  [
    'a DequantizeLinear of two inputs',
    'DequantizeLinear without a zero point',
    (g) => float(g, g.node('DequantizeLinear', [scalar(g, 'w', Int8Array.of(1)), scalar(g, 's', Float32Array.of(1))])),
  ],
  [
    'a zero point of another type',
    'the zero point is of another type',
    (g) =>
      float(
        g,
        g.node('DequantizeLinear', [scalar(g, 'w', Int8Array.of(1)), scalar(g, 's', Float32Array.of(1)), scalar(g, 'z', Uint8Array.of(0))]),
      ),
  ],
  [
    'a scale per channel that nobody asked for',
    'only the first of several scales',
    (g) => {
      const scales = g.constant('s', [2], Float32Array.of(1, 2));
      float(g, g.node('DequantizeLinear', [g.constant('w', [2], Int8Array.of(1, 2)), scales, g.constant('z', [2], Int8Array.of(0, 0))]));
    },
  ],
  [
    'blocks of scales before opset 21',
    'blocks of scales came with opset 21',
    (g) => {
      const [w, s, z] = [
        g.constant('w', [2], Int8Array.of(1, 2)),
        g.constant('s', [1], Float32Array.of(1)),
        g.constant('z', [1], Int8Array.of(0)),
      ];
      float(g, g.node('DequantizeLinear', [w, s, z], [attribute.int('axis', 0), attribute.int('block_size', 2)]));
    },
    {},
    'channels',
  ],
  ['int4 that nobody asked for', 'has data type 22', (g) => void g.constant('w', [2], packInt4(Int8Array.of(1, -1)))],
  [
    'a dequantized rank-2 weight',
    'MatMul of a dequantized rank-2 weight is fused',
    (g) => float(g, g.node('MatMul', ['x', dequantized(g, [2, 2])])),
  ],
  [
    'a dequantized rank-2 weight, transposed first',
    'MatMul of a dequantized rank-2 weight is fused',
    (g) => {
      const turned = g.node('Transpose', [dequantized(g, [2, 2])], [attribute.ints('perm', [1, 0])]);
      float(g, g.node('MatMul', ['x', g.valueInfo(turned, 'float', [2, 2])]));
    },
  ],
  ['a dequantized weight of Gemm', 'Gemm of a dequantized rank-2 weight', (g) => float(g, g.node('Gemm', ['x', dequantized(g, [2, 2])]))],
  [
    'a body that dequantizes a constant of the outer graph',
    'DequantizeLinear of something that is not a constant of its own graph',
    (g) => {
      for (const [name, data] of [
        ['w', Int8Array.of(1, 2)],
        ['z', Int8Array.of(0, 0)],
      ] as const)
        g.constant(name, [2], data);
      g.constant('s', [2], Float32Array.of(1, 1));
      const body = graphBuilder('body', 'body_');
      body.output(body.node('Add', [body.input('y', 'float', ['batch', 2]), body.node('DequantizeLinear', ['w', 's', 'z'])]), 'float', [
        'batch',
        2,
      ]);
      float(g, g.node('Scan', ['x'], [attribute.int('num_scan_inputs', 1), attribute.graph('body', body.build())]));
    },
  ],
  [
    'a body that captures an outer value',
    'uses w before or outside its definition',
    (g) => {
      g.constant('w', [2], Float32Array.of(1, 2));
      const body = graphBuilder('body', 'body_');
      body.output(body.node('Add', [body.input('y', 'float', ['batch', 2]), 'w']), 'float', ['batch', 2]);
      float(g, g.node('Scan', ['x'], [attribute.int('num_scan_inputs', 1), attribute.graph('body', body.build())]));
    },
  ],
  ['an attribute of our own', 'Relu has the unknown attribute core', (g) => float(g, g.node('Relu', ['x'], [attribute.int('core', 3)]))],
  ['an operator that some readers lack', 'the operator BitShift', (g) => float(g, g.node('BitShift', ['x', 'x']))],
  ['a softplus in RNN', 'overflows above 88', (g) => float(g, g.node('RNN', ['x'], [attribute.strings('activations', ['Softplus'])]))],
  ['a newer IR version', 'IR version 10', () => {}, { irVersion: 10 }],
  ['a newer opset', 'opsets :21', () => {}, { opset: 21 }],
  ['an older file than was asked for', 'IR version 8', () => {}, {}, 'newest'],
  ['an undescribed value', 'relu_0 has no value_info', (g) => void g.node('Relu', ['x'])],
  ['a use before its definition', 'Relu uses later before', (g) => float(g, g.node('Relu', ['later']))],
];

describe('the rules', () => {
  it.each(TRAPS)('catch %s', (_, says, build, versions, reach) => {
    expect(broken(build, versions, reach).join('\n')).toContain(says);
  });

  it('catch an operator from another domain', () => {
    const model = decodeModel(
      modelOf((g) => float(g, g.node('Relu', ['x']))),
      'test',
    );
    for (const node of model.graph?.node ?? []) node.domain = 'bimt';
    expect(brokenRules(model)).toContain('Relu is from domain bimt, which other readers do not know');
  });

  it('accept a plain graph', () => {
    expect(broken((g) => float(g, g.node('Relu', ['x'])))).toEqual([]);
  });

  it('are kept by every file we write', () => {
    for (const { name, bytes, reach } of SAMPLES) expect(brokenRules(decodeModel(bytes, name), reach), name).toEqual([]);
  });
});

describe.each(RUNTIMES)('onnxruntime-%s', (runtime) => {
  // These two are why nothing but metadata may say where a neuron runs.
  it('refuses an attribute that it does not know', async () => {
    const bytes = modelOf((g) => result(g, g.node('Relu', ['x'], [attribute.int('core', 3)])));
    await expect(openSession(bytes, runtime)).rejects.toThrow(UsageError);
    await expect(openSession(bytes, runtime)).rejects.toThrow('core');
  });

  it('refuses a version that is newer than itself', async () => {
    const bytes = modelOf((g) => result(g, g.node('Relu', ['x'])), { irVersion: 14, opset: 27 });
    await expect(openSession(bytes, runtime)).rejects.toThrow('refuses the model');
  });

  it.each(OPTIMIZATION_LEVELS)('multiplies int32 exactly at level %s, where sums of 8-bit products do not fit int16', async (level) => {
    // Two products of 255 and 127 are 64,770, beyond int16: what saturates elsewhere.
    const graph = graphBuilder('g');
    const x = graph.input('x', 'int32', ['batch', 64]);
    const weights = graph.constant(
      'w',
      [64, 3],
      Int8Array.from({ length: 64 * 3 }, (_, i) => [127, -128, i % 2 === 0 ? 127 : -127][i % 3]),
    );
    graph.output(graph.node('MatMul', [x, graph.node('Cast', [weights], [attribute.int('to', 6)])], [], 'y'), 'int32', ['batch', 3]);
    const bytes = encodeModel({ irVersion: 8, opset: 17, producerVersion: '0', metadata: {}, graph: graph.build() });
    const session = await openSession(bytes, runtime, level);
    const { y } = await session.run({ x: { data: new Int32Array(64).fill(255), dims: [1, 64] } });
    await session.release();
    expect([...(y.data as Int32Array)]).toEqual([64 * 255 * 127, 64 * 255 * -128, 0]);
  });
});
