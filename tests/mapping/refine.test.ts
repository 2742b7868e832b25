import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/random.ts';
import { Occupancy } from '../../src/mapping/occupancy.ts';
import type { MappingProblem } from '../../src/mapping/problem.ts';
import { Refinement } from '../../src/mapping/refine.ts';
import { sitesOf } from '../../src/mapping/sites.ts';
import { wiresOf, wiringCost } from '../../src/mapping/wires.ts';
import { type ChipShape, costByDefinition, madeUpChip, randomProblem } from './support.ts';

/** Units dealt out to all cores of a chip. */
function dealt(problem: MappingProblem, shape: ChipShape) {
  const chip = madeUpChip(shape);
  const { cores } = chip.topology;
  const { distance, port } = sitesOf(
    chip,
    Int32Array.from({ length: cores }, (_, core) => core),
  );
  const wires = wiresOf(problem);
  const core = Int32Array.from({ length: problem.units }, (_, unit) => unit % cores);
  const occupancy = new Occupancy(problem, core, cores, chip.capacity);
  const refinement = new Refinement(wires, occupancy, { between: distance, port });
  return { chip, wires, occupancy, refinement, cost: () => wiringCost(wires, occupancy.core, distance, port) };
}

describe('the cost', () => {
  it('in integers is the cost by definition, to the rounding of the weights', () => {
    const problem = randomProblem(5, { rows: 6, columns: 6 });
    const { chip, wires, occupancy, cost } = dealt(problem, {});
    expect(cost() * wires.scale).toBeCloseTo(costByDefinition(problem, chip, occupancy.core), 3);
    expect(Number.isInteger(cost())).toBe(true);
  });

  it('changes by exactly what a move or a swap promises, thousands of times', () => {
    const problem = randomProblem(6, { rows: 6, columns: 6, density: 0.3 });
    const { refinement, occupancy, cost } = dealt(problem, { wide: 3, high: 2, slots: 2, neurons: 100 });
    const random = randomStream(1, 'moves');
    let running = cost();
    for (let i = 0; i < 3000; i++) {
      const a = random.int(problem.units);
      const b = random.int(problem.units);
      const [coreA, coreB] = [occupancy.core[a], occupancy.core[b]];
      if (i % 2 === 0 || coreA === coreB) {
        const to = random.int(12);
        running += refinement.moveChange(a, to);
        refinement.move(a, to);
      } else {
        running += refinement.swapChange(a, b);
        refinement.move(a, coreB);
        refinement.move(b, coreA);
      }
      if (i % 100 === 0) expect(running).toBe(cost());
    }
    expect(running).toBe(cost());
  });
});

describe('the search over units', () => {
  it('ends where no move and no swap that is legal helps', () => {
    fc.assert(
      fc.property(fc.nat(1000), (seed) => {
        const problem = randomProblem(seed, { rows: 4, columns: 4 });
        const { refinement, occupancy, cost } = dealt(problem, { wide: 2, high: 2, neurons: 5, axons: 17 });
        const { illegal } = occupancy;
        const before = cost();
        refinement.descend();
        expect(cost()).toBeLessThanOrEqual(before);
        expect(occupancy.illegal).toBeLessThanOrEqual(illegal);
        for (let a = 0; a < problem.units; a++) {
          for (let to = 0; to < 4; to++) {
            const from = occupancy.core[a];
            if (from === to || refinement.moveChange(a, to) >= 0) continue;
            const allowed = occupancy.illegal;
            occupancy.move(a, to);
            expect(occupancy.illegal).toBeGreaterThan(allowed);
            occupancy.move(a, from);
          }
          for (let b = 0; b < a; b++) {
            const [coreA, coreB] = [occupancy.core[a], occupancy.core[b]];
            if (coreA === coreB || refinement.swapChange(a, b) >= 0) continue;
            const allowed = occupancy.illegal;
            occupancy.move(a, coreB);
            occupancy.move(b, coreA);
            expect(occupancy.illegal).toBeGreaterThan(allowed);
            occupancy.move(a, coreA);
            occupancy.move(b, coreB);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('breaks no limit while annealing, on cores that are full', () => {
    const problem = randomProblem(7, { rows: 5, columns: 6, outputs: 2 });
    const { refinement, occupancy } = dealt(problem, { wide: 2, high: 2, neurons: 8 });
    expect(occupancy.illegal).toBe(0);
    refinement.anneal(randomStream(1, 'anneal'), 5000, 0.5);
    expect(occupancy.illegal).toBe(0);
  });

  it('sends fewer messages where wires cost nothing', () => {
    const problem = randomProblem(8, { rows: 6, columns: 6, density: 0.1 });
    const { refinement, occupancy, cost } = dealt(problem, { wide: 1, high: 1, slots: 4, neurons: 12 });
    const before = occupancy.connections;
    refinement.anneal(randomStream(1, 'anneal'), 20_000, 0.05);
    expect(cost()).toBe(0);
    expect(occupancy.connections).toBeLessThan(0.9 * before);
  });
});
