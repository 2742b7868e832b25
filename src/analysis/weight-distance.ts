// Are near neurons connected more strongly than far ones? Mean |weight| and active share at each distance on the grid.
import { forEachEntry } from '../network/csr.ts';
import { type Grid, gridSide, gridWireCost } from '../network/geometry.ts';
import type { Network } from '../network/network.ts';
import type { LayoutAnalysis } from './analysis-file.ts';
import { ACTIVE_WEIGHT } from './connections.ts';

/** Recurrent weights by distance. */
export type WeightByDistance = LayoutAnalysis['weightByDistance'];
export type DistanceBin = WeightByDistance['self'];

/**
 * Groups the recurrent weights by grid distance, one bin per lattice distance (width 1/side; with the Euclidean metric
 * to the nearest multiple). Liu et al. (2023), figure 3.
 *
 * @param site - site of each neuron if not the network's own, shape [neurons]
 */
export function weightByDistance(
  { neurons, grid, recurrent, ...network }: Network,
  site: ArrayLike<number> = network.site,
): WeightByDistance {
  const side = gridSide(grid);
  const cost = gridWireCost(grid);
  const binOf = (i: number, j: number): number => Math.round(cost.distance(site[i], site[j]) * side);
  const size = grid.rows + grid.columns;
  const pairs = new Float64Array(size);
  const active = new Float64Array(size);
  const weight = new Float64Array(size);
  pairsByOffset(grid, site, neurons).forEach((count, offset) => {
    if (count > 0) pairs[Math.round(cost.distance(0, offset) * side)] += count;
  });
  forEachEntry(recurrent, (i, j, value) => {
    const bin = binOf(i, j);
    weight[bin] += Math.abs(value);
    if (Math.abs(value) > ACTIVE_WEIGHT) active[bin]++;
  });
  const bins = Array.from({ length: size }, (_, k) => ({
    distance: k / side,
    pairs: pairs[k],
    active: active[k],
    activeShare: pairs[k] > 0 ? active[k] / pairs[k] : 0,
    meanWeight: pairs[k] > 0 ? weight[k] / pairs[k] : 0,
  }));
  // Two different sites are at least one lattice step apart, so bin 0 holds exactly the self-connections.
  return { self: bins[0], bins: bins.slice(1).filter((bin) => bin.pairs > 0) };
}

/**
 * Ordered pairs of neurons by how many rows and columns they are apart: on a grid, distance depends on nothing else.
 *
 * @returns shape [rows, columns]
 */
function pairsByOffset({ rows, columns }: Grid, site: ArrayLike<number>, neurons: number): Float64Array {
  const row = Int32Array.from({ length: neurons }, (_, i) => Math.floor(site[i] / columns));
  const column = Int32Array.from({ length: neurons }, (_, i) => site[i] % columns);
  const pairs = new Float64Array(rows * columns);
  // Plain arithmetic, as this is done for every two neurons.
  for (let i = 0; i < neurons; i++) {
    pairs[0]++;
    for (let j = 0; j < i; j++) pairs[Math.abs(row[i] - row[j]) * columns + Math.abs(column[i] - column[j])] += 2;
  }
  return pairs;
}
