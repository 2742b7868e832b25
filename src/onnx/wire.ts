// Is a file safe to decode? Walks its messages without building any: nesting, lengths, wire types, and what decoding would cost.

/** How a field is stored: one number, a list of numbers (packed or not), or text and bytes. */
type Plain = 'varint' | 'varints' | 'longs' | 'fixed32' | 'fixed32s' | 'fixed64s' | 'text';
type Message = keyof typeof FIELDS;

/**
 * Fields of each message by number, as ONNX 1.10 declares them. The generated decoder does not look at wire types, so they must be right
 * where it knows a field.
 */
const FIELDS = {
  model: '1 varint, 2 text, 3 text, 4 text, 5 varint, 6 text, 7 graph, 8 opset, 14 entry, 20 training, 25 function',
  graph: '1 node, 2 text, 5 tensor, 10 text, 11 valueInfo, 12 valueInfo, 13 valueInfo, 14 annotation, 15 sparseTensor',
  node: '1 text, 2 text, 3 text, 4 text, 5 attribute, 6 text, 7 text',
  attribute:
    '1 text, 2 fixed32, 3 varint, 4 text, 5 tensor, 6 graph, 7 fixed32s, 8 longs, 9 text, 10 tensor, 11 graph, 13 text, 14 type, 15 type, ' +
    '20 varint, 21 text, 22 sparseTensor, 23 sparseTensor',
  tensor:
    '1 longs, 2 varint, 3 segment, 4 fixed32s, 5 varints, 6 text, 7 longs, 8 text, 9 text, 10 fixed64s, 11 longs, 12 text, 13 entry, 14 varint',
  segment: '1 varint, 2 varint',
  sparseTensor: '1 tensor, 2 tensor, 3 longs',
  valueInfo: '1 text, 2 type, 3 text',
  type: '1 tensorType, 4 elementType, 5 mapType, 6 text, 8 tensorType, 9 elementType',
  tensorType: '1 varint, 2 shape',
  elementType: '1 type',
  mapType: '1 varint, 2 type',
  shape: '1 dimension',
  dimension: '1 varint, 2 text, 3 text',
  opset: '1 text, 2 varint',
  entry: '1 text, 2 text',
  annotation: '1 text, 2 entry',
  training: '1 graph, 2 graph, 3 entry, 4 entry',
  function: '1 text, 2 varint, 3 varint, 4 text, 5 text, 6 text, 7 node, 8 text, 9 opset, 10 text',
};

type Kind = Plain | Message;
type Fields = ReadonlyMap<number, Kind>;

const MESSAGES: ReadonlyMap<string, Fields> = new Map(
  Object.entries(FIELDS).map(([message, text]) => {
    const fields = text.split(', ').map((field): [number, Kind] => {
      const [number, kind] = field.split(' ');
      return [Number(number), kind as Kind];
    });
    return [message, new Map(fields)];
  }),
);

/** Messages within messages; a Scan body within a Scan body needs 12. */
const MAX_DEPTH = 64;
/** Bytes of memory that one decoded message, list entry of 64 bits, number or text takes, roughly and rather too high. */
const COST = { message: 250, longs: 40, number: 12, text: 40 } as const;
/** Decoding may take this much memory, and this much more for each byte of the file. */
const FREE_MEMORY = 1 << 26;
const MEMORY_PER_BYTE = 6;
/** A 64-bit number takes at most ten bytes of seven bits. */
const MAX_VARINT_BYTES = 10;

const WIRE = { varint: 0, fixed64: 1, delimited: 2, fixed32: 5 } as const;
const SIZE_OF_FIXED = { fixed32s: 4, fixed64s: 8 } as const;

/**
 * Throws where the bytes are no ONNX model, or would take far more memory than they themselves are.
 *
 * @throws Error saying what is wrong and at which byte
 */
