// How do messages travel where routers are missing? By the shortest way that is left, found by search.
import type { Fabric, Hops } from './fabric.ts';

/** What a search from one router found. */
interface Tree {
  /** Links from the start, shape [routers]; −1 where no way leads. */
  readonly distance: Int32Array;
  /** Those of them along x. */
  readonly alongX: Int32Array;
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
    const alongX = new Int32Array(routers);
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
        alongX[to] = alongX[at] + Number(!isAlongY(link));
        last[to] = link;
        if (isNew) queue.push(to);
      }
    }
    const tree = { distance, alongX, last };
    trees.set(start, tree);
    return tree;
  };
  const isAlongY = (link: number) => x[links.from[link]] === x[links.to[link]];
  return {
    ...fabric,
    hops(from, to): Hops {
      const { distance, alongX } = treeOf(from);
      return { x: alongX[to], y: distance[to] - alongX[to] };
    },
    distance: (from, to) => treeOf(from).distance[to],
    route(from, to) {
      const { last } = treeOf(from);
      const way: number[] = [];
      for (let at = to; at !== from; at = links.from[way[way.length - 1]]) way.push(last[at]);
      return way.reverse();
    },
  };
}
