// Which network does a file hold? Artifacts of one stage, decoded once, with their bytes kept for provenance.
import { z } from 'zod';
import { foundIn, UsageError } from '../core/errors.ts';
import { parseWith } from '../core/validate.ts';
import {
  type ArtifactHeader,
  decodeArtifact,
  encodeArtifact,
  networkFromArtifact,
  networkMetadata,
  networkToTensors,
  type Stage,
} from '../network/artifact.ts';
import { reshaped } from '../network/geometry.ts';
import type { Network } from '../network/network.ts';
import type { TaskSuite } from '../tasks/suite.ts';
import { findSuite } from '../tasks/suites.ts';
import { resolveTrainConfig } from '../training/config.ts';
import { MetricsRow } from '../training/metrics.ts';

const count = z.int().nonnegative();
const synapses = z.strictObject({ recurrent: count, input: count, readout: count });

/** What pruning leaves in the artifact for reports. */
const PruningFacts = z.strictObject({
  neuronsTrained: count,
  counts: z.strictObject({
    belowThreshold: synapses,
    withNeurons: synapses,
    neurons: z.strictObject({ unheard: count, silent: count, constant: count }),
  }),
  /** The density that a search chose, and how many it tried; null without a search. */
  search: z.strictObject({ density: z.number(), tried: count }).nullable().default(null),
});

/** What earlier stages leave in an artifact for reports; null for stages that a network did not go through. */
const History = z.strictObject({
  /** The last logged update. */
  training: MetricsRow.nullable(),
  pruning: PruningFacts.nullable(),
});
export type History = z.output<typeof History>;

/** A network artifact and the bytes it was read from. */
export interface NetworkArtifact {
  readonly bytes: Uint8Array;
  readonly header: ArtifactHeader;
  readonly network: Network;
  readonly history: History;
}

/** Bytes of an artifact: dense when trained, compressed sparse rows from pruning on. */
export function writeNetwork({ header, network, history }: Omit<NetworkArtifact, 'bytes'>): Uint8Array {
  const form = header.provenance.stage === 'trained' ? 'dense' : 'csr';
  return encodeArtifact(networkToTensors(network, form), header, { ...networkMetadata(network), history });
}

/**
 * Decodes a trained or pruned network.
 *
 * @param what - how to call the file in errors
 * @throws UsageError if it is damaged, of none of the stages, or not a network of its task suite
 */
export function readNetwork(bytes: Uint8Array, what: string, stages: readonly Stage[] = ['trained', 'pruned']): NetworkArtifact {
  const artifact = decodeArtifact(bytes, what, stages);
  const network = networkFromArtifact(artifact, what);
  const { name, inputs, outputs } = suiteOf(artifact.header, what);
  if (network.inputs !== inputs || network.outputs !== outputs)
    throw new UsageError(
      `${what}: the network has ${network.inputs} inputs and ${network.outputs} outputs, its suite ${name} has ${inputs} and ${outputs}`,
    );
  const history = parseWith(History, artifact.extra['history'] ?? { training: null, pruning: null }, `the history in ${what}`);
  return { bytes, header: artifact.header, network, history };
}

/**
 * The same neurons on a grid of another shape, sites in the same order: where training knew no positions, any are as good as its own.
 *
 * @throws UsageError if the grid has another number of sites
 */
export function onGrid(artifact: NetworkArtifact, shape: string): NetworkArtifact {
  const { network } = artifact;
  return { ...artifact, network: { ...network, grid: reshaped(network.grid, shape) } };
}

/** The suite of a network; its training settings, where it holds any, are checked as well: reports show them. */
function suiteOf({ config }: ArtifactHeader, what: string): TaskSuite {
  try {
    if ('train' in config) resolveTrainConfig(config['train']);
    return findSuite(config.suite);
  } catch (error) {
    throw foundIn(what, error);
  }
}
