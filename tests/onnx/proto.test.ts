import fc from 'fast-check';
import onnxProto from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { attribute, graphBuilder } from '../../src/onnx/graph.ts';
import { decodeModel, encodeModel } from '../../src/onnx/proto.ts';
import { openSession, RUNTIMES } from '../../src/onnx/runtime.ts';
import { nested, varint } from '../exchange/import/hostile.ts';

function smallModel(): Uint8Array {
  const graph = graphBuilder('small');
  const x = graph.input('x', 'float', ['batch', 2]);
  const sum = graph.node('Add', [x, graph.constant('c', [2], Float32Array.of(1, 2))]);
  graph.output(graph.node('Relu', [graph.valueInfo(sum, 'float', ['batch', 2])], [], 'y'), 'float', ['batch', 2]);
  return encodeModel({ irVersion: 8, opset: 17, producerVersion: '0', graph: graph.build(), metadata: { b: '2', a: '1' } });
}

describe('writing ONNX', () => {
  it('keeps every field through a round trip, metadata in key order', () => {
    const model = decodeModel(smallModel(), 'small');
    expect(model.metadataProps.map(({ key, value }) => [key, value])).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
    expect(model.graph?.node?.map(({ opType, input, output }) => [opType, input, output])).toEqual([
      ['Add', ['x', 'c'], ['add_0']],
      ['Relu', ['add_0'], ['y']],
    ]);
  });

  it('keeps int64 constants, which a plain encode would write as 0', () => {
    const graph = graphBuilder('g');
    graph.constant('k', [2], BigInt64Array.of(-5n, 2n ** 40n));
    const bytes = encodeModel({ irVersion: 8, opset: 17, producerVersion: '0', graph: graph.build(), metadata: {} });
    const raw = decodeModel(bytes, 'g').graph?.initializer?.[0]?.rawData ?? new Uint8Array();
    expect([...new BigInt64Array(Uint8Array.from(raw).buffer)]).toEqual([-5n, 2n ** 40n]);
  });

  it('gives every attribute its type', () => {
    const all = [
      attribute.float('f', 1),
      attribute.int('i', 2),
      attribute.ints('n', [1]),
      attribute.strings('s', ['x']),
      attribute.graph('g', graphBuilder('b').build()),
    ];
    expect(all.map(({ type }) => type)).toEqual([1, 2, 7, 8, 5]);
  });

  it('refuses a name that is taken and a shape that does not fit, as bugs', () => {
    const graph = graphBuilder('g');
    graph.input('x', 'float', [1]);
    expect(() => graph.constant('x', [1], Float32Array.of(1))).toThrow('the name x is used twice');
    expect(() => graph.constant('w', [3], Float32Array.of(1))).toThrow('shape [3] does not hold 1 values');
  });
});

describe('reading ONNX that anyone may have written', () => {
  it('gives one UsageError wherever a file is cut off, or reads a prefix that is still a model', () => {
    const bytes = smallModel();
    for (let length = 0; length < bytes.length; length++) {
      try {
        decodeModel(bytes.subarray(0, length), 'cut.onnx');
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
        expect((error as Error).message).toContain('cut.onnx is not');
      }
    }
    expect(() => decodeModel(bytes.subarray(0, bytes.length >> 1), 'cut.onnx')).toThrow(UsageError);
  });

  it('gives nothing but UsageErrors on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeModel(bytes, 'noise');
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['an empty file', new Uint8Array()],
    ['text', new TextEncoder().encode('{"schema": "bimt-mapping/1"}')],
    ['a model without a graph', onnxProto.onnx.ModelProto.encode({ irVersion: 8 }).finish()],
    // Groups (wire type 3), opened and never closed.
    ['50,000 nested groups', new Uint8Array(50_000).fill(0x0b)],
    ['a length beyond the file', Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0x07)],
  ])('refuses %s', (_, bytes) => {
    expect(() => decodeModel(bytes, 'hostile.onnx')).toThrow(UsageError);
    expect(() => decodeModel(bytes, 'hostile.onnx')).toThrow('hostile.onnx is not');
  });

  it('refuses graphs nested beyond reason', () => {
    // ModelProto.graph is field 7, GraphProto.node 1, NodeProto.attribute 5, AttributeProto.g 6.
    const graphs = nested([0x32, 0x2a, 0x0a], 20_000);
    const bytes = Uint8Array.from([0x3a, ...varint(graphs.length), ...graphs]);
    expect(() => decodeModel(bytes, 'deep.onnx')).toThrow(UsageError);
    expect(() => decodeModel(bytes, 'deep.onnx')).toThrow('deep.onnx is not a readable ONNX model');
  });

  it('refuses a file beyond the size limit without reading it', () => {
    const huge = new Proxy(new Uint8Array(), { get: (target, key) => (key === 'length' ? 2 ** 30 : Reflect.get(target, key)) });
    expect(() => decodeModel(huge, 'huge.onnx')).toThrow('huge.onnx: 1073741824 bytes, the limit for an ONNX model is');
  });
});

describe.each(RUNTIMES)('a session of onnxruntime-%s', (runtime) => {
  it('runs a model and says which runtime it is', async () => {
    const session = await openSession(smallModel(), runtime);
    const { y } = await session.run({ x: { data: Float32Array.of(-2, 3), dims: [1, 2] } });
    expect([...(y.data as Float32Array)]).toEqual([0, 5]);
    expect(session.version).toMatch(new RegExp(`^onnxruntime-${runtime}@\\d+\\.\\d+`));
    await session.release();
  });

  it('refuses bytes that are no model with one UsageError', async () => {
    await expect(openSession(Uint8Array.of(1, 2, 3), runtime)).rejects.toThrow(UsageError);
    await expect(openSession(smallModel().subarray(0, 60), runtime)).rejects.toThrow('refuses the model');
  });
});
