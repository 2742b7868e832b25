// Are pinned units where they have to be, and cores that are kept free empty but still part of the network?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FitError, UsageError } from '../../src/core/errors.ts';
import { chipOf } from '../../src/mapping/chip.ts';
import { checkFit } from '../../src/mapping/legality.ts';
import { place } from '../../src/mapping/place.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { costByDefinition, madeUpChip, randomProblem } from './support.ts';

describe('pinned units', () => {
  it('stay, whatever is searched for, on full chips and far away', () => {
    fc.assert(
      fc.property(
        fc.nat(500),
        fc.uniqueArray(fc.nat(17), { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(8), { minLength: 4, maxLength: 4 }),
        fc.constantFrom('wire' as const, 'traffic' as const, 'congestion' as const),
        (seed, units, cores, objective) => {
          const problem = randomProblem(seed, { rows: 4, columns: 4, density: 0.2 });
          const chip = madeUpChip({ wide: 3, high: 3, neurons: 4 });
          const pins = new Map(units.map((unit, i) => [unit, cores[i]]));
          const placement = place(problem, chip, { seed, effort: 0.1, pins, objective });
          for (const [unit, core] of pins) expect(placement.core[unit]).toBe(core);
          expect(placement.cost.final).toBeCloseTo(costByDefinition(problem, chip, placement.core), 3);
        },
      ),
      { numRuns: 15 },
    );
    const problem = randomProblem(1, { rows: 8, columns: 8, density: 0.05 });
    const chip = madeUpChip({ wide: 12, high: 12, neurons: 4 });
    expect(place(problem, chip, { seed: 1, effort: 0.1, pins: new Map([[3, 143]]) }).core[3]).toBe(143);
  });

  it('that are too many for a core are refused, and so are units and cores that there are not', () => {
    const problem = randomProblem(2, { rows: 3, columns: 3, inputs: 1, outputs: 1 });
    const chip = { ...madeUpChip({ wide: 2, high: 2, neurons: 3 }), keepFree: [2], usableCores: 3 };
    const placeWith = (...pins: [number, number][]) => place(problem, chip, { seed: 1, pins: new Map(pins) });
    expect(() => placeWith([0, 1], [1, 1], [2, 1], [9, 1])).toThrow(FitError);
    expect(() => placeWith([0, 1], [1, 1], [2, 1], [9, 1])).toThrow(
      'units pinned to core 1: 4 neurons, limit 3 (fit/pins; made-up.json limits.neurons); try: pin some of them to another core',
    );
    expect(() => placeWith([10, 1])).toThrow('unit 10 is to be pinned; the network has units 0 … 9');
    expect(() => placeWith([9, 4])).toThrow('readout 0 is to be pinned to core 4; made-up has cores 0 … 3');
    expect(() => placeWith([0, 2])).toThrow('neuron 0 is to be pinned to core 2, which is to be kept free');
    expect(() => placeWith([0, 2])).toThrow(UsageError);
  });
});

describe('cores that are kept free', () => {
  it('stay empty, and messages go through their routers', () => {
    // A row of three cores; the one in the middle is out of use.
    const problem = randomProblem(3, { rows: 2, columns: 4, inputs: 2, outputs: 0, density: 0.9 });
    const whole = madeUpChip({ wide: 3, high: 1, neurons: 4 });
    const chip = { ...whole, keepFree: [1], usableCores: 2 };
    const placement = place(problem, chip, { seed: 1 });
    expect([...new Set(placement.core)].sort()).toEqual([0, 2]);
    // Who is not in the same core is two links away.
    expect(chip.topology.hops(0, 2)).toEqual({ x: 2, y: 0 });
    expect(placement.cost.final).toBeCloseTo(costByDefinition(problem, whole, placement.core), 3);
  });

  it('are never used, for any number of them, until the network does not fit', () => {
    const problem = randomProblem(4, { rows: 5, columns: 5, density: 0.1 });
    const target = loadTarget('loihi1');
    for (const keepFree of [[0], [0, 1, 2, 3, 64, 65], Array.from({ length: 120 }, (_, core) => core)]) {
      const chip = chipOf(target, { maxNeuronsPerCore: 4, keepFree });
      const { core } = place(problem, chip, { seed: 1, effort: 0.1 });
      expect(core.filter((id) => keepFree.includes(id))).toEqual(new Int32Array());
    }
    const chip = chipOf(target, { maxNeuronsPerCore: 4, keepFree: Array.from({ length: 122 }, (_, core) => core) });
    expect(chip.usableCores).toBe(6);
    expect(checkFit(problem, chip)).toMatchObject({ fits: false, cores: 7, coresAvailable: 6 });
    expect(() => place(problem, chip, { seed: 1 })).toThrow(FitError);
  });

  it('have to be cores, and not all of them', () => {
    const target = loadTarget('loihi1');
    const keep = (keepFree: number[]) => () => chipOf(target, { maxNeuronsPerCore: null, keepFree });
    expect(keep([128])).toThrow('core 128 is to be kept free; loihi1 has cores 0 … 127');
    expect(keep(Array.from({ length: 128 }, (_, core) => core))).toThrow('all 128 cores of loihi1 are to be kept free');
    expect(keep([5, 3, 5])().keepFree).toEqual([3, 5]);
  });
});
