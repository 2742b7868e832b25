// What did quantization do to a network that its user should know? Rows, layers and neurons that fell silent, sums that may not fit.
import type { Warning } from '../core/progress.ts';
import type { Csr } from '../network/csr.ts';
import type { Network } from '../network/network.ts';
import type { Ranges } from './calibrate.ts';
import { neuronAt, readoutUnit } from './finite.ts';
import type { IntegerNetwork } from './integer-network.ts';
import { type AccumulatorBounds, INPUT_MAGNITUDE } from './integer-proof.ts';

/** Subjects that a warning names; the others are counted. */
const NAMED = 10;

/** Everything worth a warning, by rule `quantize/…`. */
export function quantizeWarnings(
  network: Network,
  integers: IntegerNetwork,
  bounds: AccumulatorBounds,
  accumulatorBits: number | null,
): Warning[] {
  const neuron = neuronAt(network);
  return [
    ...layerWarnings('W', network.recurrent, integers.recurrent, neuron),
    ...layerWarnings('W_in', network.input, integers.input, neuron),
    ...layerWarnings('W_out', network.readout, integers.readout, readoutUnit),
    ...deadWarnings(integers, neuron),
    ...widthWarnings([...bounds.hidden, ...bounds.readout], accumulatorBits),
  ];
}

/** Ranges of 0: nothing moved on the calibration trials. */
export function rangeWarnings({ state, input }: Ranges): Warning[] {
  const warning = (what: string): Warning => ({
    rule: 'quantize/silent',
    message: `${what} on the calibration trials; scales are arbitrary, check the trials`,
  });
  return [...(state === 0 ? [warning('no state is above 0')] : []), ...(input === 0 ? [warning('all inputs are 0')] : [])];
}

function layerWarnings(name: string, before: Csr, after: Csr<Int32Array>, subject: (row: number) => string): Warning[] {
  if (before.values.length === 0) {
    return [{ rule: 'quantize/layer-empty', message: `${name} has no weights at all; was it pruned too far?` }];
  }
  const entries = (matrix: Csr<Float32Array | Int32Array>, row: number) => matrix.indptr[row + 1] - matrix.indptr[row];
  const rows = Array.from({ length: before.rows }, (_, row) => row).filter((row) => entries(before, row) > 0 && entries(after, row) === 0);
  if (rows.length === 0) return [];
  if (after.values.length === 0) {
    return [
      {
        rule: 'quantize/layer-zero',
        message: `all ${before.values.length} weights of ${name} became 0; use more bits or a finer granularity`,
      },
    ];
  }
  return [
    {
      rule: 'quantize/row-zero',
      message: `all weights of ${name} became 0 for ${listed(rows.map(subject))}; use more bits or a finer granularity`,
    },
  ];
}

/** Neurons whose integers allow no sum that becomes a state above 0, whatever the states and inputs. */
function deadWarnings(network: IntegerNetwork, neuron: (i: number) => string): Warning[] {
  const dead = Array.from({ length: network.neurons }, (_, i) => i).filter((i) => largestState(network, i) === 0);
  if (dead.length === 0) return [];
  return [
    {
      rule: 'quantize/dead-neuron',
      message: `${listed(dead.map(neuron))} can never be active: no sum of integers reaches a state above 0; use more bits, or prune`,
    },
  ];
}

function largestState({ recurrent, input, bias, multiplier, shift, stateMax }: IntegerNetwork, i: number): number {
  let sum = bias[i];
  for (let at = recurrent.indptr[i]; at < recurrent.indptr[i + 1]; at++) sum += Math.max(recurrent.values[at], 0) * stateMax;
  for (let at = input.indptr[i]; at < input.indptr[i + 1]; at++) sum += Math.abs(input.values[at]) * INPUT_MAGNITUDE;
  return Math.min(stateMax, Math.floor((Math.max(sum, 0) * multiplier[i] + 2 ** (shift - 1)) / 2 ** shift));
}

function widthWarnings(bounds: readonly number[], bits: number | null): Warning[] {
  if (bits === null) return [];
  const largest = 2 ** (bits - 1) - 1;
  const exceeding = bounds.filter((bound) => bound > largest);
  if (exceeding.length === 0) return [];
  const worst = exceeding.reduce((a, b) => Math.max(a, b));
  const needed = 1 + Math.ceil(Math.log2(worst + 1));
  return [
    {
      rule: 'quantize/accumulator-width',
      message:
        `${exceeding.length} of ${bounds.length} accumulators could exceed the target's ${bits} bits ` +
        `(up to ${worst}, which needs ${needed} bits); use fewer state bits, or prune to a smaller fan-in`,
    },
  ];
}

function listed(subjects: readonly string[]): string {
  const more = subjects.length > NAMED ? ` and ${subjects.length - NAMED} more` : '';
  return `${subjects.slice(0, NAMED).join(', ')}${more}`;
}
