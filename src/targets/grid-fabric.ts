// How do messages travel on a mesh, a torus or a hexagonal grid, over one chip or over the chips of a board?
import { type Fabric, type Hops, LinkList } from './fabric.ts';

/** A grid of routers. */
export interface GridShape {
  readonly wide: number;
  readonly high: number;
  /** Routers of a chip along each axis: a link that leaves such a block leads to another chip. */
  readonly chipWide: number;
  readonly chipHigh: number;
  /** Six links a router, those along (1, 1) and (−1, −1) too. */
  readonly hexagonal: boolean;
  /** Links join opposite edges. */
  readonly wraps: boolean;
  /** Whether there is a router at a grid point, by number y · wide + x. */
  exists(router: number): boolean;
  /** Router of a tile, tiles counted over all chips. */
  routerOf(tileX: number, tileY: number): number;
}

/** Ways out of a router; a route takes them in this order: diagonal first, then along x, then along y. */
const DIRECTIONS = [
  [1, 1],
  [-1, -1],
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
] as const;

/**
 * The fabric of a grid without missing routers. A diagonal link counts as a hop along x.
 *
 * mesh: |dx| + |dy|; torus: the shorter way round on each axis; hexagonal: max(|dx|, |dy|) where both point the same way,
 * else |dx| + |dy|; hexagonal torus: the least of these over the ways round.
 */
export function gridFabric(shape: GridShape): Fabric {
  const { wide, high, hexagonal, wraps } = shape;
  const routers = wide * high;
  const x = Int32Array.from({ length: routers }, (_, router) => router % wide);
  const y = Int32Array.from({ length: routers }, (_, router) => Math.floor(router / wide));
  const list = new LinkList();
  /** Link of a router in a direction, −1 where there is none, shape [routers, directions]. */
  const linkAt = new Int32Array(routers * DIRECTIONS.length).fill(-1);
  for (let router = 0; router < routers; router++) {
    for (const [direction, [dx, dy]] of DIRECTIONS.entries()) {
      if (dx !== 0 && dy !== 0 && !hexagonal) continue;
      const to = neighbour(shape, x[router], y[router], dx, dy);
      if (to === null || !shape.exists(router)) continue;
      linkAt[router * DIRECTIONS.length + direction] = list.add(router, to, dx === 0 ? 'y' : 'x', isOtherChip(shape, router, to));
    }
  }
  /** Signed way along an axis: straight, or, where that is shorter, round; the positive of equals. */
  const around = (delta: number, size: number): number => {
    if (!wraps) return delta;
    const other = otherWay(delta, size);
    if (Math.abs(other) === Math.abs(delta)) return Math.max(other, delta);
    return Math.abs(other) < Math.abs(delta) ? other : delta;
  };
  const way = (from: number, to: number): readonly [number, number] => {
    const dx = x[to] - x[from];
    const dy = y[to] - y[from];
    return hexagonal && wraps ? hexagonalWay(dx, dy, wide, high) : [around(dx, wide), around(dy, high)];
  };
  const hops = (from: number, to: number): Hops => {
    const [dx, dy] = way(from, to);
    const diagonal = hexagonal ? diagonalSteps(dx, dy) : 0;
    return { x: Math.abs(dx), y: Math.abs(dy) - diagonal };
  };
  const distance = (from: number, to: number): number => {
    const dx = x[to] - x[from];
    const dy = y[to] - y[from];
    if (!hexagonal) return Math.abs(around(dx, wide)) + Math.abs(around(dy, high));
    if (!wraps) return hexagonalLength(dx, dy);
    const roundX = otherWay(dx, wide);
    const roundY = otherWay(dy, high);
    return Math.min(hexagonalLength(dx, dy), hexagonalLength(roundX, dy), hexagonalLength(dx, roundY), hexagonalLength(roundX, roundY));
  };
  const route = (from: number, to: number): number[] => {
    const [dx, dy] = way(from, to);
    const diagonal = hexagonal ? diagonalSteps(dx, dy) : 0;
    const steps = [
      [dx > 0 ? 0 : 1, diagonal],
      [dx > 0 ? 2 : 3, Math.abs(dx) - diagonal],
      [dy > 0 ? 4 : 5, Math.abs(dy) - diagonal],
    ] as const;
    const links: number[] = [];
    let at = from;
    for (const [direction, times] of steps) {
      for (let step = 0; step < times; step++) {
        const link = linkAt[at * DIRECTIONS.length + direction];
        links.push(link);
        const [stepX, stepY] = DIRECTIONS[direction];
        at = mod(y[at] + stepY, high) * wide + mod(x[at] + stepX, wide);
      }
    }
    return links;
  };
  return {
    x,
    y,
    wide,
    high,
    wraps,
    links: list.links(),
    exists: shape.exists,
    transit: new Uint8Array(routers).fill(1),
    routerOf: shape.routerOf,
    hops,
    distance,
    route,
    port: { router: westPort(shape), assumption: 'inputs enter at the router in the middle of the west edge' },
  };
}

