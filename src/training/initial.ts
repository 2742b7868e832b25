// With which weights does training start?
import { randomStream } from '../core/random.ts';
import type { NetworkSizes } from '../network/network.ts';
import type { TrainConfig } from './config.ts';
import { parameterLayout } from './parameters.ts';

/**
 * Initial parameters, flat. `uniform`: each matrix U(±1/√fan-in), biases 0. `diag`: the same, but W = 0.5·I + 0.2·U(±1/√neurons),
 * which remembers from the start and learns delays several times faster, at the price of favouring self-connections.
 */
export function initialParameters(sizes: NetworkSizes, init: TrainConfig['init'], seed: number): Float32Array {
  const layout = parameterLayout(sizes);
  const parameters = new Float32Array(layout.length);
  const recurrentScale = init === 'diag' ? 0.2 : 1;
  for (const [name, fanIn, scale] of [
    ['W', sizes.neurons, recurrentScale],
    ['W_in', sizes.inputs, 1],
    ['W_out', sizes.neurons, 1],
  ] as const) {
    const random = randomStream(seed, `initial ${name}`);
    const limit = scale / Math.sqrt(fanIn);
    for (let at = layout[name].start; at < layout[name].end; at++) parameters[at] = limit * (2 * random.uniform() - 1);
  }
  if (init === 'diag') for (let i = 0; i < sizes.neurons; i++) parameters[i * sizes.neurons + i] += 0.5;
  return parameters;
}
