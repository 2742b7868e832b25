// model.qdq.onnx: whole trials with integer weights and float states, for runtimes that quantize by weight only.
import { DEFAULT_WEIGHT_ONLY, quantizeWeightsOnly, type WeightOnlyFormat } from '../compression/dequantize.ts';
import type { ArtifactHeader } from '../network/artifact.ts';
import type { Network } from '../network/network.ts';
import { sequenceGraph } from './float-graph.ts';
import { integerWeights } from './float-weights.ts';
import { BLOCKED_FORMAT, encodeForm, PORTABLE_FORMAT } from './model-file.ts';
import type { Sequence } from './sequences.ts';

/**
 * Interface of `exportSequence`; computes what the network with the dequantized weights computes. int4 and blocks need
 * IR 10 and opset 21.
 */
export function exportQdq(
  network: Network,
  header: ArtifactHeader,
  format: WeightOnlyFormat = DEFAULT_WEIGHT_ONLY,
  sequence: Sequence = 'rnn',
): Uint8Array {
  const weights = quantizeWeightsOnly(network, format);
  const { bits, granularity, blockSize } = format;
  const scales = { W: weights.recurrent.scales, W_in: weights.input.scales, W_out: weights.readout.scales };
  return encodeForm('qdq', describe(format), sequenceGraph(network, integerWeights(weights), { sequence }), network, header, {
    file: bits === 4 || granularity === 'block' ? BLOCKED_FORMAT : PORTABLE_FORMAT,
    metadata: {
      weights: { bits, granularity, ...(granularity === 'block' ? { blockSize } : {}) },
      // More than one scale each is in the file anyway.
      ...(granularity === 'tensor' ? { scales: Object.fromEntries(Object.entries(scales).map(([name, [scale]]) => [name, scale])) } : {}),
    },
  });
}

function describe({ bits, granularity, blockSize }: WeightOnlyFormat): string {
  const share = { tensor: 'matrix', channel: 'neuron', block: `block of ${blockSize} sources of a neuron` }[granularity];
  return (
    `A recurrent network over whole trials with int${bits} weights, one scale per ${share}, and float states. Feed u, float ` +
    '[time, batch, inputs]; get the states h, float [time, batch, neurons], and the readout o, float [time, batch, outputs].'
  );
}
