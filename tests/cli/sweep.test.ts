// Does the command sweep on several processes, survive every way to be stopped, and say what it found?
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { tinySweep } from '../pipeline/sweep-support.ts';
import { filesOf, type Outcome, outcomeOf, pathsIn, runCli, runProgram, startCli, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
const at = (...path: string[]) => join(folder, ...path);

beforeAll(async () => {
  // Long enough that a signal comes in the middle.
  writeFileSync(at('sweep.yaml'), tinySweep({ a: { train: { seed: [0, 1] } } }, { updates: 600, checkpointEvery: 40, evaluateEvery: 600 }));
  const { code, stdout, stderr } = await runCli(['sweep', 'sweep.yaml', '--out', 'whole', '--workers', '1', '--quiet'], folder);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('Sweep, 2 of 2 points');
  expect(stdout).toMatch(/in whole: table\.csv, summary\.json, pareto-\*\.svg, points\/\n$/);
});

/** Checkpoints of a sweep with their content. */
function checkpoints(out: string): string {
  if (!existsSync(at(out, 'networks'))) return '';
  const files = readdirSync(at(out, 'networks')).map((name) => at(out, 'networks', name, 'checkpoint.safetensors'));
  return files.map((file) => (existsSync(file) ? readFileSync(file).toString('latin1') : '')).join();
}

/**
 * Starts the sweep and sends it a signal as soon as it has begun and there is another checkpoint than before: workers of a sweep that was
 * killed may write one when the next still starts, and a signal would be too early.
 */
async function stopped(signal: 'SIGKILL' | 'SIGINT', out: string): Promise<Outcome> {
  const child = startCli(['sweep', 'sweep.yaml', '--out', out, '--workers', '2'], folder);
  const outcome = outcomeOf(child);
  if (child.stderr !== null) await once(child.stderr, 'data');
  const before = checkpoints(out);
  while (['', before].includes(checkpoints(out).replace(/^,$/, '')) && child.exitCode === null) await setTimeout(1);
  child.kill(signal);
  return outcome;
}

describe('a sweep', () => {
  it('killed, then interrupted, goes on by the same command to the same bytes, on two workers', async () => {
    const killed = await stopped('SIGKILL', 'stopped');
    expect(killed.code).toBeNull();
    expect(pathsIn(at('stopped')).filter((path) => path.startsWith('points/'))).toEqual([]);
    const interrupted = await stopped('SIGINT', 'stopped');
    expect(interrupted.code).toBe(130);
    expect(interrupted.stderr).toMatch(/error: the sweep was interrupted with \d of 2 points done; the same command goes on from there\n$/);
    const finished = await runCli(['sweep', 'sweep.yaml', '--out', 'stopped', '--workers', '2'], folder);
    expect(finished.code).toBe(0);
    expect(finished.stderr).toMatch(/^2 points: \d done, \d to do with \d trainings? on \d workers?\n/);
    expect(filesOf(at('stopped'))).toEqual(filesOf(at('whole')));
  });

  it('with --dry-run lists its points and changes nothing', async () => {
    const dry = await runProgram('sweep', at('sweep.yaml'), '--out', at('dry'), '--dry-run');
    expect(dry.error).toBeNull();
    expect(dry.stdout).toMatch(/^state {2}point +series\nto do {2}3x3-bimt-lambda1e-5-seed0-[0-9a-f]{8} {2}a\n/);
    expect(dry.stdout).toContain('2 points: 0 done, 2 to do with 2 trainings\n');
    expect(existsSync(at('dry'))).toBe(false);
    const done = await runProgram('sweep', at('sweep.yaml'), '--out', at('whole'), '--dry-run', '--json');
    expect(JSON.parse(done.stdout)).toMatchObject({ done: 2, trainings: 0, points: [{ state: 'done', series: ['a'] }, {}] });
  });

  it('that is done prints its tables again, and with --json its summary', async () => {
    const { stdout, stderr, error } = await runProgram('sweep', at('sweep.yaml'), '--out', at('whole'), '--json');
    expect({ stderr, error }).toEqual({ stderr: '2 points: 2 done, 0 to do with 0 trainings on 1 worker\n', error: null });
    expect(JSON.parse(stdout)).toEqual(JSON.parse(readFileSync(at('whole', 'summary.json'), 'utf8')));
  });

  it('with a training that diverges makes the others, and ends with exit code 2', async () => {
    writeFileSync(at('diverges.yaml'), tinySweep({ a: { train: { learningRate: [1e30, 1e-3], clipNorm: null } } }));
    const { stdout, error } = await runProgram('sweep', at('diverges.yaml'), '--out', at('diverges'), '--workers', '1', '--quiet');
    expect(stdout).toContain('Sweep, 1 of 2 points');
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain('1 of 2 points failed');
    expect((error as Error).message).toContain('training diverged at update');
  });

  it.each([
    ['series: { a: { train: { sed: 1 } } }', [], "faulty.yaml:1:25: unknown option 'sed' in train; did you mean 'seed'?"],
    ['series: { a: , a: }', [], "faulty.yaml:1:16: 'a' is there twice"],
  ])('of a faulty file (%s) is refused before anything is written', async (text, options, said) => {
    writeFileSync(at('faulty.yaml'), text);
    const { error } = await runProgram('sweep', at('faulty.yaml'), '--out', at('faulty'), ...options);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain(said);
    expect(existsSync(at('faulty'))).toBe(false);
  });
});
