// Does Reach know which cores each source reaches, however units move?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/random.ts';
import { Reach } from '../../src/mapping/reach.ts';
import { randomProblem, synapsesOf } from './support.ts';

const CORES = 5;

/** Targets of each source on each core, counted synapse by synapse. */
function counted(problem: ReturnType<typeof randomProblem>, core: ArrayLike<number>): number[][] {
  const table = Array.from({ length: problem.sources }, () => Array<number>(CORES).fill(0));
  for (const { unit, source } of synapsesOf(problem)) table[source][core[unit]]++;
  return table;
}

function told(reach: Reach, sources: number): number[][] {
  return Array.from({ length: sources }, (_, source) => Array.from({ length: CORES }, (_, core) => reach.targetsOn(source, core)));
}

describe('Reach', () => {
  // A number of cores for which a table is too large has the lists searched.
  it.each([CORES, 2 ** 20])('equals a count after any moves, and lists each core reached once, of %i cores', (width) => {
    fc.assert(
      fc.property(fc.nat(1000), fc.array(fc.tuple(fc.nat(17), fc.nat(CORES - 1)), { maxLength: 60 }), (seed, moves) => {
        const problem = randomProblem(seed, { rows: 4, columns: 4, density: 0.3 });
        const random = randomStream(seed, 'cores');
        const core = Int32Array.from({ length: problem.units }, () => random.int(CORES));
        const reach = new Reach(problem, width, core);
        expect(told(reach, problem.sources)).toEqual(counted(problem, core));
        const { indptr, indices } = problem.synapses;
        for (const [unit, to] of moves) {
          for (let at = indptr[unit]; at < indptr[unit + 1]; at++) {
            const [left, there] = [reach.remove(indices[at], core[unit]), reach.add(indices[at], to)];
            expect(there).toBe(reach.targetsOn(indices[at], to));
            if (to !== core[unit]) expect(left).toBe(reach.targetsOn(indices[at], core[unit]));
          }
          core[unit] = to;
        }
        const table = counted(problem, core);
        expect(told(reach, problem.sources)).toEqual(table);
        table.forEach((row, source) => {
          const listed = Array.from({ length: reach.count(source) }, (_, i) => reach.core(source, i));
          expect(listed.sort((a, b) => a - b)).toEqual(row.flatMap((targets, k) => (targets > 0 ? [k] : [])));
        });
      }),
      { numRuns: 100 },
    );
  });

  it('of a source without targets is nothing, and a core that is left by the last target is forgotten', () => {
    const synapses = { rows: 2, columns: 2, indptr: Int32Array.of(0, 1, 2), indices: Int32Array.of(0, 0), values: Float32Array.of(1, 1) };
    const reach = new Reach({ sources: 2, synapses }, 5, Int32Array.of(3, 4));
    expect([reach.count(0), reach.count(1), reach.targetsOn(1, 3)]).toEqual([2, 0, 0]);
    expect(reach.remove(0, 3)).toBe(0);
    expect([reach.count(0), reach.core(0, 0), reach.targetsOn(0, 3)]).toEqual([1, 4, 0]);
    expect(reach.add(0, 4)).toBe(2);
  });
});
