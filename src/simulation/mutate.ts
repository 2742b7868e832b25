// Would a wrong cell be noticed? Changes one stored cell, synapse, axon address or parameter of a chip at random.
import { type Random, randomStream } from '../core/random.ts';
import type { TensorData } from '../core/safetensors.ts';
import { type Address, imageTensor, type MappedNeuron, type MappingFile, type Storage } from '../mapping/mapping-file.ts';
import { neuronName } from './check.ts';
import type { Chip } from './chip.ts';
import { type CoreWeights, decodeCore } from './decode.ts';

/**
 * When in a step a neuron reads its axons: partial units of hidden neurons by level, then hidden neurons, then, when the new
 * states are on their way, partial units of readout units by level, then readout units.
 */
export type Moment = number;
const LEVELS = 256;
/** When hidden neurons read, the last that still find inputs and the states of the step before. */
export const HIDDEN_READS: Moment = LEVELS;
const READOUT_READS: Moment = 2 * LEVELS + 1;
type CellStorage = Extract<Storage, { kind: 'cells' }>;
type ListStorage = Extract<Storage, { kind: 'synapse-list' }>;

/** Who puts values on axons. */
export interface Sender {
  readonly kind: 'neuron' | 'input' | 'partial';
  /** Of a partial unit its place among the summing units; see `runChip`. */
  readonly index: number;
  /** The first and the last moment at which its value lies on the axon. */
  readonly from: Moment;
  readonly to: Moment;
}

/** A chip with one thing wrong. */
export interface Mutation {
  readonly kind: 'cell' | 'slot' | 'mantissa' | 'address' | 'bias' | 'multiplier' | 'table';
  /** The change in words. */
  readonly what: string;
  readonly chip: Chip;
  /** Whose values pass through what was changed; null for a neuron's own parameter. */
  readonly path: { readonly senders: readonly Sender[]; readonly readers: ReadonlySet<Moment> } | null;
  /** The neuron whose parameter changed, else null. */
  readonly neuron: MappedNeuron | null;
}

/** The mutation number `i` of a seed: a stored value, an address or a parameter, equally often. */
export function drawMutation(chip: Chip, seed: number, i: number): Mutation {
  const random = randomStream(seed, 'mutation', i);
  const { storage } = chip.mapping;
  switch (random.pick(['stored', 'address', 'parameter'] as const)) {
    case 'stored':
      return storage.kind === 'cells' ? mutateCell(chip, storage, random) : mutateSynapse(chip, storage, random);
    case 'address':
      return mutateAddress(chip, random);
    case 'parameter':
      return mutateParameter(chip, random);
  }
}

/** Another digit in one cell; one time in ten anywhere in the array, else where rows and columns are in use. */
function mutateCell(chip: Chip, storage: CellStorage, random: Random): Mutation {
  const { levelsPerCell, columnWeights } = storage;
  const columnsPerNeuron = columnWeights.length;
  const { cores } = chip.mapping;
  const [position, k] = random.pick(cores.flatMap((core, at) => core.arrays.map((_, array) => [at, array] as const)));
  const core = cores[position];
  const array = core.arrays[k];
  const name = imageTensor.array(core.id, k);
  const [arrayRows, arrayColumns] = chip.images[name].shape;
  const anywhere = random.int(10) === 0;
  const row = random.int(anywhere ? arrayRows : array.axons);
  const column = random.int(anywhere ? arrayColumns : array.neurons * columnsPerNeuron);
  const at = row * arrayColumns + column;
  const from = chip.images[name].data[at];
  const to = otherValue(from, 0, levelsPerCell, random);
  const neuron = Math.floor(column / columnsPerNeuron);
  const mutant = withStored(chip, position, name, at, to);
  // A cell may lie outside of what is in use, or stand for a weight that the neuron's table says is 0.
  const used = !sameWeights(mutant.weights[position], chip.weights[position]);
  return {
    kind: 'cell',
    what: `${name}: row ${row}, column ${column} stores ${to} instead of ${from}`,
    chip: mutant,
    path: {
      senders: used ? sendersTo(chip.mapping, { core: core.id, axon: array.axonStart + row }) : [],
      readers: new Set(used ? [readsAt(core.neurons[array.neuronStart + neuron])] : []),
    },
    neuron: null,
  };
}

