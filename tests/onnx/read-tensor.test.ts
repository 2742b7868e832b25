// Which numbers do stored tensors hold, in each of the ways in which ONNX stores them?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { budgetOf } from '../../src/onnx/budget.ts';
import { NO_EXTERNAL_DATA } from '../../src/onnx/external-data.ts';
import { fromBfloat16, fromFloat16, roundToFloat16 } from '../../src/onnx/float16.ts';
import { readTensor } from '../../src/onnx/read-tensor.ts';

const source = () => ({ where: 'a.onnx', budget: budgetOf(1000), external: NO_EXTERNAL_DATA });
const read = (tensor: Parameters<typeof readTensor>[0]) => [...readTensor(tensor, "initializer 'x'", source()).data];
const raw = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

describe('raw data', () => {
  it.each<[string, number, ArrayBufferView, number[]]>([
    ['float', 1, Float32Array.of(1.5, -2), [1.5, -2]],
    ['uint8', 2, Uint8Array.of(0, 255), [0, 255]],
    ['int8', 3, Int8Array.of(-128, 127), [-128, 127]],
    ['uint16', 4, Uint16Array.of(0, 65_535), [0, 65_535]],
    ['int16', 5, Int16Array.of(-32_768, 7), [-32_768, 7]],
    ['int32', 6, Int32Array.of(-(2 ** 31), 2), [-(2 ** 31), 2]],
    ['int64', 7, BigInt64Array.of(-5n, 2n ** 40n), [-5, 2 ** 40]],
    ['bool', 9, Uint8Array.of(1, 0), [1, 0]],
    ['float16', 10, Uint16Array.of(0x3c00, 0xc000), [1, -2]],
    ['double', 11, Float64Array.of(1e300, -0.1), [1e300, -0.1]],
    ['uint32', 12, Uint32Array.of(2 ** 32 - 1, 0), [2 ** 32 - 1, 0]],
    ['uint64', 13, BigUint64Array.of(2n ** 53n, 0n), [2 ** 53, 0]],
    ['bfloat16', 16, Uint16Array.of(0x3f80, 0xc000), [1, -2]],
    ['uint4', 21, Uint8Array.of(0xf2), [2, 15]],
    ['int4', 22, Uint8Array.of(0x8f), [-1, -8]],
  ])('of %s', (_, dataType, values, expected) => {
    expect(read({ dims: [2], dataType, rawData: raw(values) })).toEqual(expected);
    // Where bytes are not aligned, they are copied.
    const shifted = new Uint8Array(values.byteLength + 1);
    shifted.set(raw(values), 1);
    expect(read({ dims: [2], dataType, rawData: shifted.subarray(1) })).toEqual(expected);
  });

  it('of an odd number of int4 values leave half a byte', () => {
    expect(read({ dims: [3], dataType: 22, rawData: Uint8Array.of(0x21, 0x03) })).toEqual([1, 2, 3]);
  });
});

describe('numbers one by one', () => {
  it.each<[string, Parameters<typeof readTensor>[0], number[]]>([
    ['floats', { dims: [2], dataType: 1, floatData: [1, 2] }, [1, 2]],
    ['doubles', { dims: [1], dataType: 11, doubleData: [0.1] }, [0.1]],
    ['int8 in int32', { dims: [2], dataType: 3, int32Data: [-1, 5] }, [-1, 5]],
    ['float16 in int32', { dims: [2], dataType: 10, int32Data: [0x3c00, 0x7bff] }, [1, 65_504]],
    ['int4, two a number', { dims: [3], dataType: 22, int32Data: [0x21, 0x0f] }, [1, 2, -1]],
    ['int64', { dims: [1], dataType: 7, int64Data: [7] }, [7]],
    ['uint32 in uint64', { dims: [1], dataType: 12, uint64Data: [9] }, [9]],
    ['a scalar', { dims: [], dataType: 1, floatData: [3] }, [3]],
    ['nothing', { dims: [0], dataType: 1 }, []],
  ])('%s', (_, tensor, expected) => {
    expect(read(tensor)).toEqual(expected);
  });
});

it.each<[Parameters<typeof readTensor>[0], string]>([
  [{ dims: [2], dataType: 8, stringData: [] }, 'has element type 8, which is not read'],
  [{ dims: [2], dataType: 17, rawData: new Uint8Array(2) }, 'has element type 17'],
  [{ dims: [3], dataType: 1, rawData: new Uint8Array(8) }, 'has shape [3] and 8 bytes of data, expected 12'],
  [{ dims: [3], dataType: 1, floatData: [1] }, 'has shape [3] and 1 numbers of data, expected 3'],
  [{ dims: [-1], dataType: 1 }, 'has a shape with the size -1'],
  [{ dims: [1e5, 1e5], dataType: 1 }, 'more than 100000000 numbers'],
  [{ dims: new Array(40).fill(1), dataType: 1 }, 'has 40 axes, the limit is 32'],
])('%j is refused in one line', (tensor, message) => {
  expect(() => read(tensor)).toThrow("a.onnx: initializer 'x' has ");
  expect(() => read(tensor)).toThrow(message);
});

describe('16-bit floats', () => {
  it('are what a DataView of float32 says: every bfloat16 is the upper half of one', () => {
    const view = new DataView(new ArrayBuffer(4));
    for (let bits = 0; bits < 65_536; bits += 13) {
      view.setUint16(0, bits);
      view.setUint16(2, 0);
      expect(Object.is(fromBfloat16(bits), view.getFloat32(0))).toBe(true);
    }
  });

  it('of half precision have their limits where IEEE 754 puts them', () => {
    for (const [bits, x] of [
      [0x0000, 0],
      [0x8000, -0],
      [0x0001, 2 ** -24],
      [0x03ff, 1023 * 2 ** -24],
      [0x0400, 2 ** -14],
      [0x3555, 0.333251953125],
      [0x7bff, 65_504],
      [0x7c00, Number.POSITIVE_INFINITY],
      [0xfc00, Number.NEGATIVE_INFINITY],
      [0x7e00, Number.NaN],
    ] as const)
      expect(Object.is(fromFloat16(bits), x)).toBe(true);
  });

  it('are rounded to the nearest, ties to even, and are fixed points of rounding', () => {
    for (let bits = 0; bits < 65_536; bits += 7) expect(Object.is(roundToFloat16(fromFloat16(bits)), fromFloat16(bits))).toBe(true);
    expect([1 + 2 ** -11, 1 + 3 * 2 ** -11, 65_519.9, 65_520, 2 ** -25, 1.1 * 2 ** -25].map(roundToFloat16)).toEqual([
      1,
      1 + 2 ** -9,
      65_504,
      Number.POSITIVE_INFINITY,
      0,
      2 ** -24,
    ]);
    fc.assert(
      fc.property(fc.float({ noNaN: true, min: -65_000, max: 65_000 }), fc.integer({ min: 0, max: 0x7bff }), (x, bits) => {
        const rounded = Math.abs(roundToFloat16(x) - x);
        expect(rounded).toBeLessThanOrEqual(Math.abs(fromFloat16(bits) - x));
        expect(rounded).toBeLessThanOrEqual(Math.abs(-fromFloat16(bits) - x));
      }),
    );
  });
});
