// Which network does a file hold? Artifacts of one stage, decoded once, with their bytes kept for provenance.

import type { PruneCounts } from '../compression/prune.ts';
import { type ArtifactHeader, decodeArtifact, networkFromArtifact, type Stage } from '../network/artifact.ts';
import type { Network } from '../network/network.ts';

/** What pruning leaves in the artifact for reports. */
export interface PruningFacts {
  readonly neuronsTrained: number;
  readonly counts: PruneCounts;
}

/** A network artifact and the bytes it was read from. */
export interface NetworkArtifact {
  readonly bytes: Uint8Array;
  readonly header: ArtifactHeader;
  readonly network: Network;
  /** Null before pruning. */
  readonly pruning: PruningFacts | null;
}

/**
 * Decodes a trained or pruned network.
 *
 * @param what - how to call the file in errors
 * @throws UsageError if it is damaged, or of none of the stages
 */
export function readNetwork(bytes: Uint8Array, what: string, stages: readonly Stage[] = ['trained', 'pruned']): NetworkArtifact {
  const artifact = decodeArtifact(bytes, what, stages);
  const pruning = (artifact.extra['pruning'] ?? null) as PruningFacts | null;
  return { bytes, header: artifact.header, network: networkFromArtifact(artifact, what), pruning };
}
