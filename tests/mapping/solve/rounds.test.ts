import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Assignment } from '../../../src/mapping/solve/assignment.ts';
import { meshHops } from '../../../src/mapping/solve/hops.ts';
import { nearPairs } from '../../../src/mapping/solve/near.ts';
import { refineRounds } from '../../../src/mapping/solve/rounds.ts';
import { CountedLimits, excessOf, isConsistent, madeUpProblem } from './made-problem.ts';
import { graphOf, meshCores, sheetEdges } from './support.ts';

describe('rounds of refinement', () => {
  it('return what they gain, never make a legal state worse, and keep to limits', () => {
    fc.assert(
      fc.property(
        fc.nat(10_000),
        fc.integer({ min: 1, max: 24 }),
        fc.integer({ min: 0, max: 4 }),
        fc.boolean(),
        (seed, vertices, rounds, isLimited) => {
          const { problem, edges, start, cost } = madeUpProblem({ seed, vertices, width: 6, height: 3 });
          const before = cost(start);
          const limits = isLimited ? new CountedLimits(edges, start, 18, 3) : null;
          const illegal = limits?.illegal ?? 0;
          const assignment = new Assignment(problem, start, limits);
          const gained = refineRounds(problem, assignment, nearPairs(problem.grid), before, rounds);
          expect(gained).toBe(before - cost(assignment.core));
          expect(excessOf(assignment)).toBe(0);
          expect(isConsistent(problem, assignment)).toBe(true);
          expect(limits?.illegal ?? 0).toBeLessThanOrEqual(illegal);
          if (!isLimited) expect(gained).toBeGreaterThanOrEqual(0);
          if (rounds === 0) expect(gained).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('go on until nothing is gained', () => {
    // A path of 40 from end to end of a row of 20 cores, two each, folded: 0 39, 1 38, …; a round moves a vertex a few cores.
    const path = sheetEdges(40, 1);
    const problem = { graph: graphOf(40, path), grid: meshCores(20, 1, 3), hops: meshHops(20, 1), port: null, fixed: null };
    const folded = () => Int32Array.from({ length: 40 }, (_, v) => Math.min(v, 39 - v));
    const gainedIn = (rounds: number) => {
      const assignment = new Assignment(problem, folded());
      return refineRounds(problem, assignment, nearPairs(problem.grid), 38, rounds);
    };
    expect(gainedIn(1)).toBeGreaterThan(0);
    expect(gainedIn(100)).toBeGreaterThanOrEqual(gainedIn(1));
    expect(gainedIn(1000)).toBe(gainedIn(100));
  });

  it('go on after a round that pays for a legal state', () => {
    // A sheet on 7 × 7 cores in equal tiles, one core with room for one of its four: the first round ends 6 dearer, the next gains 1.
    const grid = meshCores(
      7,
      7,
      Array.from({ length: 49 }, (_, core) => (core === 12 ? 1 : 5)),
    );
    const problem = { graph: graphOf(196, sheetEdges(14, 14)), grid, hops: meshHops(7, 7), port: null, fixed: null };
    const tiles = Int32Array.from({ length: 196 }, (_, v) => 7 * Math.floor(v / 28) + ((v % 14) >> 1));
    const assignment = new Assignment(problem, tiles);
    expect(refineRounds(problem, assignment, nearPairs(grid), 182, 100)).toBe(-5);
    expect(excessOf(assignment)).toBe(0);
    expect(refineRounds(problem, assignment, nearPairs(grid), 187, 100)).toBe(0);
  });
});
