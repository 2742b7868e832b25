// Headers and quantized artifacts for models under test.
import type { IntegerNetwork } from '../../src/compression/integer-network.ts';
import type { QuantizedArtifact } from '../../src/compression/quantized-file.ts';
import type { ArtifactHeader } from '../../src/network/artifact.ts';

export const HEADER: ArtifactHeader = {
  config: { suite: 'yang19' },
  provenance: { stage: 'pruned', parentHash: 'a'.repeat(64), configHash: 'b'.repeat(64), tool: 'bimt-export@test', engine: null },
  scores: {},
};

/** An integer network in a line, as an artifact. */
export function quantizedArtifact(network: IntegerNetwork): QuantizedArtifact {
  return {
    network,
    details: { target: 'test', weights: { qmax: 255, step: 1 }, grid: { rows: 1, columns: network.neurons, metric: 'l1' } },
    header: { ...HEADER, provenance: { ...HEADER.provenance, stage: 'quantized' } },
  };
}
