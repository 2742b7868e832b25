// Which neurons form modules? The functional clusters that `analyze` finds with its defaults.
import { type FunctionalClusters, functionalClusters } from '../analysis/functional-clusters.ts';
import { activeNeurons, type TaskVariance } from '../analysis/task-variance.ts';
import { UsageError } from '../core/errors.ts';
import { openSequenceModel } from '../exchange/run-onnx.ts';
import { exportSequence } from '../exchange/seq.ts';
import type { MappingProblem } from '../mapping/problem.ts';
import { findSuite } from '../tasks/suites.ts';
import { AnalyzeConfig, taskVariance } from './analyze-stage.ts';
import type { NetworkArtifact } from './network-file.ts';
import type { StageHooks } from './train-stage.ts';

/** Modules of a network. */
export interface Modules {
  /** Module of each neuron, −1 for those of no cluster, shape [neurons]. */
  readonly module: Int32Array;
  readonly count: number;
  /** Neurons that are in a module. */
  readonly neurons: number;
}

/** Module of each unit, −1 for readout units; partial sums belong to their neuron. Shape [units]. */
export function moduleOfUnit({ module }: Modules, { neurons, rootOfUnit }: MappingProblem): Int32Array {
  return rootOfUnit.map((root) => (root < neurons ? module[root] : -1));
}

/** What neurons do, and the clusters they form by it. */
export interface Functions {
  readonly variance: TaskVariance;
  /** Active neurons, ascending. */
  readonly active: readonly number[];
  /** Or a sentence that says why there are none. */
  readonly clusters: FunctionalClusters | string;
}

/**
 * Measures task variance on noise-free trials and clusters the active neurons by it.
 *
 * @throws InterruptedError when the signal aborts
 */
export async function functionsOf({ network, header }: NetworkArtifact, hooks: StageHooks): Promise<Functions> {
  const config = AnalyzeConfig.parse({});
  // Dense networks are several times faster in ONNX Runtime than in the plain interpreter.
  const model = await openSequenceModel(exportSequence(network, header), 'node');
  const variance = await taskVariance(network, findSuite(header.config.suite), model.run, config, hooks).finally(() => model.release());
  const active = activeNeurons(variance);
  return { variance, active, clusters: functionalClusters(variance, active, config.seed) };
}

/**
 * The functional clusters as modules.
 *
 * @throws UsageError if there are no clusters
 * @throws InterruptedError when the signal aborts
 */
export async function functionalModules(artifact: NetworkArtifact, hooks: StageHooks): Promise<Modules> {
  const { active, clusters } = await functionsOf(artifact, hooks);
  if (typeof clusters === 'string') {
    throw new UsageError(`there are no functional modules to keep apart: ${clusters} Leave --keep-modules (map.keepModules) out`);
  }
  const module = moduleOfNeuron(artifact.network.neurons, active, clusters);
  return { module, count: clusters.clusters.length, neurons: active.length };
}

/** Cluster of each neuron, −1 for those of none, shape [neurons]. */
export function moduleOfNeuron(neurons: number, active: readonly number[], { labels }: FunctionalClusters): Int32Array {
  const module = new Int32Array(neurons).fill(-1);
  labels.forEach((cluster, i) => {
    module[active[i]] = cluster;
  });
  return module;
}
