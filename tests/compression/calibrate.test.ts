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
    expect(calibrate(network, batches)).toMatchObject({ state: 1000, input: 5000 });
    expect(calibrate(network, batches, 'max')).toMatchObject({ state: 5000, input: 5000 });
  });

  it('measures inputs by magnitude and reports a silent network as range 0', () => {
    expect(calibrate(network, [{ inputs: Float32Array.of(-3, -2), steps: 2, rows: 1 }])).toMatchObject({ state: 0, input: 3 });
  });

  it('measures mean squares by neuron and by input, over all steps of all trials', () => {
    const two = { ...randomNetwork(1, { inputs: 2, neurons: 2, outputs: 1 }), recurrent: network.recurrent, bias: Float32Array.of(0, -1) };
    // The first neuron copies the first input, the second the second less 1.
    const copying = { ...two, input: csrFromDense(Float32Array.of(1, 0, 0, 1), 2, 2) };
    const batches = [
      { inputs: Float32Array.of(1, 2, -3, 4, 5, 6, 7, -8), steps: 2, rows: 2 },
      { inputs: Float32Array.of(0, 1), steps: 1, rows: 1 },
    ];
    const { stateSquares, inputSquares } = calibrate(copying, batches, 'max');
    expect([...inputSquares]).toEqual([(1 + 9 + 25 + 49) / 5, (4 + 16 + 36 + 64 + 1) / 5]);
    expect([...stateSquares]).toEqual([(1 + 25 + 49) / 5, (1 + 9 + 25) / 5]);
  });

  it('refuses to work without trials', () => {
    expect(() => calibrate(network, [])).toThrow('calibration needs at least one trial');
  });
});
