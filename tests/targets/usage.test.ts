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
