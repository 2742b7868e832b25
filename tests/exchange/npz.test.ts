import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeQuantized } from '../../src/compression/quantized-file.ts';
import { sha256 } from '../../src/core/hash.ts';
import { PACKAGE_ROOT } from '../../src/core/version.ts';
import { encodeNpz, exportIntegerNpz, exportNpz } from '../../src/exchange/npz.ts';
import { type ArtifactHeader, encodeArtifact, networkMetadata, networkToTensors } from '../../src/network/artifact.ts';
import { randomIntegerNetwork } from '../compression/random-integer-network.ts';
import { randomNetwork } from '../compression/random-network.ts';
import { HEADER, quantizedArtifact } from './artifacts.ts';

const network = randomNetwork(1, { inputs: 5, neurons: 12, outputs: 3, density: 0.3 });
const integers = quantizedArtifact(randomIntegerNetwork(1, { inputs: 5, neurons: 12, outputs: 3, density: 0.3 }));

const text = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes);

describe('an .npz archive', () => {
  it('holds arrays in the .npy format: magic, version, header of 64 bytes or a multiple, data', () => {
    const files = unzipSync(encodeNpz({ a: { shape: [2, 1], data: Float32Array.of(1, -2) }, s: { shape: [], data: 'hé😀' } }));
    const header = "\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }";
    expect(text(files['a.npy'].subarray(0, 128))).toBe(`${header.padEnd(127)}\n`);
    expect([...new Float32Array(files['a.npy'].slice(128).buffer)]).toEqual([1, -2]);
    expect(text(files['s.npy'])).toContain("{'descr': '<U3', 'fortran_order': False, 'shape': (), }");
    expect([...new Int32Array(files['s.npy'].slice(128).buffer)]).toEqual(['h', 'é', '😀'].map((c) => c.codePointAt(0)));
  });

  it('refuses a shape that does not fit, as a bug', () => {
    expect(() => encodeNpz({ a: { shape: [3], data: Float32Array.of(1) } })).toThrow('shape [3] does not hold 1 values');
  });

  it('is the same bytes for the same network', () => {
    expect(sha256(exportNpz(network, HEADER))).toBe(sha256(exportNpz(network, HEADER)));
    // Independent of clock, time zone and library version.
    expect(sha256(encodeNpz({ a: { shape: [1], data: Int32Array.of(1) } }))).toBe(
      '6c1dea6bf2ebe4750dea876fdecbb245b6550cce19d614f09e2d0c60f0168595',
    );
  });

  it('holds compressed sparse rows in place of a dense matrix beyond 2^24 weights', () => {
    const large = {
      rows: 2 ** 13,
      columns: 2 ** 12,
      indptr: new Int32Array(2 ** 13 + 1).fill(1, 1),
      indices: Int32Array.of(7),
      values: Float32Array.of(2),
    };
    const names = Object.keys(unzipSync(exportNpz({ ...network, input: large }, HEADER)));
    expect(names).toEqual(expect.arrayContaining(['W.npy', 'W_mask.npy', 'W_in.values.npy', 'W_in.indices.npy', 'W_in.indptr.npy']));
    expect(names).not.toContain('W_in.npy');
  });
});

const PYTHON = '/usr/bin/python3';
const missing =
  spawnSync(PYTHON, ['-c', 'import numpy'], { encoding: 'utf8' }).status === 0
    ? null
    : `${PYTHON} has no numpy (Debian: apt install python3-numpy)`;
if (missing !== null) console.warn(`reading .npz with NumPy skipped: ${missing}`);

describe('NumPy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bimt-npz-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const check = (artifact: Uint8Array, npz: Uint8Array) => {
    const [artifactPath, path] = [join(folder, 'a.safetensors'), join(folder, 'a.npz')];
    writeFileSync(artifactPath, artifact);
    writeFileSync(path, npz);
    return execFileSync(PYTHON, [join(PACKAGE_ROOT, 'scripts/check-npz.py'), artifactPath, path], { encoding: 'utf8', stdio: 'pipe' });
  };
  const artifactOf = (form: 'dense' | 'csr', header: ArtifactHeader = HEADER) =>
    encodeArtifact(networkToTensors(network, form), header, networkMetadata(network));

  it('is installed where tests must not be skipped', () => {
    if (process.env['CI']) expect(missing).toBeNull();
  });

  it.skipIf(missing !== null)('reads every array of a trained, a pruned and a quantized network, equal to the artifact', () => {
    for (const form of ['dense', 'csr'] as const)
      expect(check(artifactOf(form), exportNpz(network, HEADER))).toContain('11 arrays read by NumPy');
    expect(check(encodeQuantized(integers), exportIntegerNpz(integers))).toContain('18 arrays read by NumPy');
  });

  it.skipIf(missing !== null)('finds an array that differs, and metadata that differ', () => {
    const other = { ...network, bias: network.bias.map((b) => b + 1) };
    expect(() => check(artifactOf('csr'), exportNpz(other, HEADER))).toThrow('b differs');
    expect(() => check(artifactOf('csr', { ...HEADER, config: { suite: 'other' } }), exportNpz(network, HEADER))).toThrow(
      'the metadata differ',
    );
  });
});
