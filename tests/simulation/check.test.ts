import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import type { MappedCore, MappingFile } from '../../src/mapping/mapping-file.ts';
import { checkMapping } from '../../src/simulation/check.ts';
import { loadChip } from '../../src/simulation/chip.ts';
import { OFFSET, SYNAPSE_LIST } from './hand-written.ts';

/** A copy that may be broken. */
const copy = ({ mapping }: { mapping: MappingFile }) => structuredClone(mapping);
const firstCore = (mapping: MappingFile): MappedCore => mapping.cores[0];

const BREAKS: [string, RegExp, (mapping: MappingFile) => void][] = [
  ['a neuron twice', /neuron 0 appears twice/, (m) => firstCore(m).neurons.push(firstCore(m).neurons[0])],
  ['no readout unit', /0 of 1 readout units are placed; readout unit 0 is on no core/, (m) => m.cores[1].neurons.pop()],
  ['a neuron missing', /2 of 3 neurons are placed; neuron 2 is on no core/, (m) => void m.network.neurons++],
  ['a neuron too many', /neuron 1 does not exist; the network has 1/, (m) => void m.network.neurons--],
  ['a core twice', /core 4 appears twice/, (m) => m.cores.push(structuredClone(m.cores[1]))],
  [
    'a target axon that no core has',
    /neuron 0 sends to axon 2 of core 4, which/,
    (m) => {
      firstCore(m).neurons[0].targets[0].axon = 2;
    },
  ],
  [
    'a target core that does not exist',
    /input 0 sends to axon 0 of core 5, which/,
    (m) => {
      m.inputs[0].targets[0].core = 5;
    },
  ],
  ['an input twice', /input 0 appears twice/, (m) => m.inputs.push(m.inputs[0])],
  ['an input that does not exist', /input 1 does not exist/, (m) => m.inputs.push({ index: 1, targets: [] })],
  [
    'a neuron without multiplier',
    /neuron 0 has multiplier null; allowed: 1 to 2147483647/,
    (m) => {
      firstCore(m).neurons[0].multiplier = null;
    },
  ],
  [
    'a readout unit with targets',
    /readout unit 0 has a multiplier or targets/,
    (m) => m.cores[1].neurons[1].targets.push({ core: 4, axon: 0 }),
  ],
  [
    'a bias above int32',
    /neuron 0 has bias 2147483648/,
    (m) => {
      firstCore(m).neurons[0].bias = 2 ** 31;
    },
  ],
  [
    'a shift that leaves nothing',
    /network.shift is 53/,
    (m) => {
      m.network.shift = 53;
    },
  ],
];

describe('a mapping', () => {
  it.each(BREAKS)('is refused with %s', (_, message, breakIt) => {
    const broken = copy(SYNAPSE_LIST());
    breakIt(broken);
    expect(() => checkMapping(broken)).toThrow(UsageError);
    expect(() => checkMapping(broken)).toThrow(message);
  });

  it.each([
    ['axonStart', 1, /array 0 of core 7 reads axons up to 3, the core has 2/],
    ['axons', 3, /array 0 of core 7 uses 3 rows of 2/],
    ['axons', 1, /core 7 has 2 axons, but only 1 array rows/],
    ['neuronStart', 1, /array 0 of core 7 feeds neuron slots up to 2, the core has 1/],
    ['neurons', 3, /array 0 of core 7 uses 6 columns of 4/],
  ] as const)('is refused with an array whose %s is %i', (field, value, message) => {
    const broken = copy(OFFSET());
    firstCore(broken).arrays[0][field] = value;
    expect(() => checkMapping(broken)).toThrow(message);
  });

  it.each([
    [{ levelsPerCell: 257 }, /a stored cell has 256 at most/],
    [
      { levelsPerCell: 256, columnWeights: [1, 256, 2 ** 16, 2 ** 24] },
      /weights of 4 cells of 256 levels with these columnWeights exceed int32/,
    ],
    [{ modulus: 2 ** 33 }, /storage.modulus is 8589934592/],
    [{ rowWeights: [2 ** 31] }, /storage.rowWeights has 2147483648/],
    [{ rowWeights: null }, /neuron 0 has a table of 0 weights for 1 kinds of rows/],
  ])('is refused with storage %o', (change, message) => {
    const broken = copy(OFFSET());
    Object.assign(broken.storage, change);
    expect(() => checkMapping(broken)).toThrow(message);
  });

  it('is refused with ten of its contradictions and the number of the others', () => {
    const broken = copy(SYNAPSE_LIST());
    for (let i = 0; i < 12; i++) broken.inputs.push({ index: 9, targets: [] });
    expect(() => checkMapping(broken)).toThrow(/(\n {2}input 9.*){10}\n {2}and 13 more$/);
  });

  it('is checked before the images are', () => {
    const broken = copy(SYNAPSE_LIST());
    broken.cores.pop();
    expect(() => loadChip(broken, new Uint8Array())).toThrow(/the mapping contradicts itself/);
  });
});
