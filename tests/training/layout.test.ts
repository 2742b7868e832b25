// Does the layout search find short wires, report them truly, and never do worse than exchanges alone?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/random.ts';
import { csrFromDense, forEachEntry } from '../../src/network/csr.ts';
import { gridWireCost, parseGrid, siteCount } from '../../src/network/geometry.ts';
import type { Network } from '../../src/network/network.ts';
import { searchLayout } from '../../src/training/layout.ts';
import { createSwapSearch } from '../../src/training/swaps.ts';

/** A network with these recurrent weights, shape [neurons, neurons], on these sites. */
function networkOn(grid: Network['grid'], site: readonly number[], weights: ArrayLike<number>): Network {
  const neurons = site.length;
  return {
    inputs: 1,
    neurons,
    outputs: 1,
    activation: 'relu',
    grid,
    site: Int32Array.from(site),
    recurrent: csrFromDense(Float32Array.from(weights), neurons, neurons),
    input: csrFromDense(new Float32Array(neurons), neurons, 1),
    readout: csrFromDense(new Float32Array(neurons), 1, neurons),
    bias: new Float32Array(neurons),
    readoutBias: new Float32Array(1),
  };
}

function wirelength({ recurrent, grid }: Network, site: Int32Array): number {
  const wire = gridWireCost(grid);
  let sum = 0;
  forEachEntry(recurrent, (to, from, weight) => {
    sum += Math.abs(weight) * wire.distance(site[to], site[from]);
  });
  return sum;
}

/** Neurons linked to those at most two steps away, scattered over the grid; and the wirelength before they were scattered. */
function scattered(text: string, metric: 'l1' | 'l2', seed: number): { network: Network; planted: number } {
  const grid = parseGrid(text, metric);
  const wire = gridWireCost(grid);
  const sites = siteCount(grid);
  const random = randomStream(seed, 'scattered');
  const home = random.permutation(sites);
  const weights = new Float32Array(sites * sites);
  for (let i = 0; i < sites; i++) {
    for (let j = 0; j < sites; j++) {
      if (wire.distance(home[i], home[j]) * Math.max(grid.rows, grid.columns) < 2.1) weights[i * sites + j] = random.normal();
    }
  }
  const network = networkOn(
    grid,
    Array.from({ length: sites }, (_, i) => i),
    weights,
  );
  return { network, planted: wirelength(network, home) };
}

/** Any network: grids with and without empty sites, any density, self-connections. */
const anyNetwork = fc
  .record({
    grid: fc.constantFrom(['3x4', 'l1'], ['12', 'l1'], ['3x4', 'l2'], ['9', 'l2'], ['4x2', 'l1']),
    seed: fc.nat(),
    density: fc.constantFrom(0, 0.1, 0.4, 1),
    occupied: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ grid: [text, metric], seed, density, occupied }) => {
    const grid = parseGrid(text, metric === 'l1' ? 'l1' : 'l2');
    const random = randomStream(seed, 'test');
    const neurons = 1 + Math.floor(occupied * (siteCount(grid) - 1));
    const site = [...random.permutation(siteCount(grid))].slice(0, neurons).sort((a, b) => a - b);
    const weights = Float32Array.from({ length: neurons * neurons }, () => (random.uniform() < density ? random.normal() : 0));
    return networkOn(grid, site, weights);
  });

/** Wirelength when swaps as training makes them, with neurons without weights on the empty sites, gain no more. */
function convergedAlone(network: Network): number {
  const sites = siteCount(network.grid);
  const sizes = { inputs: 0, neurons: sites, outputs: 0 };
  const parameters = new Float32Array(sites * sites + sites);
  forEachEntry(network.recurrent, (to, from, weight) => {
    parameters[to * sites + from] = weight;
  });
  const empty = Array.from({ length: sites }, (_, s) => s).filter((s) => !network.site.includes(s));
  return createSwapSearch(sizes, gridWireCost(network.grid)).converge(parameters, Int32Array.of(...network.site, ...empty)).after;
}

describe('a layout search', () => {
  for (const [text, metric] of [
    ['8x8', 'l1'],
    ['6x9', 'l1'],
    ['8x8', 'l2'],
    ['30', 'l1'],
  ] as const) {
    it(`finds the layout of a scattered local network again, ${text} ${metric}`, () => {
      const { network, planted } = scattered(text, metric, 5);
      const { before, after } = searchLayout(network, { seed: 0 });
      expect(before).toBeGreaterThan(2.5 * planted);
      expect(after).toBeLessThan(1.1 * planted);
    });
  }

  it('tells the wirelength as it is, gives each neuron a site of its own, and ends no worse than exchanges alone', () => {
    fc.assert(
      fc.property(anyNetwork, fc.nat(), (network, seed) => {
        const { site, before, after, exchanges } = searchLayout(network, { seed });
        expect(before).toBeCloseTo(wirelength(network, network.site), 9);
        expect(after).toBeCloseTo(wirelength(network, site), 9);
        expect(site.length).toBe(network.neurons);
        expect(new Set(site).size).toBe(network.neurons);
        expect(site.every((s) => s >= 0 && s < siteCount(network.grid))).toBe(true);
        expect(after).toBeLessThanOrEqual(convergedAlone(network) + 1e-9);
        if (exchanges === 0) expect(site).toEqual(network.site);
      }),
      { numRuns: 40 },
    );
  });

  it('gives equal layouts to equal seeds', () => {
    const { network } = scattered('6x6', 'l1', 1);
    const layouts = [3, 3, 4].map((seed) => searchLayout(network, { seed }));
    expect(layouts[0]).toEqual(layouts[1]);
    expect(layouts[0].site).not.toEqual(layouts[2].site);
  });

  it('moves two linked neurons across empty sites until they are neighbours', () => {
    const network = networkOn(parseGrid('5x5'), [0, 24], [1, 3, -1, 0.5]);
    const { before, after } = searchLayout(network, { seed: 0 });
    expect(before).toBeCloseTo((4 * 8) / 5, 12);
    expect(after).toBeCloseTo(4 / 5, 12);
  });

  it('moves nothing where there is nothing to gain: one neuron, no links, self-connections alone', () => {
    for (const network of [
      networkOn(parseGrid('1'), [0], [2]),
      networkOn(parseGrid('4x4'), [7], [2]),
      networkOn(parseGrid('2x2'), [0, 3], [0, 0, 0, 0]),
      networkOn(parseGrid('3'), [0, 1, 2], [1, 0, 0, 0, 1, 0, 0, 0, 1]),
    ]) {
      expect(searchLayout(network, { seed: 0 })).toEqual({ site: network.site, exchanges: 0, before: 0, after: 0 });
    }
  });
});
