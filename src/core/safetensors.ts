// How are tensors stored? One .safetensors file: 8-byte header length, JSON header, contiguous little-endian data.
import { UsageError } from './errors.ts';

export type TensorData = Float64Array | Float32Array | Int32Array | Uint16Array | Int16Array | Int8Array | Uint8Array;

/** A tensor: flat row-major data and its shape. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export type Tensors = Readonly<Record<string, Tensor>>;

const DTYPES = {
  F64: Float64Array,
  F32: Float32Array,
  I32: Int32Array,
  U16: Uint16Array,
  I16: Int16Array,
  I8: Int8Array,
  U8: Uint8Array,
} as const;

const MAX_HEADER_BYTES = 100_000_000;

/**
 * Encodes tensors and string metadata. Tensors are ordered by element size, largest first, then by name, so
 * that each stays aligned and equal content gives equal bytes.
 */
export function encodeSafetensors(tensors: Tensors, metadata: Readonly<Record<string, string>>): Uint8Array {
  const names = Object.keys(tensors).sort((a, b) => {
    const bySize = tensorOf(tensors, b).data.BYTES_PER_ELEMENT - tensorOf(tensors, a).data.BYTES_PER_ELEMENT;
    return bySize || (a < b ? -1 : 1);
  });
  const header: Record<string, unknown> = {
    __metadata__: Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  let offset = 0;
  for (const name of names) {
    const { shape, data } = tensorOf(tensors, name);
    if (shape.reduce((a, b) => a * b, 1) !== data.length)
      throw new Error(`tensor ${name}: shape [${shape}] does not hold ${data.length} values`);
    header[name] = { dtype: dtypeOf(data), shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const out = new Uint8Array(8 + headerBytes + offset).fill(0x20, 8, 8 + headerBytes);
  new DataView(out.buffer).setBigUint64(0, BigInt(headerBytes), true);
  out.set(json, 8);
  let at = 8 + headerBytes;
  for (const name of names) {
    const { data } = tensorOf(tensors, name);
    out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return out;
}

/**
 * Decodes a file that anyone may have written.
 *
 * @param what - how to call the file in errors, usually its path
 * @throws UsageError if it is truncated, inconsistent, or holds unsupported types
 */
export function decodeSafetensors(bytes: Uint8Array, what: string): { tensors: Tensors; metadata: Record<string, string> } {
  const bad = (why: string) => new UsageError(`${what} is not a readable .safetensors file: ${why}`);
  if (bytes.length < 8) throw bad(`${bytes.length} bytes, at least 8 expected`);
  const headerBytes = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (headerBytes > MAX_HEADER_BYTES || 8 + headerBytes > bytes.length) {
    throw bad(`its header claims ${headerBytes} bytes, the file has ${bytes.length} (truncated, or of another kind)`);
  }
  const header = parseHeader(bytes.subarray(8, 8 + headerBytes), bad);
  const dataBytes = bytes.length - 8 - headerBytes;
  const tensors: Record<string, Tensor> = Object.create(null);
  const spans: [number, number][] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const { dtype, shape, data_offsets: span } = (entry ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
    const Type = Object.hasOwn(DTYPES, String(dtype)) ? DTYPES[dtype as keyof typeof DTYPES] : undefined;
    if (Type === undefined) throw bad(`tensor '${name}' has type ${String(dtype)}; allowed: ${Object.keys(DTYPES).join(', ')}`);
    if (!isCountList(shape) || !isCountList(span) || span.length !== 2) throw bad(`tensor '${name}' has no valid shape and offsets`);
    const [start, end] = span as [number, number];
    const count = shape.reduce((a, b) => a * b, 1);
    if (end > dataBytes) throw bad(`tensor '${name}' ends at byte ${end} of ${dataBytes} (truncated)`);
    if (end - start !== count * Type.BYTES_PER_ELEMENT)
      throw bad(`tensor '${name}' has ${end - start} bytes, shape [${shape}] needs ${count * Type.BYTES_PER_ELEMENT}`);
    spans.push([start, end]);
    // A copy, so that the data are aligned wherever the file put them (not slice: of a Buffer it is no copy).
    const copy = new Uint8Array(bytes.subarray(8 + headerBytes + start, 8 + headerBytes + end));
    tensors[name] = { shape, data: new Type(copy.buffer, 0, count) };
  }
  spans.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const covered = spans.every(([start], i) => start === (i === 0 ? 0 : (spans[i - 1] as [number, number])[1]));
  if (!covered || (spans.at(-1)?.[1] ?? 0) !== dataBytes) throw bad('its tensors overlap, leave gaps, or do not end with the file');
  return { tensors, metadata: parseMetadata(header['__metadata__'], bad) };
}

function tensorOf(tensors: Tensors, name: string): Tensor {
  return tensors[name] as Tensor;
}

function dtypeOf(data: TensorData): string {
  const found = Object.entries(DTYPES).find(([, Type]) => data instanceof Type);
  return (found as [string, unknown])[0];
}

function parseHeader(json: Uint8Array, bad: (why: string) => UsageError): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch {
    throw bad('its header is not JSON');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) throw bad('its header is not a JSON object');
  return header as Record<string, unknown>;
}

function parseMetadata(metadata: unknown, bad: (why: string) => UsageError): Record<string, string> {
  if (metadata === undefined) return {};
  if (typeof metadata !== 'object' || metadata === null) throw bad('its metadata is not an object');
  if (Object.values(metadata).some((value) => typeof value !== 'string')) throw bad('its metadata holds something other than strings');
  return metadata as Record<string, string>;
}

function isCountList(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && (n as number) >= 0);
}
