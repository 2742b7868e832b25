// Does check tell what would fit, so that doing it makes it fit?
import { describe, expect, it } from 'vitest';
import { FitError } from '../../src/core/errors.ts';
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
