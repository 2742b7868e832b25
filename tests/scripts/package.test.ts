// What is in the package, and does it run without what only developers install? Its installation is tried by scripts/package-check.ts.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { listTargets } from '../../src/targets/load.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

it('holds what users need and nothing else, in less than 15 MB', () => {
  const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT, encoding: 'utf8' });
  const [{ files, unpackedSize }] = JSON.parse(stdout) as [{ files: { path: string }[]; unpackedSize: number }];
  const paths = files.map(({ path }) => path);
  expect(unpackedSize).toBeLessThan(15e6);
  const needed = [
    ...['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'dist/cli.js', 'dist/index.js', 'dist/index.d.ts'],
    ...['docs/columns.md', 'docs/tutorial.md', 'examples/library.ts'],
    ...['models/yang19-20x20-bimt.safetensors', 'models/yang19-20x20-bimt.analysis.json'],
    ...listTargets().map((id) => `targets/${id}.json`),
  ];
  expect(needed.filter((path) => !paths.includes(path))).toEqual([]);
  const folders = new Set(paths.map((path) => path.split('/')[0]));
  expect([...folders].filter((name) => ['src', 'tests', 'scripts', 'runs', 'node_modules'].includes(name))).toEqual([]);
  expect(paths.filter((path) => /^models\/.+\//.test(path))).toEqual([]);
  expect([manifest.bin['bimt-export'], manifest.exports['.'].types, manifest.license]).toEqual(['dist/cli.js', './dist/index.d.ts', 'MIT']);
});

it('imports only packages that are installed with it', () => {
  const files = readdirSync(join(ROOT, 'dist'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.js'));
  expect(files.length).toBeGreaterThan(100);
  const imported = new Set(
    files.flatMap((file) => {
      const text = readFileSync(join(ROOT, 'dist', file), 'utf8');
      const statements = /^(?:import|export)\s(?:[^'"();]*\sfrom\s)?['"]([^'".][^'"]*)['"]|import\(['"]([^'".][^'"]*)['"]\)/gm;
      return [...text.matchAll(statements)].map(([, from, dynamic]) => (from ?? dynamic ?? '').replace(/^((?:@[^/]+\/)?[^/]+).*$/, '$1'));
    }),
  );
  const packages = [...imported].filter((name) => !name.startsWith('node:'));
  expect(packages).toContain('zod');
  const allowed = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)];
  expect(packages.filter((name) => !allowed.includes(name))).toEqual([]);
});
