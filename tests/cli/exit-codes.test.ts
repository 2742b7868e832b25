// Does every way to end have its exit code, with the result on stdout and the conversation on stderr?
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import { UsageError, type Violation } from '../../src/core/errors.ts';
import { sha256 } from '../../src/core/hash.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/core/safetensors.ts';
import { PACKAGE_ROOT } from '../../src/core/version.ts';
import { type Outcome, outcomeOf, runCli, runProgram, startCli, temporaryFolder, writeConfig } from './support.ts';

const folder = temporaryFolder();
const cli = (...args: string[]) => runCli(args, folder);
const at = (...path: string[]) => join(folder, ...path);

let made: Outcome;
beforeAll(async () => {
  made = await cli('run', writeConfig(folder), '--out', 'run', '--quiet');
});

describe('exit code 0', () => {
  it('of a quiet run: the summary and the paths of all reports on stdout, nothing on stderr', () => {
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(made.stdout).toContain('rram-mesh: integer network, model.int.onnx in onnxruntime-node');
    const lines = made.stdout.split('\n').filter((line) => line.startsWith('  run/'));
    const paths = lines.map((line) => line.trim().split(/ {2,}/)[0]);
    expect(paths).toContain('run/rram-mesh/placement.svg');
    for (const path of paths) expect(existsSync(at(path)), path).toBe(true);
  });

  it('of report --terminal: pictures in 80 columns of plain characters', async () => {
    const { code, stdout, stderr } = await cli('report', 'run', '--terminal');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/The network by core of rram-mesh\n( {2}[0-9·-]( [0-9·-]){5}\n){6}/);
    expect(stdout).toContain('rram-mesh, cores in their places');
    expect(Math.max(...stdout.split('\n').map((line) => [...line].length))).toBeLessThanOrEqual(80);
    expect(stdout).not.toContain('\u001b');
  });

  it('of a command whose reader has seen enough', async () => {
    const child = startCli(['tasks', 'sample', '--task', 'dms', '--trials', '200', '--json'], folder);
    child.stdout?.once('data', () => child.stdout?.destroy());
    expect(await outcomeOf(child)).toMatchObject({ code: 0, stderr: '' });
  });

  it('with --json: one JSON value on stdout', async () => {
    const outcome = await cli('check', 'run/pruned.safetensors', '--target', 'rram-mesh', '--json');
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(outcome.stdout)).toMatchObject([{ fits: true, target: 'rram-mesh', violations: [] }]);
  });
});

