// Is every file that is damaged, hostile or of another kind refused with one clear message, before anything is written?
import { closeSync, cpSync, existsSync, ftruncateSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { BimtError, MismatchError, UsageError } from '../../src/core/errors.ts';
import { sha256 } from '../../src/core/hash.ts';
import { randomStream } from '../../src/core/random.ts';
import { decodeSafetensors, encodeSafetensors, type TensorData } from '../../src/core/safetensors.ts';
import { rawTarget } from '../targets/support.ts';
import { filesOf, pathsIn, runProgram, temporaryFolder, writeConfig } from './support.ts';

const folder = temporaryFolder();
let pruned: Buffer;
let trained: Buffer;

beforeAll(async () => {
  process.chdir(folder);
  const { error } = await runProgram('run', writeConfig(folder), '--out', 'made');
  expect(error).toBeNull();
  pruned = readFileSync('made/pruned.safetensors');
  trained = readFileSync('made/trained.safetensors');
  mkdirSync('folder');
});

/** Fails unless the command is refused with a message for users, and leaves the folder as it was. */
async function expectRefused(args: readonly string[], ...words: readonly string[]): Promise<void> {
  const before = pathsIn(folder);
  const { stdout, error } = await runProgram(...args);
  expect(error, args.join(' ')).toBeInstanceOf(UsageError);
  for (const word of words) expect((error as Error).message).toContain(word);
  expect(stdout).toBe('');
  expect(pathsIn(folder)).toEqual(before);
}

/** A copy of an artifact with other metadata or tensors. */
function changed(
  bytes: Buffer,
  metadata: Readonly<Record<string, unknown>>,
  tensors: Readonly<Record<string, TensorData>> = {},
): Uint8Array {
  const old = decodeSafetensors(bytes, 'old');
  const texts = Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, JSON.stringify(value)]));
  const data = Object.fromEntries(Object.entries(tensors).map(([name, data]) => [name, { shape: [data.length], data }]));
  return encodeSafetensors({ ...old.tensors, ...data }, { ...old.metadata, ...texts });
}

/** A tensor of an artifact, to be changed. */
function copyOf<T extends TensorData>(bytes: Buffer, name: string): T {
  return decodeSafetensors(bytes, 'old').tensors[name].data.slice() as T;
}

function randomBytes(count: number): Uint8Array {
  const random = randomStream(1, 'random bytes');
  return Uint8Array.from({ length: count }, () => random.int(256));
}

/** Writes a file of a size that no disk is asked to hold. */
function writeSparse(path: string, bytes: number): void {
  const file = openSync(path, 'w');
  ftruncateSync(file, bytes);
  closeSync(file);
}

const COMMANDS = (file: string, stage: 'trained' | 'pruned') => [
  ...(stage === 'trained'
    ? [['prune', file, '--out', 'out']]
    : [
        ['quantize', file, '--target', 'rram-mesh', '--out', 'out'],
        ['map', file, '--target', 'rram-mesh', '--out', 'out'],
      ]),
  ['onnx', file, '--out', 'out'],
  ['check', file, '--target', 'rram-mesh'],
  ['run', '--model', file, '--out', 'out'],
];

