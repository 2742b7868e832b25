// Would a wrong cell be noticed? Changes one stored cell, synapse, axon address or parameter of a chip at random.
import { type Random, randomStream } from '../core/random.ts';
import type { TensorData } from '../core/safetensors.ts';
import { type Address, imageTensor, type MappedNeuron, type MappingFile, type Storage } from '../mapping/mapping-file.ts';
import { neuronName } from './check.ts';
import type { Chip } from './chip.ts';
import { decodeCore } from './decode.ts';

export type NeuronKind = MappedNeuron['kind'];
type CellStorage = Extract<Storage, { kind: 'cells' }>;
type ListStorage = Extract<Storage, { kind: 'synapse-list' }>;

/** Who puts values on axons. */
export interface Sender {
  readonly kind: 'neuron' | 'input';
  readonly index: number;
}

/** A chip with one thing wrong. */
export interface Mutation {
  readonly kind: 'cell' | 'slot' | 'mantissa' | 'address' | 'bias' | 'multiplier';
  /** The change in words. */
  readonly what: string;
  readonly chip: Chip;
  /** Whose values pass through what was changed; null for a neuron's own parameter. */
  readonly path: { readonly senders: readonly Sender[]; readonly readers: ReadonlySet<NeuronKind> } | null;
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
  const { arrayRows, arrayColumns, levelsPerCell, columnsPerNeuron } = storage;
  const { cores } = chip.mapping;
  const [position, k] = random.pick(cores.flatMap((core, at) => core.arrays.map((_, array) => [at, array] as const)));
  const core = cores[position];
  const array = core.arrays[k];
  const anywhere = random.int(10) === 0;
  const row = random.int(anywhere ? arrayRows : array.axons);
  const column = random.int(anywhere ? arrayColumns : array.neurons * columnsPerNeuron);
  const name = imageTensor.array(core.id, k);
  const at = row * arrayColumns + column;
  const from = chip.images[name].data[at];
  const to = otherValue(from, 0, levelsPerCell, random);
  const neuron = Math.floor(column / columnsPerNeuron);
  const used = row < array.axons && neuron < array.neurons;
  return {
    kind: 'cell',
    what: `${name}: row ${row}, column ${column} stores ${to} instead of ${from}`,
    chip: withStored(chip, position, name, at, to),
    path: {
      senders: used ? sendersTo(chip.mapping, { core: core.id, axon: array.axonStart + row }) : [],
      readers: new Set(used ? [core.neurons[array.neuronStart + neuron].kind] : []),
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
      readers: new Set([neurons[slot].kind, neurons[kind === 'slot' ? to : slot].kind]),
    },
    neuron: null,
  };
}

/** A message goes to another axon, or nowhere. */
function mutateAddress(chip: Chip, random: Random): Mutation {
  const { mapping } = chip;
  const routes = sendersOf(mapping).flatMap((sender) => sender.targets.map((_, at) => ({ ...sender, at })));
  const { kind, index, targets, at } = random.pick(routes);
  const old = targets[at];
  const elsewhere = mapping.cores
    .flatMap(({ id, axons }) => Array.from({ length: axons }, (_, axon): Address => ({ core: id, axon })))
    .filter((address) => !sameAddress(address, old));
  const to = elsewhere.length > 0 && random.int(3) > 0 ? random.pick(elsewhere) : null;
  const changed = to === null ? targets.toSpliced(at, 1) : targets.with(at, to);
  const reroute = <Unit extends { index: number }>(unit: Unit): Unit => (unit.index === index ? { ...unit, targets: changed } : unit);
  const destination = to === null ? 'nowhere' : `axon ${to.axon} of core ${to.core}`;
  return {
    kind: 'address',
    what: `${kind} ${index} sends to ${destination} instead of axon ${old.axon} of core ${old.core}`,
    chip: {
      ...chip,
      mapping:
        kind === 'input'
          ? { ...mapping, inputs: mapping.inputs.map(reroute) }
          : mapNeurons(mapping, (neuron) => (neuron.kind === 'hidden' ? reroute(neuron) : neuron)),
    },
    path: { senders: [{ kind, index }], readers: readersOf(chip, to === null ? [old] : [old, to]) },
    neuron: null,
  };
}

/** Another bias or multiplier, a power of two away. */
function mutateParameter(chip: Chip, random: Random): Mutation {
  const neuron = random.pick(chip.mapping.cores.flatMap((core) => core.neurons));
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

function mapNeurons(mapping: MappingFile, map: (neuron: MappedNeuron) => MappedNeuron): MappingFile {
  return { ...mapping, cores: mapping.cores.map((core) => ({ ...core, neurons: core.neurons.map(map) })) };
}

function sendersOf({ cores, inputs }: MappingFile): (Sender & { readonly targets: Address[] })[] {
  const hidden = cores.flatMap((core) => core.neurons).filter((neuron) => neuron.kind === 'hidden');
  return [
    ...hidden.map(({ index, targets }) => ({ kind: 'neuron' as const, index, targets })),
    ...inputs.map(({ index, targets }) => ({ kind: 'input' as const, index, targets })),
  ];
}

function sendersTo(mapping: MappingFile, address: Address): Sender[] {
  return sendersOf(mapping).filter(({ targets }) => targets.some((target) => sameAddress(target, address)));
}

/** Kinds of the neurons that some synapse connects to one of the axons. */
function readersOf({ mapping, weights }: Chip, axons: readonly Address[]): Set<NeuronKind> {
  const kinds = mapping.cores.flatMap(({ id, neurons }, position) => {
    const { start, axon } = weights[position];
    const reads = (slot: number) =>
      axon.subarray(start[slot], start[slot + 1]).some((at) => axons.some((address) => sameAddress(address, { core: id, axon: at })));
    return neurons.filter((_, slot) => reads(slot)).map((neuron) => neuron.kind);
  });
  return new Set(kinds);
}

function sameAddress(a: Address, b: Address): boolean {
  return a.core === b.core && a.axon === b.axon;
}
