// How do messages travel where routers are missing? By the shortest way that is left, found by search.
import type { Fabric, Hops } from './fabric.ts';

/** What a search from one router found. */
interface Tree {
  /** Links from the start, shape [routers]; −1 where no way leads, which is infinitely far. */
  readonly distance: Int32Array;
  /** Hops they count for, shape [routers]. */
  readonly hopsX: Int32Array;
  readonly hopsY: Int32Array;
  /** Link by which the way arrives, shape [routers]. */
  readonly last: Int32Array;
}

/** The same routers and links with routes found by breadth-first search; of equally short ways one that goes along x first. */
export function searchedFabric(fabric: Fabric): Fabric {
  const { x, links, transit } = fabric;
  const routers = x.length;
  const outgoing: number[][] = Array.from({ length: routers }, () => []);
  links.from.forEach((router, link) => {
    outgoing[router].push(link);
  });
  const trees = new Map<number, Tree>();
  const treeOf = (start: number): Tree => {
    const known = trees.get(start);
    if (known !== undefined) return known;
    const distance = new Int32Array(routers).fill(-1);
    const hopsX = new Int32Array(routers);
    const hopsY = new Int32Array(routers);
    const last = new Int32Array(routers).fill(-1);
    distance[start] = 0;
    const queue = [start];
    for (const at of queue) {
      if (at !== start && transit[at] === 0) continue;
      for (const link of outgoing[at]) {
        const to = links.to[link];
        const isNew = distance[to] < 0;
        // A way that arrives along y has gone along x before.
        if (!isNew && !(distance[to] === distance[at] + 1 && isAlongY(link) && !isAlongY(last[to]))) continue;
        distance[to] = distance[at] + 1;
        hopsX[to] = hopsX[at] + links.hopsX[link];
        hopsY[to] = hopsY[at] + links.hopsY[link];
        last[to] = link;
        if (isNew) queue.push(to);
      }
    }
    const tree = { distance, hopsX, hopsY, last };
    trees.set(start, tree);
    return tree;
  };
  const isAlongY = (link: number) => x[links.from[link]] === x[links.to[link]];
  return {
    ...fabric,
    hops(from, to): Hops {
      const { hopsX, hopsY } = treeOf(from);
      return { x: hopsX[to], y: hopsY[to] };
    },
    distance(from, to) {
      const { distance, hopsX, hopsY } = treeOf(from);
      return distance[to] < 0 ? Number.POSITIVE_INFINITY : hopsX[to] + hopsY[to];
    },
    route(from, to) {
      const { last } = treeOf(from);
      const way: number[] = [];
      for (let at = to; at !== from; at = links.from[way[way.length - 1]]) way.push(last[at]);
      return way.reverse();
    },
  };
}
