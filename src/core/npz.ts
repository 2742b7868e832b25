// How do arrays come from NumPy? Reads .npz archives: a zip of .npy files, one array each.
import { type UnzipFileInfo, unzipSync } from 'fflate';
import { messageOf, UsageError } from './errors.ts';

/** An array in C order. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly values: Float32Array | Float64Array | Int32Array | readonly string[];
}

/** Most that an archive may unpack to, in bytes. */
const MAX_UNPACKED_BYTES = 1 << 30;

/**
 * Reads an archive that anyone may have written.
 *
 * @param what - how to call the file in errors
 * @returns arrays by name
 * @throws UsageError if it is no archive, too large, or holds an array of a type that is not read
 */
export function readNpz(bytes: Uint8Array, what: string): ReadonlyMap<string, NpyArray> {
  let total = 0;
  const isWanted = ({ name, originalSize }: UnzipFileInfo) => {
    total += originalSize;
    if (total > MAX_UNPACKED_BYTES) throw new UsageError(`${what} unpacks to more than ${MAX_UNPACKED_BYTES} bytes`);
    return name.endsWith('.npy');
  };
  let files: Readonly<Record<string, Uint8Array>>;
  try {
    files = unzipSync(bytes, { filter: isWanted });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${what} is not a readable .npz archive: ${messageOf(error)}`, { cause: error });
  }
  return new Map(
    Object.entries(files).map(([file, content]) => {
      const name = file.slice(0, -'.npy'.length);
      return [name, readNpy(content, `${what}: array '${name}'`)];
    }),
  );
}

/** Starts every .npy file, before two bytes of version. */
const MAGIC = [0x93, ...new TextEncoder().encode('NUMPY')];

/** NumPy's file format, versions 1 to 3: numpy.lib.format. */
function readNpy(bytes: Uint8Array, what: string): NpyArray {
  if (bytes.length < 12 || MAGIC.some((byte, i) => bytes[i] !== byte)) throw new UsageError(`${what} is not in NumPy's .npy format`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLong = bytes[MAGIC.length] >= 2;
  const start = isLong ? 12 : 10;
  const end = start + (isLong ? view.getUint32(8, true) : view.getUint16(8, true));
  const header = new TextDecoder('latin1').decode(bytes.subarray(start, end));
  const type = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const dims = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  if (end > bytes.length || type === undefined || dims === undefined)
    throw new UsageError(`${what} has a header that cannot be read: ${header.slice(0, 100)}`);
  const shape = dims
    .split(',')
    .filter((text) => text.trim() !== '')
    .map(Number);
  if (/'fortran_order':\s*True/.test(header) && shape.length > 1)
    throw new UsageError(`${what} is in Fortran order; save numpy.ascontiguousarray of it`);
  const length = shape.reduce((a, b) => a * b, 1);
  return { shape, values: readValues(type, bytes.slice(end), length, what) };
}

/** How values of NumPy's types are read, by type code: bytes of one, and the array they become. */
const READERS: Readonly<Record<string, readonly [size: number, read: (view: DataView, at: number) => number, Type: NumberArray]>> = {
  '<f4': [4, (view, at) => view.getFloat32(at, true), Float32Array],
  '<f8': [8, (view, at) => view.getFloat64(at, true), Float64Array],
  '<i8': [8, (view, at) => Number(view.getBigInt64(at, true)), Float64Array],
  '<u8': [8, (view, at) => Number(view.getBigUint64(at, true)), Float64Array],
  '<i4': [4, (view, at) => view.getInt32(at, true), Int32Array],
  '<u4': [4, (view, at) => view.getUint32(at, true), Float64Array],
  '<i2': [2, (view, at) => view.getInt16(at, true), Int32Array],
  '<u2': [2, (view, at) => view.getUint16(at, true), Int32Array],
  '|i1': [1, (view, at) => view.getInt8(at), Int32Array],
  '|u1': [1, (view, at) => view.getUint8(at), Int32Array],
  '|b1': [1, (view, at) => view.getUint8(at), Int32Array],
};

type NumberArray = typeof Float32Array | typeof Float64Array | typeof Int32Array;

function readValues(type: string, data: Uint8Array, length: number, what: string): NpyArray['values'] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const text = /^<U(\d+)$/.exec(type);
  const reader = READERS[type];
  if (text === null && reader === undefined)
    throw new UsageError(`${what} is of type ${type}; read are: ${Object.keys(READERS).join(', ')}, and <U text`);
  const size = text === null ? reader[0] : 4 * Number(text[1]);
  if (length * size !== data.length) throw new UsageError(`${what} holds ${data.length} bytes; its shape needs ${length * size}`);
  if (text !== null) return Array.from({ length }, (_, i) => readText(view, i * size, size / 4));
  const [, read, Type] = reader;
  const values = new Type(length);
  for (let i = 0; i < length; i++) values[i] = read(view, i * size);
  return values;
}

/** Text in code points of four bytes each, padded with zeros. */
function readText(view: DataView, at: number, characters: number): string {
  const codes = Array.from({ length: characters }, (_, i) => view.getUint32(at + 4 * i, true));
  return codes.map((code) => (code === 0 || code > 0x10ffff ? '' : String.fromCodePoint(code))).join('');
}
