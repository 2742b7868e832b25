// Random integer networks whose ranges are proven, and random int8 inputs, for tests of every execution.

import type { IntegerNetwork } from '../../src/compression/integer-network.ts';
import { accumulatorBounds, MAX_MULTIPLIER } from '../../src/compression/integer-proof.ts';
import { type Random, randomStream } from '../../src/core/random.ts';
import type { Csr } from '../../src/network/csr.ts';

export interface IntegerNetworkShape {
  readonly inputs: number;
  readonly neurons: number;
  readonly outputs: number;
  readonly density?: number;
  /** Weights are multiples of step, at most qmax in magnitude. */
  readonly step?: number;
  readonly qmax?: number;
  /** Different weights of a neuron, recurrent and input together, at most. */
  readonly rowLevels?: number | undefined;
  readonly stateMax?: number;
}

/** A network with states over the whole range, saturated ones included. */
export function randomIntegerNetwork(seed: number, shape: IntegerNetworkShape): IntegerNetwork {
  const random = randomStream(seed, 'integer network');
  const { inputs, neurons, outputs, density = 0.5, step = 1, qmax = 127, stateMax = 255, rowLevels } = shape;
  const matrix = (rows: number, columns: number) => randomMatrix(random, rows, columns, density, step, Math.floor(qmax / step));
  const parts = {
    recurrent: matrix(neurons, neurons),
    input: matrix(neurons, inputs),
    readout: matrix(outputs, neurons),
    bias: Int32Array.from({ length: neurons }, () => random.int(20_001) - 10_000),
    readoutBias: Int32Array.from({ length: outputs }, () => random.int(20_001) - 10_000),
    stateMax,
  };
  if (rowLevels !== undefined) {
    for (let i = 0; i < neurons; i++) limitLevels(random, rowLevels, [rowOf(parts.recurrent, i), rowOf(parts.input, i)]);
    for (let k = 0; k < outputs; k++) limitLevels(random, rowLevels, [rowOf(parts.readout, k)]);
  }
  const bounds = accumulatorBounds(parts).hidden;
  // Gains from never saturating to nearly always, so that states of every kind occur.
  const shift = 20;
  const multiplier = Int32Array.from(bounds, (bound) =>
    Math.min(MAX_MULTIPLIER, Math.max(1, Math.round((2 ** shift * stateMax * random.pick([1, 10, 20, 2000])) / Math.max(1, bound)))),
  );
  return {
    ...parts,
    inputs,
    neurons,
    outputs,
    shift,
    multiplier,
    scales: { state: 1, input: 1, accumulator: new Float64Array(neurons).fill(1), readout: 1 },
    site: Int32Array.from({ length: neurons }, (_, i) => i),
  };
}

function rowOf({ indptr, values }: Csr<Int32Array>, row: number): Int32Array {
  return values.subarray(indptr[row], indptr[row + 1]);
}

/** Leaves a neuron's weights no others than the first few different ones. */
function limitLevels(random: Random, most: number, rows: readonly Int32Array[]): void {
  const levels = [...new Set(rows.flatMap((row) => [...row]))].slice(0, most);
  for (const row of rows) row.set(row.map((value) => (levels.includes(value) ? value : random.pick(levels))));
}

/** Inputs over the whole of int8, extremes often. Shape [steps, rows, inputs]. */
export function randomIntegerInputs(seed: number, length: number): Int32Array {
  const random = randomStream(seed, 'integer inputs');
  return Int32Array.from({ length }, () => random.pick([-128, 127, 0, random.int(256) - 128]));
}

function randomMatrix(random: Random, rows: number, columns: number, density: number, step: number, largest: number): Csr<Int32Array> {
  const indptr = new Int32Array(rows + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (random.uniform() >= density) continue;
      const magnitude = step * (1 + random.int(largest));
      indices.push(column);
      values.push(random.uniform() < 0.5 ? magnitude : -magnitude);
    }
    indptr[row + 1] = indices.length;
  }
  return { rows, columns, indptr, indices: Int32Array.from(indices), values: Int32Array.from(values) };
}
