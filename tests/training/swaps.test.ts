// Are the gains of exchanges exact, and does the search choose the right ones?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gridWireCost, parseGrid, type WireCost } from '../../src/network/geometry.ts';
import { connectionCost } from '../../src/training/connection-cost.ts';
import { initialParameters } from '../../src/training/initial.ts';
import { densePotentials, separablePotentials, tablePotentials } from '../../src/training/potentials.ts';
import { createGains, createSwapSearch, type Gains } from '../../src/training/swaps.ts';
import { anyCase, type Case, exchanged, wirelength } from './geometry-cases.ts';

/** S = |W| + |W|ᵀ with zero diagonal. */
function linksOf({ sizes: { neurons }, parameters }: Case): Float64Array {
  return Float64Array.from({ length: neurons * neurons }, (_, at) => {
    const i = Math.floor(at / neurons);
    const j = at % neurons;
    return i === j ? 0 : Math.abs(parameters[at]) + Math.abs(parameters[j * neurons + i]);
  });
}

/** ΔC(a,b) = Σ_{i≠a,b} (S[i][a] − S[i][b])·(D[i][b] − D[i][a]). */
function sumOverThirds({ wire, sizes: { neurons } }: Case, links: Float64Array, site: Int32Array, a: number, b: number): number {
  let sum = 0;
  for (let i = 0; i < neurons; i++) {
    if (i === a || i === b) continue;
    const farther = wire.distance(site[i], site[b]) - wire.distance(site[i], site[a]);
    sum += (links[i * neurons + a] - links[i * neurons + b]) * farther;
  }
  return sum;
}

/** ΔC(a,b) = G[a][b] + G[b][a] − G[a][a] − G[b][b] + (2S[a][b] − S[a][a] − S[b][b])·D[a][b], with G = S·D and S's diagonal kept. */
function allPairs({ wire, sizes: { neurons }, parameters }: Case, site: Int32Array): (a: number, b: number) => number {
  const s = (i: number, j: number) => Math.abs(parameters[i * neurons + j]) + Math.abs(parameters[j * neurons + i]);
  const d = (i: number, j: number) => wire.distance(site[i], site[j]);
  const g = Array.from({ length: neurons }, (_, a) =>
    Array.from({ length: neurons }, (_, b) => {
      let sum = 0;
      for (let i = 0; i < neurons; i++) sum += s(a, i) * d(i, b);
      return sum;
    }),
  );
  return (a, b) => g[a][b] + g[b][a] - g[a][a] - g[b][b] + (2 * s(a, b) - s(a, a) - s(b, b)) * d(a, b);
}

function gainsOf({ wire, sizes: { neurons } }: Case): Gains[] {
  const separable = wire.separable ? [separablePotentials(neurons, wire.separable)] : [];
  return [densePotentials(neurons, wire), tablePotentials(neurons, wire), ...separable].map((potentials) =>
    createGains(neurons, wire, potentials),
  );
}

const withoutAxes = (wire: WireCost): WireCost => ({ ...wire, separable: null });

/** A round as the notebooks describe it: complete cost of every trial exchange; candidates remembered by neuron. */
function slowRound(network: Case, top: number): Int32Array {
  const { neurons, inputs, outputs } = network.sizes;
  const weight = (at: number) => Math.abs(network.parameters[at]);
  const score = (j: number) => {
    let sum = 0;
    for (let i = 0; i < neurons; i++) sum += weight(i * neurons + j) + weight(j * neurons + i);
    for (let m = 0; m < inputs; m++) sum += weight(neurons * neurons + j * inputs + m);
    for (let o = 0; o < outputs; o++) sum += weight(neurons * neurons + neurons * inputs + o * neurons + j);
    return sum;
  };
  let site = network.site;
  const candidates = [...site.keys()].sort((a, b) => score(b) - score(a)).slice(0, top);
  for (const a of candidates) {
    const cost = wirelength(network, site);
    const trials = [...site.keys()].map((b) => ({ b, cost: wirelength(network, exchanged(site, a, b)) }));
    const best = trials.reduce((x, y) => (y.cost < x.cost - 1e-12 ? y : x));
    if (cost - best.cost > 1e-9 * Math.max(1, cost)) site = exchanged(site, a, best.b);
  }
  return site;
}

