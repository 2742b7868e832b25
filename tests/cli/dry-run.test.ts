// Does --dry-run tell what a run would do, file by file, without doing it?
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import type { RunPlan } from '../../src/pipeline/plan.ts';
import { pathsIn, runProgram, TINY, TOO_SMALL, temporaryFolder, writeConfig } from './support.ts';

const folder = temporaryFolder();
const STAGES = ['train', 'prune', 'onnx', 'map onto rram-mesh', 'verify rram-mesh', 'verify onnx', 'functions of neurons', 'report'];

async function plan(...args: string[]): Promise<RunPlan> {
  const { stdout, stderr, error } = await runProgram(...args, '--dry-run', '--json');
  expect({ stderr, error }).toEqual({ stderr: '', error: null });
  return JSON.parse(stdout);
}

const toDo = ({ stages }: RunPlan) => stages.filter(({ state }) => state !== 'up to date').map(({ stage }) => stage);
const timesIn = (out: string) => pathsIn(out).map((path) => [path, statSync(join(out, path)).mtimeMs]);

let beforehand: RunPlan;
beforeAll(async () => {
  process.chdir(folder);
  writeConfig(folder);
  beforehand = await plan('run', 'tiny.json', '--out', 'run');
  expect(existsSync('run')).toBe(false);
  expect((await runProgram('run', 'tiny.json', '--out', 'run')).error).toBeNull();
});

describe('--dry-run of run', () => {
  it('names every stage and exactly the files that the run then writes', () => {
    expect(beforehand.out).toBe('run');
    expect(beforehand.stages.map(({ stage, state }) => [stage, state])).toEqual(STAGES.map((stage) => [stage, 'to do']));
    expect([...beforehand.files].sort()).toEqual(pathsIn('run'));
  });

  it.each([
    // What verify reads might be others, as far as is known.
    ['model.md', ['onnx', 'verify onnx', 'report']],
    ['model.qdq.onnx', ['onnx', 'verify onnx', 'report']],
    ['rram-mesh/images.safetensors', ['map onto rram-mesh', 'verify rram-mesh', 'report']],
    ['rram-mesh/verify.json', ['verify rram-mesh', 'report']],
    ['pruned.safetensors', STAGES.slice(1)],
  ])('without %s tells what runs again', async (file, expected) => {
    const kept = readFileSync(join('run', file));
    rmSync(join('run', file));
    const before = timesIn('run');
    expect(toDo(await plan('run', 'tiny.json', '--out', 'run'))).toEqual(expected);
    expect(timesIn('run')).toEqual(before);
    writeFileSync(join('run', file), kept);
  });

  it('of a run that is done has only the report to make, and says so in words', async () => {
    const { stdout, error } = await runProgram('run', 'tiny.json', '--out', 'run', '--dry-run');
    expect(error).toBeNull();
    expect(stdout).toContain('run: 8 stages, 7 up to date, 1 to do; nothing was changed\n  up to date  train\n');
    expect(stdout).toContain('\n  to do       report                writes report.html, report.json, ');
  });

  it('of a target that the network is known not to fit has nothing to verify there', async () => {
    const args = ['run', '--model', 'run/pruned.safetensors', '--target', TOO_SMALL, '--out', 'small', '--trials', '1'];
    await runProgram(...args);
    const { stages, files } = await plan(...args);
    expect(stages.map(({ stage }) => stage)).toEqual([
      'take the pruned model',
      'onnx',
      `map onto ${TOO_SMALL}`,
      'verify onnx',
      'functions of neurons',
      'report',
    ]);
    expect(files.filter((file) => !pathsIn('small').includes(file))).toEqual([]);
  });

  it('refuses what the run would refuse', async () => {
    for (const args of [
      ['--target', 'loihi9'],
      ['--model', 'none.safetensors'],
      ['--seed', '5'],
    ]) {
      const dry = await runProgram('run', 'tiny.json', '--out', 'run', '--dry-run', ...args);
      const real = await runProgram('run', 'tiny.json', '--out', 'run', ...args);
      expect(dry.error).toBeInstanceOf(UsageError);
      expect((dry.error as Error).message).toBe((real.error as Error).message);
    }
    expect(toDo(await plan('run', 'tiny.json', '--out', 'run', '--seed', '5', '--force'))).toEqual(STAGES);
    expect(existsSync('run/report.json')).toBe(true);
  });
});

describe('--dry-run of map', () => {
  it('names exactly the files that the mapping then writes, and after it none', async () => {
    writeConfig(folder, { quantize: TINY.quantize, map: TINY.map, scores: TINY.scores }, 'map.json');
    const args = ['map', 'run/pruned.safetensors', '--config', 'map.json', '--target', 'rram-mesh', '--out', 'mapped'];
    const { files } = await plan(...args);
    expect(existsSync('mapped')).toBe(false);
    expect((await runProgram(...args)).error).toBeNull();
    expect([...files].sort()).toEqual(pathsIn('mapped'));
    const { files: left, stages } = await plan(...args);
    expect(left).toEqual([]);
    const upToDate = ['take the pruned model', 'map onto rram-mesh', 'functions of neurons'].map((stage) => [stage, 'up to date']);
    expect(stages.map(({ stage, state }) => [stage, state])).toEqual(upToDate);
  });
});
