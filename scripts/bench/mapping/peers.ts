// What do the partitioners of Debian make of a problem? Their files, their command lines, and their own time.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { metisGraphText } from '../../../src/exchange/metis-graph.ts';
import { scoreGraph } from '../../../src/mapping/graph-score.ts';
import type { PlacementGraph } from '../../../src/mapping/solve/graph.ts';
import type { Mesh } from '../../../src/mapping/solve/place-graph.ts';
import { annealParts } from './anneal.ts';
import { repair } from './evaluate.ts';

/** One answer of a peer. */
export interface PeerResult {
  readonly core: Int32Array;
  /** Wall seconds of the solver alone as the tool reports them, and of the annealing. */
  readonly seconds: number;
  /** CPU seconds of the whole command, reading included, and of the annealing. */
  readonly cpuSeconds: number;
  /** The command's settings, in words. */
  readonly how: string;
}

/** A solver to compare with. */
export interface Peer {
  readonly name: string;
  /** The program it needs. */
  readonly program: string;
  /** All answers for one seed: one a setting. */
  solve(files: PeerFiles, seed: number): readonly PeerResult[];
}

/** A problem, written where peers can read it. */
export interface PeerFiles {
  readonly graph: PlacementGraph;
  readonly mesh: Mesh;
  readonly folder: string;
  /** Of the annealing that places the parts of METIS and KaHIP. */
  readonly proposals: number;
}

/** What peers are given: they keep the best of their seeds. */
export interface PeerEffort {
  readonly seeds: number;
  readonly proposals: number;
}

const scotch: Peer = {
  name: 'scotch',
  program: 'scotch_gmap',
  solve: ({ graph, mesh, folder }, seed) => {
    // Its threads race, which makes it better than its repeatable mode (-Cd) by 10 % and more. Its seed is the clock's or fixed; vertices numbered from another start take its place.
    const shift = Math.floor((seed * graph.vertices) / 7);
    writeScotch(join(folder, 'g.grf'), graph, shift);
    writeFileSync(join(folder, 'g.tgt'), `mesh2D ${mesh.width} ${mesh.height}\n`);
    const slack = room(graph, mesh);
    // An exact balance costs it dearly: it may overfill a little as well, and what it overfilled is repaired.
    const tolerances = slack < 0.05 ? [slack, 0.01, 0.05] : [slack];
    return tolerances.map((tolerance) => {
      const args = [`-b${tolerance.toFixed(6)}`, '-Cf', 'g.grf', 'g.tgt', 'g.map', '-vt'];
      const { stdout, cpuSeconds } = command('scotch_gmap', args, folder);
      const [count, ...pairs] = numbers(join(folder, 'g.map'));
      const core = new Int32Array(count);
      for (let i = 0; i < count; i++) core[(pairs[2 * i] + shift) % count] = pairs[2 * i + 1];
      return { core, seconds: reported(stdout, /Mapping\s+([\d.e+-]+)/), cpuSeconds, how: args[0] };
    });
  },
};

const metis: Peer = {
  name: 'metis',
  program: 'gpmetis',
  solve: (files, seed) => {
    const { graph, mesh, folder } = files;
    writeMetis(join(folder, 'g.graph'), graph);
    return partCounts(graph, mesh).flatMap((parts) =>
      ['rb', 'kway'].map((type) => {
        // In rb every bisection may lose this much, so only k-way gets the room of spare cores.
        const slack = (parts * mesh.capacity) / graph.vertices - 1;
        const factor = type === 'rb' ? 1 : Math.max(1, Math.floor(1000 * slack));
        const args = [`-ptype=${type}`, `-ufactor=${factor}`, `-seed=${seed}`, 'g.graph', `${parts}`];
        const { stdout, cpuSeconds } = command('gpmetis', args, folder);
        const part = Int32Array.from(numbers(join(folder, `g.graph.part.${parts}`)));
        const seconds = reported(stdout, /Partitioning:\s+([\d.]+) sec/);
        return placed(files, part, parts, seed, { seconds, cpuSeconds, how: `${type} k=${parts}` });
      }),
    );
  },
};

const kahip: Peer = {
  name: 'kahip',
  program: 'kaffpa',
  solve: (files, seed) => {
    const { graph, mesh, folder } = files;
    writeMetis(join(folder, 'g.graph'), graph);
    return partCounts(graph, mesh).map((parts) => {
      const imbalance = 100 * ((parts * mesh.capacity) / graph.vertices - 1);
      const mode = graph.vertices <= 100_000 ? 'strong' : 'fast';
      const args = ['g.graph', `--k=${parts}`, `--seed=${seed}`, `--preconfiguration=${mode}`, `--imbalance=${imbalance.toFixed(3)}`];
      const { stdout, cpuSeconds } = command('kaffpa', [...args, '--output_filename=g.part'], folder);
      const part = Int32Array.from(numbers(join(folder, 'g.part')));
      const seconds = reported(stdout, /time spent for partitioning\s+([\d.e+-]+)/);
      return placed(files, part, parts, seed, { seconds, cpuSeconds, how: `${mode} k=${parts}` });
    });
  },
};