describe('gains of exchanges', () => {
  it('agree with brute force by every formula, before and after an exchange', () => {
    fc.assert(
      fc.property(anyCase, fc.nat(), fc.nat(), (network, p, q) => {
        const { neurons } = network.sizes;
        const links = linksOf(network);
        for (const gains of gainsOf(network)) {
          const site = network.site.slice();
          expect(gains.build(links, site)).toBeCloseTo(wirelength(network, site), 9);
          // Forty, because corrections are gathered up after some tens of them.
          for (const exchanges of [0, 1, 40]) {
            for (let k = 0; k < exchanges; k++) {
              const first = (p + k) % neurons;
              const second = (first + 1 + ((q + k) % (neurons - 1))) % neurons;
              gains.all(first);
              gains.exchange(first, second);
            }
            const before = wirelength(network, site);
            expect(gains.refresh()).toBeCloseTo(before, 9);
            const pair = allPairs(network, site);
            for (let a = 0; a < neurons; a++) {
              const changes = gains.all(a);
              for (let b = 0; b < neurons; b++) {
                const truth = wirelength(network, exchanged(site, a, b)) - before;
                expect(Math.abs(changes[b] - truth)).toBeLessThan(1e-9);
                if (a === b) continue;
                expect(Math.abs(sumOverThirds(network, links, site, a, b) - truth)).toBeLessThan(1e-9);
                expect(Math.abs(pair(a, b) - truth)).toBeLessThan(1e-9);
              }
            }
          }
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('a swap round', () => {
  it('makes the exchanges that trying all of them at full cost makes, with and without separable axes', () => {
    fc.assert(
      fc.property(anyCase, fc.integer({ min: 1, max: 12 }), (network, top) => {
        // With many zeros two exchanges may cost the same; then costs must agree, not sites.
        const slow = wirelength(network, slowRound(network, top));
        for (const wire of [network.wire, withoutAxes(network.wire)]) {
          const site = network.site.slice();
          const { after } = createSwapSearch(network.sizes, wire).round(network.parameters, site, top);
          expect(after).toBeCloseTo(wirelength(network, site), 9);
          if (network.parameters.every((w) => w !== 0)) expect(after).toBeCloseTo(slow, 9);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('chooses the same exchanges on sites of dense random networks by both methods', () => {
    const sizes = { inputs: 5, neurons: 36, outputs: 3 };
    for (const [text, seed] of [
      ['6x6', 1],
      ['4x9', 2],
      ['36', 3],
    ] as const) {
      const wire = gridWireCost(parseGrid(text));
      const parameters = initialParameters(sizes, 'uniform', seed);
      const [fast, slow] = [wire, withoutAxes(wire)].map((cost) => {
        const site = Int32Array.from({ length: 36 }, (_, i) => i);
        createSwapSearch(sizes, cost).round(parameters, site, 'all');
        return site;
      });
      expect(fast).toEqual(slow);
    }
  });

  it('changes ℓ_cc by A·ΔC, and keeps sites a permutation', () => {
    fc.assert(
      fc.property(anyCase, fc.double({ min: 0.1, max: 10, noNaN: true }), (network, locality) => {
        const { sizes, wire, parameters } = network;
        const site = network.site.slice();
        const costAt = (at: Int32Array) => connectionCost(parameters, sizes, at, wire, locality).connectionCost;
        const start = costAt(site);
        const { before, after } = createSwapSearch(sizes, wire).round(parameters, site, 'all');
        expect(costAt(site) - start).toBeCloseTo(locality * (after - before), 8);
        expect([...site].sort((a, b) => a - b)).toEqual([...site.keys()]);
      }),
      { numRuns: 40 },
    );
  });

  it('lowers the wirelength with each exchange', () => {
    fc.assert(
      fc.property(anyCase, (network) => {
        const search = createSwapSearch(network.sizes, network.wire);
        const site = network.site.slice();
        let last = wirelength(network, site);
        for (let top = 1; top <= network.sizes.neurons; top++) {
          const { accepted } = search.round(network.parameters, site, 1);
          const now = wirelength(network, site);
          if (accepted === 0) expect(now).toBe(last);
          else expect(now).toBeLessThan(last);
          last = now;
        }
      }),
      { numRuns: 30 },
    );
  });

  it('moves nothing when all weights are zero, however often it is asked', () => {
    const sizes = { inputs: 2, neurons: 9, outputs: 2 };
    const site = Int32Array.from({ length: 9 }, (_, i) => i);
    const { accepted } = createSwapSearch(sizes, gridWireCost(parseGrid('3x3'))).round(new Float32Array(128), site, 'all');
    expect(accepted).toBe(0);
    expect([...site]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

describe('converge', () => {
  it('ends where no exchange of two sites gains, so that a second run accepts nothing', () => {
    fc.assert(
      fc.property(anyCase, (network) => {
        const { sizes, wire, parameters } = network;
        const search = createSwapSearch(sizes, wire);
        const site = network.site.slice();
        const { before, after } = search.converge(parameters, site);
        expect(before).toBeCloseTo(wirelength(network, network.site), 9);
        expect(after).toBeCloseTo(wirelength(network, site), 9);
        for (let a = 0; a < sizes.neurons; a++) {
          for (let b = 0; b < a; b++) expect(wirelength(network, exchanged(site, a, b))).toBeGreaterThanOrEqual(after - 1e-8);
        }
        expect(search.converge(parameters, site).accepted).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it('brings a chain of neurons, scattered over a line, back into a line of unit steps', () => {
    const sizes = { inputs: 1, neurons: 6, outputs: 1 };
    const parameters = new Float64Array(6 * 6 + 6 + 6 + 6 + 1);
    for (let i = 1; i < 6; i++) parameters[i * 6 + i - 1] = 1;
    const site = Int32Array.of(0, 2, 1, 3, 4, 5);
    const { after } = createSwapSearch(sizes, gridWireCost(parseGrid('6'))).converge(parameters, site);
    expect(after).toBeCloseTo(5 / 6, 12);
  });
});
