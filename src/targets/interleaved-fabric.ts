// How do messages travel between neuron tiles that routing tiles surround?
import { type Fabric, type Hops, LinkList } from './fabric.ts';
import { searchedFabric } from './searched-fabric.ts';

type Point = readonly [x: number, y: number];

/**
 * The fabric of columns × rows neuron tiles at the odd positions of a (2·columns + 1) × (2·rows + 1) grid; all other positions
 * are routing tiles. A link is a side that two tiles share. Neuron tiles pass nothing on, so a straight way is blocked by the
 * tiles in between.
 *
 * A hop is a routing tile that a message enters, so the last side of its way is none: 0 in the same tile; 2(Δr + Δc) − 1 where
 * both differ or the tiles are neighbours; 2(Δr + Δc) + 1 where they lie in one row or column two or more apart. That a tile
 * in between is no stop on the way breaks the triangle inequality, on the chip as here.
 *
 * @see EIS-Hub/Mosaic, mosaic/utils.py: the list of rules that this is the closed form of
 */
export function interleavedFabric(columns: number, rows: number): Fabric {
  const wide = 2 * columns + 1;
  const high = 2 * rows + 1;
  const routers = wide * high;
  const x = Int32Array.from({ length: routers }, (_, router) => router % wide);
  const y = Int32Array.from({ length: routers }, (_, router) => Math.floor(router / wide));
  const isNeuronTile = (router: number) => x[router] % 2 === 1 && y[router] % 2 === 1;
  const list = new LinkList();
  const linkBetween = new Map<number, number>();
  for (let from = 0; from < routers; from++) {
    // biome-ignore format: four directions
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]] as const) {
      const [toX, toY] = [x[from] + dx, y[from] + dy];
      if (toX < 0 || toY < 0 || toX >= wide || toY >= high) continue;
      const to = toY * wide + toX;
      linkBetween.set(from * routers + to, list.add(from, to, isNeuronTile(to) ? 'none' : dx === 0 ? 'y' : 'x', false));
    }
  }
  const hops = (from: number, to: number): Hops => {
    if (from === to) return { x: 0, y: 0 };
    const dx = Math.abs(x[to] - x[from]);
    const dy = Math.abs(y[to] - y[from]);
    if (dy === 0) return dx === 2 ? { x: 1, y: 0 } : { x: dx, y: 1 };
    if (dx === 0) return dy === 2 ? { x: 0, y: 1 } : { x: 1, y: dy };
    return { x: dx, y: dy - 1 };
  };
  /** Corners of the way between two neuron tiles: out along x, or sideways where the straight way is blocked. */
  const corners = (from: number, to: number): readonly Point[] => {
    const [xa, ya, xb, yb] = [x[from], y[from], x[to], y[to]];
    const beforeX = xa + Math.sign(xb - xa);
    const beforeY = yb - Math.sign(yb - ya);
    // biome-ignore format: ways
    if (ya === yb) return Math.abs(xb - xa) <= 2 ? [] : [[xa, ya + 1], [xb, ya + 1]];
    // biome-ignore format: ways
    if (xa === xb) return Math.abs(yb - ya) <= 2 ? [] : [[xa + 1, ya], [xa + 1, yb]];
    // biome-ignore format: ways
    return [[beforeX, ya], [beforeX, beforeY], [xb, beforeY]];
  };
  const route = (from: number, to: number): number[] => {
    const way: number[] = [];
    let [atX, atY] = [x[from], y[from]];
    for (const [toX, toY] of [...corners(from, to), [x[to], y[to]] as const]) {
      while (atX !== toX || atY !== toY) {
        const at = atY * wide + atX;
        atX += Math.sign(toX - atX);
        atY += Math.sign(toY - atY);
        way.push(linkBetween.get(at * routers + atY * wide + atX) as number);
      }
    }
    return way;
  };
  const fabric: Fabric = {
    x,
    y,
    wide,
    high,
    wraps: false,
    links: list.links(),
    exists: () => true,
    transit: Uint8Array.from({ length: routers }, (_, router) => Number(!isNeuronTile(router))),
    routerOf: (tileX, tileY) => (2 * tileY + 1) * wide + 2 * tileX + 1,
    hops,
    distance: (from, to) => {
      const { x: alongX, y: alongY } = hops(from, to);
      return alongX + alongY;
    },
    route,
    port: { router: columns, assumption: 'inputs enter at the routing tile in the middle of the north edge' },
  };
  // Ways from the port start at a routing tile.
  const searched = searchedFabric(fabric);
  const view = (from: number) => (isNeuronTile(from) ? fabric : searched);
  return {
    ...fabric,
    hops: (from, to) => view(from).hops(from, to),
    distance: (from, to) => view(from).distance(from, to),
    route: (from, to) => view(from).route(from, to),
  };
}
