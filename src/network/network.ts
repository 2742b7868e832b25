// What is a network? h(t+1) = φ(W h(t) + W_in u(t) + b),  o(t+1) = W_out h(t+1) + b_o,  h(0) = 0.
import type { Csr } from './csr.ts';
import type { Grid } from './geometry.ts';

export const ACTIVATIONS = ['relu', 'tanh', 'softplus'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** Numbers of input channels, hidden neurons and readout units. */
export interface NetworkSizes {
  readonly inputs: number;
  readonly neurons: number;
  readonly outputs: number;
}

/**
 * A trained network as every stage after training sees it: the surviving neurons by ascending site.
 * Liu et al. (2023), equation 1. Row = target, column = source in every matrix.
 */
export interface Network extends NetworkSizes {
  readonly activation: Activation;
  readonly grid: Grid;
  /** Grid site of each neuron, ascending, shape [neurons]. */
  readonly site: Int32Array;
  /** W, shape [neurons, neurons]. */
  readonly recurrent: Csr;
  /** W_in, shape [neurons, inputs]. */
  readonly input: Csr;
  /** W_out, shape [outputs, neurons]. */
  readonly readout: Csr;
  /** b, shape [neurons]. */
  readonly bias: Float32Array;
  /** b_o, shape [outputs]. */
  readonly readoutBias: Float32Array;
}

/** φ as a function of a number. */
export function activationFunction(activation: Activation): (x: number) => number {
  if (activation === 'relu') return (x) => Math.max(0, x);
  if (activation === 'tanh') return Math.tanh;
  return (x) => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)));
}
