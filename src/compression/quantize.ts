// How does a ReLU network become an integer network that a target can store?
import { UsageError } from '../core/errors.ts';
import type { Warning } from '../core/progress.ts';
import { roundHalfEven } from '../core/rounding.ts';
import type { Csr } from '../network/csr.ts';
import type { Network } from '../network/network.ts';
import { type Ranges, requireRelu } from './calibrate.ts';
import type { IntegerNetwork, Units } from './integer-network.ts';
import { accumulatorBounds, MAX_MULTIPLIER, MAX_SHIFT, requireInt32 } from './integer-proof.ts';
import { roundWeights } from './round-weights.ts';
import { removedSynapses, type SynapseCounts } from './synapse-counts.ts';
import { chooseUnits, INPUT_MAX, stateMaxOf, type UnitOptions } from './units.ts';
import { type RoundedEntries, withIntegers } from './weight-format.ts';

/** What a network is quantized for. */
export interface QuantizeOptions extends UnitOptions {
  /** Width of the target's accumulator, sign included; null if unknown. Exceeding it is a warning. */
  readonly accumulatorBits?: number | null;
}

/** An integer network, and what was lost on the way. */
export interface Quantized {
  readonly network: IntegerNetwork;
  /** Synapses whose weight became 0. */
  readonly roundedToZero: SynapseCounts;
  /** Synapses whose weight was beyond the range and was clamped. */
  readonly clipped: SynapseCounts;
  readonly warnings: readonly Warning[];
}

/**
 * Post-training quantization: units from the ranges, then integers in these units.
 *
 * @throws UsageError as `chooseUnits` and `applyUnits` do
 */
export function quantize(network: Network, ranges: Ranges, options: QuantizeOptions): Quantized {
  requireRelu(network);
  return applyUnits(network, chooseUnits(network, ranges, options), options);
}

/**
 * The integer network in given units, for example learned ones.
 *
 * @throws UsageError if the network is not ReLU, the state width is not allowed, an accumulator may leave int32, or one shift cannot serve all neurons
 */
export function applyUnits(network: Network, units: Units, options: Omit<QuantizeOptions, 'groups'>): Quantized {
  requireRelu(network);
  const { state, accumulator, readout } = units;
  const rounded = roundWeights(network, units, options);
  const parts = {
    recurrent: withIntegers(network.recurrent, rounded.recurrent.integers),
    input: withIntegers(network.input, rounded.input.integers),
    readout: withIntegers(network.readout, rounded.readout.integers),
    bias: Float64Array.from(network.bias, (b, i) => roundHalfEven(b / accumulator[i])),
    readoutBias: Float64Array.from(network.readoutBias, (b) => roundHalfEven(b / readout)),
    stateMax: stateMaxOf(options),
  };
  const bounds = accumulatorBounds(parts);
  const siteName = (i: number) => `the neuron at site ${network.site[i]}`;
  requireInt32(bounds.hidden, siteName, 'cannot quantize');
  requireInt32(bounds.readout, (k) => `readout unit ${k}`, 'cannot quantize');
  const { shift, multiplier } = requantization(
    Float64Array.from(accumulator, (s) => s / state),
    bounds.hidden,
    siteName,
  );
  return {
    network: {
      ...parts,
      inputs: network.inputs,
      neurons: network.neurons,
      outputs: network.outputs,
      bias: Int32Array.from(parts.bias),
      readoutBias: Int32Array.from(parts.readoutBias),
      shift,
      multiplier,
      scales: units,
      site: network.site,
    },
    roundedToZero: removedSynapses(network, parts),
    clipped: {
      recurrent: countOutside(rounded.recurrent),
      input: countOutside(rounded.input),
      readout: countOutside(rounded.readout),
    },
    warnings: [
      ...zeroWarnings('W', network.recurrent, parts.recurrent, siteName),
      ...zeroWarnings('W_in', network.input, parts.input, siteName),
      ...zeroWarnings('W_out', network.readout, parts.readout, (k) => `readout unit ${k}`),
      ...widthWarnings([...bounds.hidden, ...bounds.readout], options.accumulatorBits ?? null),
    ],
  };
}

function countOutside({ inside }: RoundedEntries): number {
  return inside.reduce((count, isInside) => count + 1 - isInside, 0);
}

/**
 * Integers of inputs at the boundary: round(u / scale), clamped to ±127.
 *
 * @returns integers in the shape of the inputs, and how many were clamped
 */
export function quantizeInputs(inputs: Float32Array, scale: number): { readonly integers: Int32Array; readonly clamped: number } {
  const integers = new Int32Array(inputs.length);
  let clamped = 0;
  for (let i = 0; i < inputs.length; i++) {
    const integer = roundHalfEven(inputs[i] / scale);
    integers[i] = Math.max(-INPUT_MAX, Math.min(INPUT_MAX, integer));
    if (integers[i] !== integer) clamped++;
  }
  return { integers, clamped };
}

/** The largest shift at which all multipliers are int32 and all products stay below 2^53. */
function requantization(
  ratios: Float64Array,
  bounds: Float64Array,
  name: (i: number) => string,
): { shift: number; multiplier: Int32Array } {
  for (let shift = MAX_SHIFT; shift >= 1; shift--) {
    const multiplier = ratios.map((ratio) => roundHalfEven(ratio * 2 ** shift));
    if (multiplier.some((m, i) => m > MAX_MULTIPLIER || bounds[i] * m + 2 ** (shift - 1) >= 2 ** 53)) continue;
    const tooSmall = multiplier.findIndex((m) => m < 1);
    if (tooSmall >= 0) {
      throw new UsageError(
        `cannot quantize: ${name(tooSmall)} has weights so much smaller than others that no common shift serves both; ` +
          "use granularity 'tensor', or prune with a higher threshold",
      );
    }
    return { shift, multiplier: Int32Array.from(multiplier) };
  }
  throw new UsageError(
    'cannot quantize: the weights are too large for the range of the states measured in calibration; check the calibration trials',
  );
}

function zeroWarnings(name: string, before: Csr, after: Csr<Int32Array>, subject: (row: number) => string): Warning[] {
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
  const named = rows.slice(0, 10).map(subject).join(', ');
  const more = rows.length > 10 ? ` and ${rows.length - 10} more` : '';
  return [
    { rule: 'quantize/row-zero', message: `all weights of ${name} became 0 for ${named}${more}; use more bits or a finer granularity` },
  ];
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
