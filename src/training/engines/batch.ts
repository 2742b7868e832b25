// What do all engines need to know of a batch? The weight of each step in the loss, and that the sizes agree.
import { UsageError } from '../../core/errors.ts';
import type { NetworkSizes } from '../../network/network.ts';
import type { Batch } from '../../tasks/suite.ts';

/**
 * Mask divided by its sum, shape [steps, rows]: the weight of each step in the mean cross-entropy.
 *
 * @throws UsageError if the batch does not fit the network, or counts no step at all
 */
export function lossWeights(batch: Batch, { inputs }: NetworkSizes): Float32Array {
  const samples = batch.steps * batch.rows;
  checkInputs(batch.inputs, samples, inputs);
  if (batch.targets.length !== samples || batch.mask.length !== samples) {
    throw new UsageError(
      `batch of ${batch.steps} steps and ${batch.rows} rows has ${batch.targets.length} targets and a mask of ${batch.mask.length}`,
    );
  }
  const sum = batch.mask.reduce((a, b) => a + b, 0);
  if (sum === 0) throw new UsageError(`batch of ${batch.steps} steps and ${batch.rows} rows counts no step: its mask is all 0`);
  return batch.mask.map((counts) => counts / sum);
}

/** @throws UsageError if there are not `samples` times `channels` inputs */
export function checkInputs(inputs: Float32Array, samples: number, channels: number): void {
  if (inputs.length !== samples * channels) {
    throw new UsageError(`batch has ${inputs.length} inputs; ${samples} steps and rows of ${channels} channels need ${samples * channels}`);
  }
}

/** Holds what a mask forbids at zero, in place; null forbids nothing. */
export function applyMask(vector: Float32Array | Float64Array, mask: Float32Array | null): void {
  if (mask !== null) for (let i = 0; i < vector.length; i++) vector[i] *= mask[i];
}
