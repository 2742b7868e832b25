// What do operators do that only move numbers? They rename axes of signals, pick channels, and fold constants.
import { UsageError } from '../../core/errors.ts';
import {
  type Constant,
  dense,
  ELEMENT_TYPES,
  elementCount,
  elementType,
  integerList,
  isFloat,
  shownDims,
  uniform,
} from '../../onnx/constant.ts';
import { roundToFloat16 } from '../../onnx/float16.ts';
import { broadcastDims, denseValues, expanded, joined, mapped, reshaped, taken, transposed } from '../../onnx/fold.ts';
import { readTensor } from '../../onnx/read-tensor.ts';
import { axisOf, type Call, constantOf, inputOf, integersOf, knownIntegersOf, type Operator, type Plain, weightsOf } from './reading.ts';
import {
  type Axis,
  type BoundSignal,
  bound,
  chosen,
  featuresOf,
  type Gathered,
  ONE,
  type Part,
  type Signal,
  shifted,
  summed,
} from './signal.ts';

/** Most axes of a value. */
export const MAX_RANK = 32;

/** Identity, and what is one when a model is used and not trained. */
export const identityOperator: Operator = (call) => [inputOf(call, 0)];

export const dropout: Operator = (call) => {
  const training = call.inputs[2];
  if (training?.kind === 'constant' && training.data[0] !== 0)
    throw new UsageError(`${call.who} is in training mode; export the model in evaluation mode`);
  return [inputOf(call, 0)];
};

export const constantOperator: Operator = ({ node, who, reading }) => {
  if (node.has('value')) return [readTensor(node.tensor('value', {}), `the value of ${node.label}`, reading)];
  const label = `the value of ${node.label}`;
  if (node.has('value_float')) return [dense(label, 'float', [], Float32Array.of(node.float('value_float', 0)))];
  if (node.has('value_int')) return [dense(label, 'int64', [], Float64Array.of(node.int('value_int', 0)))];
  if (node.has('value_floats')) {
    const values = Float32Array.from(node.floats('value_floats', []));
    return [dense(label, 'float', [values.length], values)];
  }
  if (node.has('value_ints')) return [integerList(label, node.ints('value_ints', []))];
  throw new UsageError(`${who} holds a value of a kind that is not read: text, or a sparse tensor`);
};

export const constantOfShape: Operator = (call) => {
  const { node, who, reading } = call;
  const dims = shapeInput(call, 0);
  const value = node.has('value')
    ? readTensor(node.tensor('value', {}), `the value of ${node.label}`, reading)
    : uniform(node.label, 'float', [1], 0);
  if (value.data.length !== 1) throw new UsageError(`${who} fills a shape with ${value.data.length} values instead of one`);
  return [uniform(node.label, value.type, dims, value.data[0])];
};

/** What PyTorch writes for zeros before opset 9; it was never standard. */
export const constantFill: Operator = (call) => {
  const { node, who } = call;
  if (node.int('input_as_shape', 0) !== 1) throw new UsageError(`${who} fills a shape that is not its input`);
  return [
    uniform(node.label, elementType(node.int('dtype', ELEMENT_TYPES.float.code)) ?? 'float', shapeInput(call, 0), node.float('value', 0)),
  ];
};

/** Sizes that only running the model would tell are NaN. */
export const shape: Operator = (call) => {
  const value = inputOf(call, 0);
  if (value.kind === 'part') throw new UsageError(`${call.who} asks for the shape of a part of '${value.source.name}'`);
  const dims = sizesOf(value);
  const end = call.node.int('end', dims.length);
  return [integerList(call.node.label, dims.slice(call.node.int('start', 0), end))];
};

