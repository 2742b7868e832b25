// Does a help answer without the code that works? What is loaded is counted, since times depend on the machine.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CLI, temporaryFolder } from './support.ts';

const folder = temporaryFolder();

/** Modules that the built command loads, inside dist/ or by the name of their package. */
function loadedBy(...args: readonly string[]): string[] {
  const list = join(folder, `${args.join(' ')}.txt`);
  const hooks = `import fs from 'node:fs';
    export async function load(url, context, next) { fs.appendFileSync(${JSON.stringify(list)}, url + '\\n'); return next(url, context); }`;
  const registering = `import { register } from 'node:module'; register(${JSON.stringify(dataUrl(hooks))});`;
  const { status } = spawnSync(process.execPath, ['--import', dataUrl(registering), CLI, ...args]);
  expect(status).toBe(0);
  return readFileSync(list, 'utf8')
    .split('\n')
    .flatMap((url) => /\/(?:dist|node_modules)\/(.*)$/.exec(url)?.[1] ?? []);
}

function dataUrl(script: string): string {
  return `data:text/javascript,${encodeURIComponent(script)}`;
}

it('--help loads the list of commands alone', () => {
  const loaded = loadedBy('--help');
  expect(loaded).toContain('commands/program.js');
  expect(loaded.filter((path) => /^(?!commander|picocolors|commands\/(program|output)\.js|core\/|cli\.js)/.test(path))).toEqual([]);
});

it('run --help loads what settings mean, and nothing that trains, maps, reports or reads ONNX', () => {
  const loaded = loadedBy('run', '--help');
  expect(loaded).toContain('pipeline/config.js');
  expect(
    loaded.filter((path) => /^(onnx|pipeline\/run|simulation|analysis|training\/train|mapping\/place|report\/report)/.test(path)),
  ).toEqual([]);
});
