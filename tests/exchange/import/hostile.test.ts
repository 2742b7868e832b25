// Does every hostile file end in one line, soon, and without much memory? By hand, and by the thousand from a fixed seed.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/core/errors.ts';
import { randomStream } from '../../../src/core/random.ts';
import { sequenceGraph } from '../../../src/exchange/float-graph.ts';
import { floatWeights } from '../../../src/exchange/float-weights.ts';
import { importOnnx } from '../../../src/exchange/import/import-onnx.ts';
import { encodeForm } from '../../../src/exchange/model-file.ts';
import { exportQdq } from '../../../src/exchange/qdq.ts';
import { exportSequence } from '../../../src/exchange/seq.ts';
import { exportStep } from '../../../src/exchange/step.ts';
import type { Network } from '../../../src/network/network.ts';
import { externalDataIn } from '../../../src/onnx/external-data.ts';
import { randomNetwork } from '../../compression/random-network.ts';
import { HEADER } from '../artifacts.ts';
import { around, BY_HAND, mutatedBytes, mutatedModel } from './hostile.ts';
import { tensor } from './models.ts';

const MAX_SECONDS = 2;
const FIXTURES = fileURLToPath(new URL('../../fixtures/onnx/', import.meta.url));

const small = randomNetwork(3, { inputs: 3, neurons: 6, outputs: 4 });
const sparse = randomNetwork(3, { inputs: 3, neurons: 20, outputs: 4, density: 0.05 });
const bases: Uint8Array[] = [
  ...readdirSync(FIXTURES)
    .filter((name) => name.endsWith('.onnx'))
    .map((name) => readFileSync(join(FIXTURES, name))),
  exportStep(small, HEADER),
  exportSequence(small, HEADER),
  exportSequence({ ...small, activation: 'softplus' }, HEADER),
  exportQdq(small, HEADER, { bits: 4, granularity: 'block', blockSize: 2 }),
  exportQdq(small, HEADER, { bits: 8, granularity: 'channel', blockSize: 2 }, 'scan'),
  encodeForm('test', '', sequenceGraph(sparse, floatWeights(sparse), { largestDense: 0 }), sparse, HEADER),
];

/** What became of a file: a network, or the one line that refuses it. Anything else fails. */
function outcomeOf(bytes: Uint8Array, told: () => string): Network | string {
  const before = process.cpuUsage();
  let outcome: Network | string;
  try {
    outcome = importOnnx(bytes, 'hostile.onnx').network;
  } catch (error) {
    if (!(error instanceof UsageError)) throw new Error(`${told()}: ${(error as Error).stack}`);
    outcome = error.message;
  }
  const { user, system } = process.cpuUsage(before);
  if ((user + system) / 1e6 > MAX_SECONDS)
    throw new Error(`${told()} took ${(user + system) / 1e6} s: ${typeof outcome === 'string' ? outcome : 'read'}`);
  if (typeof outcome === 'string' && !/^hostile\.onnx[^\n]{1,600}$/.test(outcome)) throw new Error(`${told()}: ${outcome}`);
  if (typeof outcome !== 'string') checkNetwork(outcome, told);
  return outcome;
}

/** What was read must be a network that every later stage takes. */
function checkNetwork({ recurrent, input, readout, bias, readoutBias, neurons, inputs, outputs }: Network, told: () => string): void {
  const isGood =
    [neurons, inputs, outputs].every((size) => Number.isSafeInteger(size) && size >= 1) &&
    bias.length === neurons &&
    readoutBias.length === outputs &&
    [recurrent, input, readout].every(
      ({ values, indices, columns, indptr }) =>
        values.every(Number.isFinite) && indices.every((c) => c < columns) && indptr.at(-1) === values.length,
    ) &&
    [bias, readoutBias].every((values) => values.every(Number.isFinite));
  if (!isGood) throw new Error(`${told()} was read as something that is no network`);
}

/** A message without what names and numbers it holds: the kind of refusal. */
const kindOf = (message: string) =>
  message
    .replace(/'[^']*'|"[^"]*"/g, '…')
    .replace(/\([A-Za-z]+\)/g, '')
    .replace(/the \w+ that/g, 'the that')
    .replace(/-?\d+(\.\d+)?(e[+-]?\d+)?|NaN|Infinity/g, '#');

describe('hostile files by hand', () => {
  it.each(Object.entries(BY_HAND))('%s', (_, [make, message]) => {
    expect(outcomeOf(make(), () => 'it')).toContain(message);
  });

  it('the file that they all change is good', () => {
    expect(outcomeOf(around([]), () => 'it')).toMatchObject({ inputs: 3, neurons: 3, outputs: 3 });
  });
});

