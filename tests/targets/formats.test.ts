import { describe, expect, it } from 'vitest';
import { executability, messageFormat, stateFormat, storageFormat, weightFormat } from '../../src/targets/formats.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { loadChanged } from './support.ts';

const loihi = loadTarget('loihi1');
const isaac = loadTarget('isaac-ce');
const rram = loadTarget('rram-mesh');

describe('weights a chip can store', () => {
  it('are even on Loihi, where mixed signs cost one bit', () => {
    expect(weightFormat(loihi)).toEqual({ signScheme: 'mixed-mode-lossy', bits: 8, qmax: 254, step: 2 });
    expect(weightFormat(loihi, 4)).toMatchObject({ qmax: 224, step: 32 });
  });

  it('lie in the next width that the chip has', () => {
    expect(weightFormat(loihi, 7)).toMatchObject({ bits: 7, qmax: 126, step: 2 });
    expect(storageFormat(loihi, 7)).toMatchObject({ weightBits: 8, mantissaShift: 1, mantissaMax: 63 });
  });

  it('are all integers of their width on the crossbars', () => {
    expect(weightFormat(isaac)).toMatchObject({ signScheme: 'offset-column', qmax: 127, step: 1 });
    expect(weightFormat(isaac, 16)).toMatchObject({ qmax: 32767, step: 1 });
    expect(weightFormat(rram)).toMatchObject({ signScheme: 'diff-pair', qmax: 127, step: 1 });
  });

  it('are refused where the chip has no such width or no such sign', () => {
    expect(() => weightFormat(loihi, 9)).toThrow(/cannot store weights of 9 bits; it has 0, 1, 2, 3, 4, 5, 6, 8 bits/);
    expect(() => weightFormat(rram, 1)).toThrow(/a sign needs 2/);
    expect(() => weightFormat(isaac, 7.5)).toThrow(/7\.5 bits/);
    expect(() => weightFormat(loadChanged('rram-mesh', { 'weight.signScheme': 'sign-per-row' }))).toThrow(
      /signs by sign-per-row; modelled are/,
    );
  });
});

describe('weights of devices with conductance levels', () => {
  it('are limited by what the cells of a weight hold, in any base', () => {
    expect(weightFormat(loadTarget('rram-mesh:levels=12,cellsPerWeight=1'))).toMatchObject({ qmax: 11, step: 1 });
    expect(weightFormat(loadTarget('rram-mesh:levels=5,cellsPerWeight=2'))).toMatchObject({ qmax: 24 });
    expect(weightFormat(loadTarget('rram-mesh:levels=3,cellsPerWeight=4'))).toMatchObject({ qmax: 80 });
  });

  it('and by the width that is asked for', () => {
    expect(weightFormat(loadTarget('rram-mesh:levels=12,cellsPerWeight=1'), 2)).toMatchObject({ qmax: 1 });
    expect(weightFormat(loadTarget('rram-mesh:levels=12,cellsPerWeight=2'))).toMatchObject({ qmax: 127 });
    expect(weightFormat(loadTarget('rram-mesh:levels=12'))).toMatchObject({ qmax: 127 });
  });

  it('are stored as digits in that base, in as many cells as the weight needs or the chip has', () => {
    const cells = (spec: string, bits = 8) => storageFormat(loadTarget(`rram-mesh:${spec}`), bits);
    expect(cells('levels=12')).toMatchObject({ levelsPerCell: 12, cellsPerWeight: 2, columnsPerNeuron: 4 });
    expect(cells('levels=12', 4)).toMatchObject({ levelsPerCell: 12, cellsPerWeight: 1, columnsPerNeuron: 2 });
    expect(cells('levels=3')).toMatchObject({ levelsPerCell: 3, cellsPerWeight: 5 });
    expect(cells('levels=3,cellsPerWeight=4')).toMatchObject({ cellsPerWeight: 4, columnsPerNeuron: 8 });
    // The number of levels counts, not the bits that a cell would have.
    expect(cells('levels=3,bitsPerCell=8')).toMatchObject({ levelsPerCell: 3 });
    expect(() => cells('levels=256,cellsPerWeight=8')).toThrow(/beyond int32/);
  });

  it('have two levels at least and as many as a byte names at most', () => {
    for (const levels of [1, 257])
      expect(() => loadChanged('rram-mesh', { 'crossbar.device.levels.value': levels })).toThrow(/crossbar\.device\.levels/);
  });
});

describe('weights from a table of axon types', () => {
  const table = (changes = {}) =>
    loadChanged('rram-mesh', {
      'weight.signScheme': 'axon-type-table',
      'weight.bits.value': [9],
      'limits.sharedConfigs': {
        axonTypes: { value: 4, unit: '1', provenance: 'architectural', source: 'S14' },
      },
      ...changes,
    });

  it('are four a neuron, signed and of nine bits, whatever width is asked for', () => {
    const format = { signScheme: 'axon-type-table', bits: 9, qmax: 255, step: 1, rowLevels: 4 };
    expect(weightFormat(table())).toEqual(format);
    expect(weightFormat(table(), 4)).toEqual(format);
  });

  it('need the number of types, and are not stored by a mapping', () => {
    expect(() => weightFormat(table({ 'limits.sharedConfigs': {} }))).toThrow(/needs limits\.sharedConfigs\.axonTypes of target rram-mesh/);
    expect(() => storageFormat(table())).toThrow(/stores signs by axon-type-table; modelled are/);
  });
});

