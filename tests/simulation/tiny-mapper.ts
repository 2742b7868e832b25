// Random integer networks, their plainest execution, and a mapper just large enough to store them on a chip.
import { sha256 } from '../../src/core/hash.ts';
import { randomStream } from '../../src/core/random.ts';
import { encodeSafetensors, type Tensor } from '../../src/core/safetensors.ts';
import { type Address, imageTensor, type MappedCore, type MappingFile, type Storage } from '../../src/mapping/mapping-file.ts';

/** An integer network with dense weights [to][from]. */
export interface TinyNetwork {
  inputs: number;
  neurons: number;
  outputs: number;
  stateMax: number;
  shift: number;
  recurrent: number[][];
  input: number[][];
  readout: number[][];
  bias: number[];
  readoutBias: number[];
  multiplier: number[];
}

/** Weights −7 … 7, three of ten not 0: every storage below can hold them. */
export function tinyNetwork(seed: number, inputs: number, neurons: number, outputs: number): TinyNetwork {
  const random = randomStream(seed, 'tiny network');
  const between = (low: number, high: number) => low + random.int(high - low + 1);
  const matrix = (rows: number, columns: number) =>
    Array.from({ length: rows }, () => Array.from({ length: columns }, () => (random.uniform() < 0.3 ? between(-7, 7) : 0)));
  return {
    inputs,
    neurons,
    outputs,
    stateMax: 255,
    shift: 10,
    recurrent: matrix(neurons, neurons),
    input: matrix(neurons, inputs),
    readout: matrix(outputs, neurons),
    bias: Array.from({ length: neurons }, () => between(-200, 400)),
    readoutBias: Array.from({ length: outputs }, () => between(-50, 50)),
    multiplier: Array.from({ length: neurons }, () => between(100, 500)),
  };
}

/** The network's definition, one trial and one number at a time, in exact integers. */
export function naiveRun(network: TinyNetwork, inputs: Int32Array, steps: number, rows: number) {
  const states = new Int32Array(steps * network.neurons * rows);
  const outputs = new Int32Array(steps * network.outputs * rows);
  const dot = (weights: number[], values: bigint[]) => weights.reduce((sum, w, i) => sum + BigInt(w) * values[i], 0n);
  for (let row = 0; row < rows; row++) {
    let h: bigint[] = Array(network.neurons).fill(0n);
    for (let step = 0; step < steps; step++) {
      const u = Array.from({ length: network.inputs }, (_, k) => BigInt(inputs[(step * rows + row) * network.inputs + k]));
      h = h.map((_, i) => {
        const sum = BigInt(network.bias[i]) + dot(network.recurrent[i], h) + dot(network.input[i], u);
        const scaled = ((sum > 0n ? sum : 0n) * BigInt(network.multiplier[i]) + 2n ** BigInt(network.shift - 1)) >> BigInt(network.shift);
        return scaled > BigInt(network.stateMax) ? BigInt(network.stateMax) : scaled;
      });
      h.forEach((value, i) => {
        states[(step * network.neurons + i) * rows + row] = Number(value);
      });
      network.readout.forEach((weights, k) => {
        outputs[(step * network.outputs + k) * rows + row] = network.readoutBias[k] + Number(dot(weights, h));
      });
    }
  }
  return { states, outputs };
}

export const STORAGES: Record<'offset' | 'differential' | 'synapse list', Storage> = {
  offset: {
    kind: 'cells',
    levelsPerCell: 4,
    columnWeights: [1, 4],
    modulus: null,
    offset: 8,
    rowWeights: [1],
    arrayRows: 8,
    arrayColumns: 10,
  },
  differential: {
    kind: 'cells',
    levelsPerCell: 2,
    columnWeights: [1, 2, 4, -1, -2, -4],
    modulus: null,
    offset: 0,
    rowWeights: [1],
    arrayRows: 5,
    arrayColumns: 12,
  },
  'synapse list': { kind: 'synapse-list', mantissaBits: 5, mantissaShift: 0 },
};

