// Which group goes to which core? Groups and cores one to one: a quadratic assignment, annealed.
import type { Random } from '../core/random.ts';
import type { Partition } from './partition.ts';
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

/** Flows between groups, symmetric with a zero diagonal, shape [groups, groups], and towards the port, shape [groups]. */
export interface GroupFlows {
  readonly groups: number;
  readonly between: Float64Array;
  readonly port: Float64Array;
}

/** Sums the flows of units by group. */
export function groupFlows(wires: Wires, { group, groups }: Partition): GroupFlows {
  const between = new Float64Array(groups * groups);
  const port = new Float64Array(groups);
  for (let unit = 0; unit < wires.units; unit++) {
    port[group[unit]] += wires.port[unit];
    for (let at = wires.indptr[unit]; at < wires.indptr[unit + 1]; at++) {
      const other = group[wires.indices[at]];
      if (other !== group[unit]) between[group[unit] * groups + other] += wires.weights[at];
    }
  }
  return { groups, between, port };
}

/** Σ flow·hops of groups on sites. */
export function arrangementCost(flows: GroupFlows, sites: Sites, site: Int32Array): number {
  const { groups, between, port } = flows;
  const width = sites.port.length;
  let cost = 0;
  for (let a = 0; a < groups; a++) {
    cost += port[a] * sites.port[site[a]];
    for (let b = a + 1; b < groups; b++) cost += between[a * groups + b] * sites.distance[site[a] * width + site[b]];
  }
  return cost;
}

/**
 * Improves an arrangement by moves to free sites and swaps: annealing with a fixed number of moves, then descent.
 *
 * @param start - site of each group, all different
 * @returns site of each group; never costs more than the start
 */
export function arrange(flows: GroupFlows, sites: Sites, start: Int32Array, random: Random, moves: number): Int32Array {
  const { groups, between, port } = flows;
  const width = sites.port.length;
  if (groups === 0 || width < 2) return start;
  const site = Int32Array.from(start);
  const groupOn = new Int32Array(width).fill(-1);
  site.forEach((s, g) => {
    groupOn[s] = g;
  });

  /** Change of cost when group a goes to site `to` and whoever is there comes back. */
  const change = (a: number, to: number): number => {
    const from = site[a];
    const b = groupOn[to];
    const flowA = a * groups;
    const flowB = b * groups;
    let delta = port[a] * (sites.port[to] - sites.port[from]);
    if (b >= 0) delta += port[b] * (sites.port[from] - sites.port[to]);
    for (let g = 0; g < groups; g++) {
      if (g === a || g === b) continue;
      const flow = between[flowA + g] - (b >= 0 ? between[flowB + g] : 0);
      if (flow !== 0) delta += flow * (sites.distance[to * width + site[g]] - sites.distance[from * width + site[g]]);
    }
    return delta;
  };
  const apply = (a: number, to: number): void => {
    const b = groupOn[to];
    groupOn[site[a]] = b;
    if (b >= 0) site[b] = site[a];
    groupOn[to] = a;
    site[a] = to;
  };

  let best = Int32Array.from(site);
  let bestChange = 0;
  let total = 0;
  let temperature = startTemperature(groups, width, random, change);
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
  restore(site, groupOn, best);
  descend(groups, width, site, change, apply);
  return site;
}

/** Last temperature over first. */
const END_TEMPERATURE = 1e-2;

/** The mean size of a random change: at first most changes are accepted, in the end hardly one that costs. */
function startTemperature(groups: number, width: number, random: Random, change: (a: number, to: number) => number): number {
  const samples = 64;
  let sum = 0;
  for (let i = 0; i < samples; i++) sum += Math.abs(change(random.int(groups), random.int(width)));
  return sum / samples;
}

function restore(site: Int32Array, groupOn: Int32Array, best: Int32Array): void {
  site.set(best);
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
