// Does an analysis hold together, and does it say so where something cannot be measured?
import { beforeAll, describe, expect, it } from 'vitest';
import { type Analysis, analysisJson, parseAnalysis } from '../../src/analysis/analysis-file.ts';
import { InterruptedError, UsageError } from '../../src/core/errors.ts';
import { csrFromDense, mapCsr } from '../../src/network/csr.ts';
import type { Network } from '../../src/network/network.ts';
import { AnalyzeConfig, analyzeStage } from '../../src/pipeline/analyze-stage.ts';
import { readNetwork, writeNetwork } from '../../src/pipeline/network-file.ts';
import { predictWith } from '../../src/pipeline/scores.ts';
import { measureAccuracy } from '../../src/tasks/accuracy.ts';
import { yang19 } from '../../src/tasks/yang19.ts';
import { randomNetwork } from '../compression/random-network.ts';
import { HEADER } from '../exchange/artifacts.ts';

const SIZES = { inputs: yang19.inputs, outputs: yang19.outputs };
const config = (changes: object = {}) =>
  AnalyzeConfig.parse({ trialsPerTask: 12, shuffles: 50, layoutSearch: false, scores: { trialsPerTask: 2 }, ...changes });

/** The artifact of a network, as it is read from a file. */
function artifactOf(network: Network) {
  return readNetwork(writeNetwork({ header: HEADER, network, history: { training: null, pruning: null } }), 'test');
}

/** A random network on every third site of a 6×7 grid. */
function sample(neurons = 14, seed = 1): Network {
  return {
    ...randomNetwork(seed, { ...SIZES, neurons }),
    grid: { rows: 6, columns: 7, metric: 'l1' },
    site: Int32Array.from({ length: neurons }, (_, i) => 3 * i),
  };
}

/** The analysis, after a check that the file can be written and read, so that nothing in it is NaN. */
async function analyzed(network: Network, changes: object = {}): Promise<Analysis> {
  const analysis = await analyzeStage(artifactOf(network), config(changes));
  expect(parseAnalysis(JSON.parse(analysisJson(analysis)), 'analysis.json')).toEqual(analysis);
  return analysis;
}

/** A network of which only the given neurons do anything: neuron i follows input channel `channels[i]`, and W is `recurrent`. */
function wired(channels: readonly (number | null)[], recurrent: readonly number[] = []): Network {
  const neurons = channels.length;
  const input = new Float32Array(neurons * SIZES.inputs);
  channels.forEach((channel, i) => {
    if (channel !== null) input[i * SIZES.inputs + channel] = 1;
  });
  const dense = new Float32Array(neurons * neurons);
  dense.set(recurrent);
  return {
    ...sample(neurons),
    recurrent: csrFromDense(dense, neurons, neurons),
    input: csrFromDense(input, neurons, SIZES.inputs),
    bias: new Float32Array(neurons),
  };
}

/** Channels of ring 1 that vary alike over trials. */
const RING = [1, 2, 3, 4, 5, 6];

