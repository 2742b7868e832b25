import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { IntegerNetwork } from '../../src/compression/integer-network.ts';
import { UsageError } from '../../src/core/errors.ts';
import { sha256 } from '../../src/core/hash.ts';
import { PACKAGE_ROOT } from '../../src/core/version.ts';
import { exportInteger } from '../../src/exchange/int.ts';
import { exportIntegerOnnx, exportOnnx, type ModelFile } from '../../src/exchange/onnx-forms.ts';
import { ACTIVATIONS, type Network } from '../../src/network/network.ts';
import { graphBuilder } from '../../src/onnx/graph.ts';
import { decodeModel, encodeModel } from '../../src/onnx/proto.ts';
import { randomIntegerNetwork } from '../compression/random-integer-network.ts';
import { randomNetwork } from '../compression/random-network.ts';
import { HEADER, quantizedArtifact } from './artifacts.ts';
import { SAMPLES, SIZES } from './samples.ts';

/** All four forms, by file name. */
function allForms(network: Network, integers: IntegerNetwork, mapping?: unknown): ModelFile[] {
  return [...exportOnnx(network, HEADER), exportIntegerOnnx(quantizedArtifact(integers), mapping)];
}

describe('the four ONNX forms', () => {
  it('have their names', () => {
    const network = randomNetwork(1, SIZES[1]);
    const names = ['model.step.onnx', 'model.seq.onnx', 'model.qdq.onnx', 'model.int.onnx'];
    expect(allForms(network, randomIntegerNetwork(1, SIZES[1])).map(({ file }) => file)).toEqual(names);
  });

  it('are the same bytes for the same network', () => {
    for (const activation of ACTIVATIONS) {
      const hashes = () =>
        allForms(randomNetwork(4, { ...SIZES[1], activation }), randomIntegerNetwork(4, SIZES[1]), { cores: [1] }).map(({ bytes }) =>
          sha256(bytes),
        );
      expect(hashes()).toEqual(hashes());
    }
  });

  it('say where they come from, as JSON in the metadata', () => {
    const network = randomNetwork(1, { inputs: 2, neurons: 3, outputs: 2 });
    const integer = randomIntegerNetwork(1, { inputs: 2, neurons: 3, outputs: 2 });
    const metadata = Object.fromEntries(
      allForms(network, integer, { cores: [0, 0, 1] }).map(({ file, bytes }) => [
        file,
        Object.fromEntries(decodeModel(bytes, file).metadataProps.map(({ key, value }) => [key, JSON.parse(value ?? '')])),
      ]),
    );
    const common = { 'bimt.suite': 'yang19', 'bimt.provenance': HEADER.provenance, 'bimt.grid': { rows: 1, columns: 6, metric: 'l1' } };
    const place = {
      'bimt.site': [0, 2, 4],
      'bimt.position': [
        [0, 0],
        [0, 2],
        [0, 4],
      ],
    };
    expect(metadata['model.step.onnx']).toEqual({ ...common, ...place, 'bimt.form': 'step' });
    expect(metadata['model.seq.onnx']).toEqual({ ...common, ...place, 'bimt.form': 'seq' });
    expect(metadata['model.qdq.onnx']).toMatchObject({ ...common, ...place, 'bimt.form': 'qdq' });
    expect(Object.keys(metadata['model.qdq.onnx']['bimt.scales'])).toEqual(['W', 'W_in', 'W_out']);
    expect(metadata['model.int.onnx']).toMatchObject({
      'bimt.form': 'int',
      'bimt.target': 'test',
      'bimt.weights': { qmax: 255, step: 1 },
      'bimt.requantization': { stateMax: 255, shift: 20 },
      'bimt.scales': { state: 1, input: 1, readout: 1, accumulator: [1, 1, 1] },
      'bimt.mapping': { cores: [0, 0, 1] },
      'bimt.provenance': { ...HEADER.provenance, stage: 'quantized' },
    });
  });

  it('refuse a dense matrix that no file could hold, before it is made', () => {
    const rows = 50_000;
    const columns = Int32Array.from({ length: rows }, (_, i) => i);
    // One neuron hears all others, so lists would be as large as the matrix.
    const indptr = new Int32Array(rows + 1).fill(rows, 1);
    const huge = { rows, columns: rows, indptr, indices: columns, values: new Float32Array(rows).fill(1) };
    const network = { ...randomNetwork(1, SIZES[0]), neurons: rows, recurrent: huge };
    expect(() => exportOnnx(network, HEADER)).toThrow(UsageError);
    expect(() => exportOnnx(network, HEADER)).toThrow('a dense matrix of 50000 × 50000 weights takes 10000000000 bytes');
  });

  it('describe themselves to people who open them', () => {
    for (const { name, bytes } of SAMPLES) {
      const model = decodeModel(bytes, name);
      expect(model.docString.length, name).toBeGreaterThan(100);
      expect(model.graph?.docString).toBe(model.docString);
      expect(model.producerName).toBe('bimt-export');
    }
  });

  it('store integer weights as int8 where the target allows it, and never as float', () => {
    const types = (network: ReturnType<typeof randomIntegerNetwork>) => {
      const scan = decodeModel(exportInteger(quantizedArtifact(network)), 'int').graph?.node?.find((node) => node.opType === 'Scan');
      const body = scan?.attribute?.find(({ name }) => name === 'body')?.g;
      return Object.fromEntries((body?.initializer ?? []).map(({ name, dataType }) => [name, dataType]));
    };
    const [int8, int32] = [3, 6];
    expect(types(randomIntegerNetwork(1, SIZES[1]))).toMatchObject({ W: int8, W_in: int8, W_out: int8 });
    expect(types(randomIntegerNetwork(1, { ...SIZES[1], step: 2, qmax: 254 }))).toMatchObject({
      W: int8,
      W_in: int8,
      W_out: int8,
      W_factor: int32,
    });
    expect(types(randomIntegerNetwork(1, { ...SIZES[1], qmax: 255 }))).toMatchObject({ W: int32, W_in: int32, W_out: int32 });
    for (const type of Object.values(types(randomIntegerNetwork(1, SIZES[1])))) expect([3, 6, 7]).toContain(type);
  });
});

