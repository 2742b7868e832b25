// Does a run survive being killed without warning?
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/training/checkpoint.ts';
import { train } from '../../src/training/train.ts';
import { suite, tinyConfig, tinyEngine } from './tiny-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'bimt-kill-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a run killed between two checkpoints', () => {
  it.each([7, 10])('goes on from the last one to bit-identical weights and metrics (killed after update %i)', async (stopAt) => {
    const path = join(folder, `${stopAt}.safetensors`);
    const script = fileURLToPath(new URL('killed-run.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', script, path, `${stopAt}`], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);

    const config = tinyConfig();
    const resume = decodeCheckpoint(readFileSync(path), path);
    expect(resume.update).toBe(5);
    const resumed = await train(suite, config, { engine: tinyEngine(config), resume });
    const whole = await train(suite, config, { engine: tinyEngine(config) });
    expect(encodeCheckpoint(resumed)).toEqual(encodeCheckpoint(whole));
  });
});