export const cast: Operator = (call) => {
  const { node, who } = call;
  const value = inputOf(call, 0);
  const type = elementType(node.int('to', 0));
  if (type === undefined) throw new UsageError(`${who} casts to element type ${node.int('to', 0)}, which is not read`);
  if (value.kind !== 'constant') {
    if (!isFloat(type)) throw new UsageError(`${who} rounds its values to ${type}; a network of real numbers cannot hold that`);
    return [value];
  }
  if (type === value.type) return [value];
  if (type === 'float16') return [mapped(value, type, roundToFloat16, call)];
  // JavaScript's arrays wrap integers around as casts do; float64 arrays hold 64-bit integers and need rounding.
  const toInteger = ELEMENT_TYPES[type].Values === Float64Array && type !== 'double';
  return [mapped(value, type, type === 'bool' ? (x) => (x === 0 ? 0 : 1) : toInteger ? Math.trunc : (x) => x, call)];
};

export const transpose: Operator = (call) => {
  const { node, who } = call;
  const value = inputOf(call, 0);
  if (value.kind === 'part') return [value];
  const rank = value.kind === 'constant' ? value.dims.length : value.axes.length;
  const order = node.ints('perm', null) ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  if (order.length !== rank || [...order].sort((a, b) => a - b).some((axis, i) => axis !== i))
    throw new UsageError(`${who} reorders ${rank} axes by ${shownDims(order)}, which is no order of them`);
  if (value.kind === 'constant') return [transposed(value, order, call)];
  const axes = order.map((axis) => value.axes[axis]);
  return [{ ...value, axes, feature: value.feature === null ? null : order.indexOf(value.feature) }];
};

export const squeeze: Operator = (call) => {
  const value = inputOf(call, 0);
  if (value.kind === 'part') return [value];
  const sizes = sizesOf(value);
  const given = knownIntegersOf(call, 'axes', 1);
  const removed =
    given === null ? sizes.flatMap((size, i) => (size === 1 ? [i] : [])) : given.map((axis) => axisOf(axis, sizes.length, call.who));
  for (const axis of removed) {
    // An unknown size that is squeezed is 1.
    if (sizes[axis] !== 1 && !Number.isNaN(sizes[axis]))
      throw new UsageError(`${call.who} removes axis ${axis}, which has size ${sizes[axis]} instead of 1`);
  }
  if (value.kind === 'constant') return [reshaped(value, without(value.dims, removed), call)];
  const fromTheBack = [...new Set(removed)].sort((a, b) => b - a);
  return [fromTheBack.reduce<Signal>((signal, axis) => withoutAxis(signal, axis, call), value)];
};

export const unsqueeze: Operator = (call) => {
  const value = inputOf(call, 0);
  if (value.kind === 'part') return [value];
  const given = knownIntegersOf(call, 'axes', 1);
  if (given === null) throw new UsageError(`${call.who} names no axes`);
  const rank = sizesOf(value).length + given.length;
  if (rank > MAX_RANK) throw new UsageError(`${call.who} makes a value of ${rank} axes`);
  const added = new Set(given.map((axis) => axisOf(axis, rank, call.who)));
  if (added.size !== given.length) throw new UsageError(`${call.who} adds an axis twice`);
  if (value.kind === 'constant') return [reshaped(value, withOnes(value.dims, added, rank, 1), call)];
  const axes = withOnes(value.axes, added, rank, ONE);
  const feature = value.feature === null ? null : axes.indexOf(value.axes[value.feature]);
  return [{ ...value, axes, feature }];
};

export const reshape: Operator = (call) => {
  const value = inputOf(call, 0);
  if (value.kind === 'part') return [value];
  const sizes = sizesOf(value);
  const keepsZeros = call.node.int('allowzero', 0) !== 0;
  const target = shapeInput(call, 1, -1).map((size, i) => (size === 0 && !keepsZeros ? (sizes[i] ?? Number.NaN) : size));
  return [inShape(value, target, call)];
};

export const flatten: Operator = (call) => {
  const value = inputOf(call, 0);
  if (value.kind === 'part') return [value];
  const sizes = sizesOf(value);
  const given = call.node.int('axis', 1);
  const axis = given === sizes.length ? given : axisOf(given, sizes.length, call.who);
  return [inShape(value, [elementCount(sizes.slice(0, axis)), elementCount(sizes.slice(axis))], call)];
};

