// Which numbers does a stored tensor hold? Every way in which ONNX stores them, checked against the bytes before anything is allocated.
import { UsageError } from '../core/errors.ts';
import type { Budget } from './budget.ts';
import {
  bytesOf,
  type Constant,
  dense,
  ELEMENT_TYPES,
  type ElementType,
  elementCount,
  elementType,
  shownDims,
  type Values,
  valuesOf,
} from './constant.ts';
import type { ExternalData } from './external-data.ts';
import { fromBfloat16, fromFloat16 } from './float16.ts';
import type { DecodedTensor } from './proto.ts';
import { toNumber } from './read-model.ts';

/** Recurrent weights of 10,000 neurons, the most that a grid holds. */
const MAX_ELEMENTS = 1e8;
/** TensorProto.DataLocation EXTERNAL. */
const EXTERNAL = 1;
/** Axes of a tensor; more mean nothing here. */
const MAX_RANK = 32;

/** What reading tensors needs. */
export interface TensorSource {
  /** The file or the graph that holds them, for messages. */
  readonly where: string;
  readonly budget: Budget;
  readonly external: ExternalData;
}

/**
 * Reads a tensor.
 *
 * @param label - what it is, for example `initializer 'W'`
 * @throws UsageError if its type is not read, or its shape does not fit its data
 */
export function readTensor(tensor: DecodedTensor, label: string, { where, budget, external }: TensorSource): Constant {
  const who = `${where}: ${label}`;
  const type = elementType(tensor.dataType ?? 0);
  if (type === undefined) throw new UsageError(`${who} has element type ${tensor.dataType ?? 0}, which is not read`);
  const dims = readDims(tensor, who);
  const count = elementCount(dims);
  const bytes = Math.ceil((count * ELEMENT_TYPES[type].bits) / 8);
  const raw = tensor.dataLocation === EXTERNAL ? readExternal(tensor, bytes, who, external, budget) : (tensor.rawData ?? new Uint8Array());
  if (raw.length > 0 || tensor.dataLocation === EXTERNAL) {
    if (raw.length !== bytes)
      throw new UsageError(`${who} has shape ${shownDims(dims)} and ${raw.length} bytes of data, expected ${bytes}`);
    // Numbers as we hold them are not copied.
    if (type !== 'float') budget.memory(bytesOf(type, count), who);
    return dense(label, type, dims, fromBytes(type, raw, count));
  }
  const list = listOf(tensor, type);
  // Two int4 values share a number.
  const stored = ELEMENT_TYPES[type].bits === 4 ? Math.ceil(count / 2) : count;
  if (list.length !== stored)
    throw new UsageError(`${who} has shape ${shownDims(dims)} and ${list.length} numbers of data, expected ${stored}`);
  budget.memory(bytesOf(type, count), who);
  return dense(label, type, dims, fromList(type, list, count));
}

function readDims({ dims = [] }: DecodedTensor, label: string): number[] {
  const sizes = (dims ?? []).map(toNumber);
  const bad = sizes.find((size) => !Number.isSafeInteger(size) || size < 0);
  if (bad !== undefined) throw new UsageError(`${label} has a shape with the size ${bad}`);
  if (sizes.length > MAX_RANK) throw new UsageError(`${label} has ${sizes.length} axes, the limit is ${MAX_RANK}`);
  const count = elementCount(sizes);
  if (!(count <= MAX_ELEMENTS)) throw new UsageError(`${label} has shape ${shownDims(sizes)}, more than ${MAX_ELEMENTS} numbers`);
  return sizes;
}

