// Does what is said of clusters on a layout hold for every number of clusters that was tried?
import { describe, expect, it } from 'vitest';
import { summarizeAnalysis } from '../../src/analysis/analysis-summary.ts';
import { functionalClusters } from '../../src/analysis/functional-clusters.ts';
import { analyzeLayout } from '../../src/analysis/layout-analysis.ts';
import type { TaskVariance } from '../../src/analysis/task-variance.ts';
import { randomStream } from '../../src/core/random.ts';
import { randomNetwork } from '../compression/random-network.ts';
import { sampleAnalysis } from '../report/analysis-sample.ts';

const SIDE = 8;
const NEURONS = SIDE * SIDE;
const network = {
  ...randomNetwork(1, { inputs: 3, neurons: NEURONS, outputs: 2 }),
  grid: { rows: SIDE, columns: SIDE, metric: 'l1' as const },
  site: Int32Array.from({ length: NEURONS }, (_, i) => i),
};
const everyNeuron = Array.from({ length: NEURONS }, (_, i) => i);

/** Four quarters of the grid, each with a task of its own and some noise. */
function quarters(): TaskVariance {
  const random = randomStream(3, 'test/quarters');
  const values = Float64Array.from({ length: NEURONS * 4 }, (_, at) => {
    const [neuron, task] = [Math.floor(at / 4), at % 4];
    const quarter = 2 * Math.floor(Math.floor(neuron / SIDE) / (SIDE / 2)) + Math.floor((neuron % SIDE) / (SIDE / 2));
    return (task === quarter ? 1 : 0.1) * (1 + 0.2 * random.uniform());
  });
  return { neurons: NEURONS, tasks: 4, values };
}

function measured(site: Int32Array) {
  const found = functionalClusters(quarters(), everyNeuron, 0);
  if (typeof found === 'string') throw new Error(found);
  const layout = { name: 'own', site, search: null } as const;
  return { found, layout: analyzeLayout(network, layout, { active: everyNeuron, ...found }, { shuffles: 2000, seed: 0 }) };
}

describe('the p-values by number of clusters', () => {
  it('are there for every number that was tried, from a tenth of the shuffles', () => {
    const { found, layout } = measured(network.site);
    expect(found.clusters.length).toBe(4);
    expect(layout.byClusters.map(({ clusters }) => clusters)).toEqual(found.tried.map(({ clusters }) => clusters));
    expect(Math.min(...layout.byClusters.map(({ clusterSizeP }) => clusterSizeP))).toBe(1 / 201);
    expect(layout.clusterSize?.p).toBe(1 / 2001);
  });

  it('are low for all numbers near the planted one, and for hardly any where neurons are scattered', () => {
    const near = (site: Int32Array) => measured(site).layout.byClusters.filter(({ clusters }) => clusters >= 3 && clusters <= 12);
    expect(near(network.site).every(({ clusterSizeP, isolatedP }) => clusterSizeP < 0.01 && isolatedP < 0.01)).toBe(true);
    const scattered = near(randomStream(5, 'test/scattered').permutation(NEURONS));
    expect(scattered.filter(({ clusterSizeP }) => clusterSizeP < 0.01).length).toBeLessThan(3);
  });

  it('are summed up as the share below 0.01', () => {
    const analysis = sampleAnalysis();
    const byClusters = [0.005, 0.2, 0.0099, 0.01].map((p, i) => ({ clusters: i + 2, isolatedP: p, clusterSizeP: 0.5 }));
    const { own } = summarizeAnalysis({ ...analysis, layouts: [{ ...analysis.layouts[0], byClusters }] });
    expect([own.isolatedShare, own.clusterSizeShare]).toEqual([0.5, 0]);
    expect(summarizeAnalysis({ ...analysis, layouts: [{ ...analysis.layouts[0], byClusters: [] }] }).own.isolatedShare).toBeNull();
  });
});
