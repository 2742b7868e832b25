// Which integers do all weights of a network become? The one path of quantization, post-training and in training alike.
import type { Csr } from '../network/csr.ts';
import type { Network } from '../network/network.ts';
import type { Units } from './integer-network.ts';
import { hiddenFormat, readoutFormat, type UnitOptions } from './units.ts';
import { type RoundedEntries, roundEntries } from './weight-format.ts';
import { chooseTable, nearestLevel } from './weight-table.ts';

/** What weights may become. */
export type RoundOptions = Pick<UnitOptions, 'weights' | 'widths'>;

/** Integers of every entry of every matrix. */
export interface RoundedWeights {
  readonly recurrent: RoundedEntries;
  readonly input: RoundedEntries;
  readonly readout: RoundedEntries;
}

/** Matrices by name, with the real value of one integer by row. */
export function weightScales({ state, input, accumulator, readout }: Units) {
  return {
    recurrent: (row: number) => accumulator[row] / state,
    input: (row: number) => accumulator[row] / input,
    readout: () => readout / state,
  };
}

/** Rounds every weight to the integer that is stored. */
export function roundWeights(network: Network, units: Units, options: RoundOptions): RoundedWeights {
  const scales = weightScales(units);
  const formatOf = (row: number) => hiddenFormat(options, row);
  const readoutAs = readoutFormat(options);
  const recurrent = roundEntries(network.recurrent, scales.recurrent, formatOf);
  const input = roundEntries(network.input, scales.input, formatOf);
  const readout = roundEntries(network.readout, scales.readout, () => readoutAs);
  const { rowLevels } = options.weights;
  if (rowLevels !== undefined) {
    for (let i = 0; i < network.neurons; i++) {
      toTable([rowOf(network.recurrent, recurrent, i), rowOf(network.input, input, i)], rowLevels);
    }
    for (let k = 0; k < network.outputs; k++) toTable([rowOf(network.readout, readout, k)], rowLevels);
  }
  return { recurrent, input, readout };
}

/** The integers of a row, to be written. */
function rowOf({ indptr }: Csr, { integers }: RoundedEntries, row: number): Int32Array {
  return integers.subarray(indptr[row], indptr[row + 1]);
}

/** Leaves a neuron's weights no others than those of its table. */
function toTable(rows: readonly Int32Array[], most: number): void {
  const table = chooseTable(
    rows.flatMap((row) => [...row]).filter((integer) => integer !== 0),
    most,
  );
  for (const row of rows) row.set(row.map((integer) => nearestLevel(table, integer)));
}
