// Does the library do what the README shows, from the sources and as it is built?
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import * as source from '../../src/index.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

it('the example goes from training to a simulated chip that computes the same integers', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await import('../../examples/library.ts');
  const lines = log.mock.calls.map(([line]) => String(line));
  log.mockRestore();
  expect(lines).toHaveLength(2);
  const [, neurons, cores, cost] = /^(\d+) neurons on (\d+) cores of rram-mesh:rows=64, wiring cost ([\d.]+)$/.exec(lines[0]) ?? [];
  expect(Number(neurons)).toBeGreaterThan(0);
  expect(Number(cores)).toBeGreaterThanOrEqual(Math.ceil(Number(neurons) / 16));
  expect(Number(cost)).toBeGreaterThan(0);
  expect(lines[1]).toMatch(/^[1-9]\d* states, all equal$/);
});

it('the README shows that example', () => {
  const [, shown] = /```ts\n(.*?\n)```\n/s.exec(read('README.md')) ?? [];
  const [, ...code] = read('examples/library.ts').replace("'../src/index.ts'", "'bimt-export'").split('\n');
  expect(shown).toBe(code.join('\n'));
});

it('the package exports files that the build makes, and they hold what the sources export', async () => {
  const { exports, bin, files } = JSON.parse(read('package.json'));
  for (const path of [...Object.values<string>(exports['.']), ...Object.values<string>(bin)]) {
    expect(existsSync(new URL(path, root)), path).toBe(true);
    expect(files).toContain(path.replace('./', '').split('/')[0]);
  }
  expect(read(bin['bimt-export'])).toMatch(/^#!\/usr\/bin\/env node\n/);
  const built = await import(fileURLToPath(new URL(exports['.'].default, root)));
  expect(Object.keys(built).sort()).toEqual(Object.keys(source).sort());
  expect(built.listTargets()).toEqual(source.listTargets());
});
