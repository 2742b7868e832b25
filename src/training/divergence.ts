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
  for (const [name, value] of Object.entries({ 'prediction loss': predictionLoss, 'gradient norm': gradientNorm })) {
    if (!Number.isFinite(value)) throw diverged(`the ${name} became ${value}`, position, slower(position));
  }
  if (!Number.isFinite(penalty)) throw diverged(`the penalty became ${penalty}`, position, 'a smaller lambda');
}

/** @throws UsageError naming the update, if a parameter or moment is not finite */
export function assertFiniteState(state: TrainingState, position: RunPosition): TrainingState {
  const vectors = [state.parameters, state.firstMoment, state.secondMoment];
  if (!vectors.every((vector) => vector.every(Number.isFinite)))
    throw diverged('a parameter or moment is no longer finite', position, slower(position));
  return state;
}

function slower({ learningRate, clipNorm }: RunPosition): string {
  return `a learning rate below ${learningRate}${clipNorm === null ? ', or clip the gradient norm to 1' : ''}`;
}

function diverged(what: string, { update, updates }: RunPosition, remedy: string): UsageError {
  return new UsageError(`training diverged at update ${update} of ${updates}: ${what}; try ${remedy}`);
}
