// Which engine does a name open, and what is said when it cannot?
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/core/errors.ts';
import { ENGINE_CHOICES, type EngineSpec } from '../../../src/training/engine.ts';
import { openEngine } from '../../../src/training/engines/open.ts';
import { type ImportPackage, tfjsEngine } from '../../../src/training/engines/tfjs.ts';

const SPEC: EngineSpec = {
  inputs: 2,
  neurons: 3,
  outputs: 2,
  activation: 'relu',
  adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  clipNorm: null,
  proximal: false,
  quantization: null,
};

const NATIVE = '@tensorflow/tfjs-node';

function absent(name: string): Error {
  return Object.assign(new Error(`Cannot find package '${name}' imported from here`), { code: 'ERR_MODULE_NOT_FOUND' });
}

/** Imports all but the named packages, which fail as given. */
function importWithout(failures: Readonly<Record<string, Error>>): ImportPackage {
  return (name) => (name in failures ? Promise.reject(failures[name]) : import(name));
}

describe('openEngine', () => {
  it('opens every engine of the list, and says why', async () => {
    for (const choice of ENGINE_CHOICES) {
      const { engine, why } = await openEngine(choice, SPEC);
      expect(engine.name).toBe(choice === 'auto' ? 'ort' : choice);
      expect(why).not.toBe('');
      await engine.dispose();
    }
  });

  it('takes native ONNX Runtime by itself, and records its version', async () => {
    const { engine, why } = await openEngine('auto', SPEC);
    expect(engine.version).toBe('onnxruntime-node@1.16.3');
    expect(why).toContain(engine.version);
    await engine.dispose();
  });

  it('runs the same graph in WebAssembly where the native runtime is missing, and says so', async () => {
    const { engine, why } = await openEngine('auto', SPEC, async () => ({ version: null, reason: 'there is no binary for this platform' }));
    expect(engine.version).toBe('onnxruntime-web@1.30.0');
    expect(why).toContain('there is no binary for this platform');
    await engine.dispose();
  });

  it('answers an unknown name with the nearest one', async () => {
    await expect(openEngine('torch', SPEC)).rejects.toThrow(UsageError);
    await expect(openEngine('tfj', SPEC)).rejects.toThrow("did you mean 'tfjs'");
  });
});

describe('tfjsEngine', () => {
  it('tells an absent native package from one whose native part is missing', async () => {
    const without = await tfjsEngine(SPEC, importWithout({ [NATIVE]: absent(NATIVE) }));
    expect(without.why).toContain(`${NATIVE} is not installed`);
    const broken = await tfjsEngine(SPEC, importWithout({ [NATIVE]: new Error('The Node.js native addon module can not be found') }));
    expect(broken.why).toContain(`the native part of ${NATIVE} does not load (The Node.js native addon`);
    for (const { engine } of [without, broken]) {
      expect(engine.version).toBe('@tensorflow/tfjs-core@4.22.0');
      await engine.dispose();
    }
  });

  it('takes the native package when it is there', async () => {
    const stand = await import('@tensorflow/tfjs-core');
    await import('@tensorflow/tfjs-backend-cpu');
    const { engine, why } = await tfjsEngine(SPEC, async () => stand);
    expect(engine.version).toBe(`${NATIVE}@4.22.0`);
    expect(why).toContain('is installed');
    await engine.dispose();
  });

  it('says what to install when nothing is', async () => {
    const attempt = tfjsEngine(SPEC, (name) => Promise.reject(absent(name)));
    await expect(attempt).rejects.toThrow(UsageError);
    await expect(attempt).rejects.toThrow(`npm install ${NATIVE}`);
  });
});
