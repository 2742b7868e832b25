// How do parameters move? Clipping of the prediction gradient, penalty, Adam, and soft-thresholding, all on flat vectors.
import type { GraphBuilder, Value } from '../../../onnx/graph.ts';
import { attribute } from '../../../onnx/graph.ts';
import type { EngineSpec } from '../../engine.ts';
import { scalar } from './weights.ts';

/** Global norm of a flat gradient, a scalar. */
export function globalNorm(graph: GraphBuilder, gradient: Value): Value {
  return graph.node('Sqrt', [graph.node('ReduceSumSquare', [gradient], [attribute.int('keepdims', 0)])], [], 'gradient_norm');
}

/** The gradient, shortened to `clipNorm` if it is longer. */
export function clip(graph: GraphBuilder, gradient: Value, norm: Value, clipNorm: number): Value {
  // A norm of 0 gives an infinite ratio, which Min turns into 1.
  const ratio = graph.node('Div', [scalar(graph, 'clip_norm', clipNorm), norm]);
  return graph.node('Mul', [gradient, graph.node('Min', [ratio, scalar(graph, 'one', 1)])]);
}

/** Rates of one update, scalars: learning rate / (1 − β₁ᵏ) and 1 / √(1 − β₂ᵏ), k counting updates from 1. */
export interface AdamRates {
  readonly step: Value;
  readonly scale: Value;
}

/** Parameters and moments as graph values. */
export interface StateValues {
  readonly parameters: Value;
  readonly firstMoment: Value;
  readonly secondMoment: Value;
}

/** Adam (Kingma & Ba 2015, algorithm 1). */
export function adam(graph: GraphBuilder, spec: EngineSpec['adam'], state: StateValues, gradient: Value, rates: AdamRates): StateValues {
  const { beta1, beta2, epsilon } = spec;
  const mix = (old: Value, fresh: Value, beta: number, name: string) =>
    graph.node(
      'Add',
      [graph.node('Mul', [old, scalar(graph, `${name}_keep`, beta)]), graph.node('Mul', [fresh, scalar(graph, `${name}_take`, 1 - beta)])],
      [],
      name,
    );
  const firstMoment = mix(state.firstMoment, gradient, beta1, 'new_first_moment');
  const secondMoment = mix(state.secondMoment, graph.node('Mul', [gradient, gradient]), beta2, 'new_second_moment');
  const root = graph.node('Mul', [graph.node('Sqrt', [secondMoment]), rates.scale]);
  const ratio = graph.node('Div', [firstMoment, graph.node('Add', [root, scalar(graph, 'epsilon', epsilon)])]);
  const parameters = graph.node('Sub', [state.parameters, graph.node('Mul', [ratio, rates.step])]);
  return { parameters, firstMoment, secondMoment };
}
