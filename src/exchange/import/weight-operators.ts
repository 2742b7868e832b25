// What do operators do that compute? Products with weights, sums and factors keep a signal affine; φ makes a layer of it.
import { UsageError } from '../../core/errors.ts';
import type { Activation } from '../../network/network.ts';
import { type Constant, isFloat, shownDims } from '../../onnx/constant.ts';
import { combined, mapped } from '../../onnx/fold.ts';
import { dequantized, quantized } from '../../onnx/quantized-constant.ts';
import { denseMatrix, isChoice, sparseOfLists } from './matrix.ts';
import { anyInputOf, type Call, constantOf, inputOf, type Operator, type Plain, weightsOf } from './reading.ts';
import { featureValues, partRefusal } from './shape-operators.ts';
import {
  type Axis,
  type BoundSignal,
  bound,
  boundLast,
  featuresOf,
  type Gathered,
  linear,
  newSource,
  ONE,
  type Signal,
  scaled,
  shifted,
  sourceSignal,
  summed,
} from './signal.ts';

export const matMul: Operator = (call) => {
  const a = computable(inputOf(call, 0), call);
  const lists = anyInputOf(call, 1);
  if (a.kind === 'constant' && lists.kind === 'gathered') return [listProduct(a, lists, call)];
  const b = computable(inputOf(call, 1), call);
  if (a.kind === 'signal' && b.kind === 'constant') return [timesWeights(a, b, false, call)];
  if (a.kind === 'constant' && b.kind === 'signal') return [weightsTimes(a, b, false, call)];
  throw productRefusal(a, call);
};

export const gemm: Operator = (call) => {
  const { node, inputs } = call;
  const a = computable(inputOf(call, 0), call);
  const b = computable(inputOf(call, 1), call);
  const isTransposed = (name: string) => node.int(name, 0) !== 0;
  const alpha = node.float('alpha', 1);
  let product: Signal;
  if (a.kind === 'signal' && b.kind === 'constant')
    product = timesWeights(flipped(a, isTransposed('transA')), b, isTransposed('transB'), call);
  else if (a.kind === 'constant' && b.kind === 'signal')
    product = weightsTimes(a, flipped(b, isTransposed('transB')), isTransposed('transA'), call);
  else throw productRefusal(a, call);
  const scaledProduct = times(product, alpha, call);
  if (inputs[2] === null || inputs[2] === undefined) return [scaledProduct];
  const beta = node.float('beta', 1);
  const c = computable(inputOf(call, 2), call);
  if (c.kind === 'signal') return [plus(scaledProduct, times(c, beta, call), call)];
  return [plus(scaledProduct, beta === 1 ? c : mapped(c, c.type, (value) => value * beta, call), call)];
};

export const add: Operator = (call) => [sum(call, 1)];
export const subtract: Operator = (call) => [sum(call, -1)];

/** Sum of any number of inputs. */
export const sumOperator: Operator = (call) => {
  const add = (a: Constant | Signal, b: Constant | Signal) =>
    a.kind === 'constant' && b.kind === 'constant' ? combined(a, b, (x, y) => x + y, call) : plus(a, b, call);
  const values = call.inputs.map((_, i) => computable(inputOf(call, i), call));
  return [values.slice(1).reduce(add, computable(inputOf(call, 0), call))];
};

export const multiply: Operator = (call) => [factor(call, false)];
export const divide: Operator = (call) => [factor(call, true)];

export const negate: Operator = (call) => {
  const value = computable(inputOf(call, 0), call);
  return [value.kind === 'constant' ? mapped(value, value.type, (x) => -x, call) : times(value, -1, call)];
};

export const quantizeLinear: Operator = (call) => {
  if (inputOf(call, 0).kind !== 'constant') throw activationsRefusal(call);
  return [quantized(constantOf(call, 0, 'numbers'), ...scalesOf(call), call)];
};

export const dequantizeLinear: Operator = (call) => {
  if (inputOf(call, 0).kind !== 'constant') throw activationsRefusal(call);
  return [dequantized(constantOf(call, 0, 'numbers'), ...scalesOf(call), call)];
};

