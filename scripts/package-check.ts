// Does the package work where nothing else is? Packs it, installs it into an empty folder, and uses its commands, its library and its typings.
// usage: npm run build && tsx scripts/package-check.ts FOLDER
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const folder = resolve(process.argv[2] ?? 'runs/package');
const MODEL = 'node_modules/bimt-export/models/yang19-20x20-bimt.safetensors';
const failures: string[] = [];

function expect(condition: boolean, what: string): void {
  console.log(`${condition ? 'ok  ' : 'FAIL'} ${what}`);
  if (!condition) failures.push(what);
}

/** Runs a command to its end; npm's settings of the checkout stay outside. */
function run(command: string, args: readonly string[], cwd = folder) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_package_')));
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8', maxBuffer: 1 << 28 });
  return { code: status, stdout, stderr };
}

/** What a command that failed says. */
function why({ code, stdout, stderr }: ReturnType<typeof run>): string {
  return code === 0 ? '' : `: exit code ${code}\n${stdout}${stderr}`;
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const packed = run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], '.');
if (packed.code !== 0) throw new Error(`npm pack failed: ${packed.stderr}`);
const [{ filename, size, unpackedSize, entryCount }] = JSON.parse(packed.stdout) as [
  { filename: string; size: number; unpackedSize: number; entryCount: number },
];
const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
console.log(`${filename}: ${entryCount} files, ${megabytes(size)} MB packed, ${megabytes(unpackedSize)} MB unpacked`);

writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'user', private: true, type: 'module' }));
const installed = run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${filename}`]);
if (installed.code !== 0 && /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ENOTCACHED/.test(installed.stderr) && !process.env['CI']) {
  console.log(`skipped: the registry cannot be reached, so nothing can be installed\n${installed.stderr}`);
  process.exit(0);
}
expect(installed.code === 0, `it installs into an empty folder${why(installed)}`);

const tool = (...args: string[]) => run('npx', ['--no-install', 'bimt-export', ...args]);
const help = tool('--help');
expect(help.code === 0 && help.stdout.includes('Usage: bimt-export'), `npx bimt-export --help${why(help)}`);
const targets = tool('targets', 'list', '--json');
expect(targets.code === 0 && JSON.parse(targets.stdout).length > 20, `npx bimt-export targets list${why(targets)}`);
const mapped = tool('map', MODEL, '--target', 'rram-mesh', '--out', 'mapped', '--max-neurons-per-core', '25', '--trials', '10', '--quiet');
expect(mapped.code === 0, `map of a shipped model${why(mapped)}`);
const reported = tool('report', 'mapped', '--json');
expect(reported.code === 0 && JSON.parse(reported.stdout).targets[0].label === 'rram-mesh', `report of it${why(reported)}`);
const compared = tool('compare', 'mapped', '--require', 'fits==1');
expect(compared.code === 0, `compare of it${why(compared)}`);
const figure = tool('figure', 'brain-map', MODEL, '--out', 'brain.png');
expect(figure.code === 0, `figure of a shipped model, as PNG${why(figure)}`);
const doctor = tool('doctor');
expect(doctor.code === 0, `doctor misses nothing that is required${why(doctor)}`);

const EXAMPLE = `import { loadTarget, listTargets, type Target } from 'bimt-export';
const target: Target = loadTarget('loihi1');
const ids: readonly string[] = listTargets();
// @ts-expect-error: typings tell that a label is no number.
const wrong: number = target.label;
console.log(target.label, ids.length, wrong);
`;
writeFileSync(join(folder, 'use.ts'), EXAMPLE);
const compilerOptions = { module: 'NodeNext', target: 'ES2022', strict: true, skipLibCheck: false, types: [], outDir: 'out' };
writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }));
// The compiler of the checkout: it is no dependency of the package.
const compiled = run(resolve('node_modules/.bin/tsc'), ['-p', folder], '.');
// onnx-proto's own typings name a type that they do not import; strict projects skip what is in libraries.
const faults = compiled.stdout.split('\n').filter((line) => line.includes('error TS') && !line.includes('node_modules/onnx-proto/'));
expect(faults.length === 0, `its typings compile in a strict project ${faults.join('\n')}`);
const used = run(process.execPath, ['out/use.js']);
expect(used.stdout.startsWith('loihi1 '), `the library can be imported${why(used)}`);

console.log(failures.length === 0 ? 'package: all as promised' : `package: ${failures.length} broken promises`);
process.exitCode = failures.length === 0 ? 0 : 1;
