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
  // At least 1: a synapse that exists is never free.
  const fixed = (weight: number) => Math.max(1, Math.round(weight / scale));
  const port = new Float64Array(units);
  const degree = new Int32Array(units + 1);
  const isWire = (unit: number, source: number) => source < neurons && source !== unit;
  forEachEntry(synapses, (unit, source, weight) => {
    if (source >= neurons) port[unit] += fixed(weight);
    if (!isWire(unit, source)) return;
    degree[unit + 1]++;
    degree[source + 1]++;
  });
  for (let unit = 0; unit < units; unit++) degree[unit + 1] += degree[unit];
  const end = degree.slice(0, units);
  const indices = new Int32Array(degree[units]);
  const weights = new Float64Array(degree[units]);
  const add = (unit: number, other: number, weight: number) => {
    indices[end[unit]] = other;
    weights[end[unit]++] = weight;
  };
  forEachEntry(synapses, (unit, source, weight) => {
    if (!isWire(unit, source)) return;
    add(unit, source, fixed(weight));
    add(source, unit, fixed(weight));
  });
  return { units, ...merged(degree, indices, weights), port, scale };
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

/** Sorts each row by neighbour and adds parallel wires. */
function merged(indptr: Int32Array, indices: Int32Array, weights: Float64Array): Pick<Wires, 'indptr' | 'indices' | 'weights'> {
  const start = new Int32Array(indptr.length);
  let out = 0;
  for (let row = 0; row + 1 < indptr.length; row++) {
    const order = Array.from({ length: indptr[row + 1] - indptr[row] }, (_, i) => indptr[row] + i).sort((a, b) => indices[a] - indices[b]);
    const entries = order.map((at) => [indices[at], weights[at]] as const);
    // Rows only shrink, so writing behind the reader is safe.
    for (const [other, weight] of entries) {
      if (out > start[row] && indices[out - 1] === other) weights[out - 1] += weight;
      else {
        indices[out] = other;
        weights[out++] = weight;
      }
    }
    start[row + 1] = out;
  }
  return { indptr: start, indices: indices.slice(0, out), weights: weights.slice(0, out) };
}