/** The router nearest to the middle of the west edge. */
function westPort({ wide, high, exists }: GridShape): number {
  const middle = Math.floor((high - 1) / 2);
  for (let x = 0; x < wide; x++) {
    for (let away = 0; away < high; away++) {
      for (const y of [middle - away, middle + away]) if (y >= 0 && y < high && exists(y * wide + x)) return y * wide + x;
    }
  }
  return 0;
}

/**
 * Router one step away; null beyond an open edge, at a gap, and where a step along an axis of length 1 would lead back. Where
 * tiles are missing at the edge of a chip its link to the next chip starts at, and leads to, the nearest router of the row.
 */
function neighbour(shape: GridShape, x: number, y: number, dx: number, dy: number): number | null {
  const { wide, high, chipWide, chipHigh, wraps, exists } = shape;
  let chips = 0;
  for (let step = 1; chips <= 1 && step < chipWide + chipHigh; step++) {
    const [awayX, awayY] = [x + step * dx, y + step * dy];
    const [toX, toY] = wraps ? [mod(awayX, wide), mod(awayY, high)] : [awayX, awayY];
    if (toX < 0 || toY < 0 || toX >= wide || toY >= high || (toX === x && toY === y)) return null;
    chips =
      Math.abs(Math.floor(awayX / chipWide) - Math.floor(x / chipWide)) + Math.abs(Math.floor(awayY / chipHigh) - Math.floor(y / chipHigh));
    if (exists(toY * wide + toX)) return step === 1 || chips === 1 ? toY * wide + toX : null;
  }
  return null;
}

/** Whether a link leads to another chip. */
function isOtherChip({ wide, chipWide, chipHigh }: GridShape, from: number, to: number): boolean {
  const differs = (a: number, b: number, chip: number) => Math.floor(a / chip) !== Math.floor(b / chip);
  return differs(from % wide, to % wide, chipWide) || differs(Math.floor(from / wide), Math.floor(to / wide), chipHigh);
}

/** Signed way round an axis in the other direction. */
function otherWay(delta: number, size: number): number {
  return delta > 0 ? delta - size : delta + size;
}

function diagonalSteps(dx: number, dy: number): number {
  return dx * dy > 0 ? Math.min(Math.abs(dx), Math.abs(dy)) : 0;
}

function hexagonalLength(dx: number, dy: number): number {
  return dx * dy > 0 ? Math.max(Math.abs(dx), Math.abs(dy)) : Math.abs(dx) + Math.abs(dy);
}

/** The shortest of the ways round a hexagonal torus; of equals the one with fewer hops along x, so that both directions agree. */
function hexagonalWay(dx: number, dy: number, wide: number, high: number): readonly [number, number] {
  const roundX = otherWay(dx, wide);
  const roundY = otherWay(dy, high);
  let bestX = dx;
  let bestY = dy;
  for (let round = 1; round < 4; round++) {
    const tryX = round & 1 ? roundX : dx;
    const tryY = round & 2 ? roundY : dy;
    const gain = hexagonalLength(bestX, bestY) - hexagonalLength(tryX, tryY);
    if (gain > 0 || (gain === 0 && Math.abs(tryX) < Math.abs(bestX))) {
      bestX = tryX;
      bestY = tryY;
    }
  }
  return [bestX, bestY];
}

function mod(value: number, size: number): number {
  return ((value % size) + size) % size;
}
