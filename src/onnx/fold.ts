// What do operators make of constants? The few that exporters put between a weight and its use, computed before anything runs.
import { UsageError } from '../core/errors.ts';
import type { Budget } from './budget.ts';
import {
  bytesOf,
  type Constant,
  dense,
  type ElementType,
  elementCount,
  isFloat,
  shownDims,
  uniform,
  type Values,
  valuesOf,
} from './constant.ts';

/** Who asks, for messages, and what it may cost. */
export interface Folding {
  readonly who: string;
  readonly budget: Budget;
}

/** The same numbers in another shape. */
export function reshaped(x: Constant, dims: readonly number[], { who }: Folding): Constant {
  if (!x.uniform && elementCount(dims) !== x.data.length)
    throw new UsageError(`${who} puts ${x.data.length} numbers into the shape ${shownDims(dims)}`);
  return { ...x, dims };
}

/** Axes in another order; `order` is a permutation. */
export function transposed(x: Constant, order: readonly number[], folding: Folding): Constant {
  const dims = order.map((axis) => x.dims[axis]);
  const strides = stridesOf(x.dims);
  return strided(
    x,
    dims,
    order.map((axis) => strides[axis]),
    folding,
  );
}

/** Some positions of an axis, in the given order. */
export function taken(x: Constant, axis: number, positions: ArrayLike<number>, folding: Folding): Constant {
  const dims = x.dims.with(axis, positions.length);
  if (x.uniform) return { ...x, dims };
  const { budget, who } = folding;
  const outer = elementCount(x.dims.slice(0, axis));
  const inner = elementCount(x.dims.slice(axis + 1));
  budget.memory(bytesOf(x.type, elementCount(dims)), who);
  const data = valuesOf(x.type, elementCount(dims));
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < positions.length; i++) {
      const from = (o * x.dims[axis] + positions[i]) * inner;
      data.set(x.data.subarray(from, from + inner), at);
      at += inner;
    }
  }
  return { ...x, dims, data };
}

/** Constants side by side along an axis. */
export function joined(parts: readonly Constant[], axis: number, folding: Folding): Constant {
  const { budget, who } = folding;
  const [first] = parts;
  for (const { dims, type } of parts) {
    const fits = dims.length === first.dims.length && dims.every((size, i) => i === axis || Object.is(size, first.dims[i]));
    if (!fits || type !== first.type)
      throw new UsageError(`${who} joins shapes ${shownDims(first.dims)} and ${shownDims(dims)}, types ${first.type} and ${type}`);
  }
  const size = parts.reduce((sum, { dims }) => sum + dims[axis], 0);
  const dims = first.dims.with(axis, size);
  const values = new Set(parts.map(({ data }) => data[0]));
  if (parts.every((part) => part.uniform) && values.size === 1) return { ...first, dims };
  const inner = elementCount(dims.slice(axis + 1));
  budget.memory(bytesOf(first.type, elementCount(dims)), who);
  const data = valuesOf(first.type, elementCount(dims));
  let offset = 0;
  for (const part of parts) {
    const run = part.dims[axis] * inner;
    for (let o = 0; o * size * inner < data.length; o++) {
      const at = o * size * inner + offset;
      if (part.uniform) data.fill(part.data[0], at, at + run);
      else data.set(part.data.subarray(o * run, (o + 1) * run), at);
    }
    offset += run;
  }
  return dense(first.label, first.type, dims, data);
}

/** Every number through a function. */
export function mapped(x: Constant, type: ElementType, map: (value: number) => number, { budget, who }: Folding): Constant {
  budget.memory(bytesOf(type, x.data.length), who);
  const data = valuesOf(type, x.data.length);
  for (let i = 0; i < data.length; i++) data[i] = map(x.data[i]);
  return { ...x, type, data };
}

/** Two constants, number by number, with ONNX's broadcasting. Floats are computed in float64 and rounded to their type. */
export function combined(a: Constant, b: Constant, combine: (a: number, b: number) => number, folding: Folding): Constant {
  if (a.type !== b.type) throw new UsageError(`${folding.who} combines types ${a.type} and ${b.type}`);
  const dims = broadcastDims(a.dims, b.dims, folding.who);
  if (a.uniform && b.uniform) return uniform(a.label, a.type, dims, combine(a.data[0], b.data[0]));
  const left = expanded(a, dims, folding);
  const right = expanded(b, dims, folding);
  folding.budget.memory(bytesOf(a.type, elementCount(dims)), folding.who);
  const data = valuesOf(a.type, elementCount(dims));
  const [step, otherStep] = [left.uniform ? 0 : 1, right.uniform ? 0 : 1];
  for (let i = 0; i < data.length; i++) data[i] = combine(left.data[i * step], right.data[i * otherStep]);
  return dense(a.label, a.type, dims, data);
}

/** Broadcasts to a shape that `x` fits; sizes may be unknown for uniform constants only. */
export function expanded(x: Constant, dims: readonly number[], folding: Folding): Constant {
  if (x.uniform || (x.data.length === 1 && !isShape(x))) return uniform(x.label, x.type, dims, x.data[0]);
  if (x.dims.length === dims.length && x.dims.every((size, i) => size === dims[i])) return x;
  const own = stridesOf(x.dims);
  const added = dims.length - x.dims.length;
  return strided(
    x,
    dims,
    dims.map((_, axis) => (axis < added || x.dims[axis - added] === 1 ? 0 : own[axis - added])),
    folding,
  );
}

/** The shape that two broadcast to. An unknown size is 1 or that of the other. */
export function broadcastDims(a: readonly number[], b: readonly number[], who: string): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const x = a[axis - rank + a.length] ?? 1;
    const y = b[axis - rank + b.length] ?? 1;
    if (Object.is(x, y) || y === 1) return x;
    if (x === 1 || Number.isNaN(x)) return y;
    if (Number.isNaN(y)) return x;
    throw new UsageError(`${who} combines the shapes ${shownDims(a)} and ${shownDims(b)}, which do not fit`);
  });
}

/** Numbers of a constant one by one, also where one stands for all. */
export function denseValues(x: Constant, { budget, who }: Folding): Values {
  if (!x.uniform) return x.data;
  budget.memory(bytesOf(x.type, elementCount(x.dims)), who);
  return valuesOf(x.type, elementCount(x.dims)).fill(x.data[0]);
}

/** Integers keep their own numbers, unknown ones among them, however few they are. */
function isShape({ type }: Constant): boolean {
  return !isFloat(type);
}

function stridesOf(dims: readonly number[]): number[] {
  const strides = new Array<number>(dims.length).fill(1);
  for (let axis = dims.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * dims[axis + 1];
  return strides;
}

/** The numbers at which the strides arrive, in the order of `dims`. */
function strided(x: Constant, dims: readonly number[], strides: readonly number[], { budget, who }: Folding): Constant {
  if (x.uniform) return { ...x, dims };
  const count = elementCount(dims);
  budget.memory(bytesOf(x.type, count), who);
  const data = valuesOf(x.type, count);
  const index = new Array<number>(dims.length).fill(0);
  const last = dims.length - 1;
  for (let at = 0, from = 0; at < count; ) {
    const run = last < 0 ? 1 : dims[last];
    const step = last < 0 ? 0 : strides[last];
    for (let i = 0; i < run; i++) data[at++] = x.data[from + i * step];
    for (let axis = last - 1; axis >= 0; axis--) {
      from += strides[axis];
      index[axis]++;
      if (index[axis] < dims[axis]) break;
      from -= strides[axis] * dims[axis];
      index[axis] = 0;
    }
  }
  return { ...x, dims, data };
}
