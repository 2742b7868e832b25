import { expect, it } from 'vitest';
import { countConnections, measureWiring } from '../../src/analysis/connections.ts';
import { weightByDistance } from '../../src/analysis/weight-distance.ts';
import { csrFromDense } from '../../src/network/csr.ts';
import type { Network } from '../../src/network/network.ts';
import { randomNetwork } from '../compression/random-network.ts';

/** Three neurons on sites 0, 1 and 3 of a 2×2 grid: ½ and 1 apart. */
function threeNeurons(dense: readonly number[]): Network {
  return {
    ...randomNetwork(0, { inputs: 1, neurons: 3, outputs: 1 }),
    grid: { rows: 2, columns: 2, metric: 'l1' },
    site: Int32Array.of(0, 1, 3),
    recurrent: csrFromDense(Float32Array.from(dense), 3, 3),
  };
}

it('counts connections above 0.01, self-connections apart', () => {
  const network = threeNeurons([0.5, 1, 0, -2, 0, 0.0078125, 0.25, 0, 0]);
  expect(countConnections(network)).toEqual({ active: 4, self: 1, stored: 5, density: 4 / 9 });
});

it('adds up the lengths of active connections, and of all weights weighted', () => {
  const network = threeNeurons([0.5, 1, 0, -2, 0, 0.0078125, 0.25, 0, 0]);
  // 0-1 twice at ½, 2-0 at 1; the weak one between 1 and 2 at ½.
  expect(measureWiring(network, network.site)).toEqual({ length: 2, weighted: 0.5 + 1 + 0.00390625 + 0.25, meanLength: 2 / 3 });
  // Neurons 1 and 2 change places.
  expect(measureWiring(network, [0, 3, 1])).toEqual({ length: 2.5, weighted: 1 + 2 + 0.00390625 + 0.125, meanLength: 2.5 / 3 });
});

it('has no mean length without a connection between two neurons', () => {
  expect(measureWiring(threeNeurons([1, 0, 0, 0, 1, 0, 0, 0, 1]), [0, 1, 3])).toEqual({ length: 0, weighted: 0, meanLength: null });
  expect(countConnections(threeNeurons(new Array(9).fill(0)))).toEqual({ active: 0, self: 0, stored: 0, density: 0 });
});

it('agrees with weight against distance, for the own and for any other layout', () => {
  const network = randomNetwork(4, { inputs: 2, neurons: 30, outputs: 2 });
  for (const site of [
    network.site,
    Int32Array.from(network.site)
      .reverse()
      .map((s, i) => (i % 2 === 0 ? s : s + 1)),
  ]) {
    const { bins, self } = weightByDistance(network, site);
    const { length, weighted } = measureWiring(network, site);
    const { active, self: ownActive } = countConnections(network);
    expect(bins.reduce((sum, { distance, active }) => sum + distance * active, 0)).toBeCloseTo(length, 9);
    expect(bins.reduce((sum, { distance, meanWeight, pairs }) => sum + distance * meanWeight * pairs, 0)).toBeCloseTo(weighted, 9);
    expect(bins.reduce((sum, bin) => sum + bin.active, self.active)).toBe(active);
    expect(self.active).toBe(ownActive);
  }
});
