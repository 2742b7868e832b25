// How does the flat parameter vector become five tensors, and five gradients one flat vector?
import type { NetworkSizes } from '../../../network/network.ts';
import { attribute, type GraphBuilder, type Value } from '../../../onnx/graph.ts';
import { PARAMETER_NAMES, type ParameterName, parameterLayout } from '../../parameters.ts';

/** One graph value per parameter tensor. */
export type Weights = Readonly<Record<ParameterName, Value>>;

/** Splits a flat vector into the tensors of `parameterLayout`. */
export function splitParameters(graph: GraphBuilder, flat: Value, sizes: NetworkSizes): Weights {
  const layout = parameterLayout(sizes);
  const lengths = graph.constant(
    'parameter_lengths',
    [PARAMETER_NAMES.length],
    int64(PARAMETER_NAMES.map((name) => layout[name].end - layout[name].start)),
  );
  const parts = graph.nodeMulti(
    'Split',
    [flat, lengths],
    PARAMETER_NAMES.map((name) => `${name}_flat`),
    [attribute.int('axis', 0)],
  );
  const shaped = PARAMETER_NAMES.map((name, i) => {
    const { shape } = layout[name];
    const part = parts[i] as Value;
    return [
      name,
      shape.length === 1 ? part : graph.node('Reshape', [part, graph.constant(`${name}_shape`, [shape.length], int64(shape))], [], name),
    ];
  });
  return Object.fromEntries(shaped) as Weights;
}

/** Joins one value per parameter into a flat vector in the order of `parameterLayout`; named if it is to be a result. */
export function joinParameters(graph: GraphBuilder, weights: Weights, name?: string): Value {
  const flat = graph.constant('flat_shape', [1], int64([-1]));
  return graph.node(
    'Concat',
    PARAMETER_NAMES.map((name) => graph.node('Reshape', [weights[name], flat])),
    [attribute.int('axis', 0)],
    name,
  );
}

/** Shapes and axes are int64 in ONNX. */
export function int64(values: readonly number[]): BigInt64Array {
  return BigInt64Array.from(values, BigInt);
}

/** A scalar float constant. */
export function scalar(graph: GraphBuilder, name: string, value: number): Value {
  return graph.constant(name, [], Float32Array.of(value));
}
