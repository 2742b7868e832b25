// What is a constant of a graph? Numbers with a shape and a type; or one number for all elements, of a shape that may be known in part only.

/** Element types that are read, by TensorProto.DataType: bits as stored, and the array their values are held in. */
export const ELEMENT_TYPES = {
  float: { code: 1, bits: 32, Values: Float32Array },
  uint8: { code: 2, bits: 8, Values: Uint8Array },
  int8: { code: 3, bits: 8, Values: Int8Array },
  uint16: { code: 4, bits: 16, Values: Uint16Array },
  int16: { code: 5, bits: 16, Values: Int16Array },
  int32: { code: 6, bits: 32, Values: Int32Array },
  // As float64: exact below 2^53, and what is larger means "to the end" in slices.
  int64: { code: 7, bits: 64, Values: Float64Array },
  bool: { code: 9, bits: 8, Values: Uint8Array },
  float16: { code: 10, bits: 16, Values: Float32Array },
  double: { code: 11, bits: 64, Values: Float64Array },
  uint32: { code: 12, bits: 32, Values: Float64Array },
  uint64: { code: 13, bits: 64, Values: Float64Array },
  bfloat16: { code: 16, bits: 16, Values: Float32Array },
  uint4: { code: 21, bits: 4, Values: Uint8Array },
  int4: { code: 22, bits: 4, Values: Int8Array },
} as const;
export type ElementType = keyof typeof ELEMENT_TYPES;

/** Arrays that constants are held in. */
export type Values = Float32Array | Float64Array | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array;

const FLOATS: readonly ElementType[] = ['float', 'double', 'float16', 'bfloat16'];

/** A constant, row-major. */
export interface Constant {
  readonly kind: 'constant';
  /** What it is, for messages, for example `initializer 'W'`. */
  readonly label: string;
  readonly type: ElementType;
  /** A size that is known only when the model runs is NaN; only uniform constants have such. */
  readonly dims: readonly number[];
  /** One value for all elements: `data` then holds just that one. */
  readonly uniform: boolean;
  /** A number in an int64 constant that is known only when the model runs, such as a batch size, is NaN. */
  readonly data: Values;
}

/** Whether the elements are real numbers. */
export function isFloat(type: ElementType): boolean {
  return FLOATS.includes(type);
}

/** The type with a number of TensorProto.DataType; undefined if it is not read. */
export function elementType(code: number): ElementType | undefined {
  return (Object.keys(ELEMENT_TYPES) as ElementType[]).find((type) => ELEMENT_TYPES[type].code === code);
}

/** Bytes that values of a type take in memory. */
export function bytesOf(type: ElementType, count: number): number {
  return count * ELEMENT_TYPES[type].Values.BYTES_PER_ELEMENT;
}

/** An array for values of a type. */
export function valuesOf(type: ElementType, count: number): Values {
  return new ELEMENT_TYPES[type].Values(count);
}

/** Number of elements; NaN if a size is unknown. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}

/** Most numbers of a list that a message shows. */
const SHOWN_NUMBERS = 8;

/** A shape or another list of integers for messages; one that is not known is `?`. */
export function shownDims(dims: readonly number[]): string {
  const shown = dims.slice(0, SHOWN_NUMBERS).map((size) => (Number.isNaN(size) ? '?' : size));
  return `[${shown.join(', ')}${dims.length > SHOWN_NUMBERS ? ', …' : ''}]`;
}

/** A constant of which every element is the same. */
export function uniform(label: string, type: ElementType, dims: readonly number[], value: number): Constant {
  const data = valuesOf(type, 1);
  data[0] = value;
  return { kind: 'constant', label, type, dims, uniform: true, data };
}

/** A constant with its own numbers. */
export function dense(label: string, type: ElementType, dims: readonly number[], data: Values): Constant {
  return { kind: 'constant', label, type, dims, uniform: false, data };
}

/** A list of integers; those that are not known are NaN. */
export function integerList(label: string, values: readonly number[]): Constant {
  return dense(label, 'int64', [values.length], Float64Array.from(values));
}
