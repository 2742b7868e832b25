// What do a mapping and its images say? Read back from the formats' description, without the writer's or the simulator's code.
import type { MappingFile } from '../../src/mapping/mapping-file.ts';

/** Synapses by name, `neuron 3 > readout 1`, with their weights; absent ones are left out. */
export type WeightTable = Map<string, number>;

/** Bytes of each tensor of a .safetensors file. */
function tensorsOf(bytes: Uint8Array): Map<string, { shape: number[]; bytes: Uint8Array }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const headerBytes = view.getUint32(0, true);
  const header = JSON.parse(Buffer.from(bytes.subarray(8, 8 + headerBytes)).toString()) as Record<
    string,
    { shape: number[]; data_offsets: number[] }
  >;
  const entries = Object.entries(header).filter(([name]) => name !== '__metadata__');
  return new Map(
    entries.map(
      ([
        name,
        {
          shape,
          data_offsets: [start, end],
        },
      ]) => [name, { shape, bytes: bytes.subarray(8 + headerBytes + start, 8 + headerBytes + end) }],
    ),
  );
}

/**
 * Every stored synapse: who sends on an axon comes from the address lists alone. Rows and arrays of one source add up; sums of
 * partial units are followed to the unit that gets them; a copy must hold what its neuron holds.
 */
export function readBack({ storage, cores, inputs }: MappingFile, images: Uint8Array): WeightTable {
  const tensors = tensorsOf(images);
  const tensor = (name: string) => {
    const found = tensors.get(name);
    if (found === undefined) throw new Error(`no tensor ${name}`);
    tensors.delete(name);
    return found;
  };
  const integers = (name: string, size: 2 | 4) => {
    const { bytes } = tensor(name);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from({ length: bytes.length / size }, (_, i) => (size === 4 ? view.getInt32(4 * i, true) : view.getInt16(2 * i, true)));
  };
  const senders = new Map<string, string[]>();
  const sends = (name: string, targets: readonly { core: number; axon: number }[]) => {
    for (const { core, axon } of targets) senders.set(`${core}.${axon}`, [...(senders.get(`${core}.${axon}`) ?? []), name]);
  };
  for (const { index, targets } of inputs) sends(`input ${index}`, targets);
  for (const { neurons } of cores) {
    for (const { kind, index, targets } of neurons)
      if (kind !== 'readout') sends(`${kind === 'partial' ? 'partial' : 'neuron'} ${index}`, targets);
  }

  const tables = { unit: new Map<string, number>(), copy: new Map<string, number>() };
  const places = new Set<string>();
  const divisors = new Map<string, number>();
  const store = (core: MappingFile['cores'][number], axon: number, slot: number, weight: number, part: string) => {
    const from = senders.get(`${core.id}.${axon}`) ?? [];
    if (from.length !== 1) throw new Error(`axon ${axon} of core ${core.id} has ${from.length} senders`);
    const { kind, index, partial } = core.neurons[slot];
    const unit = `${kind === 'hidden' || kind === 'copy' ? 'neuron' : kind} ${index}`;
    if (partial !== undefined) divisors.set(unit, partial.divisor);
    const name = `${from[0]} > ${unit}${kind === 'copy' ? ` in slot ${slot} of core ${core.id}` : ''}`;
    const place = `${name} ${part}`;
    if (places.has(place)) throw new Error(`${name} is stored twice`);
    places.add(place);
    const table = kind === 'copy' ? tables.copy : tables.unit;
    table.set(name, (table.get(name) ?? 0) + weight);
  };
  for (const core of cores) {
    if (storage.kind === 'synapse-list') {
      const indptr = integers(`core${core.id}.indptr`, 4);
      const slot = integers(`core${core.id}.slot`, 4);
      const mantissa = integers(`core${core.id}.mantissa`, 2);
      if (indptr.length !== core.axons + 1) throw new Error(`core ${core.id} has ${core.axons} axons and ${indptr.length - 1} lists`);
      for (let axon = 0; axon < core.axons; axon++) {
        for (let at = indptr[axon]; at < indptr[axon + 1]; at++) store(core, axon, slot[at], mantissa[at] * 2 ** storage.mantissaShift, '');
      }
      continue;
    }
    const { columnWeights, modulus, offset, rowWeights } = storage;
    const width = columnWeights.length;
    core.arrays.forEach((array, k) => {
      const { shape, bytes } = tensor(`core${core.id}.array${k}`);
      const expected = [storage.arrayRows ?? array.axons, storage.arrayColumns ?? array.neurons * width];
      if (`${shape}` !== `${expected}`) throw new Error(`array ${k} has shape ${shape}`);
      let used = 0;
      for (let row = 0; row < array.axons; row++) {
        for (let n = 0; n < array.neurons; n++) {
          const cells = [...bytes.subarray(row * shape[1] + n * width, row * shape[1] + (n + 1) * width)];
          const axon = array.axonStart + row;
          const slot = array.neuronStart + n;
          const kind = core.rowKinds?.[axon] ?? 0;
          const sum = cells.reduce((total, cell, c) => total + cell * columnWeights[c], 0);
          const number = (modulus !== null && 2 * sum >= modulus ? sum - modulus : sum) - offset;
          const factor = rowWeights === null ? (core.neurons[slot].table ?? [])[kind] : rowWeights[kind];
          const weight = number * factor * (array.negative ? -1 : 1);
          used += cells.filter((cell) => cell !== 0).length;
          // A source has one row of a kind, but where two rows of one kind make a weight.
          const pairOfRows = offset === 1 && columnWeights[0] === 2 ? axon % 2 : '';
          if (weight !== 0) store(core, axon, slot, weight, `kind ${kind} ${array.negative ?? false} ${pairOfRows}`);
        }
      }
      if (used !== bytes.filter((cell) => cell !== 0).length)
        throw new Error(`array ${k} of core ${core.id} has cells outside its rectangle`);
    });
  }
  if (tensors.size > 0) throw new Error(`tensors that nobody names: ${[...tensors.keys()]}`);
  compareCopies(tables.unit, tables.copy, cores);
  return followed(tables.unit, divisors);
}

