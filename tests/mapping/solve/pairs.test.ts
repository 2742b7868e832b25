import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Assignment } from '../../../src/mapping/solve/assignment.ts';
import { meshHops } from '../../../src/mapping/solve/hops.ts';
import { PairRefinement } from '../../../src/mapping/solve/pairs.ts';
import { CountedLimits, excessOf, isConsistent, madeUpProblem } from './made-problem.ts';
import { type Edge, graphOf, meshCores } from './support.ts';

const shapes = fc.noBias(
  fc.record({
    seed: fc.nat(10_000),
    vertices: fc.integer({ min: 1, max: 16 }),
    width: fc.integer({ min: 2, max: 3 }),
    height: fc.integer({ min: 1, max: 2 }),
    density: fc.constantFrom(0.1, 0.3, 0.7),
    largest: fc.constantFrom(1, 1, 3),
    spare: fc.constantFrom(0, 0.1, 0.5),
    hasPort: fc.boolean(),
    fixed: fc.constantFrom(0, 0, 0.3),
  }),
);

/** Every pair of cores, one after the other. */
function* pairsOf(cores: number): Generator<[number, number]> {
  for (let a = 0; a < cores; a++) for (let b = 0; b < cores; b++) if (a !== b) yield [a, b];
}

describe('the refinement of a pair of cores', () => {
  it('returns what it gains, never makes a legal state worse, keeps to capacities, and moves nobody else', () => {
    let gains = 0;
    fc.assert(
      fc.property(shapes, (shape) => {
        const { problem, start, cost } = madeUpProblem(shape);
        const assignment = new Assignment(problem, start);
        const refinement = new PairRefinement(problem, assignment);
        for (const [a, b] of pairsOf(problem.hops.cores)) {
          const before = Int32Array.from(assignment.core);
          const gain = refinement.improve(a, b);
          if (gain > 0) gains++;
          expect(gain).toBe(cost(before) - cost(assignment.core));
          expect(gain).toBeGreaterThanOrEqual(0);
          expect(excessOf(assignment)).toBe(0);
          expect(isConsistent(problem, assignment)).toBe(true);
          before.forEach((core, v) => {
            const mayMove = (core === a || core === b) && problem.fixed?.[v] !== 1;
            expect(mayMove ? [a, b] : [core]).toContain(assignment.core[v]);
          });
        }
      }),
      { numRuns: 40 },
    );
    expect(gains).toBeGreaterThan(10);
  });

  it('respects limits beyond capacities and leaves them where the vertices are', () => {
    let decided = 0;
    fc.assert(
      fc.property(shapes, fc.noBias(fc.integer({ min: 0, max: 5 })), (shape, most) => {
        const { problem, edges, start, cost } = madeUpProblem(shape);
        const { cores } = problem.hops;
        const limits = new CountedLimits(edges, start, cores, most);
        const free = new Assignment(problem, Int32Array.from(start));
        const assignment = new Assignment(problem, start, limits);
        const refinement = new PairRefinement(problem, assignment);
        for (const [a, b] of pairsOf(cores)) {
          const before = Int32Array.from(assignment.core);
          const illegal = limits.illegal;
          const gain = refinement.improve(a, b);
          expect(limits.core).toEqual(assignment.core);
          expect(gain).toBe(cost(before) - cost(assignment.core));
          expect(limits.illegal).toBeLessThanOrEqual(illegal);
          // What makes no core legal has to gain.
          if (limits.illegal === illegal) expect(gain).toBeGreaterThanOrEqual(0);
          expect(excessOf(assignment)).toBe(0);
          expect(isConsistent(problem, assignment)).toBe(true);
        }
        const unlimited = new PairRefinement(problem, free);
        for (const [a, b] of pairsOf(cores)) unlimited.improve(a, b);
        if (!free.core.every((core, v) => core === assignment.core[v])) decided++;
      }),
      { numRuns: 40 },
    );
    expect(decided).toBeGreaterThan(0);
  });

  it('brings a core that holds too much within its capacity, at any price', () => {
    // A clique of four on a core for two: two of six edges stay short, four cross.
    const edges: Edge[] = [];
    for (let a = 0; a < 4; a++) for (let b = a + 1; b < 4; b++) edges.push([a, b, 1]);
    const problem = { graph: graphOf(4, edges), grid: meshCores(2, 1, 2), hops: meshHops(2, 1), port: null, fixed: null };
    const assignment = new Assignment(problem, new Int32Array(4));
    expect(new PairRefinement(problem, assignment).improve(0, 1)).toBe(-4);
    expect(Array.from(assignment.load)).toEqual([2, 2]);
  });

  it('exchanges vertices of full cores', () => {
    // Two triangles and a bridge, one vertex of each on the wrong side, no room at all: only by a detour over 4 and 2.
    const edges: Edge[] = [
      [0, 1, 1],
      [0, 2, 1],
      [1, 2, 1],
      [3, 4, 1],
      [3, 5, 1],
      [4, 5, 1],
      [2, 3, 1],
    ];
    const problem = { graph: graphOf(6, edges), grid: meshCores(2, 1, 3), hops: meshHops(2, 1), port: null, fixed: null };
    const assignment = new Assignment(problem, Int32Array.of(0, 0, 1, 0, 1, 1));
    // Edges 0–2, 1–2, 3–4, 3–5 and 2–3 cross; at the end 2–3 alone.
    expect(new PairRefinement(problem, assignment).improve(0, 1)).toBe(4);
    expect(Array.from(assignment.core)).toEqual([0, 0, 0, 1, 1, 1]);
  });

  it('moves to an empty core that is nearer to neighbours elsewhere', () => {
    // Vertex 1 is fixed on core 2 of a row of three; 0 starts on core 0 with core 1 empty.
    const problem = {
      graph: graphOf(2, [[0, 1, 7]]),
      grid: meshCores(3, 1, 1),
      hops: meshHops(3, 1),
      port: null,
      fixed: Uint8Array.of(0, 1),
    };
    const assignment = new Assignment(problem, Int32Array.of(0, 2));
    const refinement = new PairRefinement(problem, assignment);
    expect(refinement.improve(0, 1)).toBe(7);
    expect(refinement.improve(1, 2)).toBe(0);
    expect(refinement.improve(0, 1)).toBe(0);
    expect(Array.from(assignment.core)).toEqual([1, 2]);
  });
});
