// What do connections cost? ℓ_cc = Σ|parameters| + A·Σ D_ij|W_ij| (Liu et al. 2023, equation 2), and its price per parameter.
import type { WireCost } from '../network/geometry.ts';
import type { NetworkSizes } from '../network/network.ts';
import type { TrainingState } from './engine.ts';
import { parameterLayout } from './parameters.ts';

/**
 * Price of each parameter, flat: λ(1 + A·D), with D = 0 for biases and, unless the wire cost knows their ends, for W_in and W_out; the
 * engine's penalty vector.
 *
 * @param site - site of each neuron, shape [neurons]
 */
export function penaltyVector(sizes: NetworkSizes, site: Int32Array, wire: WireCost, lambda: number, locality: number): Float32Array {
  const penalty = new Float32Array(parameterLayout(sizes).length).fill(lambda);
  if (lambda === 0 || locality === 0) return penalty;
  forEachWire(sizes, site, wire, (at, length) => {
    penalty[at] = lambda * (1 + locality * length);
  });
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
  sizes: NetworkSizes,
  site: Int32Array,
  wire: WireCost,
  locality: number,
): ConnectionCost {
  let sum = 0;
  for (let at = 0; at < parameters.length; at++) sum += Math.abs(parameters[at]);
  const { end } = parameterLayout(sizes).W;
  let gridWirelength = 0;
  let endWirelength = 0;
  forEachWire(sizes, site, wire, (at, length) => {
    if (at < end) gridWirelength += length * Math.abs(parameters[at]);
    else endWirelength += length * Math.abs(parameters[at]);
  });
  return { connectionCost: sum + locality * (gridWirelength + endWirelength), gridWirelength };
}

/** Calls `visit` with the index and the length of every wire that has one. */
function forEachWire(sizes: NetworkSizes, site: Int32Array, wire: WireCost, visit: (at: number, length: number) => void): void {
  const { neurons, inputs, outputs } = sizes;
  const { W_in, W_out } = parameterLayout(sizes);
  for (let to = 0; to < neurons; to++) {
    for (let from = 0; from < neurons; from++) visit(to * neurons + from, wire.distance(site[to], site[from]));
  }
  const { ends } = wire;
  if (ends === undefined) return;
  for (let neuron = 0; neuron < neurons; neuron++) {
    for (let channel = 0; channel < inputs; channel++) visit(W_in.start + neuron * inputs + channel, ends.input(site[neuron], channel));
    for (let unit = 0; unit < outputs; unit++) visit(W_out.start + unit * neurons + neuron, ends.readout(unit, site[neuron]));
  }
}
