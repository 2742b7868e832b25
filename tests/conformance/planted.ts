// A network whose shortest wires on a chip are known without a mapper: full blocks, held together, with one known wire between some of them.
import type { IntegerNetwork } from '../../src/compression/integer-network.ts';
import { randomStream } from '../../src/core/random.ts';
import type { Csr } from '../../src/network/csr.ts';
import type { Grid } from '../../src/network/geometry.ts';

/** Synapses in any order. */
export type Synapses = [to: number, from: number, weight: number][];

/** What is planted. */
export interface Planted {
  /** Hidden neurons and readout units of a block, none of them counted twice. */
  readonly blockSize: number;
  readonly blocks: number;
  /** Blocks in a row of the grid, where neurons lie as they are planted. */
  readonly across: number;
  /** How many neurons further on around its block each neuron listens to. */
  readonly reach: number;
  /** Pairs of blocks; each sends the other one message, by a synapse of weight `weak` in either direction. */
  readonly links: readonly (readonly [number, number])[];
  /** |weight| of every synapse within a block and of inputs, and of links. */
  readonly strong: number;
  readonly weak: number;
  /** Input channels; each has one synapse, into block 0. */
  readonly inputs: number;
  /** Readout units, all of block 0. */
  readonly outputs: number;
}

/** Σ|w| of the wires that are cut, at least, when units of a block lie apart. */
export function weightOfSplit({ strong, reach }: Planted): number {
  return 2 * reach * strong;
}

/**
 * The network, and the block of each hidden neuron and readout unit.
 *
 * A block is a circle of neurons: each listens to those that stand j₁, j₂, … j₈ places further on. All these steps are coprime to
 * the length of the circle, so each step alone is a ring through all of it, and a cut crosses each ring twice. Neurons that
 * carry a link to another block, and readout units, listen to 16 neurons of the circle and send nothing into it. So each
 * part of a block is joined to the rest of it by wires of at least 16·strong. All synapses of a neuron have one sign.
 *
 * @param isKnown - whether neurons lie on the grid as they are planted, or in a random order
 */
export function plant(planted: Planted, isKnown: boolean): { network: IntegerNetwork; grid: Grid; blockOfUnit: Int32Array } {
  const { blockSize, blocks, reach, links, strong, weak, inputs, outputs } = planted;
  const recurrent: Synapses = [];
  const readout: Synapses = [];
  const first = (block: number) => (block === 0 ? 0 : block * blockSize - outputs);
  const neurons = blocks * blockSize - outputs;
  const sign = (neuron: number) => (neuron % 2 === 0 ? 1 : -1);
  const carriers = Array.from({ length: blocks }, () => 0);
  const circle = (block: number) => {
    const linked = links.filter((link) => link.includes(block)).length;
    return first(block + 1) - first(block) - linked;
  };
  for (let block = 0; block < blocks; block++) {
    const [start, length] = [first(block), circle(block)];
    if (length <= 2 * reach) throw new Error(`a circle of ${length} neurons is too small to reach ${reach} in both directions`);
    for (let i = 0; i < length; i++) {
      for (let step = 1; step <= reach; step++) {
        const from = start + ((i + step) % length);
        recurrent.push([start + i, from, sign(from) * strong]);
      }
    }
  }
  const listen = (list: Synapses, to: number, block: number, turn: number) => {
    for (let k = 0; k < 2 * reach; k++) {
      const from = first(block) + ((turn + k) % circle(block));
      list.push([to, from, sign(from) * strong]);
    }
  };
  const carrier = (block: number) => {
    const number = carriers[block]++;
    const neuron = first(block) + circle(block) + number;
    listen(recurrent, neuron, block, number);
    return neuron;
  };
  for (const [a, b] of links) {
    const [fromA, fromB] = [carrier(a), carrier(b)];
    recurrent.push([first(b), fromA, sign(fromA) * weak], [first(a), fromB, sign(fromB) * weak]);
  }
  const input: Synapses = Array.from({ length: inputs }, (_, channel) => [channel % circle(0), channel, strong]);
  for (let output = 0; output < outputs; output++) listen(readout, output, 0, output);

  // Neurons are numbered in the order of their sites, so what hides places hides numbers too.
  const { grid, siteOf } = isKnown ? sitesOfBlocks(planted, first) : hiddenSites(neurons);
  const order = Array.from({ length: neurons }, (_, neuron) => neuron).sort((a, b) => siteOf[a] - siteOf[b]);
  const numberOf = new Int32Array(neurons);
  order.forEach((neuron, number) => {
    numberOf[neuron] = number;
  });
  const numbered = (list: Synapses): Synapses => list.map(([to, from, weight]) => [numberOf[to], numberOf[from], weight]);
  const blockOfUnit = new Int32Array(blocks * blockSize);
  for (let block = 0; block < blocks; block++)
    for (let neuron = first(block); neuron < first(block + 1); neuron++) blockOfUnit[numberOf[neuron]] = block;
  const network = integerNetwork({
    inputs,
    neurons,
    outputs,
    recurrent: numbered(recurrent),
    input: input.map(([to, from, weight]) => [numberOf[to], from, weight]),
    readout: readout.map(([to, from, weight]) => [to, numberOf[from], weight]),
    site: Int32Array.from(order, (neuron) => siteOf[neuron]),
  });
  return { network, grid, blockOfUnit };
}

