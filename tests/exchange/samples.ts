// Every form of several networks, by a name for messages; dense and sparse, portable and as asked for.
import { DEFAULT_WEIGHT_ONLY, quantizeWeightsOnly, type WeightOnlyFormat } from '../../src/compression/dequantize.ts';
import { sequenceGraph, stepGraph } from '../../src/exchange/float-graph.ts';
import { floatWeights, integerWeights } from '../../src/exchange/float-weights.ts';
import { encodeForm } from '../../src/exchange/model-file.ts';
import { exportIntegerOnnx, exportOnnx } from '../../src/exchange/onnx-forms.ts';
import { exportQdq } from '../../src/exchange/qdq.ts';
import type { Sequence } from '../../src/exchange/sequences.ts';
import { ACTIVATIONS, type Network } from '../../src/network/network.ts';
import { randomIntegerNetwork } from '../compression/random-integer-network.ts';
import { randomNetwork } from '../compression/random-network.ts';
import { HEADER, quantizedArtifact } from './artifacts.ts';
import type { Reach } from './rules.ts';

export const SIZES = [
  { inputs: 1, neurons: 1, outputs: 1 },
  { inputs: 85, neurons: 40, outputs: 17 },
];

/** A model and what it was asked to be. */
export interface Sample {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly reach: Reach;
}

/** A sparse network whose recurrent weights are written as fan-in lists, in every float form that can. */
export function listedForms(network: Network): { step: Uint8Array; seq: Uint8Array; qdq: Uint8Array; channels: Uint8Array } {
  const always = { largestDense: 0 };
  const channel: WeightOnlyFormat = { ...DEFAULT_WEIGHT_ONLY, granularity: 'channel' };
  const encode = (graph: ReturnType<typeof stepGraph>) => encodeForm('test', 'x'.repeat(101), graph, network, HEADER);
  return {
    step: encode(stepGraph(network, floatWeights(network), always)),
    seq: encode(sequenceGraph(network, floatWeights(network), always)),
    qdq: encode(sequenceGraph(network, integerWeights(quantizeWeightsOnly(network)), always)),
    channels: encode(sequenceGraph(network, integerWeights(quantizeWeightsOnly(network, channel)), always)),
  };
}

/** A network of small fan-in. */
export function sparseNetwork(activation: Network['activation'] = 'relu'): Network {
  return randomNetwork(5, { inputs: 9, neurons: 96, outputs: 4, density: 0.04, activation });
}

function portable(): Sample[] {
  return SIZES.flatMap((sizes) => {
    const integers = [
      randomIntegerNetwork(1, sizes),
      randomIntegerNetwork(2, { ...sizes, step: 2, qmax: 254 }),
      randomIntegerNetwork(3, { ...sizes, qmax: 255 }),
      randomIntegerNetwork(4, { ...sizes, density: 0.02 }),
      randomIntegerNetwork(5, { ...sizes, density: 0.02, qmax: 255 }),
    ].map((network, i) => ({ ...exportIntegerOnnx(quantizedArtifact(network)), name: `integers ${i}` }));
    const floats = ACTIVATIONS.flatMap((activation) =>
      exportOnnx(randomNetwork(1, { ...sizes, activation }), HEADER).map((model) => ({ ...model, name: activation })),
    );
    return [...integers, ...floats].map(({ name, file, bytes }) => ({
      name: `${sizes.neurons} ${name} ${file}`,
      bytes,
      reach: 'portable',
    }));
  });
}

function asked(): Sample[] {
  const network = randomNetwork(1, SIZES[1]);
  const qdq = (reach: Reach, changes: Partial<WeightOnlyFormat>, sequence: Sequence): Sample => ({
    name: `${JSON.stringify(changes)} ${sequence}`,
    bytes: exportQdq(network, HEADER, { ...DEFAULT_WEIGHT_ONLY, ...changes }, sequence),
    reach,
  });
  return (['rnn', 'scan'] as const).flatMap((sequence) => [
    ...exportOnnx(network, HEADER, { sequence }).map(({ file, bytes }) => ({
      name: `${sequence} ${file}`,
      bytes,
      reach: 'portable' as const,
    })),
    qdq('channels', { granularity: 'channel' }, sequence),
    qdq('newest', { granularity: 'block', blockSize: 16 }, sequence),
    qdq('newest', { bits: 4 }, sequence),
    qdq('newest', { bits: 4, granularity: 'channel' }, sequence),
    qdq('newest', { bits: 4, granularity: 'block' }, sequence),
  ]);
}

function listed(): Sample[] {
  return ACTIVATIONS.flatMap((activation) =>
    Object.entries(listedForms(sparseNetwork(activation))).map(([form, bytes]) => ({
      name: `listed ${activation} ${form}`,
      bytes,
      reach: form === 'channels' ? ('channels' as const) : ('portable' as const),
    })),
  );
}

export const SAMPLES: readonly Sample[] = [...portable(), ...asked(), ...listed()];
