// How do report data become cells? Formats that many columns share, and values that are only bounds.
import type { PartMetrics } from '../mapping/metrics.ts';
import type { Sum } from '../targets/constants.ts';
import type { Bounded } from './format.ts';

export const words = { unit: '', format: 'words' } as const;
export const count = { unit: '', format: { decimals: 0 } } as const;
export const share = { unit: '', format: 'percent' } as const;

/** A sum as a cell; with unknown terms left out it is a lower bound, and then at the low end of what is known. */
export function sumValue(sum: Sum | undefined, factor: number): number | Bounded | null {
  if (sum === undefined || sum.value === null || sum.low === null) return null;
  return sum.complete ? sum.value * factor : { bound: '≥', value: sum.low * factor };
}

/** A length in mm as a cell; an area-share pitch gives an upper bound. */
export function lengthValue(lengthMm: number | null, basis: string | null): number | Bounded | null {
  return lengthMm === null || lengthMm === 0 || basis !== 'area-share' ? lengthMm : { bound: '≤', value: lengthMm };
}

/** A value over its expectation under random placement; empty where random placement costs nothing either. */
export function overRandom({ ratio }: PartMetrics['nullModel']['wiringCost']): number | string {
  return ratio ?? '';
}
