// In which types do the float forms store weights? As float32, or as integers behind a DequantizeLinear.
import type { ScaledMatrix, WeightOnly } from '../compression/dequantize.ts';
import type { Csr } from '../network/csr.ts';
import type { Network } from '../network/network.ts';
import { attribute, type GraphBuilder, packInt4, type Value } from '../onnx/graph.ts';
import { weightLists } from './fan-in.ts';
import type { Layout, MatrixName, WeightSource } from './float-graph.ts';
import { denseValues } from './model-file.ts';

const FIELD = { W: 'recurrent', W_in: 'input', W_out: 'readout' } as const satisfies Record<MatrixName, string>;

/** Weights as float32 initializers. */
export function floatWeights(network: Network): WeightSource {
  return {
    listable: network.recurrent,
    write(graph, name, layout) {
      const matrix = network[FIELD[name]];
      const values = valuesIn(matrix, layout, Float32Array);
      return graph.constant(name, shapeOf(matrix, layout, values.length), values);
    },
  };
}

/**
 * Weights as int8 or int4 initializers, dequantized where they are used. Scales and zero points are always written out:
 * some readers need all three inputs, and some use only the first of several scales.
 */
export function integerWeights(weights: WeightOnly): WeightSource {
  return {
    // Blocks are consecutive sources; lists leave sources out.
    listable: weights.recurrent.format.granularity === 'block' ? null : weights.recurrent.integers,
    write(graph, name, layout) {
      const matrix = weights[FIELD[name]];
      const values = valuesIn(matrix.integers, layout, Int8Array);
      const shape = shapeOf(matrix.integers, layout, values.length);
      const stored = integerConstant(graph, `${name}_int${matrix.format.bits}`, shape, values, matrix);
      return graph.valueInfo(dequantize(graph, name, stored, matrix, layout), 'float', shape);
    },
  };
}

function integerConstant(graph: GraphBuilder, name: string, shape: readonly number[], values: Int8Array, { format }: ScaledMatrix): Value {
  const isInt4 = format.bits === 4;
  return graph.valueInfo(graph.constant(name, shape, isInt4 ? packInt4(values) : values), isInt4 ? 'int4' : 'int8', shape);
}

function dequantize(graph: GraphBuilder, name: MatrixName, stored: Value, matrix: ScaledMatrix, layout: Layout): Value {
  const { format, scales } = matrix;
  const [targetAxis, sourceAxis] = { matrix: [1, 0], batched: [2, 1], rnn: [1, 2], lists: [0, 2] }[layout];
  const { shape, values } = scaleTensor(matrix, layout);
  const scaleValue = graph.constant(`${name}_scale`, shape, values);
  const zeros = new Int8Array(scales.length);
  const zeroPoint = graph.constant(`${name}_zero_point`, shape, format.bits === 4 ? packInt4(zeros) : zeros);
  const attributes = {
    tensor: [],
    channel: [attribute.int('axis', targetAxis)],
    block: [attribute.int('axis', sourceAxis), attribute.int('block_size', format.blockSize)],
  }[format.granularity];
  return graph.node('DequantizeLinear', [stored, scaleValue, zeroPoint], attributes, name);
}

/** Scales in the layout of the weights: a single one, one a target, or one a block and target. */
function scaleTensor({ scales, scaleShape, format }: ScaledMatrix, layout: Layout): { shape: number[]; values: Float32Array } {
  const [rows, blocks] = scaleShape;
  if (format.granularity === 'tensor') return { shape: [], values: scales };
  if (format.granularity === 'channel') return { shape: [rows], values: scales };
  if (layout === 'rnn') return { shape: [1, rows, blocks], values: scales };
  const bySource = Float32Array.from(scales, (_, at) => scales[(at % rows) * blocks + Math.floor(at / rows)]);
  return { shape: layout === 'batched' ? [1, blocks, rows] : [blocks, rows], values: bySource };
}

function valuesIn<T extends Float32Array | Int8Array>(
  matrix: Csr<Float32Array | Int32Array>,
  layout: Layout,
  Type: { new (length: number): T; readonly BYTES_PER_ELEMENT: number },
): T {
  return layout === 'lists' ? weightLists(matrix, Type) : denseValues(matrix, layout !== 'rnn', Type);
}

function shapeOf({ rows, columns }: { rows: number; columns: number }, layout: Layout, values: number): number[] {
  return { matrix: [columns, rows], batched: [1, columns, rows], rnn: [1, rows, columns], lists: [rows, 1, values / rows] }[layout];
}
