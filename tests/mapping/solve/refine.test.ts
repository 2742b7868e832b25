import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/core/random.ts';
import { meshHops } from '../../../src/mapping/solve/hops.ts';
import { nearPairs } from '../../../src/mapping/solve/near.ts';
import { refine } from '../../../src/mapping/solve/refine.ts';
import { CountedLimits, madeUpProblem } from './made-problem.ts';
import { graphOf, loads, meshCores, sheetEdges } from './support.ts';

describe('refinement', () => {
  it('returns the cost of what it leaves, never more than before, and breaks nothing', () => {
    let better = 0;
    fc.assert(
      fc.property(
        fc.nat(10_000),
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom(0, 300),
        fc.boolean(),
        (seed, vertices, proposals, isLimited) => {
          const { problem, edges, start, cost } = madeUpProblem({
            seed,
            vertices,
            width: 3,
            height: 2,
            largest: 2,
            hasPort: true,
            fixed: 0.1,
          });
          const before = Int32Array.from(start);
          const limits = (core: ArrayLike<number>) => new CountedLimits(edges, Int32Array.from(core), 6, 4).illegal;
          const limitsOf = isLimited ? (core: Int32Array) => new CountedLimits(edges, core, 6, 4) : null;
          const options = { pairs: nearPairs(problem.grid), rounds: 5, proposals, random: randomStream(seed, 'refine') };
          expect(refine(problem, start, cost(before), limitsOf, options)).toBe(cost(start));
          loads(start, 6, problem.graph.size).forEach((load, core) => {
            expect(load).toBeLessThanOrEqual(problem.grid.capacity[core]);
          });
          before.forEach((core, v) => {
            if (problem.fixed?.[v] === 1) expect(start[v]).toBe(core);
          });
          if (isLimited) expect(limits(start)).toBeLessThanOrEqual(limits(before));
          if (!isLimited || limits(start) === limits(before)) expect(cost(start)).toBeLessThanOrEqual(cost(before));
          if (cost(start) < cost(before)) better++;
        },
      ),
      { numRuns: 40 },
    );
    expect(better).toBeGreaterThan(10);
  });

  it('keeps what pairs of cores found if annealing ends worse', () => {
    // Tiles of a sheet are the best there is: a few hot proposals can only do harm.
    const problem = { graph: graphOf(64, sheetEdges(8, 8)), grid: meshCores(4, 4, 4), hops: meshHops(4, 4), port: null, fixed: null };
    const tiles = Int32Array.from({ length: 64 }, (_, v) => 4 * (v >> 4) + ((v % 8) >> 1));
    for (const proposals of [0, 1, 50, 2000]) {
      const core = Int32Array.from(tiles);
      const options = { pairs: nearPairs(problem.grid), rounds: 5, proposals, random: randomStream(1, 'refine') };
      expect(refine(problem, core, 48, null, options)).toBe(48);
    }
  });
});