describe('a network file', () => {
  const header = (claim: bigint) => {
    const bytes = Buffer.alloc(64, 0x20);
    bytes.writeBigUInt64LE(claim);
    return bytes;
  };
  const bad: [string, (whole: Buffer) => Uint8Array | null, string][] = [
    ['that is missing', () => null, 'no such file'],
    ['that is empty', () => new Uint8Array(0), '0 bytes'],
    ['cut in half', (whole) => whole.subarray(0, whole.length / 2), 'truncated'],
    ['cut by one byte', (whole) => whole.subarray(0, -1), 'truncated'],
    ['of random bytes', () => randomBytes(5000), 'not a readable .safetensors file'],
    ['with an endless header', () => header(2n ** 64n - 1n), 'its header claims'],
    ['with an empty header', () => header(0n), 'its header is not JSON'],
    ['that is an ONNX model', () => readFileSync('made/model.step.onnx'), 'of another kind'],
    ['that is JSON', () => readFileSync('made/report.json'), 'of another kind'],
    ['that is a checkpoint', () => encodeSafetensors({}, { format: 'bimt-export-checkpoint/1' }), 'bimt-export-checkpoint/1'],
    ['of the quantized stage', () => readFileSync('made/rram-mesh/quantized.safetensors'), 'is a quantized network; expected'],
    ['of an unknown suite', (whole) => changed(whole, { config: { suite: 'yang' } }), "unknown suite 'yang'"],
    ['with unknown settings', (whole) => changed(whole, { config: { suite: 'yang19', train: { lamda: 1 } } }), "unknown option 'lamda'"],
    ['without provenance', (whole) => changed(whole, { provenance: null }), 'provenance'],
    ['with scores of another shape', (whole) => changed(whole, { scores: { trained: 1 } }), 'scores.trained'],
    ['with a history of another shape', (whole) => changed(whole, { history: { training: 3, pruning: null } }), 'training: found 3'],
    ['with an unknown activation', (whole) => changed(whole, { activation: 'rule' }), "activation 'rule'"],
    ['with an impossible grid', (whole) => changed(whole, { grid: { rows: -1, columns: 1e9, metric: 'l1' } }), "metadata 'grid'"],
    ['with other sizes than its tensors', (whole) => changed(whole, {}, { sizes: Int32Array.of(53, 7, 17) }), 'shape'],
    ['with negative sizes', (whole) => changed(whole, {}, { sizes: Int32Array.of(53, -36, 17) }), "tensor 'sizes'"],
    [
      'with a bias that is not a number',
      (whole) => changed(whole, {}, { b: copyOf<Float32Array>(whole, 'b').fill(Number.NaN) }),
      'not finite',
    ],
    [
      'with a neuron outside the grid',
      (whole) => changed(whole, {}, { site: copyOf<Int32Array>(whole, 'site').fill(999) }),
      "tensor 'site'",
    ],
  ];
  it.each(bad)('%s is refused by every command', async (_, make, why) => {
    for (const [stage, whole] of [
      ['trained', trained],
      ['pruned', pruned],
    ] as const) {
      const bytes = make(whole);
      rmSync('bad.safetensors', { force: true });
      if (bytes !== null) writeFileSync('bad.safetensors', bytes);
      for (const args of COMMANDS('bad.safetensors', stage)) await expectRefused(args, 'bad.safetensors', why);
    }
  });

  it('with columns out of range or order is refused', async () => {
    const indices = copyOf<Int32Array>(pruned, 'W.indices');
    const indptr = copyOf<Int32Array>(pruned, 'W.indptr');
    const row = indptr.findIndex((start, row) => indptr[row + 1] - start > 1);
    const second = indptr[row] + 1;
    for (const column of [36, -1, indices[second - 1]]) {
      const damaged = indices.slice();
      damaged[second] = column;
      writeFileSync('bad.safetensors', changed(pruned, {}, { 'W.indices': damaged }));
      await expectRefused(['check', 'bad.safetensors', '--target', 'loihi1'], "'W'", 'out of order');
    }
  });

  it('that is a folder, a device or larger than memory is refused', async () => {
    writeSparse('large.safetensors', 3 * 2 ** 30);
    for (const [file, why] of [
      ['folder', 'it is a folder'],
      ['/dev/zero', 'it is a device'],
      ['large.safetensors', 'the limit is'],
    ]) {
      for (const args of [...COMMANDS(file, 'trained'), ...COMMANDS(file, 'pruned')]) await expectRefused(args, file, why);
    }
    rmSync('large.safetensors');
  });

  it('of the wrong stage is refused with the stage that is expected', async () => {
    await expectRefused(['prune', 'made/pruned.safetensors', '--out', 'out'], 'is a pruned network; expected: trained');
    await expectRefused(
      ['map', 'made/trained.safetensors', '--target', 'loihi1', '--out', 'out'],
      'is a trained network; expected: pruned; make one of it with: bimt-export prune',
    );
    await expectRefused(['quantize', 'made/trained.safetensors', '--target', 'loihi1', '--out', 'out'], 'expected: pruned');
    await expectRefused(
      ['onnx', 'made/pruned.safetensors', '--quantized', 'made/pruned.safetensors', '--out', 'out'],
      'expected: quantized',
    );
  });

  it('is not joined with integers that were made from another one', async () => {
    writeFileSync('other.safetensors', changed(pruned, { activation: 'relu' }, { b: copyOf<Float32Array>(pruned, 'b').fill(0) }));
    await expectRefused(
      ['onnx', 'other.safetensors', '--quantized', 'made/rram-mesh/quantized.safetensors', '--out', 'out'],
      'was not made from other.safetensors',
    );
  });

  it('with any one byte changed is read or refused, and never a bug', async () => {
    const random = randomStream(1, 'damaged bytes');
    for (let i = 0; i < 60; i++) {
      const damaged = Buffer.from(pruned);
      // Mostly in the header: weights may be any number.
      damaged[random.int(i % 4 === 0 ? damaged.length : 4000)] = random.int(256);
      writeFileSync('bad.safetensors', damaged);
      const { error } = await runProgram('check', 'bad.safetensors', '--target', 'rram-mesh');
      expect(error).toSatisfy((thrown) => thrown === null || thrown instanceof BimtError);
    }
  });
});

