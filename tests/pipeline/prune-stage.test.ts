// Does pruning in rounds end at the density that was asked for, and what do contradicting settings say?
import { describe, expect, it } from 'vitest';
import { readSettings } from '../../src/commands/settings.ts';
import { weightDensity } from '../../src/compression/prune.ts';
import { PruneConfig, resolveRunConfig } from '../../src/pipeline/config.ts';
import { readNetwork } from '../../src/pipeline/network-file.ts';
import { pruneStage } from '../../src/pipeline/prune-stage.ts';
import { trainStage } from '../../src/pipeline/train-stage.ts';
import { tinyConfig } from '../training/tiny-run.ts';

const scores = { trialsPerTask: 1, seed: 1 };
const files = await trainStage(tinyConfig(), scores, { load: () => null, save: () => {} });
const trained = readNetwork(files['trained.safetensors'], 'trained');
const fineTune = { updates: 10, batchMode: 'stream', streamSteps: 6, batchRows: 2, engine: 'reference', learningRate: 1e-2 };

/** The artifact after pruning, and which updates were told. */
async function pruned(settings: object) {
  const told: number[] = [];
  const bytes = await pruneStage(trained, PruneConfig.parse(settings), scores, { onProgress: ({ done }) => void told.push(done) });
  return { ...readNetwork(bytes, 'pruned', ['pruned']), told };
}

describe('pruning to a density', () => {
  it('ends at it, in one cut and in rounds, with the same updates in all', async () => {
    for (const rounds of [1, 3]) {
      const { network, header, history, told } = await pruned({ density: 0.5, rounds, fineTune });
      const { recurrent, input, readout } = trained.network;
      const all = recurrent.values.length + input.values.length + readout.values.length;
      const possible = 9 * (9 + trained.network.inputs + trained.network.outputs);
      const { belowThreshold, withNeurons } = history.pruning?.counts ?? expect.fail('no counts');
      const sum = (counts: typeof belowThreshold) => counts.recurrent + counts.input + counts.readout;
      expect(all - sum(belowThreshold)).toBe(Math.round(0.5 * possible));
      const left = network.recurrent.values.length + network.input.values.length + network.readout.values.length;
      expect(left).toBe(Math.round(0.5 * possible) - sum(withNeurons));
      expect(told).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect(header.config).toMatchObject({ prune: { threshold: null, density: 0.5, rounds } });
    }
  });

  it('trains between rounds, so that other weights may stay than in one cut', async () => {
    const [once, twice] = await Promise.all([1, 4].map((rounds) => pruned({ density: 0.3, rounds, fineTune })));
    expect(twice.network.recurrent.indices).not.toEqual(once.network.recurrent.indices);
  });

  it('of what is no denser removes nothing', async () => {
    const { history } = await pruned({ density: 1, fineTune: null });
    expect(history.pruning?.counts.belowThreshold).toEqual({ recurrent: 0, input: 0, readout: 0 });
    expect(weightDensity(trained.network)).toBeGreaterThan(0.99);
  });
});

describe('pruning settings', () => {
  it('say which threshold counts, and mean the same when they are read again', () => {
    for (const [given, resolved] of [
      [{}, { threshold: 0.01, density: null }],
      [{ threshold: 0 }, { threshold: 0, density: null }],
      [
        { density: 0.1, rounds: 5 },
        { threshold: null, density: 0.1, rounds: 5 },
      ],
    ]) {
      const { prune } = resolveRunConfig({ prune: given });
      expect(prune).toMatchObject(resolved);
      expect(resolveRunConfig({ prune }).prune).toEqual(prune);
    }
  });

  it('that contradict each other are refused', () => {
    const refusal = (prune: object) => () => resolveRunConfig({ prune });
    expect(refusal({ threshold: 0.01, density: 0.1 })).toThrow('prune.density: found 0.1; a threshold is given as well');
    expect(refusal({ rounds: 2 })).toThrow('prune.rounds: found 2; several rounds need a density to end at');
    expect(refusal({ density: 0.1, rounds: 2, fineTune: null })).toThrow(
      'prune.rounds: found 2; each round needs an update of fine-tuning',
    );
    expect(refusal({ density: 0.1, rounds: 501 })).toThrow('prune.rounds: found 501; each round needs an update');
    expect(refusal({ density: 0 })).toThrow('prune.density: found 0; ');
    expect(refusal({ density: 1.5 })).toThrow('prune.density: found 1.5; ');
    expect(refusal({ densty: 0.1 })).toThrow("unknown option 'densty' in prune; did you mean 'density'?");
    expect(() => readSettings(undefined, { prune: { threshold: 0.1, density: 0.1 } })).toThrow('a threshold is given as well');
  });
});
