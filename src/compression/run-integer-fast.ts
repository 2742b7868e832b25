// How does an integer network answer thousands of trials in a second? As run-integer.ts says, to the last bit, 32 trials in a register row.
import type { Csr } from '../network/csr.ts';
import type { IntegerNetwork, IntegerRun } from './integer-network.ts';
import { KERNEL_CODE } from './kernel-code.ts';

/** Trials that go through the kernel together: their states and sums stay in the nearest cache. */
const LANES = 32;
const PAGE_BYTES = 65_536;

/** What the compiled kernel offers; arguments are addresses unless simd/kernel.ts says otherwise. */
interface Kernel {
  readonly memory: WebAssembly.Memory;
  product(out: number, rows: number, indptr: number, columns: number, weights: number, bias: number, x: number): void;
  requantize(states: number, sums: number, rows: number, multiplier: number, half: number, unit: number, largest: number): void;
}

/** Quantized inputs. */
type Inputs = Int8Array | Int32Array;

/** An integer network, ready to run. Inputs are within −128 … 127, of shape [steps, rows, inputs]. */
export interface FastInterpreter {
  /** The same integers as `runInteger`, several times as fast. */
  run(inputs: Inputs, steps: number, rows: number): IntegerRun;
  /** The outputs of such a run alone, shape [steps, outputs, rows]. */
  outputs(inputs: Inputs, steps: number, rows: number): Int32Array;
}

/** Prepares a network for many runs. */
export function fastInterpreter(network: IntegerNetwork): FastInterpreter {
  const { recurrent, input, bias, multiplier, readout, readoutBias } = network;
  const hidden = sideBySide(recurrent, input);
  const arrays = [
    ...[hidden.indptr, hidden.indices, hidden.values, bias],
    ...[readout.indptr, readout.indices, readout.values, readoutBias],
    multiplier,
  ];
  return {
    run(inputs, steps, rows) {
      const states = new Int32Array(steps * network.neurons * rows);
      return { states, outputs: runBlocks(network, arrays, inputs, steps, rows, states) };
    },
    outputs: (inputs, steps, rows) => runBlocks(network, arrays, inputs, steps, rows, null),
  };
}

/**
 * @param arrays - the network as `place` takes it
 * @param keep - gets the states, shape [steps, neurons, rows]; null where nobody asks for them
 */
function runBlocks(
  network: IntegerNetwork,
  arrays: readonly Int32Array[],
  inputs: Inputs,
  steps: number,
  rows: number,
  keep: Int32Array | null,
): Int32Array {
  const { neurons, outputs, stateMax, shift } = network;
  const { product, requantize } = kernel();
  const { hidden, multiplier, readout, x, sums, memory } = place(network, arrays);
  const [half, unit] = [2 ** (shift - 1), 2 ** -shift];
  const out = new Int32Array(steps * outputs * rows);
  for (let first = 0; first < rows; first += LANES) {
    const lanes = Math.min(LANES, rows - first);
    memory.fill(0, x / 4, x / 4 + (neurons + network.inputs) * LANES);
    for (let step = 0; step < steps; step++) {
      writeInputs(memory, x / 4 + neurons * LANES, inputs, (step * rows + first) * network.inputs, lanes, network.inputs);
      product(sums, neurons, hidden.indptr, hidden.columns, hidden.weights, hidden.bias, x);
      requantize(x, sums, neurons, multiplier, half, unit, stateMax);
      if (keep !== null) readLanes(keep, step * neurons * rows + first, rows, memory, x / 4, lanes, neurons);
      product(sums, outputs, readout.indptr, readout.columns, readout.weights, readout.bias, x);
      readLanes(out, step * outputs * rows + first, rows, memory, sums / 4, lanes, outputs);
    }
  }
  return out;
}

let loaded: Kernel | null = null;

/** One kernel serves all networks: each memory takes gigabytes of addresses until it is collected. */
function kernel(): Kernel {
  loaded ??= new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(KERNEL_CODE, 'base64'))).exports as unknown as Kernel;
  return loaded;
}

/** Addresses of a matrix and its bias. */
interface Placed {
  readonly indptr: number;
  readonly columns: number;
  readonly weights: number;
  readonly bias: number;
}

/** A network in the kernel's memory, and room beside it. Addresses are bytes. */
interface PlacedNetwork {
  readonly hidden: Placed;
  readonly multiplier: number;
  readonly readout: Placed;
  /** States, then inputs, int32 [neurons + inputs, LANES]. */
  readonly x: number;
  /** Sums of all neurons or all readout units, int32 [rows, LANES]. */
  readonly sums: number;
  readonly memory: Int32Array;
}

/** @param arrays - indptr, columns, weights and bias of the neurons, the same of the readout, and the multipliers */
function place({ neurons, inputs, outputs }: IntegerNetwork, arrays: readonly Int32Array[]): PlacedNetwork {
  const room = [(neurons + inputs) * LANES, Math.max(neurons, outputs) * LANES];
  let length = 0;
  const addresses = [...arrays.map((array) => array.length), ...room].map((size) => {
    const at = length;
    // Registers are loaded from multiples of 16 bytes.
    length += Math.ceil(size / 4) * 4;
    return at * 4;
  });
  const memory = memoryOf(length);
  arrays.forEach((array, i) => {
    memory.set(array, addresses[i] / 4);
  });
  const matrix = ([indptr, columns, weights, bias]: number[]): Placed => ({ indptr, columns, weights, bias });
  const [multiplier, x, sums] = addresses.slice(8);
  return { hidden: matrix(addresses.slice(0, 4)), readout: matrix(addresses.slice(4, 8)), multiplier, x, sums, memory };
}

/** The kernel's memory, grown to hold at least so many int32. */
function memoryOf(length: number): Int32Array {
  const { memory } = kernel();
  const missing = length * 4 - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
  return new Int32Array(memory.buffer);
}

/** [a | b]: the columns of b follow those of a. */
function sideBySide(a: Csr<Int32Array>, b: Csr<Int32Array>): Csr<Int32Array> {
  const indptr = a.indptr.map((start, row) => start + b.indptr[row]);
  const indices = new Int32Array(indptr[a.rows]);
  const values = new Int32Array(indptr[a.rows]);
  for (let row = 0; row < a.rows; row++) {
    const [ofA, ofB] = [a, b].map(({ indptr }) => [indptr[row], indptr[row + 1]] as const);
    const middle = indptr[row] + ofA[1] - ofA[0];
    indices.set(a.indices.subarray(...ofA), indptr[row]);
    indices.set(
      b.indices.subarray(...ofB).map((column) => a.columns + column),
      middle,
    );
    values.set(a.values.subarray(...ofA), indptr[row]);
    values.set(b.values.subarray(...ofB), middle);
  }
  return { rows: a.rows, columns: a.columns + b.columns, indptr, indices, values };
}

/** to[column, lane] = from[lane, column]. */
function writeInputs(to: Int32Array, at: number, from: Inputs, start: number, lanes: number, columns: number): void {
  for (let lane = 0; lane < lanes; lane++) {
    for (let c = 0; c < columns; c++) to[at + c * LANES + lane] = from[start + lane * columns + c];
  }
}

/** to[row, lane] = from[row, lane], the rows of `to` a stride apart. */
function readLanes(to: Int32Array, at: number, stride: number, from: Int32Array, start: number, lanes: number, rows: number): void {
  for (let row = 0; row < rows; row++) {
    for (let lane = 0; lane < lanes; lane++) to[at + row * stride + lane] = from[start + row * LANES + lane];
  }
}
