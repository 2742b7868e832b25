// How long until the built command answers? Wall seconds of --help and other short commands beside Node's own start.
// usage: npm run build && tsx scripts/bench/start.ts [ROUNDS]
import { spawnSync } from 'node:child_process';

const rounds = Number(process.argv[2] ?? 10);
const CLI = 'dist/cli.js';
const CASES: readonly (readonly [string, readonly string[]])[] = [
  ['node alone', ['--eval', '']],
  ['--help', [CLI, '--help']],
  ['--version', [CLI, '--version']],
  ['run --help', [CLI, 'run', '--help']],
  ['targets list', [CLI, 'targets', 'list']],
];

for (const [name, args] of CASES) {
  const times = Array.from({ length: rounds }, () => {
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${name}: exit code ${status}: ${stderr}`);
    return performance.now() - start;
  }).sort((a, b) => a - b);
  const milliseconds = (time: number | undefined) => `${(time ?? 0).toFixed(0).padStart(5)} ms`;
  console.log(`${name.padEnd(14)} fastest ${milliseconds(times[0])}  median ${milliseconds(times[Math.floor(rounds / 2)])}`);
}
