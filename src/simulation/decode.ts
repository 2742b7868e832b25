// What do the stored cells mean? Decodes the images as the chip would: each core into the weights its cells hold.
import { UsageError } from '../core/errors.ts';
import { sha256 } from '../core/hash.ts';
import { decodeSafetensors, type TensorData, type Tensors } from '../core/safetensors.ts';
import { imageTensor, type MappedCore, type MappingFile, type Storage } from '../mapping/mapping-file.ts';

/** Weights of a core by neuron slot. Entries of one slot and axon add, as currents of two arrays' columns do. */
export interface CoreWeights {
  /** Where a slot's entries start, shape [slots + 1]. */
  readonly start: Int32Array;
  /** Shape [entries]. */
  readonly axon: Int32Array;
  /** Never 0, shape [entries]. */
  readonly weight: Int32Array;
}

/** Calls back for every weight that is not 0. */
type OnWeight = (slot: number, axon: number, weight: number) => void;
type CellStorage = Extract<Storage, { kind: 'cells' }>;
type ListStorage = Extract<Storage, { kind: 'synapse-list' }>;

/**
 * Reads the images file of a mapping.
 *
 * @throws UsageError if it is another file than the mapping names, or not a .safetensors file
 */
export function readImages({ images }: MappingFile, bytes: Uint8Array): Tensors {
  const found = sha256(bytes);
  if (found !== images.hash)
    throw new UsageError(
      `${images.file} is not the file the mapping was written with: SHA-256 ${found}, expected ${images.hash}; map the network again`,
    );
  return decodeSafetensors(bytes, images.file).tensors;
}

/**
 * Decodes one core of a checked mapping.
 *
 * @throws UsageError if an image is missing, has another shape, or holds what a cell or a list cannot
 */
export function decodeCore({ storage, images: { file } }: MappingFile, core: MappedCore, images: Tensors): CoreWeights {
  const slots: number[] = [];
  const axons: number[] = [];
  const weights: number[] = [];
  const onWeight: OnWeight = (slot, axon, weight) => {
    slots.push(slot);
    axons.push(axon);
    weights.push(weight);
  };
  if (storage.kind === 'cells') decodeArrays(storage, core, images, file, onWeight);
  else decodeList(storage, core, images, file, onWeight);
  return groupBySlot(slots, axons, weights, core.neurons.length);
}

/** Crossbars: a neuron's weight on a row is spread over the cells of its columns. */
function decodeArrays(storage: CellStorage, core: MappedCore, images: Tensors, file: string, onWeight: OnWeight): void {
  const { arrayRows, arrayColumns, levelsPerCell, columnWeights, rowWeights } = storage;
  const width = columnWeights.length;
  for (const [k, array] of core.arrays.entries()) {
    const name = imageTensor.array(core.id, k);
    const columns = arrayColumns ?? array.neurons * width;
    const cells = image(images, name, Uint8Array, [arrayRows ?? array.axons, columns], file);
    const largest = cells.reduce((a, b) => Math.max(a, b), 0);
    if (largest >= levelsPerCell) throw new UsageError(`${file}: ${name} stores ${largest} in a cell of ${levelsPerCell} levels`);
    for (let row = 0; row < array.axons; row++) {
      const axon = array.axonStart + row;
      const kind = core.rowKinds?.[axon] ?? 0;
      for (let neuron = 0; neuron < array.neurons; neuron++) {
        const slot = array.neuronStart + neuron;
        const held = decodeCells(storage, cells, row * columns + neuron * width);
        const coefficient = rowWeights === null ? (core.neurons[slot].table?.[kind] ?? 0) : rowWeights[kind];
        const weight = held * coefficient * (array.negative ? -1 : 1);
        if (weight !== 0) onWeight(slot, axon, weight);
      }
    }
  }
}

/** What a neuron's cells in a row say, the first of them at `first`. */
function decodeCells({ columnWeights, modulus, offset }: CellStorage, cells: Uint8Array, first: number): number {
  let sum = 0;
  for (let k = 0; k < columnWeights.length; k++) sum += columnWeights[k] * cells[first + k];
  if (modulus !== null && sum >= modulus / 2) sum -= modulus;
  // The unit column adds up all rows; offset times its sum is subtracted from each neuron's sum, so −offset per row.
  return sum - offset;
}

/** Synapse lists: each axon names the neurons it reaches. */
function decodeList(storage: ListStorage, core: MappedCore, images: Tensors, file: string, onWeight: OnWeight): void {
  const name = imageTensor.indptr(core.id);
  const indptr = image(images, name, Int32Array, [core.axons + 1], file);
  const synapses = indptr[core.axons];
  if (indptr[0] !== 0 || indptr.some((end, i) => i > 0 && end < indptr[i - 1]))
    throw new UsageError(`${file}: ${name} must ascend from 0; it does not`);
  const slot = image(images, imageTensor.slot(core.id), Int32Array, [synapses], file);
  const mantissa = image(images, imageTensor.mantissa(core.id), Int16Array, [synapses], file);
  const limit = 2 ** (storage.mantissaBits - 1);
  for (let axon = 0; axon < core.axons; axon++) {
    for (let at = indptr[axon]; at < indptr[axon + 1]; at++) {
      if (slot[at] < 0 || slot[at] >= core.neurons.length)
        throw new UsageError(
          `${file}: ${imageTensor.slot(core.id)}[${at}] is ${slot[at]}; core ${core.id} has slots 0 to ${core.neurons.length - 1}`,
        );
      if (mantissa[at] < -limit || mantissa[at] >= limit)
        throw new UsageError(
          `${file}: ${imageTensor.mantissa(core.id)}[${at}] is ${mantissa[at]}, which exceeds ${storage.mantissaBits} bits`,
        );
      if (mantissa[at] !== 0) onWeight(slot[at], axon, mantissa[at] * 2 ** storage.mantissaShift);
    }
  }
}

/** The data of an image, if it has the promised type and shape. */
function image<Data extends TensorData>(
  images: Tensors,
  name: string,
  Type: { new (length: number): Data },
  shape: readonly number[],
  file: string,
): Data {
  const tensor = images[name];
  if (tensor === undefined) throw new UsageError(`${file} has no image '${name}'`);
  if (!(tensor.data instanceof Type) || tensor.shape.join() !== shape.join())
    throw new UsageError(
      `${file}: image '${name}' is ${tensor.data.constructor.name} [${tensor.shape}]; the mapping expects ${Type.name} [${shape}]`,
    );
  return tensor.data;
}

function groupBySlot(slots: readonly number[], axons: readonly number[], weights: readonly number[], slotCount: number): CoreWeights {
  const start = new Int32Array(slotCount + 1);
  for (const slot of slots) start[slot + 1]++;
  for (let slot = 0; slot < slotCount; slot++) start[slot + 1] += start[slot];
  const next = start.slice();
  const axon = new Int32Array(slots.length);
  const weight = new Int32Array(slots.length);
  for (let i = 0; i < slots.length; i++) {
    const at = next[slots[i]]++;
    axon[at] = axons[i];
    weight[at] = weights[i];
  }
  return { start, axon, weight };
}
