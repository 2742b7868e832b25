// Does all that is behind a router go to another together, and end where the shortest wires are?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/random.ts';
import { blocksOf, carried, routersOf } from '../../src/mapping/blocks.ts';
import { place } from '../../src/mapping/place.ts';
import { sitesOf } from '../../src/mapping/sites.ts';
import { costByDefinition, madeUpChip, randomProblem } from './support.ts';

const SLOTS = 3;

it('units that share a place are a block, in the order of places', () => {
  const { partition, places } = blocksOf(Int32Array.of(7, 2, 7, 10));
  expect([...partition.group]).toEqual([1, 0, 1, 2]);
  expect(partition.groups).toBe(3);
  expect([...places]).toEqual([2, 7, 10]);
});

describe('what is carried from router to router', () => {
  it('arrives behind the new one, on sites of its own, and whoever stays keeps its sites', () => {
    const chip = madeUpChip({ wide: 3, high: 2, slots: SLOTS, neurons: 1 });
    const routers = routersOf(
      chip,
      sitesOf(
        chip,
        Int32Array.from({ length: 6 * SLOTS }, (_, core) => core),
      ),
    );
    expect(routers.sites.map(({ length }) => length)).toEqual(Array(6).fill(SLOTS));
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(6 * SLOTS - 1), { minLength: 1 }), fc.nat(1000), (used, seed) => {
        const { places: from } = blocksOf(Int32Array.from(used, (site) => routers.of[site]));
        const order = randomStream(seed, 'routers').permutation(6);
        // Whole routers change places, so that there is room; one in six stays.
        const to = from.map((router) => order[router]);
        const goesTo = carried(routers, used, from, to);
        expect([...goesTo.keys()].sort()).toEqual([...used].sort());
        expect(new Set(goesTo.values()).size).toBe(used.length);
        for (const [site, at] of goesTo) {
          const block = from.indexOf(routers.of[site]);
          expect(routers.of[at]).toBe(to[block]);
          if (to[block] === from[block]) expect(at).toBe(site);
        }
      }),
    );
  });

  it('may share a router that has room for both', () => {
    const chip = madeUpChip({ wide: 2, high: 1, slots: SLOTS, neurons: 1 });
    const routers = routersOf(chip, sitesOf(chip, Int32Array.of(0, 1, 2, 3, 4, 5)));
    expect([...carried(routers, [1, 3, 4], Int32Array.of(0, 1), Int32Array.of(0, 0))].sort()).toEqual([
      [1, 1],
      [3, 0],
      [4, 2],
    ]);
  });
});

describe('groups on cores that share routers', () => {
  /** Least cost over every way to put groups of `sizes` behind routers of two cores each. */
  function leastCost(
    problem: ReturnType<typeof randomProblem>,
    chip: ReturnType<typeof madeUpChip>,
    group: Int32Array,
    groups: number,
  ): number {
    const cores = chip.topology.cores;
    const core = new Int32Array(groups);
    let least = Number.POSITIVE_INFINITY;
    const visit = (next: number, taken: number) => {
      if (next === groups) {
        const cost = costByDefinition(problem, chip, group.map((number) => core[number])); // biome-ignore format: short
        least = Math.min(least, cost);
        return;
      }
      for (let at = 0; at < cores; at++) {
        // Cores of one router are alike: the first free one stands for both.
        if ((taken >> at) % 2 === 1 || (at % 2 === 1 && (taken >> (at - 1)) % 2 === 0)) continue;
        core[next] = at;
        visit(next + 1, taken | (1 << at));
      }
    };
    visit(0, 0);
    return least;
  }

  it.each([1, 2, 3, 4, 5, 6])('lie where no other arrangement is cheaper: %i', (seed) => {
    const problem = randomProblem(seed, { rows: 2, columns: 5, density: 0.25, inputs: 1, outputs: 0 });
    const chip = madeUpChip({ wide: 2, high: 2, slots: 2, neurons: 2 });
    const group = Int32Array.from({ length: 10 }, (_, unit) => unit >> 1);
    const { core, cost } = place(problem, chip, { seed: 1, partition: { group, groups: 5 } });
    for (let unit = 0; unit < 10; unit += 2) expect(core[unit]).toBe(core[unit + 1]);
    expect(new Set(core).size).toBe(5);
    expect(cost.final).toBeCloseTo(leastCost(problem, chip, group, 5), 4);
  });
});
