import { describe, expect, it } from 'vitest';
import { calibrate } from '../../src/compression/calibrate.ts';
import { csrFromDense } from '../../src/network/csr.ts';
import { randomNetwork } from './random-network.ts';

describe('calibration', () => {
  // One neuron that copies its input, one that is always silent.
  const network = {
    ...randomNetwork(1, { inputs: 1, neurons: 2, outputs: 1 }),
    recurrent: csrFromDense(new Float32Array(4), 2, 2),
    input: csrFromDense(Float32Array.of(1, 0), 2, 1),
    bias: Float32Array.of(0, -1),
  };
  const ramp = (length: number) => ({ inputs: Float32Array.from({ length }, (_, i) => i + 1), steps: 1, rows: length });

  it('takes the 99.9 % quantile of the active states, or their maximum', () => {
    const batches = [ramp(1000), { inputs: Float32Array.of(-7), steps: 1, rows: 1 }, { inputs: Float32Array.of(5000), steps: 1, rows: 1 }];
    // 1001 active states: 1000 are the smallest number that covers 99.9 %.
    expect(calibrate(network, batches)).toEqual({ state: 1000, input: 5000 });
    expect(calibrate(network, batches, 'max')).toEqual({ state: 5000, input: 5000 });
  });

  it('measures inputs by magnitude and reports a silent network as range 0', () => {
    expect(calibrate(network, [{ inputs: Float32Array.of(-3, -2), steps: 2, rows: 1 }])).toEqual({ state: 0, input: 3 });
  });

  it('refuses to work without trials', () => {
    expect(() => calibrate(network, [])).toThrow('calibration needs at least one trial');
  });
});
