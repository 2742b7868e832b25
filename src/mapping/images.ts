// What is written into the chip? The mapping file and the image of every core, each synapse stored exactly once.
import { UsageError } from '../core/errors.ts';
import { sha256 } from '../core/hash.ts';
import { encodeSafetensors, type Tensor } from '../core/safetensors.ts';
import type { Csr } from '../network/csr.ts';
import { type CellStorage, type StorageFormat, storageFormat, weightFormat } from '../targets/formats.ts';
import { copiesFor } from './capacity.ts';
import type { Chip } from './chip.ts';
import { splitOf } from './chip-problem.ts';
import { type CoreMatrix, encodeArray, encodeList, type Rectangle, type Row } from './encode.ts';
import { type Address, imageTensor, type MappedCore, type MappedNeuron, type MappingFile, type Storage } from './mapping-file.ts';
import { type Placement, usedCores } from './placement.ts';
import { type IntegerWeights, type MappingProblem, sourceName, stackSynapses, unitName } from './problem.ts';
import { splitMatrix } from './split-fan-in.ts';

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
 * @param problem - what was placed: the chip's problem of this network
 * @returns the mapping, and the bytes of the images file it names
 * @throws UsageError naming a synapse whose weight the chip cannot store
 */
export function buildMapping(
  network: StorableNetwork,
  networkHash: string,
  chip: Chip,
  problem: MappingProblem,
  placement: Placement,
): { readonly mapping: MappingFile; readonly images: Uint8Array } {
  const { inputs, neurons, outputs, stateMax, shift } = network;
  const format = storageFormat(chip.target, chip.weightBits);
  const stored = storedUnits(network, chip, problem);
  const held = usedCores(placement).map((id) => holdingOf(id, stored, format, placement));
  const routes = routesOf(held, problem.sources);
  const senders = sendersOf(held, stored, routes, chip);
  const tensors: Record<string, Tensor> = {};
  const cores = held.map((holding, k): MappedCore => {
    const slots = senders[k];
    const weights = weightsOf(holding, slots, stored);
    const blocks = format.kind === 'cells' ? rectangles(format, holding.axons.length, slots.length) : [];
    const failing = (axon: number, slot: number, weight: number) =>
      new UsageError(
        `${chip.target.label} cannot store weight ${weight} of the synapse from ${sourceName(network, holding.axons[axon].source)} to ` +
          `${unitName(network, slots[slot].unit)} in ${chip.weightBits} bits; quantize the network for this target`,
      );
    if (format.kind === 'cells') {
      blocks.forEach((block, number) => {
        tensors[imageTensor.array(holding.id, number)] = encodeArray(format, holding.axons, weights, block, failing);
      });
    } else {
      const list = encodeList(format, weights, failing);
      tensors[imageTensor.indptr(holding.id)] = list.indptr;
      tensors[imageTensor.slot(holding.id)] = list.slot;
      tensors[imageTensor.mantissa(holding.id)] = list.mantissa;
    }
    const kinds = holding.axons.map(({ kind }) => kind);
    return {
      id: holding.id,
      x: chip.topology.routerX[holding.id],
      y: chip.topology.routerY[holding.id],
      axons: holding.axons.length,
      ...(kinds.some((kind) => kind !== 0) && { rowKinds: kinds }),
      neurons: slots.map((slot) => mappedNeuron(network, slot, stored, tableOf(format, holding, slot, stored))),
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
    inputs: Array.from({ length: inputs }, (_, index) => ({ index, targets: routes[neurons + index].flat() })).filter(
      ({ targets }) => targets.length > 0,
    ),
    cores,
  };
  return { mapping, images };
}

/** The synapses of all units, split as the problem has them, and what tells their rows apart. */
interface StoredUnits {
  readonly synapses: Csr<Int32Array>;
  readonly problem: MappingProblem;
  /** Order of each partial unit within the step, shape [partials]. */
  readonly level: Uint8Array;
  /** What sums of partial units are divided by: the smallest weight there is. */
  readonly divisor: number;
}

function storedUnits(network: StorableNetwork, chip: Chip, problem: MappingProblem): StoredUnits {
  const whole = stackSynapses(network, Int32Array);
  const divisor = weightFormat(chip.target, chip.weightBits).step;
  const split = problem.partials === 0 ? null : splitOf(whole, chip);
  const synapses = split === null ? whole : splitMatrix(whole, split, divisor);
  if (synapses.values.length !== problem.synapses.values.length) throw new Error('the problem was made of another network');
  return { synapses, problem, level: split?.level ?? new Uint8Array(0), divisor };
}

/** A row of a core: which synapses of which source it holds. */
interface Axon extends Row {
  readonly source: number;
  readonly rowClass: number;
}

/** The units of a core, and its sources by axon. */
interface Holding {
  readonly id: number;
  readonly units: readonly number[];
  readonly axons: readonly Axon[];
}

/** Units ascending; axons grouped by the core they come from, inputs last, the rows of a source side by side. */
function holdingOf(id: number, { synapses, problem }: StoredUnits, format: StorageFormat, { core }: Placement): Holding {
  const { unitOfSource, rowClass } = problem;
  const units: number[] = [];
  const classes = new Map<number, Set<number>>();
  for (let unit = 0; unit < core.length; unit++) {
    if (core[unit] !== id) continue;
    units.push(unit);
    for (let at = synapses.indptr[unit]; at < synapses.indptr[unit + 1]; at++) {
      const source = synapses.indices[at];
      const known = classes.get(source) ?? new Set<number>();
      classes.set(source, known.add(rowClass === null ? 0 : rowClass[at]));
    }
  }
  const origin = (source: number) => (unitOfSource[source] < 0 ? Number.POSITIVE_INFINITY : core[unitOfSource[source]]);
  const kindsOf = (rowClass: number) => (format.kind === 'cells' ? format.classRows[rowClass] : [0]);
  const axons = [...classes.keys()]
    .sort((a, b) => (origin(a) === origin(b) ? a - b : origin(a) - origin(b)))
    .flatMap((source) =>
      [...(classes.get(source) ?? [])]
        .sort((a, b) => a - b)
        .flatMap((rowClass) => kindsOf(rowClass).map((kind, part): Axon => ({ source, rowClass, kind, part }))),
    );
  return { id, units, axons };
}

/** Where each source's messages go: its (core, row class) targets by ascending core id, each with the axons that are its rows. */
function routesOf(held: readonly Holding[], sources: number): Address[][][] {
  const routes: Address[][][] = Array.from({ length: sources }, () => []);
  for (const { id, axons } of held) {
    axons.forEach(({ source, part }, axon) => {
      if (part === 0) routes[source].push([]);
      routes[source].at(-1)?.push({ core: id, axon });
    });
  }
  return routes;
}

/** A neuron slot: a unit, or a copy of it, with the targets that it sends to. */
interface Slot {
  readonly unit: number;
  readonly isCopy: boolean;
  readonly targets: readonly Address[];
}

/** Slots of each core: its units, then the copies that some need to reach all their targets. */
function sendersOf(held: readonly Holding[], { problem }: StoredUnits, routes: readonly Address[][][], { capacity }: Chip): Slot[][] {
  const sourceOf = new Map(Array.from(problem.unitOfSource, (unit, source) => [unit, source] as const));
  return held.map(({ units }) => {
    const shares = units.map((unit) => {
      const source = sourceOf.get(unit);
      const route = source === undefined ? [] : routes[source];
      const each = capacity.targetsPerNeuron ?? Math.max(route.length, 1);
      const count = 1 + copiesFor(route.length, capacity.targetsPerNeuron);
      return Array.from(
        { length: count },
        (_, k): Slot => ({ unit, isCopy: k > 0, targets: route.slice(k * each, (k + 1) * each).flat() }),
      );
    });
    return [...shares.map(([own]) => own), ...shares.flatMap((share) => share.slice(1))];
  });
}

/** Weights of a core, shape [axons, slots], 0 where there is no synapse. */
function weightsOf({ axons }: Holding, slots: readonly Slot[], { synapses, problem: { rowClass } }: StoredUnits): CoreMatrix {
  const rowsOf = new Map<string, number[]>();
  axons.forEach(({ source, rowClass }, axon) => {
    const key = `${source} ${rowClass}`;
    rowsOf.set(key, [...(rowsOf.get(key) ?? []), axon]);
  });
  const values = new Int32Array(axons.length * slots.length);
  slots.forEach(({ unit }, slot) => {
    for (let at = synapses.indptr[unit]; at < synapses.indptr[unit + 1]; at++) {
      const rows = rowsOf.get(`${synapses.indices[at]} ${rowClass === null ? 0 : rowClass[at]}`) ?? [];
      for (const axon of rows) values[axon * slots.length + slot] = synapses.values[at];
    }
  });
  return { rows: axons.length, columns: slots.length, values };
}

/** Row blocks × column blocks, whole neurons in a column block, and one array for each sign. */
function rectangles({ arrayRows, arrayColumns, columnWeights, arraySigns }: CellStorage, axons: number, neurons: number): Rectangle[] {
  const rowsPerArray = arrayRows ?? Math.max(axons, 1);
  const neuronsPerArray = arrayColumns === null ? Math.max(neurons, 1) : Math.floor(arrayColumns / columnWeights.length);
  const blocks: Rectangle[] = [];
  for (let axonStart = 0; axonStart < axons; axonStart += rowsPerArray) {
    for (let neuronStart = 0; neuronStart < neurons; neuronStart += neuronsPerArray) {
      for (const sign of arraySigns) {
        blocks.push({
          axonStart,
          axons: Math.min(rowsPerArray, axons - axonStart),
          neuronStart,
          neurons: Math.min(neuronsPerArray, neurons - neuronStart),
          ...(sign < 0 && { negative: true }),
        });
      }
    }
  }
  return blocks;
}

/** The weights of a neuron by axon type; null where synapses have their own. */
function tableOf(
  format: StorageFormat,
  { axons }: Holding,
  { unit }: Slot,
  { synapses, problem: { rowClass } }: StoredUnits,
): number[] | null {
  if (format.kind !== 'cells' || format.rowWeights !== null || rowClass === null || axons.length === 0) return null;
  const table = format.classRows.map(() => 0);
  for (let at = synapses.indptr[unit]; at < synapses.indptr[unit + 1]; at++) {
    const type = format.classRows[rowClass[at]][0];
    if (table[type] !== 0 && table[type] !== synapses.values[at]) throw new Error(`unit ${unit} has two weights of axon type ${type}`);
    table[type] = synapses.values[at];
  }
  return table;
}

function mappedNeuron(
  network: StorableNetwork,
  { unit, isCopy, targets }: Slot,
  { problem: { rootOfUnit }, level, divisor }: StoredUnits,
  table: number[] | null,
): MappedNeuron {
  const { neurons, outputs, bias, readoutBias, multiplier } = network;
  const common = { ...(table && { table }), targets: [...targets] };
  if (unit < neurons) {
    return { kind: isCopy ? 'copy' : 'hidden', index: unit, bias: bias[unit], multiplier: multiplier[unit], ...common };
  }
  if (unit < neurons + outputs)
    return { kind: 'readout', index: unit - neurons, bias: readoutBias[unit - neurons], multiplier: null, ...common };
  const index = unit - neurons - outputs;
  const serves = rootOfUnit[unit] < neurons ? 'hidden' : 'readout';
  return { kind: 'partial', index, bias: 0, multiplier: null, partial: { level: level[index], serves, divisor }, ...common };
}

function storageOf(format: StorageFormat): Storage {
  if (format.kind === 'synapse-list') {
    const { kind, weightBits, mantissaShift } = format;
    return { kind, mantissaBits: weightBits, mantissaShift };
  }
  const { kind, levelsPerCell, columnWeights, modulus, offset, rowWeights, arrayRows, arrayColumns } = format;
  return {
    kind,
    levelsPerCell,
    columnWeights: [...columnWeights],
    modulus,
    offset,
    rowWeights: rowWeights && [...rowWeights],
    arrayRows,
    arrayColumns,
  };
}
