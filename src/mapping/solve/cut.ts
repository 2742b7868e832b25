// Which core does each position belong to? Recursive coordinate bisection of vertices and cores together.
import { type Random, randomStream } from '../../core/random.ts';
import type { SizedGraph } from './graph.ts';

/** Cores with coordinates and room. */
export interface CoreGrid {
  /** Shape [cores]. */
  readonly x: Int32Array;
  readonly y: Int32Array;
  /** Shape [cores]. */
  readonly capacity: Float64Array;
}

/**
 * Gives each vertex a core so that neighbours in position are neighbours on the chip and no capacity is exceeded, as far as
 * sizes of vertices allow.
 *
 * @param position - x and y of each vertex, shape [vertices, 2]
 * @param cores - cores to fill
 * @param fill - 0: loads are proportional to capacities; 1: each first half takes all it can before the other gets any
 */
export function cutPositions(
  { vertices, size }: Pick<SizedGraph, 'vertices' | 'size'>,
  position: Float64Array,
  grid: CoreGrid,
  cores: Int32Array,
  fill = 0,
): Int32Array {
  const core = new Int32Array(vertices);
  const order = Int32Array.from({ length: vertices }, (_, v) => v);
  const key = new Float64Array(vertices);
  // Chance decides how long it takes, not what comes out.
  const random = randomStream(0, 'solve/cut');
  const recurse = (some: Int32Array, places: Int32Array): void => {
    if (places.length === 1) {
      for (const v of some) core[v] = places[0];
      return;
    }
    const [axis, sortedPlaces] = sortedAlongLonger(grid, places);
    const first = splitPlaces(axis === 0 ? grid.x : grid.y, sortedPlaces);
    let left = 0;
    let all = 0;
    sortedPlaces.forEach((place, i) => {
      all += grid.capacity[place];
      if (i < first) left += grid.capacity[place];
    });
    let total = 0;
    for (const v of some) {
      total += size[v];
      key[v] = position[2 * v + axis];
    }
    const even = (total * left) / all;
    const target = even + fill * (Math.min(left, total) - even);
    // In a tight half, whole numbers must not overflow either side.
    const size0 = split(some, key, size, Math.min(left, Math.max(total - (all - left), Math.round(target))), random);
    recurse(some.subarray(0, size0), sortedPlaces.subarray(0, first));
    recurse(some.subarray(size0), sortedPlaces.subarray(first));
  };
  recurse(order, cores);
  return core;
}

function sortedAlongLonger({ x, y }: CoreGrid, places: Int32Array): [number, Int32Array] {
  const extent = (values: Int32Array) => {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const place of places) {
      low = Math.min(low, values[place]);
      high = Math.max(high, values[place]);
    }
    return high - low;
  };
  const axis = extent(x) >= extent(y) ? 0 : 1;
  const [major, minor] = axis === 0 ? [x, y] : [y, x];
  return [axis, Int32Array.from(places).sort((a, b) => major[a] - major[b] || minor[a] - minor[b] || a - b)];
}

/** Half of the places, moved to the nearest boundary between two columns. */
function splitPlaces(coordinate: Int32Array, sorted: Int32Array): number {
  const middle = sorted.length >> 1;
  let below = middle;
  while (below > 0 && coordinate[sorted[below - 1]] === coordinate[sorted[middle]]) below--;
  let above = middle;
  while (above < sorted.length && coordinate[sorted[above]] === coordinate[sorted[middle]]) above++;
  if (below === 0 && above === sorted.length) return middle;
  if (below === 0) return above;
  if (above === sorted.length) return below;
  return middle - below <= above - middle ? below : above;
}

/**
 * Reorders vertices so that those with the smallest keys, ties by number, up to a total size come first; returns how many.
 * Quickselect by size: expected linear time, whatever the order of the vertices.
 */
function split(some: Int32Array, key: Float64Array, size: Int32Array, target: number, random: Random): number {
  let low = 0;
  let high = some.length;
  let before = 0;
  while (low < high) {
    const pick = () => low + random.int(high - low);
    swap(some, medianOfThree(some, key, pick(), pick(), pick()), high - 1);
    const pivot = some[high - 1];
    let at = low;
    let sum = 0;
    for (let i = low; i < high - 1; i++) {
      if (!isBefore(key, some[i], pivot)) continue;
      sum += size[some[i]];
      swap(some, i, at++);
    }
    swap(some, at, high - 1);
    if (before + sum > target) high = at;
    else if (before + sum + size[pivot] <= target) {
      before += sum + size[pivot];
      low = at + 1;
    } else {
      before += sum;
      low = at;
      break;
    }
  }
  // The vertex across the border goes where more of it lies.
  return low < some.length && before + size[some[low]] - target < target - before ? low + 1 : low;
}

function isBefore(key: Float64Array, a: number, b: number): boolean {
  return key[a] < key[b] || (key[a] === key[b] && a < b);
}

function medianOfThree(some: Int32Array, key: Float64Array, a: number, b: number, c: number): number {
  const ab = isBefore(key, some[a], some[b]);
  const bc = isBefore(key, some[b], some[c]);
  if (ab === bc) return b;
  return isBefore(key, some[a], some[c]) === ab ? c : a;
}

function swap(some: Int32Array, a: number, b: number): void {
  const moved = some[a];
  some[a] = some[b];
  some[b] = moved;
}
