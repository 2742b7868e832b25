// What is a physical constant of a target, with everything a report must say about it, and how are terms of them summed?

import { provenanceText } from './known.ts';
import type { NumberQuantity } from './schema.ts';

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
  /** Provenance with source and locator, or with the reason of an assumption or of a missing value. */
  readonly source: string;
}

/** One term of a sum: counts times constants. */
export interface Term {
  readonly name: string;
  /** In the unit of the estimate; null when something it needs is unknown. */
  readonly value: number | null;
  /** With every constant and every count at the low and the high end of its range. */
  readonly low: number | null;
  readonly high: number | null;
  /** Names of the constants it uses. */
  readonly constants: readonly string[];
}

/** A sum of terms. Unknown terms are left out of the value and make it incomplete. */
export interface Sum {
  /** Null when nothing of it is known, be it that the known terms are of things that do not happen. */
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** False if a term is unknown: the value is then a lower bound ("partial"). */
  readonly complete: boolean;
}

/** An amount that is itself an estimate. */
export interface Band {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** How many of a constant; where nobody knows, the words for what is missing. */
export type Count = number | Band | { readonly unknown: string };

/** A term before evaluation: name, and pairs (count, name of the constant). */
export type TermParts = readonly [name: string, parts: readonly (readonly [count: Count, constant: string])[]];

/** A value object as a constant; a field that the file leaves out is unknown. */
export function constantOf(name: string, field: string, quantity: NumberQuantity | undefined): Constant {
  if (quantity === undefined) {
    const source = 'not-published; the file does not state it';
    return { name, field, value: null, unit: '', bound: 'exact', range: null, provenance: 'not-published', source };
  }
  const { value, unit, bound = 'exact', range = null, provenance } = quantity;
  return { name, field, value, unit, bound, range, provenance, source: provenanceText(quantity) };
}

/** Terms with their values, and what they need and nobody knows: names of constants, or words for a count. */
export function evaluateTerms(
  terms: readonly TermParts[],
  constants: readonly Constant[],
  unitsPerSi: number,
): { terms: Term[]; unknown: string[] } {
  const byName = new Map(constants.map((constant) => [constant.name, constant]));
  const unknown = new Set<string>();
  const evaluated = terms.map(([name, parts]): Term => {
    let value = 0;
    let low = 0;
    let high = 0;
    let known = true;
    for (const [count, constantName] of parts) {
      const constant = byName.get(constantName);
      if (constant === undefined) throw new Error(`the formula's constant ${constantName} is not in the profile`);
      const times = typeof count === 'number' ? { value: count, low: count, high: count } : count;
      const isCounted = !('unknown' in times);
      // Nothing of an unknown cost costs nothing.
      if (isCounted && times.high === 0) continue;
      if (!isCounted || constant.value === null) {
        known = false;
        unknown.add(constant.value === null || isCounted ? constantName : times.unknown);
        continue;
      }
      const [lowest, highest] = constant.range ?? [constant.value, constant.value];
      value += times.value * constant.value * unitsPerSi;
      low += times.low * lowest * unitsPerSi;
      high += times.high * highest * unitsPerSi;
    }
    const names = parts.map(([, constant]) => constant);
    return known ? { name, value, low, high, constants: names } : { name, value: null, low: null, high: null, constants: names };
  });
  return { terms: evaluated, unknown: [...unknown] };
}

/** Sum of the known terms; unknown where they add up to nothing and others are unknown. */
export function sumTerms(terms: readonly Term[]): Sum {
  const known = terms.filter(({ value }) => value !== null);
  const complete = known.length === terms.length;
  if (known.length === 0 || (!complete && known.every(({ high }) => high === 0))) return { value: null, low: null, high: null, complete };
  const add = (pick: (term: Term) => number | null) => known.reduce((sum, term) => sum + (pick(term) ?? 0), 0);
  return { value: add((term) => term.value), low: add((term) => term.low), high: add((term) => term.high), complete };
}
