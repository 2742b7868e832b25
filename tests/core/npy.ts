// Arrays as NumPy stores them, written byte by byte for the readers under test.
import { zipSync } from 'fflate';

const CODE = {
  '<f4': Float32Array,
  '<f8': Float64Array,
  '<i8': BigInt64Array,
  '<i4': Int32Array,
  '|u1': Uint8Array,
  '|i1': Int8Array,
} as const;
export type NpyType = keyof typeof CODE;

/** A .npy file of version 1. */
export function npy(type: NpyType, shape: readonly number[], values: readonly number[], fortran = false): Uint8Array {
  const data = type === '<i8' ? BigInt64Array.from(values, BigInt) : CODE[type].from(values as number[] & bigint[]);
  return npyBytes(type, shape, new Uint8Array(data.buffer), fortran);
}

/** Text, padded to the longest. */
export function npyText(texts: readonly string[]): Uint8Array {
  const width = Math.max(...texts.map(({ length }) => length));
  const codes = texts.flatMap((text) => Array.from({ length: width }, (_, i) => text.codePointAt(i) ?? 0));
  return npyBytes(`<U${width}`, [texts.length], new Uint8Array(Uint32Array.from(codes).buffer), false);
}

function npyBytes(type: string, shape: readonly number[], data: Uint8Array, fortran: boolean): Uint8Array {
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dict = `{'descr': '${type}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${dims}), }`;
  const header = `${dict.padEnd(Math.ceil((dict.length + 11) / 64) * 64 - 11)}\n`;
  const head = Uint8Array.of(0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, header.length & 255, header.length >> 8);
  return Uint8Array.of(...head, ...new TextEncoder().encode(header), ...data);
}

/** An archive of .npy files. */
export function npz(arrays: Readonly<Record<string, Uint8Array>>): Uint8Array {
  return zipSync(Object.fromEntries(Object.entries(arrays).map(([name, bytes]) => [`${name}.npy`, bytes])));
}
