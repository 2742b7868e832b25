// Which integers do all weights of a network become? The one path of quantization, post-training and in training alike.
import type { Network } from '../network/network.ts';
import type { Units } from './integer-network.ts';
import { hiddenFormat, readoutFormat, type UnitOptions } from './units.ts';
import { type RoundedEntries, roundEntries } from './weight-format.ts';

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
  const readout = readoutFormat(options);
  return {
    recurrent: roundEntries(network.recurrent, scales.recurrent, formatOf),
    input: roundEntries(network.input, scales.input, formatOf),
    readout: roundEntries(network.readout, scales.readout, () => readout),
  };
}
