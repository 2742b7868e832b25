// Which units share a place, a core or a router, and where do cores go when all of a router moves at once?
import type { Chip } from './chip.ts';
import type { Partition } from './partition.ts';
import type { Sites } from './sites.ts';

/** Units that share a place. */
export interface Blocks {
  readonly partition: Partition;
  /** Place of each group, ascending. */
  readonly places: Int32Array;
}

/** @param place - place of each unit, shape [units] */
export function blocksOf(place: Int32Array): Blocks {
  const places = Int32Array.from(new Set(place)).sort();
  const number = new Map(Array.from(places, (at, group) => [at, group]));
  return { partition: { group: place.map((at) => number.get(at) as number), groups: places.length }, places };
}

/** The routers of sites, numbered. */
export interface Routers {
  /** Router of each site, shape [sites]. */
  readonly of: Int32Array;
  /** Sites behind each router, ascending. */
  readonly sites: readonly (readonly number[])[];
}

export function routersOf({ topology }: Chip, { cores }: Sites): Routers {
  const ids = new Map<number, number>();
  const of = cores.map((core) => {
    const id = topology.routerOf(core);
    const number = ids.get(id) ?? ids.size;
    ids.set(id, number);
    return number;
  });
  const sites = Array.from(ids, (): number[] => []);
  of.forEach((router, site) => {
    sites[router].push(site);
  });
  return { of, sites };
}

/**
 * Where the sites in use go when everything behind a router goes to another one, which has room for it.
 *
 * @param used - sites in use
 * @param from - a router of each block, shape [blocks]
 * @param to - where each block goes, shape [blocks]; who stays keeps its sites
 * @returns the new site of each site in use
 */
export function carried(routers: Routers, used: readonly number[], from: Int32Array, to: Int32Array): Map<number, number> {
  const goesTo = new Map<number, number>();
  const sitesOf = (block: number) => used.filter((site) => routers.of[site] === from[block]);
  const stays = (block: number) => to[block] === from[block];
  const taken = new Set(used.filter((site) => stays(from.indexOf(routers.of[site]))));
  for (const block of from.keys()) {
    const free = stays(block) ? sitesOf(block) : routers.sites[to[block]].filter((site) => !taken.has(site));
    for (const [k, site] of sitesOf(block).entries()) {
      goesTo.set(site, free[k]);
      taken.add(free[k]);
    }
  }
  return goesTo;
}
