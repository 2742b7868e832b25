// How long do report and compare take for a network of 400 neurons on every target? Wall seconds of the built command.
// usage: npm run build && tsx scripts/bench/report.ts FOLDER
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { listTargets, loadTarget } from '../../src/targets/load.ts';

const [folder = 'runs/bench-report'] = process.argv.slice(2);
const MODEL = 'models/yang19-20x20-bimt.safetensors';
const targets = listTargets().filter((id) => loadTarget(id).file.support !== 'reference-only');

/** Seconds of a command; it may find that the network does not fit a target. */
function seconds(...args: string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['dist/cli.js', ...args, '--quiet'], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0 && status !== 3) throw new Error(`${args[0]}: exit code ${status}: ${stderr}`);
  return (performance.now() - start) / 1000;
}

if (!existsSync(join(folder, 'run.json'))) {
  const chosen = targets.flatMap((id) => ['--target', id]);
  const time = seconds('map', MODEL, ...chosen, '--out', folder, '--trials', '1', '--effort', '0.2');
  console.log(`map onto ${targets.length} targets: ${time.toFixed(1)} s`);
}
for (const [name, args] of [
  ['report', ['report', folder]],
  ['report --terminal', ['report', folder, '--terminal']],
  ['compare', ['compare', folder]],
  ['compare, with requirements', ['compare', folder, '--require', 'accuracy>=0.5', '--require', 'energy<=1000', '--require', 'cores<=9']],
] as const) {
  const times = [1, 2, 3].map(() => seconds(...args)).sort((a, b) => a - b);
  console.log(`${name.padEnd(28)} ${times.map((time) => time.toFixed(2)).join(' ')} s`);
}
console.log(`report.html: ${(statSync(join(folder, 'report.html')).size / 1e6).toFixed(2)} MB`);