const PYTHON = '/usr/bin/python3';
const missing =
  spawnSync(PYTHON, ['-c', 'import onnx'], { encoding: 'utf8' }).status === 0
    ? null
    : `${PYTHON} has no onnx (Debian: apt install python3-onnx)`;
if (missing !== null) console.warn(`official ONNX checker skipped: ${missing}`);

describe('the official checker', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bimt-onnx-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const check = (paths: readonly string[]) =>
    execFileSync(PYTHON, [join(PACKAGE_ROOT, 'scripts/check-onnx.py'), ...paths], { encoding: 'utf8', stdio: 'pipe' });

  it('is installed where tests must not be skipped', () => {
    if (process.env['CI']) expect(missing).toBeNull();
  });

  it.skipIf(missing !== null)('accepts every form that its version can read, with full check and strict shape inference', () => {
    // The checker is ONNX 1.12, which ends at IR 8.
    const readable = SAMPLES.filter(({ reach }) => reach !== 'newest');
    const paths = readable.map(({ bytes }, i) => {
      const path = join(folder, `${i}.onnx`);
      writeFileSync(path, bytes);
      return path;
    });
    expect(check(paths)).toContain(`${paths.length} ONNX files pass`);
  });

  it.skipIf(missing !== null)('refuses a broken file, with its name', () => {
    const graph = graphBuilder('g');
    graph.output(graph.node('Relu', ['nothing']), 'float', [1]);
    const path = join(folder, 'broken.onnx');
    writeFileSync(path, encodeModel({ irVersion: 8, opset: 17, producerVersion: '0', metadata: {}, graph: graph.build() }));
    expect(() => check([path])).toThrow(/broken\.onnx/);
  });
});
