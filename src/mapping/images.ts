// What is written into the chip? The mapping file and the image of every core, each synapse stored exactly once.
import { UsageError } from '../core/errors.ts';
import { sha256 } from '../core/hash.ts';
import { encodeSafetensors, type Tensor } from '../core/safetensors.ts';
import type { Csr } from '../network/csr.ts';
import { type CellStorage, type StorageFormat, storageFormat } from '../targets/formats.ts';
import type { Chip } from './chip.ts';
import { type CoreMatrix, encodeArray, encodeList, type Rectangle } from './encode.ts';
import { type Address, imageTensor, type MappedCore, type MappingFile, type Storage } from './mapping-file.ts';
import { type Placement, usedCores } from './placement.ts';
import { type IntegerWeights, sourceName, stackSynapses, unitName } from './problem.ts';

const IMAGES_FILE = 'images.safetensors';

/** What a chip needs of an integer network; `compression` makes it. */
export interface StorableNetwork extends IntegerWeights {
  readonly stateMax: number;
  readonly shift: number;
  readonly bias: Int32Array;
  readonly readoutBias: Int32Array;
  readonly multiplier: Int32Array;
}

/**
 * Writes a placed integer network in the chip's storage format. Equal arguments give equal bytes.
 *
 * @param networkHash - SHA-256 of the quantized artifact
 * @returns the mapping, and the bytes of the images file it names
 * @throws UsageError naming a synapse whose weight the chip cannot store
 */
export function buildMapping(
  network: StorableNetwork,
  networkHash: string,
  chip: Chip,
  placement: Placement,
): { readonly mapping: MappingFile; readonly images: Uint8Array } {
  const { inputs, neurons, outputs, stateMax, shift } = network;
  const synapses = stackSynapses(network, Int32Array);
  const format = storageFormat(chip.target, chip.weightBits);
  const held = usedCores(placement).map((id) => holdingOf(id, synapses, placement, neurons));
  const addresses = addressesOf(held, neurons + inputs);
  const tensors: Record<string, Tensor> = {};
  const cores = held.map((holding): MappedCore => {
    const weights = weightsOf(holding, synapses);
    const blocks = format.kind === 'cells' ? rectangles(format, holding) : [];
    const failing = (axon: number, slot: number, weight: number) =>
      new UsageError(
        `${chip.target.label} cannot store weight ${weight} of the synapse from ${sourceName(network, holding.axons[axon])} to ` +
          `${unitName(network, holding.units[slot])} in ${chip.weightBits} bits; quantize the network for this target`,
      );
    if (format.kind === 'cells') {
      blocks.forEach((block, k) => {
        tensors[imageTensor.array(holding.id, k)] = encodeArray(format, weights, block, failing);
      });
    } else {
      const list = encodeList(format, weights, failing);
      tensors[imageTensor.indptr(holding.id)] = list.indptr;
      tensors[imageTensor.slot(holding.id)] = list.slot;
      tensors[imageTensor.mantissa(holding.id)] = list.mantissa;
    }
    return {
      id: holding.id,
      x: chip.topology.routerX[holding.id],
      y: chip.topology.routerY[holding.id],
      axons: holding.axons.length,
      neurons: holding.units.map((unit) => mappedNeuron(network, unit, addresses)),
      arrays: blocks,
    };
  });
  const images = encodeSafetensors(tensors, {});
  const mapping: MappingFile = {
    schema: 'bimt-mapping/1',
    target: { id: chip.target.id, hash: chip.target.hash },
    network: { hash: networkHash, inputs, neurons, outputs, stateMax, shift },
    storage: storageOf(format),
    images: { file: IMAGES_FILE, hash: sha256(images) },
    port: chip.port,
    inputs: Array.from({ length: inputs }, (_, index) => ({ index, targets: addresses[neurons + index] })).filter(
      ({ targets }) => targets.length > 0,
    ),
    cores,
  };
  return { mapping, images };
}

/** The units of a core by slot, and its sources by axon. */
interface Holding {
  readonly id: number;
  readonly units: readonly number[];
  readonly axons: readonly number[];
}

/** Slots by ascending unit; axons grouped by the core they come from, inputs last. */
function holdingOf(id: number, synapses: Csr<Int32Array>, { core }: Placement, neurons: number): Holding {
  const units: number[] = [];
  const sources = new Set<number>();
  for (let unit = 0; unit < core.length; unit++) {
    if (core[unit] !== id) continue;
    units.push(unit);
    for (let at = synapses.indptr[unit]; at < synapses.indptr[unit + 1]; at++) sources.add(synapses.indices[at]);
  }
  const origin = (source: number) => (source < neurons ? core[source] : Number.POSITIVE_INFINITY);
  const axons = [...sources].sort((a, b) => (origin(a) === origin(b) ? a - b : origin(a) - origin(b)));
  return { id, units, axons };
}

/** Where each source's messages go, by ascending core id. */
function addressesOf(held: readonly Holding[], sources: number): Address[][] {
  const addresses: Address[][] = Array.from({ length: sources }, () => []);
  for (const { id, axons } of held) {
    axons.forEach((source, axon) => {
      addresses[source].push({ core: id, axon });
    });
  }
  return addresses;
}

/** Weights of a core, shape [axons, units], 0 where there is no synapse. */
function weightsOf({ units, axons }: Holding, synapses: Csr<Int32Array>): CoreMatrix {
  const axonOf = new Map(axons.map((source, axon) => [source, axon]));
  const values = new Int32Array(axons.length * units.length);
  units.forEach((unit, slot) => {
    for (let at = synapses.indptr[unit]; at < synapses.indptr[unit + 1]; at++) {
      values[(axonOf.get(synapses.indices[at]) as number) * units.length + slot] = synapses.values[at];
    }
  });
  return { rows: axons.length, columns: units.length, values };
}

/** Row blocks × column blocks, whole neurons in a column block; array = rowBlock · columnBlocks + columnBlock. */
function rectangles({ arrayRows, arrayColumns, columnsPerNeuron }: CellStorage, { units, axons }: Holding): Rectangle[] {
  const neuronsPerArray = Math.floor(arrayColumns / columnsPerNeuron);
  const blocks: Rectangle[] = [];
  for (let axonStart = 0; axonStart < axons.length; axonStart += arrayRows) {
    for (let neuronStart = 0; neuronStart < units.length; neuronStart += neuronsPerArray) {
      blocks.push({
        axonStart,
        axons: Math.min(arrayRows, axons.length - axonStart),
        neuronStart,
        neurons: Math.min(neuronsPerArray, units.length - neuronStart),
      });
    }
  }
  return blocks;
}

function mappedNeuron(network: StorableNetwork, unit: number, addresses: readonly Address[][]): MappedCore['neurons'][number] {
  const { neurons, bias, readoutBias, multiplier } = network;
  if (unit < neurons) return { kind: 'hidden', index: unit, bias: bias[unit], multiplier: multiplier[unit], targets: addresses[unit] };
  return { kind: 'readout', index: unit - neurons, bias: readoutBias[unit - neurons], multiplier: null, targets: [] };
}

function storageOf(format: StorageFormat): Storage {
  if (format.kind === 'synapse-list') {
    const { kind, weightBits, mantissaShift } = format;
    return { kind, mantissaBits: weightBits, mantissaShift };
  }
  const { arraysPerCore: _, ...cells } = format;
  return cells;
}
