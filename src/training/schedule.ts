// How do the learning rate and λ change over a run?
import type { TrainConfig } from './config.ts';

/** Learning rate of an update; updates count from 1. */
export function learningRateAt(
  { learningRate, learningRateSchedule, updates }: Pick<TrainConfig, 'learningRate' | 'learningRateSchedule' | 'updates'>,
  update: number,
): number {
  const progress = (update - 1) / updates;
  if (learningRateSchedule === 'cosine') return 0.5 * learningRate * (1 + Math.cos(Math.PI * progress));
  return learningRateSchedule === 'drop' && progress >= 0.75 ? 0.2 * learningRate : learningRate;
}

/** λ of an update; `three-phase` is the pattern of the BIMT notebooks (Liu et al. 2023): ×10 in the middle half. */
export function lambdaAt(
  { lambda, lambdaSchedule, updates }: Pick<TrainConfig, 'lambda' | 'lambdaSchedule' | 'updates'>,
  update: number,
): number {
  const progress = (update - 1) / updates;
  return lambdaSchedule === 'three-phase' && progress >= 0.25 && progress < 0.75 ? 10 * lambda : lambda;
}
