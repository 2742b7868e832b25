// Does rewiring let short wires take over, at the price of the wire cost it was given?
import { describe, expect, it } from 'vitest';
import { InterruptedError } from '../../src/core/errors.ts';
import { type Csr, filterCsr } from '../../src/network/csr.ts';
import type { WireCost } from '../../src/network/geometry.ts';
import type { Network } from '../../src/network/network.ts';
import { weightedWirelength } from '../../src/network/wirelength.ts';
import { referenceEngine } from '../../src/training/engines/reference.ts';
import { fineTuneSpec } from '../../src/training/fine-tune.ts';
import type { RecoveryOptions } from '../../src/training/recovery.ts';
import { RewireConfig } from '../../src/training/recovery-config.ts';
import { trainedNetwork } from '../../src/training/result.ts';
import { rewire } from '../../src/training/rewire.ts';
import { train } from '../../src/training/train.ts';
import { suite, tinyConfig, tinyEngine } from './tiny-run.ts';

const trainConfig = tinyConfig();
const trained = trainedNetwork(await train(suite, trainConfig, { engine: tinyEngine(trainConfig) }));
const strong = (matrix: Csr) => filterCsr(matrix, (_row, _column, value) => Math.abs(value) > 0.05);
const pruned: Network = {
  ...trained,
  recurrent: strong(trained.recurrent),
  input: strong(trained.input),
  readout: strong(trained.readout),
};
const config = RewireConfig.parse({ updates: 40, learningRate: 1e-2, batchMode: 'stream', streamSteps: 6, batchRows: 4 });

/** Two halves of the neurons, far apart; readout units beside the second. */
const isFar = (site: number) => site >= 5;
const halves: WireCost = {
  sites: 9,
  distance: (a, b) => (isFar(a) === isFar(b) ? 0 : 1),
  separable: null,
  ends: { input: () => 0, readout: (_unit, site) => (isFar(site) ? 0 : 1) },
};

function run(changes: Partial<RewireConfig> = {}, options: Partial<RecoveryOptions> = {}, wire = halves): Promise<Network> {
  return rewire(pruned, suite, { ...config, ...changes }, wire, { engine: referenceEngine(fineTuneSpec(pruned, config)), ...options });
}

describe('rewiring', () => {
  it('lets weights grow where there were none, and moves no neuron', async () => {
    const rewired = await run();
    expect(rewired.recurrent.values.length).toBeGreaterThan(pruned.recurrent.values.length);
    expect(rewired.input.values.length).toBeGreaterThan(pruned.input.values.length);
    expect(rewired.readout.values.length).toBeGreaterThan(pruned.readout.values.length);
    expect(rewired.site).toEqual(pruned.site);
  });

  it('shortens what the wire cost calls long', async () => {
    const [free, priced] = [
      await run({ updates: 120, lambda: 1e-3, locality: 0 }),
      await run({ updates: 120, lambda: 1e-3, locality: 10 }),
    ];
    const length = ({ recurrent, site }: Network) => weightedWirelength(recurrent, site, halves);
    expect(length(priced)).toBeLessThan(0.5 * length(free));
    const far = ({ readout, site }: Network) =>
      readout.values.reduce((sum, w, at) => sum + (isFar(site[readout.indices[at]]) ? 0 : Math.abs(w)), 0);
    expect(far(priced)).toBeLessThan(0.5 * far(free));
  });

  it('goes on after an interruption to the same network, and refuses a checkpoint of another wire cost', async () => {
    let stored: Uint8Array | null = null;
    const store = {
      load: () => stored && { bytes: stored, what: 'the checkpoint' },
      save(bytes: Uint8Array) {
        stored = bytes;
      },
    };
    const controller = new AbortController();
    const stopped = run({}, { store, signal: controller.signal, onProgress: ({ done }) => done === 17 && controller.abort() });
    await expect(stopped).rejects.toThrow(InterruptedError);
    expect(await run({}, { store })).toEqual(await run());
    const other = run({}, { store }, { ...halves, distance: (a, b) => 2 * halves.distance(a, b) });
    await expect(other).rejects.toThrow(/belongs to another training run:\n {2}prices: /);
  });
});
