// Two cores, two neurons and a readout unit, written by hand in each of the three storages.
import { sha256 } from '../../src/core/hash.ts';
import { encodeSafetensors, type Tensors } from '../../src/core/safetensors.ts';
import type { MappedCore, MappingFile, Storage } from '../../src/mapping/mapping-file.ts';

/**
 * h0 ← 3·u + 1·h1 + 1, doubled thrice and quartered: multiplier 3, shift 2     on core 7, axons u, h1
 * h1 ← −2·h0 + 1·h1 + 10, multiplier 4 of 4                                    on core 4, axons h0, h1
 * o0 ← 2·h0 − 1·h1 + 5                                                         on core 4
 */
export function handWritten(storage: Storage, arrays: [MappedCore['arrays'], MappedCore['arrays']], images: Tensors) {
  const bytes = encodeSafetensors(images, {});
  const mapping: MappingFile = {
    schema: 'bimt-mapping/1',
    target: { id: 'by-hand', hash: '' },
    network: { hash: '', inputs: 1, neurons: 2, outputs: 1, stateMax: 15, shift: 2 },
    storage,
    images: { file: 'images.safetensors', hash: sha256(bytes) },
    port: { x: 0, y: 0, assumed: true },
    inputs: [{ index: 0, targets: [{ core: 7, axon: 0 }] }],
    cores: [
      {
        id: 7,
        x: 0,
        y: 0,
        axons: 2,
        neurons: [{ kind: 'hidden', index: 0, bias: 1, multiplier: 3, targets: [{ core: 4, axon: 0 }] }],
        arrays: arrays[0],
      },
      {
        id: 4,
        x: 1,
        y: 0,
        axons: 2,
        neurons: [
          {
            kind: 'hidden',
            index: 1,
            bias: 10,
            multiplier: 4,
            targets: [
              { core: 7, axon: 1 },
              { core: 4, axon: 1 },
            ],
          },
          { kind: 'readout', index: 0, bias: 5, multiplier: null, targets: [] },
        ],
        arrays: arrays[1],
      },
    ],
  };
  return { mapping, bytes };
}

const whole = (neurons: number) => [{ axonStart: 0, axons: 2, neuronStart: 0, neurons }];
const cells = (columns: number, ...rows: number[][]) => ({ shape: [rows.length, columns], data: Uint8Array.from(rows.flat()) });

/** Weights stored as weight + 8, two digits of two bits; core 4 stacks two arrays, each with one row in use. */
export const OFFSET = () =>
  handWritten(
    { kind: 'cells', levelsPerCell: 4, columnWeights: [1, 4], modulus: null, offset: 8, rowWeights: [1], arrayRows: 2, arrayColumns: 4 },
    [
      whole(1),
      [
        { axonStart: 0, axons: 1, neuronStart: 0, neurons: 2 },
        { axonStart: 1, axons: 1, neuronStart: 0, neurons: 2 },
      ],
    ],
    {
      // 3 + 8 = 3 + 2·4; 1 + 8 = 1 + 2·4
      'core7.array0': cells(4, [3, 2, 0, 0], [1, 2, 0, 0]),
      // −2 + 8 = 2 + 1·4; 2 + 8 = 2 + 2·4; the second row is not in use
      'core4.array0': cells(4, [2, 1, 2, 2], [3, 3, 3, 3]),
      // 1 + 8 = 1 + 2·4; −1 + 8 = 3 + 1·4
      'core4.array1': cells(4, [1, 2, 3, 1], [0, 0, 0, 0]),
    },
  );

/** Two positive, then two negative binary digits. */
export const DIFFERENTIAL = () =>
  handWritten(
    {
      kind: 'cells',
      levelsPerCell: 2,
      columnWeights: [1, 2, -1, -2],
      modulus: null,
      offset: 0,
      rowWeights: [1],
      arrayRows: 2,
      arrayColumns: 8,
    },
    [whole(1), whole(2)],
    {
      // 3 − 0; 3 − 2
      'core7.array0': cells(8, [1, 1, 0, 0, 1, 1, 1, 1], [1, 1, 0, 1, 1, 1, 1, 1]),
      // 0 − 2, 2 − 0; 1 − 0, 0 − 1
      'core4.array0': cells(8, [0, 0, 0, 1, 0, 1, 0, 0], [1, 0, 0, 0, 0, 0, 1, 0]),
    },
  );

