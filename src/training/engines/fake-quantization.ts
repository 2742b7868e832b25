// What do all engines need to know of quantization? Which specs are possible, and what a pass computes with.
import { UsageError } from '../../core/errors.ts';
import type { EngineSpec, FakeQuantized, FakeQuantizer } from '../engine.ts';
import { applyMask } from './batch.ts';

/** Largest state that float32 arithmetic rounds exactly; see `graph/activation.ts`. */
const LARGEST_STATE = 2 ** 22 - 1;

/** @throws UsageError if states cannot be quantized as asked */
export function checkQuantization({ quantization, activation }: Pick<EngineSpec, 'quantization' | 'activation'>): void {
  if (quantization === null) return;
  const { stateUnit, stateMax } = quantization;
  if (activation !== 'relu') {
    throw new UsageError(
      `a ${activation} network cannot be trained with quantized states: they count from 0, and the integer network knows ReLU only; ` +
        'train with activation relu',
    );
  }
  if (!(Number.isFinite(stateUnit) && stateUnit > 0)) {
    throw new UsageError(`cannot train with a state unit of ${stateUnit}; it must be above 0`);
  }
  if (!(Number.isInteger(stateMax) && stateMax >= 1 && stateMax <= LARGEST_STATE)) {
    throw new UsageError(`cannot train with states up to ${stateMax} units; allowed: 1 … ${LARGEST_STATE}`);
  }
}

/** Asks a quantizer. @returns its values, and 1 where the gradient reaches a parameter: where it passes and is not masked */
export function fakeQuantize(
  quantizer: FakeQuantizer,
  parameters: Float32Array | Float64Array,
  mask: Float32Array | null,
): { readonly values: Float32Array; readonly trainable: Float32Array } {
  const { values, passes } = checkLengths(quantizer.quantize(parameters), parameters.length);
  const trainable = passes.slice();
  applyMask(trainable, mask);
  return { values, trainable };
}

/** @throws Error if an engine that computes with float states is given a quantizer */
export function requireQuantization({ quantization }: EngineSpec, quantizer: FakeQuantizer | null): void {
  if (quantizer !== null && quantization === null) throw new Error('this engine was built without quantization, and takes no quantizer');
}

function checkLengths(quantized: FakeQuantized, length: number): FakeQuantized {
  const { values, passes } = quantized;
  if (values.length === length && passes.length === length) return quantized;
  throw new Error(`the quantizer answers ${values.length} values and ${passes.length} passes for ${length} parameters`);
}
