// Does `analyze` print and write what an analysis holds, and refuse what it cannot read?
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Analysis, analysisJson, parseAnalysis } from '../../src/analysis/analysis-file.ts';
import { UsageError } from '../../src/core/errors.ts';
import { readNetwork, writeNetwork } from '../../src/pipeline/network-file.ts';
import { FIGURES, networkFigures } from '../../src/report/figures.ts';
import { yang19 } from '../../src/tasks/yang19.ts';
import { randomNetwork } from '../compression/random-network.ts';
import { HEADER } from '../exchange/artifacts.ts';
import { pathsIn, runProgram, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
const FAST = ['--trials', '1', '--trials-per-task', '8', '--shuffles', '20'];
const analyze = (...args: readonly string[]) => runProgram('analyze', ...args, ...FAST);

function writeSample(file: string, sizes: { inputs: number; outputs: number } = yang19, dead = false): void {
  const network = randomNetwork(1, { inputs: sizes.inputs, outputs: sizes.outputs, neurons: 12 });
  const still = { ...network, bias: new Float32Array(12).fill(-1e3) };
  writeFileSync(file, writeNetwork({ header: HEADER, network: dead ? still : network, history: { training: null, pruning: null } }));
}

beforeAll(() => {
  process.chdir(folder);
  writeSample('network.safetensors');
  writeSample('dead.safetensors', yang19, true);
  writeSample('other.safetensors', { inputs: 10, outputs: 17 });
});

describe('analyze', () => {
  it('writes analysis.json, prints the same with --json, and never overwrites it unasked', async () => {
    const { stdout, error } = await analyze('network.safetensors', '--out', 'made', '--json');
    expect(error).toBeNull();
    const written = readFileSync('made/analysis.json', 'utf8');
    const analysis: Analysis = parseAnalysis(JSON.parse(stdout), 'stdout');
    expect(written).toBe(analysisJson(analysis));
    expect(analysis.settings).toMatchObject({
      trials: 'random',
      trialsPerTask: 8,
      shuffles: 20,
      seed: 0,
      scores: { trialsPerTask: 1, seed: 1 },
    });
    expect(analysis.layouts.map(({ name }) => name)).toEqual(['own', 'searched']);

    const again = await analyze('network.safetensors', '--out', 'made');
    expect(again.error).toBeInstanceOf(UsageError);
    expect((again.error as Error).message).toContain('--force');
    expect((await analyze('network.safetensors', '--out', 'made', '--force')).error).toBeNull();
    expect(readFileSync('made/analysis.json', 'utf8')).toBe(written);
  });

  it('prints tables and a verdict of each layout, and writes nothing without --out', async () => {
    const { stdout, error } = await analyze('network.safetensors');
    expect(error).toBeNull();
    for (const word of [
      'mean accuracy',
      'active neurons',
      'functional clusters',
      'connections',
      'preferred task',
      'own layout',
      'after a search',
    ])
      expect(stdout).toContain(word);
    expect(stdout).toMatch(/^In its own layout .*\.$/m);
    expect(stdout).toMatch(/^After a layout search .*\.$/m);
    expect(stdout).not.toMatch(/NaN|Infinity|undefined|null/);
    expect(existsSync('analysis.json')).toBe(false);
  });

  it('takes every setting of its options', async () => {
    const { stdout } = await analyze('network.safetensors', '--task-variance', 'grid', '--seed', '7', '--no-layout-search', '--json');
    const analysis = parseAnalysis(JSON.parse(stdout), 'stdout');
    expect(analysis.settings).toMatchObject({ trials: 'grid', seed: 7 });
    expect(analysis.layouts).toHaveLength(1);
  });

  it('says of a dead network what is unknown, and why', async () => {
    const { stdout, error } = await analyze('dead.safetensors');
    expect(error).toBeNull();
    expect(stdout).toMatch(/active neurons +0 of 12/);
    expect(stdout).toMatch(/functional clusters +unknown/);
    expect(stdout).toContain('it is unknown whether neurons of one function keep together');
    expect(stdout).toContain('0 active neurons are too few');
    expect(stdout).not.toMatch(/NaN|Infinity|undefined|null/);
  });

  it('draws every figure as SVG and PNG, and asks for a folder', async () => {
    const { stderr, error } = await analyze('network.safetensors', '--out', 'drawn', '--figures', '--no-layout-search');
    expect(error).toBeNull();
    const files = pathsIn('drawn');
    const pictures = FIGURES.flatMap(({ name }) => [`figures/${name}.png`, `figures/${name}.svg`]);
    expect(files).toEqual(['analysis.json', ...pictures].sort());
    expect(stderr).toContain(`${FIGURES.length} figures drawn`);
    rmSync('drawn/analysis.json');
    const again = await analyze('network.safetensors', '--out', 'drawn', '--figures', '--no-layout-search');
    expect(String(again.error)).toMatch(/\.svg exists|\.png exists/);
    expect(existsSync('drawn/analysis.json')).toBe(false);
    expect(String((await analyze('network.safetensors', '--figures')).error)).toContain('give one with --out');
  });

  it('a dead network can be drawn', async () => {
    const { stdout } = await analyze('dead.safetensors', '--json');
    const { network } = readNetwork(readFileSync('dead.safetensors'), 'dead.safetensors');
    const figures = networkFigures(network, parseAnalysis(JSON.parse(stdout), 'stdout'));
    expect(Object.keys(figures).length).toBeGreaterThan(FIGURES.length);
    for (const [name, svg] of Object.entries(figures)) expect(svg, name).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('refuses a network that is not one of its suite, before it works', async () => {
    const { stdout, error } = await analyze('other.safetensors', '--out', 'refused');
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain('has 10 inputs and 17 outputs, its suite yang19 has 53 and 17');
    expect(stdout).toBe('');
    expect(existsSync('refused')).toBe(false);
  });

  it('refuses trials it does not know, and too few of them', async () => {
    expect(((await analyze('network.safetensors', '--task-variance', 'few')).error as Error).message).toContain('random, grid');
    expect(((await runProgram('analyze', 'network.safetensors', '--trials-per-task', '1')).error as Error).message).toMatch(
      /from 2 to 100000/,
    );
  });
});
