// How is a network trained for the integers that a target will store? Compression's formats and units meet training's quantizers.
import type { Ranges } from '../compression/calibrate.ts';
import type { Units } from '../compression/integer-network.ts';
import { chooseUnits, hiddenFormat, INPUT_MAX, neuronsByGroup, readoutFormat, stateMaxOf, type UnitOptions } from '../compression/units.ts';
import { UsageError } from '../core/errors.ts';
import type { Provenance } from '../network/artifact.ts';
import type { Network, NetworkSizes } from '../network/network.ts';
import type { TaskSuite } from '../tasks/suite.ts';
import type { CheckpointStore } from '../training/checkpoint.ts';
import { openEngine } from '../training/engines/open.ts';
import { quantizationAwareSpec, trainQuantized } from '../training/quantization-aware.ts';
import { flatParameters, withParameters } from '../training/recovery.ts';
import {
  accumulatorUnits,
  integerGrid,
  learnedQuantizer,
  type QuantizationGrid,
  ruledQuantizer,
  type UniformQuantizer,
} from '../training/uniform-quantizer.ts';
import type { QuantizedTrainingConfig } from './config.ts';
import type { StageHooks } from './train-stage.ts';

/** A network that was trained for its integers, and the units they are in. */
export interface TrainedForIntegers {
  readonly network: Network;
  readonly units: Units;
  readonly engine: NonNullable<Provenance['engine']>;
}

/**
 * Trains a network on with the weights, states and inputs that its integers will stand for.
 *
 * @param ranges - of states and inputs; they stay as they are
 * @param options - with which the result is to be quantized
 * @param store - where a checkpoint is kept, so that a killed training goes on
 * @throws UsageError if the target stores a table of weights for each neuron, which training does not choose
 * @throws InterruptedError when the signal aborts
 */
export async function trainForIntegers(
  network: Network,
  suite: TaskSuite,
  ranges: Ranges,
  options: UnitOptions,
  { steps, ...config }: QuantizedTrainingConfig,
  hooks: StageHooks = {},
  store?: CheckpointStore,
): Promise<TrainedForIntegers> {
  if (options.weights.rowLevels !== undefined)
    throw new UsageError('quantization-aware training has no rule for tables of weights; quantize for this target without train');
  const units = chooseUnits(network, ranges, options);
  const signals = { stateUnit: units.state, stateMax: stateMaxOf(options), inputUnit: units.input, inputMax: INPUT_MAX };
  const grid = integerGrid(network, {
    groups: groupNumbers(network, options),
    ...signals,
    stored: (matrix, row) => (matrix === 'W_out' ? readoutFormat(options) : hiddenFormat(options, row)),
  });
  const rule = (parameters: Float32Array | Float64Array) =>
    unitsByGroup(network, grid, chooseUnits(withParameters(network, Float32Array.from(parameters)), ranges, options));
  const quantizer: UniformQuantizer =
    steps === 'learned' ? learnedQuantizer(grid, unitsByGroup(network, grid, units)) : ruledQuantizer(grid, rule);
  const { engine } = await openEngine(config.engine, quantizationAwareSpec(network, config, signals));
  try {
    const trained = await trainQuantized(network, suite, config, { engine, quantizer, signals, ...hooks, ...(store && { store }) });
    // The units of the last update are those before it.
    quantizer.quantize(flatParameters(trained));
    const { name, version } = engine;
    return { network: trained, units: { ...units, ...accumulatorUnits(network, grid, quantizer.units()) }, engine: { name, version } };
  } finally {
    await engine.dispose();
  }
}

/** A number for the group of each neuron. */
function groupNumbers({ neurons }: NetworkSizes, { groups }: Pick<UnitOptions, 'groups'>): Int32Array {
  const numbers = new Int32Array(neurons);
  for (const [number, members] of neuronsByGroup(neurons, groups).entries()) for (const neuron of members) numbers[neuron] = number;
  return numbers;
}

/** Units in the order of a grid's groups, the readout's last. */
function unitsByGroup({ neurons }: NetworkSizes, { spans, groups }: QuantizationGrid, { accumulator, readout }: Units): Float64Array {
  const units = new Float64Array(groups);
  // The first spans are the rows of W, one a neuron.
  for (let neuron = 0; neuron < neurons; neuron++) units[spans[neuron].group] = accumulator[neuron];
  units[groups - 1] = readout;
  return units;
}