describe('external data', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bimt-hostile-'));
  const inside = join(folder, 'model');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeAll(() => {
    mkdirSync(inside);
    writeFileSync(join(folder, 'secret'), Buffer.alloc(64));
    writeFileSync(join(inside, 'good'), Buffer.alloc(64));
    symlinkSync(join(folder, 'secret'), join(inside, 'link'));
    symlinkSync(folder, join(inside, 'up'));
    symlinkSync('good', join(inside, 'own'));
    mkdirSync(join(inside, 'folder'));
  });
  const read = (entries: Record<string, string>, dims = [3, 3]) => {
    const { rawData: _, ...rest } = tensor('E', dims, []);
    const external = { ...rest, dataLocation: 1, externalData: Object.entries(entries).map(([key, value]) => ({ key, value })) };
    return importOnnx(around([], [external]), 'hostile.onnx', { external: externalDataIn(inside) });
  };

  it('inside the folder are read, through links that stay inside too', () => {
    for (const location of ['good', './good', 'own']) expect(read({ location }).network.recurrent.values).toHaveLength(0);
  });

  it.each<[Record<string, string>, string]>([
    [{ location: '../secret' }, 'is not a file in the folder of the model'],
    [{ location: 'folder/../../secret' }, 'is not a file in the folder of the model'],
    [{ location: '/etc/passwd' }, 'is not a file in the folder of the model'],
    [{ location: 'C:\\windows' }, 'is not a file in the folder of the model'],
    [{ location: '..\\secret' }, 'is not a file in the folder of the model'],
    [{ location: 'a\0b' }, 'is not a file in the folder of the model'],
    [{ location: '' }, 'is not a file in the folder of the model'],
    [{}, 'is not a file in the folder of the model'],
    [{ location: '.' }, 'is not a file in the folder of the model'],
    [{ location: 'link' }, 'is not a file in the folder of the model'],
    [{ location: 'up/secret' }, 'is not a file in the folder of the model'],
    [{ location: 'missing' }, 'cannot be read beside the model'],
    [{ location: 'folder' }, 'is not a file'],
    [{ location: 'x'.repeat(5000) }, 'cannot be read beside the model'],
    [{ location: 'good', offset: '40' }, 'lies in bytes 40 to 76 of a file of 64 bytes'],
    [{ location: 'good', offset: '-4' }, 'offset of its external data is not a whole number'],
    [{ location: 'good', offset: '1e3' }, 'offset of its external data is not a whole number'],
    [{ location: 'good', offset: '9'.repeat(30) }, 'offset of its external data is not a whole number'],
    [{ location: 'good', length: '35' }, 'needs 36 bytes, its external data have 35'],
  ])('%j are refused', (entries, message) => {
    expect(() => read(entries)).toThrow(UsageError);
    expect(() => read(entries)).toThrow(message);
    expect(() => read(entries)).not.toThrow('\n');
  });

  it('that claim more than any network needs are refused before they are read', () => {
    expect(() => read({ location: 'good' }, [20_000, 20_000])).toThrow('more than 100000000 numbers');
    expect(() => read({ location: 'good' }, [9_000, 9_000])).toThrow('lies in bytes 0 to 324000000 of a file of 64 bytes');
  });
});

describe('thousands of mutations of good files', () => {
  const BYTE_CASES = 8000;
  const MODEL_CASES = 8000;

  /** Runs all cases; how many were read, and the kinds of refusals with their numbers. */
  function survey(count: number, purpose: string, mutate: (base: Uint8Array, random: ReturnType<typeof randomStream>) => Uint8Array) {
    const kinds = new Map<string, number>();
    let read = 0;
    for (let i = 0; i < count; i++) {
      const random = randomStream(1, purpose, i);
      const outcome = outcomeOf(mutate(random.pick(bases), random), () => `case ${i} of ${purpose}`);
      if (typeof outcome !== 'string') read++;
      else kinds.set(kindOf(outcome), (kinds.get(kindOf(outcome)) ?? 0) + 1);
    }
    return { read, kinds };
  }

  it('each end in a network or in one line: bytes', { timeout: 240_000 }, () => {
    const { read, kinds } = survey(BYTE_CASES, 'bytes', (base, random) => mutatedBytes(base, bases, random));
    expect(read).toBeGreaterThan(BYTE_CASES / 100);
    expect(kinds.size).toBeGreaterThan(40);
  });

  it('each end in a network or in one line: operators, shapes, names and numbers', { timeout: 240_000 }, () => {
    const { read, kinds } = survey(MODEL_CASES, 'models', (base, random) => mutatedModel(base, random));
    expect(read).toBeGreaterThan(MODEL_CASES / 10);
    expect(kinds.size).toBeGreaterThan(150);
    // No single refusal hides the others.
    expect(Math.max(...kinds.values())).toBeLessThan(MODEL_CASES / 4);
  });

  it('are found out if something else is thrown', () => {
    expect(() => outcomeOf(null as unknown as Uint8Array, () => 'case 7')).toThrow('case 7: TypeError');
  });
});
