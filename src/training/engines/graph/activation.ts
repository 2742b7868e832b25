// How are φ and its derivative written as nodes? The derivative is taken from the state h = φ(a), so a need not be kept.
import type { Activation } from '../../../network/network.ts';
import type { GraphBuilder, Value } from '../../../onnx/graph.ts';
import type { StateQuantization } from '../../engine.ts';
import { scalar } from './weights.ts';

const OPERATOR: Record<Activation, string> = { relu: 'Relu', tanh: 'Tanh', softplus: 'Softplus' };

/** h = φ(a). */
export function activate(graph: GraphBuilder, activation: Activation, a: Value): Value {
  return graph.node(OPERATOR[activation], [a]);
}

/** gradient · φ'(a) from h = φ(a). φ' is sign(h) for ReLU, 1 − h² for tanh, 1 − exp(−h) for softplus. */
export function timesDerivative(graph: GraphBuilder, activation: Activation, gradient: Value, h: Value): Value {
  if (activation === 'relu') return graph.node('Mul', [gradient, sign(graph, h, 'state')]);
  const drop =
    activation === 'tanh'
      ? graph.node('Mul', [graph.node('Mul', [gradient, h]), h])
      : graph.node('Mul', [gradient, graph.node('Exp', [graph.node('Neg', [h])])]);
  return graph.node('Sub', [gradient, drop]);
}

/**
 * −1, 0 or 1. ONNX Runtime computes Sign one number at a time; scaling and clamping gives the same for every normal number, several
 * times faster.
 *
 * @param what - what the sign is taken of, for the names of constants
 */
export function sign(graph: GraphBuilder, x: Value, what: string): Value {
  const scaled = graph.node('Mul', [x, scalar(graph, `${what}_enlarged`, 3e38)]);
  return graph.node('Clip', [scaled, scalar(graph, `${what}_low`, -1), scalar(graph, `${what}_high`, 1)]);
}

/** a / unit, clamped to 0 … max: the state before it is rounded. ReLU is the lower end. */
export function clampState(graph: GraphBuilder, { stateMax }: StateQuantization, scaled: Value): Value {
  return graph.node('Clip', [scaled, scalar(graph, 'no_state', 0), scalar(graph, 'largest_state', stateMax)]);
}

/** Floats from 2²³ on are whole numbers; adding this to 0 … 2²² − 1 stays below 2²⁴. */
const WHOLE = 1.5 * 2 ** 23;

/**
 * Nearest integer, halves to the even one, of a clamped state. ONNX Runtime computes Round one number at a time; the sum with 1.5·2²³ is
 * rounded by the processor to a whole number in just this way, and the difference is exact.
 */
export function roundState(graph: GraphBuilder, clamped: Value): Value {
  const whole = scalar(graph, 'whole', WHOLE);
  return graph.node('Sub', [graph.node('Add', [clamped, whole]), whole]);
}

/** gradient · 1 where 0 < clamped < max, · 0 at the edges: their product is positive inside and 0 on both. */
export function timesStraightThrough(graph: GraphBuilder, { stateMax }: StateQuantization, gradient: Value, clamped: Value): Value {
  const toEdge = graph.node('Sub', [scalar(graph, 'largest_state', stateMax), clamped]);
  return graph.node('Mul', [gradient, sign(graph, graph.node('Mul', [clamped, toEdge]), 'room')]);
}
