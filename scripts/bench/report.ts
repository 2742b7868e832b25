// How long do report and compare take? For 400 neurons on every target, or for a made network of N neurons on those that hold it.
// Wall seconds of the built command. usage: npm run build && tsx scripts/bench/report.ts [FOLDER [NEURONS]]
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeNetwork } from '../../src/pipeline/network-file.ts';
import { PRUNED_FILE } from '../../src/pipeline/run.ts';
import { listTargets, loadTarget } from '../../src/targets/load.ts';
import { localNetwork } from './local-network.ts';

const [folder = 'runs/bench-report', size] = process.argv.slice(2);
const SHIPPED = 'models/yang19-20x20-bimt.safetensors';
/** Chips with room for 10,000 neurons that hear 48 others each. */
const LARGE = ['loihi1', 'loihi2', 'isaac-ce', 'puma', 'spinnaker2', 'rram-mesh:height=20,width=20'];
const mappable = listTargets().filter((id) => loadTarget(id).file.support !== 'reference-only');
const targets = size === undefined ? mappable : LARGE;

/** Seconds of a command; it may find that the network does not fit a target. */
function seconds(...args: string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['dist/cli.js', ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0 && status !== 3) throw new Error(`${args[0]}: exit code ${status}: ${stderr}`);
  if (args[0] === 'map') console.log(stderr.trim());
  return (performance.now() - start) / 1000;
}

/** A pruned network of so many neurons, and settings that measure little of it. */
function madeNetwork(neurons: number): string[] {
  mkdirSync(folder, { recursive: true });
  const header = {
    config: { suite: 'yang19' },
    provenance: { stage: 'pruned' as const, parentHash: null, configHash: '0'.repeat(64), tool: 'bench', engine: null },
    scores: {},
  };
  const model = join(folder, `made-${PRUNED_FILE}`);
  writeFileSync(model, writeNetwork({ header, network: localNetwork(neurons), history: { training: null, pruning: null } }));
  const config = join(folder, 'made.yaml');
  writeFileSync(config, 'quantize: { calibrationTrials: 1 }\nmap: { activityTrials: 1 }\n');
  return [model, '--config', config];
}

if (!existsSync(join(folder, 'run.json'))) {
  const model = size === undefined ? [SHIPPED] : madeNetwork(Number(size));
  const chosen = targets.flatMap((id) => ['--target', id]);
  const time = seconds('map', ...model, ...chosen, '--out', folder, '--trials', '1', '--effort', '0.2');
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
