// Does the flow of docs/flow.md work, run by make as the CI example runs it?
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readSettings } from '../../src/commands/settings.ts';
import { PACKAGE_ROOT } from '../../src/core/version.ts';
import { CLI, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
const page = readFileSync(join(PACKAGE_ROOT, 'docs', 'flow.md'), 'utf8');
const summary = join(folder, 'summary.md');
const env = { ...process.env, BIMT: `${process.execPath} ${CLI}`, CONFIG: 'quick.yaml', GITHUB_STEP_SUMMARY: summary };
const hasMake = spawnSync('make', ['--version']).status === 0;
if (!hasMake) console.log('skipped: make is not installed, so examples/Makefile is not run');

/** Runs a line of a shell script as CI does. */
function sh(line: string) {
  const { status, stdout, stderr } = spawnSync('bash', ['-e', '-c', line], { cwd: folder, env, encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

/** The lines that the CI example runs on the checkout, once everything is installed. */
function ciSteps(): string[] {
  const { jobs } = parse(readFileSync(join(PACKAGE_ROOT, 'examples', 'ci.yml'), 'utf8'));
  const lines = (jobs.chip.steps as { run?: string }[]).flatMap(({ run }) => run ?? []);
  expect(lines[0]).toBe('npm ci');
  return lines.slice(1);
}

it('has settings that are settings', () => {
  expect(readSettings(join(PACKAGE_ROOT, 'examples', 'flow.yaml'), {}).targets).toEqual(['loihi1', 'rram-mesh']);
});

describe.skipIf(!hasMake)('the Makefile', () => {
  beforeAll(() => {
    cpSync(join(PACKAGE_ROOT, 'examples'), join(folder, 'examples'), { recursive: true });
    symlinkSync(join(PACKAGE_ROOT, 'models'), join(folder, 'models'));
    const quick = [
      'targets: [loihi1]',
      'map: { effort: 0.1, activityTrials: 1 }',
      'scores: { trialsPerTask: 2 }',
      'verify: { trials: 5, floatTrials: 2 }',
    ];
    writeFileSync(join(folder, 'quick.yaml'), quick.join('\n'));
    for (const line of ciSteps()) expect({ line, ...sh(line) }).toMatchObject({ line, code: 0 });
  }, 300_000);

  it('leaves what CI shows and keeps', () => {
    expect(readFileSync(summary, 'utf8')).toMatch(/fits==1.*met/);
    const { jobs } = parse(readFileSync(join(PACKAGE_ROOT, 'examples', 'ci.yml'), 'utf8'));
    const kept = jobs.chip.steps.at(-1).with.path.trim().split('\n');
    expect(kept).toHaveLength(3);
    for (const path of kept) expect(existsSync(join(folder, path)), path).toBe(true);
  });

  it('runs nothing again until the network or its settings are newer', () => {
    const asked = sh('make -n -f examples/Makefile check');
    expect(asked.code).toBe(0);
    expect(asked.stdout).not.toContain(' run quick.yaml ');
    utimesSync(join(folder, 'runs/chip/report.json'), 0, 0);
    expect(sh('make -n -f examples/Makefile check').stdout).toContain(' run quick.yaml ');
    const now = new Date();
    utimesSync(join(folder, 'runs/chip/report.json'), now, now);
  });

  it('keeps a baseline of two files and holds the run against it', () => {
    expect(sh('make -f examples/Makefile baseline').code).toBe(0);
    expect(readdirSync(join(folder, 'baseline')).sort()).toEqual(['report.json', 'run.json']);
    const met = sh('make -f examples/Makefile check');
    expect(met.code).toBe(0);
    expect(met.stdout).toMatch(/What changed against baseline\n +Nothing\./);
    expect(met.stdout).toMatch(/energy<=1\.05\*baseline .* met\n/);
    const missed = sh("make -f examples/Makefile check LIMITS='energy<=1'");
    expect(missed.code).toBe(2);
    expect(missed.stderr).toContain('Error 3');
    expect(missed.stdout).toMatch(/energy<=1 .* missed\n/);
  });

  it('draws the report', () => {
    expect(sh('make -f examples/Makefile report').stdout).toContain('loihi1, cores in their places');
  });

  it('writes the numbers that docs/flow.md names', () => {
    const [, line = ''] = /```sh\n(node .*)\n/.exec(page) ?? [];
    expect(Number(sh(line).stdout)).toBeGreaterThan(0);
  });
});

it('is called in docs/flow.md by targets that it has', () => {
  const makefile = readFileSync(join(PACKAGE_ROOT, 'examples', 'Makefile'), 'utf8');
  const called = [...page.matchAll(/^make -f examples\/Makefile (\w+)/gm)].map(([, name]) => name);
  expect(called).toEqual(['check', 'baseline', 'check']);
  for (const name of called) expect(makefile).toMatch(new RegExp(`^${name}:`, 'm'));
});
