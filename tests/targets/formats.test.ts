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

  it('are refused where the chip has no such width', () => {
    expect(() => weightFormat(loihi, 9)).toThrow(/cannot store weights of 9 bits; it has 0, 1, 2, 3, 4, 5, 6, 8 bits/);
    expect(() => weightFormat(rram, 1)).toThrow(/a sign needs 2/);
    expect(() => weightFormat(isaac, 7.5)).toThrow(/7\.5 bits/);
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
    expect(cells('levels=12')).toMatchObject({ levelsPerCell: 12, cellsPerWeight: 2, columnWeights: { length: 4 } });
    expect(cells('levels=12', 4)).toMatchObject({ levelsPerCell: 12, cellsPerWeight: 1, columnWeights: { length: 2 } });
    expect(cells('levels=3')).toMatchObject({ levelsPerCell: 3, cellsPerWeight: 5 });
    expect(cells('levels=3,cellsPerWeight=4')).toMatchObject({ cellsPerWeight: 4, columnWeights: { length: 8 } });
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

  it('need the number of types, and lie in rows by type', () => {
    expect(() => weightFormat(table({ 'limits.sharedConfigs': {} }))).toThrow(/needs limits\.sharedConfigs\.axonTypes of target rram-mesh/);
    expect(storageFormat(table())).toMatchObject({ coding: 'table', levelsPerCell: 2, rowWeights: null, classRows: [[0], [1], [2], [3]] });
  });
});

/** One row a source and one array a block. */
const PLAIN = { modulus: null, rowWeights: [1], classRows: [[0]], arraySigns: [1] };

describe('how a weight lies in a core', () => {
  it('is a mantissa in a list on Loihi', () => {
    expect(storageFormat(loihi)).toEqual({ kind: 'synapse-list', weightBits: 8, mantissaShift: 1, mantissaMax: 127, indexBits: 10 });
  });

  it('is eight cells with an offset on ISAAC, whatever the width of the values', () => {
    const storage = { kind: 'cells', coding: 'offset', levelsPerCell: 4, cellsPerWeight: 8, offset: 32768, ...PLAIN };
    const columnWeights = [1, 4, 16, 64, 256, 1024, 4096, 16384];
    expect(storageFormat(isaac)).toEqual({ ...storage, columnWeights, arrayRows: 128, arrayColumns: 128, arraysPerCore: 8 });
    expect(storageFormat(isaac, 16)).toEqual(storageFormat(isaac));
  });

  it('is a pair of digit groups on the RRAM mesh, seven cells for seven bits of magnitude', () => {
    const storage = { kind: 'cells', coding: 'pair', levelsPerCell: 2, cellsPerWeight: 7, offset: 0, ...PLAIN };
    const columnWeights = [1, 2, 4, 8, 16, 32, 64, -1, -2, -4, -8, -16, -32, -64];
    expect(storageFormat(rram)).toEqual({ ...storage, columnWeights, arrayRows: 256, arrayColumns: 256, arraysPerCore: 4 });
    expect(storageFormat(loadTarget('rram-mesh:bitsPerCell=2'))).toMatchObject({ cellsPerWeight: 4, columnWeights: { length: 8 } });
    expect(storageFormat(loadTarget('rram-mesh:bitsPerCell=8'))).toMatchObject({ cellsPerWeight: 1, columnWeights: { length: 2 } });
    expect(storageFormat(rram, 4)).toMatchObject({ cellsPerWeight: 3, columnWeights: { length: 6 } });
  });

  it('is refused where an array is narrower than a weight', () => {
    expect(() => storageFormat(loadTarget('rram-mesh:cols=13'))).toThrow(
      /a weight of 8 bits takes 14 columns of an array of target rram-mesh, which has 13/,
    );
    expect(storageFormat(loadTarget('rram-mesh:cols=14'))).toMatchObject({ arrayColumns: 14 });
  });

  it('is refused where packing rule and signs do not go together, or the rule is not modelled', () => {
    for (const change of [{ 'limits.packing': 'conv-kernel' }, { 'weight.signScheme': 'diff-pair' }]) {
      expect(() => storageFormat(loadChanged('loihi1', change))).toThrow(
        /packs synapses by .* with signs by .*; modelled are: loihi-blocks/,
      );
    }
  });
});

const count = (value: number | null) => ({ value, unit: '1', provenance: value === null ? 'not-published' : 'assumption', how: 'test' });
const bits = (value: number | null) => ({ ...count(value), unit: 'bit' });

