// What does one matrix–vector product on a core's crossbars consist of?
import type { Target } from './load.ts';

/** One matrix–vector product of a core: all input cycles, all arrays. */
export interface MvmCounts {
  /** Arrays used: row blocks × column blocks. */
  readonly arrays: number;
  /** Reads per input cycle of the fullest array: more than 1 when the converters cannot resolve all rows at once. */
  readonly reads: number;
  /** Input cycles: activation bits over converter bits, rounded up. */
  readonly inputCycles: number;
  /** Row drives, cell reads and conversions over all arrays and input cycles. */
  readonly rowDrives: number;
  readonly cellReads: number;
  readonly conversions: number;
}

/** Rows an array can sum in one read, at most its rows. */
export function rowsPerRead(target: Target): number {
  throw new Error(`not built yet: ${target.id}`);
}

/**
 * The product of a core with the given axons and neurons; whole arrays are charged, used or not (P3).
 *
 * @returns null if the target has no crossbars
 */
export function mvmCounts(target: Target, axons: number, neurons: number, bits = 8): MvmCounts | null {
  throw new Error(`not built yet: ${target.id} ${axons} ${neurons} ${bits}`);
}
