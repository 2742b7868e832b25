// Do modules stay on cores of their own, whatever moves?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FitError, UsageError } from '../../src/core/errors.ts';
import { ModuleLimits } from '../../src/mapping/modules.ts';
import { checkConstraints, place } from '../../src/mapping/place.ts';
import type { Limits } from '../../src/mapping/solve/assignment.ts';
import { csrFromDense } from '../../src/network/csr.ts';
import { madeUpChip, randomProblem } from './support.ts';

/** Cores that hold units of two modules, counted. */
function mixedCores(core: ArrayLike<number>, module: ArrayLike<number>): number[] {
  return [...new Set(Array.from(core))].filter((id) => {
    const there = Array.from(core).flatMap((at, unit) => (at === id && module[unit] >= 0 ? [module[unit]] : []));
    return new Set(there).size > 1;
  });
}

const moduleOf = fc.array(fc.integer({ min: -1, max: 2 }), { minLength: 18, maxLength: 18 });

describe('ModuleLimits', () => {
  it('counts mixed cores beside those that break another limit, after any moves', () => {
    fc.assert(
      fc.property(moduleOf, fc.array(fc.tuple(fc.nat(17), fc.nat(3)), { maxLength: 80 }), (modules, moves) => {
        let moved = 0;
        const others: Limits = {
          illegal: 2,
          move: () => {
            moved++;
          },
        };
        const core = Int32Array.from({ length: 18 }, (_, unit) => unit % 4);
        const limits = new ModuleLimits(others, Int32Array.from(modules), core, 4);
        expect(limits.illegal).toBe(2 + mixedCores(core, modules).length);
        for (const [unit, to] of moves) {
          limits.move(unit, to);
          core[unit] = to;
          expect(limits.illegal).toBe(2 + mixedCores(core, modules).length);
        }
        expect(moved).toBe(moves.length);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a placement with modules', () => {
  it('mixes no two on a core, for every objective; units of no module go anywhere', () => {
    fc.assert(
      fc.property(fc.nat(500), moduleOf, fc.constantFrom('wire' as const, 'traffic' as const), (seed, modules, objective) => {
        const problem = randomProblem(seed, { rows: 4, columns: 4, density: 0.2 });
        const chip = madeUpChip({ wide: 3, high: 3, neurons: 5 });
        const { core } = place(problem, chip, { seed, effort: 0.1, modules: Int32Array.from(modules), objective });
        expect(mixedCores(core, modules)).toEqual([]);
        expect(Math.max(...Array.from({ length: 9 }, (_, id) => core.filter((at) => at === id).length))).toBeLessThanOrEqual(5);
      }),
      { numRuns: 15 },
    );
  });

  it('costs nothing where modules are not connected, and a known price where they are', () => {
    // Four cliques of four, a core's worth each: apart by clique nothing crosses a link; apart by parity every clique is torn in two.
    const clique = (unit: number) => Math.floor(unit / 4);
    const weights = Float32Array.from({ length: 256 }, (_, at) => (clique(at >> 4) === clique(at & 15) && at >> 4 !== (at & 15) ? 1 : 0));
    const empty = randomProblem(7, { rows: 4, columns: 4, inputs: 0, outputs: 0 });
    const problem = { ...empty, synapses: csrFromDense(weights, 16, 16) };
    const chip = madeUpChip({ wide: 2, high: 2, neurons: 4 });
    const costOf = (modules: Int32Array) => place(problem, chip, { seed: 1, modules }).cost.final;
    expect(costOf(Int32Array.from({ length: 16 }, (_, unit) => clique(unit)))).toBe(0);
    // Two of each clique share a core, the other two are a link away: 2 · 4 synapses for each.
    expect(costOf(Int32Array.from({ length: 16 }, (_, unit) => unit % 2))).toBeCloseTo(4 * 8, 4);
  });

  it('is refused where there are more modules than cores, with the number of cores that would do', () => {
    const problem = randomProblem(8, { rows: 4, columns: 4 });
    const chip = madeUpChip({ wide: 2, high: 2, neurons: 8 });
    const modules = Int32Array.from({ length: 18 }, (_, unit) => unit % 6);
    for (const refused of [
      () => place(problem, chip, { seed: 1, modules }),
      () => checkConstraints(problem, chip, { pins: new Map(), modules }),
    ]) {
      expect(refused).toThrow(FitError);
      expect(refused).toThrow(/6 modules on cores of their own: 6 cores, limit 4 \(fit\/modules; made-up.json, cores of one chip\)/);
    }
    expect(place(problem, chip, { seed: 1, modules: modules.map((module) => module % 4) }).core.length).toBe(18);
  });

  it('keeps to pins as well; those that bring two modules together are refused', () => {
    const problem = randomProblem(9, { rows: 4, columns: 4, density: 0.2 });
    const chip = madeUpChip({ wide: 3, high: 3, neurons: 4 });
    const modules = Int32Array.from({ length: 18 }, (_, unit) => (unit < 16 ? unit % 3 : -1));
    for (const seed of [1, 2, 3, 4]) {
      const pins = new Map([
        [0, 8],
        [3, 8],
        [16, 8],
        [1, 0],
        [2, 4],
      ]);
      const { core } = place(problem, chip, { seed, effort: 0.1, modules, pins });
      for (const [unit, id] of pins) expect(core[unit]).toBe(id);
      expect(mixedCores(core, modules)).toEqual([]);
    }
    const pins = new Map([
      [0, 8],
      [4, 8],
    ]);
    expect(() => place(problem, chip, { seed: 1, modules, pins })).toThrow(UsageError);
    expect(() => place(problem, chip, { seed: 1, modules, pins })).toThrow(
      'neuron 0 and neuron 4 are to be pinned to core 8, but are of different modules',
    );
  });
});