/** All peers, installed or not. */
export const PEERS: readonly Peer[] = [scotch, metis, kahip];

/** Whether its program can be started here. */
export function isInstalled({ program }: Peer): boolean {
  return spawnSync('which', [program]).status === 0;
}

/** A peer's best legal answer over seeds, and what all of them took. */
export interface PeerBest {
  readonly cost: number;
  /** Moves that made the best answer legal; null if it already was. */
  readonly repairs: number | null;
  /** Of the run that gave the best answer. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly how: string;
}

/** Runs a peer with seeds 1 … seeds, repairs what is overfull, and keeps the best. */
export function bestOf(peer: Peer, graph: PlacementGraph, mesh: Mesh, { seeds, proposals }: PeerEffort): PeerBest {
  const folder = mkdtempSync(join(tmpdir(), 'bimt-bench-'));
  try {
    let best: PeerBest | null = null;
    for (let seed = 1; seed <= seeds; seed++) {
      for (const { core, seconds, cpuSeconds, how } of peer.solve({ graph, mesh, folder, proposals }, seed)) {
        const isLegal = scoreGraph(graph, mesh, core).excess === 0;
        const legal = isLegal ? { core, moves: null } : repair(graph, mesh, core);
        const { cost } = scoreGraph(graph, mesh, legal.core);
        if (best === null || cost < best.cost) best = { cost, repairs: legal.moves, seconds, cpuSeconds, how: `${how} seed ${seed}` };
      }
    }
    if (best === null) throw new Error('no seeds');
    return best;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Slack of the whole mesh relative to the mean load. */
function room(graph: PlacementGraph, { width, height, capacity }: Mesh): number {
  return (width * height * capacity) / graph.vertices - 1;
}

/** As many parts as cores, and as few as hold the vertices: fewer cores have fewer borders. */
function partCounts(graph: PlacementGraph, { width, height, capacity }: Mesh): readonly number[] {
  return [...new Set([width * height, Math.ceil(graph.vertices / capacity)])];
}

function placed(
  { graph, mesh, proposals }: PeerFiles,
  part: Int32Array,
  parts: number,
  seed: number,
  spent: Omit<PeerResult, 'core'>,
): PeerResult {
  const start = process.cpuUsage();
  const core = annealParts(graph, part, parts, mesh, proposals, seed);
  const { user, system } = process.cpuUsage(start);
  const annealing = (user + system) / 1e6;
  return { ...spent, core, seconds: spent.seconds + annealing, cpuSeconds: spent.cpuSeconds + annealing };
}

function command(program: string, args: readonly string[], cwd: string): { readonly stdout: string; readonly cpuSeconds: number } {
  const script = `TIMEFORMAT='cpu %U %S'; time "$0" "$@"`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script, program, ...args], { cwd, encoding: 'utf8', maxBuffer: 1 << 26 });
  const [, user, system] = /cpu ([\d.]+) ([\d.]+)\s*$/.exec(stderr) ?? [];
  if (status !== 0 || user === undefined)
    throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}${stdout.slice(-500)}`);
  return { stdout, cpuSeconds: Number(user) + Number(system) };
}

function reported(stdout: string, pattern: RegExp): number {
  const [, seconds] = pattern.exec(stdout) ?? [];
  if (seconds === undefined) throw new Error(`no time in: ${stdout.slice(-500)}`);
  return Number(seconds);
}

function numbers(path: string): number[] {
  const text = readFileSync(path, 'latin1').trim();
  return text.split(/\s+/).map(Number);
}

/** Vertex v has number (v − shift) mod n in the file. */
function writeScotch(path: string, { vertices, indptr, indices, weights }: PlacementGraph, shift: number): void {
  const file = openSync(path, 'w');
  writeSync(file, `0\n${vertices} ${indices.length}\n0 010\n`);
  inBlocks(vertices, file, (i) => {
    const v = (i + shift) % vertices;
    let line = `${indptr[v + 1] - indptr[v]}`;
    for (let at = indptr[v]; at < indptr[v + 1]; at++) line += ` ${weights[at]} ${(indices[at] - shift + vertices) % vertices}`;
    return line;
  });
  closeSync(file);
}

function writeMetis(path: string, graph: PlacementGraph): void {
  const file = openSync(path, 'w');
  for (const text of metisGraphText(graph)) writeSync(file, text);
  closeSync(file);
}

function inBlocks(count: number, file: number, line: (i: number) => string): void {
  for (let start = 0; start < count; start += 4096) {
    let block = '';
    for (let i = start; i < Math.min(count, start + 4096); i++) block += `${line(i)}\n`;
    writeSync(file, block);
  }
}
