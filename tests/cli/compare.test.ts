// Does compare read run folders as they are, write what it is asked for, and refuse what is no whole report of this version?
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { FitError, UsageError } from '../../src/core/errors.ts';
import { sha256 } from '../../src/core/hash.ts';
import { buildReport, type Report, reportJson } from '../../src/report/report.ts';
import { sampleInput } from '../report/sample.ts';
import { runProgram, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
const compare = (...args: string[]) => runProgram('compare', ...args);

/** A run folder that holds a report, and the hash that says so. */
function writeRun(name: string, change: (report: Report) => unknown = (report) => report): void {
  const text = `${JSON.stringify(change(JSON.parse(reportJson(buildReport(sampleInput())))), null, 2)}\n`;
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'report.json'), text);
  const report = { key: '', outputs: { 'report.json': sha256(new TextEncoder().encode(text)) } };
  writeFileSync(join(folder, name, 'run.json'), JSON.stringify({ schema: 'bimt-run/1', tool: 'bimt-export@0.1.0', stages: { report } }));
}

beforeAll(() => {
  process.chdir(folder);
  writeRun('a');
  writeRun('b', (report) => ({ ...report, network: { ...report.network, neurons: 9 } }));
});

describe('compare', () => {
  it('takes the first of several folders as the baseline, or the one that is named', async () => {
    const first = JSON.parse((await compare('a', 'b/', '--json')).stdout);
    expect(first.baseline).toBe('a');
    const neurons = (data: typeof first) =>
      data.differences.find(({ target, metric }: { target: string; metric: string }) => target === 'mesh' && metric === 'neurons');
    expect(neurons(first)).toMatchObject({ run: 'b', before: { value: 12 }, after: { value: 9 }, absolute: -3, relative: -0.25 });
    const second = JSON.parse((await compare('a', './b', '--baseline', 'b', '--json')).stdout);
    expect(neurons(second)).toMatchObject({ run: 'a', absolute: 3 });
    // A baseline need not be named twice.
    expect(JSON.parse((await compare('a', '--baseline', 'b', '--json')).stdout)).toMatchObject({
      baseline: 'b',
      differences: second.differences,
    });
    expect(JSON.parse((await compare('a', '--json')).stdout)).toMatchObject({ baseline: null, differences: [] });
  });

  it('prints and writes everything before it fails by a requirement', async () => {
    const { stdout, error } = await compare('a', 'b', '--require', 'neurons@mesh<9', '--out', 'c.md', '--out', 'c.html', '--out', 'c.json');
    expect(error).toBeInstanceOf(FitError);
    expect((error as Error).message).toContain('neurons@mesh<9: neurons of b on mesh is 9, asked for < 9');
    expect(stdout).toMatch(/neurons@mesh<9 +b +mesh +9 +9 +missed/);
    expect(readFileSync('c.md', 'utf8')).toContain('| neurons@mesh&lt;9 | b | mesh | 9 | 9 |  | missed |');
    expect(readFileSync('c.html', 'utf8')).toMatch(/^<!doctype html>/);
    expect(JSON.parse(readFileSync('c.json', 'utf8')).requirements).toMatchObject([{ requirement: 'neurons@mesh<9', outcome: 'missed' }]);
    expect((await compare('a', '--out', 'c.md')).error).toMatchObject({ message: expect.stringContaining('overwrite it with --force') });
    expect((await compare('a', '--out', 'c.md', '--force', '--require', 'neurons@mesh<=12')).error).toBeNull();
  });

  it('refuses other formats and conditions that are none, before it reads anything', async () => {
    expect((await compare('nowhere', '--out', 'c.pdf')).error).toMatchObject({ message: expect.stringContaining('.md, .html, .json') });
    expect((await compare('nowhere', '--require', 'neurons')).error).toMatchObject({ message: expect.stringContaining('write METRIC') });
    expect(existsSync('c.pdf')).toBe(false);
  });
});

describe('a folder', () => {
  const refused = async (name: string): Promise<string> => {
    const { stdout, error } = await compare('a', name);
    expect(error).toBeInstanceOf(UsageError);
    expect(stdout).toBe('');
    return (error as Error).message;
  };

  it('that is not there, or is no run folder, is named', async () => {
    expect(await refused('nowhere')).toContain('cannot read nowhere: no such folder');
    mkdirSync('empty');
    expect(await refused('empty')).toContain('empty is not a run folder: it holds no run.json');
    expect(await refused('a/report.json')).toContain('a/report.json is not a run folder');
  });

  it('that is half written says how to go on', async () => {
    writeRun('half');
    rmSync('half/report.json');
    expect(await refused('half')).toContain('half is half written: it holds no report.json');
    expect(await refused('half')).toContain('bimt-export report half');
    writeFileSync('half/run.json', '{"schema": "bimt-run/1", "too');
    expect(await refused('half')).toContain('half/run.json is damaged');
  });

  it('that was edited by hand says so', async () => {
    writeRun('edited');
    const text = readFileSync('edited/report.json', 'utf8');
    writeFileSync('edited/report.json', text.replace('"neurons": 12', '"neurons": 1'));
    expect(await refused('edited')).toBe(
      'edited/report.json is not what the run wrote (run.json); make it anew: bimt-export report edited',
    );
  });

  it('of another version says of which, and where the two differ', async () => {
    writeRun('newer', (report) => ({ ...report, schema: 'bimt-report/9', run: { ...report.run, tool: 'bimt-export@9.0.0' } }));
    expect(await refused('newer')).toMatch(
      /^newer\/report.json is of another version of bimt-export \(bimt-export@9\.0\.0\): .*schema.*bimt-report\/9.*; make it anew: bimt-export report newer$/,
    );
    writeRun('older', ({ network, ...report }) => report);
    expect(await refused('older')).toMatch(/^older\/report.json is of another version .*network/);
    writeFileSync('older/run.json', readFileSync('older/run.json', 'utf8').replace('bimt-run/1', 'bimt-run/0'));
    expect(await refused('older')).toMatch(/older\/run.json was written by another version of bimt-export \(bimt-run\/0/);
  });
});
