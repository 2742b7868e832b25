// In which types do the float forms store weights? As float32, or as int8 behind a DequantizeLinear.
import type { WeightOnly } from '../compression/dequantize.ts';
import type { Network } from '../network/network.ts';
import type { GraphBuilder } from '../onnx/graph.ts';
import type { Layout, MatrixName, WeightSource } from './float-graph.ts';
import { denseValues } from './model-file.ts';

const FIELD = { W: 'recurrent', W_in: 'input', W_out: 'readout' } as const satisfies Record<MatrixName, string>;

/** Weights as float32 initializers. */
export function floatWeights(network: Network): WeightSource {
  return (graph, name, layout) => {
    const matrix = network[FIELD[name]];
    return graph.constant(name, shapeOf(matrix, layout), denseValues(matrix, layout !== 'rnn', Float32Array));
  };
}

/**
 * Weights as int8 initializers, dequantized with one scale each where they are used. Scale and zero point are always
 * written out: some readers need all three inputs, and some use only the first of several scales.
 */
export function int8Weights(weights: WeightOnly): WeightSource {
  return (graph, name, layout) => {
    const { integers, scale } = weights[FIELD[name]];
    const shape = shapeOf(integers, layout);
    const stored = graph.constant(`${name}_int8`, shape, denseValues(integers, layout !== 'rnn', Int8Array));
    graph.valueInfo(stored, 'int8', shape);
    return dequantize(graph, name, stored, scale, shape);
  };
}

function dequantize(graph: GraphBuilder, name: MatrixName, stored: string, scale: number, shape: readonly number[]) {
  const scaleValue = graph.constant(`${name}_scale`, [], Float32Array.of(scale));
  const zeroPoint = graph.constant(`${name}_zero_point`, [], Int8Array.of(0));
  return graph.valueInfo(graph.node('DequantizeLinear', [stored, scaleValue, zeroPoint], [], name), 'float', shape);
}

function shapeOf({ rows, columns }: { rows: number; columns: number }, layout: Layout): number[] {
  return { matrix: [columns, rows], batched: [1, columns, rows], rnn: [1, rows, columns] }[layout];
}
