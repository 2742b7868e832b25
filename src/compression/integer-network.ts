// What is the integer network? The one definition that every execution must reproduce, integer by integer.
import type { Csr } from '../network/csr.ts';
import type { NetworkSizes } from '../network/network.ts';

/**
 * A ReLU network in integers. With unsigned states h, signed int8 inputs u, both quantized once at the boundary:
 *
 *     acc_i = bias_i + Σ_j recurrent_ij h_j + Σ_k input_ik u_k                    fits int32, proven from the weights
 *     h'_i  = min(stateMax, floor((max(acc_i, 0)·multiplier_i + 2^(shift−1)) / 2^shift))    product below 2^53
 *     o_k   = readoutBias_k + Σ_j readout_kj h'_j                                 fits int32
 *
 * All integers are exact; scales are kept only to translate to and from real values: real = scale · integer.
 */
export interface IntegerNetwork extends NetworkSizes {
  /** Largest state, 2^stateBits − 1. */
  readonly stateMax: number;
  /** Right shift of the requantization, the same for all neurons. */
  readonly shift: number;
  /** Shape [neurons, neurons], [neurons, inputs], [outputs, neurons]; zeros are not stored. */
  readonly recurrent: Csr<Int32Array>;
  readonly input: Csr<Int32Array>;
  readonly readout: Csr<Int32Array>;
  readonly bias: Int32Array;
  readonly readoutBias: Int32Array;
  /** M_i ≥ 1, shape [neurons]. */
  readonly multiplier: Int32Array;
  readonly scales: Units;
  /** Grid site of each neuron, for reports. */
  readonly site: Int32Array;
}

/** Real value of one integer. */
export interface Units {
  /** s_h: one state unit. */
  readonly state: number;
  /** s_u: one input unit. */
  readonly input: number;
  /** s_i: one accumulator unit of each neuron, shape [neurons]. */
  readonly accumulator: Float64Array;
  /** One readout unit. */
  readonly readout: number;
}

/** Integers of a run, row-major: states [steps, neurons, rows], outputs [steps, outputs, rows]. */
export interface IntegerRun {
  readonly states: Int32Array;
  readonly outputs: Int32Array;
}
