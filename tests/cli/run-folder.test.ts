// Does a second run reuse the first, do equal runs give equal bytes, and do single commands make what `run` makes?
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { FitError } from '../../src/core/errors.ts';
import { filesOf, pathsIn, runProgram, TINY, TOO_SMALL, temporaryFolder, writeConfig } from './support.ts';

const folder = temporaryFolder();
const STAGES = ['train', 'prune', 'onnx', 'map onto rram-mesh', 'verify rram-mesh', 'verify onnx', 'functions of neurons'];
const run = (out: string, ...more: readonly string[]) => runProgram('run', 'run.json', '--out', out, ...more);
const hasFiles = (out: string, expected: ReadonlyMap<string, string>) =>
  Object.fromEntries([...filesOf(out)].map(([path, content]) => [path, expected.has(path) ? expected.get(path) === content : 'new']));

/** Files that depend on settings alone. */
function lasting(out: string): Map<string, string> {
  const files = filesOf(out);
  files.delete('timings.json');
  return files;
}

/** What report.html draws of neurons' functions; null for none. */
function functionsOnPage(out: string): unknown {
  const [, drawing = ''] = /id="drawing">(.*?)<\/script>/s.exec(readFileSync(join(out, 'report.html'), 'utf8')) ?? [];
  return JSON.parse(drawing).functions;
}

const timings = (out: string) => JSON.parse(readFileSync(join(out, 'timings.json'), 'utf8'));

let first: Map<string, string>;
beforeAll(async () => {
  process.chdir(folder);
  // Only settings that the single commands have as options as well.
  writeConfig(folder, { prune: { threshold: 0.05, fineTune: { updates: 3 } }, quantize: {}, map: {} }, 'run.json');
  expect((await run('run')).error).toBeNull();
  first = lasting('run');
});