describe('signs in an array', () => {
  /** A 256 × 256 array of cells with six bits. */
  const array = (signScheme: string, widths: number[], changes = {}) =>
    loadChanged('rram-mesh', {
      'weight.signScheme': signScheme,
      'weight.bits.value': widths,
      'crossbar.device.levels.value': null,
      'crossbar.bitsPerCell.value': 6,
      ...changes,
    });

  it('take two rows of a source with both, where a row has one sign', () => {
    for (const scheme of ['sign-per-row', 'sign-per-source']) {
      const target = array(scheme, [6]);
      // Six bits of magnitude; the sign is the row's.
      expect(weightFormat(target)).toMatchObject({ bits: 7, qmax: 63, step: 1 });
      expect(weightFormat(target, 4)).toMatchObject({ bits: 4, qmax: 7 });
      expect(storageFormat(target)).toMatchObject({
        coding: 'pair',
        levelsPerCell: 64,
        columnWeights: [1],
        rowWeights: [1, -1],
        classRows: [[0], [1]],
      });
    }
  });

  it('take two rows of every source, where a pair lies in rows, and no column more where it lies in one cell', () => {
    const inRows = storageFormat(array('diff-pair', [8], { 'crossbar.pair': 'rows', 'crossbar.cellsPerWeight': count(1) }));
    expect(inRows).toMatchObject({ columnWeights: [1], rowWeights: [1, -1], classRows: [[0, 1]], arrayColumns: 256 });
    const inCell = storageFormat(array('diff-pair', [8], { 'crossbar.pair': 'cell', 'crossbar.cellsPerWeight': count(2) }));
    expect(inCell).toMatchObject({ columnWeights: [1, 64, -1, -64], arrayColumns: 1024 });
  });

  it('take a second array for each, where negative weights lie apart', () => {
    const target = array('dual-array', [8], { 'crossbar.bitsPerCell.value': 1 });
    expect(storageFormat(target)).toMatchObject({ columnWeights: [1, 2, 4, 8, 16, 32, 64], arraySigns: [1, -1], rowWeights: [1] });
  });

  it('are within the number in two’s complement', () => {
    const storage = storageFormat(array('twos-complement', [8], { 'crossbar.bitsPerCell.value': 8 }));
    expect(storage).toMatchObject({ coding: 'complement', levelsPerCell: 256, columnWeights: [1], modulus: 256, rowWeights: [1] });
    expect(storageFormat(array('twos-complement', [8], { 'crossbar.bitsPerCell.value': 4 }))).toMatchObject({
      columnWeights: [1, 16],
      modulus: 256,
    });
  });

  it('are ±1 on two rows, so that weights are −2, 0 and 2, where a cell has two levels', () => {
    const target = array('binary-pm', [1], { 'crossbar.bitsPerCell.value': 1 });
    expect(weightFormat(target)).toEqual({ signScheme: 'binary-pm', bits: 2, qmax: 2, step: 2 });
    expect(storageFormat(target)).toMatchObject({ columnWeights: [2], offset: 1, classRows: [[0, 0]] });
  });

  it('are those that a cell of unknown bits holds', () => {
    expect(storageFormat(array('diff-pair', [4], { 'crossbar.bitsPerCell': bits(null) }))).toMatchObject({
      levelsPerCell: 8,
      columnWeights: [1, -1],
    });
  });
});

describe('signs in a list', () => {
  it('are the type of a dendrite beside a mask of currents that double', () => {
    const target = loadChanged('loihi1', {
      'limits.packing': 'cam-per-neuron',
      'weight.signScheme': 'base-weight-mask',
      'weight.bits.value': [4],
    });
    expect(weightFormat(target)).toMatchObject({ bits: 5, qmax: 15, step: 1 });
    expect(storageFormat(target)).toEqual({ kind: 'synapse-list', weightBits: 5, mantissaShift: 0, mantissaMax: 15, indexBits: null });
  });

  it('are those of the types of synapses, half of which excite', () => {
    const changes = { 'limits.packing': 'cam-per-neuron', 'weight.signScheme': 'excit-inhib-typed', 'weight.bits.value': [2] };
    const target = loadChanged('loihi1', { ...changes, 'limits.sharedConfigs.synapseTypes': count(4) });
    expect(weightFormat(target)).toMatchObject({ bits: 3, qmax: 2, step: 1 });
    expect(storageFormat(target)).toMatchObject({ weightBits: 3, mantissaMax: 2 });
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
