// Do the options of train that are given several times end up in the network's settings?
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runProgram, temporaryFolder, writeConfig } from './support.ts';

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
