// What has a network become? Accuracy, active neurons, functional clusters, wiring, and whether clusters keep together.
import { z } from 'zod';
import type { Analysis, LayoutAnalysis } from '../analysis/analysis-file.ts';
import { ACTIVE_WEIGHT, countConnections } from '../analysis/connections.ts';
import { type FunctionalClusters, functionalClusters } from '../analysis/functional-clusters.ts';
import { analyzeLayout, type NamedLayout } from '../analysis/layout-analysis.ts';
import { structuralModularity } from '../analysis/modularity.ts';
import { ACTIVE_VARIANCE, activeNeurons, type RunTrials, type TaskVariance, varianceInTask } from '../analysis/task-variance.ts';
import { InterruptedError } from '../core/errors.ts';
import { sha256 } from '../core/hash.ts';
import { TOOL } from '../core/version.ts';
import { openSequenceModel } from '../exchange/run-onnx.ts';
import { exportSequence } from '../exchange/seq.ts';
import { formatGrid } from '../network/geometry.ts';
import type { Network } from '../network/network.ts';
import { measureAccuracy } from '../tasks/accuracy.ts';
import { ANALYSIS_TRIALS, analysisTrials } from '../tasks/analysis-trials.ts';
import type { TaskSuite } from '../tasks/suite.ts';
import { findSuite } from '../tasks/suites.ts';
import { grid } from '../training/config.ts';
import { searchLayout } from '../training/layout.ts';
import { type NetworkArtifact, onGrid } from './network-file.ts';
import { outputsByRow } from './scores.ts';
import type { StageHooks } from './train-stage.ts';

const seed = z.int().nonnegative();

export const AnalyzeConfig = z.strictObject({
  grid: grid
    .nullable()
    .meta({ description: 'another grid of as many sites to see the neurons on, where training knew no positions', none: 'its own' })
    .prefault(null),
  trials: z
    .enum(ANALYSIS_TRIALS)
    .meta({ description: 'noise-free trials of task variance: drawn as for training, or every combination of conditions once' })
    .default('random'),
  trialsPerTask: z.int().min(2).max(100_000).meta({ description: 'random trials of each task for task variance' }).default(512),
  shuffles: z
    .int()
    .min(1)
    .max(1_000_000)
    .meta({ description: 'shuffles of the active neurons over their sites behind every p' })
    .default(10_000),
  layoutSearch: z.boolean().meta({ description: 'also measure the layout of shortest wires that a search finds' }).default(true),
  seed: seed.meta({ description: 'seed of trials, clusters, shuffles and search' }).default(0),
  scores: z
    .strictObject({
      trialsPerTask: z.int().min(1).max(100_000).meta({ description: 'noisy test trials per task behind every accuracy' }).default(1000),
      seed: seed.meta({ description: 'seed of these trials' }).default(1),
    })
    .meta({ description: 'accuracies' })
    .prefault({}),
});
export type AnalyzeConfig = z.output<typeof AnalyzeConfig>;

/**
 * Analyses a trained or pruned network.
 *
 * @throws UsageError if its states are not finite, or the asked grid has another number of sites
 * @throws InterruptedError when the signal aborts
 */
export async function analyzeStage(artifact: NetworkArtifact, config: AnalyzeConfig, hooks: StageHooks = {}): Promise<Analysis> {
  const seen = config.grid === null ? artifact : onGrid(artifact, config.grid);
  const { network, header } = seen;
  const suite = findSuite(header.config.suite);
  // Dense networks are several times faster in ONNX Runtime than in the plain interpreter.
  const model = await openSequenceModel(exportSequence(network, header), 'node');
  try {
    const accuracy = await scoreTasks(suite, model.run, config, hooks);
    const variance = await taskVariance(network, suite, model.run, config, hooks);
    return { ...describeRun(seen, config), accuracy, ...analyzeStructure(network, suite, variance, config, hooks) };
  } finally {
    await model.release();
  }
}

/** Which network was analysed, and how. */
function describeRun(
  { bytes, header, network }: NetworkArtifact,
  { trials, trialsPerTask, shuffles, seed, scores }: AnalyzeConfig,
): Pick<Analysis, 'schema' | 'tool' | 'network' | 'settings'> {
  const { inputs, neurons, outputs, grid } = network;
  const { suite, ...config } = header.config;
  return {
    schema: 'bimt-analysis/1',
    tool: TOOL,
    network: {
      hash: sha256(bytes),
      stage: header.provenance.stage,
      suite,
      grid: formatGrid(grid),
      neurons,
      inputs,
      outputs,
      train: (config['train'] as Record<string, unknown> | undefined) ?? null,
    },
    settings: { trials, trialsPerTask, activeAbove: ACTIVE_VARIANCE, connectedAbove: ACTIVE_WEIGHT, shuffles, seed, scores },
  };
}

async function scoreTasks(suite: TaskSuite, run: RunTrials, { scores }: AnalyzeConfig, hooks: StageHooks): Promise<Analysis['accuracy']> {
  const total = suite.tasks.length * scores.trialsPerTask;
  let done = 0;
  const predict = async (inputs: Float32Array, steps: number, rows: number) => {
    tell(hooks, 'accuracy', done, total);
    done += rows;
    return outputsByRow((await run(inputs, steps, rows)).outputs, steps, rows);
  };
  const { accuracy, strict, fixationKept, tasks } = await measureAccuracy(suite, predict, { ...scores, purpose: 'test' });
  tell(hooks, 'accuracy', total, total);
  return { mean: accuracy, strict, fixationKept, tasks: [...tasks] };
}

