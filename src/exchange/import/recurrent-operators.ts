// How are the recurrent operators read? RNN is a layer; the body of a Scan is read once, with its state as what it is before a step.
import { UsageError } from '../../core/errors.ts';
import type { Activation } from '../../network/network.ts';
import { type Constant, shownDims } from '../../onnx/constant.ts';
import { quoted, type ReadGraph } from '../../onnx/read-model.ts';
import { denseMatrix } from './matrix.ts';
import { type Call, constantOf, inputOf, type Operator, type Plain, weightsOf } from './reading.ts';
import { MAX_RANK, partRefusal } from './shape-operators.ts';
import {
  type Axis,
  type BoundSignal,
  bound,
  linear,
  newSource,
  ONE,
  type Signal,
  type Source,
  shifted,
  sourceSignal,
  summed,
  type Value,
  wholeSource,
} from './signal.ts';
import { newLayer } from './weight-operators.ts';

const ACTIVATIONS: ReadonlyMap<string, Activation> = new Map([
  ['relu', 'relu'],
  ['tanh', 'tanh'],
  ['softplus', 'softplus'],
]);

/** Optional inputs of RNN by their place. */
const RNN_INPUT = { x: 0, weights: 1, recurrent: 2, bias: 3, lengths: 4, initial: 5 } as const;

/** One layer: h' = φ(W_in x + W h + b + b'). */
export const rnn: Operator = (call) => {
  const { node, who, reading, inputs } = call;
  checkRnn(call);
  const isBatchFirst = node.int('layout', 0) === 1;
  const x = inputOf(call, RNN_INPUT.x);
  if (x.kind === 'part') throw partRefusal(x, call);
  if (x.kind === 'constant') throw new UsageError(`${who} has a constant as its input`);
  const weights = constantOf(call, RNN_INPUT.weights, 'weights');
  const recurrent = constantOf(call, RNN_INPUT.recurrent, 'recurrent weights');
  const [directions, neurons, channels] = weights.dims;
  if (weights.dims.length !== 3 || directions !== 1)
    throw new UsageError(`${who} has weights of shape ${shownDims(weights.dims)}, expected [1, neurons, channels]`);
  if (`${recurrent.dims}` !== `1,${neurons},${neurons}`)
    throw new UsageError(`${who} has recurrent weights of shape ${shownDims(recurrent.dims)}, expected [1, ${neurons}, ${neurons}]`);
  if (node.int('hidden_size', neurons) !== neurons)
    throw new UsageError(`${who} has hidden_size ${node.int('hidden_size', neurons)} and weights of ${neurons} neurons`);
  const [time, batch] = isBatchFirst ? [1, 0] : [0, 1];
  const input = alongTime(x, time, channels, 3, call);
  if (inputs[RNN_INPUT.initial] !== null && inputs[RNN_INPUT.initial] !== undefined)
    checkInitialState(inputOf(call, RNN_INPUT.initial), call);
  const state = newSource('state', node.outputs[0] ?? '', neurons);
  const driven = linear(input, denseMatrix(weightsOf(weights, call), neurons, channels), call);
  const fedBack = linear(sourceSignal(state, driven, call), denseMatrix(weightsOf(recurrent, call), neurons, neurons), call);
  const sum = summed(driven, fedBack, call);
  const bias = rnnBias(call, neurons);
  const layer = newLayer(activationOf(call), bias === null ? sum : shifted(sum, bias), call);
  state.next = layer;
  reading.operators.add('RNN');
  const [row, feature] = [layer.axes[batch], layer.axes[2]];
  const steps: Axis = { role: 'time', size: layer.axes[time].size, origin: layer.axes[time].origin };
  const all = isBatchFirst ? [row, steps, ONE, feature] : [steps, ONE, row, feature];
  const last = isBatchFirst ? [row, ONE, feature] : [ONE, row, feature];
  return [
    { ...layer, axes: all, feature: 3 },
    { ...layer, axes: last, feature: 2, isLast: true },
  ];
};