export const expand: Operator = (call) => {
  const value = inputOf(call, 0);
  const dims = shapeInput(call, 1);
  if (value.kind === 'constant') return [expanded(value, broadcastDims(value.dims, dims, call.who), call)];
  throw new UsageError(`${call.who} repeats values that are computed; only constants may be repeated`);
};

export const slice: Operator = (call) => {
  const value = inputOf(call, 0);
  if (value.kind === 'part') return [value];
  const starts = knownIntegersOf(call, 'starts', 1);
  const ends = knownIntegersOf(call, 'ends', 2);
  if (starts === null || ends === null) throw new UsageError(`${call.who} names no starts or no ends`);
  const axes = knownIntegersOf(call, 'axes', 3) ?? starts.map((_, i) => i);
  const steps = knownIntegersOf(call, 'steps', 4) ?? starts.map(() => 1);
  if (ends.length !== starts.length || axes.length !== starts.length || steps.length !== starts.length)
    throw new UsageError(`${call.who} has ${starts.length} starts, ${ends.length} ends, ${axes.length} axes and ${steps.length} steps`);
  return [
    axes.reduce<Plain>((sliced, given, i) => {
      if (sliced.kind === 'part') return sliced;
      const axis = axisOf(given, sizesOf(sliced).length, call.who);
      return slicedAlong(sliced, axis, { start: starts[i], end: ends[i], step: steps[i] }, call);
    }, value),
  ];
};

export const split: Operator = (call) => {
  const { node, who } = call;
  const value = inputOf(call, 0);
  const parts = node.outputs.length;
  if (value.kind === 'part') return node.outputs.map(() => value);
  const sizes = sizesOf(value);
  const axis = axisOf(node.int('axis', 0), sizes.length, who);
  const size = sizes[axis];
  const given = knownIntegersOf(call, 'split', 1);
  if (given === null && Number.isNaN(size)) throw new UsageError(`${who} splits an axis of unknown size`);
  const even = Math.ceil(size / parts);
  const lengths = given ?? Array.from({ length: parts }, (_, i) => Math.max(0, Math.min(even, size - i * even)));
  if (lengths.length !== parts || lengths.some((length) => length < 0))
    throw new UsageError(`${who} has ${parts} outputs and the lengths ${shownDims(lengths)}`);
  if (!Number.isNaN(size) && lengths.reduce((a, b) => a + b, 0) !== size)
    throw new UsageError(`${who} splits ${size} positions into ${shownDims(lengths)}`);
  let start = 0;
  return lengths.map((length) => {
    const range = { start, end: start + length, step: 1 };
    start += length;
    return slicedAlong(value, axis, range, call);
  });
};

export const gather: Operator = (call) => {
  const { node, who } = call;
  const value = inputOf(call, 0);
  if (value.kind === 'part') return [value];
  const indices = constantOf(call, 1, 'indices');
  const axis = axisOf(node.int('axis', 0), sizesOf(value).length, who);
  const isScalar = indices.dims.length === 0;
  if (indices.dims.length === 2 && value.kind === 'signal') return [gatheredLists(value, axis, indices, call)];
  if (indices.dims.length > 1) throw new UsageError(`${who} gathers by indices of ${indices.dims.length} axes`);
  const positions = [...denseValues(indices, call)];
  if (value.kind === 'constant') {
    const size = value.dims[axis];
    const counted = positions.map((at) => (at < 0 ? at + size : at));
    if (counted.some((at) => !(Number.isInteger(at) && at >= 0 && at < size)))
      throw new UsageError(`${who} gathers ${shownDims(positions)} of ${size} positions`);
    const found = taken(value, axis, counted, call);
    return [isScalar ? reshaped(found, without(found.dims, [axis]), call) : found];
  }
  if (isScalar) {
    const [at] = positions;
    const found = slicedAlong(value, axis, { start: at, end: at === -1 ? Number.POSITIVE_INFINITY : at + 1, step: 1 }, call);
    return [found.kind === 'signal' ? withoutAxis(found, axis, call) : found];
  }
  if (!isFeatureAxis(value, axis)) return [partOf(value, call)];
  return [chosenAt(bound(value, axis, null, call), positions, call)];
};

