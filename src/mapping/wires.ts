// What does the search shorten? Undirected flows between units, and towards the port, in exact integers.
import { forEachEntry } from '../network/csr.ts';
import type { MappingProblem } from './problem.ts';

/**
 * Flows of a problem. The cost Σ|w|·hops depends on |w_uv| + |w_vu| only, so the graph is undirected; autapses cost nothing.
 * Weights are fixed-point integers: sums do not depend on their order, and equal inputs give equal decisions.
 */
export interface Wires {
  readonly units: number;
  /** Compressed rows, neighbours ascending, shape [units, units], symmetric. */
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  readonly weights: Float64Array;
  /** Weight of each unit's input synapses, shape [units]. */
  readonly port: Float64Array;
  /** Real weight of one integer. */
  readonly scale: number;
}

/** Largest weight as an integer: sums over 2^20 synapses of 2^7 hops stay at most 2^53. */
const FULL_SCALE = 2 ** 26;

/** The flows of a problem. */
export function wiresOf(problem: MappingProblem): Wires {
  const { synapses, neurons, units } = problem;
  const largest = synapses.values.reduce((a, b) => Math.max(a, b), 0);
  const scale = largest > 0 ? largest / FULL_SCALE : 1;
  const port = new Float64Array(units);
  const ends: [number, number, number][] = [];
  forEachEntry(synapses, (unit, source, weight) => {
    // At least 1: a synapse that exists is never free.
    const fixed = Math.max(1, Math.round(weight / scale));
    if (source >= neurons) port[unit] += fixed;
    else ends.push([unit, source, fixed]);
  });
  return { units, ...symmetric(units, ends), port, scale };
}

/** The flows between groups of units, which take the place of units. */
export function groupWires(wires: Wires, group: Int32Array, groups: number): Wires {
  const port = new Float64Array(groups);
  const ends: [number, number, number][] = [];
  for (let unit = 0; unit < wires.units; unit++) {
    port[group[unit]] += wires.port[unit];
    for (let at = wires.indptr[unit]; at < wires.indptr[unit + 1]; at++) {
      // Each wire is listed at both ends.
      if (wires.indices[at] > unit) ends.push([group[unit], group[wires.indices[at]], wires.weights[at]]);
    }
  }
  return { units: groups, ...symmetric(groups, ends), port, scale: wires.scale };
}

/** Flow between two units; 0 if they are not connected. */
export function flowBetween(wires: Wires, a: number, b: number): number {
  let low = wires.indptr[a];
  let high = wires.indptr[a + 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (wires.indices[middle] < b) low = middle + 1;
    else high = middle;
  }
  return low < wires.indptr[a + 1] && wires.indices[low] === b ? wires.weights[low] : 0;
}

/**
 * Σ weight·hops of units on cores, in integers.
 *
 * @param distance - hops between two cores of the same numbering as `core`, shape [cores, cores]
 * @param portDistance - hops from the port, shape [cores]
 */
export function wiringCost(wires: Wires, core: ArrayLike<number>, distance: Float64Array, portDistance: Float64Array): number {
  const cores = portDistance.length;
  let twice = 0;
  let input = 0;
  for (let unit = 0; unit < wires.units; unit++) {
    const row = core[unit] * cores;
    for (let at = wires.indptr[unit]; at < wires.indptr[unit + 1]; at++)
      twice += wires.weights[at] * distance[row + core[wires.indices[at]]];
    input += wires.port[unit] * portDistance[core[unit]];
  }
  return twice / 2 + input;
}

/** Compressed rows of both directions of each wire, parallel ones added, those from a unit to itself left out. */
function symmetric(units: number, ends: readonly (readonly [number, number, number])[]): Pick<Wires, 'indptr' | 'indices' | 'weights'> {
  const rows: Map<number, number>[] = Array.from({ length: units }, () => new Map());
  for (const [a, b, weight] of ends) {
    if (a === b) continue;
    rows[a].set(b, (rows[a].get(b) ?? 0) + weight);
    rows[b].set(a, (rows[b].get(a) ?? 0) + weight);
  }
  const indptr = new Int32Array(units + 1);
  rows.forEach((row, unit) => {
    indptr[unit + 1] = indptr[unit] + row.size;
  });
  const indices = new Int32Array(indptr[units]);
  const weights = new Float64Array(indptr[units]);
  rows.forEach((row, unit) => {
    const sorted = [...row].sort(([a], [b]) => a - b);
    indices.set(
      sorted.map(([other]) => other),
      indptr[unit],
    );
    weights.set(
      sorted.map(([, weight]) => weight),
      indptr[unit],
    );
  });
  return { indptr, indices, weights };
}
