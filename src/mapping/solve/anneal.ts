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
  /**
   * Sends the vertex to a core and its partner, unless −1, back, if the change of the objective is accepted and no limit broken.
   *
   * @returns the change; 0 if nothing was done
   */
  exchange(vertex: number, partner: number, to: number, accepts: (change: number) => boolean): number;
}

/** Last temperature over first. */
const END = 0.02;

/**
 * Annealing with a fixed number of proposals.
 *
 * @param heat - first temperature, in units of the objective; 0 accepts what costs no more
 * @returns change of the objective
 */
export function anneal(state: Annealable, random: Random, proposals: number, heat: number): number {
  const cooling = END ** (1 / Math.max(1, proposals));
  let temperature = heat;
  const accepts = (change: number) => change <= 0 || (temperature > 0 && random.uniform() < Math.exp(-change / temperature));
  let sum = 0;
  for (let i = 0; i < proposals; i++, temperature *= cooling) {
    const vertex = random.int(state.vertices);
    const to = state.propose(vertex, random);
    if (to !== state.core[vertex]) sum += state.exchange(vertex, state.partner(vertex, to, random), to, accepts);
  }
  return sum;
}
