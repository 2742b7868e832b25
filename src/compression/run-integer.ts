// What does an integer network compute? The plain interpreter, many trials at once: the first of the executions that must agree.
// Where nothing is proven with it, and it only takes time, run-integer-fast.ts gives the same integers.
import type { Csr } from '../network/csr.ts';
import type { IntegerNetwork, IntegerRun } from './integer-network.ts';

/**
 * Runs an integer network from zero state.
 *
 * @param inputs - quantized inputs within −128 … 127, shape [steps, rows, inputs]
 */
export function runInteger(network: IntegerNetwork, inputs: Int32Array, steps: number, rows: number): IntegerRun {
  const { neurons, outputs } = network;
  const states = new Int32Array(steps * neurons * rows);
  const readouts = new Int32Array(steps * outputs * rows);
  const accumulator = new Int32Array(neurons * rows);
  const u = new Int32Array(network.inputs * rows);
  let previous = new Int32Array(neurons * rows);
  for (let step = 0; step < steps; step++) {
    transposeInto(u, inputs, step * u.length, rows, network.inputs);
    fillRows(accumulator, network.bias, rows);
    addProduct(accumulator, network.recurrent, previous, rows);
    addProduct(accumulator, network.input, u, rows);
    const current = states.subarray(step * neurons * rows, (step + 1) * neurons * rows);
    requantize(current, accumulator, network, rows);
    const readout = readouts.subarray(step * outputs * rows, (step + 1) * outputs * rows);
    fillRows(readout, network.readoutBias, rows);
    addProduct(readout, network.readout, current, rows);
    previous = current;
  }
  return { states, outputs: readouts };
}

/** h' = min(stateMax, floor((max(acc, 0)·M + 2^(shift−1)) / 2^shift)); exact in float64, since the product is below 2^53. */
function requantize(states: Int32Array, accumulator: Int32Array, network: IntegerNetwork, rows: number): void {
  const half = 2 ** (network.shift - 1);
  const unit = 2 ** -network.shift;
  const { stateMax, multiplier } = network;
  for (let neuron = 0; neuron < network.neurons; neuron++) {
    const m = multiplier[neuron];
    for (let i = neuron * rows; i < (neuron + 1) * rows; i++) {
      states[i] = Math.min(stateMax, Math.floor((Math.max(accumulator[i], 0) * m + half) * unit));
    }
  }
}

/**
 * out[row, b] += Σ_column matrix[row, column] · x[column, b], in int32. Four synapses at a time, so that each sum is
 * loaded and stored once for four products.
 */
function addProduct(out: Int32Array, matrix: Csr<Int32Array>, x: Int32Array, batch: number): void {
  const { indptr, indices, values } = matrix;
  for (let row = 0; row < matrix.rows; row++) {
    const to = row * batch;
    const end = indptr[row + 1];
    let at = indptr[row];
    for (; at + 4 <= end; at += 4) {
      const [w0, w1, w2, w3] = [values[at], values[at + 1], values[at + 2], values[at + 3]];
      const x0 = indices[at] * batch;
      const x1 = indices[at + 1] * batch;
      const x2 = indices[at + 2] * batch;
      const x3 = indices[at + 3] * batch;
      for (let b = 0; b < batch; b++) {
        out[to + b] += Math.imul(w0, x[x0 + b]) + Math.imul(w1, x[x1 + b]) + Math.imul(w2, x[x2 + b]) + Math.imul(w3, x[x3 + b]);
      }
    }
    for (; at < end; at++) {
      const w = values[at];
      const from = indices[at] * batch;
      for (let b = 0; b < batch; b++) out[to + b] += Math.imul(w, x[from + b]);
    }
  }
}

function fillRows(out: Int32Array, values: Int32Array, batch: number): void {
  for (let row = 0; row < values.length; row++) out.fill(values[row], row * batch, (row + 1) * batch);
}

/** out[column, row] = x[at + row·columns + column]. */
function transposeInto(out: Int32Array, x: Int32Array, at: number, rows: number, columns: number): void {
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = x[at + r * columns + c];
}
