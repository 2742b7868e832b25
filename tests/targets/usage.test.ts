import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { storageFormat } from '../../src/targets/formats.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { arraysFor, coreCapacity, noDemand, synapseListBits } from '../../src/targets/usage.ts';
import { loadChanged } from './support.ts';

const loihi = coreCapacity(loadTarget('loihi1'));
const isaac = coreCapacity(loadTarget('isaac-ce'));
const rram = coreCapacity(loadTarget('rram-mesh'));
const nothing = noDemand();

describe('memory of synapse lists', () => {
  // 8-bit weights, 10 index bits; synapses an axon has in the core, bits per synapse, synapses a core holds.
  it.each([
    [1, 64, 16_384],
    [4, 32, 32_768],
    [8, 24, 43_688],
    [16, 20, 52_416],
    [64, 19, 55_168],
  ])('with %i synapses an axon takes %i bits a synapse, so a core holds %i', (synapses, bitsEach, held) => {
    const bits = loihi.axonMemory(synapses);
    expect(bits / synapses).toBe(bitsEach);
    expect(Math.floor(1_048_576 / bits) * synapses).toBe(held);
  });

  it('takes 9 bits a synapse in the dense format, which has no index', () => {
    const bits = synapseListBits(64, { synapsesPerBlock: 64, headerBits: 10, wordBits: 64, entryBits: 8 });
    expect(bits / 64).toBe(9);
    expect(Math.floor(1_048_576 / bits) * 64).toBe(116_480);
  });

  it('starts a block after every 64 synapses, and none for nothing', () => {
    expect(loihi.axonMemory(0)).toBe(0);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), (n) => {
        // Block by block, instead of whole blocks and a rest.
        let bits = 0;
        for (let left = n; left > 0; left -= 64) bits += 64 * Math.ceil((Math.min(left, 64) * 18 + 10) / 64);
        expect(loihi.axonMemory(n)).toBe(bits);
      }),
    );
  });
});

const quantity = (value: number | null, unit: '1' | 'bit' = '1') => ({
  value,
  unit,
  provenance: value === null ? 'not-published' : 'assumption',
  how: 'test',
});

describe('memory of other packing rules', () => {
  const packed = (rule: string, changes: Readonly<Record<string, unknown>>) =>
    coreCapacity(loadChanged('loihi1', { 'limits.packing': rule, 'weight.signScheme': 'twos-complement', ...changes }));

  it('is so much for a synapse and for a source, in a pool', () => {
    const pool = packed('byte-pool', { 'limits.synapsePool': { synapse: quantity(12, 'bit'), source: quantity(40, 'bit') } });
    expect([0, 1, 2, 10].map((n) => pool.axonMemory(n))).toEqual([0, 52, 64, 160]);
  });

  it('is a share of the chip’s memory, in rows of at most so many synapses', () => {
    const rows = {
      synapsesPerRow: quantity(4),
      header: quantity(96, 'bit'),
      synapse: quantity(32, 'bit'),
      poolPerChip: quantity(128_000, 'bit'),
    };
    const shared = packed('sdram-rows', { 'limits.synapseRows': rows });
    expect([0, 1, 4, 5].map((n) => shared.axonMemory(n))).toEqual([0, 128, 224, 352]);
    // 128 cores.
    expect(shared.usage(nothing)).toContainEqual({
      resource: 'synapseMemory',
      used: 0,
      limit: 1000,
      unit: 'bit',
      source: expect.stringMatching(/limits\.synapseRows\.poolPerChip \(assumption; shared evenly by 128 cores; test\)/),
    });
  });

  it('is unknown where a synapse’s share is: synapses are told, and nothing constrains them', () => {
    const pool = packed('byte-pool', { 'limits.synapsePool': { synapse: quantity(null, 'bit'), source: quantity(40, 'bit') } });
    expect(pool.usage({ ...nothing, synapses: 7, memory: 99 })).toContainEqual(
      expect.objectContaining({ resource: 'synapseMemory', used: 7, limit: null, unit: 'synapses' }),
    );
    expect(pool.axonMemory(5)).toBe(0);
    expect(pool.fits({ ...nothing, synapses: 1e9 })).toBe(true);
  });

  it('is none of its own in lists by neuron and in memories for all pairs', () => {
    for (const rule of ['cam-per-neuron', 'fanout-list', 'fixed-all-to-all']) {
      const capacity = packed(rule, { 'limits.axonsIn': quantity(300) });
      expect(capacity.usage(nothing).map(({ resource }) => resource)).toEqual(['neurons', 'axonsIn', 'axonsOut']);
      expect(capacity.axonMemory(9)).toBe(0);
    }
  });

  it('with copies in it is refused', () => {
    expect(() => coreCapacity(loadChanged('loihi1', { 'limits.targetsPerNeuron': quantity(1) }))).toThrow(/copies in such a memory/);
  });
});

