// Does prune do what its options say, and refuse what they must not?
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { FitError, UsageError } from '../../src/core/errors.ts';
import { pathsIn, runProgram, TINY, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
const FEW_TRIALS = ['--trials', '1', '--fine-tune', '4'];
const SMALL_CORES = 'rram-mesh:arraysPerCore=1,height=2,rows=24,width=2';

beforeAll(async () => {
  process.chdir(folder);
  writeFileSync('tiny.json', JSON.stringify({ train: TINY.train, prune: { ...TINY.prune, threshold: null } }));
  writeFileSync('search.json', JSON.stringify({ prune: { fineTune: TINY.prune.fineTune, search: { trialsPerTask: 1 } } }));
  expect((await runProgram('train', '--config', 'tiny.json', '--out', '.', '--trials', '1')).error).toBeNull();
});

/** Prunes the tiny network. */
function prune(...args: readonly string[]) {
  return runProgram('prune', 'trained.safetensors', '--config', 'tiny.json', ...FEW_TRIALS, ...args);
}

/** The same with a search of few trials. */
function search(...args: readonly string[]) {
  return prune('--config', 'search.json', ...args);
}

describe('prune', () => {
  it('for the cores of a target leaves what check accepts, where it refused before', async () => {
    const check = (file: string) => runProgram('check', file, '--target', SMALL_CORES);
    expect((await check('trained.safetensors')).error).toBeInstanceOf(FitError);
    const { error } = await prune('--out', 'cores.safetensors', '--threshold', '0', '--target', SMALL_CORES, '--locality', '1');
    expect(error).toBeNull();
    expect(await check('cores.safetensors')).toMatchObject({ error: null });
  });

  it('searches, tells what it tries, and writes network and curve', async () => {
    const options = ['--max-accuracy-drop', '0.5', '--densities', '0.3,0.6', '--rounds', '2'];
    const { stdout, stderr, error } = await search('--out', 'found.safetensors', ...options);
    expect(error).toBeNull();
    expect(
      pathsIn('.')
        .filter((path) => path.startsWith('found'))
        .map((path) => path.replace(/-[0-9a-f]{16}/, '')),
    ).toEqual([
      'found.curve.csv',
      'found.curve.json',
      'found.curve.svg',
      'found.safetensors',
      'found.search/before.json',
      'found.search/density-0.3.json',
      'found.search/density-0.3.safetensors',
      'found.search/density-0.6.json',
      'found.search/density-0.6.safetensors',
    ]);
    expect(stderr).toContain('pruning to density 0.600 …');
    expect(stderr).toMatch(/density 0\.300: accuracy 0\.\d{3} \([−+]0\.\d{3}, \w+ [−+][01]\.\d{3}\); within/);
    expect(stdout).toMatch(/asked for +density +weights +neurons +accuracy +drop +worst task +its drop +within\n +0\.300 /);
    expect(stdout).toMatch(/found\.safetensors: \d+ of 36 neurons\n/);
    expect(readFileSync('found.curve.csv', 'utf8')).toMatch(
      /^asked,density,weights,neurons,accuracy,drop,worstTask,worstDrop,isWithin\n0\.3,.*,true\n0\.6,/,
    );

    const again = await search('--out', 'found.safetensors', ...options, '--force', '--json');
    expect(again.stderr).not.toContain('pruning to');
    expect(JSON.parse(again.stdout)).toMatchObject({
      pruning: { search: { density: 0.3, tried: 2 } },
      curve: { points: [{ asked: 0.3 }, { asked: 0.6 }] },
    });
  });

  it('ends with exit code 3 when no density will do, and leaves the curve', async () => {
    const { stdout, stderr, error } = await search(
      '--out',
      'none.safetensors',
      '--max-task-drop',
      '0',
      '--densities',
      '0.001',
      '--max-accuracy-drop',
      '0',
    );
    expect(error).toBeInstanceOf(FitError);
    expect((error as Error).message).toContain('no density that was tried loses at most 0.000 of accuracy and 0.000 in each task');
    expect(stdout).toBe('');
    expect(stderr).toContain('asked for');
    expect(existsSync('none.safetensors')).toBe(false);
    expect(existsSync('none.curve.svg')).toBe(true);
  });

  it('writes over no curve unless told to', async () => {
    writeFileSync('mine.curve.csv', 'mine');
    const { error } = await search('--out', 'mine.safetensors', '--max-accuracy-drop', '0.5');
    expect((error as Error).message).toContain('mine.curve.csv exists');
    expect(existsSync('mine.search')).toBe(false);
  });

  it('in a run takes limits and search from the config file, and keeps the curve', async () => {
    const config = { ...TINY, model: join(folder, 'trained.safetensors'), targets: ['rram-mesh'] };
    const wanted = { maxAccuracyDrop: 0.5, densities: [0.3], trialsPerTask: 1 };
    writeFileSync('run.json', JSON.stringify({ ...config, prune: { fineTune: TINY.prune.fineTune, maxFanIn: 12, search: wanted } }));
    const { error, stdout } = await runProgram('run', 'run.json', '--out', 'run');
    expect(error).toBeNull();
    for (const file of ['pruned.safetensors', 'pruned.curve.svg', 'pruned.curve.csv', 'pruned.curve.json'])
      expect(existsSync(join('run', file))).toBe(true);
    expect(stdout).toContain('pruned.curve.svg');
    const again = await runProgram('run', 'run.json', '--out', 'run');
    expect(again.stderr).toContain('prune: up to date');
  });
});

describe('prune refuses', () => {
  it.each([
    [['--max-fan-in', '0'], "'0' is invalid", 'a whole number of at least 1'],
    [['--max-fan-out', '1.5'], "'1.5' is invalid", 'a whole number of at least 1'],
    [['--core-synapses', '-1', '--target', 'loihi1'], "'-1' is invalid", 'a whole number of at least 1'],
    [['--locality', '-1'], "'-1' is invalid", 'a number of at least 0'],
    [['--max-accuracy-drop', '1.1'], "'1.1' is invalid", 'a number from 0 to 1'],
    [['--max-task-drop', 'some'], "'some' is invalid", 'a number from 0 to 1'],
    [['--densities', '0.1,,0.2'], "'0.1,,0.2' is invalid", 'numbers above 0 and at most 1, with commas'],
    [['--densities', '0.1,2'], "'0.1,2' is invalid", 'numbers above 0 and at most 1'],
    [['--density', '0.1', '--max-accuracy-drop', '0.1'], 'prune.density: found 0.1', 'a search for the density is asked for as well'],
    [['--threshold', '0.1', '--densities', '0.1'], 'prune.threshold: found 0.1', 'a search for the density is asked for as well'],
    [
      ['--core-synapses', '100'],
      'prune.cores.target: found nothing',
      'prune.cores.target: found nothing, allowed: a text (name or file of a target',
    ],
    [['--target', 'lohi1'], "unknown target 'lohi1'; did you mean 'loihi1' or 'loihi2'?", 'bimt-export targets list'],
    [['--target', 'lohi1', '--max-accuracy-drop', '0.1'], "unknown target 'lohi1'", 'bimt-export targets list'],
  ])('%j', async (args, what, how) => {
    const before = pathsIn('.');
    const { error, stdout } = await prune('--out', 'refused.safetensors', ...args);
    expect((error as Error).message).toContain(what);
    expect((error as Error).message).toContain(how);
    expect(stdout).toBe('');
    expect(pathsIn('.')).toEqual(before);
  });

  it('a target that cannot hold the neurons, whatever they listen to', async () => {
    const { error } = await prune('--out', 'refused.safetensors', '--target', 'rram-mesh:height=1,width=1', '--max-neurons-per-core', '5');
    expect(error).toBeInstanceOf(FitError);
    expect((error as Error).message).toContain('53 neurons, readout included: 11 cores, limit 1');
    expect(error).not.toBeInstanceOf(UsageError);
  });
});