function readExternal(
  { externalData, rawData }: DecodedTensor,
  bytes: number,
  label: string,
  external: ExternalData,
  budget: Budget,
): Uint8Array {
  if ((rawData ?? []).length > 0) throw new UsageError(`${label} lies both inside the model and in another file`);
  const entries = new Map((externalData ?? []).map(({ key, value }) => [key ?? '', value ?? '']));
  const whole = (key: string, absent: number) => {
    const text = entries.get(key);
    if (text === undefined) return absent;
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
      throw new UsageError(`${label}: ${key} of its external data is not a whole number`);
    return value;
  };
  const offset = whole('offset', 0);
  const length = whole('length', bytes);
  if (length !== bytes) throw new UsageError(`${label} needs ${bytes} bytes, its external data have ${length}`);
  const location = entries.get('location') ?? '';
  const read = external.read(location, offset, length, label);
  budget.grow(length);
  return read;
}

/** The list in which a type is stored number by number. */
function listOf(tensor: DecodedTensor, type: ElementType): readonly unknown[] {
  if (type === 'float') return tensor.floatData ?? [];
  if (type === 'double') return tensor.doubleData ?? [];
  if (type === 'int64') return tensor.int64Data ?? [];
  if (type === 'uint32' || type === 'uint64') return tensor.uint64Data ?? [];
  return tensor.int32Data ?? [];
}

function fromList(type: ElementType, list: readonly unknown[], count: number): Values {
  const values = valuesOf(type, count);
  if (ELEMENT_TYPES[type].bits === 4) return nibbles(type, (i) => toNumber(list[i]), values);
  const decode = decoderOf(type);
  for (let i = 0; i < count; i++) values[i] = decode(toNumber(list[i]));
  return values;
}

/** Little-endian, as ONNX stores raw data; two int4 values a byte, the first in its lower half. */
function fromBytes(type: ElementType, raw: Uint8Array, count: number): Values {
  if (type === 'float') return floatsIn(raw, count);
  const values = valuesOf(type, count);
  if (ELEMENT_TYPES[type].bits === 4) return nibbles(type, (i) => raw[i], values);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const read = readerOf(type, view);
  for (let i = 0; i < count; i++) values[i] = read(i);
  return values;
}

/** A view where the bytes lie so that one is possible. */
function floatsIn(raw: Uint8Array, count: number): Float32Array {
  const size = Float32Array.BYTES_PER_ELEMENT;
  return raw.byteOffset % size === 0
    ? new Float32Array(raw.buffer, raw.byteOffset, count)
    : new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + count * size));
}

function nibbles(type: ElementType, byteAt: (index: number) => number, values: Values): Values {
  const isSigned = type === 'int4';
  for (let i = 0; i < values.length; i++) {
    const nibble = (byteAt(i >> 1) >> (4 * (i % 2))) & 15;
    values[i] = isSigned && nibble >= 8 ? nibble - 16 : nibble;
  }
  return values;
}

/** 16-bit floats are stored as integers. */
function decoderOf(type: ElementType): (stored: number) => number {
  if (type === 'float16') return (stored) => fromFloat16(stored & 0xffff);
  if (type === 'bfloat16') return (stored) => fromBfloat16(stored & 0xffff);
  return (stored) => stored;
}

function readerOf(type: ElementType, view: DataView): (index: number) => number {
  switch (type) {
    case 'float16':
      return (i) => fromFloat16(view.getUint16(2 * i, true));
    case 'bfloat16':
      return (i) => fromBfloat16(view.getUint16(2 * i, true));
    case 'double':
      return (i) => view.getFloat64(8 * i, true);
    case 'int64':
      return (i) => Number(view.getBigInt64(8 * i, true));
    case 'uint64':
      return (i) => Number(view.getBigUint64(8 * i, true));
    case 'int32':
      return (i) => view.getInt32(4 * i, true);
    case 'uint32':
      return (i) => view.getUint32(4 * i, true);
    case 'int16':
      return (i) => view.getInt16(2 * i, true);
    case 'uint16':
      return (i) => view.getUint16(2 * i, true);
    case 'int8':
      return (i) => view.getInt8(i);
    default:
      return (i) => view.getUint8(i);
  }
}
