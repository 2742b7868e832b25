import { CommanderError } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { targetsCommand } from '../../src/commands/targets.ts';
import { UsageError } from '../../src/core/errors.ts';
import { listTargets } from '../../src/targets/load.ts';
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
    expect(stdout).toMatch(/^loihi1 +Intel Loihi +2018 +digital-async +first-class +128 +1024 +0 to 8 bit +mesh2d +no$/m);
    expect(stdout).toMatch(/^northpole +IBM NorthPole +2023 +digital-sync +reference-only +256 +unknown +2 to 8 bit +mesh2d +no$/m);
    expect(stdout).toMatch(/^isaac-ce .* as arrays hold +16 bit +cmesh +yes$/m);
  });

  const ids = (...filters: string[]) => (JSON.parse(run('list', '--json', ...filters).stdout) as { id: string }[]).map(({ id }) => id);

  it('takes filters, of which all must hold', () => {
    expect(ids()).toEqual(listTargets());
    expect(ids('--class', 'manycore-cpu')).toEqual(['spinnaker1', 'spinnaker2']);
    expect(ids('--support', 'reference-only')).toContain('northpole');
    expect(ids('--support', 'first-class')).not.toContain('northpole');
    expect(ids('--executes', 'graded-event', '--class', 'digital-async')).toEqual(['loihi2']);
    expect(ids('--executable')).toEqual(expect.arrayContaining(['isaac-ce', 'loihi2', 'rram-mesh']));
    expect(ids('--executable')).not.toContain('loihi1');
    expect(run('list', '--class', 'generic', '--support', 'reference-only').stdout).toContain('No shipped target is so.');
  });

  it('refuses a filter that there is not', () => {
    expect(run('list', '--class', 'digital').error).toMatchObject({ code: 'commander.invalidArgument' });
  });

  it('prints one JSON value', () => {
    const targets = JSON.parse(run('list', '--json').stdout) as { id: string; cores: number }[];
    expect(targets).toContainEqual(
      expect.objectContaining({
        id: 'isaac-ce',
        cores: 2016,
        usableCores: 2016,
        executes: ['dense-mvm'],
        executable: true,
        parameters: [],
      }),
    );
  });
});

describe('targets show', () => {
  it('prints every number with bound, unit, provenance and source', () => {
    const { stdout } = run('show', 'loihi1');
    expect(stdout).toMatch(/^Limits\n {2}field +value +provenance, source$/m);
    expect(stdout).toMatch(/^Energy profile davies2018 \(event, the default\)\. The paper tabulates/m);
    expect(stdout).toMatch(/^Energy profile sanafe2025 \(event\)\. Differs/m);
    expect(stdout).toMatch(/^ {2}energyProfiles\[0\]\.synop +≥ 23\.6 pJ +simulated; S1: Table 2, p\. 96; at 0\.75 V, 14 nm$/m);
    expect(stdout).toMatch(/^ {2}time\.sync +≤ 465 ns \(113 ns … 465 ns\) +simulated/m);
    expect(stdout).toMatch(/^ {2}process\.clock +unknown +not-published; S1: p\. 87; none: the logic is asynchronous$/m);
    expect(stdout).toMatch(/^ {2}limits\.neurons +1024 +architectural; S1, S5/m);
    expect(stdout).toMatch(/^ {2}S1 {2}M\. Davies et al\., Loihi: .*doi:10\.1109\/MM\.2018\.112130359/m);
    expect(stdout).toContain('Runs rate networks as they stand: no; the chip sends binary values of 1 bit');
  });

  it('shows what the user set as the user set it', () => {
    const { stdout } = run('show', 'rram-mesh:rows=128');
    expect(stdout).toMatch(/^ {2}crossbar\.rows +128 +assumption; set by the user$/m);
    expect(stdout).toMatch(/^ {2}rows = 128 \(4 … 4096\): rows of an array$/m);
  });

  it('shows magnitudes in readable units, and what a target lacks', () => {
    const { stdout } = run('show', 'spinnaker1');
    expect(stdout).toMatch(/^What it lacks: The energy of a synaptic event/m);
    expect(stdout).toMatch(
      /^ {2}limits\.synapseRows\.poolPerChip +≤ 987,758,336 bit +derived; S20: ceiling of the tool; 123,469,792 B × 8/m,
    );
    expect(run('show', 'truenorth').stdout).toMatch(/^ {2}figures\.efficiency +typ\. 46 Gop\/J +measured; S14/m);
    expect(run('show', 'truenorth').stdout).toMatch(/^ {2}figures\.offChipBandwidth +≥ 160 Mevent\/s +architectural; S15$/m);
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
