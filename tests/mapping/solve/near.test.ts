import { describe, expect, it } from 'vitest';
import { nearPairs } from '../../../src/mapping/solve/near.ts';
import { meshCores } from './support.ts';

function pairsOf(pairs: Int32Array): number[][] {
  return Array.from({ length: pairs.length / 2 }, (_, p) => [pairs[2 * p], pairs[2 * p + 1]]);
}

/** Pairs a < b of cores with room for which a condition holds, by the first, then the second. */
function pairsWhere(capacity: ArrayLike<number>, isNear: (a: number, b: number) => boolean): number[][] {
  const cores = Array.from({ length: capacity.length }, (_, core) => core).filter((core) => capacity[core] > 0);
  return cores.flatMap((a) => cores.filter((b) => a < b && isNear(a, b)).map((b) => [a, b]));
}

const touches = (width: number) => (a: number, b: number) =>
  Math.max(Math.abs((a % width) - (b % width)), Math.abs(Math.floor(a / width) - Math.floor(b / width))) <= 1;

describe('near pairs', () => {
  it('are all pairs of few cores', () => {
    expect(pairsOf(nearPairs(meshCores(8, 5, 1)))).toEqual(pairsWhere(new Array(40).fill(1), () => true));
    expect(pairsOf(nearPairs(meshCores(1, 1, 1)))).toEqual([]);
  });

  it('are those whose tiles touch, corners included, of more than 40', () => {
    expect(pairsOf(nearPairs(meshCores(7, 6, 1)))).toEqual(pairsWhere(new Array(42).fill(1), touches(7)));
    // Of 7·6 cores: 6·6 pairs in rows, 7·5 in columns, 2·6·5 across corners.
    expect(nearPairs(meshCores(7, 6, 1)).length / 2).toBe(36 + 35 + 60);
  });

  it.each([[3], [9]])('leave out cores without room, on a mesh %i wide', (width) => {
    const capacity = Array.from({ length: width * 5 }, (_, core) => (core % 4 === 1 ? 0 : 2));
    const isNear = width === 3 ? () => true : touches(width);
    expect(pairsOf(nearPairs(meshCores(width, 5, capacity)))).toEqual(pairsWhere(capacity, isNear));
  });

  it('include cores that share a tile', () => {
    // Two cores a tile, 25 tiles in a row.
    const grid = { x: Int32Array.from({ length: 50 }, (_, k) => k >> 1), y: new Int32Array(50), capacity: new Float64Array(50).fill(1) };
    expect(pairsOf(nearPairs(grid))).toEqual(pairsWhere(grid.capacity, (a, b) => Math.abs((a >> 1) - (b >> 1)) <= 1));
  });
});