describe('exit code 2', () => {
  it.each([
    [['trian'], "unknown command 'trian'", 'Did you mean train?'],
    [['train', '--out', 'x', '--lamda', '1'], "unknown option '--lamda'", '(bimt-export train --help lists all options)'],
    [['run', '--out', 'x', '--target', 'lohi1'], "unknown target 'lohi1'; did you mean 'loihi1'", 'bimt-export targets list'],
    [['tasks', 'show', 'dmss'], "unknown task of suite yang19 'dmss'; did you mean 'dms'", 'bimt-export tasks list'],
  ])('of %j, with what is near and how to list all', async (args, what, how) => {
    const { code, stdout, stderr } = await cli(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: /);
    expect(stderr).toContain(what);
    expect(stderr).toContain(how);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(existsSync(at('x'))).toBe(false);
  });

  // The failures that cli.ts turns into exit code 2, asked for without a process each.
  it.each([
    [['train', '--condition', 'bmit'], "'bmit'", 'bimt, l1, none, local, swap'],
    [['train', '--engine', 'orrt'], "'orrt'", 'auto, ort, tfjs, reference'],
    [['train', '--suite', 'yang'], "unknown suite 'yang'; did you mean 'yang19'?", 'bimt-export tasks list'],
    [['run', '--target', 'rram-mesh:row=8'], "'row'; did you mean 'rows'", 'bimt-export targets show rram-mesh'],
    [['run', '--target', 'rram-mesh:rows=many'], "cannot read 'rows=many'", 'expected NAME=NUMBER'],
    [['run', '--target', 'loihi1', '--target', 'loihi1'], 'target loihi1 is named twice', ''],
    [['run', '--model', 'none.safetensors'], 'cannot read none.safetensors', 'no such file'],
    [['train', '--task-weight', 'dms'], "'dms' is invalid", 'expected NAME=W with a weight above 0'],
    [['train', '--task-weight', 'dms=0'], "'dms=0' is invalid", 'for example dms=2'],
    [['train', '--task-weight', 'dms=2', '--task-weight', 'dms=3'], "'dms=3' is invalid", 'dms is given twice'],
    [['train', '--task-weight', 'dmss=2'], "'dmss'; did you mean 'dms'", 'bimt-export tasks list'],
    [['train', '--updates', 'many'], "'many' is invalid", 'a whole number of at least 1'],
    [['train', '--seed', ''], 'is invalid', 'a whole number of at least 0'],
    [['train', '--lambda', '-1'], "'-1' is invalid", 'a number of at least 0'],
    [['train', '--grid', '6y6'], "grid '6y6'", 'for example 14x14'],
    [['train', '--resume'], 'nothing to resume', 'checkpoint.safetensors does not exist'],
  ])('of %j as well', async (args, what, how) => {
    const { stdout, error } = await runProgram(...args, '--out', at('x'));
    expect(error).toSatisfy((thrown) => thrown instanceof UsageError || thrown instanceof CommanderError);
    expect((error as Error).message).toContain(what);
    expect((error as Error).message).toContain(how);
    expect(stdout).toBe('');
    expect(existsSync(at('x'))).toBe(false);
  });

  it('of two targets that metrics.json would call the same', async () => {
    const [one, other] = ['my-chip', 'my--chip'].map((id) => {
      writeFileSync(at(`${id}.json`), JSON.stringify({ extends: 'rram-mesh', id }));
      return at(`${id}.json`);
    });
    const { error } = await runProgram('run', '--target', one, '--target', other, '--out', at('x'));
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toBe(
      'targets my-chip and my--chip cannot be told apart in metrics.json, which would call both my_chip; ' +
        'change the id in one of the files so that they differ in a letter or digit, or give each a run of its own',
    );
    expect(existsSync(at('x'))).toBe(false);
  });

  it('of a config with misspelt settings: every one, with its near names', async () => {
    writeFileSync(
      at('misspelt.json'),
      JSON.stringify({ trian: {}, prune: { fineTune: { updats: 3 } }, verify: { trials: 0 }, targets: ['rram-mesh'] }),
    );
    writeFileSync(at('training.json'), JSON.stringify({ train: { lamda: 1, condition: 'bmit', engine: 'orrt' } }));
    const run = await cli('run', 'misspelt.json', '--out', 'x');
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("unknown option 'trian'; did you mean 'train'?");
    expect(run.stderr).toContain("unknown option 'updats' in prune.fineTune; did you mean 'updates'?");
    expect(run.stderr).toContain('verify.trials: found 0');
    const train = await cli('run', 'training.json', '--out', 'x');
    expect(train.code).toBe(2);
    expect(train.stderr).toContain("training.json:1:11: unknown option 'lamda' in train; did you mean 'lambda'?");
    expect(train.stderr).toContain('condition: found "bmit", allowed: bimt, l1, none, local, swap');
    expect(train.stderr).toContain('engine: found "orrt", allowed: auto, ort, tfjs, reference');
    expect(existsSync(at('x'))).toBe(false);
  });

  it('with --json says the same in one JSON value', async () => {
    const { code, stdout, stderr } = await cli('tasks', 'show', 'dmss', '--json');
    expect(code).toBe(2);
    const { error } = JSON.parse(stdout);
    expect(error).toEqual({ message: expect.stringContaining("unknown task of suite yang19 'dmss'"), exitCode: 2, violations: [] });
    expect(stderr).toBe(`error: ${error.message}\n`);
    const option = await cli('tasks', 'list', '--josn', '--json');
    expect(JSON.parse(option.stdout).error).toMatchObject({ message: expect.stringContaining('--josn'), exitCode: 2 });
  });

  it('where stdout is a full disk', async () => {
    const child = startCli(['targets', 'list'], folder, { stdout: '/dev/full' });
    const { code, stderr } = await outcomeOf(child);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: cannot write to stdout: .*no space left/);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});

describe('exit code 3', () => {
  let text: Outcome;
  let json: Outcome;
  const NARROW = 'narrow.json';
  beforeAll(async () => {
    // A mesh whose neurons send to two others at most: hardly any of the network's does not break that.
    const mesh = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'targets', 'rram-mesh.json'), 'utf8'));
    const fanOutPerNeuron = { value: 2, unit: '1', provenance: 'assumption', how: 'too few' };
    writeFileSync(at(NARROW), JSON.stringify({ ...mesh, id: 'narrow', limits: { ...mesh.limits, fanOutPerNeuron } }));
    text = await cli('run', writeConfig(folder, { model: 'run/pruned.safetensors' }), '--target', NARROW, '--out', 'refused', '--quiet');
    json = await cli('run', 'tiny.json', '--target', NARROW, '--out', 'refused', '--quiet', '--json');
  });

  it('of a run onto a target that is too small: everything is written, every violation is told', () => {
    expect(text.code).toBe(3);
    expect(text.stderr).toContain('error: the network does not fit narrow');
    expect(text.stderr).toMatch(/neuron \d+: \d+ synapses, limit 2 \(.*\); try: prune its fan-out from \d+ to 2/);
    const folderOfTarget = 'refused/narrow';
    for (const file of ['report.json', 'metrics.json', 'model.seq.onnx', 'placements.csv'])
      expect(existsSync(at('refused', file))).toBe(true);
    expect(existsSync(at(folderOfTarget, 'placement.json'))).toBe(true);
    expect(existsSync(at(folderOfTarget, 'mapping.json'))).toBe(false);
    expect(text.stdout).toContain('does not fit');
  });

  it('with --json: one JSON value that holds them all', () => {
    expect(json.code).toBe(3);
    const { targets } = JSON.parse(json.stdout) as { targets: { placements: { violations: Violation[] }[] }[] };
    const { violations } = targets[0].placements[0];
    expect(violations.length).toBeGreaterThan(10);
    expect(text.stderr).toContain(`and ${violations.length - 10} more, all in the JSON output`);
  });

  it('of check: the same violations, and nothing is written', async () => {
    const check = await cli('check', 'run/pruned.safetensors', '--target', NARROW, '--max-neurons-per-core', '25', '--json');
    expect(check.code).toBe(3);
    const { targets } = JSON.parse(json.stdout);
    expect(JSON.parse(check.stdout).error).toMatchObject({ exitCode: 3, violations: targets[0].placements[0].violations });
    expect(check.stderr).toMatch(/^error: run\/pruned\.safetensors does not fit narrow/);
  });
});