export const concat: Operator = (call) => {
  const { node, who, inputs } = call;
  const values = inputs.map((_, i) => inputOf(call, i));
  if (values.length === 0) throw new UsageError(`${who} has no inputs`);
  const constants = values.filter((value) => value.kind === 'constant');
  const [first] = values;
  if (first.kind === 'part') throw partRefusal(first, call);
  const axis = axisOf(node.int('axis', Number.NaN), sizesOf(first).length, who);
  if (constants.length === values.length) return [joined(constants, axis, call)];
  return [concatSignals(values, axis, call)];
};

/** Lists of features, [lists, width], as sparse products take them. */
function gatheredLists(value: Signal, axis: number, indices: Constant, call: Call): Gathered {
  const signal = bound(value, axis, null, call);
  const positions = denseValues(indices, call);
  call.budget.memory(2 * positions.length * Float64Array.BYTES_PER_ELEMENT, call.who);
  return { kind: 'gathered', signal: chosenAt(signal, positions, call), width: indices.dims[1] };
}

/** Features side by side; constants among them become biases. */
function concatSignals(values: readonly Plain[], axis: number, call: Call): Signal {
  const parts = values.map((value) => {
    if (value.kind === 'part') throw partRefusal(value, call);
    if (value.kind === 'constant') return value;
    if (value.feature !== null && value.feature !== axis)
      throw new UsageError(`${call.who} joins values along another axis than that of neurons, as a graph does that is unrolled over time`);
    return bound(value, axis, null, call);
  });
  const sizes = parts.map((part) => sizesOf(part)[axis]);
  const total = sizes.reduce((a, b) => a + b, 0);
  if (!Number.isSafeInteger(total)) throw new UsageError(`${call.who} joins values of unknown size`);
  call.budget.memory(parts.length * total * Float64Array.BYTES_PER_ELEMENT, call.who);
  const bias = new Float64Array(total);
  let whole: BoundSignal | null = null;
  let start = 0;
  parts.forEach((part, i) => {
    const [from, to] = [start, start + sizes[i]];
    start = to;
    if (part.kind === 'constant') {
      bias.set(featureValues(part, axis, sizes[i], call), from);
      return;
    }
    const place = Int32Array.from({ length: total }, (_, row) => (row >= from && row < to ? row - from : -1));
    const placed = chosen(part, place, call);
    whole = whole === null ? placed : summed(whole, placed, call);
  });
  if (whole === null) throw new UsageError(`${call.who} joins nothing that is computed`);
  return bias.some((b) => b !== 0) ? shifted(whole, bias) : whole;
}

/** What a look at a number of a constant costs, in multiplications. */
const LOOK_COST = 4;

/**
 * What a constant adds to, or multiplies, each feature of a signal: it must be the same at every position of the other axes.
 *
 * @param axis - axis of the features in the constant, negative where it has none
 */
