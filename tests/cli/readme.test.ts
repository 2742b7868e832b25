// Does every command line of the README work, as it is printed there?
import { existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { pathsIn, runCli, temporaryFolder } from './support.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const folder = temporaryFolder();
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const lines = [...readme.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block]) => block.trim().split('\n'));
const commands = lines.filter((line) => line.startsWith('npx bimt-export '));
/** On a developer's machine such a command takes longer than all other tests of the folder. */
const isLong = (command: string) => / run | analyze /.test(command);

beforeAll(() => {
  for (const name of ['models', 'configs']) symlinkSync(join(ROOT, name), join(folder, name));
});

it('shows the two commands that start and test everything, and they exist', () => {
  expect(lines.filter((line) => !commands.includes(line))).toEqual(['npm ci && npm start', 'npm ci && npm test']);
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const [, config] = /cli\.js run (\S+)/.exec(scripts.start) ?? [];
  expect(existsSync(join(ROOT, config))).toBe(true);
  expect(scripts.test).toContain('vitest run');
});

it.skipIf(process.platform === 'win32')('can call the tool by its name: what is built may be executed', () => {
  // The compiler writes plain files; npx then says no more than "Permission denied".
  expect(statSync(join(ROOT, 'dist/cli.js')).mode & 0o111).toBe(0o111);
});

it.each(commands)('%s', { timeout: 300_000 }, async (command) => {
  const [, model] = /(models\/\S+)/.exec(command) ?? [];
  const isThere = model === undefined || existsSync(join(ROOT, model));
  if (process.env['CI']) expect(isThere, `${model} ships`).toBe(true);
  else if (!isThere || isLong(command)) return;
  const { code, stderr } = await runCli(command.split(' ').slice(2), folder);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  const [, written] = /--(?:svg|out) (\S+)/.exec(command) ?? [];
  if (written !== undefined) expect(pathsIn(folder).some((path) => path.startsWith(written))).toBe(!command.includes('--dry-run'));
});
