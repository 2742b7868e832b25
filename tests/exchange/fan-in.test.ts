import { describe, expect, it } from 'vitest';
import { largestFanIn, listsAreSmaller, sourceLists, weightLists } from '../../src/exchange/fan-in.ts';
import type { Csr } from '../../src/network/csr.ts';

/** A matrix whose rows hold the first `fanIn[row]` columns, with weights 1, 2, 3, …. */
function matrixOf(fanIn: readonly number[], columns: number): Csr<Int32Array> {
  const indptr = Int32Array.from([0, ...fanIn.map((_, row) => fanIn.slice(0, row + 1).reduce((a, b) => a + b, 0))]);
  const indices = Int32Array.from(fanIn.flatMap((count) => Array.from({ length: count }, (_, i) => i)));
  return { rows: fanIn.length, columns, indptr, indices, values: Int32Array.from(indices, (_, at) => at + 1) };
}

describe('fan-in lists', () => {
  it('hold sources and weights of every row, padded with source 0 and weight 0', () => {
    const matrix = matrixOf([2, 0, 3], 5);
    expect(sourceLists(matrix)).toEqual(Int32Array.of(0, 1, 0, 0, 0, 0, 0, 1, 2));
    expect(weightLists(matrix, Int8Array)).toEqual(Int8Array.of(1, 2, 0, 0, 0, 0, 3, 4, 5));
  });

  it('have one place a row for a matrix without entries', () => {
    expect(largestFanIn(matrixOf([0, 0], 3))).toBe(1);
    expect(weightLists(matrixOf([0, 0], 3), Int8Array)).toEqual(new Int8Array(2));
  });

  it('are used where five times the largest fan-in is less than the number of columns', () => {
    expect(listsAreSmaller(matrixOf([2, 1], 11))).toBe(true);
    expect(listsAreSmaller(matrixOf([2, 1], 10))).toBe(false);
    expect(listsAreSmaller(matrixOf([1, 3], 11))).toBe(false);
    expect(listsAreSmaller(matrixOf([0], 5))).toBe(false);
  });
});
