// How modular is the wiring itself, wherever neurons sit? Directed modularity by groups of neurons.
import { type Csr, forEachEntry } from '../network/csr.ts';
import type { Modularity } from './analysis-file.ts';
import { ACTIVE_WEIGHT } from './connections.ts';

/** Edges between groups: all, those inside a group, and those that leave and enter each group. */
interface GroupEdges {
  readonly total: number;
  readonly inside: number;
  readonly out: Float64Array;
  readonly into: Float64Array;
}

/**
 * Sums edges by group.
 *
 * @param matrix - row = target, column = source
 * @param groupOf - group of each neuron; negative for neurons that are left out with all their edges
 * @param weigh - what an entry counts; 0 leaves it out
 */
export function edgesByGroup(
  matrix: Csr,
  groupOf: ArrayLike<number>,
  groups: number,
  weigh: (value: number, to: number, from: number) => number,
): GroupEdges {
  let total = 0;
  let inside = 0;
  const out = new Float64Array(groups);
  const into = new Float64Array(groups);
  forEachEntry(matrix, (to, from, value) => {
    const [source, target] = [groupOf[from], groupOf[to]];
    if (source < 0 || target < 0) return;
    const weight = weigh(value, to, from);
    total += weight;
    out[source] += weight;
    into[target] += weight;
    if (source === target) inside += weight;
  });
  return { total, inside, out, into };
}

/**
 * Q = (1/E) Σ_ij (A_ij − k_i^out k_j^in / E) δ(g_i, g_j). Newman (2006), directed form of Leicht & Newman (2008).
 *
 * @returns null without edges
 */
export function directedModularity({ total, inside, out, into }: GroupEdges): number | null {
  return total === 0 ? null : inside / total - expectedInside({ total, out, into });
}

/** Share of edges that would lie inside groups if their ends were joined at random. */
function expectedInside({ total, out, into }: Omit<GroupEdges, 'inside'>): number {
  return out.reduce((sum, leaving, group) => sum + leaving * into[group], 0) / total ** 2;
}

/**
 * Modularity of the active recurrent connections by functional cluster. Self-connections are left out: they would raise Q for any
 * grouping.
 *
 * @param clusterOf - cluster of each neuron, negative for neurons that have none
 */
export function structuralModularity(recurrent: Csr, clusterOf: Int32Array, clusters: number): Modularity {
  const isEdge = (value: number, to: number, from: number) => to !== from && Math.abs(value) > ACTIVE_WEIGHT;
  const edges = edgesByGroup(recurrent, clusterOf, clusters, (...entry) => (isEdge(...entry) ? 1 : 0));
  const weighted = edgesByGroup(recurrent, clusterOf, clusters, (...entry) => (isEdge(...entry) ? Math.abs(entry[0]) : 0));
  const sizes = new Int32Array(clusters);
  for (const cluster of clusterOf) if (cluster >= 0) sizes[cluster]++;
  const members = sizes.reduce((sum, size) => sum + size, 0);
  const pairsInside = sizes.reduce((sum, size) => sum + size * (size - 1), 0);
  const pairsBetween = members * (members - 1) - pairsInside;
  const densityInside = pairsInside === 0 ? null : edges.inside / pairsInside;
  const densityBetween = pairsBetween === 0 ? null : (edges.total - edges.inside) / pairsBetween;
  return {
    densityInside,
    densityBetween,
    pEffective: densityInside === null || densityInside === 0 || densityBetween === null ? null : densityBetween / densityInside,
    qBinary: directedModularity(edges),
    qWeighted: directedModularity(weighted),
    qMaximum: edges.total === 0 ? null : 1 - expectedInside(edges),
  };
}
