// How is a placement improved? Pairs of cores, annealing, pairs again; never worse than it was.
import type { Random } from '../../core/random.ts';
import { anneal } from './anneal.ts';
import { Assignment, type Limits } from './assignment.ts';
import { GraphMoves } from './graph-moves.ts';
import type { SolverProblem } from './problem.ts';
import { refineRounds } from './rounds.ts';

/** How long to search. */
export interface RefineOptions {
  /** Near cores, shape [pairs, 2]. */
  readonly pairs: Int32Array;
  /** Rounds over all pairs, before and after annealing. */
  readonly rounds: number;
  /** Moves and swaps that annealing tries. */
  readonly proposals: number;
  readonly random: Random;
}

/** Proposals a vertex for which the first temperature is the mean cost of a vertex; fewer start cooler, so that they end cold. */
const PROPOSALS_AT_MEAN_COST = 800;
const HOTTEST = 0.7;

/**
 * Improves a placement in place.
 *
 * @param core - core of each vertex, shape [vertices]
 * @param cost - Σ weight·hops of the placement
 * @param limitsOf - makes the limits that hold beside capacities for a placement; null where there are none
 * @returns Σ weight·hops
 */
export function refine(
  problem: SolverProblem,
  core: Int32Array,
  cost: number,
  limitsOf: ((core: Int32Array) => Limits | null) | null,
  { pairs, rounds, proposals, random }: RefineOptions,
): number {
  const assignment = new Assignment(problem, core, limitsOf?.(core) ?? null);
  const refined = cost - refineRounds(problem, assignment, pairs, cost, rounds);
  if (proposals === 0) return refined;
  const before = Int32Array.from(core);
  const illegal = assignment.limits?.illegal ?? 0;
  const moves = new GraphMoves(problem, assignment);
  const heat = Math.min(HOTTEST, proposals / moves.vertices / PROPOSALS_AT_MEAN_COST) * moves.meanCost();
  const annealed = refined + anneal(moves, random, proposals, heat);
  const after = annealed - refineRounds(problem, assignment, pairs, annealed, rounds);
  if (((assignment.limits?.illegal ?? 0) - illegal || after - refined) <= 0) return after;
  core.set(before);
  return refined;
}