describe('rows and arrays for signs', () => {
  it('count as the rows they are: two for a pair in rows, two arrays for a pair of arrays', () => {
    const inRows = coreCapacity(loadTarget('neurram'));
    expect(inRows.fits({ ...nothing, neurons: 256, axons: 128, rows: 128 })).toBe(true);
    expect(inRows.fits({ ...nothing, neurons: 256, axons: 129, rows: 129 })).toBe(false);
    const dual = coreCapacity(loadChanged('rram-mesh', { 'weight.signScheme': 'dual-array' }));
    // Seven cells of one bit a weight: 36 neurons to an array, two arrays for 256 rows, four in a core.
    expect(dual.fits({ ...nothing, neurons: 72, rows: 256 })).toBe(true);
    expect(dual.fits({ ...nothing, neurons: 73, rows: 256 })).toBe(false);
    expect(dual.fits({ ...nothing, neurons: 36, rows: 513 })).toBe(false);
  });

  it('a neuron with one sign a source drives one row; copies of it take slots', () => {
    const odin = coreCapacity(loadTarget('odin'));
    expect(odin.targetsPerNeuron).toBe(1);
    expect(odin.fits({ ...nothing, neurons: 200, copies: 56, rows: 256 })).toBe(true);
    expect(odin.fits({ ...nothing, neurons: 200, copies: 57, rows: 256 })).toBe(false);
    expect(odin.fits({ ...nothing, neurons: 200, rows: 257 })).toBe(false);
  });

  it('neurons and readout units that a core has apart are slots together', () => {
    const reckon = coreCapacity(loadTarget('reckon'));
    expect(reckon.usage(nothing)[0]).toMatchObject({ resource: 'neurons', limit: 256 + 16 });
    expect(reckon.stated.inputs).toMatchObject({ limit: 256, source: expect.stringContaining('reckon.json limits.inputs (') });
  });
});

describe('limits of a core', () => {
  it.each([
    ['neurons', 1024],
    ['axons', 4096],
    ['axonsOut', 4096],
    ['memory', 1_048_576],
  ] as const)('on Loihi: %s fit up to %i and not one more', (field, limit) => {
    expect(loihi.fits({ ...nothing, [field]: limit })).toBe(true);
    expect(loihi.load({ ...nothing, [field]: limit })).toBe(1);
    expect(loihi.fits({ ...nothing, [field]: limit + 1 })).toBe(false);
  });

  it('on Loihi: a pool that is full to the last bit fits, one synapse more does not', () => {
    // 862 axons of 64 synapses take 1216 bits each; 384 bits are left, which is what 20 synapses take.
    const use = (last: number) =>
      loihi.usage({ ...nothing, neurons: 64, axons: 863, memory: 862 * loihi.axonMemory(64) + loihi.axonMemory(last) });
    expect(use(20)).toContainEqual(expect.objectContaining({ resource: 'synapseMemory', used: 1_048_576, limit: 1_048_576, unit: 'bit' }));
    expect(use(21)).toContainEqual(expect.objectContaining({ resource: 'synapseMemory', used: 1_048_640 }));
  });

  it('on ISAAC: eight arrays hold 128 neurons behind 128 axons, and neither one more', () => {
    expect(isaac.fits({ ...nothing, neurons: 128, rows: 128 })).toBe(true);
    expect(isaac.fits({ ...nothing, neurons: 129, rows: 128 })).toBe(false);
    expect(isaac.fits({ ...nothing, neurons: 128, rows: 129 })).toBe(false);
    expect(isaac.fits({ ...nothing, neurons: 64, rows: 256 })).toBe(true);
    expect(isaac.fits({ ...nothing, neurons: 16, rows: 1024 })).toBe(true);
    expect(isaac.load({ ...nothing, neurons: 16, rows: 1025 })).toBe(9 / 8);
  });

  it('on the RRAM mesh: four arrays hold 18 neurons of 14 columns each behind 256 axons', () => {
    expect(rram.fits({ ...nothing, neurons: 72, rows: 256 })).toBe(true);
    expect(rram.fits({ ...nothing, neurons: 73, rows: 256 })).toBe(false);
    expect(rram.fits({ ...nothing, neurons: 36, rows: 512 })).toBe(true);
    expect(rram.fits({ ...nothing, neurons: 37, rows: 512 })).toBe(false);
  });

  it('count arrays as a rectangle, whatever the sparsity', () => {
    const storage = storageFormat(loadTarget('rram-mesh'));
    if (storage.kind !== 'cells') throw new Error('the mesh has cells');
    expect(arraysFor(storage, 300, 20)).toBe(2 * 2);
    expect(arraysFor(storage, 256, 18)).toBe(1);
    expect(arraysFor(storage, 256, 19)).toBe(2);
    expect(arraysFor(storage, 0, 19)).toBe(0);
  });

  it('come with file, field and provenance; an unknown limit is null and never binds', () => {
    const use = isaac.usage({ ...nothing, neurons: 20, axons: 130, rows: 130, axonsOut: 7 });
    expect(use).toEqual([
      {
        resource: 'neurons',
        used: 20,
        limit: null,
        unit: 'neurons',
        source: expect.stringMatching(/^isaac-ce\.json limits\.neurons \(not-published; /),
      },
      { resource: 'axonsIn', used: 130, limit: null, unit: 'rows', source: expect.any(String) },
      {
        resource: 'arrays',
        used: 4,
        limit: 8,
        unit: 'arrays',
        source: 'isaac-ce.json crossbar.arraysPerCore (architectural; S50: Table I)',
      },
    ]);
    expect(isaac.fits({ ...nothing, neurons: 1e6 })).toBe(true);
  });

  it('are refused where the packing rule or the kinds of cores are not modelled', () => {
    expect(() => coreCapacity(loadChanged('loihi1', { 'limits.packing': 'conv-kernel' }))).toThrow(
      /by conv-kernel \(kernels of layers, which hold no single synapses\); modelled are: loihi-blocks, byte-pool, sdram-rows, xbar-rect, /,
    );
    const count = { value: 1, unit: '1', provenance: 'assumption', how: 'test' };
    const limits = { neurons: count, axonsIn: count, packing: 'conv-kernel' };
    expect(() => coreCapacity(loadChanged('loihi1', { coreClasses: [{ count, limits }, { count, limits }] }))).toThrow(/2 kinds of cores/); // biome-ignore format: short
  });
});
