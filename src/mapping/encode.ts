// How do weights become cells and list entries? One core at a time; a weight that cannot be stored is an error.
import type { Tensor } from '../core/safetensors.ts';
import type { CellStorage, ListStorage } from '../targets/formats.ts';
import type { MappedCore } from './mapping-file.ts';

/** Weights of a core, row-major, shape [axons, neuron slots]; 0 is no synapse. */
export interface CoreMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Int32Array;
}

/** The axons and neuron slots of one array. */
export type Rectangle = MappedCore['arrays'][number];

/** Makes the error for a weight that cannot be stored. */
export type OnUnstorable = (axon: number, slot: number, weight: number) => Error;

/** The cells of one array; cells outside its rectangle are 0. */
export function encodeArray(format: CellStorage, matrix: CoreMatrix, rectangle: Rectangle, unstorable: OnUnstorable): Tensor {
  const { arrayRows, arrayColumns, columnsPerNeuron, cellsPerWeight, levelsPerCell, scheme, offset } = format;
  const cells = new Uint8Array(arrayRows * arrayColumns);
  const largest = levelsPerCell ** cellsPerWeight - 1;
  for (let row = 0; row < rectangle.axons; row++) {
    for (let neuron = 0; neuron < rectangle.neurons; neuron++) {
      const axon = rectangle.axonStart + row;
      const slot = rectangle.neuronStart + neuron;
      const weight = matrix.values[axon * matrix.columns + slot];
      // An absent synapse is a stored 0: with an offset its cells are not empty.
      const magnitudes = scheme === 'offset' ? [weight + offset] : [Math.max(weight, 0), Math.max(-weight, 0)];
      let at = row * arrayColumns + neuron * columnsPerNeuron;
      for (const magnitude of magnitudes) {
        if (magnitude < 0 || magnitude > largest) throw unstorable(axon, slot, weight);
        for (let k = 0, rest = magnitude; k < cellsPerWeight; k++, rest = Math.floor(rest / levelsPerCell))
          cells[at++] = rest % levelsPerCell;
      }
    }
  }
  return { shape: [arrayRows, arrayColumns], data: cells };
}

/** The synapse lists of a core, one per axon, slots ascending. */
export function encodeList(
  { mantissaShift, mantissaMax }: ListStorage,
  matrix: CoreMatrix,
  unstorable: OnUnstorable,
): { readonly indptr: Tensor; readonly slot: Tensor; readonly mantissa: Tensor } {
  const step = 2 ** mantissaShift;
  const indptr = new Int32Array(matrix.rows + 1);
  const slots: number[] = [];
  const mantissas: number[] = [];
  for (let axon = 0; axon < matrix.rows; axon++) {
    for (let slot = 0; slot < matrix.columns; slot++) {
      const weight = matrix.values[axon * matrix.columns + slot];
      if (weight === 0) continue;
      const mantissa = weight / step;
      if (!Number.isInteger(mantissa) || Math.abs(mantissa) > mantissaMax) throw unstorable(axon, slot, weight);
      slots.push(slot);
      mantissas.push(mantissa);
    }
    indptr[axon + 1] = slots.length;
  }
  const tensor = (data: Int32Array | Int16Array): Tensor => ({ shape: [data.length], data });
  return { indptr: tensor(indptr), slot: tensor(Int32Array.from(slots)), mantissa: tensor(Int16Array.from(mantissas)) };
}
