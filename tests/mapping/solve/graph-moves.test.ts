import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/core/random.ts';
import { Assignment } from '../../../src/mapping/solve/assignment.ts';
import { GraphMoves } from '../../../src/mapping/solve/graph-moves.ts';
import { CountedLimits, excessOf, isConsistent, madeUpProblem } from './made-problem.ts';

describe('moves on a graph', () => {
  it('cost what the objective changes by, swaps of neighbours included', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.boolean(), (seed, hasPort) => {
        const { problem, start, cost } = madeUpProblem({ seed, vertices: 9, width: 3, height: 2, hasPort });
        const moves = new GraphMoves(problem, new Assignment(problem, start));
        for (let v = 0; v < 9; v++) {
          for (let to = 0; to < 6; to++) {
            for (const partner of [-1, ...Array.from(start.keys()).filter((u) => u !== v && start[u] === to)]) {
              const after = Int32Array.from(start);
              after[v] = to;
              if (partner >= 0) after[partner] = start[v];
              if (to !== start[v]) expect(cost(start) + moves.change(v, partner, to)).toBe(cost(after));
            }
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  it('are done as a whole or not at all: capacities, fixed vertices and limits decide', () => {
    const outcomes = { done: 0, overfull: 0, fixed: 0, limited: 0 };
    fc.assert(
      fc.property(fc.nat(10_000), fc.integer({ min: 0, max: 6 }), (seed, most) => {
        const { problem, edges, start } = madeUpProblem({ seed, vertices: 12, width: 3, height: 2, largest: 2, fixed: 0.2 });
        const limits = new CountedLimits(edges, start, 6, most);
        const assignment = new Assignment(problem, start, limits);
        const moves = new GraphMoves(problem, assignment);
        const random = randomStream(seed, 'moves');
        for (let k = 0; k < 20; k++) {
          const [v, to] = [random.int(12), random.int(6)];
          if (to === assignment.core[v] || problem.fixed?.[v] === 1) continue;
          const partner = moves.partner(v, to, random);
          const before = Int32Array.from(assignment.core);
          const after = Int32Array.from(before);
          after[v] = to;
          if (partner >= 0) after[partner] = before[v];
          const isFixed = partner >= 0 && problem.fixed?.[partner] === 1;
          const { load, capacity } = new Assignment(problem, Int32Array.from(after));
          const isOverfull = excessOf({ load, capacity }) > 0;
          const isLimited = new CountedLimits(edges, after, 6, most).illegal > limits.illegal;
          const isDone = moves.apply(v, partner, to);
          expect(isDone).toBe(!isFixed && !isOverfull && !isLimited);
          expect(assignment.core).toEqual(isDone ? after : before);
          expect(limits.core).toEqual(assignment.core);
          expect(isConsistent(problem, assignment)).toBe(true);
          outcomes[isDone ? 'done' : isFixed ? 'fixed' : isOverfull ? 'overfull' : 'limited']++;
        }
      }),
      { numRuns: 30 },
    );
    for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(0);
  });

  it('are made if they are accepted, and then return their change', () => {
    const { problem, start, cost } = madeUpProblem({ seed: 2, vertices: 12, width: 3, height: 2, spare: 1 });
    const assignment = new Assignment(problem, start);
    const moves = new GraphMoves(problem, assignment);
    const random = randomStream(1, 'moves');
    let made = 0;
    for (let k = 0; k < 100; k++) {
      const [v, to] = [random.int(12), random.int(6)];
      if (to === assignment.core[v]) continue;
      const partner = moves.partner(v, to, random);
      const before = Int32Array.from(assignment.core);
      const offered: number[] = [];
      const change = moves.exchange(v, partner, to, (price) => {
        offered.push(price);
        return k % 2 === 0;
      });
      expect(cost(before) + change).toBe(cost(assignment.core));
      if (change !== 0) {
        made++;
        expect(k % 2).toBe(0);
        expect(offered).toEqual([change]);
      }
      if (k % 2 === 1) expect(assignment.core).toEqual(before);
    }
    expect(made).toBeGreaterThan(10);
  });

  it.each([
    { vertices: 12, beside: 2, name: 'or beside them where cores hold few' },
    { vertices: 120, beside: 0, name: 'where cores hold many' },
  ])('go to cores of neighbours $name, to any core now and then, and nowhere for a fixed vertex', ({ vertices, beside }) => {
    const [width, height] = [4, 3];
    const { problem, edges, start } = madeUpProblem({ seed: 3, vertices, width, height, density: 1.2 / vertices, fixed: 0.2 });
    const moves = new GraphMoves(problem, new Assignment(problem, start));
    const random = randomStream(1, 'moves');
    const distance = (a: number, b: number) =>
      Math.abs((a % width) - (b % width)) + Math.abs(Math.floor(a / width) - Math.floor(b / width));
    for (let v = 0; v < 12; v++) {
      const proposed = Array.from({ length: 800 }, () => moves.propose(v, random));
      if (problem.fixed?.[v] === 1) {
        expect(new Set(proposed)).toEqual(new Set([start[v]]));
        continue;
      }
      expect(new Set(proposed).size).toBe(12);
      const neighbours = edges.filter(([a, b]) => a === v || b === v).map(([a, b]) => start[a + b - v]);
      // One in eight is any core; `beside` in eight one of those nearest to the core of a neighbour; the rest that core itself.
      const expected = Array.from({ length: 12 }, (_, core) => {
        if (neighbours.length === 0) return 800 / 12;
        const share = neighbours.reduce((sum, at) => {
          const others = Array.from({ length: 12 }, (_, c) => c).filter((c) => c !== at && problem.grid.capacity[c] > 0);
          const least = Math.min(...others.map((c) => distance(c, at)));
          const nearest = others.filter((c) => distance(c, at) === least);
          return sum + (at === core ? (7 - beside) / 8 : nearest.includes(core) ? beside / 8 / nearest.length : 0);
        }, 0);
        return 800 * (1 / 8 / 12 + share / neighbours.length);
      });
      for (let core = 0; core < 12; core++)
        expect(Math.abs(proposed.filter((c) => c === core).length - expected[core])).toBeLessThan(5 * Math.sqrt(expected[core]));
    }
  });

  it('meet each vertex of the other core, or an empty place if the vertex fits in', () => {
    const { problem, start } = madeUpProblem({ seed: 5, vertices: 14, width: 3, height: 2, largest: 3, spare: 0.2 });
    const assignment = new Assignment(problem, start);
    const moves = new GraphMoves(problem, assignment);
    const random = randomStream(1, 'moves');
    for (let v = 0; v < 14; v++) {
      for (let to = 0; to < 6; to++) {
        if (to === start[v]) continue;
        const members = Array.from(start.keys()).filter((u) => start[u] === to);
        const fits = assignment.load[to] + problem.graph.size[v] <= problem.grid.capacity[to];
        // Nobody to meet and no room: an empty place too, which the exchange then refuses.
        const expected = new Set(fits || members.length === 0 ? [...members, -1] : members);
        expect(new Set(Array.from({ length: 100 }, () => moves.partner(v, to, random)))).toEqual(expected);
      }
    }
  });

  it('start from the mean over vertices of all that each pays for', () => {
    const { problem, start, cost } = madeUpProblem({ seed: 1, vertices: 10, width: 3, height: 2, hasPort: true });
    const moves = new GraphMoves(problem, new Assignment(problem, start));
    const toPort = start.reduce((sum, core, v) => sum + (problem.port?.weight[v] ?? 0) * (problem.port?.hops[core] ?? 0), 0);
    // Both ends of an edge pay for it.
    expect(moves.meanCost()).toBe((2 * (cost(start) - toPort) + toPort) / 10);
  });
});