describe('a second run', () => {
  it('in another folder gives the same bytes in every file but the timings', async () => {
    expect((await run('other')).error).toBeNull();
    expect(pathsIn('other')).toEqual(pathsIn('run'));
    const different = Object.entries(hasFiles('other', first)).filter(([, same]) => same !== true);
    expect(different).toEqual([['timings.json', 'new']]);
  });

  it('from the config.json of the first gives the same bytes', async () => {
    expect((await runProgram('run', 'run/config.json', '--out', 'repeated')).error).toBeNull();
    expect(pathsIn('repeated')).toEqual(pathsIn('run'));
    const different = Object.entries(hasFiles('repeated', first)).filter(([, same]) => same !== true);
    expect(different).toEqual([['timings.json', 'new']]);
  });

  it('in the same folder reuses every stage, says so, and changes no byte', async () => {
    const { stages: made } = timings('run');
    const written = new Map([...first.keys()].map((path) => [path, statSync(join('run', path)).mtimeMs]));
    const { stdout, stderr, error } = await run('run');
    expect(error).toBeNull();
    expect(stdout).toContain('Mean accuracy over 20 tasks');
    expect(stderr).toBe(STAGES.map((stage) => `${stage}: up to date\n`).join(''));
    expect(Object.entries(hasFiles('run', first)).filter(([, same]) => same === false)).toEqual([]);
    for (const path of ['trained.safetensors', 'pruned.safetensors', 'model.seq.onnx', 'rram-mesh/mapping.json', 'rram-mesh/verify.json'])
      expect(statSync(join('run', path)).mtimeMs, path).toBe(written.get(path));
    expect(Object.keys(made)).toEqual(STAGES);
    for (const stage of STAGES) {
      expect(made[stage]).toEqual({ seconds: expect.any(Number), reused: false });
      expect(timings('run').stages[stage]).toEqual({ ...made[stage], reused: true });
    }
  });

  it.each([
    ['training.csv', 'train'],
    ['pruned.safetensors', 'prune'],
    ['model.qdq.onnx', 'onnx'],
    ['rram-mesh/images.safetensors', 'map onto rram-mesh'],
    ['rram-mesh/verify.json', 'verify rram-mesh'],
    ['verify.json', 'verify onnx'],
    ['neurons.json', 'functions of neurons'],
  ])('without %s repeats the stage %s alone, to the same bytes', async (file, stage) => {
    rmSync(join('run', file));
    const { stderr, error } = await run('run');
    expect(error).toBeNull();
    for (const name of STAGES) {
      expect(stderr).toContain(name === stage ? `${name} …\n` : `${name}: up to date\n`);
      expect(timings('run').stages[name]).toEqual({ seconds: expect.any(Number), reused: name !== stage });
    }
    expect(Object.entries(hasFiles('run', first)).filter(([, same]) => same === false)).toEqual([]);
  });

  it('from a stage on makes that and what follows anew, with other settings too; the stages before stay', async () => {
    const before = new Map(pathsIn('repeated').map((path) => [path, statSync(join('repeated', path)).mtimeMs]));
    const settings = ['--target', 'rram-mesh:rows=64'];
    const dry = await run('repeated', ...settings, '--from', 'map', '--dry-run');
    expect(dry.stdout).toMatch(/^repeated: 8 stages, 3 up to date, 5 to do; /);
    expect(pathsIn('repeated')).toEqual([...before.keys()]);
    const { stderr, error } = await run('repeated', ...settings, '--from', 'map');
    expect(error).toBeNull();
    for (const stage of ['train', 'prune', 'onnx']) expect(stderr).toContain(`${stage}: up to date\n`);
    const anew = ['map onto rram-mesh:rows=64', 'verify rram-mesh:rows=64', 'verify onnx', 'functions of neurons'];
    for (const stage of anew) expect(stderr).toContain(`${stage} …\n`);
    for (const path of ['trained.safetensors', 'pruned.safetensors', 'model.seq.onnx'])
      expect(statSync(join('repeated', path)).mtimeMs, path).toBe(before.get(path));
    expect(pathsIn('repeated').filter((path) => path.startsWith('rram-mesh/'))).toEqual([]);
    expect(JSON.parse(readFileSync('repeated/config.json', 'utf8')).targets).toEqual(['rram-mesh:rows=64']);
    const again = await run('repeated', ...settings);
    expect([again.error, again.stderr.includes('…')]).toEqual([null, false]);
  });

  it('from a stage on wants a run that is there', async () => {
    const { error } = await run('nowhere', '--from', 'map');
    expect((error as Error).message).toBe('--from map: nowhere holds no run; leave --from out to begin one');
    expect(pathsIn(folder).filter((path) => path.startsWith('nowhere'))).toEqual([]);
  });

  it('with other settings is refused, and nothing changes; with --force nothing of the first is left', async () => {
    const { stdout, error } = await run('run', '--target', TOO_SMALL);
    expect((error as Error).message).toContain(
      'run holds a run with other settings (config.json); choose another --out, or replace it with --force',
    );
    expect(stdout).toBe('');
    expect(Object.entries(hasFiles('run', first)).filter(([, same]) => same === false)).toEqual([]);

    const forced = await run('run', '--target', TOO_SMALL, '--force');
    expect(forced.error).toBeInstanceOf(FitError);
    expect(pathsIn('run').filter((path) => path.startsWith('rram-mesh/'))).toEqual([]);
    expect(forced.stdout).toContain('does not fit');
    expect(readFileSync('run/trained.safetensors', 'latin1') === first.get('trained.safetensors')).toBe(true);
  });
});

