import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Occupancy } from '../../src/mapping/occupancy.ts';
import { demandByDefinition, madeUpChip, randomProblem } from './support.ts';

it('running totals, messages and broken limits equal a recount after any moves', () => {
  const axonMemory = (synapses: number) => 5 * Math.ceil(synapses / 3);
  const { capacity } = madeUpChip({ neurons: 8, axons: 14, axonsOut: 12, memory: 120, axonMemory });
  fc.assert(
    fc.property(fc.nat(1000), fc.array(fc.tuple(fc.nat(), fc.nat(4)), { maxLength: 60 }), (seed, moves) => {
      const problem = randomProblem(seed, { rows: 4, columns: 5, density: 0.25 });
      const occupancy = new Occupancy(
        problem,
        Array.from({ length: problem.units }, (_, unit) => unit % 5),
        5,
        capacity,
      );
      for (const [unit, to] of moves) occupancy.move(unit % problem.units, to);
      const recount = demandByDefinition(problem, occupancy.core, axonMemory);
      for (const { id, ...demand } of recount) expect(occupancy.totals[id]).toEqual(demand);
      expect(occupancy.illegal).toBe(recount.filter((demand) => !capacity.fits(demand)).length);
      expect(occupancy.excess).toBeCloseTo(
        recount.reduce((sum, demand) => sum + Math.max(0, capacity.load(demand) - 1), 0),
        9,
      );
      expect(occupancy.connections).toBe(recount.reduce((sum, { axonsOut }) => sum + axonsOut, 0));
    }),
  );
});
