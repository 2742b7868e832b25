import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IntegerNetwork } from '../../src/compression/integer-network.ts';
import { proveRanges } from '../../src/compression/integer-proof.ts';
import { runInteger } from '../../src/compression/run-integer.ts';
import { fastInterpreter, laneInputs } from '../../src/compression/run-integer-fast.ts';
import { outputsByRow } from '../../src/pipeline/scores.ts';
import { randomIntegerInputs, randomIntegerNetwork } from './random-integer-network.ts';

/** Fails unless all states and outputs are those of the plain interpreter. */
function expectSame(network: IntegerNetwork, inputs: Int32Array, steps: number, rows: number) {
  const plain = runInteger(network, inputs, steps, rows);
  const interpreter = fastInterpreter(network);
  const lanes = laneInputs(inputs, steps, rows);
  const fast = interpreter.run(lanes);
  expect(bytes(fast.states).equals(bytes(plain.states))).toBe(true);
  expect(bytes(fast.outputs).equals(bytes(plain.outputs))).toBe(true);
  expect(bytes(interpreter.outputsByRow(lanes)).equals(bytes(outputsByRow(plain.outputs, steps, rows)))).toBe(true);
  return plain;
}

function bytes(integers: Int32Array): Buffer {
  return Buffer.from(integers.buffer, integers.byteOffset, integers.byteLength);
}

describe('the fast interpreter', () => {
  it('equals the plain one on random networks of all widths, for any number of trials', () => {
    let saturated = 0;
    let empty = 0;
    const shape = fc.record({
      seed: fc.nat(1_000_000),
      inputs: fc.integer({ min: 1, max: 6 }),
      neurons: fc.integer({ min: 1, max: 40 }),
      outputs: fc.integer({ min: 1, max: 50 }),
      density: fc.constantFrom(0, 0.05, 0.5, 1),
      qmax: fc.constantFrom(1, 7, 127),
      stateMax: fc.constantFrom(1, 15, 255, 32_767, 65_535),
      // A block of trials is 32.
      rows: fc.constantFrom(1, 2, 31, 32, 33, 63, 64, 65),
    });
    fc.assert(
      fc.property(shape, ({ seed, rows, ...sizes }) => {
        const network = randomIntegerNetwork(seed, sizes);
        const { indptr } = network.recurrent;
        empty += indptr.filter((end, i) => i > 0 && end === indptr[i - 1]).length;
        const { states } = expectSame(network, randomIntegerInputs(seed, 5 * rows * network.inputs), 5, rows);
        saturated += states.filter((state) => state === network.stateMax).length;
      }),
      { numRuns: 100 },
    );
    expect(saturated).toBeGreaterThan(0);
    expect(empty).toBeGreaterThan(0);
  });

  it('equals it where sums come as near to the ends of int32 as is allowed', () => {
    const [stateMax, weight] = [65_535, 32_767];
    const largest = 2 ** 31 - 1 - 128;
    const network: IntegerNetwork = {
      inputs: 1,
      neurons: 2,
      outputs: 2,
      stateMax,
      shift: 25,
      recurrent: {
        rows: 2,
        columns: 2,
        indptr: Int32Array.of(0, 1, 2),
        indices: Int32Array.of(0, 0),
        values: Int32Array.of(weight, -weight),
      },
      input: { rows: 2, columns: 1, indptr: Int32Array.of(0, 1, 2), indices: Int32Array.of(0, 0), values: Int32Array.of(1, -1) },
      readout: {
        rows: 2,
        columns: 2,
        indptr: Int32Array.of(0, 1, 2),
        indices: Int32Array.of(0, 0),
        values: Int32Array.of(-weight, weight),
      },
      // The first grows to its largest at the second step, which keeps it there, and the other at 0.
      bias: Int32Array.of(largest - weight * stateMax, weight * stateMax - largest),
      readoutBias: Int32Array.of(weight * stateMax - 2 ** 31 + 1, 2 ** 31 - 1 - weight * stateMax),
      multiplier: Int32Array.of(4_000_000, 4_000_000),
      scales: { state: 1, input: 1, accumulator: Float64Array.of(1, 1), readout: 1 },
      site: Int32Array.of(0, 1),
    };
    proveRanges(network, 'the network');
    const [steps, rows] = [4, 33];
    const inputs = Int32Array.from({ length: steps * rows }, (_, i) => (i % 2 === 0 ? 127 : -128));
    const { states, outputs } = expectSame(network, inputs, steps, rows);
    expect(new Set(states.slice(-2 * rows))).toEqual(new Set([0, stateMax]));
    expect(new Set(outputs.slice(-2 * rows))).toEqual(new Set([-(2 ** 31) + 1, 2 ** 31 - 1]));
  });

  it('keeps networks apart that run after each other', () => {
    const large = randomIntegerNetwork(1, { inputs: 5, neurons: 300, outputs: 9 });
    const small = randomIntegerNetwork(2, { inputs: 3, neurons: 4, outputs: 2 });
    for (const network of [small, large, small]) expectSame(network, randomIntegerInputs(3, 4 * 40 * network.inputs), 4, 40);
  });
});
