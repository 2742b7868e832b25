// How do parameters move? Clipping of the prediction gradient, penalty, Adam, and soft-thresholding, all on flat vectors.
import { attribute, type GraphBuilder, type Value } from '../../../onnx/graph.ts';
import type { EngineSpec } from '../../engine.ts';
import { RESULT } from './names.ts';
import { scalar } from './weights.ts';

/** Global norm of a flat gradient, a scalar. */
export function globalNorm(graph: GraphBuilder, gradient: Value): Value {
  return graph.node('ReduceL2', [gradient], [attribute.int('keepdims', 0)], RESULT.gradientNorm);
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

/** Running means of the gradient and of its square. */
export interface Moments {
  readonly firstMoment: Value;
  readonly secondMoment: Value;
}

/**
 * Adam (Kingma & Ba 2015), in the form of the end of their section 2, which saves passes over the vectors.
 *
 * @returns what to subtract from the parameters, and the new moments
 */
export function adam(
  graph: GraphBuilder,
  { beta1, beta2 }: EngineSpec['adam'],
  old: Moments,
  gradient: Value,
  rates: AdamRates,
): { readonly change: Value; readonly moments: Moments } {
  const mix = (kept: Value, fresh: Value, beta: number, name: string) => {
    const share = graph.node('Mul', [kept, scalar(graph, `${name}_keep`, beta)]);
    return graph.node('Add', [share, graph.node('Mul', [fresh, scalar(graph, `${name}_take`, 1 - beta)])], [], name);
  };
  const firstMoment = mix(old.firstMoment, gradient, beta1, RESULT.firstMoment);
  const secondMoment = mix(old.secondMoment, graph.node('Mul', [gradient, gradient]), beta2, RESULT.secondMoment);
  const spread = graph.node('Add', [graph.node('Sqrt', [secondMoment]), rates.epsilon]);
  const change = graph.node('Mul', [graph.node('Div', [firstMoment, spread]), rates.step]);
  return { change, moments: { firstMoment, secondMoment } };
}
