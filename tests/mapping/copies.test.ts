// Do cuts leave room for copies and axons out, so that what is said to fit can be placed?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FitError } from '../../src/core/errors.ts';
import { randomStream } from '../../src/core/random.ts';
import { unitLimit } from '../../src/mapping/capacity.ts';
import type { Chip } from '../../src/mapping/chip.ts';
import { checkFit, checkPlacement } from '../../src/mapping/legality.ts';
import { partition } from '../../src/mapping/partition.ts';
import { place } from '../../src/mapping/place.ts';
import { type MappingProblem, mappingProblem } from '../../src/mapping/problem.ts';
import { csrFromDense } from '../../src/network/csr.ts';
import { demandByDefinition, madeUpChip, randomNetwork, randomProblem, synapsesOf } from './support.ts';

/** Neuron slots that each core needs: a neuron takes one for every `targets` cores that it reaches, at least one. */
function slotsByDefinition(problem: MappingProblem, core: ArrayLike<number>, targets: number): Map<number, number> {
  const slots = new Map<number, number>();
  for (let unit = 0; unit < problem.units; unit++) {
    const reached = new Set(
      synapsesOf(problem).flatMap((synapse) => (unit < problem.neurons && synapse.source === unit ? core[synapse.unit] : [])),
    );
    slots.set(core[unit], (slots.get(core[unit]) ?? 0) + Math.max(1, Math.ceil(reached.size / targets)));
  }
  return slots;
}

const shapes = fc.record({
  seed: fc.nat(1000),
  rows: fc.integer({ min: 1, max: 5 }),
  columns: fc.integer({ min: 1, max: 5 }),
  density: fc.double({ min: 0, max: 0.4, noNaN: true }),
  neurons: fc.integer({ min: 2, max: 12 }),
  targets: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  axonsOut: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
});

describe('a cut', () => {
  it('has room for copies and axons out, and a refusal has a reason', () => {
    fc.assert(
      fc.property(shapes, ({ seed, neurons, targets, axonsOut, ...shape }) => {
        const problem = randomProblem(seed, shape);
        const chip = madeUpChip({ wide: 5, high: 6, neurons, targets, axonsOut });
        const cut = partition(problem, chip);
        const { fits, violations } = checkFit(problem, chip);
        expect(fits).toBe(violations.length === 0);
        if (cut === null) {
          expect(fits).toBe(false);
          return;
        }
        for (const [, slots] of slotsByDefinition(problem, cut.group, targets ?? Number.POSITIVE_INFINITY))
          expect(slots).toBeLessThanOrEqual(neurons);
        for (const demand of demandByDefinition(problem, cut.group, () => 0)) {
          expect(demand.axonsOut).toBeLessThanOrEqual(axonsOut ?? Number.POSITIVE_INFINITY);
        }
      }),
    );
  });

  it('that is said to fit can be placed', () => {
    fc.assert(
      fc.property(shapes, ({ seed, neurons, targets, axonsOut, ...shape }) => {
        const problem = randomProblem(seed, shape);
        const chip = madeUpChip({ wide: 4, high: 3, neurons, targets, axonsOut });
        if (!checkFit(problem, chip).fits) return;
        expect(checkPlacement(problem, chip, place(problem, chip, { seed: 1, effort: 0.05 }))).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });
});

describe('planted neighbourhoods, whose neurons reach others too', () => {
  const BLOCK = 6;

  /** Side × side blocks of neurons, and a chip with a core for each of them, whose slots they fill up to the slack. */
  function planted(seed: number, side: number, slack: number): { readonly problem: MappingProblem; readonly chip: Chip } {
    const random = randomStream(seed, 'planted copies');
    const rows = side * BLOCK;
    const neurons = rows * rows;
    const blockOf = (unit: number) => side * Math.floor(unit / rows / BLOCK) + Math.floor((unit % rows) / BLOCK);
    const weights = new Float32Array(neurons * neurons);
    for (let from = 0; from < neurons; from++) {
      const reached = new Set([blockOf(from)]);
      while (random.uniform() < 0.5) reached.add(Math.floor(side * side * random.uniform()));
      for (let to = 0; to < neurons; to++) if (reached.has(blockOf(to)) && random.uniform() < 0.1) weights[to * neurons + from] = 1;
    }
    const network = randomNetwork(seed, { rows, columns: rows, inputs: 0, outputs: 0 });
    const problem = mappingProblem({ ...network, recurrent: csrFromDense(weights, neurons, neurons) }, null);
    const core = Int32Array.from({ length: neurons }, (_, unit) => blockOf(unit));
    const slots = Math.max(...slotsByDefinition(problem, core, 1).values());
    return { problem, chip: madeUpChip({ wide: side, high: side, neurons: Math.ceil(slack * slots), targets: 1 }) };
  }

  it.each([
    [4, 'half as many slots again as they need', 1, 2, 1.5],
    [4, 'a tenth of the slots to spare', 2, 2, 1.1],
    [4, 'no slot more than the fullest needs', 3, 2, 1],
    [9, 'no slot more than the fullest needs', 4, 3, 1],
  ])('are found on %i cores with %s', (_cores, _slots, seed, side, slack) => {
    const { problem, chip } = planted(seed, side, slack);
    expect(checkFit(problem, chip).fits).toBe(true);
    expect(checkPlacement(problem, chip, place(problem, chip, { seed: 1, effort: 0.05 }))).toEqual([]);
  });

  it('are refused where there are more neurons than slots', () => {
    const { problem, chip } = planted(1, 2, 0.5);
    expect(problem.units).toBeGreaterThan(4 * unitLimit(chip.capacity, problem.units));
    expect(checkFit(problem, chip)).toMatchObject({ fits: false, coresAvailable: 4 });
    expect(() => place(problem, chip, { seed: 1, effort: 0.05 })).toThrow(FitError);
  });
});

describe('a neuron that reaches more cores than a core has slots', () => {
  // Whatever shares a core: 80 targets, 8 a core, are on ten cores at least.
  const weights = new Float32Array(81 * 81);
  for (let to = 1; to < 81; to++) weights[81 * to] = 1;
  const network = randomNetwork(1, { rows: 9, columns: 9, inputs: 0, outputs: 0 });
  const problem = mappingProblem({ ...network, recurrent: csrFromDense(weights, 81, 81) }, null);

  it('is refused by name, and fits with as many slots as it needs', () => {
    const { violations, cores } = checkFit(problem, madeUpChip({ wide: 20, high: 5, neurons: 8, targets: 1 }));
    expect(cores).toBeNull();
    expect(violations).toMatchObject([{ rule: 'fit/abroad/neurons', subject: 'neuron 0', found: 80, limit: 8 }]);
    expect(violations[0].remedies[0]).toBe('prune the fan-out of neuron 0');
    expect(checkFit(problem, madeUpChip({ wide: 20, high: 5, neurons: 8, targets: 2 })).fits).toBe(true);
  });
});
