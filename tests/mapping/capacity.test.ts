// Can cores whose limits are said not to bind break one?
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { randomStream } from '../../src/core/random.ts';
import { onlyNumberCounts, unitLimit } from '../../src/mapping/capacity.ts';
import { Occupancy } from '../../src/mapping/occupancy.ts';
import { madeUpChip, randomProblem } from './support.ts';

const CORES = 6;

it('where only the number of units counts, no placement that keeps to it breaks a limit', () => {
  const axonMemory = (synapses: number) => 5 * Math.ceil(synapses / 3);
  const limit = (max: number) => fc.integer({ min: 1, max });
  const shape = {
    seed: fc.nat(1000),
    neurons: fc.integer({ min: 3, max: 9 }),
    axons: limit(60),
    axonsOut: limit(100),
    memory: limit(1000),
  };
  let loose = 0;
  fc.assert(
    fc.property(fc.record(shape), ({ seed, ...limits }) => {
      const { capacity } = madeUpChip({ ...limits, axonMemory });
      const problem = randomProblem(seed, { rows: 4, columns: 4, density: 0.2 });
      const most = unitLimit(capacity, problem.units);
      if (most * CORES < problem.units || !onlyNumberCounts(problem, capacity, CORES)) return;
      loose++;
      const random = randomStream(seed, 'cores');
      const held = new Int32Array(CORES);
      const core = Int32Array.from({ length: problem.units }, () => {
        let to = random.int(CORES);
        while (held[to] === most) to = (to + 1) % CORES;
        held[to]++;
        return to;
      });
      expect(new Occupancy(problem, core, CORES, capacity).illegal).toBe(0);
    }),
  );
  expect(loose).toBeGreaterThan(5);
});

it('counts axons and rows of the units that listen to most, and axons out to all other cores', () => {
  const problem = randomProblem(1, { rows: 4, columns: 4, density: 0.2 });
  const { indptr } = problem.synapses;
  const fanIns = Array.from({ length: problem.units }, (_, unit) => indptr[unit + 1] - indptr[unit]).sort((a, b) => b - a);
  const listened = fanIns[0] + fanIns[1] + fanIns[2];
  const most = Math.min(listened, problem.sources);
  const isLoose = (limits: { axons?: number; axonsOut?: number; targets?: number }) =>
    onlyNumberCounts(problem, madeUpChip({ neurons: 3, ...limits }).capacity, CORES);
  expect(isLoose({ axons: most })).toBe(true);
  expect(isLoose({ axons: most - 1 })).toBe(false);
  expect(isLoose({ axonsOut: 3 * (CORES - 1) })).toBe(true);
  expect(isLoose({ axonsOut: 3 * (CORES - 1) - 1 })).toBe(false);
  expect(isLoose({ targets: 100 })).toBe(false);
});
