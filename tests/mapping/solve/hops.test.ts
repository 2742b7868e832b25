import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HopTable, meshHops, pairHops } from '../../../src/mapping/solve/hops.ts';
import { meshDistance } from './support.ts';

const hopsOf = ({ table, row, column }: HopTable, a: number, b: number) => table[row[a] + column[b]];

describe('the table of a mesh', () => {
  it('holds |Δx| + |Δy| for every pair of cores', () => {
    const side = fc.integer({ min: 1, max: 7 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        const hops = meshHops(width, height);
        expect(hops.cores).toBe(width * height);
        const pairs = Array.from({ length: hops.cores ** 2 }, (_, k) => [k % hops.cores, Math.floor(k / hops.cores)]);
        expect(pairs.map(([a, b]) => hopsOf(hops, a, b))).toEqual(pairs.map(([a, b]) => meshDistance(width)(a, b)));
      }),
      { numRuns: 30 },
    );
  });

  it('takes one entry a difference of coordinates, not one a pair', () => {
    expect(meshHops(200, 300).table.length).toBe(399 * 599);
  });
});

describe('the table of pairs', () => {
  it('holds the distance that it was given, asymmetry included', () => {
    const hops = pairHops(5, (a, b) => 10 * a + b);
    expect(hops.cores).toBe(5);
    for (let a = 0; a < 5; a++) for (let b = 0; b < 5; b++) expect(hopsOf(hops, a, b)).toBe(10 * a + b);
  });

  it('agrees with the mesh', () => {
    const mesh = meshHops(4, 3);
    const pairs = pairHops(12, (a, b) => Math.abs((a % 4) - (b % 4)) + Math.abs((a >> 2) - (b >> 2)));
    for (let a = 0; a < 12; a++) for (let b = 0; b < 12; b++) expect(hopsOf(pairs, a, b)).toBe(hopsOf(mesh, a, b));
  });
});
