// Where does each unit sit? The result of placing, read by metrics, images and reports.

/** Router where inputs enter; `assumed` when nobody stated it. */
export interface Port {
  readonly x: number;
  readonly y: number;
  readonly assumed: boolean;
}

/** Every unit on a core of the target. */
export interface Placement {
  /** Core id (index in the target's topology) of each unit, hidden neurons then readout units, shape [units]. */
  readonly core: Int32Array;
  readonly port: Port;
  readonly seed: number;
  /** The cap it was made under; null when only the target's limits counted. */
  readonly maxNeuronsPerCore: number | null;
  /** Σ|w|·hops of the best start and after the search. */
  readonly cost: { readonly start: number; readonly final: number };
}

/** Ids of the cores that hold at least one unit, ascending. */
export function usedCores(placement: Placement): number[] {
  return [...new Set(placement.core)].sort((a, b) => a - b);
}
