// What do 16-bit floats stand for? IEEE 754 half precision, and bfloat16.

const EXPONENT_BIAS = 15;
const FRACTION_BITS = 10;
const FRACTION = 2 ** FRACTION_BITS;
/** 65504, and half a step beyond it, from where on values round to infinity. */
const OVERFLOW = (2 - 2 ** -11) * 2 ** EXPONENT_BIAS;

/** The value of a half-precision number. */
export function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> FRACTION_BITS) & 31;
  const fraction = bits & (FRACTION - 1);
  if (exponent === 0) return sign * fraction * 2 ** (1 - EXPONENT_BIAS - FRACTION_BITS);
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / FRACTION) * 2 ** (exponent - EXPONENT_BIAS);
}

/** The value of a bfloat16 number: the upper half of a float32. */
export function fromBfloat16(bits: number): number {
  WORD.setUint32(0, bits * 2 ** 16);
  return WORD.getFloat32(0);
}

const WORD = new DataView(new ArrayBuffer(4));

/** The nearest half-precision value, ties to even. */
export function roundToFloat16(x: number): number {
  if (!Number.isFinite(x) || x === 0) return x;
  if (Math.abs(x) >= OVERFLOW) return Math.sign(x) * Number.POSITIVE_INFINITY;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(x))), 1 - EXPONENT_BIAS);
  const step = 2 ** (exponent - FRACTION_BITS);
  return roundHalfEven(x / step) * step;
}

/** ONNX rounds halves to even; Math.round does not. */
export function roundHalfEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
