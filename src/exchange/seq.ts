// model.seq.onnx: whole trials at once, in float32.
import type { ArtifactHeader } from '../network/artifact.ts';
import type { Network } from '../network/network.ts';
import { sequenceGraph } from './float-graph.ts';
import { floatWeights } from './float-weights.ts';
import { encodeForm } from './model-file.ts';
import type { Sequence } from './sequences.ts';

const DESCRIPTION =
  'A recurrent network over whole trials, from zero state. Feed u, float [time, batch, inputs]; get the states h, float ' +
  '[time, batch, neurons], and the readout o, float [time, batch, outputs], whose argmax is the answer.';

/** Input `u` [time, batch, inputs]; outputs `h` [time, batch, neurons] and `o` [time, batch, outputs]. */
export function exportSequence(network: Network, header: ArtifactHeader, sequence: Sequence = 'rnn'): Uint8Array {
  return encodeForm('seq', DESCRIPTION, sequenceGraph(network, floatWeights(network), { sequence }), network, header);
}