/** One entry of a synapse list reaches another slot or has another mantissa. */
function mutateSynapse(chip: Chip, storage: ListStorage, random: Random): Mutation {
  const { cores } = chip.mapping;
  const [position, at] = random.pick(
    cores.flatMap(({ id }, core) => Array.from(chip.images[imageTensor.slot(id)].data, (_, entry) => [core, entry] as const)),
  );
  const { id, neurons } = cores[position];
  const slot = chip.images[imageTensor.slot(id)].data[at];
  const axon = chip.images[imageTensor.indptr(id)].data.findIndex((start) => start > at) - 1;
  const kind = neurons.length > 1 && random.int(2) === 0 ? 'slot' : 'mantissa';
  const name = imageTensor[kind](id);
  const from = chip.images[name].data[at];
  const limit = 2 ** (storage.mantissaBits - 1);
  const to = kind === 'slot' ? otherValue(from, 0, neurons.length, random) : otherValue(from, -limit, limit, random);
  return {
    kind,
    what: `${name}: entry ${at} (axon ${axon}) is ${to} instead of ${from}`,
    chip: withStored(chip, position, name, at, to),
    path: {
      senders: sendersTo(chip.mapping, { core: id, axon }),
      readers: new Set([readsAt(neurons[slot]), readsAt(neurons[kind === 'slot' ? to : slot])]),
    },
    neuron: null,
  };
}

/** A message goes to another axon, or nowhere. */
function mutateAddress(chip: Chip, random: Random): Mutation {
  const { mapping } = chip;
  const routes = routesOf(mapping).flatMap((route) => route.targets.map((_, at) => ({ ...route, at })));
  const { name, senders, targets, at } = random.pick(routes);
  const old = targets[at];
  const elsewhere = mapping.cores
    .flatMap(({ id, axons }) => Array.from({ length: axons }, (_, axon): Address => ({ core: id, axon })))
    .filter((address) => !sameAddress(address, old));
  const to = elsewhere.length > 0 && random.int(3) > 0 ? random.pick(elsewhere) : null;
  const changed = to === null ? targets.toSpliced(at, 1) : targets.with(at, to);
  // Every sender has a list of its own, by which it is known.
  const reroute = <Unit extends { targets: Address[] }>(unit: Unit): Unit =>
    unit.targets === targets ? { ...unit, targets: changed } : unit;
  const destination = to === null ? 'nowhere' : `axon ${to.axon} of core ${to.core}`;
  return {
    kind: 'address',
    what: `${name} sends to ${destination} instead of axon ${old.axon} of core ${old.core}`,
    chip: {
      ...chip,
      mapping: { ...mapNeurons(mapping, reroute), inputs: mapping.inputs.map(reroute) },
    },
    path: { senders, readers: readersOf(chip, old, to) },
    neuron: null,
  };
}

/** Another bias, multiplier or weight of a table, a power of two away. */
function mutateParameter(chip: Chip, random: Random): Mutation {
  const neuron = random.pick(chip.mapping.cores.flatMap((core) => core.neurons));
  if (neuron.table !== undefined && random.int(2) === 0) return mutateTable(chip, neuron, neuron.table, random);
  const kind = neuron.multiplier !== null && random.int(2) === 0 ? 'multiplier' : 'bias';
  const from = neuron[kind] as number;
  const distance = 2 ** random.int(12);
  // A multiplier only grows: 0 is not a legal one.
  const to = kind === 'bias' && random.int(2) === 0 ? from - distance : from + distance;
  return {
    kind,
    what: `${neuronName(neuron)} has ${kind} ${to} instead of ${from}`,
    chip: { ...chip, mapping: mapNeurons(chip.mapping, (other) => (other === neuron ? { ...neuron, [kind]: to } : other)) },
    path: null,
    neuron,
  };
}

/** Another weight for the rows of one kind. */
function mutateTable(chip: Chip, neuron: MappedNeuron, table: readonly number[], random: Random): Mutation {
  const kind = random.int(table.length);
  const to = table[kind] + (random.int(2) === 0 ? -1 : 1) * 2 ** random.int(6);
  const mapping = mapNeurons(chip.mapping, (other) => (other === neuron ? { ...neuron, table: table.with(kind, to) } : other));
  const position = chip.mapping.cores.findIndex(({ neurons }) => neurons.includes(neuron));
  const core = chip.mapping.cores[position];
  const slot = core.neurons.indexOf(neuron);
  const decoded = decodeCore(mapping, mapping.cores[position], chip.images);
  const { start, axon } = to === 0 ? chip.weights[position] : decoded;
  const read = Array.from(axon.subarray(start[slot], start[slot + 1])).filter((at) => (core.rowKinds?.[at] ?? 0) === kind);
  return {
    kind: 'table',
    what: `${neuronName(neuron)} has weight ${to} instead of ${table[kind]} for rows of kind ${kind}`,
    chip: { ...chip, mapping, weights: chip.weights.with(position, decoded) },
    path: {
      senders: read.flatMap((at) => sendersTo(chip.mapping, { core: core.id, axon: at })),
      readers: new Set(read.length > 0 ? [readsAt(neuron)] : []),
    },
    neuron: null,
  };
}

