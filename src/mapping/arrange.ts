// Which group goes to which core? Groups and cores one to one: a quadratic assignment, annealed.
import type { Random } from '../core/random.ts';
import type { Wires } from './wires.ts';

/** Cores that groups may go to. */
export interface Sites {
  /** Core ids of the target, shape [sites]. */
  readonly cores: Int32Array;
  /** Hops between two sites, shape [sites, sites]. */
  readonly distance: Float64Array;
  /** Hops from the port, shape [sites]. */
  readonly port: Float64Array;
}

/**
 * Improves an arrangement by moves to free sites and swaps: annealing with a fixed number of moves, then descent.
 *
 * @param wires - flows between groups
 * @param start - site of each group, all different
 * @returns site of each group; never costs more than the start
 */
export function arrange(wires: Wires, sites: Sites, start: Int32Array, random: Random, moves: number): Int32Array {
  const { units: groups, indptr, indices, weights, port } = wires;
  const { distance, port: portDistance } = sites;
  const width = portDistance.length;
  if (groups === 0 || width < 2) return start;
  const site = new Int32Array(groups);
  const groupOn = new Int32Array(width);
  putOn(site, groupOn, start);

  /** Change of cost when a group goes from one site to another, its wire to group `except` left out. */
  const moveChange = (group: number, from: number, to: number, except: number): number => {
    let delta = port[group] * (portDistance[to] - portDistance[from]);
    for (let at = indptr[group]; at < indptr[group + 1]; at++) {
      const other = indices[at];
      if (other !== except) delta += weights[at] * (distance[to * width + site[other]] - distance[from * width + site[other]]);
    }
    return delta;
  };
  /** Change of cost when group a goes to site `to` and whoever is there comes back; the wire between the two keeps its length. */
  const change = (a: number, to: number): number => {
    const from = site[a];
    const b = groupOn[to];
    return moveChange(a, from, to, b) + (b < 0 ? 0 : moveChange(b, to, from, a));
  };
  const apply = (a: number, to: number): void => {
    const b = groupOn[to];
    groupOn[site[a]] = b;
    if (b >= 0) site[b] = site[a];
    groupOn[to] = a;
    site[a] = to;
  };

  let best = start;
  let bestChange = 0;
  let total = 0;
  let temperature = meanChange(groups, width, random, change);
  const cooling = temperature > 0 ? END_TEMPERATURE ** (1 / Math.max(1, moves)) : 0;
  for (let move = 0; move < moves; move++, temperature *= cooling) {
    const a = random.int(groups);
    const to = random.int(width);
    if (to === site[a]) continue;
    const delta = change(a, to);
    if (delta > 0 && random.uniform() >= Math.exp(-delta / temperature)) continue;
    apply(a, to);
    total += delta;
    if (total < bestChange) {
      bestChange = total;
      best = Int32Array.from(site);
    }
  }
  putOn(site, groupOn, best);
  descend(groups, width, site, change, apply);
  return site;
}

/** Last temperature over first. */
const END_TEMPERATURE = 1e-2;

/** Mean size of a random change: as a first temperature it accepts most of them. */
function meanChange(groups: number, width: number, random: Random, change: (a: number, to: number) => number): number {
  const samples = 64;
  let sum = 0;
  for (let i = 0; i < samples; i++) sum += Math.abs(change(random.int(groups), random.int(width)));
  return sum / samples;
}

function putOn(site: Int32Array, groupOn: Int32Array, arrangement: Int32Array): void {
  site.set(arrangement);
  groupOn.fill(-1);
  site.forEach((s, g) => {
    groupOn[s] = g;
  });
}

function descend(
  groups: number,
  width: number,
  site: Int32Array,
  change: (a: number, to: number) => number,
  apply: (a: number, to: number) => void,
): void {
  for (let improved = true; improved; ) {
    improved = false;
    for (let a = 0; a < groups; a++) {
      for (let to = 0; to < width; to++) {
        if (to === site[a] || change(a, to) >= 0) continue;
        apply(a, to);
        improved = true;
      }
    }
  }
}
