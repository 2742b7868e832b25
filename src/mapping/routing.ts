// What do routers have to hold for a placement: entries of their tables, paths through their sides?
import type { Warning } from '../core/progress.ts';
import type { Chip } from './chip.ts';
import type { Connection } from './connections.ts';
import type { UsedCores } from './geometry.ts';
import { bySource, linkUnion } from './transfers.ts';

/** A resource of the network at its fullest place. */
export interface RoutingUse {
  readonly used: number;
  /** Null where the target states none. */
  readonly limit: number | null;
  readonly x: number;
  readonly y: number;
}

/**
 * Entries of the fullest routing table (C8) of a chip that casts by multicast trees, null for others: distinct keys after
 * compression, that is, pairs of a source core (the port is one) and a set of ways out of the router. Sources of one core that
 * leave a router the same ways share a masked entry, which is the best that compression can do; none is left out by default routing.
 *
 * @see SpiNNMachine and PACMAN, whose tables have 1023 entries left for applications
 */
export function tableEntries(chip: Chip, used: UsedCores, connections: readonly Connection[]): RoutingUse | null {
  const { castMode, tableEntries: limit } = chip.target.file.routing;
  if (castMode !== 'multicast-tree') return null;
  const { links, routerOf, routers } = chip.topology;
  const union = linkUnion(chip, used);
  const entries: (Set<string> | undefined)[] = [];
  for (const sent of bySource(connections)) {
    const ways = new Map<number, string[]>();
    const leave = (router: number, way: string) => ways.set(router, [...(ways.get(router) ?? []), way]);
    for (const link of union(sent)) leave(links.from[link], `${link}`);
    for (const { to } of sent) leave(routerOf(used.ids[to]), `core ${to}`);
    for (const [router, out] of ways) {
      entries[router] ??= new Set();
      entries[router].add(`${sent[0].from}: ${out.sort().join(' ')}`);
    }
  }
  return fullest(
    entries.map((keys) => keys?.size ?? 0),
    limit?.value ?? null,
    (router) => ({ x: routers.x[router], y: routers.y[router] }),
  );
}

/** A warning where a table would have to hold more than it can: how far default routing would help is not counted, so it may still fit. */
export function tableWarnings(use: RoutingUse | null): Warning[] {
  if (use === null || use.limit === null || use.used <= use.limit) return [];
  const { used, limit, x, y } = use;
  const message =
    `the routing table at router (${x}, ${y}) takes ${used} entries and has ${limit}, those that default routing spares included; ` +
    'fewer synapses between cores, or neurons on more chips (--keep-free), take fewer';
  return [{ rule: 'map/table-entries', message }];
}

/**
 * Paths through the fullest side of a tile (C9) of a network of switches, null for others: sources whose path crosses it in
 * either direction; more than its capacity are infeasible.
 */
export function sidePaths(chip: Chip, used: UsedCores, connections: readonly Connection[]): RoutingUse | null {
  const { castMode, sideCapacity } = chip.target.file.routing;
  if (castMode !== 'switch-fabric') return null;
  const { links, routers } = chip.topology;
  const union = linkUnion(chip, used);
  const count = routers.x.length;
  // Both directions of a side have one key, the smaller router first.
  const paths = new Map<number, number>();
  for (const sent of bySource(connections)) {
    const sides = new Set(union(sent).map((link) => sideOf(links.from[link], links.to[link])));
    for (const side of sides) paths.set(side, (paths.get(side) ?? 0) + 1);
  }
  function sideOf(a: number, b: number): number {
    return Math.min(a, b) * count + Math.max(a, b);
  }
  const sides = [...paths.keys()];
  return fullest([...paths.values()], sideCapacity?.value ?? null, (i) => {
    const router = Math.floor(sides[i] / count);
    return { x: routers.x[router], y: routers.y[router] };
  });
}

function fullest(counts: readonly number[], limit: number | null, placeOf: (i: number) => { x: number; y: number }): RoutingUse {
  let best = -1;
  for (let i = 0; i < counts.length; i++) if ((counts[i] ?? 0) > (counts[best] ?? 0)) best = i;
  return best < 0 ? { used: 0, limit, x: 0, y: 0 } : { used: counts[best], limit, ...placeOf(best) };
}
