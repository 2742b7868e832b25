// What is a physical constant of a target, with everything a report must say about it?

/** A constant as a formula uses it: SI value, and where it comes from. */
export interface Constant {
  /** Name within its formula, for example `hopX`. */
  readonly name: string;
  /** SI units (J, s, W); null is unknown, never 0. */
  readonly value: number | null;
  readonly unit: string;
  readonly bound: string;
  /** Low and high, where the source gives a band. */
  readonly range: readonly [number, number] | null;
  readonly provenance: string;
  /** Field of the target file. */
  readonly field: string;
  /** Source ids with locator, or the reason of an assumption or of a missing value. */
  readonly source: string;
}

/** One term of a sum: a count times constants. */
export interface Term {
  readonly name: string;
  /** In the unit of the estimate; null when a constant it needs is unknown. */
  readonly value: number | null;
  /** With every constant at the low and the high end of its range. */
  readonly low: number | null;
  readonly high: number | null;
  /** Names of the constants it uses. */
  readonly constants: readonly string[];
}

/** A sum of terms. Unknown terms are left out of the value and make it incomplete. */
export interface Sum {
  /** Null when no term is known. */
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** False if a term is unknown: the value is then a lower bound ("partial"). */
  readonly complete: boolean;
}
