// Does check tell what would fit, so that doing it makes it fit?
import { describe, expect, it } from 'vitest';
import { FitError, UsageError } from '../../src/core/errors.ts';
import { rawTarget, withValue, writeTarget } from '../targets/support.ts';
import { runProgram } from './support.ts';

const MODEL = 'models/yang19-20x20-bimt.safetensors';
const check = (target: string, ...options: readonly string[]) => runProgram('check', MODEL, '--target', target, ...options);

/** The remedies of the first violation. */
async function remediesFor(target: string, ...options: readonly string[]): Promise<readonly string[]> {
  const { error } = await check(target, ...options);
  if (!(error instanceof FitError)) throw new Error(`${target} was to be refused: ${error}`);
  return error.violations[0].remedies;
}

describe('what check advises', () => {
  it('of chips is enough, and one fewer is not', async () => {
    expect(await remediesFor('brainscales2')).toContain('take 3 chips (chips=3 in --target)');
    expect((await check('brainscales2:chips=3')).stdout).toBe(`${MODEL} fits brainscales2:chips=3 on 6 of 6 cores\n`);
    const { error } = await check('brainscales2:chips=2');
    expect(String(error)).toContain('6 cores, limit 4 (fit/cores; brainscales2.json, cores of 2 chips)');
  });

  it('of a cap is enough, and one less is not', async () => {
    const remedies = await remediesFor('dynap-se2', '--max-neurons-per-core', '40');
    const cap = Number(remedies.flatMap((remedy) => /^raise the cap to (\d+) /.exec(remedy)?.[1] ?? [])[0]);
    expect((await check('dynap-se2', '--max-neurons-per-core', `${cap}`)).error).toBeNull();
    expect((await check('dynap-se2', '--max-neurons-per-core', `${cap - 1}`)).error).toBeInstanceOf(FitError);
  });

  it('of other targets is right', async () => {
    const named = (await remediesFor('xylo-audio2')).flatMap((remedy) => /the first of them (.*)$/.exec(remedy)?.[1]?.split(', ') ?? []);
    expect(named).toHaveLength(5);
    expect((await runProgram('check', MODEL, ...named.flatMap((name) => ['--target', name]))).error).toBeNull();
  });

  it('of modules that are to be kept apart is enough too', async () => {
    expect(await remediesFor('dynap-se2', '--keep-modules')).toEqual(['let modules share cores', 'take 3 chips (chips=3 in --target)']);
    expect((await check('dynap-se2:chips=3', '--keep-modules')).stdout).toBe(`${MODEL} fits dynap-se2:chips=3 on 12 of 12 cores\n`);
  });
});

describe('check refuses as bad input', () => {
  const count = (value: number | null) => ({ value, unit: '1', provenance: 'assumption', how: 'test' });

  /** A mesh of tiles with gaps. */
  const mesh = (width: number, height: number, absent: readonly (readonly [number, number])[]) => ({
    'hierarchy.coresPerChip': undefined,
    'hierarchy.levels.0.countPerParent': undefined,
    'hierarchy.levels.0.arrangement.width': count(width),
    'hierarchy.levels.0.arrangement.height': count(height),
    'hierarchy.levels.0.arrangement.absent': absent,
  });

  it.each<[string, string, Readonly<Record<string, unknown>>, ...string[]]>([
    [
      'negative capacities, all of them',
      'rram-mesh',
      { 'limits.axonsIn': count(-1), 'limits.neurons': count(-5), 'crossbar.rows.value': -2 },
      '(3 problems)',
      'limits.axonsIn.value: found -1, expected at least 0',
      'limits.neurons.value: found -5, expected at least 0',
      'crossbar.rows.value: found -2, expected at least 0',
    ],
    [
      'a network in pieces',
      'rram-mesh',
      // The middle column is missing.
      mesh(5, 3, [[2, 0], [2, 1], [2, 2]]), // biome-ignore format: one mutation a line
      'no way leads from router (0, 0) to (3, 0)',
    ],
    [
      'cores that are absent everywhere, and what else is wrong',
      'rram-mesh',
      { ...mesh(2, 1, [[0, 0], [1, 0]]), 'energyProfiles.0.default': undefined }, // biome-ignore format: one mutation a line
      'hierarchy.levels: found 0 cores',
      'energyProfiles: found 0 default profiles',
    ],
    [
      'several kinds of cores',
      'rram-mesh',
      { coreClasses: [32, 32].map((cores) => ({ count: count(cores), limits: rawTarget('rram-mesh')['limits'] })) },
      'coreClasses of target rram-mesh has 2 kinds of cores',
      '"extends": "rram-mesh"',
    ],
    [
      'copies in a pool of memory',
      'tianjic',
      { 'limits.targetsPerNeuron': count(2) },
      'limits.targetsPerNeuron and limits.packing byte-pool',
      'leave targetsPerNeuron out',
    ],
  ])('%s', async (_, id, changes, ...words) => {
    // Bounds of parameters would only be more to tell.
    const file = Object.entries({ parameters: undefined, ...changes }).reduce(
      (of, [path, value]) => withValue(of, path, value),
      rawTarget(id),
    );
    const { error, stdout } = await check(writeTarget(JSON.stringify(file)));
    expect(error).toBeInstanceOf(UsageError);
    expect(stdout).toBe('');
    for (const word of words) expect(String(error)).toContain(word);
  });
});
