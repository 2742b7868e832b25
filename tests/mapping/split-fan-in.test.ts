import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mappingProblem } from '../../src/mapping/problem.ts';
import { fanInSplit, splitMatrix, splitProblem, splitSummary } from '../../src/mapping/split-fan-in.ts';
import { csrFromDense, denseFromCsr } from '../../src/network/csr.ts';
import { randomNetwork } from './support.ts';

describe('a unit with too large a fan-in', () => {
  // Unit 0 listens to seven sources, unit 1 to two.
  const matrix = csrFromDense(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 0, 8, 9, 0, 0, 0, 0), 2, 7);

  it('becomes a tree of sums that a core can take', () => {
    const split = fanInSplit(matrix, 3);
    if (split === null) throw new Error('seven are more than three');
    // ⌈7 / 3⌉ leaves, of two, two and three synapses; their sums are within the limit of the unit.
    expect([split.partials, [...split.root], [...split.level]]).toEqual([3, [0, 0, 0], [1, 1, 1]]);
    const parts = denseFromCsr(splitMatrix(matrix, split, 1));
    const rows = Array.from({ length: 5 }, (_, row) => [...parts.subarray(10 * row, 10 * row + 10)]);
    expect(rows).toEqual([
      [0, 0, 0, 0, 0, 0, 0, 1, 1, 1],
      [0, 8, 9, 0, 0, 0, 0, 0, 0, 0],
      [1, 2, 0, 0, 0, 0, 0, 0, 0, 0],
      [0, 0, 3, 4, 0, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 5, 6, 7, 0, 0, 0],
    ]);
  });

  it('of more than the square of the limit gets more levels', () => {
    const split = fanInSplit(matrix, 2);
    // Seven synapses, four sums of them, two sums of these.
    expect([split?.partials, [...(split?.level ?? [])]]).toEqual([6, [1, 1, 1, 1, 2, 2]]);
  });

  it('is none where all fit, and cannot be helped where not even two sums do', () => {
    expect(fanInSplit(matrix, 7)).toBeNull();
    expect(fanInSplit(matrix, 1)).toBeNull();
  });

  it('keeps each synapse once and computes the same sums, whatever the limit', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 2, max: 9 }), (seed, most) => {
        const problem = mappingProblem(randomNetwork(seed, { rows: 3, columns: 5, density: 0.6 }), null);
        const split = fanInSplit(problem.synapses, most);
        if (split === null) return;
        const { indptr, indices, values, rows, columns } = splitMatrix(problem.synapses, split, 1);
        for (let row = 0; row < rows; row++) expect(indptr[row + 1] - indptr[row]).toBeLessThanOrEqual(most);
        const x = Float64Array.from({ length: columns }, (_, source) => (source < problem.sources ? (source % 7) - 3 : 0));
        const sum = (row: number): number => {
          let total = 0;
          for (let at = indptr[row]; at < indptr[row + 1]; at++) {
            const below = indices[at] - problem.sources;
            total += values[at] * (below < 0 ? x[indices[at]] : sum(problem.units + below));
          }
          return total;
        };
        const whole = (unit: number) => {
          const { indptr: start, indices: from, values: weights } = problem.synapses;
          let total = 0;
          for (let at = start[unit]; at < start[unit + 1]; at++) total += weights[at] * x[from[at]];
          return total;
        };
        for (let unit = 0; unit < problem.units; unit++) expect(sum(unit)).toBeCloseTo(whole(unit), 4);
        const kept = [...split.entries].filter((entry) => entry >= 0).sort((a, b) => a - b);
        expect(kept).toEqual(Array.from(problem.synapses.values, (_, at) => at));
      }),
      { numRuns: 20 },
    );
  });
});

describe('a problem with split fan-ins', () => {
  it('has units and sources for the sums, at the place of their root, and says what they cost', () => {
    const problem = mappingProblem(
      randomNetwork(1, { rows: 2, columns: 3, inputs: 2, outputs: 1, density: 1 }),
      new Float64Array(8).fill(0.5),
    );
    const split = fanInSplit(problem.synapses, 4);
    if (split === null) throw new Error('every neuron has eight synapses');
    const parts = splitProblem(problem, split);
    // Six neurons with eight synapses and a readout unit with six: two sums each.
    expect(parts).toMatchObject({ partials: 14, units: 7 + 14, sources: 8 + 14, whole: problem });
    expect([...parts.rootOfUnit].slice(7)).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]);
    expect([...parts.unitOfSource].slice(6)).toEqual([-1, -1, ...Array.from({ length: 14 }, (_, p) => 7 + p)]);
    expect([...parts.position.subarray(14, 18)]).toEqual([0, 0, 0, 0]);
    expect([...(parts.activity ?? [])].slice(6)).toEqual([0.5, 0.5, ...Array(14).fill(1)]);
    expect(splitSummary(parts)).toMatchObject({ unitsSplit: 7, share: 1, extraUnits: 14, extraDepth: 1 });
    expect(splitSummary(problem)).toBeNull();
  });
});
