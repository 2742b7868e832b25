// What are placements measured against, and how is one made legal that is not?
import type { PlacementGraph } from '../../../src/mapping/solve/graph.ts';
import type { Mesh } from '../../../src/mapping/solve/place-graph.ts';

/** Expected cost of a uniformly random placement, every core equally full: hops of two random cores, times the weight. */
export function randomCost(graph: PlacementGraph, { width, height }: Mesh): number {
  let all = 0;
  for (const w of graph.weights) all += w;
  return ((all / 2) * (width - 1 / width + height - 1 / height)) / 3;
}

/**
 * The grid cut into equal squares, one a core, whatever the network: what a placement by hand would be. On the smallest square
 * of cores where none is overfull; on the whole mesh if there is no such square.
 */
export function equalSquares(site: Float64Array, mesh: Mesh): Int32Array {
  const vertices = site.length / 2;
  const largest = Math.min(mesh.width, mesh.height);
  for (let side = Math.ceil(Math.sqrt(vertices / mesh.capacity)); side <= largest; side++) {
    const core = cutEvenly(site, mesh, side, side);
    if (loads(mesh, core).every((load) => load <= mesh.capacity)) return core;
  }
  return cutEvenly(site, mesh, mesh.width, mesh.height);
}

function cutEvenly(site: Float64Array, mesh: Mesh, columns: number, rows: number): Int32Array {
  let side = 1;
  for (const coordinate of site) side = Math.max(side, coordinate + 1);
  return Int32Array.from({ length: site.length / 2 }, (_, v) => {
    const x = Math.floor((site[2 * v] * columns) / side);
    const y = Math.floor((site[2 * v + 1] * rows) / side);
    return y * mesh.width + x;
  });
}

/**
 * Makes a placement legal: each vertex too many starts a chain of moves to a core with room, over neighbouring cores, along the
 * way that costs least; on every link of it the vertex moves that costs least there.
 *
 * @returns the legal placement and how many moves it took
 */
export function repair(graph: PlacementGraph, mesh: Mesh, core: Int32Array): { readonly core: Int32Array; readonly moves: number } {
  const { width, height, capacity } = mesh;
  const cores = width * height;
  if (graph.vertices > cores * capacity) throw new Error('no placement can be legal');
  const placed = core.slice();
  const load = loads(mesh, placed);
  const members: number[][] = Array.from({ length: cores }, () => []);
  placed.forEach((c, v) => {
    members[c].push(v);
  });
  // What moves out of a core best, a link: forgotten when one of the two cores changes.
  const best = new Int32Array(4 * cores).fill(-1);
  const price = new Float64Array(4 * cores);
  let moves = 0;
  for (let c = 0; c < cores; c++) while (load[c] > capacity) relieve(c);
  return { core: placed, moves };

  function relieve(start: number): void {
    const distance = new Map<number, number>([[start, 0]]);
    const via = new Map<number, readonly [number, number]>();
    const isDone = new Set<number>();
    const queue = new Heap();
    queue.push(start, 0);
    for (;;) {
      const c = queue.pop();
      if (isDone.has(c)) continue;
      isDone.add(c);
      if (load[c] < capacity) {
        shift(start, c, via);
        return;
      }
      for (let side = 0; side < 4; side++) {
        const next = beside(c, side);
        if (next < 0 || isDone.has(next)) continue;
        // A move that saves is taken as free, so that ways stay short.
        const way = (distance.get(c) ?? 0) + Math.max(0, linkPrice(c, side, next)) + 1e-6;
        if (way >= (distance.get(next) ?? Infinity)) continue;
        distance.set(next, way);
        via.set(next, [c, side]);
        queue.push(next, way);
      }
    }
  }

  function shift(start: number, end: number, via: ReadonlyMap<number, readonly [number, number]>): void {
    for (let to = end; to !== start; ) {
      const [c, side] = via.get(to) ?? [start, 0];
      linkPrice(c, side, to);
      const v = best[4 * c + side];
      members[c].splice(members[c].indexOf(v), 1);
      members[to].push(v);
      placed[v] = to;
      load[c]--;
      load[to]++;
      moves++;
      for (const changed of [c, to]) forget(changed);
      to = c;
    }
  }

  function forget(c: number): void {
    best.fill(-1, 4 * c, 4 * c + 4);
    for (let side = 0; side < 4; side++) {
      const next = beside(c, side);
      if (next >= 0) best.fill(-1, 4 * next, 4 * next + 4);
    }
  }

  function linkPrice(c: number, side: number, to: number): number {
    const at = 4 * c + side;
    if (best[at] >= 0) return price[at];
    price[at] = Infinity;
    for (const v of members[c]) {
      const delta = cost(v, to) - cost(v, c);
      if (delta < price[at]) {
        price[at] = delta;
        best[at] = v;
      }
    }
    return price[at];
  }

  function cost(v: number, c: number): number {
    const x = c % width;
    const y = (c - x) / width;
    let sum = 0;
    for (let at = graph.indptr[v]; at < graph.indptr[v + 1]; at++) {
      const other = placed[graph.indices[at]];
      const ox = other % width;
      sum += graph.weights[at] * (Math.abs(x - ox) + Math.abs(y - (other - ox) / width));
    }
    return sum;
  }

  function beside(c: number, side: number): number {
    const x = c % width;
    if (side === 0) return x > 0 ? c - 1 : -1;
    if (side === 1) return x < width - 1 ? c + 1 : -1;
    if (side === 2) return c >= width ? c - width : -1;
    return c + width < cores ? c + width : -1;
  }
}

function loads({ width, height }: Mesh, core: Int32Array): Int32Array {
  const load = new Int32Array(width * height);
  for (const c of core) load[c]++;
  return load;
}

/** Smallest key first. */
class Heap {
  private readonly items: [number, number][] = [];

  push(item: number, key: number): void {
    const { items } = this;
    let at = items.length;
    items.push([item, key]);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (items[parent][1] <= key) break;
      items[at] = items[parent];
      at = parent;
    }
    items[at] = [item, key];
  }

  pop(): number {
    const { items } = this;
    const [top] = items;
    const last = items.pop();
    if (top === undefined || last === undefined) throw new Error('no core has room');
    if (items.length === 0) return top[0];
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && items[child + 1][1] < items[child][1]) child++;
      if (items[child][1] >= last[1]) break;
      items[at] = items[child];
      at = child;
    }
    items[at] = last;
    return top[0];
  }
}
