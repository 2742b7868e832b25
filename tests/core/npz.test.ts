import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { readNpz } from '../../src/core/npz.ts';
import { type NpyType, npy, npyText, npz } from './npy.ts';

describe('readNpz', () => {
  it('reads numbers of every type, in their shape', () => {
    for (const type of ['<f4', '<f8', '<i8', '<i4', '|i1'] as const) {
      const array = readNpz(npz({ a: npy(type, [2, 3], [1, -2, 3, 4, 5, -6]) }), 'a.npz').get('a');
      expect([array?.shape, Array.from((array?.values ?? []) as Iterable<number>)]).toEqual([
        [2, 3],
        [1, -2, 3, 4, 5, -6],
      ]);
    }
    expect(readNpz(npz({ a: npy('|u1', [2], [0, 255]) }), 'a.npz').get('a')?.values).toEqual(Int32Array.of(0, 255));
  });

  it('reads text, scalars and vectors', () => {
    const arrays = readNpz(npz({ names: npyText(['pro', 'anti']), classes: npy('<i8', [], [3]), v: npy('<f4', [2], [0.5, 1]) }), 'a.npz');
    expect(arrays.get('names')).toEqual({ shape: [2], values: ['pro', 'anti'] });
    expect(arrays.get('classes')).toEqual({ shape: [], values: Float64Array.of(3) });
    expect(arrays.get('v')).toEqual({ shape: [2], values: Float32Array.of(0.5, 1) });
  });

  it('refuses what is no archive of such arrays, in one line each', () => {
    const good = npy('<i4', [2], [1, 2]);
    const patched = (from: string, to: string) =>
      Uint8Array.from(Buffer.from(Buffer.from(good).toString('latin1').replace(from, to), 'latin1'));
    for (const [bytes, message] of [
      [Uint8Array.of(1, 2, 3), 'not a readable .npz archive'],
      [npz({ a: Uint8Array.of(1, 2, 3) }), "array 'a' is not in NumPy's .npy format"],
      [npz({ a: good.slice(0, -1) }), 'holds 7 bytes; its shape needs 8'],
      [npz({ a: patched('<i4', '<c8') }), 'is of type <c8'],
      [npz({ a: patched("'shape'", "'shave'") }), 'has a header that cannot be read'],
      [npz({ a: patched('(2,)', '(9,)') }), 'its shape needs 36'],
      [npz({ a: npy('<i4', [1, 2], [1, 2], true) }), 'is in Fortran order'],
    ] as const)
      expect(() => readNpz(bytes, 'a.npz')).toThrow(
        expect.objectContaining({ constructor: UsageError, message: expect.stringMatching(new RegExp(`^a\\.npz.*${message}`)) }),
      );
  });

  it('passes over files that are no arrays', () => {
    const bytes = zipSync({ 'read.me': Uint8Array.of(1), 'a.npy': npy('<i4' satisfies NpyType, [1], [7]) });
    expect([...readNpz(bytes, 'a.npz').keys()]).toEqual(['a']);
  });
});
