import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { proveRanges } from '../../src/compression/integer-proof.ts';
import { runInteger } from '../../src/compression/run-integer.ts';
import { exportInteger } from '../../src/exchange/int.ts';
import { openIntegerModel } from '../../src/exchange/run-onnx.ts';
import { RUNTIMES } from '../../src/onnx/runtime.ts';
import { type IntegerNetworkShape, randomIntegerInputs, randomIntegerNetwork } from '../compression/random-integer-network.ts';
import { quantizedArtifact } from './artifacts.ts';

const SHAPES: Record<string, IntegerNetworkShape> = {
  'one neuron': { inputs: 1, neurons: 1, outputs: 1, density: 1 },
  'a full layer at the extremes': { inputs: 8, neurons: 100, outputs: 17, density: 1 },
  'a sparse layer': { inputs: 20, neurons: 64, outputs: 5, density: 0.1 },
  'even weights up to 254': { inputs: 6, neurons: 30, outputs: 4, step: 2, qmax: 254 },
  'weights that need more than int8': { inputs: 6, neurons: 30, outputs: 4, qmax: 255 },
  'ternary weights and one-bit states': { inputs: 6, neurons: 30, outputs: 4, qmax: 1, stateMax: 1 },
  'fan-in lists': { inputs: 20, neurons: 96, outputs: 5, density: 0.05 },
  'fan-in lists of even weights': { inputs: 60, neurons: 96, outputs: 5, density: 0.05, step: 2, qmax: 254 },
  'fan-in lists of weights that need more than int8': { inputs: 60, neurons: 96, outputs: 5, density: 0.05, qmax: 255 },
  'no synapses at all': { inputs: 12, neurons: 12, outputs: 12, density: 0 },
  'wide states': { inputs: 6, neurons: 30, outputs: 4, stateMax: 65_535 },
};

describe.each(RUNTIMES)('the integer form in onnxruntime-%s', (runtime) => {
  it.each(Object.entries(SHAPES))('equals the interpreter on every integer: %s', async (_, shape) => {
    const network = randomIntegerNetwork(3, shape);
    const model = await openIntegerModel(exportInteger(quantizedArtifact(network)), runtime);
    for (const [steps, rows] of [
      [12, 1],
      [5, 7],
    ] as const) {
      const inputs = randomIntegerInputs(steps, steps * rows * network.inputs);
      const expected = runInteger(network, inputs, steps, rows);
      expect(await model.run(inputs, steps, rows)).toEqual(expected);
      if (network.recurrent.values.length > 1) expect(expected.states).toContain(network.stateMax);
    }
    await model.release();
  });

  it('equals the interpreter on random networks', async () => {
    const shape = fc.record({
      seed: fc.nat(1_000_000),
      inputs: fc.integer({ min: 1, max: 8 }),
      neurons: fc.integer({ min: 1, max: 40 }),
      outputs: fc.integer({ min: 1, max: 5 }),
      density: fc.constantFrom(0, 0.03, 0.3, 1),
      qmax: fc.constantFrom(1, 7, 127, 255),
      stateMax: fc.constantFrom(1, 15, 255),
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ seed, ...sizes }) => {
        const network = randomIntegerNetwork(seed, sizes);
        const model = await openIntegerModel(exportInteger(quantizedArtifact(network)), runtime);
        const inputs = randomIntegerInputs(seed, 4 * 3 * network.inputs);
        const found = await model.run(inputs, 4, 3);
        await model.release();
        expect(found).toEqual(runInteger(network, inputs, 4, 3));
      }),
      { numRuns: 25 },
    );
  });

  it('equals the interpreter where accumulators come near the ends of int32', async () => {
    const base = randomIntegerNetwork(2, { inputs: 2, neurons: 120, outputs: 2, density: 1, qmax: 255, stateMax: 65_535 });
    // Half of the neurons get all weights at +255, the other half at −255: ±120·255·65535 is 93 % of int32.
    const recurrent = { ...base.recurrent, values: base.recurrent.values.map((_, at) => (at < 60 * 120 ? 255 : -255)) };
    const network = { ...base, recurrent, multiplier: new Int32Array(120).fill(2 ** base.shift), bias: new Int32Array(120).fill(65_535) };
    proveRanges(network, 'test');
    const inputs = randomIntegerInputs(1, 6 * 2 * 2);
    const expected = runInteger(network, inputs, 6, 2);
    expect(new Set(expected.states.subarray(2 * 120 * 2))).toEqual(new Set([0, 65_535]));
    const model = await openIntegerModel(exportInteger(quantizedArtifact(network)), runtime);
    expect(await model.run(inputs, 6, 2)).toEqual(expected);
    await model.release();
  });

  it('refuses inputs beyond int8', async () => {
    const network = randomIntegerNetwork(1, { inputs: 1, neurons: 2, outputs: 1 });
    const model = await openIntegerModel(exportInteger(quantizedArtifact(network)), runtime);
    await expect(model.run(Int32Array.of(128), 1, 1)).rejects.toThrow('an integer input is 128; int8 is −128 … 127');
    await model.release();
  });
});
