// What is one integer worth? Chooses the real value of a state, an input, and the accumulators from measured ranges.
import { UsageError } from '../core/errors.ts';
import type { Csr } from '../network/csr.ts';
import type { Network } from '../network/network.ts';
import type { Ranges } from './calibrate.ts';
import { requireFinite, requireRanges } from './finite.ts';
import type { Units } from './integer-network.ts';
import { MAX_STATE_BITS } from './integer-proof.ts';
import { chooseScale, type ScaleRule } from './scale.ts';
import { narrowFormat, type WeightFormat, type WeightWidths } from './weight-format.ts';

/** Largest quantized input: int8 without −128, so that negation is safe. */
export const INPUT_MAX = 127;
const STATE_BITS = 8;

/** Neurons that share one scale: each its own, all one, or the group (for example the core) of each neuron. */
export type Groups = 'channel' | 'tensor' | Int32Array;

/** What decides the units. */
export interface UnitOptions extends Partial<ScaleRule> {
  /** What the target can store. */
  readonly weights: WeightFormat;
  /** Width of every row, where they differ; neurons of one group have the same. */
  readonly widths?: WeightWidths;
  readonly groups: Groups;
  /** States take 0 … 2^stateBits − 1; 8 unless given. */
  readonly stateBits?: number;
}

/** The largest state. */
export function stateMaxOf({ stateBits = STATE_BITS }: Pick<UnitOptions, 'stateBits'>): number {
  if (!(Number.isInteger(stateBits) && stateBits >= 1 && stateBits <= MAX_STATE_BITS))
    throw new UsageError(`cannot quantize states to ${stateBits} bits; allowed: 1 … ${MAX_STATE_BITS}`);
  return 2 ** stateBits - 1;
}

/** What the weights of a hidden neuron can be. */
export function hiddenFormat({ weights, widths }: Pick<UnitOptions, 'weights' | 'widths'>, neuron: number): WeightFormat {
  return widths === undefined ? weights : narrowFormat(weights, widths.hidden[neuron]);
}

/** What the weights of a readout unit can be. */
export function readoutFormat({ weights, widths }: Pick<UnitOptions, 'weights' | 'widths'>): WeightFormat {
  return widths === undefined ? weights : narrowFormat(weights, widths.readout);
}

/**
 * The real value of one unit of everything. The accumulator unit of neuron i is
 * s_i = max(max_j |W_ij|·s_h, max_k |W_in,ik|·s_u) / qmax, the maximum taken over the neuron's group, unless the options
 * choose otherwise; s_h where that is 0. The readout has one unit for all.
 *
 * @throws UsageError if the state width is not allowed, or a weight or range is not finite
 */
export function chooseUnits(network: Network, ranges: Ranges, options: UnitOptions): Units {
  requireFinite(network);
  requireRanges(ranges);
  const rule: ScaleRule = { scale: options.scale ?? 'max', powerOfTwo: options.powerOfTwo ?? false };
  const state = (ranges.state || 1) / stateMaxOf(options);
  const input = (ranges.input || 1) / INPUT_MAX;
  const accumulator = new Float64Array(network.neurons);
  for (const rows of neuronsByGroup(network.neurons, options.groups)) {
    const magnitudes = magnitudesOf(rows, [network.recurrent, state], [network.input, input]);
    // A group without synapses counts in state units: its neurons are constant, and only the bias needs a unit.
    const scale = chooseScale(magnitudes, hiddenFormat(options, rows[0]), state, rule) || state;
    for (const row of rows) accumulator[row] = scale;
  }
  const readoutRows = Array.from({ length: network.outputs }, (_, k) => k);
  const readout = chooseScale(magnitudesOf(readoutRows, [network.readout, state]), readoutFormat(options), state, rule) || state;
  return { state, input, accumulator, readout };
}

/** Neurons of every group, in the order of each group's first. */
export function neuronsByGroup(neurons: number, groups: Groups): number[][] {
  const byGroup = new Map<number, number[]>();
  for (let i = 0; i < neurons; i++) {
    const group = groups === 'channel' ? i : groups === 'tensor' ? 0 : groups[i];
    const rows = byGroup.get(group);
    if (rows === undefined) byGroup.set(group, [i]);
    else rows.push(i);
  }
  return [...byGroup.values()];
}

/** |w|·unit of all entries of some rows of matrices with these units. */
function magnitudesOf(rows: readonly number[], ...matrices: readonly (readonly [Csr, number])[]): Float64Array {
  const entries = (matrix: Csr, row: number) => matrix.indptr[row + 1] - matrix.indptr[row];
  const magnitudes = new Float64Array(rows.reduce((sum, row) => matrices.reduce((s, [matrix]) => s + entries(matrix, row), sum), 0));
  let next = 0;
  for (const row of rows) {
    for (const [matrix, unit] of matrices) {
      for (let at = matrix.indptr[row]; at < matrix.indptr[row + 1]; at++) magnitudes[next++] = Math.abs(matrix.values[at]) * unit;
    }
  }
  return magnitudes;
}
