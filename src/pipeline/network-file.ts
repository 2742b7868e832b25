// Which network does a file hold? Artifacts of one stage, decoded once, with their bytes kept for provenance.

import type { PruneCounts } from '../compression/prune.ts';
import {
  type ArtifactHeader,
  decodeArtifact,
  encodeArtifact,
  networkFromArtifact,
  networkMetadata,
  networkToTensors,
  type Stage,
} from '../network/artifact.ts';
import type { Network } from '../network/network.ts';
import type { MetricsRow } from '../training/metrics.ts';

/** What pruning leaves in the artifact for reports. */
export interface PruningFacts {
  readonly neuronsTrained: number;
  readonly counts: PruneCounts;
}

/** What earlier stages leave in an artifact for reports; null for stages that a network did not go through. */
export interface History {
  /** The last logged update. */
  readonly training: MetricsRow | null;
  readonly pruning: PruningFacts | null;
}

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
 * @throws UsageError if it is damaged, or of none of the stages
 */
export function readNetwork(bytes: Uint8Array, what: string, stages: readonly Stage[] = ['trained', 'pruned']): NetworkArtifact {
  const artifact = decodeArtifact(bytes, what, stages);
  const history = (artifact.extra['history'] ?? { training: null, pruning: null }) as History;
  return { bytes, header: artifact.header, network: networkFromArtifact(artifact, what), history };
}
