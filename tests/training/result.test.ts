// Is the trained network the one that was trained, only seen by site?
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/random.ts';
import { denseFromCsr } from '../../src/network/csr.ts';
import { runNetwork } from '../../src/network/run.ts';
import { engineSpec } from '../../src/training/config.ts';
import { referenceEngine } from '../../src/training/engines/reference.ts';
import { initialParameters } from '../../src/training/initial.ts';
import { flatParameters } from '../../src/training/recovery.ts';
import { trainedNetwork } from '../../src/training/result.ts';
import { tinyConfig } from './tiny-run.ts';

const config = tinyConfig({ grid: '3x4', activation: 'tanh' });
const sizes = { inputs: 5, neurons: 12, outputs: 3 };
const random = randomStream(1, 'test');
const parameters = initialParameters(sizes, 'uniform', 3).map((w) => w + 0.1 * random.normal());
const site = random.permutation(12);
const network = trainedNetwork({ config, sizes, parameters, site });

describe('the trained network', () => {
  it('computes what the engine computes, wherever its neurons sit', async () => {
    const [steps, rows] = [4, 3];
    const inputs = Float32Array.from({ length: steps * rows * sizes.inputs }, () => random.normal());
    const engine = referenceEngine(engineSpec(config, sizes));
    const zeros = new Float32Array(parameters.length);
    await engine.write({ parameters, firstMoment: zeros, secondMoment: zeros });
    const expected = await engine.forward(inputs, steps, rows);
    const { outputs } = runNetwork(network, inputs, steps, rows);
    for (let step = 0; step < steps; step++) {
      for (let row = 0; row < rows; row++) {
        for (let o = 0; o < sizes.outputs; o++) {
          const truth = expected[(step * rows + row) * sizes.outputs + o];
          expect(Math.abs(outputs[(step * sizes.outputs + o) * rows + row] - truth)).toBeLessThan(1e-6);
        }
      }
    }
  });

  it('lists neurons by ascending site, with the weights of the neuron that sits there', () => {
    expect([...network.site]).toEqual([...Array(12).keys()]);
    expect(network.grid).toEqual({ rows: 3, columns: 4, metric: 'l1' });
    const W = denseFromCsr(network.recurrent);
    for (let i = 0; i < 12; i++) for (let j = 0; j < 12; j++) expect(W[site[i] * 12 + site[j]]).toBe(parameters[i * 12 + j]);
    expect(network.bias[site[4]]).toBe(parameters[144 + 60 + 36 + 4]);
  });

  it('keeps its parameters as they were when no neuron moved', () => {
    const identity = Int32Array.from({ length: 12 }, (_, i) => i);
    expect(flatParameters(trainedNetwork({ config, sizes, parameters, site: identity }))).toEqual(parameters);
  });
});
