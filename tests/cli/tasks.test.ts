// What does `bimt-export tasks` print and write?
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tasksCommand } from '../../src/commands/tasks.ts';
import type { TrialInfo } from '../../src/tasks/suite.ts';
import { findSuite } from '../../src/tasks/suites.ts';
import { yang19 } from '../../src/tasks/yang19.ts';

let folder = '';
let stdout = '';
let stderr = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bimt-tasks-'));
  stdout = '';
  stderr = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += text;
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

async function tasks(...argv: string[]): Promise<string> {
  stdout = '';
  const command = tasksCommand().exitOverride();
  for (const inner of command.commands) inner.exitOverride();
  await command.parseAsync(argv, { from: 'user' });
  return stdout;
}

interface SampledTrial {
  task: string;
  periods: { name: string; start: number; end: number }[];
  inputs: number[][];
  targets: number[];
  info: TrialInfo;
}

describe('tasks list', () => {
  it('prints every task with its ceiling', async () => {
    const lines = (await tasks('list')).split('\n');
    expect(lines[0]).toBe('yang19: the 20 cognitive tasks of Yang et al. (2019)');
    for (const [index, task] of yang19.tasks.entries()) {
      const line = lines.find((candidate) => candidate.includes(` ${task} `)) as string;
      expect(line.trim().split(/\s+/).slice(0, 3)).toEqual([`${index}`, task, yang19.ceilings[index].toFixed(3)]);
    }
  });

  it('prints the same as JSON', async () => {
    const [suite] = JSON.parse(await tasks('list', '--json'));
    expect(suite).toMatchObject({ name: 'yang19', inputs: 53, outputs: 17, maxSteps: 32, stepMs: 100 });
    expect(suite.tasks.map(({ name }: { name: string }) => name)).toEqual(yang19.tasks);
  });
});

describe('tasks list --suite', () => {
  it('prints one suite with its parameters as they are set and the delays that were drawn', async () => {
    const text = await tasks('list', '--suite', 'modcog84:seed=3,ring=reference');
    expect(text).toMatch(/^modcog84:ring=reference,seed=3: the 84 tasks of Mod-Cog/);
    expect(text).not.toContain('yang19:');
    expect(text).toMatch(
      /^ +83 +dnmcseql +1\.000 +as dnmc, the response moving by -1 slot a step; delay \d+ ms on ring 1, \d+ ms on ring 2$/m,
    );
    expect(text).toMatch(/^ +ring +reference +corrected, reference +class of direction 15/m);
    expect(text).toMatch(/^ +seed +3 +whole numbers 0 … 2147483647 /m);
    const [suite, ...more] = JSON.parse(await tasks('list', '--suite', 'modcog84:seed=3,ring=reference', '--json'));
    expect(more).toEqual([]);
    expect(suite).toMatchObject({ name: 'modcog84:ring=reference,seed=3', inputs: 117, outputs: 17, maxSteps: 34 });
    expect(suite.parameters[0]).toMatchObject({ name: 'ring', value: 'reference', allowed: 'corrected, reference' });
    expect(Object.keys(suite.tasks[16].constants)).toEqual(['ring1DelayMs', 'ring2DelayMs']);
    expect(suite.tasks[0]).not.toHaveProperty('constants');
  });

  it('lists all suites without it', async () => {
    const names = JSON.parse(await tasks('list', '--json')).map(({ name }: { name: string }) => name);
    expect(names).toEqual(['yang19', 'modcog84', 'modcog82']);
  });
});

