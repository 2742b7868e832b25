// Which network came out of training? Neurons in the order of their sites; nobody downstream sees the permutation.
import { csrFromDense } from '../network/csr.ts';
import type { Network } from '../network/network.ts';
import type { Checkpoint } from './checkpoint.ts';
import { configGrid } from './config.ts';
import { type ParameterName, parameterLayout } from './parameters.ts';

/**
 * The trained network, neurons physically permuted to ascending site: W' = P W Pᵀ, W_in' = P W_in, W_out' = W_out Pᵀ, b' = P b.
 * Parameters are rounded to float32.
 */
export function trainedNetwork({ config, sizes, parameters, site }: Pick<Checkpoint, 'config' | 'sizes' | 'parameters' | 'site'>): Network {
  const { inputs, neurons, outputs } = sizes;
  const layout = parameterLayout(sizes);
  const neuronAt = new Int32Array(neurons);
  site.forEach((s, neuron) => {
    neuronAt[s] = neuron;
  });
  const moved = (i: number) => neuronAt[i];
  const same = (i: number) => i;
  const gather = (name: ParameterName, rowOf: (i: number) => number, columnOf: (j: number) => number) => {
    const { start, shape } = layout[name];
    const [rows, columns = 1] = shape;
    return Float32Array.from({ length: rows * columns }, (_, at) => {
      const row = rowOf(Math.floor(at / columns));
      return parameters[start + row * columns + columnOf(at % columns)];
    });
  };
  return {
    ...sizes,
    activation: config.activation,
    grid: configGrid(config),
    site: Int32Array.from({ length: neurons }, (_, i) => i),
    recurrent: csrFromDense(gather('W', moved, moved), neurons, neurons),
    input: csrFromDense(gather('W_in', moved, same), neurons, inputs),
    readout: csrFromDense(gather('W_out', same, moved), outputs, neurons),
    bias: gather('b', moved, same),
    readoutBias: gather('b_out', same, same),
  };
}
