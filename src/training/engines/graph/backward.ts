// How do the five gradients follow from the output gradient? Backpropagation through time, written out by hand.
import { attribute, type GraphBuilder, graphBuilder, type Value } from '../../../onnx/graph.ts';
import type { Attribute } from '../../../onnx/proto.ts';
import type { EngineSpec } from '../../engine.ts';
import { timesDerivative, timesStraightThrough } from './activation.ts';
import { flattenSteps, type States, unitAlpha } from './forward.ts';
import { int64, type Weights } from './weights.ts';

/**
 * Gradients of all parameters. With a(t) = W h(t) + W_in u(t) + b and g(t) the gradient in a(t), the loop runs
 * g(t−1) = (Wᵀ g(t) + W_outᵀ δ(t)) · φ'(h(t)) from g(T) = 0 downwards; then each weight matrix takes one product over all steps and rows.
 * With quantized states φ' is straight-through.
 *
 * @param inputs - u(0) … u(T), shape [(steps + 1)·rows, inputs + 1], as the forward pass takes it
 * @param outputGradient - δ(0) … δ(T), shape [(steps + 1)·rows, outputs]
 */
export function backward(
  graph: GraphBuilder,
  spec: EngineSpec,
  weights: Weights,
  inputs: Value,
  states: States,
  outputGradient: Value,
): Weights {
  const { neurons } = spec;
  const body = graphBuilder('backward_step', 'backward_');
  const g = body.input('backward_g', 'float', ['rows', neurons]);
  const direct = body.input('backward_direct', 'float', ['rows', neurons]);
  const h = body.input('backward_h', 'float', ['rows', neurons]);
  const inState = body.node('Gemm', [g, weights.W, direct]);
  const earlier =
    spec.quantization === null
      ? timesDerivative(body, spec.activation, inState, h)
      : timesStraightThrough(body, spec.quantization, inState, h);
  body.output(earlier, 'float', ['rows', neurons]);
  body.output(body.node('Identity', [g]), 'float', ['rows', neurons]);

  const direct3d = graph.node('Reshape', [graph.node('Gemm', [outputGradient, weights.W_out]), states.shape]);
  const [, stacked] = graph.nodeMulti(
    'Scan',
    [states.zero, direct3d, states.perStep],
    ['unused_gradient', 'gradients'],
    [
      attribute.int('num_scan_inputs', 2),
      attribute.ints('scan_input_directions', [1, 1]),
      attribute.ints('scan_output_directions', [1]),
      attribute.graph('body', body.build()),
    ],
  );
  const gradients = flattenSteps(graph, spec, stacked as Value, 'gradients');
  const product = (a: Value, b: Value, attributes: readonly Attribute[] = []) =>
    graph.node('Gemm', [a, b], [attribute.int('transA', 1), ...attributes]);
  const inUnits = unitAlpha(spec, (unit) => unit);
  const widths = graph.constant('input_widths', [2], int64([spec.inputs, 1]));
  const [W_in, b] = graph.nodeMulti(
    'Split',
    [product(gradients, inputs), widths],
    ['W_in_gradient', 'b_gradient'],
    [attribute.int('axis', 1)],
  );
  const samples = graph.constant('sample_axis', [1], int64([0]));
  return {
    W: product(gradients, states.flat, inUnits),
    W_in: W_in as Value,
    W_out: product(outputGradient, states.flat, inUnits),
    b: b as Value,
    b_out: graph.node('ReduceSum', [outputGradient, samples], [attribute.int('keepdims', 0)]),
  };
}
