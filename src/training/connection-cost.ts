// What do connections cost? ℓ_cc = Σ|parameters| + A·Σ D_ij|W_ij| (Liu et al. 2023, equation 2), and its price per parameter.
import type { WireCost } from '../network/geometry.ts';
import type { NetworkSizes } from '../network/network.ts';
import type { TrainingState } from './engine.ts';
import { parameterLayout } from './parameters.ts';

/**
 * Price of each parameter, flat: λ(1 + A·D) on W, λ elsewhere; the engine's penalty vector.
 *
 * @param site - site of each neuron, shape [neurons]
 */
export function penaltyVector(sizes: NetworkSizes, site: Int32Array, wire: WireCost, lambda: number, locality: number): Float32Array {
  const { neurons } = sizes;
  const penalty = new Float32Array(parameterLayout(sizes).length).fill(lambda);
  if (lambda === 0 || locality === 0) return penalty;
  for (let to = 0; to < neurons; to++) {
    for (let from = 0; from < neurons; from++) {
      penalty[to * neurons + from] = lambda * (1 + locality * wire.distance(site[to], site[from]));
    }
  }
  return penalty;
}

/** ℓ_cc, and the grid wirelength Σ D_ij|W_ij| that swaps can change; sums in float64. */
export interface ConnectionCost {
  readonly connectionCost: number;
  readonly gridWirelength: number;
}

/** Connection cost of parameters whose neurons sit at `site`. */
export function connectionCost(
  parameters: TrainingState['parameters'],
  { neurons }: NetworkSizes,
  site: Int32Array,
  wire: WireCost,
  locality: number,
): ConnectionCost {
  let sum = 0;
  for (let at = 0; at < parameters.length; at++) sum += Math.abs(parameters[at]);
  let gridWirelength = 0;
  for (let to = 0; to < neurons; to++) {
    for (let from = 0; from < neurons; from++) {
      gridWirelength += wire.distance(site[to], site[from]) * Math.abs(parameters[to * neurons + from]);
    }
  }
  return { connectionCost: sum + locality * gridWirelength, gridWirelength };
}