/** Every slot of a copy holds the neuron's own synapses, all of them. */
function compareCopies(units: WeightTable, copies: WeightTable, cores: MappingFile['cores']): void {
  for (const { id, neurons } of cores) {
    neurons.forEach(({ kind, index }, slot) => {
      if (kind !== 'copy') return;
      const of = (table: WeightTable, suffix: string) =>
        [...table]
          .filter(([name]) => name.endsWith(suffix))
          .map(([name, weight]) => `${name.split(' > ')[0]} ${weight}`)
          .sort();
      const [own, copied] = [of(units, ` > neuron ${index}`), of(copies, ` > neuron ${index} in slot ${slot} of core ${id}`)];
      if (`${own}` !== `${copied}`) throw new Error(`the copy of neuron ${index} on core ${id} holds ${copied}, the neuron ${own}`);
    });
  }
}

/** The synapses of the network: those into partial units lead on to where the sums go. Entries of 0 have cancelled and are none. */
function followed(table: WeightTable, divisors: ReadonlyMap<string, number>): WeightTable {
  const onward = new Map(
    [...table]
      .filter(([name, weight]) => weight !== 0 && name.startsWith('partial'))
      .map(([name, weight]) => [name.split(' > ')[0], { to: name.split(' > ')[1], weight }]),
  );
  const result: WeightTable = new Map();
  for (const [name, stored] of table) {
    if (stored === 0 || name.startsWith('partial')) continue;
    let [from, to] = name.split(' > ');
    let weight = stored;
    while (to.startsWith('partial')) {
      const next = onward.get(to);
      if (next === undefined) throw new Error(`${to} sends to nobody`);
      weight = (weight * next.weight) / (divisors.get(to) ?? 1);
      to = next.to;
    }
    from = `${from} > ${to}`;
    if (result.has(from)) throw new Error(`${from} is stored twice`);
    result.set(from, weight);
  }
  return result;
}