/** Attributes that would make it something else. */
function checkRnn({ node, who, inputs }: Call): void {
  const direction = node.text('direction', 'forward');
  if (direction !== 'forward')
    throw new UsageError(`${who} has direction ${quoted(direction)}; only forward can be read: a chip sees its inputs as they come`);
  const limit = node.float('clip', Number.POSITIVE_INFINITY);
  if (limit !== Number.POSITIVE_INFINITY) throw new UsageError(`${who} clips its sums at ${limit}; neurons here have no limit`);
  if (inputs[RNN_INPUT.lengths] !== null && inputs[RNN_INPUT.lengths] !== undefined)
    throw new UsageError(`${who} has sequence_lens; export it without packed sequences`);
}

function activationOf({ node, who }: Call): Activation {
  const names = node.texts('activations', ['Tanh']);
  const activation = ACTIVATIONS.get((names[0] ?? '').toLowerCase());
  if (names.length !== 1 || activation === undefined)
    throw new UsageError(`${who} has the activations ${quoted(names.join(', '))}; read are Relu, Tanh and Softplus, one for a layer`);
  return activation;
}

/** The sum of both biases; null for none. */
function rnnBias(call: Call, neurons: number): Float64Array | null {
  if (call.inputs[RNN_INPUT.bias] === null || call.inputs[RNN_INPUT.bias] === undefined) return null;
  const both = constantOf(call, RNN_INPUT.bias, 'biases');
  if (`${both.dims}` !== `1,${2 * neurons}`)
    throw new UsageError(`${call.who} has biases of shape ${shownDims(both.dims)}, expected [1, ${2 * neurons}]`);
  const values = weightsOf(both, call);
  const bias = Float64Array.from({ length: neurons }, (_, i) => values[i] + values[neurons + i]);
  return bias.some((b) => b !== 0) ? bias : null;
}

/** The input of a recurrent operator: its channels along the last axis, its steps along axis `time`. */
function alongTime(x: Signal, time: number, channels: number, rank: number, call: Call): BoundSignal {
  const { who } = call;
  if (x.axes.length !== rank) throw new UsageError(`${who} has an input of ${x.axes.length} axes, expected ${rank}`);
  const input = bound(x, rank - 1, channels, call);
  markTime(input, time, who);
  return input;
}

/** Remembers that an axis is time; all recurrent operators run along the same. */
function markTime(x: Signal, time: number, who: string): void {
  const { role, origin } = x.axes[time];
  const isAnother = role === 'row' && x.axes.some((axis) => axis.role === 'time');
  if (x.isLast || role === 'merged' || role === 'feature' || isAnother)
    throw new UsageError(
      `${who} runs along an axis that is not the time of its input: along trials, features, or what is left of a sequence`,
    );
  for (const source of x.terms.keys()) {
    if (source.kind !== 'input' || origin === null) continue;
    if ((source.timeAxis ?? origin) !== origin || source.featureAxis === origin)
      throw new UsageError(`${who} runs along another axis of '${source.name}' than the operators before it`);
    source.timeAxis = origin;
  }
}

/** Networks here start at zero, as a recurrent operator does that is given nothing else. */
function checkInitialState(state: Plain, call: Call): void {
  const { who, reading } = call;
  if (state.kind === 'constant') {
    if (state.data.every((value) => value === 0)) return;
    throw new UsageError(
      `${who} starts from a stored state that is not zero; networks here start from zero, and prove their integers from there`,
    );
  }
  const source = state.kind === 'part' ? state.source : onlySource(state);
  if (source?.kind !== 'input') throw new UsageError(`${who} starts from a state that is computed; networks here start from zero`);
  reading.notes.add(`the initial state '${source.name}' is an input of the file; the network starts from zero`);
}

/** What a signal is as a whole, null if it is computed. */
function onlySource({ terms, feature }: Signal): Source | null {
  const [[source]] = terms;
  return terms.size === 1 && feature === null ? source : null;
}

