import { CommanderError } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { targetsCommand } from '../../src/commands/targets.ts';
import { UsageError } from '../../src/core/errors.ts';
import { rawTarget, withValue, writeTarget } from '../targets/support.ts';

afterEach(() => vi.restoreAllMocks());

/** Stdout of the command, and what it throws. */
function run(...argv: string[]): { stdout: string; error: unknown } {
  let stdout = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += text;
    return true;
  });
  let error: unknown = null;
  try {
    const command = targetsCommand().exitOverride();
    for (const inner of command.commands) inner.exitOverride().configureOutput({ writeErr: () => {} });
    command.parse(argv, { from: 'user' });
  } catch (thrown) {
    error = thrown;
  }
  return { stdout, error };
}

describe('targets list', () => {
  it('names every shipped target with what it is', () => {
    const { stdout } = run('list');
    expect(stdout).toMatch(/^loihi1 +Intel Loihi +2018 +digital-async +first-class +128 +mesh2d +no +-$/m);
    expect(stdout).toMatch(/^rram-mesh .* width, height, rows/m);
  });

  it('prints one JSON value', () => {
    const targets = JSON.parse(run('list', '--json').stdout) as { id: string; cores: number }[];
    expect(targets).toContainEqual(expect.objectContaining({ id: 'isaac-ce', cores: 2016, executable: true, parameters: [] }));
  });
});

describe('targets show', () => {
  it('prints every number with bound, unit, provenance and source', () => {
    const { stdout } = run('show', 'loihi1');
    expect(stdout).toMatch(/^energyProfiles\[0\]\.synop +≥ 23\.6 pJ +simulated; S1: Table 2, p\. 96; at 0\.75 V, 14 nm$/m);
    expect(stdout).toMatch(/^time\.sync +≤ 465 ns \(113 ns … 465 ns\) +simulated/m);
    expect(stdout).toMatch(/^process\.clock +unknown +not-published; S1: p\. 87; none: the logic is asynchronous$/m);
    expect(stdout).toMatch(/^limits\.neurons +1024 +architectural; S1, S5/m);
    expect(stdout).toMatch(/^ {2}S1 {2}M\. Davies et al\., Loihi: .*doi:10\.1109\/MM\.2018\.112130359/m);
    expect(stdout).toContain('Runs rate networks as they stand: no; the chip sends binary values of 1 bit');
  });

  it('shows what the user set as the user set it', () => {
    const { stdout } = run('show', 'rram-mesh:rows=128');
    expect(stdout).toMatch(/^crossbar\.rows +128 +assumption; set by the user$/m);
    expect(stdout).toMatch(/^ {2}rows = 128 \(4 … 4096\): rows of an array$/m);
  });

  it('prints the resolved file and its hash as JSON', () => {
    const shown = JSON.parse(run('show', 'rram-mesh:rows=128', '--json').stdout);
    expect(shown).toMatchObject({
      label: 'rram-mesh:rows=128',
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      file: { crossbar: { rows: { value: 128 } } },
    });
  });

  it('answers an unknown name with the nearest', () => {
    expect(run('show', 'isaac').error).toEqual(new UsageError("unknown target 'isaac'; list all with: bimt-export targets list"));
    expect(run('show', 'rram-mash').error).toMatchObject({ message: expect.stringContaining("did you mean 'rram-mesh'?") });
  });
});

describe('targets check', () => {
  const wrong = withValue(withValue(rawTarget('loihi1'), 'limits.neurons', 5), 'limits.axonsIn.source', 'S99');

  it('accepts a correct file', () => {
    const path = writeTarget(JSON.stringify(rawTarget('loihi1')));
    expect(run('check', path)).toEqual({ stdout: `${path}: correct\n`, error: null });
  });

  it('prints all problems and ends with exit code 2', () => {
    const { stdout, error } = run('check', writeTarget(JSON.stringify(wrong)));
    expect(stdout).toMatch(
      /: 2 problems\n {2}limits\.neurons: found 5, expected a value object .*\n {2}limits\.axonsIn\.source: found "S99", expected .*\n$/,
    );
    expect(error).toBeInstanceOf(CommanderError);
    expect(error).toMatchObject({ exitCode: 2 });
  });

  it('prints the problems as one JSON value', () => {
    const { stdout, error } = run('check', writeTarget(JSON.stringify(wrong)), '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      correct: false,
      problems: [{ path: 'limits.neurons', found: '5' }, { path: 'limits.axonsIn.source' }],
    });
    expect(error).toMatchObject({ exitCode: 2 });
  });

  it('refuses what is no JSON in one message', () => {
    expect(run('check', writeTarget('no'))).toEqual({ stdout: '', error: expect.any(UsageError) });
  });
});

describe('targets schema', () => {
  it('prints a JSON Schema', () => {
    expect(JSON.parse(run('schema').stdout)).toMatchObject({ type: 'object', properties: { limits: expect.anything() } });
  });
});