/** Stores a network: unit i (neurons, then readout units) on core 3 + i mod `coreCount`. */
export function tinyMap(network: TinyNetwork, storage: Storage, coreCount = 3): { mapping: MappingFile; bytes: Uint8Array } {
  const { inputs, neurons, outputs } = network;
  const weightOf = (unit: number, source: number) => {
    if (unit >= neurons) return source < neurons ? network.readout[unit - neurons][source] : 0;
    return source < neurons ? network.recurrent[unit][source] : network.input[unit][source - neurons];
  };
  const tensors: Record<string, Tensor> = {};
  const targetsOf: Address[][] = Array.from({ length: neurons + inputs }, () => []);
  const cores = Array.from({ length: coreCount }, (_, c): MappedCore => {
    const id = c + 3;
    const units = Array.from({ length: neurons + outputs }, (_, unit) => unit).filter((unit) => unit % coreCount === c);
    const sources = targetsOf.map((_, source) => source).filter((source) => units.some((unit) => weightOf(unit, source) !== 0));
    sources.forEach((source, axon) => {
      targetsOf[source].push({ core: id, axon });
    });
    const block = sources.map((source) => units.map((unit) => weightOf(unit, source)));
    const { arrays, images } = storage.kind === 'cells' ? cellImages(id, block, storage) : listImages(id, block);
    Object.assign(tensors, images);
    return { id, x: c, y: 0, axons: sources.length, neurons: units.map((unit) => mapUnit(unit)), arrays };
  });
  function mapUnit(unit: number): MappedCore['neurons'][number] {
    return unit < neurons
      ? { kind: 'hidden', index: unit, bias: network.bias[unit], multiplier: network.multiplier[unit], targets: targetsOf[unit] }
      : { kind: 'readout', index: unit - neurons, bias: network.readoutBias[unit - neurons], multiplier: null, targets: [] };
  }
  const bytes = encodeSafetensors(tensors, {});
  const { stateMax, shift } = network;
  const mapping: MappingFile = {
    schema: 'bimt-mapping/1',
    target: { id: 'tiny', hash: '' },
    network: { hash: '', inputs, neurons, outputs, stateMax, shift },
    storage,
    images: { file: 'images.safetensors', hash: sha256(bytes) },
    port: { x: 0, y: 0, assumed: true },
    inputs: targetsOf
      .slice(neurons)
      .map((targets, index) => ({ index, targets }))
      .filter(({ targets }) => targets.length > 0),
    cores,
  };
  return { mapping, bytes };
}

type CoreImages = { arrays: MappedCore['arrays']; images: Record<string, Tensor> };

/** Arrays that cover a block [axons][slots]. */
function cellImages(id: number, block: number[][], storage: Extract<Storage, { kind: 'cells' }>): CoreImages {
  const { levelsPerCell, columnWeights, offset } = storage;
  const [arrayRows, arrayColumns, columnsPerNeuron] = [storage.arrayRows ?? 1, storage.arrayColumns ?? 1, columnWeights.length];
  const cellsPerWeight = columnWeights.filter((weight) => weight > 0).length;
  const perArray = Math.floor(arrayColumns / columnsPerNeuron);
  const arrays: CoreImages['arrays'] = [];
  const images: CoreImages['images'] = {};
  const slots = block[0]?.length ?? 0;
  for (let axonStart = 0; axonStart < block.length; axonStart += arrayRows) {
    for (let neuronStart = 0; neuronStart < slots; neuronStart += perArray) {
      const axons = Math.min(arrayRows, block.length - axonStart);
      const neurons = Math.min(perArray, slots - neuronStart);
      const data = new Uint8Array(arrayRows * arrayColumns);
      for (let row = 0; row < axons; row++) {
        for (let neuron = 0; neuron < neurons; neuron++) {
          const weight = block[axonStart + row][neuronStart + neuron];
          const parts = offset > 0 ? [weight + offset] : [Math.max(weight, 0), Math.max(-weight, 0)];
          const digits = parts.flatMap((part) =>
            Array.from({ length: cellsPerWeight }, (_, k) => Math.floor(part / levelsPerCell ** k) % levelsPerCell),
          );
          data.set(digits, row * arrayColumns + neuron * columnsPerNeuron);
        }
      }
      images[imageTensor.array(id, arrays.length)] = { shape: [arrayRows, arrayColumns], data };
      arrays.push({ axonStart, axons, neuronStart, neurons });
    }
  }
  return { arrays, images };
}

function listImages(id: number, block: number[][]): CoreImages {
  const entries = block.map((weights) => weights.flatMap((weight, slot) => (weight === 0 ? [] : [{ slot, weight }])));
  const flat = entries.flat();
  const ends = entries.map((_, axon) => entries.slice(0, axon + 1).flat().length);
  return {
    arrays: [],
    images: {
      [imageTensor.indptr(id)]: { shape: [block.length + 1], data: Int32Array.from([0, ...ends]) },
      [imageTensor.slot(id)]: { shape: [flat.length], data: Int32Array.from(flat, ({ slot }) => slot) },
      [imageTensor.mantissa(id)]: { shape: [flat.length], data: Int16Array.from(flat, ({ weight }) => weight) },
    },
  };
}
