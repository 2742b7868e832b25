// What is the prediction loss, and its gradient in the outputs? Cross-entropy, weighted per step.
import { attribute, type GraphBuilder, type Value } from '../../../onnx/graph.ts';
import { sign } from './activation.ts';
import { RESULT } from './names.ts';
import { scalar } from './weights.ts';

/** Loss of a batch and its gradient. */
export interface Loss {
  /** −Σ weight · log p(target), a scalar. */
  readonly loss: Value;
  /** Gradient in the outputs, shape [steps·rows, outputs]. */
  readonly gradient: Value;
}

/**
 * Cross-entropy of outputs against classes.
 *
 * @param logits - shape [steps·rows, outputs]
 * @param targets - class per step, int32, shape [steps·rows]
 * @param lossWeights - mask divided by its sum, shape [steps·rows, 1]
 */
export function crossEntropy(graph: GraphBuilder, outputs: number, logits: Value, targets: Value, lossWeights: Value): Loss {
  const logProbability = graph.node('LogSoftmax', [logits], [attribute.int('axis', 1)]);
  const depth = graph.constant('class_count', [], Int32Array.of(outputs));
  const offOn = graph.constant('off_on', [2], Float32Array.of(0, 1));
  const wanted = graph.node('OneHot', [targets, depth, offOn], [attribute.int('axis', 1)]);
  const weightedTarget = graph.node('Mul', [wanted, lossWeights]);
  const weightedProbability = graph.node('Mul', [graph.node('Exp', [logProbability]), lossWeights]);
  const sum = graph.node('ReduceSum', [graph.node('Mul', [logProbability, weightedTarget])], [attribute.int('keepdims', 0)]);
  return {
    loss: graph.node('Neg', [sum], [], RESULT.loss),
    gradient: graph.node('Sub', [weightedProbability, weightedTarget]),
  };
}

/** Σ penalty · |parameter|, a scalar; penalties are not negative. */
export function penaltyOf(graph: GraphBuilder, parameters: Value, penalty: Value): Value {
  return graph.node('ReduceL1', [graph.node('Mul', [parameters, penalty])], [attribute.int('keepdims', 0)], RESULT.penalty);
}

/** Subgradient of the penalty: penalty · sign(parameter), sign(0) = 0. */
export function penaltyGradient(graph: GraphBuilder, parameters: Value, penalty: Value): Value {
  return graph.node('Mul', [sign(graph, parameters, 'parameter'), penalty]);
}

/** w ← sign(w) · max(0, |w| − rate · penalty); Daubechies et al. (2004). */
export function softThreshold(graph: GraphBuilder, parameters: Value, penalty: Value, rate: Value): Value {
  const shrunk = graph.node('Sub', [graph.node('Abs', [parameters]), graph.node('Mul', [penalty, rate])]);
  return graph.node(
    'Mul',
    [sign(graph, parameters, 'moved'), graph.node('Max', [shrunk, scalar(graph, 'nothing', 0)])],
    [],
    RESULT.parameters,
  );
}
