import { describe, expect, it } from 'vitest';
import { DEFAULT_WEIGHT_ONLY } from '../../src/compression/dequantize.ts';
import { sha256 } from '../../src/core/hash.ts';
import { modelCard } from '../../src/exchange/model-card.ts';
import { exportIntegerOnnx, exportOnnx } from '../../src/exchange/onnx-forms.ts';
import { randomIntegerNetwork } from '../compression/random-integer-network.ts';
import { randomNetwork } from '../compression/random-network.ts';
import { HEADER, quantizedArtifact } from './artifacts.ts';

const sizes = { inputs: 2, neurons: 3, outputs: 2 };
const network = randomNetwork(1, sizes);
const bytes = Uint8Array.of(1, 2, 3);
const scored = { trialsPerTask: 50, seed: 1, meanAccuracy: 0.91237, perTask: {} };
const float = { network, header: { ...HEADER, scores: { 'fine-tuned': scored, pruned: scored, trained: scored } }, bytes };
const integer = { ...quantizedArtifact(randomIntegerNetwork(1, sizes)), bytes };

describe('the card beside the models', () => {
  it('says what each file takes and gives, its size and its hash', () => {
    const models = [...exportOnnx(network, HEADER), exportIntegerOnnx(integer)];
    const card = modelCard({ models, float, integer });
    for (const model of models) {
      const row = card.split('\n').find((line) => line.startsWith(`| \`${model.file}\``));
      expect(row).toContain(`| ${model.bytes.length} | \`${sha256(model.bytes)}\` |`);
    }
    expect(card).toContain('u float [time, batch, 2] → h float [time, batch, 3], o float [time, batch, 2]');
    expect(card).toContain('u int8 [time, batch, 2] → h int32 [time, batch, 3], o int32 [time, batch, 2]');
    expect(card).toContain('ort.InferenceSession("model.seq.onnx")');
  });

  it('says where the network comes from and how accurate it was after each stage', () => {
    const card = modelCard({ models: exportOnnx(network, HEADER), float, integer: null });
    expect(card).toContain('task suite `yang19`');
    expect(card).toContain('on a grid of 6 sites');
    expect(card).toContain('| trained | 0.9124 | 50 |\n| pruned | 0.9124 | 50 |\n| fine-tuned | 0.9124 | 50 |');
    expect(card).toContain(`| pruned network | \`${sha256(bytes)}\` | \`${'a'.repeat(64)}\` | \`${'b'.repeat(64)}\` | bimt-export@test |`);
    expect(modelCard({ models: exportOnnx(network, HEADER), float: { ...float, header: HEADER }, integer: null })).toContain(
      'Not measured.',
    );
  });

  it('of an integer network alone shows how to feed it', () => {
    const card = modelCard({ models: [exportIntegerOnnx(integer)], float: null, integer });
    expect(card).toContain('u = np.zeros((100, 1, 2), np.int8)  # time, trials, inputs = round(inputs / 1), clipped to ±127');
    expect(card).toContain("h' = min(255, floor((max(W h + W_in u + b, 0) * multiplier + 2^19) / 2^20))");
    expect(card).not.toContain('model.seq.onnx');
  });

  it('says who reads a file that was asked for', () => {
    const options = { sequence: 'scan', qdq: { ...DEFAULT_WEIGHT_ONLY, bits: 4, granularity: 'block' } } as const;
    const card = modelCard({ models: exportOnnx(network, HEADER, options), options, float, integer: null });
    expect(card).toContain('runtimes with the Scan operator');
    expect(card).toContain('runtimes that know int4 weights with a scale per block of 32');
  });

  it('is the same text for the same models', () => {
    const card = () => modelCard({ models: exportOnnx(network, HEADER), float, integer: null });
    expect(card()).toBe(card());
  });
});
