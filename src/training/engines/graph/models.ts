// Which ONNX models does the engine run? A whole training step, the gradient alone, and the forward pass alone.
import { VERSION } from '../../../core/version.ts';
import { type GraphBuilder, graphBuilder, type Value } from '../../../onnx/graph.ts';
import { encodeModel } from '../../../onnx/proto.ts';
import type { EngineSpec } from '../../engine.ts';
import { parameterLayout } from '../../parameters.ts';
import { backward } from './backward.ts';
import { forwardStates, readout } from './forward.ts';
import { crossEntropy, penaltyGradient, penaltyOf, softThreshold } from './loss.ts';
import { adam, clip, globalNorm } from './update.ts';
import { joinParameters, splitParameters } from './weights.ts';

/** Names of the tensors that go in and out. Batches are padded by a silent step: `steps` below is one more than the batch has. */
export const FEED = {
  /** Flat, shape [parameters]; so are the next four. */
  parameters: 'parameters',
  firstMoment: 'first_moment',
  secondMoment: 'second_moment',
  penalty: 'penalty',
  mask: 'trainable',
  /** Scalars; see AdamRates. */
  adamStep: 'adam_step',
  adamEpsilon: 'adam_epsilon',
  learningRate: 'learning_rate',
  /** Shape [steps·rows, inputs + 1]; the last channel is 1, the last step 0. */
  inputs: 'inputs',
  /** int64 [2]. */
  stepsAndRows: 'steps_and_rows',
  /** int32, shape [steps·rows]: the class wanted of the state before each step, first step 0. */
  targets: 'targets',
  /** Shape [steps·rows, 1], sums to 1, first step 0. */
  lossWeights: 'loss_weights',
} as const;

export const RESULT = {
  parameters: 'new_parameters',
  firstMoment: 'new_first_moment',
  secondMoment: 'new_second_moment',
  loss: 'prediction_loss',
  penalty: 'penalty_sum',
  gradientNorm: 'gradient_norm',
  gradient: 'gradient',
  /** Shape [steps·rows, outputs], the first step that of the zero state. */
  outputs: 'outputs',
} as const;

/** The whole training step: forward, backward, clipping, penalty, Adam. */
export function trainingModel(spec: EngineSpec): Uint8Array {
  const graph = graphBuilder('training_step');
  const flat = flatInputs(graph, spec);
  const firstMoment = flat(FEED.firstMoment);
  const secondMoment = flat(FEED.secondMoment);
  const rates = { step: graph.input(FEED.adamStep, 'float', []), epsilon: graph.input(FEED.adamEpsilon, 'float', []) };
  const { parameters, penalty, gradient, loss } = predictionGradient(graph, spec, flat);

  const norm = globalNorm(graph, gradient);
  const clipped = spec.clipNorm === null ? gradient : clip(graph, gradient, norm, spec.clipNorm);
  const total = spec.proximal ? clipped : graph.node('Add', [clipped, penaltyGradient(graph, parameters, penalty)]);
  const moved = adam(graph, spec.adam, { parameters, firstMoment, secondMoment }, total, rates);
  const shrunk = spec.proximal
    ? softThreshold(graph, moved.parameters, penalty, graph.input(FEED.learningRate, 'float', []))
    : moved.parameters;

  const { length } = parameterLayout(spec);
  graph.output(graph.node('Identity', [shrunk], [], RESULT.parameters), 'float', [length]);
  graph.output(moved.firstMoment, 'float', [length]);
  graph.output(moved.secondMoment, 'float', [length]);
  for (const scalarResult of [loss, penaltyOf(graph, parameters, penalty), norm]) graph.output(scalarResult, 'float', []);
  return model(graph);
}

/** Gradient of prediction loss and penalty, neither clipped nor applied. */
export function gradientModel(spec: EngineSpec): Uint8Array {
  const graph = graphBuilder('gradient');
  const { parameters, penalty, gradient } = predictionGradient(graph, spec, flatInputs(graph, spec));
  const total = graph.node('Add', [gradient, penaltyGradient(graph, parameters, penalty)], [], RESULT.gradient);
  graph.output(total, 'float', [parameterLayout(spec).length]);
  return model(graph);
}

/** Outputs of a batch of inputs. */
export function forwardModel(spec: EngineSpec): Uint8Array {
  const graph = graphBuilder('forward');
  const weights = splitParameters(graph, flatInputs(graph, spec)(FEED.parameters), spec);
  const states = forwardStates(graph, spec, weights, ...batchInputs(graph, spec));
  const outputs = graph.node('Identity', [readout(graph, weights, states)], [], RESULT.outputs);
  graph.output(outputs, 'float', ['samples', spec.outputs]);
  return model(graph);
}

/** The masked gradient of the prediction loss, with what it was computed from. */
function predictionGradient(graph: GraphBuilder, spec: EngineSpec, flat: (name: string) => Value) {
  const parameters = flat(FEED.parameters);
  const penalty = flat(FEED.penalty);
  const mask = flat(FEED.mask);
  const [inputs, stepsAndRows] = batchInputs(graph, spec);
  const targets = graph.input(FEED.targets, 'int32', ['samples']);
  const lossWeights = graph.input(FEED.lossWeights, 'float', ['samples', 1]);

  const weights = splitParameters(graph, parameters, spec);
  const states = forwardStates(graph, spec, weights, inputs, stepsAndRows);
  const { loss, gradient } = crossEntropy(graph, spec.outputs, readout(graph, weights, states), targets, lossWeights);
  const gradients = joinParameters(graph, backward(graph, spec, weights, inputs, states, gradient));
  return { parameters, penalty, gradient: graph.node('Mul', [gradients, mask]), loss };
}

function flatInputs(graph: GraphBuilder, spec: EngineSpec): (name: string) => Value {
  const { length } = parameterLayout(spec);
  return (name) => graph.input(name, 'float', [length]);
}

function batchInputs(graph: GraphBuilder, spec: EngineSpec): [inputs: Value, stepsAndRows: Value] {
  return [graph.input(FEED.inputs, 'float', ['samples', spec.inputs + 1]), graph.input(FEED.stepsAndRows, 'int64', [2])];
}

function model(graph: GraphBuilder): Uint8Array {
  // Opset 17 with IR 8: the newest that onnxruntime-node 1.16.3 knows without warnings.
  return encodeModel({ irVersion: 8, opset: 17, producerVersion: VERSION, graph: graph.build(), metadata: {} });
}
