import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/core/safetensors.ts';

const tensors = {
  b: { shape: [3], data: Int8Array.of(-1, 2, 3) },
  a: { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
  c: { shape: [], data: Float64Array.of(0.1) },
};

describe('safetensors', () => {
  it('lay tensors out by element size, then name, with an aligned header', () => {
    const bytes = encodeSafetensors(tensors, { z: '1', format: 'x' });
    const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(headerBytes % 8).toBe(0);
    expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)))).toEqual({
      __metadata__: { format: 'x', z: '1' },
      c: { dtype: 'F64', shape: [], data_offsets: [0, 8] },
      a: { dtype: 'F32', shape: [2, 2], data_offsets: [8, 24] },
      b: { dtype: 'I8', shape: [3], data_offsets: [24, 27] },
    });
  });

  it('come back as they went in', () => {
    const { tensors: back, metadata } = decodeSafetensors(encodeSafetensors(tensors, { k: 'v' }), 'test');
    expect({ ...back }).toEqual(tensors);
    expect(metadata).toEqual({ k: 'v' });
  });

  it('refuse every truncation and survive every damaged byte with a plain message', () => {
    const bytes = encodeSafetensors(tensors, { k: 'v' });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSafetensors(bytes.slice(0, length), 'cut.safetensors')).toThrow(UsageError);
    }
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
        const damaged = bytes.slice();
        damaged[at] = value;
        try {
          decodeSafetensors(damaged, 'damaged');
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it('read back from a Buffer, as files are read, with its bytes anywhere', () => {
    const tensors = { a: { shape: [3], data: Float32Array.of(1, 2, 3) }, b: { shape: [2], data: Int32Array.of(4, 5) } };
    const bytes = encodeSafetensors(tensors, {});
    expect(decodeSafetensors(Buffer.concat([Buffer.alloc(3), bytes]).subarray(3), 'f').tensors).toEqual(tensors);
  });

  it('refuse overlapping tensors, negative shapes and unknown types', () => {
    const file = (header: unknown, data = 8) => {
      const json = new TextEncoder().encode(JSON.stringify(header));
      const out = new Uint8Array(8 + json.length + data);
      new DataView(out.buffer).setBigUint64(0, BigInt(json.length), true);
      out.set(json, 8);
      return out;
    };
    const tensor = (shape: number[], span: number[], dtype = 'F32') => ({ dtype, shape, data_offsets: span });
    expect(() => decodeSafetensors(file({ a: tensor([1], [0, 4]), b: tensor([2], [0, 8]) }), 'f')).toThrow('overlap');
    expect(() => decodeSafetensors(file({ a: tensor([-1], [0, 4]) }), 'f')).toThrow('no valid shape');
    expect(() => decodeSafetensors(file({ a: tensor([1], [0, 4], 'F8') }), 'f')).toThrow('allowed: F64');
    expect(() => decodeSafetensors(file({ a: tensor([1], [0, 4], 'constructor') }), 'f')).toThrow('allowed: F64');
    expect(() => decodeSafetensors(file({ a: null }), 'f')).toThrow('allowed: F64');
    expect(() => decodeSafetensors(file({ a: tensor([1], [0, 4]) }), 'f')).toThrow('do not end with the file');
    expect(() => decodeSafetensors(file({ a: tensor([2 ** 40], [0, 8]) }), 'f')).toThrow('needs');
  });
});
