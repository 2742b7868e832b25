// How do parameters move? Clipping of the prediction gradient, penalty, Adam, and soft-thresholding, all on flat vectors.
import type { GraphBuilder, Value } from '../../../onnx/graph.ts';
import { attribute } from '../../../onnx/graph.ts';
import type { EngineSpec } from '../../engine.ts';
import { scalar } from './weights.ts';

/** Global norm of a flat gradient, a scalar. */
export function globalNorm(graph: GraphBuilder, gradient: Value): Value {
  return graph.node('ReduceL2', [gradient], [attribute.int('keepdims', 0)], 'gradient_norm');
}

/** The gradient, shortened to `clipNorm` if it is longer. */
export function clip(graph: GraphBuilder, gradient: Value, norm: Value, clipNorm: number): Value {
  // A norm of 0 gives an infinite ratio, which Min turns into 1.
  const ratio = graph.node('Div', [scalar(graph, 'clip_norm', clipNorm), norm]);
  return graph.node('Mul', [gradient, graph.node('Min', [ratio, scalar(graph, 'one', 1)])]);
}

/** Scalars of update k, counted from 1: learning rate · √(1 − β₂ᵏ) / (1 − β₁ᵏ), and ε · √(1 − β₂ᵏ). */
export interface AdamRates {
  readonly step: Value;
  readonly epsilon: Value;
}

/** Parameters and moments as graph values. */
export interface StateValues {
  readonly parameters: Value;
  readonly firstMoment: Value;
  readonly secondMoment: Value;
}

/** Adam (Kingma & Ba 2015), in the form of the end of their section 2, which saves passes over the vectors. */
export function adam(graph: GraphBuilder, spec: EngineSpec['adam'], state: StateValues, gradient: Value, rates: AdamRates): StateValues {
  const mix = (old: Value, fresh: Value, beta: number, name: string) => {
    const kept = graph.node('Mul', [old, scalar(graph, `${name}_keep`, beta)]);
    return graph.node('Add', [kept, graph.node('Mul', [fresh, scalar(graph, `${name}_take`, 1 - beta)])], [], name);
  };
  const firstMoment = mix(state.firstMoment, gradient, spec.beta1, 'new_first_moment');
  const secondMoment = mix(state.secondMoment, graph.node('Mul', [gradient, gradient]), spec.beta2, 'new_second_moment');
  const spread = graph.node('Add', [graph.node('Sqrt', [secondMoment]), rates.epsilon]);
  const change = graph.node('Mul', [graph.node('Div', [firstMoment, spread]), rates.step]);
  return { parameters: graph.node('Sub', [state.parameters, change]), firstMoment, secondMoment };
}