describe('how a weight lies in a core', () => {
  it('is a mantissa in a list on Loihi', () => {
    expect(storageFormat(loihi)).toEqual({ kind: 'synapse-list', weightBits: 8, mantissaShift: 1, mantissaMax: 127, indexBits: 10 });
  });

  it('is eight cells with an offset on ISAAC, whatever the width of the values', () => {
    const storage = { kind: 'cells', scheme: 'offset', levelsPerCell: 4, cellsPerWeight: 8, offset: 32768, columnsPerNeuron: 8 };
    expect(storageFormat(isaac)).toEqual({ ...storage, arrayRows: 128, arrayColumns: 128, arraysPerCore: 8 });
    expect(storageFormat(isaac, 16)).toEqual(storageFormat(isaac));
  });

  it('is a pair of digit groups on the RRAM mesh, seven cells for seven bits of magnitude', () => {
    const storage = { kind: 'cells', scheme: 'differential', levelsPerCell: 2, cellsPerWeight: 7, offset: 0, columnsPerNeuron: 14 };
    expect(storageFormat(rram)).toEqual({ ...storage, arrayRows: 256, arrayColumns: 256, arraysPerCore: 4 });
    expect(storageFormat(loadTarget('rram-mesh:bitsPerCell=2'))).toMatchObject({ cellsPerWeight: 4, columnsPerNeuron: 8 });
    expect(storageFormat(loadTarget('rram-mesh:bitsPerCell=8'))).toMatchObject({ cellsPerWeight: 1, columnsPerNeuron: 2 });
    expect(storageFormat(rram, 4)).toMatchObject({ cellsPerWeight: 3, columnsPerNeuron: 6 });
  });

  it('is refused where an array is narrower than a weight', () => {
    expect(() => storageFormat(loadTarget('rram-mesh:cols=13'))).toThrow(
      /a weight of 8 bits takes 14 columns of an array of target rram-mesh, which has 13/,
    );
    expect(storageFormat(loadTarget('rram-mesh:cols=14'))).toMatchObject({ arrayColumns: 14 });
  });

  it('is refused where the packing is not modelled', () => {
    expect(() => storageFormat(loadChanged('loihi1', { 'limits.packing': 'conv-kernel' }))).toThrow(/packs synapses by conv-kernel/);
  });
});

describe('what a chip can run', () => {
  it('is not a rate network on binary spikes', () => {
    expect(executability(loihi)).toEqual({
      executable: false,
      reason: expect.stringMatching(/binary values of 1 bit.*states of 8 bits/),
    });
  });

  it('is a rate network on matrix–vector products, with the restriction said', () => {
    expect(executability(isaac)).toEqual({
      executable: true,
      reason: expect.stringMatching(/dense-mvm on values of 16 bits; recurrence is restricted: /),
    });
    expect(executability(rram)).toEqual({ executable: true, reason: 'the chip executes dense-mvm on values of 9 bits' });
  });

  it('is a rate network on fewer bits, if its states are no wider', () => {
    const narrow = loadChanged('rram-mesh', { 'activation.bits.value': 4 });
    expect(executability(narrow)).toEqual({
      executable: false,
      reason: 'the chip sends dense values of 4 bit, the network has states of 8 bits',
    });
    expect(executability(narrow, 5)).toMatchObject({ executable: false });
    expect(executability(narrow, 4)).toEqual({
      executable: true,
      reason: 'the chip executes dense-mvm on values of 4 bits; inputs of 8 bits enter in 2 parts',
    });
    expect(stateFormat(narrow, 4)).toMatchObject({ availableBits: 4, stateBits: 4, hmax: 15 });
  });

  it('is nothing recurrent without recurrence, and no rate network on spikes alone', () => {
    expect(executability(loadChanged('rram-mesh', { recurrence: 'none' }))).toMatchObject({ executable: false });
    expect(executability(loadChanged('loihi1', { 'activation.bits.value': 8 }))).toMatchObject({
      executable: false,
      reason: expect.stringContaining('event-snn'),
    });
  });
});

describe('states and messages', () => {
  it('have the width the chip offers beside the width the network uses', () => {
    expect(stateFormat(loihi)).toEqual({ kind: 'binary', availableBits: 1, stateBits: 8, hmax: 255, inputBits: 8 });
    expect(stateFormat(isaac)).toMatchObject({ kind: 'dense', availableBits: 16 });
  });

  it('are one message a neuron on event chips, and flits of several states elsewhere', () => {
    expect(messageFormat(loihi)).toMatchObject({ castMode: 'unicast-per-core', flitBits: 32 });
    expect(messageFormat(loihi).flits(25)).toBe(25);
    expect(messageFormat(rram)).toMatchObject({ castMode: 'dense-vector', flitBits: 32 });
    // 9 bits a value on the mesh, 16 on ISAAC, into flits of 32.
    expect([0, 1, 3, 4, 25].map(messageFormat(rram).flits)).toEqual([0, 1, 1, 2, 8]);
    expect([0, 1, 2, 3, 25].map(messageFormat(isaac).flits)).toEqual([0, 1, 1, 2, 13]);
  });
});
