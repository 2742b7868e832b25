// Does training that is killed, interrupted or diverges lose nothing, and say how to go on?
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { FitError, UsageError } from '../../src/core/errors.ts';
import { decodeCheckpoint } from '../../src/training/checkpoint.ts';
import {
  type Outcome,
  outcomeOf,
  pathsIn,
  runCli,
  runProgram,
  startCli,
  TINY,
  TOO_SMALL,
  temporaryFolder,
  writeConfig,
} from './support.ts';

const folder = temporaryFolder();
/** Long enough that a signal comes in the middle. */
const TRAINING = { ...TINY.train, updates: 600, checkpointEvery: 40, evaluateEvery: 600 };
const SCORES = ['--trials', '1'];
const RESULTS = ['trained.safetensors', 'training.csv'];

const read = (...path: string[]) => readFileSync(join(folder, ...path));
const updateOf = (out: string) => decodeCheckpoint(read(out, 'checkpoint.safetensors'), out).update;

beforeAll(async () => {
  writeFileSync(join(folder, 'training.json'), JSON.stringify({ train: TRAINING }));
  // A target that is too small: what comes after the training is not asked for here.
  writeConfig(folder, { train: TRAINING, targets: [TOO_SMALL] }, 'run.json');
  expect(await runCli(['train', '--config', 'training.json', '--out', 'whole', ...SCORES, '--quiet'], folder)).toMatchObject({
    code: 0,
    stderr: '',
  });
});

/** Starts a command and sends it a signal as soon as there is a checkpoint other than the present one. */
async function stopped(signal: 'SIGKILL' | 'SIGINT', args: readonly string[], out: string): Promise<Outcome> {
  const checkpoint = join(folder, out, 'checkpoint.safetensors');
  const content = () => (existsSync(checkpoint) ? readFileSync(checkpoint).toString('latin1') : '');
  const before = content();
  const child = startCli(args, folder);
  const outcome = outcomeOf(child);
  while (content() === before && child.exitCode === null) await setTimeout(1);
  child.kill(signal);
  return outcome;
}

describe('train', () => {
  const train = (out: string) => ['train', '--config', 'training.json', '--out', out, ...SCORES];

  it('killed in the middle goes on with --resume to the same bytes', async () => {
    const { code } = await stopped('SIGKILL', train('killed'), 'killed');
    expect(code).toBeNull();
    expect(pathsIn(join(folder, 'killed'))).not.toContain('trained.safetensors');
    const update = updateOf('killed');
    expect(update % TRAINING.checkpointEvery).toBe(0);
    expect(update).toBeLessThan(TRAINING.updates);
    const resumed = await runCli(['train', '--out', 'killed', '--resume', ...SCORES], folder);
    expect(resumed.code).toBe(0);
    expect(resumed.stderr).toContain(`going on from update ${update} of 600 (killed/checkpoint.safetensors)`);
    for (const file of RESULTS) expect(read('killed', file).equals(read('whole', file)), file).toBe(true);
    expect(pathsIn(join(folder, 'killed')).filter((path) => path.endsWith('.partial'))).toEqual([]);
  });

  it('interrupted says how to go on, and that gives the same bytes', async () => {
    const { code, stdout, stderr } = await stopped('SIGINT', train('interrupted'), 'interrupted');
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    const update = updateOf('interrupted');
    const said = 'bimt-export train --out interrupted --resume --config training.json --trials 1';
    expect(stderr).toContain(`error: training was interrupted after update ${update} of 600; go on with: ${said}\n`);
    expect((await runCli(said.split(' ').slice(1), folder)).code).toBe(0);
    for (const file of RESULTS) expect(read('interrupted', file).equals(read('whole', file)), file).toBe(true);
  });

  it('goes on only with the settings it began with', async () => {
    const { error } = await runProgram('train', '--out', join(folder, 'whole'), '--resume', '--updates', '700', '--lambda', '1');
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain('updates: 600 in the checkpoint, 700 asked for');
    expect((error as Error).message).toContain('lambda: 0.0001 in the checkpoint, 1 asked for');
  });

  it('overwrites nothing unless told to', async () => {
    cpSync(join(folder, 'whole'), join(folder, 'mine'), { recursive: true });
    const again = ['train', '--config', join(folder, 'training.json'), '--updates', '3', '--out', join(folder, 'mine'), ...SCORES];
    const { error } = await runProgram(...again);
    expect((error as Error).message).toContain(
      'trained.safetensors exists; go on with --resume, overwrite with --force, or choose another --out',
    );
    for (const file of RESULTS) expect(read('mine', file).equals(read('whole', file)), file).toBe(true);
    expect((await runProgram(...again, '--force')).error).toBeNull();
    expect(updateOf('mine')).toBe(3);
  });
});

describe('training that diverges', () => {
  it.each([
    ['--learning-rate', '1e30', 'a learning rate below 1e+30'],
    ['--lambda', '1e38', 'a smaller lambda'],
  ])('(%s %s) ends with the update and what to try, and with the last good checkpoint kept', async (option, value, remedy) => {
    const out = join(folder, `diverged${option}`);
    writeFileSync(join(folder, 'often.json'), JSON.stringify({ train: { ...TRAINING, checkpointEvery: 1 } }));
    const { stdout, error } = await runProgram('train', '--config', join(folder, 'often.json'), option, value, '--out', out);
    expect(error).toBeInstanceOf(UsageError);
    const [, update] = /^training diverged at update (\d+) of 600: the .* became .*; try /.exec((error as Error).message) ?? [];
    expect((error as Error).message).toContain(remedy);
    expect(stdout).toBe('');
    expect(Number(update)).toBeLessThan(10);
    expect(existsSync(join(out, 'trained.safetensors'))).toBe(false);
    if (Number(update) > 1) expect(updateOf(`diverged${option}`)).toBe(Number(update) - 1);
  });
});

describe('run', () => {
  it('interrupted, then killed, goes on by the same command to the same network', async () => {
    const run = ['run', 'run.json', '--out', 'run'];
    const interrupted = await stopped('SIGINT', run, 'run');
    expect(interrupted.code).toBe(130);
    expect(interrupted.stderr).toMatch(/training was interrupted after update \d+ of 600; the same command goes on from there\n$/);
    const update = updateOf('run');
    const killed = await stopped('SIGKILL', run, 'run');
    expect(killed.code).toBeNull();
    expect(killed.stderr).toContain(`going on from update ${update} of 600`);
    const finished = await runCli(run, folder);
    expect(finished.code).toBe(3);
    expect(finished.stderr).toContain('going on from update');
    for (const file of RESULTS) expect(read('run', file).equals(read('whole', file)), file).toBe(true);
    expect(existsSync(join(folder, 'run', 'checkpoint.safetensors'))).toBe(false);
  });

  it('with --force starts anew, whatever an interrupted run has left', async () => {
    await stopped('SIGKILL', ['run', 'run.json', '--out', 'other'], 'other');
    const args = ['run', join(folder, writeConfig(folder, { targets: [TOO_SMALL] }, 'short.json')), '--out', join(folder, 'other')];
    const refused = await runProgram(...args);
    expect((refused.error as Error).message).toMatch(
      /holds a run with other settings \(config\.json\); choose another --out, or replace it with --force/,
    );
    const forced = await runProgram(...args, '--force');
    expect(forced.error).toBeInstanceOf(FitError);
    expect(read('other', 'training.csv').toString()).toMatch(/\n40,.*\n$/);
  });
});