/** Uniform in from … end − 1, but not `value`. */
function otherValue(value: number, from: number, end: number, random: Random): number {
  const drawn = from + random.int(end - from - 1);
  return drawn < value ? drawn : drawn + 1;
}

/** The chip with one stored number changed and its core decoded again. */
function withStored(chip: Chip, position: number, name: string, at: number, value: number): Chip {
  const data: TensorData = chip.images[name].data.slice();
  data[at] = value;
  const images = { ...chip.images, [name]: { shape: chip.images[name].shape, data } };
  return { ...chip, images, weights: chip.weights.with(position, decodeCore(chip.mapping, chip.mapping.cores[position], images)) };
}

function sameWeights(a: CoreWeights, b: CoreWeights): boolean {
  const same = (x: Int32Array, y: Int32Array) => x.length === y.length && x.every((value, i) => value === y[i]);
  return same(a.start, b.start) && same(a.axon, b.axon) && same(a.weight, b.weight);
}

function mapNeurons(mapping: MappingFile, map: (neuron: MappedNeuron) => MappedNeuron): MappingFile {
  return { ...mapping, cores: mapping.cores.map((core) => ({ ...core, neurons: core.neurons.map(map) })) };
}

/** Who sends along a list of addresses, and what a message of it is made of. */
interface Route {
  readonly name: string;
  readonly senders: readonly Sender[];
  readonly targets: Address[];
}

function routesOf({ cores, inputs, network }: MappingFile): Route[] {
  const neurons = cores.flatMap((core) => core.neurons);
  const place = new Map(
    neurons.filter(({ kind }) => kind === 'copy' || kind === 'partial').map((neuron, k) => [neuron, network.neurons + k]),
  );
  return [
    ...neurons.map((neuron) => ({ name: neuronName(neuron), senders: senderOf(neuron, place.get(neuron) ?? 0), targets: neuron.targets })),
    ...inputs.map(({ index, targets }) => ({
      name: `input ${index}`,
      senders: [{ kind: 'input' as const, index, from: 0, to: HIDDEN_READS }],
      targets,
    })),
  ];
}

/** A neuron and its copies send its state, a partial unit its sum, a readout unit nothing. */
function senderOf(neuron: MappedNeuron, place: number): Sender[] {
  const { kind, index, partial } = neuron;
  if (kind === 'readout') return [];
  if (partial === undefined) return [{ kind: 'neuron', index, from: 0, to: READOUT_READS }];
  return [{ kind: 'partial', index: place, from: readsAt(neuron) + 1, to: partial.serves === 'hidden' ? HIDDEN_READS : READOUT_READS }];
}

function sendersTo(mapping: MappingFile, address: Address): Sender[] {
  return routesOf(mapping)
    .filter(({ targets }) => targets.some((target) => sameAddress(target, address)))
    .flatMap(({ senders }) => senders);
}

function readsAt({ kind, partial }: MappedNeuron): Moment {
  if (partial !== undefined) return (partial.serves === 'hidden' ? 0 : LEVELS + 1) + Math.min(partial.level, LEVELS - 1);
  return kind === 'readout' ? READOUT_READS : HIDDEN_READS;
}

/** When neurons read one axon with another weight than the other; without a second axon, with any weight. */
function readersOf({ mapping, weights }: Chip, old: Address, to: Address | null): Set<Moment> {
  const moments = mapping.cores.flatMap(({ id, neurons }, position) => {
    const { start, axon, weight } = weights[position];
    const weightOf = (slot: number, address: Address | null) => {
      let sum = 0;
      for (let at = start[slot]; at < start[slot + 1]; at++) {
        if (address !== null && sameAddress(address, { core: id, axon: axon[at] })) sum += weight[at];
      }
      return sum;
    };
    return neurons.filter((_, slot) => weightOf(slot, old) !== weightOf(slot, to)).map(readsAt);
  });
  return new Set(moments);
}

function sameAddress(a: Address, b: Address): boolean {
  return a.core === b.core && a.axon === b.axon;
}
