// Target files to change and to load, for the tests of this folder.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { PACKAGE_ROOT } from '../../src/core/version.ts';
import { listTargets, loadTarget, type Target } from '../../src/targets/load.ts';
import type { Topology } from '../../src/targets/topology.ts';

type Json = Record<string, unknown>;

/** Ids of the shipped targets that networks are mapped onto: all but those for reference only. */
export function mappableTargets(): string[] {
  return listTargets().filter((id) => loadTarget(id).file.support !== 'reference-only');
}

/** A shipped file as plain JSON, parsed anew so that a test may change it. */
export function rawTarget(id: string): Json {
  return JSON.parse(readFileSync(join(PACKAGE_ROOT, 'targets', `${id}.json`), 'utf8')) as Json;
}

/** The same file with one path set, or removed when the value is undefined. */
export function withValue(data: Json, path: string, value: unknown): Json {
  const copy = structuredClone(data);
  const keys = path.split('.');
  const last = keys.pop() as string;
  let at: Json = copy;
  for (const key of keys) at = at[key] as Json;
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}

const folder = mkdtempSync(join(tmpdir(), 'bimt-target-'));
let files = 0;
afterAll(() => rmSync(folder, { recursive: true }));

/** A new file with this text; it lives as long as the test file runs. */
export function writeTarget(content: string | Uint8Array): string {
  const path = join(folder, `${files++}.json`);
  writeFileSync(path, content);
  return path;
}

/** A shipped file with changes, loaded from disk as a user's own. */
export function loadChanged(id: string, changes: Readonly<Record<string, unknown>>, parameters = ''): Target {
  const data = Object.entries(changes).reduce((file, [path, value]) => withValue(file, path, value), rawTarget(id));
  return loadTarget(`${writeTarget(JSON.stringify(data))}${parameters}`);
}

/** Links of a shortest way between two routers, by breadth-first search over all links; −1 where no way leads. */
export function linkSearch({ links, routers }: Topology): (from: number, to: number) => number {
  const outgoing: number[][] = Array.from(routers.x, () => []);
  links.from.forEach((router, link) => {
    outgoing[router].push(links.to[link]);
  });
  const found = new Map<number, Int32Array>();
  const search = (start: number): Int32Array => {
    const away = new Int32Array(routers.x.length).fill(-1);
    away[start] = 0;
    const queue = [start];
    for (const at of queue) {
      if (at !== start && routers.transit[at] === 0) continue;
      for (const next of outgoing[at]) {
        if (away[next] >= 0) continue;
        away[next] = away[at] + 1;
        queue.push(next);
      }
    }
    found.set(start, away);
    return away;
  };
  return (from, to) => (found.get(from) ?? search(from))[to];
}

/** Everything that is wrong with the ways between the given pairs of cores, against a search over the links. */
export function wrongWays(network: Topology, pairs: readonly (readonly [number, number])[]): string[] {
  const shortest = linkSearch(network);
  const { links, routers, routerOf } = network;
  return pairs.flatMap(([a, b]) => {
    const wrong: string[] = [];
    const says = (what: string, found: unknown, expected: unknown) => {
      if (found !== expected) wrong.push(`${network.kind}, core ${a} to ${b}: ${what} is ${found}, expected ${expected}`);
    };
    const way = network.route(a, b);
    const away = shortest(routerOf(a), routerOf(b));
    says('links of the route', way.length, away);
    let at = routerOf(a);
    for (const [step, link] of way.entries()) {
      says(`start of link ${step}`, links.from[link], at);
      if (step > 0) says(`passing router ${at}`, routers.transit[at], 1);
      at = links.to[link];
    }
    says('end of the route', at, routerOf(b));
    const { x, y } = network.hops(a, b);
    const hops = network.distance(a, b);
    says('hops along x', x, sumOf(way, links.hopsX));
    says('hops along y', y, sumOf(way, links.hopsY));
    says('distance', hops, x + y);
    says('distance back', network.distance(b, a), hops);
    return wrong;
  });
}

/** Σ value over links. */
export function sumOf(way: readonly number[], value: ArrayLike<number>): number {
  return way.reduce((sum, link) => sum + value[link], 0);
}

/** All pairs of some numbers. */
export function pairsOf(cores: readonly number[]): [number, number][] {
  return cores.flatMap((a) => cores.map((b): [number, number] => [a, b]));
}
