// How is a batch run forward? The input projection of all steps is one product; only W h(t) is left to the loop over time.
import { attribute, type GraphBuilder, graphBuilder, type Value } from '../../../onnx/graph.ts';
import type { Attribute } from '../../../onnx/proto.ts';
import type { EngineSpec, StateQuantization } from '../../engine.ts';
import { activate, clampState, roundState } from './activation.ts';
import { RESULT } from './names.ts';
import { int64, type Weights } from './weights.ts';

/** States of a whole batch, one more than it has steps: index t holds h(t), and h(0) = 0. */
export interface States {
  /** h(0) … h(T), shape [(steps + 1)·rows, neurons]; in state units when states are quantized. */
  readonly flat: Value;
  /** What the derivative is taken from, shape [steps + 1, rows, neurons]: h, or quantized states before they are rounded. */
  readonly perStep: Value;
  /** That shape, as an int64 value. */
  readonly shape: Value;
  /** h(0) = 0, shape [rows, neurons]. */
  readonly zero: Value;
}

/**
 * States from zero state. The loop stores each state before it computes the next, so that states, inputs and the gradients of
 * the backward loop share one index and no product needs a shifted copy; the price is one silent step at the end.
 *
 * @param inputs - shape [(steps + 1)·rows, inputs + 1]; the last channel is 1, so that its weight is the bias; the last step is 0
 * @param stepsAndRows - steps + 1 and rows, int64, shape [2]
 */
export function forwardStates(graph: GraphBuilder, spec: EngineSpec, weights: Weights, inputs: Value, stepsAndRows: Value): States {
  const { neurons } = spec;
  const neuronCount = graph.constant('neuron_count', [1], int64([neurons]));
  const rowCount = graph.node('Gather', [stepsAndRows, graph.constant('second', [1], int64([1]))]);
  const zero = graph.node('ConstantOfShape', [graph.node('Concat', [rowCount, neuronCount], [attribute.int('axis', 0)])]);
  const shape = graph.node('Concat', [stepsAndRows, neuronCount], [attribute.int('axis', 0)]);
  const columns = graph.constant('columns', [1], int64([1]));
  const transposed = graph.node('Transpose', [weights.W], [attribute.ints('perm', [1, 0])]);
  const inputWeights = graph.node('Concat', [weights.W_in, graph.node('Unsqueeze', [weights.b, columns])], [attribute.int('axis', 1)]);
  const projected = graph.node('Gemm', [inputs, inputWeights], [attribute.int('transB', 1), ...unitAlpha(spec, (unit) => 1 / unit)]);

  const body = graphBuilder('forward_step', 'forward_');
  const outputs = spec.quantization === null ? floatStep(body, spec, transposed) : quantizedStep(body, spec, spec.quantization, transposed);
  const [, ...stored] = graph.nodeMulti(
    'Scan',
    [zero, graph.node('Reshape', [projected, shape])],
    ['silent_state', ...outputs],
    [attribute.int('num_scan_inputs', 1), attribute.graph('body', body.build())],
  ) as [Value, ...Value[]];
  const [states, perStep = states] = stored as [Value, Value?];
  return { flat: flattenSteps(graph, spec, states, 'states'), perStep, shape, zero };
}

/** The attribute alpha of a product that translates into or out of state units; none for float states. */
export function unitAlpha({ quantization }: EngineSpec, alpha: (unit: number) => number): Attribute[] {
  return quantization === null ? [] : [attribute.float('alpha', alpha(quantization.stateUnit))];
}

/** h(t + 1) = φ(W h(t) + x(t)). @returns names of what is stored: h(t) */
function floatStep(body: GraphBuilder, { neurons, activation }: EngineSpec, transposed: Value): string[] {
  const h = body.input('forward_h', 'float', ['rows', neurons]);
  const x = body.input('forward_x', 'float', ['rows', neurons]);
  body.output(activate(body, activation, body.node('Gemm', [h, transposed, x])), 'float', ['rows', neurons]);
  body.output(body.node('Identity', [h]), 'float', ['rows', neurons]);
  return ['states'];
}

/**
 * The same in state units, n = h / unit: the loop carries c(t), clamped but not rounded, and computes with n(t) = round(c(t)); units cost
 * nothing because weights stay as they are and x comes divided by the unit. @returns names of what is stored: n(t), c(t)
 */
function quantizedStep(body: GraphBuilder, { neurons }: EngineSpec, quantization: StateQuantization, transposed: Value): string[] {
  const c = body.input('forward_c', 'float', ['rows', neurons]);
  const x = body.input('forward_x', 'float', ['rows', neurons]);
  const n = roundState(body, c);
  body.output(clampState(body, quantization, body.node('Gemm', [n, transposed, x])), 'float', ['rows', neurons]);
  body.output(n, 'float', ['rows', neurons]);
  body.output(body.node('Identity', [c]), 'float', ['rows', neurons]);
  return ['states', 'clamped_states'];
}

/** [steps, rows, neurons] seen as [steps·rows, neurons]. */
export function flattenSteps(graph: GraphBuilder, { neurons }: EngineSpec, value: Value, name: string): Value {
  return graph.node('Reshape', [value, graph.constant(`${name}_flat_shape`, [2], int64([-1, neurons]))]);
}

/** Outputs o = W_out h + b_o of every stored state. */
export function readout(graph: GraphBuilder, spec: EngineSpec, weights: Weights, states: States): Value {
  const attributes = [attribute.int('transB', 1), ...unitAlpha(spec, (unit) => unit)];
  return graph.node('Gemm', [states.flat, weights.W_out, weights.b_out], attributes, RESULT.outputs);
}
