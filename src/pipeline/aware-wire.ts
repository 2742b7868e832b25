// What do wires cost on a chip? Hops between the cores where a network was placed, as the wire cost that training takes.
import type { Chip } from '../mapping/chip.ts';
import { gridWireCost, type WireCost } from '../network/geometry.ts';
import type { Network } from '../network/network.ts';

/**
 * The wire cost of a placed network: D = (1 − s)·ℓ·hops + s·D_grid between the sites of two neurons, s the local share. ℓ is the length of a hop
 * in unit-square units, chosen so that all pairs of neurons lie as far apart in the mean as on the grid: λ and A price a chip as they price
 * the grid. Within a core the grid decides alone, so that neighbours stay neighbours and the next placement can cut
 * cores elsewhere. Inputs enter at the chip's port and readout units sit on cores, so their wires have a length too, (1 − s)·ℓ·hops.
 *
 * Where the chip splits a fan-in, synapses are priced as if they went straight to their neuron.
 *
 * @param core - core of each unit, hidden neurons then readout units, shape [units]
 * @param localShare - s, 0 to 1
 * @returns a wire cost between the sites where neurons are; null if no two neurons are a hop apart
 */
export function chipWireCost(network: Network, chip: Chip, core: ArrayLike<number>, localShare: number): WireCost | null {
  const { neurons, site, grid } = network;
  const { distance: hops } = chip.topology;
  const onGrid = gridWireCost(grid);
  let hopSum = 0;
  let gridSum = 0;
  for (let a = 0; a < neurons; a++) {
    for (let b = 0; b < a; b++) {
      hopSum += hops(core[a], core[b]);
      gridSum += onGrid.distance(site[a], site[b]);
    }
  }
  if (hopSum === 0) return null;
  const hopLength = ((1 - localShare) * gridSum) / hopSum;
  const coreOf = new Map(Array.from(site, (s, neuron) => [s, core[neuron]]));
  const at = (s: number): number => {
    const found = coreOf.get(s);
    if (found === undefined) throw new Error(`no neuron of the placed network sits at site ${s}`);
    return found;
  };
  return {
    sites: onGrid.sites,
    distance: (a, b) => hopLength * hops(at(a), at(b)) + localShare * onGrid.distance(a, b),
    separable: null,
    ends: {
      input: (s) => {
        const { x, y } = chip.portHops(at(s));
        return hopLength * (x + y);
      },
      readout: (unit, s) => hopLength * hops(core[neurons + unit], at(s)),
    },
  };
}