describe('a run folder', () => {
  const damages: [string, string | Uint8Array][] = [
    ['cut', '{"schema": "bimt'],
    ['empty', ''],
    ['null', 'null'],
    ['an empty object', '{}'],
    ['a list', '[]'],
    ['random bytes', randomBytes(2000)],
  ];
  /** Runs a command on a copy of the run folder in which one file is damaged. */
  async function onDamaged(file: string, content: string | Uint8Array, command: string) {
    rmSync('copy', { recursive: true, force: true });
    cpSync('made', 'copy', { recursive: true });
    writeFileSync(join('copy', file), content);
    const before = filesOf('copy');
    const { stdout, error } = await runProgram(command, 'copy');
    return { stdout, error: error as Error, isUntouched: JSON.stringify([...before]) === JSON.stringify([...filesOf('copy')]) };
  }

  it.each([
    ['run.json', ['verify', 'report', 'compare']],
    ['config.json', ['verify', 'report']],
    ['report.json', ['compare']],
    ['pruned.safetensors', ['report']],
    ['rram-mesh/placement.json', ['report']],
    ['rram-mesh/verify.json', ['report']],
    ['rram-mesh/mapping.json', ['verify']],
    ['rram-mesh/images.safetensors', ['verify']],
    ['rram-mesh/quantized.safetensors', ['verify']],
    ['rram-mesh/model.int.onnx', ['verify']],
  ])('with a damaged %s is refused by %j, which names the file and changes nothing', async (file, commands) => {
    for (const [, content] of damages) {
      for (const command of commands) {
        const { stdout, error, isUntouched } = await onDamaged(file, content, command);
        expect(error).toBeInstanceOf(UsageError);
        // Of the images the mapping knows only the name.
        expect(error.message).toContain(file.endsWith('images.safetensors') ? 'copy/rram-mesh: images.safetensors' : `copy/${file}`);
        expect({ stdout, isUntouched }).toEqual({ stdout: '', isUntouched: true });
      }
    }
  });

  it.each([
    ['rram-mesh/placement.json', 'report', ({ activity, ...record }: Record<string, unknown>) => record, 'activity: found nothing'],
    ['rram-mesh/verify.json', 'report', (record: object) => ({ ...record, schema: 'bimt-verify/0' }), 'found "bimt-verify/0"'],
    ['verify.json', 'report', (record: object) => ({ ...record, comparisons: null }), 'comparisons: found null'],
    ['config.json', 'report', (config: object) => ({ ...config, quantize: { granularity: 'neuron' } }), 'granularity: found "neuron"'],
    ['report.json', 'compare', (report: object) => ({ ...report, targets: [{}] }), 'targets.0.label: found nothing'],
  ])('whose %s an older version wrote is refused by %s, with the way out', async (file, command, change, what) => {
    const older = JSON.stringify(change(JSON.parse(readFileSync(join('made', file), 'utf8'))));
    rmSync('older', { recursive: true, force: true });
    cpSync('made', 'older', { recursive: true });
    writeFileSync(join('older', file), older);
    const [was, is] = [readFileSync(join('made', file)), Buffer.from(older)].map((bytes) => sha256(bytes)) as [string, string];
    writeFileSync('older/run.json', readFileSync('older/run.json', 'utf8').replaceAll(was, is));
    await expectRefused([command, 'older'], `older/${file} is of another version of bimt-export`, what, 'anew');
  });

  it('whose certificate speaks of other files is reported as not verified', async () => {
    const mapping = readFileSync('made/rram-mesh/mapping.json');
    const { stdout, error } = await onDamaged('rram-mesh/mapping.json', Buffer.concat([mapping, Buffer.from(' ')]), 'report');
    expect(error).toBeNull();
    expect(stdout).toContain('rram-mesh: not verified.');
  });

  it('whose integers are of another network is no agreement', async () => {
    const quantized = readFileSync('made/rram-mesh/quantized.safetensors');
    const { error } = await onDamaged('rram-mesh/quantized.safetensors', changed(quantized, { note: 1 }), 'verify');
    expect(error).toBeInstanceOf(MismatchError);
  });

  it('that is none is refused with its name', async () => {
    for (const command of ['verify', 'report']) {
      for (const path of ['none', 'folder', 'tiny.json']) await expectRefused([command, path], `${path} is not a run folder`);
    }
  });
});