/** Task variance of every neuron, on the trials of an analysis. */
export async function taskVariance(
  { neurons }: Pick<Network, 'neurons'>,
  suite: TaskSuite,
  run: RunTrials,
  { trials, trialsPerTask, seed }: Pick<AnalyzeConfig, 'trials' | 'trialsPerTask' | 'seed'>,
  hooks: StageHooks,
): Promise<TaskVariance> {
  const tasks = suite.tasks.length;
  const values = new Float64Array(neurons * tasks);
  for (let task = 0; task < tasks; task++) {
    tell(hooks, 'task variance', task, tasks);
    const inTask = await varianceInTask(neurons, analysisTrials(suite, task, { trials, count: trialsPerTask, seed }), run);
    for (let neuron = 0; neuron < neurons; neuron++) values[neuron * tasks + task] = inTask[neuron];
  }
  tell(hooks, 'task variance', tasks, tasks);
  return { neurons, tasks, values };
}

/** What follows from task variance, weights and sites. */
function analyzeStructure(
  network: Network,
  suite: TaskSuite,
  variance: TaskVariance,
  config: AnalyzeConfig,
  hooks: StageHooks,
): Pick<Analysis, 'activity' | 'clusters' | 'connections' | 'modularity' | 'layouts' | 'notes'> {
  const { neurons, recurrent } = network;
  const active = activeNeurons(variance);
  const found = functionalClusters(variance, active, config.seed);
  const clusters = typeof found === 'string' ? null : found;
  const connections = countConnections(network);
  const clusterOf = new Int32Array(neurons).fill(-1);
  clusters?.labels.forEach((cluster, i) => {
    clusterOf[active[i]] = cluster;
  });
  const modularity = clusters === null ? null : structuralModularity(recurrent, clusterOf, clusters.clusters.length);
  const clustered = clusters === null ? null : { active, ...clusters };
  const layouts = layoutsOf(network, config, hooks).map((layout) => analyzeLayout(network, layout, clustered, config));
  const rows = Array.from({ length: neurons }, (_, i) => [...variance.values.subarray(i * variance.tasks, (i + 1) * variance.tasks)]);
  return {
    activity: { tasks: [...suite.tasks], taskVariance: rows, active },
    clusters: clusters === null ? null : describeClusters(clusters, suite),
    connections,
    modularity,
    layouts,
    notes: [...(typeof found === 'string' ? [found] : notesOnNumber(found)), ...notesOn(connections, modularity, layouts)],
  };
}

function describeClusters({ tried, silhouette, labels, clusters }: FunctionalClusters, suite: TaskSuite): Analysis['clusters'] {
  return {
    tried: tried.map(({ labels: _, ...result }) => result),
    silhouette,
    labels: [...labels],
    clusters: clusters.map(({ size, preferredTask }) => ({ size, preferredTask: suite.tasks[preferredTask] })),
  };
}

/** The network's own layout and, if asked for, the one that a search finds. */
function layoutsOf(network: Network, { layoutSearch, seed }: AnalyzeConfig, hooks: StageHooks): NamedLayout[] {
  const own: NamedLayout = { name: 'own', site: network.site, search: null };
  if (!layoutSearch) return [own];
  tell(hooks, 'layout search', 0, 1);
  const { site, ...search } = searchLayout(network, { seed });
  tell(hooks, 'layout search', 1, 1);
  return [own, { name: 'searched', site, search: { seed, ...search } }];
}

/** How many clusters there are is a matter of chance among silhouettes this close: other seeds and more restarts move them that much. */
const CLOSE_SILHOUETTE = 0.02;

/** A sentence where the number of clusters is weakly determined. */
function notesOnNumber({ tried, silhouette, clusters }: FunctionalClusters): string[] {
  const close = tried.filter((other) => other.clusters !== clusters.length && other.silhouette >= silhouette - CLOSE_SILHOUETTE);
  if (close.length === 0) return [];
  const numbers = close.map((other) => other.clusters).join(', ');
  return [
    `The number of clusters is weakly determined: the mean silhouette of ${numbers} clusters is within ${CLOSE_SILHOUETTE} of that of the ` +
      `${clusters.length} that were kept; see how many numbers of clusters give a low p.`,
  ];
}

/** Sentences on what could not be measured although there are clusters. */
function notesOn(connections: Analysis['connections'], modularity: Analysis['modularity'], layouts: readonly LayoutAnalysis[]): string[] {
  const notes: string[] = [];
  if (connections.active === 0) notes.push(`No recurrent weight is above ${ACTIVE_WEIGHT}: there are no connections to measure.`);
  else if (connections.active === connections.self)
    notes.push('Every active connection leads from a neuron to itself: no connection has a length.');
  if (modularity !== null && modularity.qBinary === null)
    notes.push('No modularity: no active connection joins two different active neurons.');
  if (modularity !== null && modularity.qBinary !== null && modularity.pEffective === null)
    notes.push('No ratio of densities: no active connection lies inside a cluster.');
  for (const { name, isolated, clusterSize } of layouts) {
    const constant = [isolated?.z === null && 'isolated neurons', clusterSize?.z === null && 'cluster size'].filter(
      (what) => what !== false,
    );
    if (constant.length > 0) notes.push(`No z of ${constant.join(' and ')} in the ${name} layout: every shuffle gives the same value.`);
  }
  return notes;
}

function tell({ signal, onProgress }: StageHooks, stage: string, done: number, total: number): void {
  if (signal?.aborted) throw new InterruptedError('the analysis was interrupted');
  onProgress?.({ stage, done, total, values: {} });
}
