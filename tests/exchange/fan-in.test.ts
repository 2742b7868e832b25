import { describe, expect, it } from 'vitest';
import { fanInLists, largestFanIn, listsAreSmaller } from '../../src/exchange/fan-in.ts';
import type { Csr } from '../../src/network/csr.ts';

/** A matrix whose rows hold the first `fanIn[row]` columns, with weights 1, 2, 3, …. */
function matrixOf(fanIn: readonly number[], columns: number): Csr<Int32Array> {
  const indptr = Int32Array.from([0, ...fanIn.map((_, row) => fanIn.slice(0, row + 1).reduce((a, b) => a + b, 0))]);
  const indices = Int32Array.from(fanIn.flatMap((count) => Array.from({ length: count }, (_, i) => i)));
  return { rows: fanIn.length, columns, indptr, indices, values: Int32Array.from(indices, (_, at) => at + 1) };
}

describe('fan-in lists', () => {
  it('hold sources and weights of every row, padded with weight 0', () => {
    expect(fanInLists(matrixOf([2, 0, 3], 5), Int8Array)).toEqual({
      width: 3,
      sources: Int32Array.of(0, 1, 0, 0, 0, 0, 0, 1, 2),
      weights: Int8Array.of(1, 2, 0, 0, 0, 0, 3, 4, 5),
    });
  });

  it('have one place a row for a matrix without entries', () => {
    expect(largestFanIn(matrixOf([0, 0], 3))).toBe(1);
    expect(fanInLists(matrixOf([0, 0], 3), Int8Array)).toEqual({ width: 1, sources: new Int32Array(2), weights: new Int8Array(2) });
  });

  it('are used where five times the largest fan-in is less than the number of columns', () => {
    expect(listsAreSmaller(matrixOf([2, 1], 11))).toBe(true);
    expect(listsAreSmaller(matrixOf([2, 1], 10))).toBe(false);
    expect(listsAreSmaller(matrixOf([1, 3], 11))).toBe(false);
    expect(listsAreSmaller(matrixOf([0], 5))).toBe(false);
  });
});