describe('tasks sample', () => {
  it('prints trials of a suite with parameters, which its suite rebuilds', async () => {
    const suite = findSuite('modcog84:ring=reference');
    const trials = JSON.parse(
      await tasks('sample', '--suite', 'modcog84:ring=reference', '--task', 'dlyantiseql', '--trials', '8', '--no-noise', '--json'),
    ) as SampledTrial[];
    for (const { inputs, targets, info } of trials) {
      const rebuilt = suite.rebuild(info);
      expect(inputs.flat()).toEqual([...rebuilt.inputs]);
      expect(targets).toEqual([...rebuilt.targets]);
      expect(targets).not.toContain(16);
      expect(info.responseSpeed).toBe(-1);
    }
  });

  it('prints trials as JSON: inputs by step and channel, targets, periods and the description', async () => {
    const trials = JSON.parse(
      await tasks('sample', '--suite', 'yang19', '--task', 'dlydm1', '--trials', '3', '--seed', '5', '--no-noise', '--json'),
    ) as SampledTrial[];
    expect(trials).toHaveLength(3);
    for (const { task, periods, inputs, targets, info } of trials) {
      expect(task).toBe('dlydm1');
      expect(periods.map(({ name }) => name)).toEqual(['fixation', 'stim1', 'delay', 'stim2', 'decision']);
      const steps = periods[4].end;
      expect([inputs.length, targets.length]).toEqual([steps, steps]);
      const rebuilt = yang19.rebuild(info);
      expect(inputs.flat()).toEqual([...rebuilt.inputs]);
      expect(targets).toEqual([...rebuilt.targets]);
      for (const row of inputs) expect(row).toHaveLength(53);
    }
  });

  it('adds noise unless told otherwise, to the same trials', async () => {
    const noisy = JSON.parse(await tasks('sample', '--task', 'dm1', '--seed', '2', '--json')) as SampledTrial[];
    const clean = JSON.parse(await tasks('sample', '--task', 'dm1', '--seed', '2', '--no-noise', '--json')) as SampledTrial[];
    expect(noisy[0].info).toEqual(clean[0].info);
    expect(noisy[0].inputs).not.toEqual(clean[0].inputs);
  });

  it('gives other trials for another seed, and the same first trials however many are asked for', async () => {
    const two = JSON.parse(await tasks('sample', '--task', 'dms', '--trials', '2', '--json'));
    const one = JSON.parse(await tasks('sample', '--task', 'dms', '--json'));
    expect(two[0]).toEqual(one[0]);
    expect(two[1]).not.toEqual(two[0]);
    expect(JSON.parse(await tasks('sample', '--task', 'dms', '--seed', '1', '--json'))).not.toEqual(one);
  });

  it('prints pictures without --json', async () => {
    expect((await tasks('sample', '--task', 'dms', '--trials', '2')).match(/yang19 dms: /g)).toHaveLength(2);
  });
});

describe('tasks show', () => {
  it('shows the first trial that sample gives, as a picture', async () => {
    const picture = await tasks('show', 'rtgo', '--seed', '4');
    const [sampled] = JSON.parse(await tasks('sample', '--task', 'rtgo', '--seed', '4', '--json')) as SampledTrial[];
    expect(picture).toContain('yang19 rtgo: respond towards the stimulus as soon as it appears');
    expect(picture).toContain(`response due in direction ${sampled.info.response} `);
    expect(JSON.parse(await tasks('show', 'rtgo', '--seed', '4', '--json'))).toEqual(sampled);
  });

  it('writes an SVG file, and overwrites it only with --force', async () => {
    const file = join(folder, 'pictures', 'dms.svg');
    await tasks('show', 'dms', '--svg', file);
    expect(stderr).toBe(`picture: ${file}\n`);
    const first = readFileSync(file, 'utf8');
    expect(first).toMatch(/^<svg /);
    await expect(tasks('show', 'dms', '--seed', '1', '--svg', file)).rejects.toThrow(/exists; overwrite it with --force/);
    expect(readFileSync(file, 'utf8')).toBe(first);
    await tasks('show', 'dms', '--seed', '1', '--svg', file, '--force');
    expect(readFileSync(file, 'utf8')).not.toBe(first);
  });
});

describe('bad input to tasks', () => {
  it('is refused where a suite has no such parameter or value, with what is allowed', async () => {
    await expect(tasks('show', 'dms', '--suite', 'modcog84:rings=2')).rejects.toThrow(
      /unknown parameter 'rings' of suite modcog84; allowed: ring, seed/,
    );
    await expect(tasks('list', '--suite', 'modcog84:ring=none')).rejects.toThrow(/allowed: corrected, reference/);
  });

  it('is answered with the nearest names and the command that lists all', async () => {
    await expect(tasks('show', 'dmss', '--svg', join(folder, 'x.svg'))).rejects.toThrow(
      /unknown task of suite yang19 'dmss'; did you mean 'dms'/,
    );
    await expect(tasks('show', 'dms', '--suite', 'yang')).rejects.toThrow(
      /unknown suite 'yang'; did you mean 'yang19'.*bimt-export tasks list/,
    );
    expect(existsSync(join(folder, 'x.svg'))).toBe(false);
    expect(stdout).toBe('');
  });

  it('is refused where a number is expected, and where the task is missing', async () => {
    await expect(tasks('sample', '--task', 'dms', '--trials', 'many')).rejects.toThrow(/whole number/);
    await expect(tasks('sample', '--task', 'dms', '--seed', '-1')).rejects.toThrow(/whole number/);
    await expect(tasks('sample')).rejects.toThrow(/--task/);
  });
});
