import { describe, expect, it } from 'vitest';
import { fakeQuantize, fakeQuantizedNetwork } from '../../src/compression/fake-quantize.ts';
import { type MaskedBatch, measureSensitivity, sideBySide, weightGroups } from '../../src/compression/sensitivity.ts';
import { chooseUnits, type UnitOptions } from '../../src/compression/units.ts';
import { csrFromDense } from '../../src/network/csr.ts';
import type { Network } from '../../src/network/network.ts';
import { runNetwork } from '../../src/network/run.ts';
import { randomInputs, randomNetwork } from './random-network.ts';

const INT8: UnitOptions = { weights: { qmax: 127, step: 1 }, groups: 'channel' };
const RANGES = { state: 3, input: 1 };

function trialsOf(network: Network, steps: number, rows: number): MaskedBatch {
  return { inputs: randomInputs(3, steps * rows * network.inputs), steps, rows, mask: new Float32Array(steps * rows).fill(1) };
}

describe('sensitivity', () => {
  it('is the divergence of the answers, worked out by hand', async () => {
    // One neuron passes its input of 1 on; the readout 1, 0.6 becomes 1, 1 in two bits: 0.6 rounds up.
    const network: Network = {
      ...randomNetwork(1, { inputs: 1, neurons: 1, outputs: 2 }),
      recurrent: csrFromDense(Float32Array.of(0), 1, 1),
      input: csrFromDense(Float32Array.of(1), 1, 1),
      readout: csrFromDense(Float32Array.of(1, 0.6), 2, 1),
      bias: Float32Array.of(0),
      readoutBias: Float32Array.of(0, 0),
    };
    const trials: MaskedBatch = { inputs: Float32Array.of(1, 7), steps: 2, rows: 1, mask: Float32Array.of(1, 0) };
    const [hidden, readout] = await measureSensitivity(network, RANGES, INT8, [2, 8], trials);
    const p = Math.exp(1) / (Math.exp(1) + Math.exp(0.6));
    const byHand = p * Math.log(p / 0.5) + (1 - p) * Math.log((1 - p) / 0.5);
    expect(readout.damage[0]).toBeCloseTo(byHand, 6);
    expect(readout.damage[1]).toBeLessThan(1e-5);
    // The only weight of the hidden neuron is its largest: it is exact in any width.
    expect(hidden.damage).toEqual([0, 0]);
    expect([hidden.neurons, hidden.weights, readout.neurons, readout.weights]).toEqual([[0], 1, null, 2]);
  });

  it('quantizes one group at a time, biases included', async () => {
    const network = randomNetwork(5, { inputs: 3, neurons: 6, outputs: 3 });
    const trials = trialsOf(network, 6, 10);
    const groups = Int32Array.of(4, 4, 1, 1, 4, 1);
    const options: UnitOptions = { weights: { qmax: 7, step: 1 }, groups };
    const measured = await measureSensitivity(network, RANGES, options, [4], trials);
    expect(measured.map(({ neurons }) => neurons)).toEqual([[0, 1, 4], [2, 3, 5], null]);
    const fake = fakeQuantizedNetwork(network, fakeQuantize(network, chooseUnits(network, RANGES, options), options));
    const float = runNetwork(network, trials.inputs, 6, 10).outputs;
    const coarse = runNetwork({ ...network, readout: fake.readout, readoutBias: fake.readoutBias }, trials.inputs, 6, 10).outputs;
    let sum = 0;
    for (let step = 0; step < 6; step++) {
      for (let row = 0; row < 10; row++) {
        const answers = [float, coarse].map((o) => {
          const logits = [0, 1, 2].map((k) => Math.exp(o[(step * 3 + k) * 10 + row]));
          return logits.map((x) => x / logits.reduce((a, b) => a + b));
        });
        sum += answers[0].reduce((kl, p, k) => kl + p * Math.log(p / answers[1][k]), 0);
      }
    }
    expect(measured[2].damage[0]).toBeCloseTo(sum / 60, 8);
    expect(Math.min(...measured.map(({ damage }) => damage[0]))).toBeGreaterThan(0);
  });

  it('falls with every two bits', async () => {
    const network = randomNetwork(6, { inputs: 3, neurons: 8, outputs: 3 });
    for (const { damage } of await measureSensitivity(network, RANGES, INT8, [2, 4, 6, 8], trialsOf(network, 6, 20))) {
      for (let k = 1; k < damage.length; k++) expect(damage[k]).toBeLessThan(damage[k - 1]);
    }
  });

  it('tells of every group, and ends where it is stopped', async () => {
    const network = randomNetwork(8, { inputs: 3, neurons: 3, outputs: 2 });
    const told: [number, number][] = [];
    await measureSensitivity(network, RANGES, INT8, [8], trialsOf(network, 2, 2), async (done, total) => void told.push([done, total]));
    expect(told).toEqual([
      [1, 4],
      [2, 4],
      [3, 4],
      [4, 4],
    ]);
    const stop = async () => {
      throw new Error('stopped');
    };
    await expect(measureSensitivity(network, RANGES, INT8, [8], trialsOf(network, 2, 2), stop)).rejects.toThrow('stopped');
  });

  it('is measured for hidden neurons as one and the readout where all share a scale', () => {
    const network = randomNetwork(7, { inputs: 3, neurons: 5, outputs: 2 });
    const weights = network.recurrent.values.length + network.input.values.length;
    expect(weightGroups(network, 'tensor')).toEqual([
      { neurons: [0, 1, 2, 3, 4], weights },
      { neurons: null, weights: network.readout.values.length },
    ]);
  });
});

describe('batches side by side', () => {
  it('keep every trial, and count no padding', () => {
    const a: MaskedBatch = { inputs: Float32Array.of(1, 2, 3, 4), steps: 2, rows: 1, mask: Float32Array.of(1, 1) };
    const b: MaskedBatch = { inputs: Float32Array.of(5, 6, 7, 8), steps: 1, rows: 2, mask: Float32Array.of(0, 1) };
    expect(sideBySide([a, b], 2)).toEqual({
      inputs: Float32Array.of(1, 2, 5, 6, 7, 8, 3, 4, 0, 0, 0, 0),
      steps: 2,
      rows: 3,
      mask: Float32Array.of(1, 0, 1, 1, 0, 0),
    });
  });
});
