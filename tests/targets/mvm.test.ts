import { describe, expect, it } from 'vitest';
import { loadTarget } from '../../src/targets/load.ts';
import { mvmCounts, rowsPerRead } from '../../src/targets/mvm.ts';
import { loadChanged } from './support.ts';

describe('rows read at once', () => {
  it('are all rows where the chip reads so', () => {
    expect(rowsPerRead(loadTarget('isaac-ce'))).toBe(128);
  });

  it.each([
    ['rram-mesh', 255],
    ['rram-mesh:adcBits=6', 63],
    ['rram-mesh:adcBits=6,bitsPerCell=2', 21],
    ['rram-mesh:adcBits=10', 256],
    ['rram-mesh:adcBits=10,dacBits=2,bitsPerCell=2', 113],
  ])('on %s are %i, so that no sum exceeds the converter', (spec, rows) => {
    expect(rowsPerRead(loadTarget(spec))).toBe(rows);
  });

  it('must be at least one', () => {
    expect(() => rowsPerRead(loadTarget('rram-mesh:adcBits=2,bitsPerCell=4'))).toThrow(
      /tell 4 sums apart, one row adds up to 15; try more adcBits/,
    );
  });
});

describe('a matrix–vector product', () => {
  it('on ISAAC takes 16 input cycles of whole arrays', () => {
    // 100 neurons are 800 columns: 7 arrays of 128 × 128, each one column a conversion.
    expect(mvmCounts(loadTarget('isaac-ce'), 128, 100)).toEqual({
      arrays: 7,
      reads: 1,
      inputCycles: 16,
      rowDrives: 7 * 128 * 16,
      cellReads: 7 * 128 * 128 * 16,
      conversions: 7 * 128 * 16,
    });
  });

  it('on the RRAM mesh converts again for every part of a split read', () => {
    // 300 axons fill 256 rows and 44: two reads of the first block, one of the second; 18 neurons fill a block of columns, 20 are two.
    expect(mvmCounts(loadTarget('rram-mesh'), 300, 20)).toEqual({
      arrays: 4,
      reads: 2,
      inputCycles: 9,
      rowDrives: 4 * 256 * 9,
      cellReads: 4 * 256 * 256 * 9,
      conversions: (2 + 1) * 2 * 256 * 9,
    });
  });

  it('splits no read for rows that are not used', () => {
    const at = (axons: number) => mvmCounts(loadTarget('rram-mesh:adcBits=6'), axons, 1)?.reads;
    expect([63, 64, 126, 127, 256, 300].map(at)).toEqual([1, 2, 2, 3, 5, 5]);
  });

  it('takes fewer cycles with inputs of more bits at once', () => {
    expect(mvmCounts(loadTarget('rram-mesh:dacBits=2'), 10, 10)?.inputCycles).toBe(5);
  });

  it('drives both rows of a pair, and converts a unit cell’s column once', () => {
    const count = (value: number) => ({ value, unit: '1', provenance: 'assumption', how: 'test' });
    const target = loadChanged('rram-mesh', {
      'crossbar.pair': 'cell',
      'crossbar.cellsPerWeight': count(2),
      'crossbar.bitsPerCell.value': 4,
    });
    // 256 neurons of four devices each in one array of 256 columns.
    expect(mvmCounts(target, 256, 256)).toMatchObject({ arrays: 1, cellReads: 256 * 256 * 9 });
  });

  it('of a core without axons is nothing', () => {
    expect(mvmCounts(loadTarget('rram-mesh'), 0, 5)).toMatchObject({ arrays: 0, reads: 0, rowDrives: 0, cellReads: 0, conversions: 0 });
  });

  it('does not exist on chips without crossbars', () => {
    expect(mvmCounts(loadTarget('loihi1'), 128, 100)).toBeNull();
  });
});
