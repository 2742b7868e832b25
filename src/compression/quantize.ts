// How does a ReLU network become an integer network that a target can store?
import { UsageError } from '../core/errors.ts';
import type { Warning } from '../core/progress.ts';
import { roundHalfEven } from '../core/rounding.ts';
import type { Csr } from '../network/csr.ts';
import type { Network } from '../network/network.ts';
import { type Ranges, requireRelu } from './calibrate.ts';
import { neuronAt, readoutUnit, requireFinite, requireUnits } from './finite.ts';
import type { IntegerNetwork, Units } from './integer-network.ts';
import { accumulatorBounds, MAX_MULTIPLIER, MAX_SHIFT, requireInt32 } from './integer-proof.ts';
import { quantizeWarnings, rangeWarnings } from './quantize-warnings.ts';
import { type RoundOptions, roundWeights } from './round-weights.ts';
import { removedSynapses, type SynapseCounts } from './synapse-counts.ts';
import { chooseUnits, hiddenFormat, INPUT_MAX, readoutFormat, stateMaxOf, type UnitOptions } from './units.ts';
import { formatBits, type RoundedEntries, withIntegers } from './weight-format.ts';

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
  /** Bits of all weights other than 0, each in the width of its row, and of the tables they choose from. */
  readonly storedBits: number;
  readonly warnings: readonly Warning[];
}

/**
 * Post-training quantization: units from the ranges, then integers in these units.
 *
 * @throws UsageError as `chooseUnits` and `applyUnits` do
 */
export function quantize(network: Network, ranges: Ranges, options: QuantizeOptions): Quantized {
  requireRelu(network);
  const quantized = applyUnits(network, chooseUnits(network, ranges, options), options);
  return { ...quantized, warnings: [...rangeWarnings(ranges), ...quantized.warnings] };
}

/**
 * The integer network in given units, for example learned ones.
 *
 * @throws UsageError if the network is not ReLU, the state width is not allowed, a weight is NaN or infinite, a unit is 0 or
 * denormal, an accumulator may leave int32, or one shift cannot serve all neurons
 */
export function applyUnits(network: Network, units: Units, options: Omit<QuantizeOptions, 'groups'>): Quantized {
  requireRelu(network);
  requireFinite(network);
  requireUnits(units, network);
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
  requireInt32(bounds.hidden, neuronAt(network), 'cannot quantize');
  requireInt32(bounds.readout, readoutUnit, 'cannot quantize');
  const { shift, multiplier } = requantization(
    Float64Array.from(accumulator, (s) => s / state),
    bounds.hidden,
    neuronAt(network),
  );
  const integers: IntegerNetwork = {
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
  };
  return {
    network: integers,
    roundedToZero: removedSynapses(network, parts),
    clipped: {
      recurrent: countOutside(rounded.recurrent),
      input: countOutside(rounded.input),
      readout: countOutside(rounded.readout),
    },
    storedBits: storedBits(integers, options),
    warnings: quantizeWarnings(network, integers, bounds, options.accumulatorBits ?? null),
  };
}

function countOutside({ inside }: RoundedEntries): number {
  return inside.reduce((count, isInside) => count + 1 - isInside, 0);
}

function storedBits({ recurrent, input, readout, neurons, outputs }: IntegerNetwork, options: RoundOptions): number {
  const entries = ({ indptr }: Csr<Int32Array>, row: number) => indptr[row + 1] - indptr[row];
  const { rowLevels = 0, qmax } = options.weights;
  let bits = (neurons + outputs) * rowLevels * formatBits({ qmax, step: 1 });
  for (let i = 0; i < neurons; i++) bits += (entries(recurrent, i) + entries(input, i)) * formatBits(hiddenFormat(options, i));
  return bits + readout.values.length * formatBits(readoutFormat(options));
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
    integers[i] = integer;
    if (integer >= -INPUT_MAX && integer <= INPUT_MAX) continue;
    integers[i] = Math.sign(integer) * INPUT_MAX;
    clamped++;
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
