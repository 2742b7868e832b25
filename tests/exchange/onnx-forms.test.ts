import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../src/core/hash.ts';
import { PACKAGE_ROOT } from '../../src/core/version.ts';
import { exportInteger } from '../../src/exchange/int.ts';
import { exportOnnx } from '../../src/exchange/onnx-forms.ts';
import { exportQdq } from '../../src/exchange/qdq.ts';
import { openSequenceModel } from '../../src/exchange/run-onnx.ts';
import { ACTIVATIONS } from '../../src/network/network.ts';
import { attribute, graphBuilder } from '../../src/onnx/graph.ts';
import { decodeModel, encodeModel } from '../../src/onnx/proto.ts';
import { openSession, RUNTIMES } from '../../src/onnx/runtime.ts';
import { randomIntegerNetwork } from '../compression/random-integer-network.ts';
import { randomInputs, randomNetwork } from '../compression/random-network.ts';
import { HEADER, quantizedArtifact } from './artifacts.ts';
import { brokenRules } from './rules.ts';

const SIZES = [
  { inputs: 1, neurons: 1, outputs: 1 },
  { inputs: 85, neurons: 40, outputs: 17 },
];

/** All forms of several networks, by a name for messages. */
const models = new Map<string, Uint8Array>();
for (const sizes of SIZES) {
  const integers = [
    randomIntegerNetwork(1, sizes),
    randomIntegerNetwork(2, { ...sizes, step: 2, qmax: 254 }),
    randomIntegerNetwork(3, { ...sizes, qmax: 255 }),
  ];
  for (const [i, activation] of ACTIVATIONS.entries()) {
    for (const { file, bytes } of exportOnnx(randomNetwork(1, { ...sizes, activation }), HEADER, quantizedArtifact(integers[i]))) {
      models.set(`${sizes.neurons}-${activation}-${file}`, bytes);
    }
  }
}

