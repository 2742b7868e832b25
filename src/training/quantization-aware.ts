// How does a network learn to live with few bits? Training goes on with the weights, states and inputs that the integer network will have.
import { roundHalfEven } from '../core/rounding.ts';
import { parseWith } from '../core/validate.ts';
import type { Network } from '../network/network.ts';
import type { Batch, TaskSuite } from '../tasks/suite.ts';
import { engineSpec } from './config.ts';
import type { EngineSpec, FakeQuantizer, StateQuantization } from './engine.ts';
import { type RecoveryOptions, recover } from './recovery.ts';
import { QuantizationAwareConfig } from './recovery-config.ts';

/** Grids of what moves through the network; those of weights are the quantizer's. */
export interface SignalQuantization extends StateQuantization {
  /** s_u: one input unit. */
  readonly inputUnit: number;
  /** Inputs are −inputMax … inputMax units. */
  readonly inputMax: number;
}

/** What quantization-aware training is given beside network, suite and config. */
export interface QuantizationAwareOptions extends RecoveryOptions {
  /** Grid of weights and biases; learns its steps if it can, and is left with them. */
  readonly quantizer: FakeQuantizer;
  /** The grids the engine was built for, and that of inputs. */
  readonly signals: SignalQuantization;
}

/**
 * Checks settings and fills in defaults.
 *
 * @throws UsageError listing every unknown option and value that is not allowed
 */
export function resolveQuantizationAwareConfig(options: unknown): QuantizationAwareConfig {
  return parseWith(QuantizationAwareConfig, options, 'the config of quantization-aware training');
}

/** What an engine must be built with to train a network quantization-aware. */
export function quantizationAwareSpec(
  network: Network,
  { clipNorm }: QuantizationAwareConfig,
  { stateUnit, stateMax }: StateQuantization,
): EngineSpec {
  return engineSpec({ activation: network.activation, clipNorm, proximal: false }, network, { stateUnit, stateMax });
}

/**
 * Trains the stored entries and all biases of a network on, so that it computes well once quantized. Its batches are others than
 * those of training and fine-tuning.
 *
 * @param options - with an engine built for `quantizationAwareSpec(network, config, signals)`
 * @returns the float network whose quantization with the same grids was trained, same pattern; entries that became exactly 0 are dropped
 * @throws UsageError if losses or parameters stop being finite, or the checkpoint belongs to another run
 * @throws InterruptedError when the signal aborts, after a checkpoint
 */
export async function trainQuantized(
  network: Network,
  suite: TaskSuite,
  config: QuantizationAwareConfig,
  options: QuantizationAwareOptions,
): Promise<Network> {
  const { engine, quantizer, signals } = options;
  const kind = {
    name: 'quantization-aware training',
    stage: 'train quantized',
    quantizer,
    sees: (batch: Batch) => ({ ...batch, inputs: onInputGrid(batch.inputs, signals) }),
    keepsPattern: true,
    wire: null,
    settings: { signals },
  };
  engine.setQuantizer(quantizer);
  return recover(network, suite, config, kind, options);
}

/** Inputs as they enter the integer network: round(u / unit) within ±max, times the unit. */
export function onInputGrid(inputs: Float32Array, { inputUnit, inputMax }: SignalQuantization): Float32Array {
  return inputs.map((u) => inputUnit * Math.max(-inputMax, Math.min(inputMax, roundHalfEven(u / inputUnit))));
}
