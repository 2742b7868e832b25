import { describe, expect, it } from 'vitest';
import { examine, type Probe, thisMachine } from '../../src/pipeline/health.ts';

/** A machine on which everything is as it should be. */
const whole: Probe = {
  nodeVersion: '22.1.0',
  runtime: async (name) => ({ version: `onnxruntime-${name}@1.2.3`, reason: null }),
  packageVersion: () => '1.0.0',
  program: () => 'version 7.0.3',
  targetFault: () => null,
  targets: ['loihi1', 'rram-mesh'],
  models: ['a.safetensors'],
};

const missing = async (change: Partial<Probe>) =>
  (await examine({ ...whole, ...change })).filter(({ found }) => found === null).map(({ name, need, means }) => ({ name, need, means }));

describe('the doctor', () => {
  it('finds everything on a machine that has everything', async () => {
    const findings = await examine(whole);
    expect(findings.filter(({ found }) => found === null)).toEqual([]);
    expect(findings.find(({ name }) => name === 'targets')?.found).toBe('2 targets');
    expect(findings.find(({ name }) => name === 'Scotch')?.found).toBe('7.0.3');
    expect(findings.find(({ name }) => name === 'onnxruntime-node')?.found).toBe('1.2.3');
  });

  it.each([
    ['an old Node', { nodeVersion: '20.18.9' }, 'Node', '20.18.9 is too old: install Node 20.19 or newer'],
    [
      'a package that is gone',
      { packageVersion: (name: string) => (name === 'zod' ? null : '1.0.0') },
      'packages',
      'missing: zod; install them',
    ],
    [
      'a target that is broken',
      { targetFault: (id: string) => (id === 'loihi1' ? 'loihi1.json is wrong' : null) },
      'targets',
      'loihi1.json is wrong',
    ],
    ['no targets', { targets: [] }, 'targets', 'targets/ is empty'],
    [
      'no native runtime',
      { runtime: async (name: string) => (name === 'node' ? { version: null, reason: 'no binary' } : { version: 'x@1', reason: null }) },
      'onnxruntime-node',
      'no binary; run and verify cannot finish without it',
    ],
  ] as const)('tells %s, which is required', async (_, change, name, means) => {
    expect(await missing(change)).toEqual([{ name, need: 'required', means: expect.stringContaining(means) }]);
  });

  it.each([
    ['20.19', 1],
    ['20.19.0', 1],
    ['20.20', 1],
    ['21.0.0', 1],
    ['9.99.0', 0],
    ['20.18', 0],
  ])('takes Node %s for new enough: %i', async (nodeVersion, isEnough) => {
    expect(await missing({ nodeVersion })).toHaveLength(1 - isEnough);
  });

  it('tells what is optional as such', async () => {
    const bare = await missing({
      program: () => null,
      models: [],
      packageVersion: (name) => (name.startsWith('@tensorflow') ? null : '1'),
    });
    expect(new Set(bare.map(({ need }) => need))).toEqual(new Set(['optional', 'for developers']));
    expect(bare.map(({ name }) => name)).toEqual(['TensorFlow.js', 'models', 'Python onnx', 'NumPy', 'Scotch', 'METIS', 'Chromium']);
  });

  it('tells other versions than the tested ones', async () => {
    const packages = (await examine(whole)).find(({ name }) => name === 'packages');
    expect(packages?.means).toContain('commander 1.0.0 instead of 14.0.3');
  });

  it('finds what is required where these tests run', async () => {
    const findings = await examine({ ...thisMachine(), program: () => null });
    expect(findings.filter(({ need, found }) => need === 'required' && found === null)).toEqual([]);
    const { dependencies } = (await import('../../package.json', { with: { type: 'json' } })).default;
    expect(thisMachine().packageVersion('zod')).toBe(dependencies.zod);
    expect(thisMachine().packageVersion('no-such-package')).toBeNull();
    expect(thisMachine().program('no-such-program', [])).toBeNull();
    expect(thisMachine().program('node', ['--version'])).toMatch(/^v\d+/);
  });
});
