// model.qdq.onnx: whole trials with int8 weights and float states, for runtimes that quantize by weight only.
import { quantizeWeightsOnly } from '../compression/dequantize.ts';
import type { ArtifactHeader } from '../network/artifact.ts';
import type { Network } from '../network/network.ts';
import { sequenceGraph } from './float-graph.ts';
import { int8Weights } from './float-weights.ts';
import { encodeForm } from './model-file.ts';

const DESCRIPTION =
  'A recurrent network over whole trials with int8 weights, one scale per matrix, and float states. Feed u, float ' +
  '[time, batch, inputs]; get the states h, float [time, batch, neurons], and the readout o, float [time, batch, outputs].';

/** Interface of `exportSequence`; computes what the network with the dequantized weights computes. */
export function exportQdq(network: Network, header: ArtifactHeader): Uint8Array {
  const weights = quantizeWeightsOnly(network);
  const scales = { W: weights.recurrent.scale, W_in: weights.input.scale, W_out: weights.readout.scale };
  return encodeForm('qdq', DESCRIPTION, sequenceGraph(network, int8Weights(weights)), network, header, { scales });
}