describe('single commands, one after another', () => {
  /** Fails unless the file by hand has the bytes of the run's. */
  const expectSame = (byHand: string, ofRun: string) => expect(readFileSync(byHand, 'latin1') === first.get(ofRun), byHand).toBe(true);

  it('train, prune, onnx and quantize write what run writes', async () => {
    writeFileSync('train.json', JSON.stringify({ train: TINY.train }));
    expect((await runProgram('train', '--config', 'train.json', '--out', 'hand', '--trials', '1')).error).toBeNull();
    expectSame('hand/trained.safetensors', 'trained.safetensors');
    expectSame('hand/training.csv', 'training.csv');

    const prune = ['prune', 'hand/trained.safetensors', '--threshold', '0.05', '--fine-tune', '3', '--trials', '1'];
    const pruned = await runProgram(...prune, '--out', 'hand/pruned.safetensors');
    expect(pruned.error).toBeNull();
    const accuracy = 'mean accuracy 0\\.\\d{3} \\(1 trial of each task\\)\n';
    expect(pruned.stdout).toMatch(
      new RegExp(`^hand/pruned.safetensors: \\d+ of 36 neurons\n  trained +${accuracy}  pruned +${accuracy}  fine-tuned +${accuracy}$`),
    );
    expectSame('hand/pruned.safetensors', 'pruned.safetensors');

    const quantize = [
      'quantize',
      'hand/pruned.safetensors',
      '--target',
      'rram-mesh',
      '--trials',
      '1',
      '--out',
      'hand/quantized.safetensors',
    ];
    expect((await runProgram(...quantize)).error).toBeNull();
    expectSame('hand/quantized.safetensors', 'rram-mesh/quantized.safetensors');

    const onnx = ['onnx', 'hand/pruned.safetensors', '--quantized', 'hand/quantized.safetensors', '--out', 'hand'];
    expect((await runProgram(...onnx)).error).toBeNull();
    for (const form of ['step', 'seq', 'qdq']) expectSame(`hand/model.${form}.onnx`, `model.${form}.onnx`);
    expect((await runProgram(...onnx, '--mapping', 'other/rram-mesh/mapping.json', '--force')).error).toBeNull();
    expectSame('hand/model.int.onnx', 'rram-mesh/model.int.onnx');

    const direct = await runProgram('onnx', 'hand/pruned.safetensors', '--target', 'rram-mesh', '--out', 'direct');
    expect(direct.stdout.split('\n').map((line) => line.split(':')[0])).toEqual([
      ...['step', 'seq', 'qdq', 'int'].map((form) => `direct/model.${form}.onnx`),
      'direct/model.md',
      '',
    ]);
    expect((await runProgram(...onnx, '--force')).error).toBeNull();
    expect(readFileSync('direct/model.int.onnx').equals(readFileSync('hand/model.int.onnx'))).toBe(true);
  });

  it('map, verify and report write what run writes', async () => {
    const map = ['map', 'hand/pruned.safetensors', '--target', 'rram-mesh', '--max-neurons-per-core', '25', '--trials', '1'];
    const mapped = await runProgram(...map, '--out', 'mapped');
    expect(mapped.error).toBeNull();
    expect(mapped.stdout).toMatch(/^mapped\/rram-mesh: \d+ cores\n {2}Search for short wires: from /);
    for (const file of ['quantized.safetensors', 'model.int.onnx', 'mapping.json', 'images.safetensors', 'placement.json'])
      expectSame(`mapped/rram-mesh/${file}`, `rram-mesh/${file}`);
    expectSame('mapped/neurons.json', 'neurons.json');

    const early = await runProgram('report', 'mapped');
    expect(early.stdout).toContain('rram-mesh: not verified.');
    expect((await runProgram('verify', 'mapped', '--trials', '100')).error).toBeNull();
    expectSame('mapped/rram-mesh/verify.json', 'rram-mesh/verify.json');

    const reported = await runProgram('report', 'mapped');
    expect(reported.error).toBeNull();
    expect(functionsOnPage('mapped')).not.toBeNull();
    expect(functionsOnPage('mapped')).toEqual(functionsOnPage('other'));
    expect(reported.stdout).toContain('rram-mesh: integer network, model.int.onnx in onnxruntime-node');
    for (const file of ['placements.csv', 'tasks.csv', 'connection-map.svg', 'weight-distance.svg']) expectSame(`mapped/${file}`, file);
    for (const file of ['cores.csv', 'links.csv', 'placement.svg', 'link-traffic.svg'])
      expectSame(`mapped/rram-mesh/${file}`, `rram-mesh/${file}`);
  });

  it('check agrees with what was mapped, and writes nothing', async () => {
    const before = pathsIn(folder);
    const { stdout } = await runProgram(
      'check',
      'hand/pruned.safetensors',
      '--target',
      'rram-mesh',
      '--max-neurons-per-core',
      '25',
      '--json',
    );
    const { cores } = JSON.parse(readFileSync('mapped/rram-mesh/mapping.json', 'utf8'));
    const [checked] = JSON.parse(stdout);
    expect(checked).toMatchObject({ fits: true, target: 'rram-mesh', cores: cores.length });
    expect(pathsIn(folder)).toEqual(before);
  });
});