export function featureValues(x: Constant, axis: number, features: number, call: Call): Float64Array {
  const values = weightsOf(x.uniform ? { ...x, dims: [] } : x, call);
  const length = axis < 0 ? 1 : x.dims[axis];
  if (length !== 1 && length !== features && !Number.isNaN(length))
    throw new UsageError(`${call.who} joins ${features} features with ${x.label} of shape ${shownDims(x.dims)}`);
  call.budget.memory(features * Float64Array.BYTES_PER_ELEMENT, call.who);
  call.budget.products(LOOK_COST * values.length, call.who);
  if (x.uniform) return new Float64Array(features).fill(values[0]);
  const inner = axis < 0 ? 1 : elementCount(x.dims.slice(axis + 1));
  const found = new Float64Array(features);
  for (let f = 0; f < features; f++) found[f] = values[(length === 1 ? 0 : f) * inner];
  // Plain loops, because constants may be large and many nodes may share them.
  for (let at = 0; at < values.length; ) {
    for (let f = 0; f < length; f++) {
      const expected = found[length === 1 ? 0 : f];
      for (let i = 0; i < inner; i++) {
        if (values[at++] !== expected)
          throw new UsageError(
            `${call.who} takes ${x.label}, which differs between time steps or trials, as if it were a bias or a factor`,
          );
      }
    }
  }
  return found;
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** Ends beyond any axis: "to the end". */
const TO_THE_END = 2 ** 31 - 1;

/** Part of an axis: all of it, some features, or the last time step. */
function slicedAlong(value: Constant | Signal, axis: number, range: Range, call: Call): Constant | Signal | Part {
  const size = sizesOf(value)[axis];
  const { start, end, step } = range;
  if (step === 1 && start === 0 && (end >= TO_THE_END || end === size)) return value;
  if (value.kind === 'constant') {
    if (!Number.isNaN(size)) return taken(value, axis, positionsOf(range, size, call), call);
    return { ...value, dims: value.dims.with(axis, Number.NaN) };
  }
  if (isFeatureAxis(value, axis)) {
    const signal = bound(value, axis, null, call);
    return chosen(signal, positionsOf(range, featuresOf(signal), call), call);
  }
  const isToEnd = end >= TO_THE_END || end === size;
  const isLast = step === 1 && isToEnd && (start === -1 || start === size - 1);
  const { role } = value.axes[axis];
  if (isLast && size === 1) return value;
  if (isLast && role === 'time') return { ...value, axes: value.axes.with(axis, { ...value.axes[axis], size: 1 }), isLast: true };
  return partOf(value, call);
}

/** A part that says nothing by itself; of anything but a whole input or state it cannot be read. */
function partOf(signal: Signal, call: Call): Part {
  const [source] = signal.terms.keys();
  if (signal.feature !== null)
    throw new UsageError(`${call.who} takes some time steps or trials out of what the network computes; only all or the last can be`);
  return { kind: 'part', title: call.who, source };
}

/** Why a part of an input cannot be computed with. */
export function partRefusal({ title, source }: Part, { node }: Call): UsageError {
  return new UsageError(
    `${title} takes a part of '${source.name}' that ${node.label} computes with: steps of a graph that is unrolled over time cannot be read; export the RNN operator, a Scan, or one step`,
  );
}

function positionsOf({ start, end, step }: Range, size: number, { who, budget }: Call): Int32Array {
  if (step === 0) throw new UsageError(`${who} has the step 0`);
  const fromFront = (at: number) => (at < 0 ? at + size : at);
  const [lowest, highest] = step > 0 ? [0, size] : [-1, size - 1];
  const clamp = (at: number) => Math.min(highest, Math.max(lowest, at));
  const first = clamp(fromFront(start));
  const count = Math.max(0, Math.ceil((clamp(fromFront(end)) - first) / step));
  budget.memory(count * Int32Array.BYTES_PER_ELEMENT, who);
  return Int32Array.from({ length: count }, (_, i) => first + i * step);
}

function chosenAt(signal: BoundSignal, positions: ArrayLike<number>, call: Call): BoundSignal {
  const size = featuresOf(signal);
  const counted = Array.from(positions, (at) => (at < 0 ? at + size : at));
  if (counted.some((at) => !(Number.isInteger(at) && at >= 0 && at < size)))
    throw new UsageError(`${call.who} gathers features that are not among ${size}`);
  return chosen(signal, counted, call);
}

function isFeatureAxis({ feature, axes }: Signal, axis: number): boolean {
  return axis === (feature ?? axes.length - 1);
}

/** Without an axis of size 1. */
function withoutAxis(signal: Signal, axis: number, call: Call): Signal {
  const { axes, feature } = signal;
  if (axis === feature) throw new UsageError(`${call.who} removes the axis of neurons or channels`);
  const isLast = signal.isLast || axes[axis].role === 'time';
  return { ...signal, axes: without(axes, [axis]), feature: feature !== null && feature > axis ? feature - 1 : feature, isLast };
}

/** A reshaped value; sizes of the target that are −1 or unknown follow from the others. */
function inShape(value: Constant | Signal, target: readonly number[], call: Call): Constant | Signal {
  const open = target.map((size) => (size < 0 ? Number.NaN : size));
  if (value.kind === 'signal') return signalInShape(value, open, call);
  const known = open.filter((size) => !Number.isNaN(size));
  const rest = elementCount(value.dims) / elementCount(known);
  return reshaped(value, open.length - known.length === 1 ? open.map((size) => (Number.isNaN(size) ? rest : size)) : open, call);
}

/** Features keep their axis; others are renamed one by one where they fit, and are merged where they do not. */
function signalInShape(signal: Signal, target: readonly number[], { who }: Call): Signal {
  const { axes } = signal;
  const featureAt = signal.feature ?? axes.length - 1;
  const fits = (axis: Axis, size: number) => axis.size === null || Number.isNaN(size) || axis.size === size;
  if (axes.length === target.length && axes.every((axis, i) => fits(axis, target[i]))) return signal;
  const refusal = () =>
    new UsageError(`${who} gives values another shape, ${shownDims(target)}, in which neurons or channels have no axis of their own`);
  if (axes.length === 0 || target.length === 0) throw refusal();
  const isKept = (axis: Axis) => axis.size !== 1 || axis === axes[featureAt];
  const kept = axes.filter(isKept);
  if (featureAt === axes.length - 1) {
    if (!fits(axes[featureAt], target[target.length - 1])) throw refusal();
    const leading = target.slice(0, -1);
    const renamed = renamedAxes(kept.slice(0, -1), leading, fits) ?? leading.map((size): Axis => (size === 1 ? ONE : mergedAxis(size)));
    return { ...signal, axes: [...renamed, axes[featureAt]], feature: signal.feature === null ? null : target.length - 1 };
  }
  const renamed = renamedAxes(kept, target, fits);
  if (renamed === null) throw refusal();
  return { ...signal, axes: renamed, feature: signal.feature === null ? null : renamed.indexOf(axes[featureAt]) };
}

/** Axes for the sizes of a target, ones inserted where it has them; null if they do not fit one by one. */
function renamedAxes(axes: readonly Axis[], target: readonly number[], fits: (axis: Axis, size: number) => boolean): Axis[] | null {
  const places = target.filter((size) => size !== 1);
  if (places.length !== axes.length || !axes.every((axis, i) => fits(axis, places[i]))) return null;
  let next = 0;
  return target.map((size) => (size === 1 ? ONE : axes[next++]));
}

function mergedAxis(size: number): Axis {
  return { role: 'merged', size: Number.isNaN(size) ? null : size, origin: null };
}

/** Sizes of all axes, NaN where only running the model would tell. */
export function sizesOf(value: Constant | Signal): readonly number[] {
  return value.kind === 'constant' ? value.dims : value.axes.map(({ size }) => size ?? Number.NaN);
}

/** A shape that is an input; NaN where only running the model would tell. */
function shapeInput(call: Call, index: number, smallest = 0): readonly number[] {
  const dims = integersOf(call, 'shape', index);
  if (dims === null) throw new UsageError(`${call.who} lacks its shape`);
  const bad = dims.find((size) => !(Number.isNaN(size) || (Number.isSafeInteger(size) && size >= smallest)));
  if (bad !== undefined || dims.length > MAX_RANK)
    throw new UsageError(`${call.who} has a shape of ${dims.length} axes with the size ${bad ?? dims[0]}`);
  return dims;
}

function without<T>(items: readonly T[], removed: readonly number[]): T[] {
  return items.filter((_, i) => !removed.includes(i));
}

function withOnes<T>(items: readonly T[], added: ReadonlySet<number>, rank: number, one: T): T[] {
  let next = 0;
  return Array.from({ length: rank }, (_, i) => (added.has(i) ? one : items[next++]));
}
