// Does pruning in rounds end at the density that was asked for, and what do contradicting settings say?
import { describe, expect, it } from 'vitest';
import { readSettings } from '../../src/commands/settings.ts';
import { weightDensity } from '../../src/compression/prune-weights.ts';
import { checkFit } from '../../src/mapping/legality.ts';
import { mappingProblem } from '../../src/mapping/problem.ts';
import type { Csr } from '../../src/network/csr.ts';
import { PruneConfig, resolveRunConfig } from '../../src/pipeline/config.ts';
import { openBudgets } from '../../src/pipeline/core-budgets.ts';
import { readNetwork } from '../../src/pipeline/network-file.ts';
import { pruneStage } from '../../src/pipeline/prune-stage.ts';
import { trainStage } from '../../src/pipeline/train-stage.ts';
import { rawTarget, withValue, writeTarget } from '../targets/support.ts';
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

describe('pruning to limits', () => {
  it('meets fan-in and fan-out after rounds and fine-tuning, of readout units too', async () => {
    const { network, header } = await pruned({ threshold: 0, maxFanIn: 6, maxFanOut: 4, locality: 2, rounds: 2, fineTune });
    const fanIn = [...rowCounts(network.recurrent)].map((count, i) => count + rowCounts(network.input)[i]);
    for (const count of [...fanIn, ...rowCounts(network.readout)]) expect(count).toBeLessThanOrEqual(6);
    const fanOut = new Int32Array(network.neurons);
    for (const { indices } of [network.recurrent, network.readout]) for (const from of indices) fanOut[from]++;
    expect(Math.max(...fanOut)).toBe(4);
    expect(header.config).toMatchObject({ prune: { maxFanIn: 6, maxFanOut: 4, locality: 2 } });
  });

  it('ends with a network that the cores of the target hold, and names the target', async () => {
    const target = 'rram-mesh:arraysPerCore=1,height=2,rows=16,width=2';
    const { chip } = openBudgets({ target, maxNeuronsPerCore: null, synapses: null });
    expect(checkFit(mappingProblem(trained.network, null), chip).fits).toBe(false);
    const { network, header } = await pruned({ threshold: 0, cores: { target }, rounds: 2, fineTune });
    expect(checkFit(mappingProblem(network, null), chip)).toMatchObject({ fits: true });
    expect(header.config).toMatchObject({ prune: { cores: { target, synapses: null } } });
  });

  it('of a single neuron takes what the target states where it is less', async () => {
    const fanInPerNeuron = { value: 5, unit: '1', provenance: 'assumption', how: 'a test' };
    const path = writeTarget(JSON.stringify(withValue({ ...rawTarget('loihi1'), id: 'few' }, 'limits.fanInPerNeuron', fanInPerNeuron)));
    const { network, header } = await pruned({ threshold: 0, cores: { target: path }, maxFanIn: 7, fineTune: null });
    expect(Math.max(...rowCounts(network.readout))).toBeLessThanOrEqual(5);
    // An artifact holds no path.
    expect(header.config).toMatchObject({ prune: { cores: { target: 'few' } } });
  });
});

/** Entries of each row. */
function rowCounts({ indptr }: Csr): Int32Array {
  return indptr.slice(1).map((end, row) => end - indptr[row]);
}

describe('pruning settings', () => {
  it('say which threshold counts, and mean the same when they are read again', () => {
    for (const [given, resolved] of [
      [{}, { threshold: 0.01, density: null }],
      [{ threshold: 0 }, { threshold: 0, density: null }],
      [
        { density: 0.1, rounds: 5 },
        { threshold: null, density: 0.1, rounds: 5 },
      ],
      [{ search: {} }, { threshold: null, density: null, search: { maxAccuracyDrop: 0.01, maxTaskDrop: null, densities: null } }],
    ]) {
      const { prune } = resolveRunConfig({ prune: given });
      expect(prune).toMatchObject(resolved);
      expect(resolveRunConfig({ prune }).prune).toEqual(prune);
    }
  });

  it('that contradict each other are refused', () => {
    const refusal = (prune: object) => () => resolveRunConfig({ prune });
    expect(refusal({ threshold: 0.01, density: 0.1 })).toThrow('prune.density: found 0.1; a threshold is given as well');
    expect(refusal({ density: 0.1, rounds: 2, fineTune: null })).toThrow(
      'prune.rounds: found 2; each round needs an update of fine-tuning',
    );
    expect(refusal({ density: 0.1, rounds: 501 })).toThrow('prune.rounds: found 501; each round needs an update');
    expect(refusal({ density: 0 })).toThrow('prune.density: found 0, allowed: a number above 0 and at most 1 or null');
    expect(refusal({ density: 1.5 })).toThrow('prune.density: found 1.5, allowed: a number above 0 and at most 1 or null');
    expect(refusal({ maxFanIn: 0 })).toThrow('prune.maxFanIn: found 0, allowed: a whole number of at least 1 or null');
    expect(refusal({ maxFanOut: 2.5 })).toThrow('prune.maxFanOut: found 2.5, allowed: a whole number of at least 1 or null');
    expect(refusal({ locality: -1 })).toThrow('prune.locality: found -1, allowed: a number of at least 0; try 0, the default');
    expect(refusal({ cores: { synapses: 100 } })).toThrow('prune.cores.target: found nothing, allowed: a text (name or file of a target');
    expect(refusal({ cores: { target: 'loihi1', synapses: 0 } })).toThrow(
      'prune.cores.synapses: found 0, allowed: a whole number of at least 1 or null',
    );
    expect(refusal({ search: { maxAccuracyDrop: 1.1 } })).toThrow(
      'prune.search.maxAccuracyDrop: found 1.1, allowed: a number from 0 to 1; try 0.01, the default',
    );
    expect(refusal({ search: {}, density: 0.1 })).toThrow('prune.density: found 0.1; a search for the density is asked for as well');
    expect(refusal({ search: {}, threshold: 0.1 })).toThrow('prune.threshold: found 0.1; a search for the density is asked for as well');
    expect(refusal({ search: { densities: [] } })).toThrow(
      'prune.search.densities: found [], allowed: a list of at least 1, each a number above 0 and at most 1, or null',
    );
    expect(refusal({ search: { densities: [0.1, 2] } })).toThrow(
      'prune.search.densities.1: found 2, allowed: a number above 0 and at most 1',
    );
    expect(refusal({ densty: 0.1 })).toThrow("unknown option 'densty' in prune; did you mean 'density'?");
    expect(() => readSettings(undefined, { prune: { threshold: 0.1, density: 0.1 } })).toThrow('a threshold is given as well');
  });
});
