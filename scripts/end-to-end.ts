// Does the built tool keep what the README promises? `npm start`, then the shipped model, with real consumers of the files.
// usage: tsx scripts/end-to-end.ts FOLDER
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../src/report/report.ts';

const [folder = 'runs/end-to-end'] = process.argv.slice(2);
const CLI = join('dist', 'cli.js');
const MODEL = 'models/yang19-20x20-bimt.safetensors';
const TARGETS = ['isaac-ce', 'loihi1', 'rram-mesh'];
const failures: string[] = [];

function expect(condition: boolean, what: string): void {
  console.log(`${condition ? 'ok  ' : 'FAIL'} ${what}`);
  if (!condition) failures.push(what);
}

/** Runs a command to its end; returns its exit code, what it printed, and the seconds it took. */
function run(command: string, args: readonly string[]) {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  return { code: status, stdout, stderr, seconds: (performance.now() - start) / 1000 };
}

function readReport(path: string): Report {
  return JSON.parse(readFileSync(join(path, 'report.json'), 'utf8')) as Report;
}

/** What every run must have reached: all targets fit, all executions agree, all models are valid ONNX. */
function checkRun(path: string): void {
  const report = readReport(path);
  for (const { label, placements, verification } of report.targets) {
    expect(placements[0]?.violations.length === 0, `${path}: fits ${label}`);
    expect((verification?.trials ?? 0) >= 1000, `${path}: ${label} was verified on at least 1,000 trials`);
    expect(verification?.mismatches.length === 0, `${path}: no integer differs on ${label}`);
    expect((verification?.saturatedStates ?? 0) > 0, `${path}: some states were saturated on ${label}`);
  }
  const apart = report.forms?.comparisons.filter(({ beyond }) => beyond > 0);
  expect(apart?.length === 0, `${path}: the float ONNX files were verified in both runtimes, and come close enough`);
  const models = ['step', 'seq', 'qdq'].map((form) => join(path, `model.${form}.onnx`));
  const integerModels = TARGETS.map((target) => join(path, target, 'model.int.onnx'));
  const checked = run('/usr/bin/python3', ['scripts/check-onnx.py', ...models, ...integerModels]);
  expect(checked.code === 0, `${path}: the official ONNX checker accepts every model ${checked.stdout.trim()}${checked.stderr.trim()}`);
}

const started = run('npm', ['start', '--silent']);
console.log(started.stdout);
expect(started.code === 0, `npm start succeeds, in ${started.seconds.toFixed(0)} s ${started.code === 0 ? '' : started.stderr}`);
const report = readReport('runs/start');
const final = report.accuracy.stages.findLast(({ target }) => target === null);
const within = report.accuracy.tasks.filter(({ accuracy, ceiling }) => (accuracy[final?.key ?? ''] ?? 0) >= ceiling - 0.1).length;
expect((final?.mean ?? 0) >= 0.75, `npm start reaches a mean accuracy of at least 0.75: ${final?.mean.toFixed(3)}`);
expect(within >= 12, `npm start brings at least 12 tasks within 0.1 of their ceiling: ${within}`);
checkRun('runs/start');

const again = run('npm', ['start', '--silent']);
expect(again.code === 0 && !again.stderr.includes('…'), 'a second npm start reuses every stage');

expect(existsSync(MODEL), `${MODEL} ships`);
const shipped = run('node', [CLI, 'run', '--model', MODEL, '--out', join(folder, 'shipped')]);
expect(
  shipped.code === 0,
  `the shipped model goes through every stage, in ${shipped.seconds.toFixed(1)} s ${shipped.code === 0 ? '' : shipped.stderr}`,
);
checkRun(join(folder, 'shipped'));

for (const [page, made] of [
  ['docs/tutorial.md and docs/import.md show what their commands print', 'scripts/shown-output.ts'],
  ['the pictures of docs/ are what the shipped models give', 'scripts/pictures.ts'],
]) {
  const checked = run('npx', ['tsx', made, '--check']);
  expect(
    checked.code === 0,
    `${page}, checked in ${checked.seconds.toFixed(0)} s ${checked.stdout}${checked.code === 0 ? '' : checked.stderr}`,
  );
}

const installed = run('npx', ['tsx', 'scripts/package-check.ts', join(folder, 'package')]);
console.log(installed.stdout);
expect(installed.code === 0, `the package works where it is installed ${installed.code === 0 ? '' : installed.stderr}`);

console.log(failures.length === 0 ? 'end to end: all as promised' : `end to end: ${failures.length} broken promises`);
process.exitCode = failures.length === 0 ? 0 : 1;
