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

/** A physical row: one of those that the synapses of a class take. */
export interface Row {
  readonly kind: number;
  /** Position among the rows of its class. */
  readonly part: number;
}

/** The cells of one array; cells outside its rectangle are 0. */
export function encodeArray(
  format: CellStorage,
  rows: readonly Row[],
  matrix: CoreMatrix,
  rectangle: Rectangle,
  unstorable: OnUnstorable,
): Tensor {
  const { columnWeights, cellsPerWeight, levelsPerCell } = format;
  const width = columnWeights.length;
  const shape = [format.arrayRows ?? rectangle.axons, format.arrayColumns ?? rectangle.neurons * width];
  const cells = new Uint8Array(shape[0] * shape[1]);
  const largest = levelsPerCell ** cellsPerWeight - 1;
  for (let row = 0; row < rectangle.axons; row++) {
    const axon = rectangle.axonStart + row;
    for (let neuron = 0; neuron < rectangle.neurons; neuron++) {
      const slot = rectangle.neuronStart + neuron;
      const weight = matrix.values[axon * matrix.columns + slot];
      // An absent synapse is a stored 0: with an offset its cells are not empty.
      for (let first = 0; first < width; first += cellsPerWeight) {
        const number = storedNumber(format, weight, rows[axon], Math.sign(columnWeights[first]) * (rectangle.negative ? -1 : 1));
        if (number === null || number > largest) throw unstorable(axon, slot, weight);
        const at = row * shape[1] + neuron * width + first;
        for (let k = 0, rest = number; k < cellsPerWeight; k++, rest = Math.floor(rest / levelsPerCell))
          cells[at + k] = rest % levelsPerCell;
      }
    }
  }
  return { shape, data: cells };
}

/** The number that one group of cells holds of a weight; null if it cannot. */
function storedNumber({ coding, offset, modulus, rowWeights }: CellStorage, weight: number, row: Row, sign: number): number | null {
  switch (coding) {
    case 'offset':
      return weight + offset >= 0 ? weight + offset : null;
    case 'complement': {
      const half = (modulus ?? 0) / 2;
      return weight >= -half && weight < half ? (weight + 2 * half) % (2 * half) : null;
    }
    case 'pair':
      return Math.max(weight * sign * (rowWeights?.[row.kind] ?? 1), 0);
    case 'table':
      return weight === 0 ? 0 : 1;
    case 'two-level':
      if (Math.abs(weight) !== 2 && weight !== 0) return null;
      return Number(row.part === 0 ? weight >= 0 : weight > 0);
  }
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
