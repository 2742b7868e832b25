// Do our own ONNX forms come back as the network that went out?
import { describe, expect, it } from 'vitest';
import {
  dequantizedNetwork,
  quantizeWeightsOnly,
  WEIGHT_ONLY_BITS,
  WEIGHT_ONLY_GRANULARITIES,
} from '../../../src/compression/dequantize.ts';
import { sequenceGraph, stepGraph } from '../../../src/exchange/float-graph.ts';
import { floatWeights, integerWeights } from '../../../src/exchange/float-weights.ts';
import { importOnnx } from '../../../src/exchange/import/import-onnx.ts';
import { arranged } from '../../../src/exchange/import/positions.ts';
import { exportInteger } from '../../../src/exchange/int.ts';
import { encodeForm } from '../../../src/exchange/model-file.ts';
import { exportQdq } from '../../../src/exchange/qdq.ts';
import { exportSequence } from '../../../src/exchange/seq.ts';
import { SEQUENCES } from '../../../src/exchange/sequences.ts';
import { exportStep } from '../../../src/exchange/step.ts';
import { ACTIVATIONS, type Network } from '../../../src/network/network.ts';
import { randomIntegerNetwork } from '../../compression/random-integer-network.ts';
import { randomNetwork } from '../../compression/random-network.ts';
import { HEADER, quantizedArtifact } from '../artifacts.ts';

const SIZES = [
  { inputs: 1, neurons: 1, outputs: 1 },
  { inputs: 5, neurons: 33, outputs: 4 },
  { inputs: 40, neurons: 40, outputs: 40 },
];

/** The network of a file, at the sites that the file names. */
function backAgain(bytes: Uint8Array): Network {
  const { network, sites, suite, delay, warnings } = importOnnx(bytes, 'ours.onnx');
  expect({ suite, delay, warnings }).toEqual({ suite: 'yang19', delay: 0, warnings: [] });
  return sites === null ? expect.fail('no sites') : arranged(network, sites.grid, sites.site);
}

describe.each(ACTIVATIONS)('a %s network', (activation) => {
  it('is the same to the bit after step and seq', () => {
    for (const sizes of SIZES) {
      const network = randomNetwork(5, { ...sizes, activation });
      expect(backAgain(exportStep(network, HEADER))).toEqual(network);
      expect(backAgain(exportSequence(network, HEADER))).toEqual(network);
    }
  });

  it('has the dequantized weights after qdq', () => {
    for (const sizes of SIZES) {
      const network = randomNetwork(5, { ...sizes, activation });
      const back = backAgain(exportQdq(network, HEADER));
      expect(back).toEqual(dequantizedNetwork(network, quantizeWeightsOnly(network)));
    }
  });
});

describe('every way in which the float forms can be asked for comes back', () => {
  const network = randomNetwork(8, { inputs: 6, neurons: 70, outputs: 5, density: 0.05 });
  const formats = WEIGHT_ONLY_BITS.flatMap((bits) =>
    WEIGHT_ONLY_GRANULARITIES.map((granularity) => ({ bits, granularity, blockSize: 16 })),
  );

  it.each(formats)('$bits bits, one scale a $granularity', (format) => {
    for (const sequence of SEQUENCES) {
      const expected = dequantizedNetwork(network, quantizeWeightsOnly(network, format));
      expect(backAgain(exportQdq(network, HEADER, format, sequence))).toEqual(expected);
      expect(backAgain(exportSequence(network, HEADER, sequence))).toEqual(network);
    }
  });

  it('fan-in lists, which sparse networks are written with', () => {
    const lists = { largestDense: 0 };
    const graphs = [stepGraph(network, floatWeights(network), lists), sequenceGraph(network, floatWeights(network), lists)];
    for (const graph of graphs) {
      expect(graph.node.some(({ opType }) => opType === 'Gather' || opType === 'Scan')).toBe(true);
      expect(backAgain(encodeForm('test', '', graph, network, HEADER))).toEqual(network);
    }
    const weights = quantizeWeightsOnly(network);
    const graph = sequenceGraph(network, integerWeights(weights), lists);
    expect(backAgain(encodeForm('test', '', graph, network, HEADER))).toEqual(dequantizedNetwork(network, weights));
  });
});

it('sends the integer form back to the float forms', () => {
  const bytes = exportInteger(quantizedArtifact(randomIntegerNetwork(1, { inputs: 2, neurons: 3, outputs: 2 })));
  expect(() => importOnnx(bytes, 'int.onnx')).toThrow('int.onnx is an integer form of bimt-export');
  expect(() => importOnnx(bytes, 'int.onnx')).toThrow('model.step.onnx or model.seq.onnx');
});
