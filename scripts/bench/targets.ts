// How long does it take to export a trained network of 400 neurons, to map it onto every target, and to report? Of the built commands,
// start included. usage: npm run build && npx tsx scripts/bench/targets.ts [MODEL [RUNS]]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listTargets, loadTarget } from '../../src/targets/load.ts';

const [model = 'models/yang19-20x20-bimt.safetensors', runs = '3'] = process.argv.slice(2);
const targets = listTargets().filter((id) => loadTarget(id).file.support !== 'reference-only');

interface Seconds {
  readonly wall: number;
  readonly cpu: number;
}

/** Seconds of a command, all its threads together; it may find that the network does not fit a target. */
function seconds(...args: string[]): Seconds {
  const start = performance.now();
  // `times` ends with what the shell's children took, user and system: 0m1.20s 0m0.05s.
  const shell = ['-c', '"$@" > /dev/null; status=$?; times; exit $status', 'sh', process.execPath, 'dist/cli.js', ...args];
  const { status, stdout, stderr } = spawnSync('sh', shell, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0 && status !== 3) throw new Error(`${args[0]}: exit code ${status}: ${stderr}`);
  const taken = [...stdout.matchAll(/(\d+)m([\d.]+)s/g)].slice(-2).map(([, minutes, rest]) => Number(minutes) * 60 + Number(rest));
  return { wall: (performance.now() - start) / 1000, cpu: taken.reduce((a, b) => a + b, 0) };
}

const print = (name: string, { wall, cpu }: Seconds) =>
  console.log(`${name.padEnd(26)} ${wall.toFixed(1).padStart(6)} s wall ${cpu.toFixed(1).padStart(6)} s cpu`);

for (let run = 0; run < Number(runs); run++) {
  const folder = mkdtempSync(join(tmpdir(), 'bimt-targets-'));
  const steps = [
    ['onnx', seconds('onnx', model, '--out', join(folder, 'forms'))],
    [
      `map onto ${targets.length} targets`,
      seconds('map', model, ...targets.flatMap((id) => ['--target', id]), '--out', join(folder, 'run')),
    ],
    ['report', seconds('report', join(folder, 'run'))],
  ] as const;
  rmSync(folder, { recursive: true });
  for (const [name, taken] of steps) print(name, taken);
  const sum = (of: keyof Seconds) => steps.reduce((total, [, taken]) => total + taken[of], 0);
  print('all', { wall: sum('wall'), cpu: sum('cpu') });
}
