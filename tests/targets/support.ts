// Target files to change and to load, for the tests of this folder.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { PACKAGE_ROOT } from '../../src/core/version.ts';
import { listTargets, loadTarget, type Target } from '../../src/targets/load.ts';

type Json = Record<string, unknown>;

/**
 * Shipped targets whose network, storage or signs the code does not model yet, with what they wait for. A test holds that
 * each of them is refused; who models one takes it off the list, and the conformance suites run over it.
 */
export const WAITING: Readonly<Record<string, string>> = {
  brainscales2: 'signs by row',
  'dynap-se': 'a hierarchical network, memories of tags',
  'dynap-se2': 'a hierarchical network, memories of tags',
  'hermes-core': 'analog weights of unknown bits',
  'ibm-34tile': 'analog weights of unknown bits',
  'ibm-64core': 'a bus, analog weights of unknown bits',
  loihi2: 'pools of synapses',
  morphic: 'a hierarchy of routers, binary synapses',
  mosaic: 'interleaved tiles, arrays of unknown size',
  neurram: 'a host that moves the data, pairs of rows',
  odin: 'signs by source',
  ranc: 'digital crossbars with axon types',
  reckon: 'all-to-all synapses',
  spinnaker1: 'a hexagonal torus, rows in shared memory',
  spinnaker2: 'pools of synapses',
  tianjic: 'pools of synapses',
  truenorth: 'digital crossbars with axon types',
  'xylo-audio2': 'lists of targets',
  'xylo-audio3': 'lists of targets',
  'xylo-imu': 'lists of targets',
};

/** Ids of the shipped targets that networks are mapped onto: all but those for reference only and those that wait. */
export function mappableTargets(): string[] {
  return listTargets().filter((id) => !(id in WAITING) && loadTarget(id).file.support !== 'reference-only');
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
export function loadChanged(id: string, changes: Readonly<Record<string, unknown>>): Target {
  const data = Object.entries(changes).reduce((file, [path, value]) => withValue(file, path, value), rawTarget(id));
  return loadTarget(writeTarget(JSON.stringify(data)));
}
