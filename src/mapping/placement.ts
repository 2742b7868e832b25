// Where does each unit sit? The result of placing, read by metrics, images and reports.

import type { Objective } from './objective-names.ts';

/** Every unit on a core of the chip. */
export interface Placement {
  /** Core id (index in the target's topology) of each unit, hidden neurons then readout units, shape [units]. */
  readonly core: Int32Array;
  readonly seed: number;
  /** Σ|w|·hops of the best start and after the search. */
  readonly cost: { readonly start: number; readonly final: number };
  /** The objective where it is another, before and after the search for it, in its own unit; null for `wire`. */
  readonly objective: { readonly name: Exclude<Objective, 'wire'>; readonly start: number; readonly final: number } | null;
}

/** Ids of the cores that hold at least one unit, ascending. */
export function usedCores(placement: Placement): number[] {
  return [...new Set(placement.core)].sort((a, b) => a - b);
}
