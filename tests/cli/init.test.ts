// Does init write a file that a run takes, and leave what is there alone?
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readSettings } from '../../src/commands/settings.ts';
import { UsageError } from '../../src/core/errors.ts';
import { exampleConfig } from '../../src/pipeline/settings-reference.ts';
import { runProgram, temporaryFolder } from './support.ts';

const folder = temporaryFolder();

it('writes bimt.yaml unless told otherwise; it has the settings of a run without any', async () => {
  process.chdir(folder);
  expect(await runProgram('init')).toMatchObject({ error: null, stdout: expect.stringContaining('bimt-export run bimt.yaml') });
  expect(readFileSync('bimt.yaml', 'utf8')).toBe(exampleConfig());
  expect(readSettings('bimt.yaml', {})).toEqual(readSettings(undefined, {}));
  expect(JSON.parse((await runProgram('init', 'other/run.yaml', '--json')).stdout)).toEqual({ file: 'other/run.yaml' });
  expect(readFileSync('other/run.yaml', 'utf8')).toBe(exampleConfig());
});

it('overwrites nothing without --force', async () => {
  const path = join(folder, 'mine.yaml');
  writeFileSync(path, 'train: {}\n');
  const { error } = await runProgram('init', path);
  expect(error).toBeInstanceOf(UsageError);
  expect((error as Error).message).toBe(`${path} exists; choose another file, or overwrite it with --force`);
  expect(readFileSync(path, 'utf8')).toBe('train: {}\n');
  expect((await runProgram('init', path, '--force')).error).toBeNull();
  expect(readFileSync(path, 'utf8')).toBe(exampleConfig());
});
