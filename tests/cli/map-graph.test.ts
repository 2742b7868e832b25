// Does map-graph place the graphs that other tools read, and say what does not fit?
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { FitError, UsageError } from '../../src/core/errors.ts';
import { runProgram, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const SIZE = ['--capacity', '4', '--mesh', '2x2'];

beforeAll(() => {
  // Four cliques of four in a ring: 1-4, 5-8, 9-12, 13-16; each is tied to the next by one edge.
  const neighbours = Array.from({ length: 16 }, (_, v) =>
    [0, 1, 2, 3].map((k) => 4 * Math.floor(v / 4) + k).filter((other) => other !== v),
  );
  for (let clique = 0; clique < 4; clique++) {
    const [from, to] = [4 * clique, (4 * clique + 4) % 16];
    neighbours[from].push(to);
    neighbours[to].push(from);
  }
  writeFileSync(at('ring.graph'), `16 28\n${neighbours.map((row) => row.map((v) => v + 1).join(' ')).join('\n')}\n`);
  writeFileSync(at('ring.xy'), neighbours.map((_, v) => `${v} 0\n`).join(''));
  writeFileSync(at('broken.graph'), '2 1\n2\n2\n');
});

describe('map-graph', () => {
  it('prints one core a line in vertex order, and what it costs on stderr', async () => {
    const { stdout, stderr, error } = await runProgram('map-graph', at('ring.graph'), ...SIZE);
    expect(error).toBeNull();
    const core = stdout.trim().split('\n').map(Number);
    expect(core).toHaveLength(16);
    // Each clique has a core of its own, and the ring lies around the mesh: each of its four edges is one hop.
    expect(new Set(core)).toEqual(new Set([0, 1, 2, 3]));
    expect(stderr).toMatch(/Σ weight·hops 4, 14\.29 % of the weight between cores, fullest core 4 of 4; \d+\.\d\d s/);
  });

  it('is repeatable, takes coordinates and writes a file', async () => {
    const out = at('ring.cores');
    const args = ['map-graph', at('ring.graph'), ...SIZE, '--coords', at('ring.xy'), '--seed', '3', '--effort', '0.5'];
    const { stdout, error } = await runProgram(...args, '--out', out, '--json', '--quiet');
    expect(error).toBeNull();
    expect(JSON.parse(stdout)).toEqual({
      vertices: 16,
      edges: 28,
      mesh: { width: 2, height: 2, capacity: 4 },
      seed: 3,
      effort: 0.5,
      cost: 4,
      cutShare: 4 / 28,
      maxLoad: 4,
      file: out,
    });
    expect(readFileSync(out, 'utf8')).toBe((await runProgram(...args)).stdout);
    expect((await runProgram(...args, '--out', out)).error).toEqual(expect.objectContaining({ constructor: UsageError }));
    expect(JSON.parse((await runProgram(...args, '--json')).stdout).core).toEqual(readFileSync(out, 'utf8').trim().split('\n').map(Number));
  });

  it('ends with the shortfall, and with what would be enough, where vertices have no place', async () => {
    const { stdout, error } = await runProgram('map-graph', at('ring.graph'), '--capacity', '3', '--mesh', '2x2');
    expect(stdout).toBe('');
    expect(error).toBeInstanceOf(FitError);
    expect((error as FitError).message).toContain('4 of 16 vertices have no place on 2x2 cores');
    expect((error as FitError).violations).toEqual([
      expect.objectContaining({ found: 16, limit: 12, remedies: ['--capacity 4', '--mesh 2x3'], source: '--mesh 2x2, --capacity 3' }),
    ]);
    for (const enough of [
      ['--capacity', '4', '--mesh', '2x2'],
      ['--capacity', '3', '--mesh', '2x3'],
    ])
      expect((await runProgram('map-graph', at('ring.graph'), ...enough)).error).toBeNull();
  });

  it('refuses files and options that make no sense', async () => {
    for (const [args, message] of [
      [[at('broken.graph'), ...SIZE], 'broken.graph, line 3: found vertex 2 as its own neighbour'],
      [[at('missing.graph'), ...SIZE], 'no such file'],
      [[at('ring.graph'), ...SIZE, '--coords', at('broken.graph')], 'broken.graph, line 2: found "2"; expected two numbers'],
      [[at('ring.graph'), '--capacity', '4', '--mesh', '0x2'], 'expected WIDTHxHEIGHT'],
      [[at('ring.graph'), '--capacity', '4', '--mesh', '9999x9999'], 'with at most 1048576 cores'],
      [[at('ring.graph'), '--capacity', '0', '--mesh', '2x2'], 'from 1 to'],
      [[at('ring.graph'), ...SIZE, '--effort', '0'], 'a number above 0'],
    ] as const)
      expect((await runProgram('map-graph', ...args)).error).toMatchObject({ message: expect.stringContaining(message) });
  });
});
