// Has training diverged? Losses, parameters and moments must stay finite.
import { UsageError } from '../core/errors.ts';
import type { StepResult, TrainingState } from './engine.ts';

/** Where a run is, for the message. */
export interface RunPosition {
  readonly update: number;
  readonly updates: number;
  readonly learningRate: number;
  readonly clipNorm: number | null;
}

/** @throws UsageError naming the update, if a loss or the gradient norm is not finite */
export function assertFiniteLosses({ predictionLoss, penalty, gradientNorm }: StepResult, position: RunPosition): void {
  for (const [name, value] of Object.entries({ 'prediction loss': predictionLoss, penalty, 'gradient norm': gradientNorm })) {
    if (!Number.isFinite(value)) throw diverged(`the ${name} became ${value}`, position);
  }
}

/** @throws UsageError naming the update, if a parameter or moment is not finite */
export function assertFiniteState(state: TrainingState, position: RunPosition): TrainingState {
  const vectors = [state.parameters, state.firstMoment, state.secondMoment];
  if (!vectors.every((vector) => vector.every(Number.isFinite))) throw diverged('a parameter or moment is no longer finite', position);
  return state;
}

function diverged(what: string, { update, updates, learningRate, clipNorm }: RunPosition): UsageError {
  const clip = clipNorm === null ? ', or clip the gradient norm to 1' : '';
  return new UsageError(`training diverged at update ${update} of ${updates}: ${what}; try a learning rate below ${learningRate}${clip}`);
}
