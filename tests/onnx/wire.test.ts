// Is a file looked at before it is decoded, so that decoding can neither run deep nor take much memory?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attribute, graphBuilder } from '../../src/onnx/graph.ts';
import { decodeModel, encodeModel } from '../../src/onnx/proto.ts';
import { checkWireFormat } from '../../src/onnx/wire.ts';
import { inGraph, nested } from '../exchange/import/hostile.ts';

function someModel(): Uint8Array {
  const body = graphBuilder('body', 'b_');
  body.output(body.node('Identity', [body.input('x', 'float', ['n', 2])]), 'float', ['n', 2]);
  const graph = graphBuilder('g');
  const x = graph.input('u', 'float', ['time', 2]);
  graph.constant('c', [2], BigInt64Array.of(1n, -1n));
  graph.output(
    graph.node('Scan', [x], [attribute.graph('body', body.build()), attribute.ints('axes', [0, 1]), attribute.float('f', 1)]),
    'float',
    [],
  );
  return encodeModel({ irVersion: 8, opset: 17, producerVersion: '0', graph: graph.build(), metadata: { a: 'b' } });
}

describe('the look at the wire format', () => {
  it('finds nothing wrong with a model', () => {
    expect(() => checkWireFormat(someModel())).not.toThrow();
  });

  it('finds every cut inside a message, and lets nothing through that the decoder cannot read', () => {
    const bytes = someModel();
    for (let length = 0; length < bytes.length; length++) {
      const part = bytes.subarray(0, length);
      let isFine = true;
      try {
        checkWireFormat(part);
      } catch {
        isFine = false;
      }
      if (isFine) expect(() => decodeModel(part, 'x')).not.toThrow('not a readable');
    }
  });

  it('lets no random bytes through that the decoder chokes on', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          checkWireFormat(bytes);
        } catch (error) {
          expect((error as Error).message).toMatch(/^[^\n]+$/);
          return;
        }
        expect(() => decodeModel(bytes, 'x')).not.toThrow('not a readable');
      }),
      { numRuns: 2000 },
    );
  });

  it.each<[string, Uint8Array, string]>([
    ['a field with another wire type than it has', Uint8Array.of(0x38, 1), 'field 7 has wire type 0'],
    ['a field number 0', Uint8Array.of(0x00, 1), 'illegal field number 0'],
    ['a group of an unknown field', Uint8Array.of(0xf3, 0x06), 'wire type 3'],
    ['a list of floats of half a float', Uint8Array.of(0x3a, 6, 0x2a, 4, 0x22, 2, 0, 0), 'a list of numbers of 4 bytes is 2 bytes long'],
    ['a list that ends inside a number', Uint8Array.of(0x3a, 5, 0x2a, 3, 0x0a, 1, 0x80), 'reaches beyond its list'],
    ['graphs in graphs', inGraph(nested([0x32, 0x2a, 0x0a], 30)), 'messages are nested more than 64 deep'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => checkWireFormat(bytes)).toThrow(new RegExp(message));
  });

  it('counts what decoding would take: many numbers in few bytes are too many, the same numbers as raw data are not', () => {
    const inTensor = (field: number, length: number) => {
      const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]);
      const content = new Uint8Array(length).fill(1);
      const tensor = [field * 8 + 2, ...varint(length)];
      const graph = [0x2a, ...varint(tensor.length + length), ...tensor];
      return Buffer.concat([Uint8Array.of(0x3a, ...varint(graph.length + length), ...graph), content]);
    };
    // int64_data is field 7, raw_data field 9.
    expect(() => checkWireFormat(inTensor(7, 4_000_000))).toThrow('decoding its 4000015 bytes would take more than');
    expect(() => checkWireFormat(inTensor(9, 4_000_000))).not.toThrow();
  });
});
