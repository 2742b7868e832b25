// What does each neuron do? Its task variance and its functional cluster, for the pages that show neurons one by one.
import { z } from 'zod';
import { canonicalJson } from '../core/hash.ts';
import type { NeuronFunctions } from '../report/page-data.ts';
import { findSuite } from '../tasks/suites.ts';
import { functionsOf, moduleOfNeuron } from './functional-modules.ts';
import type { NetworkArtifact } from './network-file.ts';
import type { StageFiles } from './run-folder.ts';
import type { StageHooks } from './train-stage.ts';

export const NEURONS_FILE = 'neurons.json';

/** Above this, clustering takes longer than everything else in a run; `analyze` does it all the same. */
const MOST_NEURONS = 1000;

/** The file neurons.json: see `NeuronFunctions`. */
export const neuronsSchema = z.strictObject({
  schema: z.literal('bimt-neurons/1'),
  tasks: z.array(z.string()),
  taskVariance: z.array(z.array(z.number())).nullable(),
  module: z.array(z.int().nullable()).nullable(),
  modules: z.array(z.strictObject({ size: z.int(), preferredTask: z.string() })),
  note: z.string().nullable(),
});

/** Measures what neurons do as `analyze` with its defaults does. */
export async function functionsStage(artifact: NetworkArtifact, hooks: StageHooks): Promise<StageFiles> {
  const functions = await neuronFunctions(artifact, hooks);
  return { [NEURONS_FILE]: new TextEncoder().encode(`${canonicalJson(functions, 1)}\n`) };
}

async function neuronFunctions(
  artifact: NetworkArtifact,
  hooks: StageHooks,
): Promise<NeuronFunctions & { readonly schema: 'bimt-neurons/1' }> {
  const { neurons } = artifact.network;
  const { tasks } = findSuite(artifact.header.config.suite);
  const unknown = { schema: 'bimt-neurons/1', tasks, taskVariance: null, module: null, modules: [] } as const;
  if (neurons > MOST_NEURONS) {
    return { ...unknown, note: `Functions are measured for up to ${MOST_NEURONS} neurons in a run; use the command analyze for more.` };
  }
  const { variance, active, clusters } = await functionsOf(artifact, hooks);
  const measured = {
    ...unknown,
    taskVariance: Array.from({ length: neurons }, (_, i) => [...variance.values.subarray(i * variance.tasks, (i + 1) * variance.tasks)]),
  };
  if (typeof clusters === 'string') return { ...measured, note: clusters };
  return {
    ...measured,
    module: Array.from(moduleOfNeuron(neurons, active, clusters), (module) => (module < 0 ? null : module)),
    modules: clusters.clusters.map(({ size, preferredTask }) => ({ size, preferredTask: tasks[preferredTask] })),
    note: null,
  };
}
