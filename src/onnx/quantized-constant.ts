// Which real numbers do stored integers stand for? QuantizeLinear and DequantizeLinear of constants: per tensor, per axis, blocked.
import { UsageError } from '../core/errors.ts';
import { bytesOf, type Constant, dense, ELEMENT_TYPES, type ElementType, elementCount, isFloat, shownDims, valuesOf } from './constant.ts';
import { roundHalfEven, roundToFloat16 } from './float16.ts';
import { denseValues, type Folding } from './fold.ts';

/** How the scales lie over the numbers. */
export interface Granularity {
  /** Axis of several scales; may be negative. */
  readonly axis: number;
  /** Numbers along the axis that share a scale; 0 for all of them. */
  readonly blockSize: number;
}

/** Smallest float32 that is not denormal: processors may take those for 0. */
const SMALLEST_NORMAL = 2 ** -126;
const QUANTIZED = ['int4', 'uint4', 'int8', 'uint8', 'int16', 'uint16', 'int32'] as const satisfies readonly ElementType[];

/** (x − zero point) · scale, rounded to the type of the scale. */
export function dequantized(x: Constant, scale: Constant, zeroPoint: Constant | null, how: Granularity, folding: Folding): Constant {
  requireInteger(x, folding.who);
  if (zeroPoint !== null && zeroPoint.type !== x.type)
    throw new UsageError(`${folding.who} has numbers of type ${x.type} and a zero point of type ${zeroPoint.type}`);
  const round = scale.type === 'float16' ? roundToFloat16 : Math.fround;
  return quantize(x, scale, zeroPoint, how, scale.type, (value, by, zero) => round((value - zero) * by), folding);
}

/** x / scale + zero point, rounded half to even and clamped. */
export function quantized(x: Constant, scale: Constant, zeroPoint: Constant | null, how: Granularity, folding: Folding): Constant {
  const type = zeroPoint?.type ?? 'uint8';
  requireInteger({ ...x, type }, folding.who);
  if (!isFloat(x.type)) throw new UsageError(`${folding.who} quantizes numbers of type ${x.type}`);
  const { bits } = ELEMENT_TYPES[type];
  const lowest = type.startsWith('u') ? 0 : -(2 ** (bits - 1));
  const highest = lowest + 2 ** bits - 1;
  const clamp = (value: number) => Math.min(highest, Math.max(lowest, value));
  return quantize(x, scale, zeroPoint, how, type, (value, by, zero) => clamp(roundHalfEven(Math.fround(value / by)) + zero), folding);
}

function quantize(
  x: Constant,
  scale: Constant,
  zeroPoint: Constant | null,
  how: Granularity,
  type: ElementType,
  map: (value: number, scale: number, zero: number) => number,
  folding: Folding,
): Constant {
  const { who, budget } = folding;
  checkScales(scale, who);
  const { outer, length, inner, block } = layoutOf(x, scale, how, who);
  if (zeroPoint !== null && elementCount(zeroPoint.dims) !== elementCount(scale.dims))
    throw new UsageError(`${who} has a zero point of shape ${shownDims(zeroPoint.dims)} and a scale of shape ${shownDims(scale.dims)}`);
  const values = denseValues(x, folding);
  const scales = denseValues(scale, folding);
  const zeros = zeroPoint === null ? null : denseValues(zeroPoint, folding);
  budget.memory(bytesOf(type, values.length), who);
  const data = valuesOf(type, values.length);
  const blocks = Math.ceil(length / block);
  const perElement = scale.dims.length === x.dims.length && how.blockSize > 0;
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (let l = 0; l < length; l++) {
      const row = Math.floor(l / block);
      for (let i = 0; i < inner; i++, at++) {
        const s = perElement ? (o * blocks + row) * inner + i : row;
        data[at] = map(values[at], scales[s], zeros === null ? 0 : zeros[s]);
      }
    }
  }
  return dense(x.label, type, x.dims, data);
}

/** The numbers as [outer, length, inner] along the axis of the scales; `block` of them along it share one. */
function layoutOf(x: Constant, scale: Constant, { axis, blockSize }: Granularity, who: string) {
  const count = elementCount(x.dims);
  if (blockSize === 0 && elementCount(scale.dims) === 1 && scale.dims.length <= 1)
    return { outer: 1, length: count, inner: 1, block: Math.max(1, count) };
  const rank = x.dims.length;
  const at = axis < 0 ? axis + rank : axis;
  if (!(at >= 0 && at < rank)) throw new UsageError(`${who} has scales along axis ${axis} of the shape ${shownDims(x.dims)}`);
  const length = x.dims[at];
  const expected = blockSize === 0 ? [length] : x.dims.with(at, Math.ceil(length / blockSize));
  if (!(blockSize >= 0 && Number.isSafeInteger(blockSize)) || `${scale.dims}` !== `${expected}`)
    throw new UsageError(
      `${who} has scales of shape ${shownDims(scale.dims)}, expected ${shownDims(expected)} for numbers of shape ${shownDims(x.dims)}`,
    );
  return {
    outer: elementCount(x.dims.slice(0, at)),
    length,
    inner: elementCount(x.dims.slice(at + 1)),
    block: blockSize === 0 ? 1 : blockSize,
  };
}

function checkScales(scale: Constant, who: string): void {
  if (!isFloat(scale.type)) throw new UsageError(`${who} has a scale of type ${scale.type}, expected a float`);
  const bad = scale.data.findIndex((s) => !(s >= SMALLEST_NORMAL && s < Number.POSITIVE_INFINITY));
  if (bad < 0) return;
  const value = scale.data[bad];
  const why = value > 0 && value < SMALLEST_NORMAL ? ', a denormal number, which processors may take for 0' : '';
  throw new UsageError(`${who} has the scale ${value}${why}; scales must be positive and finite`);
}

function requireInteger({ type }: Constant, who: string): void {
  if (!(QUANTIZED as readonly ElementType[]).includes(type))
    throw new UsageError(`${who} has quantized numbers of type ${type}; read are ${QUANTIZED.join(', ')}`);
}
