import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IntegerNetwork, IntegerRun } from '../../src/compression/integer-network.ts';
import { runInteger } from '../../src/compression/run-integer.ts';
import { randomIntegerInputs, randomIntegerNetwork } from './random-integer-network.ts';

describe('the integer interpreter', () => {
  it('computes a network of two neurons as worked out by hand', () => {
    const network: IntegerNetwork = {
      inputs: 1,
      neurons: 2,
      outputs: 1,
      stateMax: 15,
      shift: 2,
      // Neuron 0 counts itself and its input; neuron 1 subtracts neuron 0 from its bias.
      recurrent: { rows: 2, columns: 2, indptr: Int32Array.of(0, 1, 2), indices: Int32Array.of(0, 0), values: Int32Array.of(3, -2) },
      input: { rows: 2, columns: 1, indptr: Int32Array.of(0, 1, 1), indices: Int32Array.of(0), values: Int32Array.of(5) },
      readout: { rows: 1, columns: 2, indptr: Int32Array.of(0, 2), indices: Int32Array.of(0, 1), values: Int32Array.of(10, -1) },
      bias: Int32Array.of(1, 9),
      readoutBias: Int32Array.of(-7),
      multiplier: Int32Array.of(1, 2),
      scales: { state: 1, input: 1, accumulator: Float64Array.of(1, 1), readout: 1 },
      site: Int32Array.of(0, 1),
    };
    // acc_0: 1+10 = 11, 1+9−15 = −5, 1+0+500 = 501;  h_0: (11+2)/4 = 3, 0, min(15, 503/4 = 125) = 15
    // acc_1: 9, 9−6 = 3, 9;                            h_1: (18+2)/4 = 5, (6+2)/4 = 2, 5
    const run = runInteger(network, Int32Array.of(2, -3, 100), 3, 1);
    expect([...run.states]).toEqual([3, 5, 0, 2, 15, 5]);
    expect([...run.outputs]).toEqual([-7 + 30 - 5, -7 - 2, -7 + 150 - 5]);
  });

  it('equals the definition in big integers on random networks, saturated states included', () => {
    let saturated = 0;
    const shape = fc.record({
      seed: fc.nat(1_000_000),
      inputs: fc.integer({ min: 1, max: 6 }),
      neurons: fc.integer({ min: 1, max: 20 }),
      outputs: fc.integer({ min: 1, max: 4 }),
      stateMax: fc.constantFrom(1, 15, 127, 255, 65_535),
      rows: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(shape, ({ seed, rows, ...sizes }) => {
        const network = randomIntegerNetwork(seed, sizes);
        const steps = 6;
        const inputs = randomIntegerInputs(seed, steps * rows * network.inputs);
        const run = runInteger(network, inputs, steps, rows);
        expect(run).toEqual(runDefinition(network, inputs, steps, rows));
        saturated += run.states.filter((state) => state === network.stateMax).length;
      }),
      { numRuns: 60 },
    );
    expect(saturated).toBeGreaterThan(0);
  });

  it('gives each trial the same integers whether it runs alone or among others', () => {
    const network = randomIntegerNetwork(4, { inputs: 3, neurons: 9, outputs: 2 });
    const [steps, rows] = [5, 3];
    const inputs = randomIntegerInputs(8, steps * rows * 3);
    const together = runInteger(network, inputs, steps, rows);
    for (let row = 0; row < rows; row++) {
      const own = Int32Array.from({ length: steps * 3 }, (_, i) => inputs[(Math.floor(i / 3) * rows + row) * 3 + (i % 3)]);
      expect(runInteger(network, own, steps, 1).states).toEqual(together.states.filter((_, i) => i % rows === row));
    }
  });
});

/** The formulas of IntegerNetwork, one trial and one neuron at a time, in BigInt. */
function runDefinition(network: IntegerNetwork, inputs: Int32Array, steps: number, rows: number): IntegerRun {
  const { neurons, outputs, recurrent, input, readout } = network;
  const sum = (matrix: IntegerNetwork['recurrent'], row: number, x: (column: number) => bigint) => {
    let total = 0n;
    for (let at = matrix.indptr[row]; at < matrix.indptr[row + 1]; at++) total += BigInt(matrix.values[at]) * x(matrix.indices[at]);
    return total;
  };
  const run = { states: new Int32Array(steps * neurons * rows), outputs: new Int32Array(steps * outputs * rows) };
  for (let trial = 0; trial < rows; trial++) {
    let h: bigint[] = Array(neurons).fill(0n);
    for (let step = 0; step < steps; step++) {
      const u = (k: number) => BigInt(inputs[(step * rows + trial) * network.inputs + k]);
      const next = h.map((_, i) => {
        const accumulator = BigInt(network.bias[i]) + sum(recurrent, i, (j) => h[j]) + sum(input, i, u);
        const positive = accumulator > 0n ? accumulator : 0n;
        const state = (positive * BigInt(network.multiplier[i]) + 2n ** BigInt(network.shift - 1)) / 2n ** BigInt(network.shift);
        return state < BigInt(network.stateMax) ? state : BigInt(network.stateMax);
      });
      h = next;
      for (let i = 0; i < neurons; i++) run.states[(step * neurons + i) * rows + trial] = Number(h[i]);
      for (let k = 0; k < outputs; k++) {
        run.outputs[(step * outputs + k) * rows + trial] = Number(BigInt(network.readoutBias[k]) + sum(readout, k, (j) => h[j]));
      }
    }
  }
  return run;
}