describe('the four ONNX forms', () => {
  it('have their names', () => {
    const network = randomNetwork(1, SIZES[1]);
    const names = ['model.step.onnx', 'model.seq.onnx', 'model.qdq.onnx'];
    expect(exportOnnx(network, HEADER).map(({ file }) => file)).toEqual(names);
    const quantized = quantizedArtifact(randomIntegerNetwork(1, SIZES[1]));
    expect(exportOnnx(network, HEADER, quantized).map(({ file }) => file)).toEqual([...names, 'model.int.onnx']);
  });

  it('break none of the rules that readers have taught us', () => {
    for (const [name, bytes] of models) expect(brokenRules(decodeModel(bytes, name)), name).toEqual([]);
  });

  it('are the same bytes for the same network', () => {
    for (const activation of ACTIVATIONS) {
      const hashes = () =>
        exportOnnx(randomNetwork(4, { ...SIZES[1], activation }), HEADER, quantizedArtifact(randomIntegerNetwork(4, SIZES[1])), {
          cores: [1],
        }).map(({ bytes }) => sha256(bytes));
      expect(hashes()).toEqual(hashes());
    }
  });

  it('say where they come from, as JSON in the metadata', () => {
    const network = randomNetwork(1, { inputs: 2, neurons: 3, outputs: 2 });
    const integer = randomIntegerNetwork(1, { inputs: 2, neurons: 3, outputs: 2 });
    const metadata = Object.fromEntries(
      exportOnnx(network, HEADER, quantizedArtifact(integer), { cores: [0, 0, 1] }).map(({ file, bytes }) => [
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

  it('describe themselves to people who open them', () => {
    for (const [name, bytes] of models) {
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

  it.each(RUNTIMES)('the weight-only form is exact at the default optimisation of onnxruntime-%s too', async (runtime) => {
    for (const activation of ACTIVATIONS) {
      const network = randomNetwork(1, { ...SIZES[1], activation });
      const bytes = exportQdq(network, HEADER);
      const [steps, rows] = [6, 2];
      const inputs = randomInputs(1, steps * rows * network.inputs);
      const basic = await openSequenceModel(bytes, runtime);
      const expected = await basic.run(inputs, steps, rows);
      await basic.release();
      const session = await openSession(bytes, runtime, 'all');
      const { o } = await session.run({ u: { data: inputs, dims: [steps, rows, network.inputs] } });
      await session.release();
      const [a, b] = [expected.outputs, o.data as Float32Array].map((outputs) => outputs.slice().sort());
      const difference = a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i])), 0);
      expect(difference, activation).toBeLessThan(1e-5);
    }
  });
});

describe('the rules', () => {
  const model = (build: (graph: ReturnType<typeof graphBuilder>) => void, change: Partial<Parameters<typeof encodeModel>[0]> = {}) => {
    const graph = graphBuilder('g');
    graph.input('x', 'float', ['batch', 2]);
    build(graph);
    const bytes = encodeModel({ irVersion: 8, opset: 17, producerVersion: '0', metadata: {}, graph: graph.build(), ...change });
    return brokenRules(decodeModel(bytes, 'test'));
  };
  const describe8 = (graph: ReturnType<typeof graphBuilder>, value: string) => graph.valueInfo(value, 'float', ['batch', 2]);

  it.each<[string, string, Parameters<typeof model>]>([
    ['MatMulInteger', 'MatMulInteger saturates', [(g) => describe8(g, g.node('MatMulInteger', ['x', 'x']))]],
    ['QLinearMatMul', 'QLinearMatMul saturates', [(g) => describe8(g, g.node('QLinearMatMul', ['x', 'x']))]],
    ['a newer IR version', 'IR version 10', [() => {}, { irVersion: 10 }]],
    ['a newer opset', 'opsets :21', [() => {}, { opset: 21 }]],
    [
      'a DequantizeLinear of two inputs',
      'DequantizeLinear without a zero point',
      [(g) => describe8(g, g.node('DequantizeLinear', [g.constant('w', [1], Int8Array.of(1)), g.constant('s', [], Float32Array.of(1))]))],
    ],
    [
      'a scale per channel',
      'only the first of several scales',
      [
        (g) => {
          const inputs = [
            g.constant('w', [2], Int8Array.of(1, 2)),
            g.constant('s', [2], Float32Array.of(1, 2)),
            g.constant('z', [], Int8Array.of(0)),
          ];
          describe8(g, g.node('DequantizeLinear', inputs));
        },
      ],
    ],
    [
      'a dequantized rank-2 weight',
      'fused into an inexact kernel',
      [
        (g) => {
          const inputs = [
            g.constant('w', [2, 1], Int8Array.of(1, 2)),
            g.constant('s', [], Float32Array.of(1)),
            g.constant('z', [], Int8Array.of(0)),
          ];
          describe8(g, g.node('MatMul', ['x', describe8(g, g.node('DequantizeLinear', inputs))]));
        },
      ],
    ],
    [
      'a body that captures an outer value',
      'uses w before or outside its definition',
      [
        (g) => {
          g.constant('w', [2], Float32Array.of(1, 2));
          const body = graphBuilder('body', 'body_');
          body.output(body.node('Add', [body.input('y', 'float', ['batch', 2]), 'w']), 'float', ['batch', 2]);
          describe8(g, g.node('Scan', ['x'], [attribute.int('num_scan_inputs', 1), attribute.graph('body', body.build())]));
        },
      ],
    ],
    [
      'a softplus in RNN',
      'overflows above 88',
      [(g) => describe8(g, g.node('RNN', ['x'], [attribute.strings('activations', ['Softplus'])]))],
    ],
    ['an undescribed value', 'relu_0 has no value_info', [(g) => g.node('Relu', ['x'])]],
    ['a use before its definition', 'Relu uses later before', [(g) => describe8(g, g.node('Relu', ['later']))]],
  ])('catch %s', (_, message, [build, change]) => {
    expect(model(build, change).join('\n')).toContain(message);
  });

  it('accept a plain graph', () => {
    expect(model((g) => describe8(g, g.node('Relu', ['x'])))).toEqual([]);
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

  it.skipIf(missing !== null)('accepts every form with full check and strict shape inference', () => {
    const paths = [...models].map(([name, bytes]) => {
      const path = join(folder, name);
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