describe('exit code 3', () => {
  it('of compare, where a requirement is missed: everything is told first', async () => {
    const { code, stdout, stderr } = await cli('compare', 'run', '--require', 'cores<=0', '--json');
    expect(code).toBe(3);
    const { cases, requirements } = JSON.parse(stdout);
    expect(requirements).toMatchObject([{ outcome: 'missed', value: { value: cases[0].metrics.cores.value }, limit: { value: 0 } }]);
    expect(stderr).toMatch(/^error: 1 requirement of 1 not met\n {2}cores<=0: cores of run on rram-mesh is \d+, asked for <= 0\n/);
  });
});

describe('exit code 4', () => {
  const target = at('run', 'rram-mesh');

  it('of verify, when a stored cell has changed: what differs, in words and in verify.json', async () => {
    const images = readFileSync(join(target, 'images.safetensors'));
    const mapping = readFileSync(join(target, 'mapping.json'), 'utf8');
    const { tensors, metadata } = decodeSafetensors(images, 'images');
    for (const { data } of Object.values(tensors))
      data.forEach((cell, i) => {
        data[i] = cell === 0 ? 0 : cell ^ 1;
      });
    const altered = encodeSafetensors(tensors, metadata);
    writeFileSync(join(target, 'images.safetensors'), altered);
    writeFileSync(join(target, 'mapping.json'), mapping.replace(sha256(images), sha256(altered)));

    const { code, stdout, stderr } = await cli('verify', 'run', '--json');
    expect(code).toBe(4);
    expect(stderr).toMatch(/integer network and simulated chip first differ in trial \d+, step \d+, neuron \d+: \d+ against \d+/);
    const verification = JSON.parse(stdout).targets['rram-mesh'];
    expect(verification.mismatches).toHaveLength(1);
    expect(JSON.parse(readFileSync(join(target, 'verify.json'), 'utf8'))).toEqual(verification);

    writeFileSync(join(target, 'images.safetensors'), images);
    writeFileSync(join(target, 'mapping.json'), mapping);
  });

  it('of verify, when the mapping was made for another network', async () => {
    const mapping = JSON.parse(readFileSync(join(target, 'mapping.json'), 'utf8'));
    mapping.network.hash = '0'.repeat(64);
    writeFileSync(join(target, 'mapping.json'), JSON.stringify(mapping));
    const { code, stdout, stderr } = await cli('verify', 'run', '--json');
    expect(code).toBe(4);
    expect(stderr).toMatch(/^error: run\/rram-mesh\/mapping\.json was made for another network/);
    expect(JSON.parse(stdout).error.exitCode).toBe(4);
  });
});
