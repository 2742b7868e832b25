// How is the float network written as ONNX nodes? One time step, and a sequence of them; weights come from a source.

import type { Csr } from '../network/csr.ts';
import type { Network } from '../network/network.ts';
import { attribute, type GraphBuilder, graphBuilder, type Value } from '../onnx/graph.ts';
import type { GraphMessage } from '../onnx/proto.ts';
import { listProduct, listsAreSmaller } from './fan-in.ts';
import { scanFromZero } from './scan.ts';
import type { Sequence } from './sequences.ts';

export type MatrixName = 'W' | 'W_in' | 'W_out';

/** How a float form is written, beyond its interface. */
export interface GraphOptions {
  /** `rnn` unless given; a Scan takes its place where the operator cannot serve: for softplus, and for fan-in lists. */
  readonly sequence?: Sequence;
  /**
   * Recurrent weights beyond which fan-in lists are used where they are smaller; 2^24 unless given, 64 MiB as float32. Up
   * to there the product stays dense, because every reader knows MatMul.
   */
  readonly largestDense?: number;
}

/**
 * Shape in which a weight matrix is written: `matrix` [source, target] and `batched` [1, source, target] for MatMul with
 * row vectors, `rnn` [1, target, source] for the RNN operator, `lists` [target, 1, place] for fan-in lists.
 *
 * Sequences use `batched`: from 1.25 on, ONNX Runtime's default optimisation fuses DequantizeLinear and MatMul of a rank-2
 * weight into a kernel that also quantizes the activations, which put results off by about 1 % (1.30, x86).
 */
export type Layout = 'matrix' | 'batched' | 'rnn' | 'lists';

/** How the weights of a network are stored. */
export interface WeightSource {
  /** Writes a weight matrix into a graph and returns its float value. */
  write(graph: GraphBuilder, name: MatrixName, layout: Layout): Value;
  /** The recurrent weights as they are stored, if they can be written as fan-in lists. */
  readonly listable: Csr<Float32Array | Int32Array> | null;
}

/** The recurrent weights, if they are written as fan-in lists. */
function listedWeights({ listable }: WeightSource, { largestDense = 2 ** 24 }: GraphOptions): Listed {
  return listable !== null && listable.rows * listable.columns > largestDense && listsAreSmaller(listable) ? listable : null;
}
type Listed = WeightSource['listable'];

/** One step: inputs `u` [batch, inputs] and `h` [batch, neurons]; outputs `h_next` and `o` [batch, outputs]. */
export function stepGraph(network: Network, weights: WeightSource, options: GraphOptions = {}): GraphMessage {
  const { neurons, inputs, outputs } = network;
  const graph = graphBuilder('bimt_step');
  const u = graph.input('u', 'float', ['batch', inputs]);
  const h = graph.input('h', 'float', ['batch', neurons]);
  const next = hiddenStep(graph, network, weights, u, h, 'matrix', listedWeights(weights, options));
  graph.output(next, 'float', ['batch', neurons]);
  graph.output(readout(graph, network, weights, next, 'matrix'), 'float', ['batch', outputs]);
  return graph.build();
}

/** A sequence from zero state: input `u` [time, batch, inputs]; outputs `h` [time, batch, neurons] and `o` [time, batch, outputs]. */
export function sequenceGraph(network: Network, weights: WeightSource, options: GraphOptions = {}): GraphMessage {
  const { neurons, inputs, outputs, activation } = network;
  const graph = graphBuilder('bimt_sequence');
  const u = graph.input('u', 'float', ['time', 'batch', inputs]);
  // ONNX Runtime's RNN computes softplus as log(1 + exp(x)), which overflows above 88; its Softplus operator does not.
  const listed = listedWeights(weights, options);
  const needsScan = options.sequence === 'scan' || activation === 'softplus' || listed !== null;
  const perStep = needsScan ? scanStates(graph, network, weights, u, listed) : rnnStates(graph, network, weights, u);
  graph.valueInfo(perStep, 'float', ['time', 1, 'batch', neurons]);
  const states = graph.node('Squeeze', [perStep, graph.constant('squeezed_axis', [1], BigInt64Array.of(1n))], [], 'h');
  graph.output(states, 'float', ['time', 'batch', neurons]);
  graph.output(readout(graph, network, weights, states, 'batched'), 'float', ['time', 'batch', outputs]);
  return graph.build();
}

