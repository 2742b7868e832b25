// Random networks on small grids of every kind, and costs computed the slow and obvious way.
import fc from 'fast-check';
import { randomStream } from '../../src/core/random.ts';
import { gridWireCost, parseGrid, type WireCost } from '../../src/network/geometry.ts';
import type { NetworkSizes } from '../../src/network/network.ts';
import { parameterLayout } from '../../src/training/parameters.ts';

/** A network with weights of both signs, some exactly zero, and a non-zero diagonal, its neurons scattered over a grid. */
export interface Case {
  readonly name: string;
  readonly wire: WireCost;
  readonly sizes: NetworkSizes;
  readonly parameters: Float64Array;
  readonly site: Int32Array;
}

const GRIDS = [
  ['3x3', 'l1'],
  ['2x5', 'l1'],
  ['9', 'l1'],
  ['3x4', 'l2'],
  ['7', 'l2'],
] as const;

export const anyCase: fc.Arbitrary<Case> = fc
  .record({ grid: fc.constantFrom(...GRIDS), seed: fc.nat(), density: fc.constantFrom(0.1, 0.5, 1) })
  .map(({ grid: [text, metric], seed, density }) => {
    const wire = gridWireCost(parseGrid(text, metric));
    const sizes = { inputs: 3, neurons: wire.sites, outputs: 2 };
    const random = randomStream(seed, 'test');
    const parameters = Float64Array.from({ length: parameterLayout(sizes).length }, () =>
      random.uniform() < density ? random.normal() : 0,
    );
    return { name: `${text} ${metric} seed ${seed} density ${density}`, wire, sizes, parameters, site: random.permutation(wire.sites) };
  });

/** C = Σ_ij D_ij |W_ij|. */
export function wirelength({ wire, sizes, parameters }: Case, site: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < sizes.neurons; i++) {
    for (let j = 0; j < sizes.neurons; j++) sum += wire.distance(site[i], site[j]) * Math.abs(parameters[i * sizes.neurons + j]);
  }
  return sum;
}

/** Sites after a and b traded places. */
export function exchanged(site: Int32Array, a: number, b: number): Int32Array {
  const out = site.slice();
  out[a] = site[b];
  out[b] = site[a];
  return out;
}
