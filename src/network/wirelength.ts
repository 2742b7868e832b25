// How much wire does a network need?
import { type Csr, forEachEntry } from './csr.ts';
import type { WireCost } from './geometry.ts';

/**
 * Σ D_ij·|W_ij|, self-connections being of no length.
 *
 * @param site - site of each neuron, shape [neurons]
 * @returns in units of the wire cost's distance
 */
export function weightedWirelength(recurrent: Csr, site: ArrayLike<number>, { distance }: WireCost): number {
  let sum = 0;
  forEachEntry(recurrent, (to, from, weight) => {
    sum += distance(site[to], site[from]) * Math.abs(weight);
  });
  return sum;
}
