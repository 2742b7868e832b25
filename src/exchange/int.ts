// model.int.onnx: how does ONNX execute the integer network, exactly? Int32 products and an int64 requantization in a Scan.
import type { IntegerNetwork } from '../compression/integer-network.ts';
import type { QuantizedArtifact } from '../compression/quantized-file.ts';
import type { Csr } from '../network/csr.ts';
import { attribute, type GraphBuilder, graphBuilder, type Value } from '../onnx/graph.ts';
import { DATA_TYPE, type GraphMessage } from '../onnx/proto.ts';
import { listProduct, listsAreSmaller, weightLists } from './fan-in.ts';
import { denseValues, encodeForm } from './model-file.ts';
import { type ScanState, scanFromZero } from './scan.ts';

const DESCRIPTION =
  'Integer recurrent network, exact in every execution. Feed u, int8 [time, batch, inputs], quantized with scales.input; ' +
  'get the states h, int32 [time, batch, neurons], and the readout o, int32 [time, batch, outputs]. Starts from zero state. ' +
  'real = scale * integer, scales in the metadata; argmax of o is the answer.';

/**
 * The integer form: input `u` int8 [time, batch, inputs]; outputs `h` int32 [time, batch, neurons] and
 * `o` int32 [time, batch, outputs].
 *
 * `mapping`, any JSON that says where neurons run on the chip, is written as metadata `bimt.mapping` when given.
 *
 * Sparse matrices are written as fan-in lists where those are smaller (`fan-in.ts`); the integers are the same.
 * MatMulInteger and QLinearMatMul are avoided: ONNX Runtime saturates their int16 partial sums on x86 without VNNI.
 */
export function exportInteger({ network, details, header }: QuantizedArtifact, mapping?: unknown): Uint8Array {
  const { neurons, inputs, outputs, scales, stateMax, shift, site } = network;
  const graph = graphBuilder('bimt_integer');
  const u = graph.input('u', 'int8', ['time', 'batch', inputs]);
  const zero = { dims: [1, 1], data: Int32Array.of(0) };
  const state: ScanState = { type: 'int32', dims: ['batch', neurons], zero };
  const [states, readouts] = scanFromZero(graph, u, stepBody(network), state, ['h', 'o']);
  graph.output(states, 'int32', ['time', 'batch', neurons]);
  graph.output(readouts, 'int32', ['time', 'batch', outputs]);
  const { grid, ...format } = details;
  return encodeForm('int', DESCRIPTION, graph.build(), { grid, site }, header, {
    metadata: {
      ...format,
      requantization: { stateMax, shift },
      scales: { ...scales, accumulator: Array.from(scales.accumulator) },
      ...(mapping === undefined ? {} : { mapping }),
    },
  });
}

/** One time step. It holds all its constants itself: captured outer values break some readers and optimisers. */
function stepBody(network: IntegerNetwork): GraphMessage {
  const { neurons, inputs, outputs } = network;
  const body = graphBuilder('integer_step', 'step_');
  const previous = body.input('h_previous', 'int32', ['batch', neurons]);
  const u = body.input('u_now', 'int8', ['batch', inputs]);
  const int64 = (name: string, value: number) => body.constant(name, [], BigInt64Array.of(BigInt(value)));

  const synapses = body.node('Add', [
    product(body, previous, 'W', network.recurrent),
    product(body, castTo(body, u, 'int32'), 'W_in', network.input),
  ]);
  const accumulator = body.node('Add', [synapses, body.constant('b', [neurons], network.bias)], [], 'accumulator');

  // Truncating division equals floor, because nothing here is negative.
  const positive = body.node('Max', [castTo(body, accumulator, 'int64'), int64('zero', 0)]);
  const multiplier = body.constant('multiplier', [neurons], BigInt64Array.from(network.multiplier, BigInt));
  const rounded = body.node('Add', [body.node('Mul', [positive, multiplier]), int64('half', 2 ** (network.shift - 1))]);
  const shifted = body.node('Div', [rounded, int64('divisor', 2 ** network.shift)]);
  const saturated = body.node('Min', [shifted, int64('state_max', network.stateMax)]);
  const next = body.node('Cast', [saturated], [attribute.int('to', DATA_TYPE.int32)], 'h_next');
  const readout = body.node(
    'Add',
    [product(body, next, 'W_out', network.readout), body.constant('b_out', [outputs], network.readoutBias)],
    [],
    'o_now',
  );

  body.output(next, 'int32', ['batch', neurons]);
  body.output(body.node('Identity', [next], [], 'h_now'), 'int32', ['batch', neurons]);
  body.output(readout, 'int32', ['batch', outputs]);
  return body.build();
}

/**
 * x · Wᵀ in int32. Weights are stored as int8 after dividing out their greatest common factor (a chip whose weights
 * are even, for example, has 2), and as int32 where that is not enough; dense, or as fan-in lists where those are smaller.
 */
function product(body: GraphBuilder, x: Value, name: string, matrix: Csr<Int32Array>): Value {
  const factor = commonFactor(matrix.values);
  const mantissa = { ...matrix, values: matrix.values.map((value) => value / factor) };
  const sum = listsAreSmaller(matrix) ? byLists(body, x, name, mantissa) : byDenseMatrix(body, x, name, mantissa);
  return factor === 1 ? sum : body.node('Mul', [sum, body.constant(`${name}_factor`, [], Int32Array.of(factor))]);
}

function byLists(body: GraphBuilder, x: Value, name: string, matrix: Csr<Int32Array>): Value {
  const weights = weightLists(matrix, storedType(matrix));
  const shape = [matrix.rows, 1, weights.length / matrix.rows];
  return listProduct(body, x, name, matrix, weightConstant(body, name, shape, weights), 'int32');
}

function byDenseMatrix(body: GraphBuilder, x: Value, name: string, matrix: Csr<Int32Array>): Value {
  const weights = denseValues(matrix, true, storedType(matrix));
  return body.node('MatMul', [x, weightConstant(body, name, [matrix.columns, matrix.rows], weights)]);
}

/** The narrower of int8 and int32 that holds every value. */
function storedType({ values }: Csr<Int32Array>): { new (length: number): Int8Array | Int32Array; readonly BYTES_PER_ELEMENT: number } {
  return values.every((value) => value >= -128 && value <= 127) ? Int8Array : Int32Array;
}

/** Weights as a constant; their value is int32. */
function weightConstant(body: GraphBuilder, name: string, shape: readonly number[], weights: Int8Array | Int32Array): Value {
  const stored = body.constant(name, shape, weights);
  return weights instanceof Int8Array ? castTo(body, stored, 'int32') : stored;
}

/** Greatest common divisor of all values; 1 if there are none. */
function commonFactor(values: Int32Array): number {
  let factor = 0;
  for (const value of values) {
    let rest = Math.abs(value);
    while (rest !== 0) [factor, rest] = [rest, factor % rest];
    if (factor === 1) break;
  }
  return factor || 1;
}

function castTo(body: GraphBuilder, value: Value, type: 'int32' | 'int64'): Value {
  return body.node('Cast', [value], [attribute.int('to', DATA_TYPE[type])]);
}