interface Sites {
  readonly grid: Grid;
  /** Site of each neuron as it is planted. */
  readonly siteOf: ArrayLike<number>;
}

/** Blocks side by side on the grid, each of them about a square. */
function sitesOfBlocks({ blocks, across, blockSize }: Planted, first: (block: number) => number): Sites {
  const wide = Math.ceil(Math.sqrt(blockSize));
  const high = Math.ceil(blockSize / wide);
  const grid: Grid = { rows: high * Math.ceil(blocks / across), columns: wide * across, metric: 'l1' };
  const siteOf: number[] = [];
  for (let block = 0; block < blocks; block++) {
    const corner = Math.floor(block / across) * high * grid.columns + (block % across) * wide;
    for (let k = 0; k < first(block + 1) - first(block); k++) siteOf.push(corner + Math.floor(k / wide) * grid.columns + (k % wide));
  }
  return { grid, siteOf };
}

/** Neurons in a random order that says nothing of their blocks. */
function hiddenSites(neurons: number): Sites {
  const columns = Math.ceil(Math.sqrt(neurons));
  return {
    grid: { rows: Math.ceil(neurons / columns), columns, metric: 'l1' },
    siteOf: randomStream(1, 'planted sites').permutation(neurons),
  };
}

/** A network of the given synapses, whose integers are its weights. */
export function integerNetwork({
  inputs,
  neurons,
  outputs,
  recurrent,
  input,
  readout,
  site = Int32Array.from({ length: neurons }, (_, i) => i),
}: {
  readonly inputs: number;
  readonly neurons: number;
  readonly outputs: number;
  readonly recurrent: Synapses;
  readonly input: Synapses;
  readonly readout: Synapses;
  readonly site?: Int32Array;
}): IntegerNetwork {
  return {
    inputs,
    neurons,
    outputs,
    recurrent: matrix(neurons, neurons, recurrent),
    input: matrix(neurons, inputs, input),
    readout: matrix(outputs, neurons, readout),
    bias: new Int32Array(neurons),
    readoutBias: new Int32Array(outputs),
    stateMax: 255,
    shift: 0,
    multiplier: new Int32Array(neurons).fill(1),
    scales: { state: 1, input: 1, accumulator: new Float64Array(neurons).fill(1), readout: 1 },
    site,
  };
}

/** Sparse rows of synapses given in any order. */
function matrix(rows: number, columns: number, synapses: Synapses): Csr<Int32Array> {
  const sorted = [...synapses].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const indptr = new Int32Array(rows + 1);
  for (const [to] of sorted) indptr[to + 1]++;
  for (let row = 0; row < rows; row++) indptr[row + 1] += indptr[row];
  return {
    rows,
    columns,
    indptr,
    indices: Int32Array.from(sorted, ([, from]) => from),
    values: Int32Array.from(sorted, ([, , weight]) => weight),
  };
}