describe('an analysis', () => {
  let analysis: Analysis;
  const network = sample();
  beforeAll(async () => {
    analysis = await analyzed(network, { layoutSearch: true });
  });

  it('has one row, label and site for each neuron it speaks of', () => {
    const { activity, clusters, layouts } = analysis;
    expect(activity.taskVariance).toHaveLength(14);
    for (const row of activity.taskVariance) expect(row).toHaveLength(20);
    expect(clusters?.labels).toHaveLength(activity.active.length);
    expect(clusters?.clusters.map(({ size }) => size)).toEqual(
      clusters?.clusters.map((_, c) => clusters.labels.filter((label) => label === c).length),
    );
    const order = clusters?.clusters.map(({ preferredTask }) => yang19.tasks.indexOf(preferredTask)) ?? [];
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(layouts.map(({ name }) => name)).toEqual(['own', 'searched']);
    expect(layouts[0].site).toEqual([...network.site]);
    expect(new Set(layouts[1].site).size).toBe(14);
  });

  it('finds a layout with wires no longer than its own, and measures it by the same rule', () => {
    const [own, searched] = analysis.layouts;
    expect(own.search).toBeNull();
    expect(searched.search?.before).toBeCloseTo(own.wiring.weighted, 9);
    expect(searched.search?.after).toBeCloseTo(searched.wiring.weighted, 9);
    expect(searched.wiring.weighted).toBeLessThanOrEqual(own.wiring.weighted);
  });

  it('measures accuracy on the trials of other scores, as the plain interpreter does', async () => {
    const scores = await measureAccuracy(yang19, predictWith(network), { trialsPerTask: 2, seed: 1, purpose: 'test' });
    expect(analysis.accuracy.mean).toBe(scores.accuracy);
    expect(analysis.accuracy.tasks).toEqual(scores.tasks);
  });

  it('is the same again, and of another seed not', async () => {
    expect(await analyzed(network, { layoutSearch: true })).toEqual(analysis);
    const other = await analyzed(network, { seed: 1 });
    expect(other.activity.taskVariance).not.toEqual(analysis.activity.taskVariance);
    expect(other.accuracy).toEqual(analysis.accuracy);
  });

  it('does not depend on where neurons sit, except in its layouts', async () => {
    const { layouts: _, ...moved } = await analyzed({ ...network, site: Int32Array.from({ length: 14 }, (_, i) => i) });
    const { layouts: __, ...own } = await analyzed(network);
    expect({ ...moved, network: { ...moved.network, hash: '' } }).toEqual({ ...own, network: { ...own.network, hash: '' } });
  });

  it('can see the neurons on another grid of as many sites, and on no other', async () => {
    const line = await analyzed(network, { grid: '42' });
    const atHome = await analyzed({ ...network, grid: { rows: 1, columns: 42, metric: 'l1' } });
    expect(line.layouts).toEqual(atHome.layouts);
    expect(line.network).toMatchObject({ grid: '42', hash: analysis.network.hash });
    expect(line.activity).toEqual(analysis.activity);
    await expect(analyzed(network, { grid: '6x6' })).rejects.toThrow(/6x7 \(42 sites\) cannot be put on grid 6x6 \(36 sites\)/);
  });

  it('says when other numbers of clusters would do as well', () => {
    const { clusters, notes } = analysis;
    const kept = clusters?.clusters.length ?? 0;
    const close = clusters?.tried.filter((other) => other.clusters !== kept && other.silhouette >= clusters.silhouette - 0.02) ?? [];
    const said = notes.find((text) => text.includes('weakly determined'));
    if (close.length === 0) expect(said).toBeUndefined();
    else expect(said).toContain(`silhouette of ${close.map((other) => other.clusters).join(', ')} clusters`);
  });

  it('can look at every condition once instead of random trials', async () => {
    const grid = await analyzed(network, { trials: 'grid' });
    expect(grid.settings.trials).toBe('grid');
    expect(grid.activity.active.length).toBeGreaterThan(2);
  });

  it('tells how far it is, and stops when asked', async () => {
    const told: string[] = [];
    await analyzeStage(artifactOf(network), config(), { onProgress: ({ stage }) => told.push(stage) });
    expect([...new Set(told)]).toEqual(['accuracy', 'task variance']);
    await expect(analyzeStage(artifactOf(network), config(), { signal: AbortSignal.abort() })).rejects.toThrow(InterruptedError);
  });
});

describe('where something cannot be measured', () => {
  const nothing = { isolated: null, clusterSize: null, clusterRadius: null, clusterPairDistance: null };

  it('an all-dead network has no active neurons, no clusters, and a note', async () => {
    const dead = await analyzed(wired([null, null, null, null]), { layoutSearch: true });
    expect(dead).toMatchObject({ activity: { active: [] }, clusters: null, modularity: null, connections: { active: 0, density: 0 } });
    for (const layout of dead.layouts) expect(layout).toMatchObject({ ...nothing, wiring: { length: 0, weighted: 0, meanLength: null } });
    expect(dead.notes.join(' ')).toContain('0 active neurons are too few');
    expect(dead.notes.join(' ')).toContain('there are no connections');
  });

  it.each([1, 2])('a network with %s active neurons has no clusters', async (count) => {
    const few = await analyzed(wired([...RING.slice(0, count), null, null]));
    expect(few.activity.active).toHaveLength(count);
    expect(few).toMatchObject({ clusters: null, modularity: null, layouts: [nothing] });
    expect(few.notes[0]).toContain(`${count} active neurons`);
  });

  it('a network of one neuron is analysed', async () => {
    expect(await analyzed(wired([1]), { layoutSearch: true })).toMatchObject({ clusters: null, connections: { active: 0 } });
  });

  it('neurons with one and the same profile form no clusters', async () => {
    const alike = await analyzed(wired([1, 1, 1, 1]));
    expect(alike.activity.active).toHaveLength(4);
    expect(alike.clusters).toBeNull();
    expect(alike.notes[0]).toContain('share one profile');
  });

  it('a network without connections between neurons has clusters and no modularity', async () => {
    const channels = [1, 5, 17, 20, 2, 33 + 3];
    const none = await analyzed(wired(channels));
    expect(none.clusters).not.toBeNull();
    expect(none.modularity).toMatchObject({ densityInside: 0, qBinary: null, qWeighted: null, qMaximum: null, pEffective: null });
    expect(none.notes.join(' ')).toContain('No modularity');
    const n = channels.length;
    const own = await analyzed(
      wired(
        channels,
        Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 0.5 : 0)),
      ),
    );
    expect(own.connections).toMatchObject({ active: n, self: n });
    expect(own.layouts[0].wiring).toEqual({ length: 0, weighted: 0, meanLength: null });
    expect(own.notes.join(' ')).toContain('leads from a neuron to itself');
  });

  it('a network whose states grow beyond all bounds is refused', async () => {
    const network = sample();
    const wild = { ...network, recurrent: mapCsr(network.recurrent, Float32Array, (value) => 1e6 * Math.abs(value)) };
    const run = analyzeStage(artifactOf(wild), config());
    await expect(run).rejects.toThrow(UsageError);
    await expect(run).rejects.toThrow('the network diverges');
  });
});