function scalesOf(call: Call): [Constant, Constant | null, { axis: number; blockSize: number }] {
  const zeroPoint = call.inputs[2] === null || call.inputs[2] === undefined ? null : constantOf(call, 2, 'zero point');
  return [constantOf(call, 1, 'scale'), zeroPoint, { axis: call.node.int('axis', 1), blockSize: call.node.int('block_size', 0) }];
}

function activationsRefusal({ who }: Call): UsageError {
  return new UsageError(
    `${who} quantizes values while the model runs, which a network of real numbers cannot hold; export it with quantized weights only, and quantize with bimt-export`,
  );
}

/** Relu, Tanh and Softplus: neurons of their own. */
export const layerOperator =
  (activation: Activation): Operator =>
  (call) => {
    const value = computable(inputOf(call, 0), call);
    if (value.kind === 'constant') throw new UsageError(`${call.who} is computed of a constant`);
    return [newLayer(activation, boundLast(value, call), call)];
  };

/** Clip as far as it is Relu. */
export const clip: Operator = (call) => {
  const limit = (name: 'min' | 'max', index: number, absent: number) => {
    if (call.node.has(name)) return call.node.float(name, absent);
    if (call.inputs[index] === null || call.inputs[index] === undefined) return absent;
    return singleValue(constantOf(call, index, name)) ?? Number.NaN;
  };
  const lowest = limit('min', 1, Number.NEGATIVE_INFINITY);
  const highest = limit('max', 2, Number.POSITIVE_INFINITY);
  const [, largestFloat] = FLOAT_RANGE;
  if (lowest !== 0 || !(highest >= largestFloat))
    throw new UsageError(
      `${call.who} limits its values to ${lowest} … ${highest}; neurons here have no upper limit, so only 0 … infinity can be read`,
    );
  return layerOperator('relu')(call);
};

/** Max as far as it is Relu. */
export const maximum: Operator = (call) => {
  const zero = call.inputs.findIndex((value) => value?.kind === 'constant' && singleValue(value) === 0);
  if (call.inputs.length !== 2 || zero < 0)
    throw new UsageError(`${call.who} takes the larger of two values; only Max with 0, which is Relu, can be read`);
  return layerOperator('relu')({ ...call, inputs: [call.inputs[1 - zero]] });
};

/** What may follow the readout: it leaves the order of the outputs as it is. */
export const answerOperator: Operator = (call) => {
  const { node, who, reading } = call;
  const value = computable(inputOf(call, 0), call);
  if (value.kind === 'constant') throw new UsageError(`${who} is computed of a constant`);
  if ([...value.terms.keys()].some(({ kind }) => kind !== 'layer'))
    throw new UsageError(`${who} is applied before the new state is known; activations that can be read are Relu, Tanh and Softplus`);
  const signal = boundLast(value, call);
  const rank = signal.axes.length;
  const axis = axisAmong(node.int('axis', defaultAxis(node.op, reading.model.opset)), rank);
  // Before opset 13, Softmax joined all axes from `axis` on.
  const isOld = node.op !== 'ArgMax' && reading.model.opset < 13;
  const isAlongOutputs =
    node.op === 'Sigmoid' || axis === signal.feature || (isOld && axis <= signal.feature && signal.feature === rank - 1);
  if (!isAlongOutputs) throw new UsageError(`${who} compares time steps or trials instead of outputs`);
  return [{ ...signal, answer: node.label }];
};

function defaultAxis(op: string, opset: number): number {
  if (op === 'ArgMax') return 0;
  return opset < 13 ? 1 : -1;
}

