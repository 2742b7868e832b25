// Does a network from elsewhere go the whole way: from its ONNX file through every later command?
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { sha256 } from '../../src/core/hash.ts';
import { readNetwork } from '../../src/pipeline/network-file.ts';
import { findSuite } from '../../src/tasks/suites.ts';
import { around, BY_HAND, inGraph } from '../exchange/import/hostile.ts';
import { attr, model, node, tensor, value } from '../exchange/import/models.ts';
import { CLI, outcomeOf, pathsIn, runProgram, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
const SHIPPED = fileURLToPath(new URL('../../models/yang19-20x20-bimt.safetensors', import.meta.url));
const { inputs, outputs } = findSuite('yang19');
const NEURONS = 5;

/** A small RNN of the suite's sizes with weights that follow a rule. */
function foreign(changes: Record<string, unknown> = {}, own: readonly Record<string, unknown>[] = []): Uint8Array {
  const weights = (count: number) => Array.from({ length: count }, (_, i) => Math.sin(i + 1) / 4);
  return model(
    {
      nodes: [
        node('RNN', ['u', 'W', 'R', 'B'], ['y'], [attr.texts('activations', ['Relu']), attr.int('hidden_size', NEURONS)]),
        node('Squeeze', ['y', 'one'], ['h']),
        node('MatMul', ['h', 'V'], ['p']),
        node('Add', ['p', 'c'], ['o']),
      ],
      constants: [
        tensor('W', [1, NEURONS, inputs], weights(NEURONS * inputs)),
        tensor('R', [1, NEURONS, NEURONS], weights(NEURONS * NEURONS)),
        tensor('B', [1, 2 * NEURONS], weights(2 * NEURONS)),
        tensor('one', [1], [1], 7),
        tensor('V', [NEURONS, outputs], weights(NEURONS * outputs)),
        tensor('c', [outputs], weights(outputs)),
      ].map((t) => own.find(({ name }) => name === t['name']) ?? t),
      inputs: [value('u', ['time', 'batch', inputs])],
      outputs: [value('o', ['time', 'batch', outputs])],
    },
    changes,
  );
}

beforeAll(() => {
  process.chdir(folder);
  writeFileSync('model.onnx', foreign());
});

const importing = (...args: string[]) => runProgram('import', 'model.onnx', '--trials', '2', ...args);

async function refusal(...args: string[]): Promise<string> {
  const before = pathsIn(folder);
  const { error, stdout } = await importing('--out', 'refused.safetensors', ...args);
  expect(error).toBeInstanceOf(UsageError);
  expect(stdout).toBe('');
  expect(pathsIn(folder)).toEqual(before);
  return (error as Error).message;
}

describe('import', () => {
  it('writes a trained network that names its file by hash, with what was read', async () => {
    const { error, stdout, stderr } = await importing('--suite', 'yang19', '--grid', '3x3', '--out', 'a.safetensors');
    expect(error).toBeNull();
    expect(stdout).toContain(`a.safetensors: ${NEURONS} relu neurons, ${inputs} inputs, ${outputs} outputs, on the grid 3x3, row by row`);
    expect(stdout).toContain('read from model.onnx: RNN, opset 17');
    expect(stdout).toMatch(/trained +mean accuracy 0\.\d+ \(2 trials of each task\)/);
    expect(stderr).toMatch(/warning \(import\/accuracy-at-chance\): mean accuracy .* on yang19 is no better than a guess/);
    const { header, network } = readNetwork(readFileSync('a.safetensors'), 'a', ['trained']);
    expect(header.provenance).toMatchObject({ stage: 'trained', parentHash: sha256(foreign()), engine: null });
    expect(header.config).toMatchObject({ suite: 'yang19', import: { grid: '3x3', layout: 'grid', form: 'RNN', opset: 17, delay: 0 } });
    expect([...network.site]).toEqual([0, 1, 2, 3, 4]);
  });

  it('gives the same bytes for the same arguments, also with a search for a layout, which follows its seed', async () => {
    const run = async (name: string, seed: string) => {
      expect((await importing('--suite', 'yang19', '--embed', '--seed', seed, '--out', name)).error).toBeNull();
      return readFileSync(name);
    };
    const [a, b] = [await run('e1.safetensors', '1'), await run('e2.safetensors', '1')];
    expect(a.equals(b)).toBe(true);
    expect(readNetwork(a, 'e').network.grid).toEqual({ rows: 2, columns: 3, metric: 'l1' });
  });

  it('puts neurons where a coordinates file says, and lists them by site', async () => {
    writeFileSync('p.csv', 'row,column\n1,1\n0,0\n2,2\n0,2\n1,0\n');
    const { error } = await importing('--suite', 'yang19', '--positions', 'p.csv', '--out', 'p.safetensors');
    expect(error).toBeNull();
    const placed = readNetwork(readFileSync('p.safetensors'), 'p').network;
    const plain = readNetwork(readFileSync('a.safetensors'), 'a').network;
    expect([...placed.site]).toEqual([0, 2, 3, 4, 8]);
    expect([...placed.bias]).toEqual([1, 3, 4, 0, 2].map((i) => plain.bias[i]));
  });

  it('names a model by the hash of itself and its external data, as if they were one file', async () => {
    const values = Float32Array.from({ length: NEURONS * outputs }, (_, i) => Math.cos(i));
    const external = {
      name: 'V',
      dims: [NEURONS, outputs],
      dataType: 1,
      dataLocation: 1,
      externalData: [{ key: 'location', value: 'V.bin' }],
    };
    const bytes = foreign({}, [external]);
    writeFileSync('V.bin', values);
    writeFileSync('outside.onnx', bytes);
    const { error } = await runProgram(
      'import',
      'outside.onnx',
      '--trials',
      '2',
      '--suite',
      'yang19',
      '--grid',
      '3x3',
      '--out',
      'x.safetensors',
    );
    expect(error).toBeNull();
    const { header, network } = readNetwork(readFileSync('x.safetensors'), 'x');
    expect(header.provenance.parentHash).toBe(sha256(Buffer.concat([bytes, Buffer.from(values.buffer)])));
    expect(network.readout.values[1]).toBe(values[outputs]);
  });

  it('prints one JSON value', async () => {
    const { stdout, error } = await importing('--suite', 'yang19', '--grid', '5', '--out', 'j.safetensors', '--json', '--quiet');
    expect(error).toBeNull();
    expect(JSON.parse(stdout)).toMatchObject({
      file: 'j.safetensors',
      suite: 'yang19',
      neurons: NEURONS,
      layout: 'grid',
      imported: { form: 'RNN', layers: [{ node: "node 'y_node' (RNN)", neurons: NEURONS, delay: 0 }] },
      scores: { trained: { trialsPerTask: 2 } },
      warnings: [{ rule: 'import/accuracy-at-chance' }],
    });
  });

  it('refuses what it cannot know, and says how to tell it', async () => {
    expect(await refusal('--grid', '3x3')).toBe(
      'model.onnx does not say for which tasks it was trained; name them with --suite; of these sizes: yang19',
    );
    expect(await refusal('--suite', 'yang19')).toBe(
      'model.onnx does not say where its 5 neurons sit; put them row by row on a grid (--grid 2x3), name their sites (--positions FILE), or search for a layout of short wires (--embed)',
    );
    expect(await refusal('--suite', 'modcog84', '--grid', '3x3')).toMatch(
      /^model\.onnx has \d+ inputs and \d+ outputs, suite modcog84 has .*; of these sizes: yang19$/,
    );
    expect(await refusal('--suite', 'yang19', '--grid', '2x2')).toContain('grid 2x2 has 4 sites for 5 neurons');
    expect(await refusal('--suite', 'yang19', '--embed', '--positions', 'p.csv')).toContain('give one of them');
    writeFileSync('strange.onnx', foreign({ metadataProps: [{ key: 'bimt.suite', value: '"no\\nsuite"' }] }));
    expect((await runProgram('import', 'strange.onnx', '--grid', '3x3', '--out', 'refused.safetensors')).error).toMatchObject({
      message: expect.stringMatching(/^strange\.onnx: unknown suite 'no.suite'[^\n]*$/),
    });
    expect(await refusal('--suite', 'yang91', '--grid', '3x3')).toContain("did you mean 'yang19'");
    expect(await refusal('--suite', 'yang19', '--grid', '3x3', '--output', 'x')).toBe(
      "model.onnx has no output 'x'; it has 'o'; try: docs/import.md tells what can be read, and how to export it",
    );
  });
});

describe('an imported network', () => {
  it.each([
    ['analyze', ['--trials', '2', '--trials-per-task', '4', '--shuffles', '20', '--out', 'analysis']],
    ['prune', ['--trials', '2', '--fine-tune', '0', '--threshold', '0', '--out', 'pruned.safetensors']],
    ['onnx', ['--out', 'onnx']],
    ['check', ['--target', 'rram-mesh']],
  ])('is taken by %s', async (command, args) => {
    const { error } = await runProgram(command, 'a.safetensors', ...args);
    expect(error).toBeNull();
  });

  it('is taken by a whole run', async () => {
    const config = {
      prune: { threshold: 0, fineTune: null },
      quantize: { calibrationTrials: 1 },
      map: { activityTrials: 1 },
      scores: { trialsPerTask: 1 },
      verify: { trials: 20 },
    };
    writeFileSync('run.json', JSON.stringify({ ...config, targets: ['rram-mesh'] }));
    const { error } = await runProgram('run', 'run.json', '--model', 'a.safetensors', '--out', 'run');
    expect(error).toBeNull();
  });
});

describe('hostile files end the command', () => {
  /** Of the process, the start of Node and of the tool included. */
  const MAX_CPU_SECONDS = 4;
  const MAX_MEGABYTES = 500;
  /** Tells at the end what the process took. */
  const METER =
    'data:text/javascript,process.on("exit",()=>{const{userCPUTime,systemCPUTime,maxRSS}=process.resourceUsage();' +
    'process.stderr.write(["\\nMETER"+(userCPUTime+systemCPUTime)/1e6,maxRSS/1024].join(" "))})';

  const empty = new Uint8Array(8_000_000);
  for (let i = 0; i < empty.length; i += 2) empty[i] = 0x0a;
  const files: Record<string, () => Uint8Array> = {
    ...Object.fromEntries(
      [
        'nodes in a cycle',
        'graphs nested 30,000 deep',
        'a length of 2 GB',
        'a million empty nodes',
        'a chain of 20,000 products',
        'a filled shape of 10^18 weights',
      ].map((name) => [name, BY_HAND[name][0]]),
    ),
    'four million empty nodes': () => inGraph(empty),
    'a truncated model': () => foreign().subarray(0, 500),
    'external data outside the folder': () =>
      around([], [{ name: 'E', dims: [3, 3], dataType: 1, dataLocation: 1, externalData: [{ key: 'location', value: '../x' }] }]),
  };

  it.each(Object.entries(files))('%s: exit code 2, one line, soon, in little memory', async (_, make) => {
    writeFileSync('hostile.onnx', make());
    const args = [
      '--max-old-space-size=400',
      '--import',
      METER,
      CLI,
      'import',
      'hostile.onnx',
      '--suite',
      'yang19',
      '--grid',
      '20x20',
      '--out',
      'h.safetensors',
    ];
    const { code, stderr, stdout } = await outcomeOf(spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] }));
    const [said, meter] = stderr.split('\nMETER');
    const [seconds, megabytes] = meter.split(' ').map(Number);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(said).toMatch(/^error: hostile\.onnx[^\n]{1,400}\n?$/);
    expect(seconds).toBeLessThan(MAX_CPU_SECONDS);
    expect(megabytes).toBeLessThan(MAX_MEGABYTES);
    expect(pathsIn(folder)).not.toContain('h.safetensors');
  });
});

it('brings a shipped network back from each of its forms, with its accuracy, at its sites', async () => {
  expect((await runProgram('onnx', SHIPPED, '--out', 'ours')).error).toBeNull();
  const shipped = readNetwork(readFileSync(SHIPPED), 'shipped').network;
  for (const form of ['step', 'seq', 'qdq']) {
    const out = `${form}.safetensors`;
    const { error, stderr } = await runProgram('import', `ours/model.${form}.onnx`, '--trials', '20', '--out', out);
    expect(error).toBeNull();
    expect(stderr).not.toContain('warning');
    const { network, header } = readNetwork(readFileSync(out), out, ['trained']);
    expect(header.scores['trained'].meanAccuracy).toBeGreaterThan(0.9);
    if (form !== 'qdq') expect(network).toEqual(shipped);
  }
});
