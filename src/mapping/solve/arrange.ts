// Which core is best for all that shares one? Whole cores change places, on a mesh of equal ones.
import { contract } from './coarsen.ts';
import type { SolverProblem } from './problem.ts';
import { refineByPairs } from './rounds.ts';

/**
 * Gives the contents of cores other places so that Σ weight·hops gets smaller, in place; never worse.
 *
 * @param core - core of each vertex, shape [vertices]
 * @param pairs - near cores, shape [pairs, 2]
 * @param rounds - most rounds over the pairs
 */
export function arrangeCores(problem: SolverProblem, core: Int32Array, pairs: Int32Array, rounds: number): void {
  const groups = contract(problem.graph, core);
  const cores = {
    ...problem,
    graph: { ...groups, size: new Int32Array(groups.vertices).fill(1) },
    grid: { ...problem.grid, capacity: problem.grid.capacity.map(() => 1) },
  };
  const place = Int32Array.from({ length: groups.vertices }, (_, group) => group);
  refineByPairs(cores, place, pairs, rounds);
  for (let v = 0; v < core.length; v++) core[v] = place[core[v]];
}