function axisAmong(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** Smallest and largest float32: how "no limit" is written. */
const FLOAT_RANGE = [-3.4028234663852886e38, 3.4028234663852886e38] as const;

/** A new layer of neurons. */
export function newLayer(activation: Activation, drive: BoundSignal, call: Call): BoundSignal {
  const source = newSource('layer', call.node.outputs[0] ?? '', featuresOf(drive));
  source.layer = { label: call.node.label, title: call.who, order: call.reading.layers.length, activation, drive, source };
  call.reading.layers.push(source.layer);
  return sourceSignal(source, drive, call);
}

/** signal · weights [features, results], with any number of leading axes of size 1. */
function timesWeights(signal: Signal, weights: Constant, isTransposed: boolean, call: Call): BoundSignal {
  const { rows, columns, leading } = matrixDims(weights, isTransposed, call);
  const whole = padded(signal, leading, call);
  const own = bound(whole, whole.axes.length - 1, rows, call);
  return linear(own, denseMatrix(weightsOf(weights, call), columns, rows, !isTransposed), call);
}

/** weights [results, features] · signal, whose columns are time steps or trials. */
function weightsTimes(weights: Constant, signal: Signal, isTransposed: boolean, call: Call): BoundSignal {
  const { rows, columns, leading } = matrixDims(weights, isTransposed, call);
  const whole = padded(signal, leading, call);
  const own = bound(whole, Math.max(0, whole.axes.length - 2), columns, call);
  return linear(own, denseMatrix(weightsOf(weights, call), rows, columns, isTransposed), call);
}

/** weights [lists, 1, width] · lists [lists, width, trials]: a product with a sparse matrix, [lists, 1, trials]. */
function listProduct(weights: Constant, { signal, width }: Gathered, call: Call): BoundSignal {
  const lists = featuresOf(signal) / width;
  const [[source, matrix]] = signal.terms;
  const isPlain = signal.terms.size === 1 && signal.bias === null && isChoice(matrix);
  if (!isPlain || signal.feature !== 0 || signal.axes.length !== 2 || `${weights.dims}` !== `${lists},1,${width}`)
    throw new UsageError(
      `${call.who} multiplies lists of gathered values with weights of shape ${shownDims(weights.dims)}; expected [${lists}, 1, ${width}] and states as they are`,
    );
  const terms = new Map([[source, sparseOfLists(weightsOf(weights, call), matrix.from, lists, matrix.columns, call)]]);
  const [feature, row] = signal.axes;
  return { ...signal, axes: [{ ...feature, size: lists }, ONE, row], terms };
}

/** Rows and columns of weights after their transposition. */
function matrixDims({ dims, label }: Constant, isTransposed: boolean, { who }: Call) {
  const leading = dims.length - 2;
  if (leading < 0 || dims.slice(0, leading).some((size) => size !== 1))
    throw new UsageError(`${who} multiplies with ${label} of shape ${shownDims(dims)}; weights have to be a matrix`);
  const [rows, columns] = isTransposed ? [dims[leading + 1], dims[leading]] : [dims[leading], dims[leading + 1]];
  return { rows, columns, leading };
}

/** With as many axes as weights with leading axes of size 1 give it; vectors are left as they are. */
function padded(signal: Signal, leading: number, { who }: Call): Signal {
  const rank = signal.axes.length;
  if (rank > 1) return inRank(signal, Math.max(rank, leading + 2));
  if (rank === 1 && leading === 0) return signal;
  throw new UsageError(`${who} multiplies a value of ${rank} axes with weights of ${leading + 2}`);
}

/** A matrix of values the other way round. */
function flipped(signal: Signal, isFlipped: boolean): Signal {
  if (!isFlipped) return signal;
  const last = signal.axes.length - 1;
  return { ...signal, axes: [...signal.axes].reverse(), feature: signal.feature === null ? null : last - signal.feature };
}

/** a + b or, with the sign −1, a − b. */
function sum(call: Call, sign: 1 | -1): Constant | Signal {
  const a = computable(inputOf(call, 0), call);
  const b = computable(inputOf(call, 1), call);
  if (a.kind === 'constant' && b.kind === 'constant') return combined(a, b, (x, y) => x + sign * y, call);
  const right = b.kind === 'signal' ? times(b, sign, call) : sign === 1 ? b : mapped(b, b.type, (x) => -x, call);
  return plus(a, right, call);
}

/** The sum of two values, at least one of them computed, with ONNX's broadcasting. */
function plus(a: Constant | Signal, b: Constant | Signal, call: Call): Signal {
  if (a.kind === 'constant') {
    if (b.kind === 'constant') throw new Error('two constants are folded, not added to a signal');
    return plus(b, a, call);
  }
  if (b.kind === 'signal') {
    const rank = Math.max(a.axes.length, b.axes.length);
    const [left, right] = [inRank(a, rank), inRank(b, rank)];
    const axis = left.feature ?? right.feature ?? rank - 1;
    const first = bound(left, axis, null, call);
    const second = bound(right, axis, null, call);
    const axes = first.axes.map((own, i) => (own.role === 'one' || own.size === 1 ? preferred(own, second.axes[i]) : own));
    return summed({ ...first, axes }, second, call);
  }
  const { signal, values } = aligned(a, b, call);
  return shifted(signal, values);
}

/** Of two axes that are joined, the one that says more. */
function preferred(own: Axis, other: Axis): Axis {
  return own.role === 'feature' || other.role === 'feature' || other.role === 'one' ? own : other;
}

function inRank(signal: Signal, rank: number): Signal {
  const missing = rank - signal.axes.length;
  const ones = Array.from({ length: missing }, (): Axis => ONE);
  return { ...signal, axes: [...ones, ...signal.axes], feature: signal.feature === null ? null : signal.feature + missing };
}

/** a·b or a / b. */
function factor(call: Call, isDivision: boolean): Constant | Signal {
  const a = computable(inputOf(call, 0), call);
  const b = computable(inputOf(call, 1), call);
  if (a.kind === 'constant' && b.kind === 'constant') return combined(a, b, isDivision ? (x, y) => x / y : (x, y) => x * y, call);
  if (a.kind === 'signal' && b.kind === 'signal') throw productRefusal(a, call);
  if (a.kind === 'constant' && isDivision)
    throw new UsageError(`${call.who} divides a constant by values that are computed; weights cannot do that`);
  const [signal, constant] = a.kind === 'signal' ? [a, b as Constant] : [b as Signal, a];
  const { signal: own, values } = aligned(signal, constant, call);
  const factors = isDivision ? values.map((value) => 1 / value) : values;
  if (!factors.every(Number.isFinite)) throw new UsageError(`${call.who} divides by 0`);
  return scaled(own, factors, call);
}

function times(signal: Signal, by: number, call: Call): Signal {
  if (by === 1) return signal;
  if (!Number.isFinite(by)) throw new UsageError(`${call.who} has the factor ${by}`);
  const own = boundLast(signal, call);
  call.budget.memory(featuresOf(own) * Float64Array.BYTES_PER_ELEMENT, call.who);
  return scaled(own, new Float64Array(featuresOf(own)).fill(by), call);
}

/** A signal, and what a constant that is added to it or multiplies it has for each of its features. */
function aligned(signal: Signal, constant: Constant, call: Call): { signal: BoundSignal; values: Float64Array } {
  const rank = Math.max(signal.axes.length, constant.dims.length);
  const whole = boundLast(inRank(signal, rank), call);
  const ownRank = constant.dims.length;
  return { signal: whole, values: featureValues(constant, whole.feature - rank + ownRank, featuresOf(whole), call) };
}

/** A value that can be computed with. */
function computable(value: Plain, call: Call): Constant | Signal {
  if (value.kind === 'part') throw partRefusal(value, call);
  return value;
}

function productRefusal(a: Constant | Signal, { who }: Call): UsageError {
  return new UsageError(
    a.kind === 'constant'
      ? `${who} multiplies two constants, as a graph does that is unrolled over time from a state of zeros; export the RNN operator, a Scan, or one step`
      : `${who} multiplies two signals that are both computed; a crossbar multiplies signals with stored weights only`,
  );
}

/** The number that a constant is, null if it is several. */
function singleValue(x: Constant): number | null {
  return isFloat(x.type) && x.data.length === 1 ? x.data[0] : null;
}
