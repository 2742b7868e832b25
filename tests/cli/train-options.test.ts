// Do the options of train that are given several times end up in the network's settings?
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pathsIn, runProgram, temporaryFolder, writeConfig } from './support.ts';

const folder = temporaryFolder();
const config = join(folder, writeConfig(folder, { train: { grid: '3x3', updates: 4, taskWeights: { go: 2, anti: 3 } } }));
const train = (...args: string[]) =>
  runProgram('train', '--config', config, '--out', join(folder, 'out'), '--batch-mode', 'stream', '--batch-rows', '2', '--quiet', ...args);

describe('train --task-weight', () => {
  it('weights tasks over and beside those of the config file; another weight is another run', async () => {
    const { stdout, error } = await train('--task-weight', 'dms=3', '--task-weight', 'go=0.5', '--json');
    expect(error).toBeNull();
    expect(JSON.parse(stdout).config.train.taskWeights).toEqual({ anti: 3, dms: 3, go: 0.5 });
    const resumed = await train('--task-weight', 'dms=4', '--resume');
    expect(String(resumed.error)).toContain(
      'taskWeights: {"anti":3,"dms":3,"go":0.5} in the checkpoint, {"anti":3,"dms":4,"go":2} asked for',
    );
  });
});

describe('train --dry-run', () => {
  const dry = (...args: string[]) => train('--out', join(folder, 'dry'), '--task-weight', 'dms=3', ...args);

  it('tells network, engine, settings and exactly the files that training then writes', async () => {
    const before = pathsIn(folder);
    const { stdout, error } = await dry('--dry-run', '--json');
    expect(error).toBeNull();
    expect(pathsIn(folder)).toEqual(before);
    const { network, tasks, updates, engine, files, settings } = JSON.parse(stdout);
    const { inputs, neurons, outputs } = network;
    expect([neurons, tasks, updates]).toEqual([9, 20, { done: 0, all: 4 }]);
    // W, W_in, W_out and both biases.
    expect(network.parameters).toBe(81 + 9 * inputs + 9 * outputs + 9 + outputs);
    expect(settings.train).toMatchObject({ grid: '3x3', updates: 4, batchMode: 'stream', taskWeights: { anti: 3, dms: 3, go: 2 } });

    const made = await dry('--json');
    expect(made.error).toBeNull();
    const { config, provenance } = JSON.parse(made.stdout);
    expect(config.train).toEqual(settings.train);
    expect(provenance.engine).toEqual({ name: engine.name, version: engine.version });
    expect(pathsIn(join(folder, 'dry')).map((path) => join(folder, 'dry', path))).toEqual([...files].sort());
  });

  it('says so in words, also how far a training is that it would go on with', async () => {
    const { stdout, error } = await dry('--dry-run', '--resume');
    expect(error).toBeNull();
    expect(stdout).toContain('dry: 4 updates, 4 done, of a network for 20 tasks; nothing was changed\n  network  9 neurons, ');
    expect(stdout).toContain('\n  writes   trained.safetensors, training.csv, checkpoint.safetensors\n  settings\n    suite');
    expect(stdout).toMatch(/\n {4}taskWeights +\{"anti":3,"dms":3,"go":2\}\n/);
  });

  it.each([
    ['an earlier result', [], 'trained.safetensors exists'],
    ['a checkpoint of other settings', ['--resume', '--seed', '7'], 'seed: 0 in the checkpoint, 7 asked for'],
    ['a task that is not there', ['--force', '--task-weight', 'dmss=1'], "'dmss'; did you mean 'dms'"],
  ])('refuses what training would refuse: %s', async (_, args, fault) => {
    const { stdout, error } = await dry('--dry-run', ...args);
    expect(String(error)).toContain(fault);
    expect(stdout).toBe('');
  });
});
