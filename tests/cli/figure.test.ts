// What does `bimt-export figure` write, and what does it refuse?
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { shortNames } from '../../src/commands/figure.ts';
import { sha256 } from '../../src/core/hash.ts';
import { formatGrid } from '../../src/network/geometry.ts';
import { readNetwork } from '../../src/pipeline/network-file.ts';
import { FIGURES } from '../../src/report/figures.ts';
import { sampleAnalysis } from '../report/analysis-sample.ts';
import { runProgram, temporaryFolder } from './support.ts';

const MODEL = new URL('../../models/yang19-20x20-bimt.safetensors', import.meta.url);

const folder = temporaryFolder();
const bytes = readFileSync(MODEL);
const at = (...path: string[]) => join(folder, ...path);
const network = at('net.safetensors');

/** What the sample says, said of the shipped network, of which all further neurons do nothing. */
function analysisOf(hash: string, sites = (all: number[]) => all): string {
  const { site, neurons, grid } = readNetwork(bytes, 'the model').network;
  const { activity, ...sample } = sampleAnalysis();
  const taskVariance = Array.from(site, (_, neuron) => activity.taskVariance[neuron] ?? activity.tasks.map(() => 0));
  return JSON.stringify({
    ...sample,
    network: { ...sample.network, hash, neurons, grid: formatGrid(grid) },
    activity: { ...activity, taskVariance },
    layouts: sample.layouts.slice(0, 1).map((one) => ({ ...one, site: sites([...site]) })),
  });
}

beforeAll(() => {
  writeFileSync(network, bytes);
  writeFileSync(at('net.analysis.json'), analysisOf(sha256(bytes)));
  mkdirSync(at('second'));
  writeFileSync(at('second', 'net.safetensors'), bytes);
  writeFileSync(at('second', 'analysis.json'), analysisOf(sha256(bytes)));
  writeFileSync(at('wrong.json'), analysisOf('0123456789abcdef'));
  writeFileSync(
    at('short.json'),
    analysisOf(sha256(bytes), (all) => all.slice(1)),
  );
  writeFileSync(at('lonely.safetensors'), bytes);
});

const figure = (...args: string[]) => runProgram('figure', ...args);

async function failure(...args: string[]): Promise<string> {
  const { error, stdout } = await figure(...args);
  expect(stdout).toBe('');
  return (error as Error).message;
}

describe('figure', () => {
  it('writes an SVG, with the analysis found beside the network, and overwrites it only with --force', async () => {
    const out = at('pictures', 'map.svg');
    expect(await figure('connection-map', network, '--out', out)).toEqual({ stdout: `${out} written\n`, stderr: '', error: null });
    expect(readFileSync(out, 'utf8')).toContain('Connections of net');
    expect(await failure('connection-map', network, '--out', out)).toMatch(/exists.*--force/);
    expect((await figure('connection-map', network, '--out', out, '--force')).error).toBeNull();
  });

  it('writes a PNG of the asked scale', async () => {
    const out = at('performance.png');
    expect((await figure('performance', network, '--out', out, '--scale', '1')).error).toBeNull();
    expect(readFileSync(out).subarray(1, 4).toString()).toBe('PNG');
  });

  it('draws several networks side by side, told apart by their folders', async () => {
    const out = at('both.svg');
    const { stdout } = await figure('performance', network, at('second', 'net.safetensors'), '--out', out, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ figure: 'performance', files: [out] });
    expect(readFileSync(out, 'utf8')).toContain('second/net: mean 0.900');
  });

  it('writes every figure of a network into a folder', async () => {
    await figure('all', network, '--out', at('all'));
    expect(readdirSync(at('all')).sort()).toEqual(FIGURES.map(({ name }) => `${name}.svg`).sort());
    await figure('all', network, at('second', 'net.safetensors'), '--out', at('compared'));
    const comparing = FIGURES.filter(({ compares }) => compares).map(({ name }) => `${name}.svg`);
    expect(readdirSync(at('compared')).sort()).toEqual(comparing.sort());
  });
});

const SWEEP = fileURLToPath(new URL('../../models/yang19', import.meta.url));

describe('figure of a sweep', () => {
  it('draws the plot that the sweep wrote, as SVG and PNG', async () => {
    await figure('pareto-wiring', SWEEP, '--out', at('pareto.svg'));
    expect(readFileSync(at('pareto.svg'), 'utf8')).toBe(readFileSync(join(SWEEP, 'pareto-wiring.svg'), 'utf8'));
    await figure('pareto-neurons', SWEEP, '--out', at('pareto.png'));
    expect(readFileSync(at('pareto.png')).subarray(1, 4).toString()).toBe('PNG');
  });
});

describe('figure refuses', () => {
  it.each([
    ['several sweeps', ['pareto-wiring', SWEEP, SWEEP], /shows one sweep, 2 folders are given/],
    ['an analysis beside a sweep', ['pareto-wiring', SWEEP, '--analysis', at('net.analysis.json')], /leave --analysis out/],
    ['a folder that holds no sweep', ['pareto-neurons', at('second')], /second.sweep\.yaml/],
    ['a name nobody knows', ['brainmap', network], /unknown figure 'brainmap'; did you mean 'brain-map'\?/],
    ['a network without an analysis', ['brain-map', at('lonely.safetensors')], /no analysis of .*run first: bimt-export analyze/],
    [
      'the analysis of another network',
      ['brain-map', network, '--analysis', at('wrong.json')],
      /speaks of another network.*0123456789ab….*analyze/,
    ],
    [
      'an analysis that contradicts itself',
      ['brain-map', network, '--analysis', at('short.json')],
      /short\.json contradicts itself:\n {2}layouts do not give each neuron a site of its own on the grid\n {2}try: make it anew: bimt-export analyze NETWORK$/,
    ],
    ['fewer analyses than networks', ['performance', network, network, '--analysis', at('net.analysis.json')], /1 time for 2 networks/],
    ['several networks where one is shown', ['brain-map', network, network], /brain-map shows one network, 2 are given.*performance/],
    [
      'a layout the analysis does not have',
      ['brain-map', network, '--layout', 'searched'],
      /no searched layout.*analyze without --no-layout-search/,
    ],
    ['a layout where it changes nothing', ['performance', network, '--layout', 'searched'], /does not depend on where neurons sit/],
    ['another kind of picture', ['brain-map', network, '--out', at('x.pdf')], /ends in \.svg or \.png/],
  ])('%s', async (_, args, message) => {
    expect(await failure(...args)).toMatch(message);
    expect(existsSync(at('x.pdf'))).toBe(false);
  });
});

it('networks are called by as much of their paths as tells them apart', () => {
  expect(shortNames(['a/x.safetensors', 'b/y.safetensors'])).toEqual(['x', 'y']);
  expect(shortNames(['a/x.safetensors', 'b/x.safetensors'])).toEqual(['a/x', 'b/x']);
  expect(shortNames(['r/a/x.safetensors', 's/a/x.safetensors'])).toEqual(['r/a/x', 's/a/x']);
});