/** A loop over time whose body is one step. */
export const scan: Operator = (call) => {
  const { node, who, reading, inputs } = call;
  if (reading.model.opset < 9)
    throw new UsageError(`${who} is of opset 8, where it worked otherwise; convert the model to opset 9 or later`);
  const body = node.graph('body');
  const scanned = node.int('num_scan_inputs', 0);
  const states = inputs.length - scanned;
  if (!(scanned >= 1 && states >= 0) || body.inputs.length !== inputs.length || body.outputs.length < states)
    throw new UsageError(
      `${who} has ${inputs.length} inputs, ${scanned} of them sequences, and a body with ${body.inputs.length} inputs and ${body.outputs.length} outputs`,
    );
  for (const name of ['scan_input_directions', 'scan_output_directions']) {
    if (node.ints(name, []).some((direction) => direction !== 0))
      throw new UsageError(`${who} runs backwards in time; a chip sees its inputs as they come`);
  }
  const { values, sources, steps } = bodyInputs(body, states, call);
  const results = call.readBody(body, values);
  sources.forEach((source, i) => {
    source.next = results[i];
  });
  reading.operators.add('Scan');
  const outputAxes = node.ints('scan_output_axes', []);
  return results.map((value, i): Value => {
    if (value.kind !== 'signal') return value;
    if (i < states) return { ...value, isLast: true };
    const axis = outputAxes[i - states] ?? 0;
    const at = axis < 0 ? axis + value.axes.length + 1 : axis;
    if (!(at >= 0 && at <= value.axes.length && value.axes.length < MAX_RANK))
      throw new UsageError(`${who} stacks its results along axis ${axis} of ${value.axes.length}`);
    return {
      ...value,
      axes: value.axes.toSpliced(at, 0, steps),
      feature: value.feature !== null && value.feature >= at ? value.feature + 1 : value.feature,
    };
  });
};

/** The body's inputs: states as sources of their own, sequences without their time axis. */
function bodyInputs(body: ReadGraph, states: number, call: Call) {
  const { node, who } = call;
  const values = new Map<string, Value>();
  const sources: Source[] = [];
  let steps: Axis = { role: 'time', size: null, origin: null };
  const inputAxes = node.ints('scan_input_axes', []);
  body.inputs.forEach(({ name, dims }, i) => {
    const given = inputOf(call, i);
    if (values.has(name)) throw new UsageError(`${who} has a body with two inputs of one name`);
    if (i < states) {
      checkInitialState(given, call);
      const source = newSource('state', name);
      sources.push(source);
      values.set(name, wholeSource(source, stateDims(dims, given, who)));
      return;
    }
    if (given.kind === 'part') throw partRefusal(given, call);
    const { signal, time } = withoutTime(given, inputAxes[i - states] ?? 0, call);
    steps = time;
    values.set(name, signal);
  });
  return { values, sources, steps };
}

/** A sequence as the body sees it: one step of it. */
function withoutTime(given: Constant | Signal, axis: number, { who }: Call): { signal: Signal; time: Axis } {
  if (given.kind === 'constant') throw new UsageError(`${who} runs over a constant`);
  const at = axis < 0 ? axis + given.axes.length : axis;
  if (!(at >= 0 && at < given.axes.length)) throw new UsageError(`${who} runs along axis ${axis} of ${given.axes.length}`);
  markTime(given, at, who);
  const { feature, axes } = given;
  const signal = { ...given, axes: axes.toSpliced(at, 1), feature: feature !== null && feature > at ? feature - 1 : feature };
  return { signal, time: { ...axes[at], role: 'time' } };
}

/** Shape of a state, by the body or else by its initial value. */
function stateDims(declared: readonly (number | null)[] | null, given: Plain, who: string): readonly (number | null)[] {
  const found =
    given.kind === 'constant'
      ? given.dims.map((size) => (Number.isNaN(size) ? null : size))
      : given.kind === 'signal'
        ? given.axes.map(({ size }) => size)
        : null;
  if (declared === null) {
    if (found === null) throw new UsageError(`${who} has a state of unknown shape`);
    return found;
  }
  return declared.map((size, i) => size ?? (found?.length === declared.length ? found[i] : null));
}
