import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrate } from '../../src/compression/calibrate.ts';
import { balanceInputs } from '../../src/compression/input-unit.ts';
import { quantize, quantizeInputs } from '../../src/compression/quantize.ts';
import { runInteger } from '../../src/compression/run-integer.ts';
import type { UnitOptions } from '../../src/compression/units.ts';
import { csrFromDense } from '../../src/network/csr.ts';
import { runNetwork } from '../../src/network/run.ts';
import { randomInputs, randomNetwork } from './random-network.ts';

const [STEPS, ROWS] = [10, 20];

describe('the range of the inputs', () => {
  it('is widened where input weights would be lost beside recurrent ones', () => {
    // One neuron with W = 1 and W_in = 0.01, states to 10, inputs to 1, three bits: with s_u = 1/127 the input weight is 0.
    const float = {
      ...randomNetwork(1, { inputs: 1, neurons: 1, outputs: 1 }),
      recurrent: csrFromDense(Float32Array.of(0.9), 1, 1),
      input: csrFromDense(Float32Array.of(1), 1, 1),
    };
    const options: UnitOptions = { weights: { qmax: 3, step: 1 }, groups: 'channel', stateBits: 4 };
    const calibration = { state: 10, input: 1, stateSquares: Float64Array.of(30), inputSquares: Float64Array.of(0.3) };
    expect(quantize(float, calibration, options).network.input.values.length).toBe(0);
    const ranges = balanceInputs(float, calibration, options);
    expect([ranges.state, ranges.input > 10]).toEqual([10, true]);
    expect(quantize(float, ranges, options).network.input.values.length).toBe(1);
  });

  it('is the measured one where nothing is gained', () => {
    // Input weights alone: a wider range would only coarsen the inputs.
    const float = { ...randomNetwork(2, { inputs: 3, neurons: 4, outputs: 1 }), recurrent: csrFromDense(new Float32Array(16), 4, 4) };
    const calibration = { state: 1, input: 2, stateSquares: new Float64Array(4), inputSquares: Float64Array.of(1, 1, 1) };
    expect(balanceInputs(float, calibration, { weights: { qmax: 127, step: 1 }, groups: 'channel' })).toEqual({ state: 1, input: 2 });
  });

  it('brings states of few bits nearer to the float network', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.constantFrom(3, 4, 5), (seed, stateBits) => {
        const float = randomNetwork(seed, { inputs: 5, neurons: 30, outputs: 4 });
        const inputs = randomInputs(seed, STEPS * ROWS * 5);
        const options: UnitOptions = { weights: { qmax: 7, step: 1 }, groups: 'channel', stateBits };
        const calibration = calibrate(float, [{ inputs, steps: STEPS, rows: ROWS }], 'max');
        const exact = runNetwork(float, inputs, STEPS, ROWS).states;
        const errorOf = (ranges: { state: number; input: number }) => {
          const { network } = quantize(float, ranges, options);
          const { states } = runInteger(network, quantizeInputs(inputs, network.scales.input).integers, STEPS, ROWS);
          return states.reduce((sum, state, i) => sum + (state * network.scales.state - exact[i]) ** 2, 0);
        };
        expect(errorOf(balanceInputs(float, calibration, options))).toBeLessThan(1.05 * errorOf(calibration));
      }),
      { numRuns: 15 },
    );
  });
});
