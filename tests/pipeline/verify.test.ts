// Does the certificate say what was run, and is it refused when any one file of a run is not what it should be?
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import onnxProto from 'onnx-proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeQuantized, encodeQuantized } from '../../src/compression/quantized-file.ts';
import { MismatchError, UsageError } from '../../src/core/errors.ts';
import { sha256 } from '../../src/core/hash.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/core/safetensors.ts';
import { decodeModel } from '../../src/onnx/proto.ts';
import { resolveRunConfig } from '../../src/pipeline/config.ts';
import { requireSuccess, runPipeline, verifyPipeline } from '../../src/pipeline/run.ts';
import { openRunFolder } from '../../src/pipeline/run-folder.ts';
import { assertAgreement, type Verification } from '../../src/simulation/verify.ts';
import { assertClose, type FloatVerification } from '../../src/simulation/verify-floats.ts';
import { TINY } from '../cli/support.ts';

const folder = mkdtempSync(join(tmpdir(), 'bimt-verify-'));
const at = (...path: string[]) => join(folder, ...path);
afterAll(() => rmSync(folder, { recursive: true }));
const readJson = <T>(...path: string[]) => JSON.parse(readFileSync(at(...path), 'utf8')) as T;

beforeAll(async () => {
  const config = resolveRunConfig({ ...TINY, verify: { trials: 20, floatTrials: 20 }, onnx: { qdq: { bits: 4, granularity: 'block' } } });
  requireSuccess(await runPipeline(config, openRunFolder(at('run'))));
});

describe('the certificate of a target', () => {
  it('names every execution with runtime, version and optimisation level, the trials, and the hash of every input', () => {
    const { executions, mismatches, trials, hashes } = readJson<Verification>('run', 'rram-mesh', 'verify.json');
    const onnx = (runtime: string, version: string) => [
      {
        name: `model.int.onnx in onnxruntime-${runtime} (unoptimised)`,
        version: `onnxruntime-${runtime}@${version}`,
        optimization: 'disabled',
      },
      { name: `model.int.onnx in onnxruntime-${runtime}`, version: `onnxruntime-${runtime}@${version}`, optimization: 'all' },
    ];
    expect(executions).toEqual([
      { name: 'integer network', version: expect.stringMatching(/^bimt-export@/), optimization: null },
      ...onnx('node', '1.16.3'),
      ...onnx('web', '1.30.0'),
      { name: 'simulated chip', version: expect.stringMatching(/^bimt-export@/), optimization: null },
    ]);
    expect(mismatches).toEqual([]);
    expect(trials).toBe(20 + 32);
    for (const file of ['quantized.safetensors', 'model.int.onnx', 'mapping.json', 'images.safetensors'])
      expect(hashes[file], file).toBe(sha256(readFileSync(at('run', 'rram-mesh', file))));
    expect(Object.keys(hashes).sort()).toEqual([
      'images.safetensors',
      'mapping.json',
      'model.int.onnx',
      'quantized.safetensors',
      'target',
      'trials',
    ]);
  });

  it('speaks of a model that carries its mapping', () => {
    const model = decodeModel(readFileSync(at('run', 'rram-mesh', 'model.int.onnx')), 'model.int.onnx');
    const mapping = model.metadataProps.find(({ key }) => key === 'bimt.mapping')?.value ?? '';
    expect(JSON.parse(mapping)).toEqual(readJson('run', 'rram-mesh', 'mapping.json'));
  });
});

describe('the certificate of the float files', () => {
  it('names largest errors, runtimes, versions and levels, and what was not run', () => {
    const verification = readJson<FloatVerification>('run', 'verify.json');
    const { comparisons, skipped, hashes, trials } = verification;
    expect(comparisons.map(({ between: [, name], version, optimization, beyond }) => [name, version, optimization, beyond])).toEqual([
      ['model.step.onnx in onnxruntime-node', 'onnxruntime-node@1.16.3', 'basic', 0],
      ['model.step.onnx in onnxruntime-web', 'onnxruntime-web@1.30.0', 'basic', 0],
      ['model.seq.onnx in onnxruntime-node', 'onnxruntime-node@1.16.3', 'basic', 0],
      ['model.seq.onnx in onnxruntime-web', 'onnxruntime-web@1.30.0', 'basic', 0],
      ['model.qdq.onnx in onnxruntime-web', 'onnxruntime-web@1.30.0', 'basic', 0],
    ]);
    for (const { between, largest } of comparisons) {
      expect(between[0]).toMatch(between[1].startsWith('model.qdq') ? /^dequantized network/ : /^float network/);
      expect(largest?.relative ?? 0).toBeLessThan(1e-5);
    }
    expect(skipped).toEqual([{ name: 'model.qdq.onnx in onnxruntime-node', reason: 'it is written in opset 21, this runtime ends at 19' }]);
    expect(trials).toBe(20);
    for (const file of ['model.step.onnx', 'model.seq.onnx', 'model.qdq.onnx'])
      expect(hashes[file], file).toBe(sha256(readFileSync(at('run', file))));
    expect(hashes['network']).toBe(sha256(readFileSync(at('run', 'pruned.safetensors'))));
  });
});

type Change = (bytes: Uint8Array) => Uint8Array;

/** Verifies a copy of the run in which one file was changed; the error, and the copy's name. */
async function verifyWith(name: string, file: string, change: Change): Promise<{ error: unknown; copy: string }> {
  const copy = name.replaceAll(/\W/g, '-');
  cpSync(at('run'), at(copy), { recursive: true });
  writeFileSync(at(copy, file), change(readFileSync(at(copy, file))));
  const error = await verifyPipeline(openRunFolder(at(copy))).then(
    ({ targets, forms }) => {
      try {
        for (const { verification } of targets) assertAgreement(verification);
        if (forms !== null) assertClose(forms);
        return null;
      } catch (thrown) {
        return thrown;
      }
    },
    (thrown: unknown) => thrown,
  );
  return { error, copy };
}

