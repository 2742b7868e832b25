// How is the float network written as ONNX nodes? One time step, and a sequence of them; weights come from a source.
import type { Network } from '../network/network.ts';
import { attribute, type GraphBuilder, graphBuilder, type Value } from '../onnx/graph.ts';
import type { GraphMessage } from '../onnx/proto.ts';
import { scanFromZero } from './scan.ts';

export type MatrixName = 'W' | 'W_in' | 'W_out';

/**
 * Writes a weight matrix into a graph and returns its float value: shape [source, target] for MatMul with row vectors,
 * or [1, target, source] for the RNN operator.
 */
export type WeightSource = (graph: GraphBuilder, name: MatrixName, layout: 'matmul' | 'rnn') => Value;

/** One step: inputs `u` [batch, inputs] and `h` [batch, neurons]; outputs `h_next` and `o` [batch, outputs]. */
export function stepGraph(network: Network, weights: WeightSource): GraphMessage {
  const { neurons, inputs, outputs } = network;
  const graph = graphBuilder('bimt_step');
  const u = graph.input('u', 'float', ['batch', inputs]);
  const h = graph.input('h', 'float', ['batch', neurons]);
  const next = hiddenStep(graph, network, weights, u, h);
  graph.output(next, 'float', ['batch', neurons]);
  graph.output(readout(graph, network, weights, next, ['batch']), 'float', ['batch', outputs]);
  return graph.build();
}

/** A sequence from zero state: input `u` [time, batch, inputs]; outputs `h` [time, batch, neurons] and `o` [time, batch, outputs]. */
export function sequenceGraph(network: Network, weights: WeightSource): GraphMessage {
  const { neurons, inputs, outputs, activation } = network;
  const graph = graphBuilder('bimt_sequence');
  const u = graph.input('u', 'float', ['time', 'batch', inputs]);
  // ONNX Runtime's RNN computes softplus as log(1 + exp(x)), which overflows above 88; its Softplus operator does not.
  const states = activation === 'softplus' ? scanStates(graph, network, weights, u) : rnnStates(graph, network, weights, u);
  graph.output(states, 'float', ['time', 'batch', neurons]);
  graph.output(readout(graph, network, weights, states, ['time', 'batch']), 'float', ['time', 'batch', outputs]);
  return graph.build();
}

/** The RNN operator: understood by most readers, and it keeps weight dequantization outside the recurrence. */
function rnnStates(graph: GraphBuilder, network: Network, weights: WeightSource, u: Value): Value {
  const { neurons } = network;
  // The operator has two biases, which it adds.
  const bias = new Float32Array(2 * neurons);
  bias.set(network.bias);
  const [y] = graph.nodeMulti(
    'RNN',
    [u, weights(graph, 'W_in', 'rnn'), weights(graph, 'W', 'rnn'), graph.constant('b', [1, 2 * neurons], bias)],
    ['h_directions'],
    [attribute.int('hidden_size', neurons), attribute.strings('activations', [operatorOf(network)])],
  );
  graph.valueInfo(y, 'float', ['time', 1, 'batch', neurons]);
  return graph.node('Squeeze', [y, graph.constant('direction_axis', [1], BigInt64Array.of(1n))], [], 'h');
}

/** A Scan whose body holds its weights itself: captured outer values break some readers and optimisers. */
function scanStates(graph: GraphBuilder, network: Network, weights: WeightSource, u: Value): Value {
  const { neurons, inputs } = network;
  const body = graphBuilder('step', 'step_');
  const previous = body.input('h_previous', 'float', ['batch', neurons]);
  const now = body.input('u_now', 'float', ['batch', inputs]);
  const next = hiddenStep(body, network, weights, now, previous);
  body.output(next, 'float', ['batch', neurons]);
  body.output(body.node('Identity', [next], [], 'h_now'), 'float', ['batch', neurons]);
  const [states] = scanFromZero(graph, u, body.build(), neurons, Float32Array.of(0), ['h']);
  return states;
}

/** h_next = φ(h Wᵀ + u W_inᵀ + b). */
function hiddenStep(graph: GraphBuilder, network: Network, weights: WeightSource, u: Value, h: Value): Value {
  const dims = ['batch', network.neurons];
  const recurrent = graph.valueInfo(graph.node('MatMul', [h, weights(graph, 'W', 'matmul')], [], 'recurrent_sum'), 'float', dims);
  const input = graph.valueInfo(graph.node('MatMul', [u, weights(graph, 'W_in', 'matmul')], [], 'input_sum'), 'float', dims);
  const synapses = graph.valueInfo(graph.node('Add', [recurrent, input], [], 'synaptic_sum'), 'float', dims);
  const bias = graph.constant('b', [network.neurons], network.bias);
  const drive = graph.valueInfo(graph.node('Add', [synapses, bias], [], 'drive'), 'float', dims);
  return graph.node(operatorOf(network), [drive], [], 'h_next');
}

/** o = h W_outᵀ + b_o. */
function readout(graph: GraphBuilder, network: Network, weights: WeightSource, h: Value, batchDims: readonly string[]): Value {
  const dims = [...batchDims, network.outputs];
  const sum = graph.valueInfo(graph.node('MatMul', [h, weights(graph, 'W_out', 'matmul')], [], 'readout_sum'), 'float', dims);
  return graph.node('Add', [sum, graph.constant('b_out', [network.outputs], network.readoutBias)], [], 'o');
}

function operatorOf({ activation }: Network): string {
  return { relu: 'Relu', tanh: 'Tanh', softplus: 'Softplus' }[activation];
}
