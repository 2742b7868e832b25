// Which settings do trainings have that go on from a finished network? Known without the code that trains.
import { z } from 'zod';
import { commonOptions, lambda, learningRate, locality, type TrainConfig, updates } from './config.ts';

/** Options of every training that goes on from a finished network; no penalty unless asked for, no swaps. */
export const recoveryOptions = {
  ...commonOptions,
  updates: updates.default(500),
  learningRate: learningRate.default(1e-4),
  lambda: lambda.default(0),
  locality: locality.default(0),
};

/** Those options, resolved. */
export type RecoveryConfig = Pick<TrainConfig, keyof typeof recoveryOptions>;

/** Settings of fine-tuning: learning rate one tenth of training's, no penalty unless asked for, no swaps. */
export const FineTuneConfig = z.strictObject(recoveryOptions);
export type FineTuneConfig = z.output<typeof FineTuneConfig>;

/** Settings of quantization-aware training: those of fine-tuning, with defaults that recover 4-bit weights of a pruned `yang19` network. */
export const QuantizationAwareConfig = z.strictObject({
  ...recoveryOptions,
  updates: updates.default(1000),
  learningRate: learningRate.default(1e-3),
  learningRateSchedule: recoveryOptions.learningRateSchedule.removeDefault().default('cosine'),
});
export type QuantizationAwareConfig = z.output<typeof QuantizationAwareConfig>;

/** Settings of rewiring: those of fine-tuning, with a price on wires. */
export const RewireConfig = z.strictObject({
  ...recoveryOptions,
  updates: updates.default(1000),
  learningRate: learningRate.default(1e-3),
  learningRateSchedule: recoveryOptions.learningRateSchedule.removeDefault().default('cosine'),
  lambda: lambda.default(2.5e-5),
  locality: locality.default(1),
});
export type RewireConfig = z.output<typeof RewireConfig>;
