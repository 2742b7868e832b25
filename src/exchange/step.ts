// model.step.onnx: one time step, state in and state out; the form that most readers understand.
import type { ArtifactHeader } from '../network/artifact.ts';
import type { Network } from '../network/network.ts';
import { stepGraph } from './float-graph.ts';
import { floatWeights } from './float-weights.ts';
import { encodeForm } from './model-file.ts';

const DESCRIPTION =
  'One time step of a recurrent network. Feed u, float [batch, inputs], and the state h, float [batch, neurons], zeros at first; ' +
  'get h_next, to be fed back as h, and the readout o, float [batch, outputs], whose argmax is the answer.';

/** Inputs `u` [batch, inputs] and `h` [batch, neurons]; outputs `h_next` [batch, neurons] and `o` [batch, outputs]. */
export function exportStep(network: Network, header: ArtifactHeader): Uint8Array {
  return encodeForm('step', DESCRIPTION, stepGraph(network, floatWeights(network)), network, header);
}
