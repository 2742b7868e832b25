// When is refinement done? Rounds over all pairs of near cores, until one brings next to nothing.
import { Assignment } from './assignment.ts';
import { PairRefinement } from './pairs.ts';
import { type SolverProblem, wiringCost } from './problem.ts';

/** A round that gains less than this share of the cost is the last. */
const WORTH = 1e-4;

/**
 * Rounds over pairs of near cores; a pair is looked at again only if one of the two has changed since.
 *
 * @param pairs - shape [pairs, 2]
 * @returns what was gained, in Σ weight·hops
 */
export function refineRounds(problem: SolverProblem, assignment: Assignment, pairs: Int32Array, cost: number, rounds: number): number {
  const refinement = new PairRefinement(problem, assignment);
  const visited = new Int32Array(pairs.length / 2).fill(-1);
  let gained = 0;
  for (let round = 0; round < rounds; round++) {
    let gain = 0;
    for (let p = 0; p < visited.length; p++) {
      const a = pairs[2 * p];
      const b = pairs[2 * p + 1];
      if (assignment.changed[a] <= visited[p] && assignment.changed[b] <= visited[p]) continue;
      gain += refinement.improve(a, b);
      visited[p] = assignment.time;
    }
    gained += gain;
    // A loss is the price of a legal state, from which there may be more to gain.
    if (gain >= 0 && gain <= WORTH * (cost - gained)) break;
  }
  return gained;
}

/**
 * Improves a placement in place by pairs alone, where capacities are all there is to keep to.
 *
 * @param core - core of each vertex, shape [vertices]
 * @returns Σ weight·hops
 */
export function refineByPairs(problem: SolverProblem, core: Int32Array, pairs: Int32Array, rounds: number): number {
  const cost = wiringCost(problem, core);
  return cost - refineRounds(problem, new Assignment(problem, core), pairs, cost, rounds);
}