export function checkWireFormat(bytes: Uint8Array): void {
  const limit = FREE_MEMORY + MEMORY_PER_BYTE * bytes.length;
  let memory = 0;
  let at = 0;
  const varint = (end: number): number => {
    let value = 0;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      if (at >= end) throw new Error(`a number reaches beyond its message at byte ${at}`);
      const byte = bytes[at++];
      value += (byte & 127) * 2 ** (7 * i);
      if (byte < 128) return value;
    }
    throw new Error(`a number is longer than 64 bits at byte ${at}`);
  };
  const skip = (length: number, end: number): void => {
    if (length > end - at) throw new Error(`a field of ${length} bytes reaches beyond its message at byte ${at}`);
    at += length;
  };
  const spend = (bytesNeeded: number): void => {
    memory += bytesNeeded;
    if (memory > limit) throw new Error(`decoding its ${bytes.length} bytes would take more than ${limit} bytes of memory`);
  };
  const open: { readonly fields: Fields; readonly end: number }[] = [{ fields: MESSAGES.get('model') ?? new Map(), end: bytes.length }];
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const { fields, end } = top;
    if (at === end) {
      open.pop();
      continue;
    }
    const tag = varint(end);
    const wire = tag % 8;
    const field = Math.floor(tag / 8);
    // The decoder reads tags as 32 bits.
    if (field === 0 || tag >= 2 ** 32) throw new Error(`illegal field number ${field} at byte ${at}`);
    const kind = fields.get(field);
    if (kind !== undefined && !wiresOf(kind).includes(wire)) throw new Error(`field ${field} has wire type ${wire} at byte ${at}`);
    if (wire === WIRE.varint) varint(end);
    else if (wire === WIRE.fixed64) skip(8, end);
    else if (wire === WIRE.fixed32) skip(4, end);
    else if (wire !== WIRE.delimited) throw new Error(`wire type ${wire} at byte ${at}`);
    if (wire !== WIRE.delimited) {
      if (kind !== undefined) spend(kind === 'longs' ? COST.longs : COST.number);
      continue;
    }
    const length = varint(end);
    const start = at;
    const message = kind === undefined ? undefined : MESSAGES.get(kind);
    if (message !== undefined) {
      if (length > end - at) throw new Error(`a message of ${length} bytes reaches beyond the one around it at byte ${at}`);
      if (open.length >= MAX_DEPTH) throw new Error(`messages are nested more than ${MAX_DEPTH} deep`);
      spend(COST.message);
      open.push({ fields: message, end: at + length });
      continue;
    }
    skip(length, end);
    if (kind === 'longs' || kind === 'varints') spend((kind === 'longs' ? COST.longs : COST.number) * countVarints(bytes, start, at));
    else if (kind === 'fixed32s' || kind === 'fixed64s') spend(COST.number * countFixed(length, SIZE_OF_FIXED[kind], start));
    else spend(COST.text);
  }
}

/** Wire types with which a field may be written. */
function wiresOf(kind: Kind): readonly number[] {
  if (kind === 'varint') return [WIRE.varint];
  if (kind === 'varints' || kind === 'longs') return [WIRE.varint, WIRE.delimited];
  if (kind === 'fixed32') return [WIRE.fixed32];
  if (kind === 'fixed32s') return [WIRE.fixed32, WIRE.delimited];
  if (kind === 'fixed64s') return [WIRE.fixed64, WIRE.delimited];
  return [WIRE.delimited];
}

/** Numbers of a packed list; each ends with a byte below 128. */
function countVarints(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  let run = 0;
  for (let at = start; at < end; at++) {
    run++;
    if (run > MAX_VARINT_BYTES) throw new Error(`a number is longer than 64 bits at byte ${at}`);
    if (bytes[at] >= 128) continue;
    count++;
    run = 0;
  }
  if (run > 0) throw new Error(`a number reaches beyond its list at byte ${end}`);
  return count;
}

function countFixed(length: number, size: number, at: number): number {
  if (length % size !== 0) throw new Error(`a list of numbers of ${size} bytes is ${length} bytes long at byte ${at}`);
  return length / size;
}
