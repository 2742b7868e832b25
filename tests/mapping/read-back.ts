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

/** Every stored synapse: who sends on an axon comes from the address lists alone. */
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
  for (const { neurons } of cores) for (const { kind, index, targets } of neurons) if (kind === 'hidden') sends(`neuron ${index}`, targets);

  const table: WeightTable = new Map();
  const store = (core: MappingFile['cores'][number], axon: number, slot: number, weight: number) => {
    const from = senders.get(`${core.id}.${axon}`) ?? [];
    if (from.length !== 1) throw new Error(`axon ${axon} of core ${core.id} has ${from.length} senders`);
    const { kind, index } = core.neurons[slot];
    const name = `${from[0]} > ${kind === 'hidden' ? 'neuron' : 'readout'} ${index}`;
    if (table.has(name)) throw new Error(`${name} is stored twice`);
    table.set(name, weight);
  };
  for (const core of cores) {
    if (storage.kind === 'synapse-list') {
      const indptr = integers(`core${core.id}.indptr`, 4);
      const slot = integers(`core${core.id}.slot`, 4);
      const mantissa = integers(`core${core.id}.mantissa`, 2);
      if (indptr.length !== core.axons + 1) throw new Error(`core ${core.id} has ${core.axons} axons and ${indptr.length - 1} lists`);
      for (let axon = 0; axon < core.axons; axon++) {
        for (let at = indptr[axon]; at < indptr[axon + 1]; at++) store(core, axon, slot[at], mantissa[at] * 2 ** storage.mantissaShift);
      }
      continue;
    }
    core.arrays.forEach((array, k) => {
      const { shape, bytes } = tensor(`core${core.id}.array${k}`);
      if (`${shape}` !== `${[storage.arrayRows, storage.arrayColumns]}`) throw new Error(`array ${k} has shape ${shape}`);
      let used = 0;
      for (let row = 0; row < array.axons; row++) {
        for (let n = 0; n < array.neurons; n++) {
          const start = row * storage.arrayColumns + n * storage.columnsPerNeuron;
          const columns = [...bytes.subarray(start, start + storage.columnsPerNeuron)];
          const value = (digits: number[]) => digits.reduceRight((sum, digit) => sum * storage.levelsPerCell + digit, 0);
          const half = storage.cellsPerWeight;
          const weight =
            storage.scheme === 'offset' ? value(columns) - storage.offset : value(columns.slice(0, half)) - value(columns.slice(half));
          used += columns.filter((digit) => digit !== 0).length;
          if (weight !== 0) store(core, array.axonStart + row, array.neuronStart + n, weight);
        }
      }
      if (used !== bytes.filter((cell) => cell !== 0).length)
        throw new Error(`array ${k} of core ${core.id} has cells outside its rectangle`);
    });
  }
  if (tensors.size > 0) throw new Error(`tensors that nobody names: ${[...tensors.keys()]}`);
  return table;
}
