// Are the pictures in docs/ those of the networks that ship? Draws them all anew.
// usage: npm run build && tsx scripts/pictures.ts [--check]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFileAtomic } from '../src/core/files.ts';
import { PACKAGE_ROOT } from '../src/core/version.ts';
import { type PrecisionStudy, precisionFiles } from '../src/pipeline/precision.ts';

const MODEL = join(PACKAGE_ROOT, 'models', 'yang19-20x20-bimt.safetensors');
const folder = mkdtempSync(join(tmpdir(), 'bimt-pictures-'));

/** Runs the built tool in a folder of its own. */
function tool(...args: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [join(PACKAGE_ROOT, 'dist', 'cli.js'), ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${args.join(' ')}: exit code ${status}\n${stderr}`);
}

const made = (path: string) => readFileSync(join(folder, path), 'utf8');
const study = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'models', 'precision', 'precision.json'), 'utf8')) as PrecisionStudy;
// 25 neurons a core, as `run` caps them: the placement of its report.
tool('map', MODEL, '--target', 'rram-mesh', '--max-neurons-per-core', '25', '--trials', '1', '--out', 'run');
tool('report', 'run');
for (const name of ['brain-map', 'null-histograms']) tool('figure', name, MODEL, '--out', `${name}.svg`);
const pictures = {
  'connection-map.svg': made('run/connection-map.svg'),
  'placement.svg': made('run/rram-mesh/placement.svg'),
  'brain-map.svg': made('brain-map.svg'),
  'null-histograms.svg': made('null-histograms.svg'),
  'precision.svg': precisionFiles(study)['precision.svg'],
};
rmSync(folder, { recursive: true });

for (const [name, picture] of Object.entries(pictures)) {
  const path = join(PACKAGE_ROOT, 'docs', name);
  if (!process.argv.includes('--check')) writeFileAtomic(path, picture);
  else if (readFileSync(path, 'utf8') !== picture) {
    console.log(`docs/${name} is stale; run: npx tsx scripts/pictures.ts`);
    process.exitCode = 1;
  }
}
