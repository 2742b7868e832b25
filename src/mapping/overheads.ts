// What does a chip ask for beyond one slot a neuron and one row a source? Rows for signs, copies for targets, sums for fan-in.
import { type StorageFormat, storageFormat } from '../targets/formats.ts';
import type { CoreTotals } from '../targets/usage.ts';
import type { Chip } from './chip.ts';
import type { MappingProblem } from './problem.ts';
import { type SplitSummary, splitSummary } from './split-fan-in.ts';

/** What the way of a chip costs. */
export interface Overheads {
  /** Fan-ins split into partial sums (C5); null if none was. */
  readonly fanInSplit: SplitSummary | null;
  /** Neuron slots that only reach more targets (C6). */
  readonly copies: number;
  /** Rows over distinct sources of all cores, arrays over those of one sign, and columns of a neuron (C7); null for synapse lists. */
  readonly expansion: { readonly rows: number; readonly arrays: number; readonly columnsPerNeuron: number } | null;
}

/** Measures the overheads of a placement, from the totals of its cores. */
export function overheadsOf(problem: MappingProblem, chip: Chip, totals: readonly Readonly<CoreTotals>[]): Overheads {
  const sum = (of: (core: Readonly<CoreTotals>) => number) => totals.reduce((all, core) => all + of(core), 0);
  const storage = storageFormat(chip.target, chip.weightBits);
  return {
    fanInSplit: splitSummary(problem),
    copies: sum(({ copies }) => copies),
    expansion: expansionOf(
      storage,
      sum(({ rows }) => rows),
      sum(({ axons }) => axons),
    ),
  };
}

function expansionOf(storage: StorageFormat, rows: number, axons: number): Overheads['expansion'] {
  if (storage.kind !== 'cells') return null;
  const { classRows, arraySigns, columnWeights } = storage;
  return {
    rows: axons === 0 ? 1 : (rows * classRows[0].length) / axons,
    arrays: arraySigns.length,
    columnsPerNeuron: columnWeights.length,
  };
}
