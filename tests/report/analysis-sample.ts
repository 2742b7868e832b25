// What was measured of the sample network of 12 neurons: small enough to check every picture by hand.
import type { Analysis, LayoutAnalysis, NullComparison } from '../../src/analysis/analysis-file.ts';
import { weightByDistance } from '../../src/analysis/weight-distance.ts';
import type { Network } from '../../src/network/network.ts';
import { sampleNetwork } from './sample.ts';

const TASKS = ['go', 'rtgo', 'dms'];

/** Neurons 0 … 8 are active, in three clusters of three; 9 … 11 vary less than the threshold, 11 not at all. */
const TASK_VARIANCE = [
  [4, 1, 0],
  [2, 1, 0.5],
  [1, 0.25, 0],
  [0, 0.5, 0.125],
  [0.1, 0.8, 0],
  [0, 0.4, 0.2],
  [0, 0, 0.05],
  [0.01, 0, 0.02],
  [0, 0.001, 0.004],
  [0.0003, 0.0002, 0],
  [0.00001, 0, 0],
  [0, 0, 0],
];

const ISOLATED: NullComparison = {
  value: 0.25,
  nullMean: 0.75,
  nullSd: 0.125,
  z: -4,
  p: 0.0005,
  histogram: { edges: [0.5, 0.625, 0.75, 0.875, 1], counts: [100, 900, 800, 200] },
};

const CLUSTER_SIZE: NullComparison = {
  value: 0.0625,
  nullMean: 0.0625,
  nullSd: 0,
  z: null,
  p: 1,
  histogram: { edges: [0.0625, 0.0625], counts: [2000] },
};

function layout(name: LayoutAnalysis['name'], site: number[], network: Network): LayoutAnalysis {
  return {
    name,
    site,
    wiring: { length: name === 'own' ? 4.5 : 3.75, weighted: 2.5, meanLength: 0.375 },
    weightByDistance: weightByDistance(network, site),
    isolated: ISOLATED,
    clusterSize: CLUSTER_SIZE,
    clusterRadius: 0.25,
    clusterPairDistance: 0.375,
    byClusters: [{ clusters: 3, isolatedP: 1, clusterSizeP: 1 }],
    search: name === 'own' ? null : { seed: 0, exchanges: 3, before: 4.5, after: 3.75 },
  };
}

/** The analysis of the sample network, or of one with its neurons elsewhere. */
export function sampleAnalysis(network: Network = sampleNetwork(), hash = 'c0ffee'): Analysis {
  const task = (name: string, accuracy: number, ceiling: number) => ({
    task: name,
    accuracy,
    strict: accuracy,
    fixationKept: 1,
    meanDirectionError: null,
    ceiling,
  });
  return {
    schema: 'bimt-analysis/1',
    tool: 'bimt-export@0.1.0',
    network: {
      hash,
      stage: 'pruned',
      suite: 'pair',
      grid: '4x4',
      neurons: network.neurons,
      inputs: network.inputs,
      outputs: network.outputs,
      train: { condition: 'bimt' },
    },
    settings: {
      trials: 'random',
      trialsPerTask: 8,
      activeAbove: 1e-3,
      connectedAbove: 1e-2,
      shuffles: 2000,
      seed: 0,
      scores: { trialsPerTask: 100, seed: 1 },
    },
    accuracy: {
      mean: 0.9,
      strict: 0.875,
      fixationKept: 1,
      tasks: [task('go', 1, 1), task('rtgo', 0.95, 1), task('dms', 0.75, 0.96875)],
    },
    activity: { tasks: TASKS, taskVariance: TASK_VARIANCE, active: [0, 1, 2, 3, 4, 5, 6, 7, 8] },
    clusters: {
      tried: [{ clusters: 3, silhouette: 0.75, inertia: 0.5 }],
      silhouette: 0.75,
      labels: [0, 0, 0, 1, 1, 1, 2, 2, 2],
      clusters: [
        { size: 3, preferredTask: 'go' },
        { size: 3, preferredTask: 'rtgo' },
        { size: 3, preferredTask: 'dms' },
      ],
    },
    connections: { active: 13, self: 1, stored: 13, density: 13 / 144 },
    modularity: null,
    layouts: [layout('own', [...network.site], network), layout('searched', [0, 1, 4, 2, 3, 6, 5, 7, 8, 9, 10, 11], network)],
    notes: [],
  };
}

/** A network in which nothing happens: no variance, no clusters, no weights. */
export function silentAnalysis(network: Network): Analysis {
  const analysis = sampleAnalysis(network);
  const layouts = analysis.layouts.map((one) => ({
    ...one,
    wiring: { length: 0, weighted: 0, meanLength: null },
    isolated: null,
    clusterSize: null,
    clusterRadius: null,
    clusterPairDistance: null,
  }));
  return {
    ...analysis,
    accuracy: { mean: 0, strict: 0, fixationKept: 0, tasks: [] },
    activity: { tasks: [], taskVariance: TASK_VARIANCE.map(() => []), active: [] },
    clusters: null,
    layouts,
  };
}
