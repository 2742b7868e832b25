import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/core/random.ts';
import { Assignment } from '../../../src/mapping/solve/assignment.ts';
import { meshHops } from '../../../src/mapping/solve/hops.ts';
import type { SolverProblem } from '../../../src/mapping/solve/problem.ts';
import { graphOf, loads, meshCores } from './support.ts';

/** Vertices of some sizes on a row of cores. */
function unconnected(size: ArrayLike<number>, cores: number): SolverProblem {
  return { graph: graphOf(size.length, [], size), grid: meshCores(cores, 1, 0), hops: meshHops(cores, 1), port: null, fixed: null };
}

function membersOf(assignment: Assignment, core: number): number[] {
  return Array.from({ length: assignment.count[core] }, (_, i) => assignment.member(core, i)).sort((a, b) => a - b);
}

describe('an assignment', () => {
  it('agrees with a recount after any moves', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 5 }), (seed, n, cores) => {
        const random = randomStream(seed, 'moves');
        const size = Int32Array.from({ length: n }, () => 1 + random.int(4));
        const expected = Int32Array.from({ length: n }, () => random.int(cores));
        const assignment = new Assignment(unconnected(size, cores), Int32Array.from(expected));
        const changed = new Array<number>(cores).fill(0);
        for (let move = 0; move <= 12; move++) {
          expect(assignment.core).toEqual(expected);
          expect(assignment.time).toBe(move);
          expect(Array.from(assignment.changed)).toEqual(changed);
          expect(Array.from(assignment.load)).toEqual(loads(expected, cores, size));
          for (let core = 0; core < cores; core++) {
            expect(membersOf(assignment, core)).toEqual(Array.from(expected.keys()).filter((v) => expected[v] === core));
          }
          const [v, to] = [random.int(n), random.int(cores)];
          changed[expected[v]] = changed[to] = move + 1;
          expected[v] = to;
          // Without limits the two are the same.
          if (move % 2 === 0) assignment.move(v, to);
          else assignment.follow(v, to);
        }
      }),
    );
  });

  it('works on the array that it is given', () => {
    const core = Int32Array.of(0, 0);
    new Assignment(unconnected([1, 1], 2), core).move(1, 1);
    expect(core).toEqual(Int32Array.of(0, 1));
  });

  it('tells limits of moves before it makes them, and not of those that they know', () => {
    const core = Int32Array.of(0, 0);
    const told: number[][] = [];
    const limits = { illegal: 0, move: (v: number, to: number) => told.push([v, core[v], to]) };
    const assignment = new Assignment(unconnected([1, 1], 2), core, limits);
    assignment.move(1, 1);
    assignment.follow(0, 1);
    expect(told).toEqual([[1, 0, 1]]);
    expect(core).toEqual(Int32Array.of(1, 1));
  });
});
