// How long does each part of an analysis take? A dense network of 400 neurons, all of them active: the most work its size can be.
// Times are CPU seconds of the process, so that other work on the machine weighs less. Usage: npx tsx scripts/bench/analysis.ts [FILE]
import { readFileSync } from 'node:fs';
import { clusterLayout } from '../../src/analysis/cluster-layout.ts';
import { functionalClusters } from '../../src/analysis/functional-clusters.ts';
import { compareWithShuffles } from '../../src/analysis/null-distribution.ts';
import { AnalyzeConfig, analyzeStage } from '../../src/pipeline/analyze-stage.ts';
import { type NetworkArtifact, readNetwork, writeNetwork } from '../../src/pipeline/network-file.ts';
import { yang19 } from '../../src/tasks/yang19.ts';
import { resolveTrainConfig } from '../../src/training/config.ts';
import { initialParameters } from '../../src/training/initial.ts';
import { trainedNetwork } from '../../src/training/result.ts';
import { trainingSizes } from '../../src/training/train.ts';

const CONFIG = AnalyzeConfig.parse({});
/** What runs when a part of the analysis has ended, until it tells of the next. */
const AFTER: Readonly<Record<string, string>> = { 'task variance': 'clusters, connections', 'layout search': 'layouts against shuffles' };

const file = process.argv[2];
const artifact = file === undefined ? denseArtifact() : readNetwork(readFileSync(file), file);
const parts = new Map<string, number>();
let stage = 'export and session';
let since = cpuSeconds();
/** Charges the time since the last call to the part that has run. */
const charge = (next: string) => {
  const now = cpuSeconds();
  parts.set(stage, (parts.get(stage) ?? 0) + now - since);
  [stage, since] = [next, now];
};
const start = since;
const analysis = await analyzeStage(artifact, CONFIG, {
  onProgress: ({ stage: told, done, total }) => charge(done < total ? told : (AFTER[told] ?? told)),
});
charge('');
const total = cpuSeconds() - start;

// What the stage does without telling is measured once more, alone.
const { activity, clusters, layouts } = analysis;
const tasks = activity.tasks.length;
const variance = { neurons: activity.taskVariance.length, tasks, values: Float64Array.from(activity.taskVariance.flat()) };
const clustering = seconds(() => functionalClusters(variance, activity.active, CONFIG.seed));
const labels = Int32Array.from(clusters?.labels ?? []);
const shuffling = seconds(() => {
  for (const { site } of layouts) {
    const own = activity.active.map((neuron) => site[neuron]);
    const layout = clusterLayout(artifact.network.grid, own, clusters?.clusters.length ?? 0);
    const isolated = { measure: layout.isolated, unit: 1 / own.length };
    compareWithShuffles(labels, { isolated, clusterSize: { measure: (given) => layout.clusterSize(given) ?? 0, unit: null } }, CONFIG);
  }
});

const { network } = artifact;
process.stdout.write(
  `${network.neurons} neurons, ${network.recurrent.values.length} weights, ${activity.active.length} active, ${clusters?.clusters.length ?? 0} clusters\n`,
);
const row = (name: string, value: number) =>
  process.stdout.write(`${name.padEnd(34)}${value.toFixed(2).padStart(8)} s${((100 * value) / total).toFixed(1).padStart(8)} %\n`);
for (const [name, value] of parts) row(name, value);
row('all', total);
row('  of it clusters', clustering);
row(`  of it ${CONFIG.shuffles} shuffles, ${layouts.length} layouts`, shuffling);

/** The network that training starts from. */
function denseArtifact(): NetworkArtifact {
  const config = resolveTrainConfig({ grid: '20x20', init: 'diag' });
  const sizes = trainingSizes(yang19, config);
  const site = Int32Array.from({ length: sizes.neurons }, (_, i) => i);
  const network = trainedNetwork({ config, sizes, parameters: initialParameters(sizes, 'diag', 0), site });
  const provenance = { stage: 'trained', parentHash: null, configHash: '', tool: '', engine: null } as const;
  const header = { config: { suite: yang19.name }, provenance, scores: {} };
  return readNetwork(writeNetwork({ header, network, history: { training: null, pruning: null } }), 'bench');
}

function seconds(work: () => unknown): number {
  const before = cpuSeconds();
  work();
  return cpuSeconds() - before;
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
