// What does one matrix–vector product on a core's crossbars consist of?
import { UsageError } from '../core/errors.ts';
import { levelsPerCell, storageFormat, usualBits } from './formats.ts';
import { required } from './known.ts';
import type { Target } from './load.ts';
import type { TargetFile } from './schema.ts';
import { arraysFor } from './usage.ts';

/** One matrix–vector product of a core: all input cycles, all arrays. */
export interface MvmCounts {
  /** Arrays used: row blocks × column blocks. */
  readonly arrays: number;
  /** Reads per input cycle of the fullest array: more than 1 when the converters cannot resolve all rows at once. */
  readonly reads: number;
  /** Input cycles: activation bits over converter bits, rounded up; null if either is unknown. */
  readonly inputCycles: number | null;
  /** Row drives, cell reads and conversions over all arrays and input cycles; null with them. */
  readonly rowDrives: number | null;
  readonly cellReads: number | null;
  readonly conversions: number | null;
}

/** What is missing where `inputCycles` is null. */
export const INPUT_CYCLES = 'input cycles of a product';

type CrossbarField = 'rows' | 'cols' | 'adcBits' | 'dacBits';

function crossbarNumber(target: Target, field: CrossbarField): number {
  return required(target, `crossbar.${field}`, target.file.crossbar?.[field], 'a matrix–vector product');
}

/**
 * Rows an array can sum in one read, at most its rows. A converter of b bits tells 2^b sums apart, 0 included, and each
 * row adds at most (levelsPerCell − 1)·(2^dacBits − 1).
 *
 * @throws UsageError if the converter cannot resolve even one row
 */
export function rowsPerRead(target: Target): number {
  const rows = crossbarNumber(target, 'rows');
  if (target.file.crossbar?.readRule === 'all-rows') return rows;
  const [adc, dac] = (['adcBits', 'dacBits'] as const).map((field) => 2 ** crossbarNumber(target, field) - 1);
  const cell = levelsPerCell(target) - 1;
  const resolved = Math.floor(adc / (cell * dac));
  if (resolved === 0) {
    throw new UsageError(
      `the converters of target ${target.id} tell ${adc + 1} sums apart, one row adds up to ${cell * dac}; try more adcBits, or fewer levels a cell or dacBits`,
    );
  }
  return Math.min(rows, resolved);
}

/** The converter that `crossbar.adcBits` picks from the file's table; unknown if the table has none of that width. */
export function converterOf(target: Target): { readonly field: string; readonly data: Converter | undefined } {
  const { adcBits, converters = [] } = target.file.crossbar ?? {};
  const index = converters.findIndex(({ bits }) => bits.value === adcBits?.value);
  return { field: index < 0 ? 'crossbar.converters' : `crossbar.converters[${index}]`, data: converters[index] };
}

type Converter = NonNullable<NonNullable<TargetFile['crossbar']>['converters']>[number];

/**
 * The product of a core with the given rows and neurons, both after expansion for signs and copies; whole arrays are charged,
 * used or not, but a read is split only as often as the used rows ask for. Unit columns are not charged: published energies are a
 * cycle's power divided by the columns that hold weights.
 *
 * @returns null if the target has no analog crossbars
 */
export function mvmCounts(target: Target, rows: number, neurons: number, bits = usualBits(target)): MvmCounts | null {
  // A digital array has no converters, and counts events.
  if (target.file.crossbar?.dacBits === undefined) return null;
  const storage = storageFormat(target, bits);
  if (storage.kind !== 'cells') return null;
  const arrayRows = crossbarNumber(target, 'rows');
  const arrayColumns = crossbarNumber(target, 'cols');
  const arrays = arraysFor(storage, rows, neurons);
  const rowBlocks = Math.ceil(rows / arrayRows);
  const columnBlocks = rowBlocks === 0 ? 0 : arrays / rowBlocks;
  const atOnce = rowsPerRead(target);
  const activationBits = target.file.activation.bits.value;
  const dacBits = target.file.crossbar.dacBits.value;
  const inputCycles = activationBits === null || dacBits === null ? null : Math.ceil(activationBits / dacBits);
  const inAllCycles = (count: number) => (inputCycles === null ? null : count * inputCycles);
  let readsOfAllBlocks = 0;
  for (let block = 0; block < rowBlocks; block++) {
    readsOfAllBlocks += Math.ceil(Math.min(arrayRows, rows - block * arrayRows) / atOnce);
  }
  return {
    arrays,
    reads: Math.ceil(Math.min(arrayRows, rows) / atOnce),
    inputCycles,
    rowDrives: inAllCycles(arrays * arrayRows),
    cellReads: inAllCycles(arrays * arrayRows * arrayColumns),
    conversions: inAllCycles(readsOfAllBlocks * columnBlocks * arrayColumns),
  };
}
