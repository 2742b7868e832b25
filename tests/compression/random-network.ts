// Random float networks that neither explode nor die out, and random inputs.
import { randomStream } from '../../src/core/random.ts';
import { csrFromDense } from '../../src/network/csr.ts';
import type { Activation, Network } from '../../src/network/network.ts';

export interface NetworkShape {
  readonly inputs: number;
  readonly neurons: number;
  readonly outputs: number;
  readonly activation?: Activation;
  readonly density?: number;
}

/** Recurrent gain about 0.9, so that float32 executions stay comparable over many steps. */
export function randomNetwork(seed: number, { inputs, neurons, outputs, activation = 'relu', density = 0.5 }: NetworkShape): Network {
  const random = randomStream(seed, 'network');
  const matrix = (rows: number, columns: number, gain: number) =>
    csrFromDense(
      Float32Array.from({ length: rows * columns }, () =>
        random.uniform() < density ? (gain * random.normal()) / Math.sqrt(density * columns) : 0,
      ),
      rows,
      columns,
    );
  return {
    inputs,
    neurons,
    outputs,
    activation,
    grid: { rows: 1, columns: 2 * neurons, metric: 'l1' },
    site: Int32Array.from({ length: neurons }, (_, i) => 2 * i),
    recurrent: matrix(neurons, neurons, 0.9),
    input: matrix(neurons, inputs, 1),
    readout: matrix(outputs, neurons, 1),
    bias: Float32Array.from({ length: neurons }, () => 0.1 * random.normal()),
    readoutBias: Float32Array.from({ length: outputs }, () => 0.1 * random.normal()),
  };
}

/** Uniform in −1 … 1. */
export function randomInputs(seed: number, length: number): Float32Array {
  const random = randomStream(seed, 'inputs');
  return Float32Array.from({ length }, () => 2 * random.uniform() - 1);
}
