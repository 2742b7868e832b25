// How many connections does a network have, and how long are they? Recurrent ones only: inputs and outputs have no length.
import { forEachEntry } from '../network/csr.ts';
import { gridWireCost } from '../network/geometry.ts';
import type { Network } from '../network/network.ts';
import { weightedWirelength } from '../network/wirelength.ts';
import type { Analysis, LayoutAnalysis } from './analysis-file.ts';

/** A connection is active if its |weight| is above this. Liu et al. (2023), section 3.3. */
export const ACTIVE_WEIGHT = 0.01;

/** Counts of recurrent connections. */
export function countConnections({ neurons, recurrent }: Network): Analysis['connections'] {
  let active = 0;
  let self = 0;
  forEachEntry(recurrent, (i, j, value) => {
    if (Math.abs(value) <= ACTIVE_WEIGHT) return;
    active++;
    if (i === j) self++;
  });
  return { active, self, stored: recurrent.values.filter((value) => value !== 0).length, density: active / neurons ** 2 };
}

/**
 * Lengths of the recurrent connections with neurons at the given sites, in unit-square units.
 *
 * @param site - site of each neuron, shape [neurons]
 */
export function measureWiring({ recurrent, grid }: Network, site: ArrayLike<number>): LayoutAnalysis['wiring'] {
  const wire = gridWireCost(grid);
  let length = 0;
  let between = 0;
  forEachEntry(recurrent, (i, j, value) => {
    if (Math.abs(value) <= ACTIVE_WEIGHT || i === j) return;
    length += wire.distance(site[i], site[j]);
    between++;
  });
  return { length, weighted: weightedWirelength(recurrent, site, wire), meanLength: between === 0 ? null : length / between };
}
