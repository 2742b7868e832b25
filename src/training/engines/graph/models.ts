// Which ONNX models does the engine run? A whole training step, the gradient alone, and the forward pass alone.
import { VERSION } from '../../../core/version.ts';
import { type GraphBuilder, graphBuilder, type Value } from '../../../onnx/graph.ts';
import { encodeModel } from '../../../onnx/proto.ts';
import type { EngineSpec } from '../../engine.ts';
import { parameterLayout } from '../../parameters.ts';
import { backward } from './backward.ts';
import { forwardStates, readout } from './forward.ts';
import { crossEntropy, penaltyGradient, penaltyOf, softThreshold } from './loss.ts';
import { FEED, RESULT } from './names.ts';
import { adam, clip, globalNorm } from './update.ts';
import { joinParameters, splitParameters } from './weights.ts';

/** The whole training step: forward, backward, clipping, penalty, Adam. */
export function trainingModel(spec: EngineSpec): Uint8Array {
  const graph = graphBuilder('training_step');
  const flat = flatInputs(graph, spec);
  const firstMoment = flat(FEED.firstMoment);
  const secondMoment = flat(FEED.secondMoment);
  const rates = { step: graph.input(FEED.adamStep, 'float', []), epsilon: graph.input(FEED.adamEpsilon, 'float', []) };
  const { parameters, penalty, gradient, valueGradient, loss } = predictionGradient(graph, spec, flat);

  const norm = globalNorm(graph, gradient);
  const clipped = spec.clipNorm === null ? gradient : clip(graph, gradient, norm, spec.clipNorm);
  const total = spec.proximal ? clipped : graph.node('Add', [clipped, penaltyGradient(graph, parameters, penalty)]);
  const { change, moments } = adam(graph, spec.adam, { firstMoment, secondMoment }, total, rates);
  const moved = spec.proximal
    ? softThreshold(graph, graph.node('Sub', [parameters, change]), penalty, graph.input(FEED.learningRate, 'float', []))
    : graph.node('Sub', [parameters, change], [], RESULT.parameters);

  const { length } = parameterLayout(spec);
  if (valueGradient !== null) graph.output(valueGradient, 'float', [length]);
  for (const vector of [moved, moments.firstMoment, moments.secondMoment]) graph.output(vector, 'float', [length]);
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

/** Outputs of a batch of inputs; what the network computes with is fed as parameters. */
export function forwardModel(spec: EngineSpec): Uint8Array {
  const graph = graphBuilder('forward');
  const weights = splitParameters(graph, flatInputs(graph, spec)(FEED.parameters), spec);
  const states = forwardStates(graph, spec, weights, ...batchInputs(graph, spec));
  graph.output(readout(graph, spec, weights, states), 'float', ['samples', spec.outputs]);
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

  const isQuantized = spec.quantization !== null;
  const weights = splitParameters(graph, isQuantized ? flat(FEED.values) : parameters, spec);
  const states = forwardStates(graph, spec, weights, inputs, stepsAndRows);
  const { loss, gradient } = crossEntropy(graph, spec.outputs, readout(graph, spec, weights, states), targets, lossWeights);
  const parts = backward(graph, spec, weights, inputs, states, gradient);
  const gradients = joinParameters(graph, parts, isQuantized ? RESULT.valueGradient : undefined);
  return { parameters, penalty, gradient: graph.node('Mul', [gradients, mask]), valueGradient: isQuantized ? gradients : null, loss };
}

function flatInputs(graph: GraphBuilder, spec: EngineSpec): (name: string) => Value {
  const { length } = parameterLayout(spec);
  return (name) => graph.input(name, 'float', [length]);
}

function batchInputs(graph: GraphBuilder, spec: EngineSpec): [inputs: Value, stepsAndRows: Value] {
  return [graph.input(FEED.inputs, 'float', ['samples', spec.inputs + 1]), graph.input(FEED.stepsAndRows, 'int64', [2])];
}

function model(graph: GraphBuilder): Uint8Array {
  // Opset 17 with IR 8 is read by both runtimes.
  return encodeModel({ irVersion: 8, opset: 17, producerVersion: VERSION, graph: graph.build(), metadata: {} });
}
