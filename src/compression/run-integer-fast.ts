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

/** Quantized inputs, laid out for the kernel once for many networks. */
export interface LaneInputs {
  readonly steps: number;
  readonly rows: number;
  /** Shape [blocks, steps, inputs, LANES], 0 where there is no trial. */
  readonly lanes: Int8Array;
}

/** An integer network, ready to run. */
export interface FastInterpreter {
  /** The same integers as `runInteger`, several times as fast. */
  run(inputs: LaneInputs): IntegerRun;
  /** The outputs of such a run alone, shape [steps, rows, outputs]. */
  outputsByRow(inputs: LaneInputs): Int32Array;
}

/** @param inputs - quantized inputs within −128 … 127, shape [steps, rows, inputs] */
export function laneInputs(inputs: Int32Array, steps: number, rows: number): LaneInputs {
  const columns = inputs.length / (steps * rows);
  const lanes = new Int8Array(Math.ceil(rows / LANES) * steps * columns * LANES);
  for (let step = 0; step < steps; step++) {
    for (let row = 0; row < rows; row++) {
      const to = (Math.floor(row / LANES) * steps + step) * columns * LANES + (row % LANES);
      const from = (step * rows + row) * columns;
      for (let c = 0; c < columns; c++) lanes[to + c * LANES] = inputs[from + c];
    }
  }
  return { steps, rows, lanes };
}

/** Prepares a network for many runs. */
export function fastInterpreter(network: IntegerNetwork): FastInterpreter {
  const { neurons, outputs, recurrent, input, bias, multiplier, readout, readoutBias } = network;
  const hidden = sideBySide(recurrent, input);
  const arrays = [
    ...[hidden.indptr, hidden.indices, hidden.values, bias],
    ...[readout.indptr, readout.indices, readout.values, readoutBias],
    multiplier,
  ];
  return {
    run(inputs) {
      const { steps, rows } = inputs;
      const states = new Int32Array(steps * neurons * rows);
      const out = new Int32Array(steps * outputs * rows);
      runBlocks(network, arrays, inputs, ({ memory, x, sums }, step, first, lanes) => {
        readLanes(states, step * neurons * rows + first, rows, 1, memory, x / 4, lanes, neurons);
        readLanes(out, step * outputs * rows + first, rows, 1, memory, sums / 4, lanes, outputs);
      });
      return { states, outputs: out };
    },
    outputsByRow(inputs) {
      const { steps, rows } = inputs;
      const out = new Int32Array(steps * rows * outputs);
      runBlocks(network, arrays, inputs, ({ memory, sums }, step, first, lanes) => {
        readLanes(out, (step * rows + first) * outputs, 1, outputs, memory, sums / 4, lanes, outputs);
      });
      return out;
    },
  };
}

/**
 * @param arrays - the network as `place` takes it
 * @param read - called after every step of a block of trials, the first of which it is told, and how many they are
 */
function runBlocks(
  network: IntegerNetwork,
  arrays: readonly Int32Array[],
  { steps, rows, lanes }: LaneInputs,
  read: (placed: PlacedNetwork, step: number, first: number, lanes: number) => void,
): void {
  const { neurons, inputs, outputs, stateMax, shift } = network;
  const { product, requantize } = kernel();
  const placed = place(network, arrays);
  const { hidden, multiplier, readout, x, sums, memory } = placed;
  const [half, unit] = [2 ** (shift - 1), 2 ** -shift];
  const length = inputs * LANES;
  let next = 0;
  for (let first = 0; first < rows; first += LANES) {
    memory.fill(0, x / 4, x / 4 + neurons * LANES);
    for (let step = 0; step < steps; step++) {
      memory.set(lanes.subarray(next, next + length), x / 4 + neurons * LANES);
      next += length;
      product(sums, neurons, hidden.indptr, hidden.columns, hidden.weights, hidden.bias, x);
      requantize(x, sums, neurons, multiplier, half, unit, stateMax);
      product(sums, outputs, readout.indptr, readout.columns, readout.weights, readout.bias, x);
      read(placed, step, first, Math.min(LANES, rows - first));
    }
  }
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

/** to[row·rowStride + lane·laneStride] = from[row, lane]. */
function readLanes(
  to: Int32Array,
  at: number,
  rowStride: number,
  laneStride: number,
  from: Int32Array,
  start: number,
  lanes: number,
  rows: number,
): void {
  for (let row = 0; row < rows; row++) {
    for (let lane = 0; lane < lanes; lane++) to[at + row * rowStride + lane * laneStride] = from[start + row * LANES + lane];
  }
}
