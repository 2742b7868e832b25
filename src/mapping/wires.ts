// What does the search shorten? Undirected flows between units, and towards the port, in exact integers.
import type { MappingProblem } from './problem.ts';
import { contract } from './solve/coarsen.ts';
import { type PlacementGraph, type SizedGraph, unitSized } from './solve/graph.ts';

/**
 * Flows of a problem. The cost Σ|w|·hops depends on |w_uv| + |w_vu| only, so the graph is undirected; autapses cost nothing.
 * Weights are fixed-point integers: sums do not depend on their order, and equal inputs give equal decisions.
 */
export interface Wires {
  readonly graph: SizedGraph;
  /** Weight of each unit's input synapses, shape [units]. */
  readonly port: Float64Array;
  /** Real weight of one integer. */
  readonly scale: number;
}

/** Largest weight as an integer: sums over 2^20 synapses of 2^7 hops stay at most 2^53. */
const FULL_SCALE = 2 ** 26;

/** The flows of a problem. */
export function wiresOf({ synapses, units, unitOfSource }: MappingProblem): Wires {
  const { indptr, indices, values } = synapses;
  const scale = values.reduce((a, b) => Math.max(a, b), 0) / FULL_SCALE || 1;
  const port = new Float64Array(units);
  // Each synapse in the rows of both its ends.
  const start = new Int32Array(units + 1);
  const forEachWire = (visit: (unit: number, sender: number, at: number) => void) => {
    for (let unit = 0; unit < units; unit++) {
      for (let at = indptr[unit]; at < indptr[unit + 1]; at++) {
        const sender = unitOfSource[indices[at]];
        if (sender >= 0 && sender !== unit) visit(unit, sender, at);
      }
    }
  };
  // At least 1: a synapse that exists is never free.
  const weightAt = (at: number) => Math.max(1, Math.round(values[at] / scale));
  for (let unit = 0; unit < units; unit++) {
    for (let at = indptr[unit]; at < indptr[unit + 1]; at++) if (unitOfSource[indices[at]] < 0) port[unit] += weightAt(at);
  }
  forEachWire((unit, sender) => {
    start[unit + 1]++;
    start[sender + 1]++;
  });
  for (let unit = 0; unit < units; unit++) start[unit + 1] += start[unit];
  const next = start.slice();
  const ends = new Int32Array(start[units]);
  const weights = new Float64Array(start[units]);
  forEachWire((unit, sender, at) => {
    const weight = weightAt(at);
    ends[next[unit]] = sender;
    weights[next[unit]++] = weight;
    ends[next[sender]] = unit;
    weights[next[sender]++] = weight;
  });
  const unmerged: PlacementGraph = { vertices: units, indptr: start, indices: ends, weights, position: null };
  // Every unit a cluster of its own: that adds parallel wires up.
  const graph = contract(
    unitSized(unmerged),
    Int32Array.from({ length: units }, (_, unit) => unit),
  );
  return { graph, port, scale };
}

/** The flows between groups of units, which take the place of units. */
export function groupWires({ graph, port, scale }: Wires, group: Int32Array, groups: number): Wires {
  const groupPort = new Float64Array(groups);
  port.forEach((weight, unit) => {
    groupPort[group[unit]] += weight;
  });
  return { graph: { ...contract(graph, group), size: new Int32Array(groups).fill(1) }, port: groupPort, scale };
}
