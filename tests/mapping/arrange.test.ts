import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/random.ts';
import { arrange, type Sites } from '../../src/mapping/arrange.ts';
import { sitesFor, sitesOf, startingSites } from '../../src/mapping/sites.ts';
import { groupWires, type Wires, wiresOf, wiringCost } from '../../src/mapping/wires.ts';
import { costByDefinition, madeUpChip, randomProblem } from './support.ts';

/** Groups with random wires to each other and to the port. */
function randomWires(seed: number, groups: number): Wires {
  const problem = randomProblem(seed, { rows: 1, columns: groups, outputs: 0, density: 0.8 });
  return wiresOf(problem);
}

const costOf = (wires: Wires, sites: Sites, site: Int32Array) => wiringCost(wires, site, sites.distance, sites.port);

function* permutations(items: readonly number[]): Generator<number[]> {
  if (items.length === 0) yield [];
  for (const first of items) for (const rest of permutations(items.filter((item) => item !== first))) yield [first, ...rest];
}

describe('groups on cores', () => {
  it('find the arrangement that trying all of them finds', () => {
    const chip = madeUpChip({ wide: 3, high: 2 });
    const sites = sitesOf(chip, Int32Array.of(0, 1, 2, 3, 4, 5));
    for (let seed = 0; seed < 10; seed++) {
      const wires = randomWires(seed, 5);
      const all = [...permutations([0, 1, 2, 3, 4, 5])].map((site) => costOf(wires, sites, Int32Array.from(site.slice(0, 5))));
      const found = arrange(wires, sites, Int32Array.of(0, 1, 2, 3, 4), randomStream(seed, 'test'), 20_000);
      expect(costOf(wires, sites, found)).toBe(Math.min(...all));
    }
  });

  it('never cost more than the start, however few the moves, and stay on different sites', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 9 }), fc.nat(50), (seed, groups, moves) => {
        const sites = sitesOf(
          madeUpChip({ wide: 3, high: 3 }),
          Int32Array.from({ length: 9 }, (_, core) => core),
        );
        const wires = randomWires(seed, groups);
        const start = randomStream(seed, 'start').permutation(9).slice(0, groups);
        const found = arrange(wires, sites, start, randomStream(seed, 'test'), moves);
        expect(new Set(found).size).toBe(groups);
        expect(costOf(wires, sites, found)).toBeLessThanOrEqual(costOf(wires, sites, start));
      }),
    );
  });

  it('cost what their units cost', () => {
    const problem = randomProblem(9, { rows: 5, columns: 5 });
    const chip = madeUpChip({});
    const wires = wiresOf(problem);
    const group = Int32Array.from({ length: problem.units }, (_, unit) => unit % 4);
    const sites = sitesOf(chip, Int32Array.of(2, 7, 8, 13));
    const cost = costOf(groupWires(wires, group, 4), sites, Int32Array.of(3, 1, 0, 2));
    const core = group.map((g) => [13, 7, 2, 8][g]);
    expect(cost * wires.scale).toBeCloseTo(costByDefinition(problem, chip, core), 3);
  });
});

describe('the cores a search considers', () => {
  it('are enough for every group, around the port', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 3 }),
        fc.nat(),
        (wide, high, slots, n) => {
          const chip = madeUpChip({ wide, high, slots });
          const groups = 1 + (n % chip.topology.cores);
          const sites = sitesFor(chip, groups);
          expect(sites.cores.length).toBeGreaterThanOrEqual(groups);
          expect(sites.port.reduce((a, b) => Math.min(a, b))).toBe(0);
          const centres = Float64Array.from({ length: 2 * groups }, (_, i) => (i * 7) % 11);
          for (const start of startingSites(chip, sites, centres)) {
            expect(new Set(start).size).toBe(groups);
            for (const site of start) expect(site >= 0 && site < sites.cores.length).toBe(true);
          }
        },
      ),
    );
  });

  it('keep neighbours neighbours: a 4 × 4 sheet of groups starts as it lies', () => {
    const chip = madeUpChip({ wide: 4, high: 4 });
    const sites = sitesFor(chip, 16);
    const centres = Float64Array.from({ length: 32 }, (_, i) => (i % 2 === 0 ? Math.floor(i / 8) : (i >> 1) % 4));
    const starts = startingSites(chip, sites, centres).map((start) => [...start].map((site) => sites.cores[site]));
    expect(starts).toContainEqual(Array.from({ length: 16 }, (_, core) => core));
  });
});