/** Two's complement in two digits of two bits: −8 … 7. */
export const COMPLEMENT = () =>
  handWritten(
    { kind: 'cells', levelsPerCell: 4, columnWeights: [1, 4], modulus: 16, offset: 0, rowWeights: [1], arrayRows: null, arrayColumns: 4 },
    [whole(1), whole(2)],
    {
      'core7.array0': cells(4, [3, 0, 0, 0], [1, 0, 0, 0]),
      // 16 − 2 = 2 + 3·4; 16 − 1 = 3 + 3·4
      'core4.array0': cells(4, [2, 3, 2, 0], [1, 0, 3, 3]),
    },
  );

/** Positive and negative weights in arrays of their own, as large as what they hold. */
export const DUAL = () =>
  handWritten(
    { kind: 'cells', levelsPerCell: 4, columnWeights: [1], modulus: null, offset: 0, rowWeights: [1], arrayRows: null, arrayColumns: null },
    [
      [...whole(1), { ...whole(1)[0], negative: true }],
      [...whole(2), { ...whole(2)[0], negative: true }],
    ],
    {
      'core7.array0': cells(1, [3], [1]),
      'core7.array1': cells(1, [0], [0]),
      'core4.array0': cells(2, [0, 2], [1, 0]),
      'core4.array1': cells(2, [2, 0], [0, 1]),
    },
  );

/** Rows of two kinds, for which every neuron has a weight. */
export const TABLES = () => {
  const written = handWritten(
    { kind: 'cells', levelsPerCell: 2, columnWeights: [1], modulus: null, offset: 0, rowWeights: null, arrayRows: 2, arrayColumns: 2 },
    [whole(1), whole(2)],
    { 'core7.array0': cells(2, [1, 0], [1, 1]), 'core4.array0': cells(2, [1, 1], [1, 1]) },
  );
  const tables = [[[3, 1]], [[-2, 1], [2, -1]]]; // biome-ignore format: by core and slot
  written.mapping.cores.forEach((core, k) => {
    core.rowKinds = [0, 1];
    core.neurons.forEach((neuron, slot) => {
      neuron.table = tables[k][slot];
    });
  });
  return written;
};

const list = (id: number, indptr: number[], slot: number[], mantissa: number[]) => ({
  [`core${id}.indptr`]: { shape: [indptr.length], data: Int32Array.from(indptr) },
  [`core${id}.slot`]: { shape: [slot.length], data: Int32Array.from(slot) },
  [`core${id}.mantissa`]: { shape: [mantissa.length], data: Int16Array.from(mantissa) },
});

/** Mantissas of three bits: −4 … 3. */
export const SYNAPSE_LIST = () =>
  handWritten({ kind: 'synapse-list', mantissaBits: 3, mantissaShift: 0 }, [[], []], {
    ...list(7, [0, 1, 2], [0, 0], [3, 1]),
    ...list(4, [0, 2, 4], [0, 1, 1, 0], [-2, 2, -1, 1]),
  });

/**
 * The same network with sums in parts and a copy: h0 gets the sum of its two synapses from partial unit 0, o0 twice the half
 * of its own from partial unit 1, and a copy of h1 sends to core 4 in its place.
 */
export const IN_PARTS = () => {
  const written = handWritten({ kind: 'synapse-list', mantissaBits: 3, mantissaShift: 0 }, [[], []], {
    ...list(7, [0, 1, 2, 3], [1, 1, 0], [3, 1, 1]),
    ...list(4, [0, 3, 7, 8], [0, 2, 3, 0, 2, 3, 3, 1], [-2, -2, 2, 1, 1, -1, 0, 2]),
  });
  const [seven, four] = written.mapping.cores;
  seven.axons = 3;
  seven.neurons.push({
    kind: 'partial',
    index: 0,
    bias: 0,
    multiplier: null,
    partial: { level: 1, serves: 'hidden', divisor: 1 },
    targets: [{ core: 7, axon: 2 }],
  });
  four.axons = 3;
  four.neurons[0].targets = [{ core: 7, axon: 1 }];
  four.neurons.push({ kind: 'copy', index: 1, bias: 10, multiplier: 4, targets: [{ core: 4, axon: 1 }] });
  four.neurons.push({
    kind: 'partial',
    index: 1,
    bias: 0,
    multiplier: null,
    partial: { level: 1, serves: 'readout', divisor: 2 },
    targets: [{ core: 4, axon: 2 }],
  });
  return written;
};

export const HAND_WRITTEN = {
  offset: OFFSET,
  differential: DIFFERENTIAL,
  complement: COMPLEMENT,
  'dual arrays': DUAL,
  tables: TABLES,
  'synapse list': SYNAPSE_LIST,
};
