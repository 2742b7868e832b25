// How does a placement leave a local minimum? Annealing over single moves and swaps, on any objective.
import type { Random } from '../../core/random.ts';

/** What annealing changes and what that costs. */
export interface Annealable {
  readonly vertices: number;
  /** Core of each vertex. */
  readonly core: Int32Array;
  /** A core where the vertex might be better off. */
  propose(vertex: number, random: Random): number;
  /** Whoever has to come back if the vertex goes there; −1 if there is room. */
  partner(vertex: number, to: number, random: Random): number;
  /** Change of the objective when the vertex goes to a core and its partner, unless −1, comes back. */
  change(vertex: number, partner: number, to: number): number;
  /** Does it; false, and nothing done, if that would break a limit. */
  exchange(vertex: number, partner: number, to: number): boolean;
}

/** Last temperature over first. */
const END = 0.02;

/**
 * Annealing with a fixed number of proposals.
 *
 * @param heat - first temperature, in units of the objective
 * @returns change of the objective
 */
export function anneal(state: Annealable, random: Random, proposals: number, heat: number): number {
  if (heat <= 0 || proposals < 1) return 0;
  const cooling = END ** (1 / proposals);
  let sum = 0;
  let temperature = heat;
  for (let i = 0; i < proposals; i++, temperature *= cooling) {
    const vertex = random.int(state.vertices);
    const to = state.propose(vertex, random);
    if (to === state.core[vertex]) continue;
    const partner = state.partner(vertex, to, random);
    const change = state.change(vertex, partner, to);
    if (change > 0 && random.uniform() >= Math.exp(-change / temperature)) continue;
    if (state.exchange(vertex, partner, to)) sum += change;
  }
  return sum;
}
