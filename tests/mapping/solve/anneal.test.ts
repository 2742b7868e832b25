import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/core/random.ts';
import { type Annealable, anneal } from '../../../src/mapping/solve/anneal.ts';
import { Assignment } from '../../../src/mapping/solve/assignment.ts';
import { GraphMoves } from '../../../src/mapping/solve/graph-moves.ts';
import { meshHops } from '../../../src/mapping/solve/hops.ts';
import { excessOf, isConsistent, madeUpProblem } from './made-problem.ts';
import { costByDefinition, graphOf, meshCores, meshDistance, sheetEdges } from './support.ts';

/** One vertex on a line of cores whose cost is the core's number; `exchange` allows what `allows` says. */
function walk(allows: (to: number) => boolean): Annealable & { readonly seen: Set<number> } {
  const core = Int32Array.of(5);
  const seen = new Set([5]);
  return {
    vertices: 1,
    core,
    seen,
    propose: (_, random) => random.int(10),
    partner: () => -1,
    exchange: (_, __, to, accepts) => {
      const change = to - core[0];
      if (!accepts(change) || !allows(to)) return 0;
      core[0] = to;
      seen.add(to);
      return change;
    },
  };
}

describe('annealing', () => {
  it('returns the change of the objective', () => {
    fc.assert(
      fc.property(
        fc.nat(10_000),
        fc.integer({ min: 1, max: 14 }),
        fc.boolean(),
        fc.double({ min: 0.1, max: 50, noNaN: true }),
        (seed, vertices, hasPort, heat) => {
          const { problem, start, cost } = madeUpProblem({ seed, vertices, width: 3, height: 2, largest: 2, hasPort, fixed: 0.2 });
          const before = Int32Array.from(start);
          const assignment = new Assignment(problem, start);
          const change = anneal(new GraphMoves(problem, assignment), randomStream(seed, 'anneal'), 400, heat);
          expect(cost(before) + change).toBe(cost(assignment.core));
          expect(excessOf(assignment)).toBe(0);
          expect(isConsistent(problem, assignment)).toBe(true);
          before.forEach((core, v) => {
            if (problem.fixed?.[v] === 1) expect(assignment.core[v]).toBe(core);
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('finds the lowest place it is allowed, and counts nothing that is refused', () => {
    const state = walk((to) => to !== 0 && to !== 7);
    expect(anneal(state, randomStream(1, 'anneal'), 2000, 3)).toBe(1 - 5);
    expect(state.core[0]).toBe(1);
    expect([...state.seen].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 8, 9]);
  });

  it('climbs when hot, and neither when cold nor without heat', () => {
    for (const heat of [0, 1e-6]) {
      const cold = walk(() => true);
      anneal(cold, randomStream(1, 'anneal'), 200, heat);
      expect(Math.max(...cold.seen)).toBe(5);
      expect(cold.core[0]).toBe(0);
    }
    const hot = walk(() => true);
    anneal(hot, randomStream(1, 'anneal'), 200, 1e6);
    expect(Math.max(...hot.seen)).toBe(9);
  });

  it('ends cold, however few the proposals', () => {
    // The last temperature is a fiftieth of the first: 0.02, where a step up has one chance in e^50.
    const accepted: boolean[] = [];
    const refuses: Annealable = {
      ...walk(() => true),
      exchange: (_, __, ___, accepts) => {
        accepted.push(accepts(1));
        return 0;
      },
    };
    anneal(refuses, randomStream(1, 'anneal'), 1000, 1);
    expect(accepted.length).toBeGreaterThan(850);
    expect(accepted.slice(0, 100).filter((is) => is).length).toBeGreaterThan(20);
    expect(accepted.slice(-200)).not.toContain(true);
  });

  it('does nothing without proposals', () => {
    const state = walk(() => true);
    expect(anneal(state, randomStream(1, 'anneal'), 0, 10)).toBe(0);
    expect(state.core[0]).toBe(5);
  });

  it('untangles a sheet that refinement by pairs would have to climb for', () => {
    // 4 × 4 vertices on 2 × 2 cores of four, columns and rows shuffled: 8 of 24 edges cross in the best of all placements.
    const edges = sheetEdges(4, 4);
    const problem = { graph: graphOf(16, edges), grid: meshCores(2, 2, 4), hops: meshHops(2, 2), port: null, fixed: null };
    const assignment = new Assignment(
      problem,
      Int32Array.from({ length: 16 }, (_, v) => v % 4),
    );
    anneal(new GraphMoves(problem, assignment), randomStream(1, 'anneal'), 20_000, 3);
    expect(costByDefinition(edges, meshDistance(2), assignment.core)).toBe(8);
  });
});