/**
 * The RNN operator: understood by most readers, and it keeps weight dequantization outside the recurrence.
 *
 * @returns states [time, 1, batch, neurons]
 */
function rnnStates(graph: GraphBuilder, network: Network, weights: WeightSource, u: Value): Value {
  const { neurons } = network;
  // The operator has two biases, which it adds.
  const bias = new Float32Array(2 * neurons);
  bias.set(network.bias);
  const [states] = graph.nodeMulti(
    'RNN',
    [u, weights.write(graph, 'W_in', 'rnn'), weights.write(graph, 'W', 'rnn'), graph.constant('b', [1, 2 * neurons], bias)],
    ['h_per_step'],
    [attribute.int('hidden_size', neurons), attribute.strings('activations', [operatorOf(network)])],
  );
  return states;
}

/**
 * A Scan whose body holds its weights itself: captured outer values break some readers and optimisers.
 *
 * @returns states [time, 1, batch, neurons]
 */
function scanStates(graph: GraphBuilder, network: Network, weights: WeightSource, u: Value, listed: Listed): Value {
  const { neurons, inputs } = network;
  const dims = [1, 'batch', neurons];
  const body = graphBuilder('step', 'step_');
  const previous = body.input('h_previous', 'float', dims);
  const now = body.input('u_now', 'float', ['batch', inputs]);
  const next = hiddenStep(body, network, weights, now, previous, 'batched', listed);
  body.output(next, 'float', dims);
  body.output(body.node('Identity', [next], [], 'h_now'), 'float', dims);
  const zero = { dims: [1, 1, 1], data: Float32Array.of(0) };
  const [states] = scanFromZero(graph, u, body.build(), { type: 'float', dims, zero }, ['h_per_step']);
  return states;
}

/** h_next = φ(h Wᵀ + u W_inᵀ + b). */
function hiddenStep(
  graph: GraphBuilder,
  network: Network,
  weights: WeightSource,
  u: Value,
  h: Value,
  layout: 'matrix' | 'batched',
  listed: Listed,
): Value {
  const dims = layout === 'matrix' ? ['batch', network.neurons] : [1, 'batch', network.neurons];
  const recurrent = listed
    ? listedSum(graph, listed, weights, h, layout)
    : graph.node('MatMul', [h, weights.write(graph, 'W', layout)], [], 'recurrent_sum');
  graph.valueInfo(recurrent, 'float', dims);
  const input = graph.valueInfo(graph.node('MatMul', [u, weights.write(graph, 'W_in', layout)], [], 'input_sum'), 'float', dims);
  const synapses = graph.valueInfo(graph.node('Add', [recurrent, input], [], 'synaptic_sum'), 'float', dims);
  const bias = graph.constant('b', [network.neurons], network.bias);
  const drive = graph.valueInfo(graph.node('Add', [synapses, bias], [], 'drive'), 'float', dims);
  return graph.node(operatorOf(network), [drive], [], 'h_next');
}

/** h Wᵀ by fan-in lists, which know no leading axis. */
function listedSum(
  graph: GraphBuilder,
  listed: Csr<Float32Array | Int32Array>,
  weights: WeightSource,
  h: Value,
  layout: 'matrix' | 'batched',
): Value {
  const sum = (x: Value) => listProduct(graph, x, 'W', listed, weights.write(graph, 'W', 'lists'), 'float');
  if (layout === 'matrix') return sum(h);
  const leading = graph.constant('leading_axis', [1], BigInt64Array.of(0n));
  return graph.node('Unsqueeze', [sum(graph.node('Squeeze', [h, leading], [], 'h_of_trials')), leading], [], 'recurrent_sum');
}

/** o = h W_outᵀ + b_o. */
function readout(graph: GraphBuilder, network: Network, weights: WeightSource, h: Value, layout: 'matrix' | 'batched'): Value {
  const dims = [...(layout === 'matrix' ? ['batch'] : ['time', 'batch']), network.outputs];
  const sum = graph.valueInfo(graph.node('MatMul', [h, weights.write(graph, 'W_out', layout)], [], 'readout_sum'), 'float', dims);
  return graph.node('Add', [sum, graph.constant('b_out', [network.outputs], network.readoutBias)], [], 'o');
}

function operatorOf({ activation }: Network): string {
  return { relu: 'Relu', tanh: 'Tanh', softplus: 'Softplus' }[activation];
}