describe('a target file', () => {
  const text = JSON.stringify(rawTarget('loihi1'));
  it.each([
    ['that is missing', null, 'no such file'],
    ['that is empty', '', 'not JSON'],
    ['cut in half', text.slice(0, text.length / 2), 'not JSON'],
    ['of random bytes', randomBytes(500), 'not JSON'],
    ['that is another JSON object', '{}', 'is not a correct target file'],
    ['that is a list', '[]', 'is not a correct target file'],
    ['without its limits', text.replace('"limits"', '"limit"'), 'limits: found nothing'],
  ])('%s is refused', async (_, content, why) => {
    rmSync('bad.json', { force: true });
    if (content !== null) writeFileSync('bad.json', content);
    await expectRefused(['check', 'made/pruned.safetensors', '--target', './bad.json'], 'bad.json', why);
    await expectRefused(['map', 'made/pruned.safetensors', '--target', 'bad.json', '--out', 'out'], 'bad.json', why);
    await expectRefused(['run', '--target', 'bad.json', '--out', 'out'], 'bad.json', why);
  });
});

describe('a config file', () => {
  it.each([
    ['that is missing', null, 'no such file'],
    ['that is empty', '', 'holds no settings by name'],
    ['that is cut', '{"train": {', 'bad.json:1:12: Flow map'],
    ['of random bytes', randomBytes(500), 'bad.json'],
    ['that is a list', '[1]', 'holds no settings by name'],
    ['that is null', 'null', 'holds no settings by name'],
    ['that is a network', new Uint8Array(2 ** 20 + 1), 'the limit is'],
  ])('%s is refused', async (_, content, why) => {
    rmSync('bad.json', { force: true });
    if (content !== null) writeFileSync('bad.json', content);
    await expectRefused(['run', 'bad.json', '--out', 'out'], 'bad.json', why);
    await expectRefused(['train', '--config', 'bad.json', '--out', 'out'], 'bad.json', why);
  });

  it('that asks for a network no target can store is refused before hours of training', async () => {
    writeFileSync('tanh.json', JSON.stringify({ train: { activation: 'tanh' } }));
    await expectRefused(['run', 'tanh.json', '--out', 'out'], 'a tanh network cannot be quantized', 'train with activation relu');
    writeFileSync('bad.safetensors', changed(pruned, { activation: 'tanh' }));
    await expectRefused(['map', 'bad.safetensors', '--target', 'loihi1', '--out', 'out'], 'a tanh network cannot be quantized');
  });

  it('with a section that is no object is refused, whatever options are laid over it', async () => {
    writeFileSync('bad.json', JSON.stringify({ train: 5, map: 'x', scores: [] }));
    await expectRefused(
      ['run', 'bad.json', '--seed', '1', '--max-neurons-per-core', '9', '--trials', '2', '--out', 'out'],
      'train: found 5',
      'map: found "x"',
    );
  });
});

describe('an output that cannot be written', () => {
  const writing = (out: string) => [
    ['train', '--out', out],
    ['run', '--out', out],
    ['map', 'made/pruned.safetensors', '--target', 'rram-mesh', '--out', out],
    ['prune', 'made/trained.safetensors', '--out', `${out}/p.safetensors`],
    ['quantize', 'made/pruned.safetensors', '--target', 'rram-mesh', '--out', `${out}/q.safetensors`],
    ['onnx', 'made/pruned.safetensors', '--out', out],
    ['tasks', 'show', 'dms', '--svg', `${out}/dms.svg`],
  ];

  it('is told before the work: a file is in the way, no folder can be made', async () => {
    for (const args of writing('made/config.json'))
      await expectRefused(args, 'cannot write made/config.json/', 'a part of the path is a file');
    for (const args of writing('/dev/full')) await expectRefused(args, 'cannot write /dev/full/', 'a part of the path is a file');
    for (const args of writing('/proc/none')) await expectRefused(args, 'cannot write /proc/none/', 'no folder can be made there');
  });

  it('is told before the work: something is there already', async () => {
    await expectRefused(['prune', 'made/trained.safetensors', '--out', 'made/pruned.safetensors'], 'exists', '--force');
    await expectRefused(['quantize', 'made/pruned.safetensors', '--target', 'loihi1', '--out', 'made/config.json'], 'exists', '--force');
    await expectRefused(['quantize', 'made/pruned.safetensors', '--target', 'loihi1', '--out', 'folder', '--force'], 'it is a folder');
    await expectRefused(['train', '--out', 'made'], 'made/trained.safetensors exists', '--resume', '--force');
  });

  it('keeps all models from being written when one of them exists', async () => {
    mkdirSync('models');
    writeFileSync('models/model.qdq.onnx', 'mine');
    await expectRefused(['onnx', 'made/pruned.safetensors', '--out', 'models'], 'models/model.qdq.onnx exists');
    expect(existsSync('models/model.step.onnx')).toBe(false);
  });
});