const truncated: Change = (bytes) => bytes.subarray(0, bytes.length >> 1);
const asText =
  (change: (text: string) => string): Change =>
  (bytes) =>
    new TextEncoder().encode(change(new TextDecoder().decode(bytes)));

/** Changes every value of an initializer, wherever it is in the model. */
function inModel(initializer: string, change: (raw: Uint8Array) => void): Change {
  return (bytes) => {
    const model = onnxProto.onnx.ModelProto.decode(Uint8Array.from(bytes));
    const graphs = [model.graph, ...(model.graph?.node ?? []).flatMap(({ attribute }) => (attribute ?? []).map(({ g }) => g))];
    const found = graphs.flatMap((graph) => graph?.initializer ?? []).find(({ name }) => name === initializer);
    expect(found, initializer).toBeDefined();
    change(found?.rawData as Uint8Array);
    return onnxProto.onnx.ModelProto.encode(model).finish();
  };
}

describe('verify, end to end', () => {
  it.each<[string, string, Change, RegExp]>([
    [
      'a weight of model.int.onnx',
      'rram-mesh/model.int.onnx',
      inModel('W_in', (raw) => raw.fill(1)),
      /integer network and model\.int\.onnx in onnxruntime-node \(unoptimised\) first differ in trial \d+, step \d+, (neuron|readout unit) \d+: \d+ against \d+/,
    ],
    [
      'a readout bias of model.int.onnx',
      'rram-mesh/model.int.onnx',
      inModel('b_out', (raw) => raw.set([raw[0] ^ 1])),
      /in trial 0, step 0, readout unit 0: /,
    ],
    [
      'an integer of quantized.safetensors',
      'rram-mesh/quantized.safetensors',
      (bytes) => {
        const { network, ...rest } = decodeQuantized(bytes, 'quantized');
        return encodeQuantized({ ...rest, network: { ...network, bias: network.bias.map((b) => b + 1) } });
      },
      /mapping\.json was made for another network/,
    ],
    [
      'the network of mapping.json',
      'rram-mesh/mapping.json',
      asText((text) => text.replace(/"hash": "[0-9a-f]{64}"/g, `"hash": "${'0'.repeat(64)}"`)),
      /was made for another network/,
    ],
    [
      'the shift of mapping.json',
      'rram-mesh/mapping.json',
      asText((text) => text.replace(/"shift": (\d+)/, (_, shift) => `"shift": ${Number(shift) - 1}`)),
      /integer network and simulated chip first differ in trial/,
    ],
    [
      'a weight of model.step.onnx',
      'model.step.onnx',
      inModel('W_out', (raw) => raw.fill(0)),
      /float network .* and model\.step\.onnx in onnxruntime-node are first too far apart/,
    ],
    [
      'a bias of model.seq.onnx',
      'model.seq.onnx',
      inModel('b_out', (raw) => raw.fill(0)),
      /model\.seq\.onnx in onnxruntime-node are first too far apart in trial 0, step 0, readout unit/,
    ],
    [
      'a scale of model.qdq.onnx',
      'model.qdq.onnx',
      inModel('W_out_scale', (raw) => raw.fill(0)),
      /dequantized network .* and model\.qdq\.onnx in onnxruntime-web are first too far apart/,
    ],
  ])('ends in a mismatch after a change of %s, and says where', async (name, file, change, says) => {
    const { error, copy } = await verifyWith(name, file, change);
    expect(error).toBeInstanceOf(MismatchError);
    expect((error as Error).message).toMatch(says);
    if (/first/.test(`${says}`)) {
      const { mismatches = [], comparisons = [] } = readJson<Partial<Verification & FloatVerification>>(
        copy,
        file.startsWith('rram') ? 'rram-mesh/verify.json' : 'verify.json',
      );
      expect(mismatches.length + comparisons.filter(({ beyond }) => beyond > 0).length).toBeGreaterThan(0);
    }
  });

  it.each<[string, string, Change, RegExp]>([
    ['model.int.onnx', 'rram-mesh/model.int.onnx', truncated, /model\.int\.onnx: onnxruntime-node@1\.16\.3 refuses the model/],
    ['quantized.safetensors', 'rram-mesh/quantized.safetensors', truncated, /quantized\.safetensors is not a readable/],
    ['mapping.json', 'rram-mesh/mapping.json', truncated, /mapping\.json/],
    ['images.safetensors', 'rram-mesh/images.safetensors', truncated, /images/],
    [
      'a cell of images.safetensors',
      'rram-mesh/images.safetensors',
      (bytes) => {
        const { tensors, metadata } = decodeSafetensors(bytes, 'images');
        for (const { data } of Object.values(tensors)) data[0] ^= 1;
        return encodeSafetensors(tensors, metadata);
      },
      /images/,
    ],
    ['model.step.onnx', 'model.step.onnx', truncated, /model\.step\.onnx/],
    ['model.qdq.onnx', 'model.qdq.onnx', truncated, /model\.qdq\.onnx/],
    ['pruned.safetensors', 'pruned.safetensors', truncated, /pruned\.safetensors is not a readable/],
  ])('refuses a damaged file with its name: %s', async (name, file, change, says) => {
    const { error } = await verifyWith(`damaged ${name}`, file, change);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toMatch(says);
  });
});
