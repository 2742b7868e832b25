// What is here, what is missing, and what does that mean? Engines, packages, data that ship, and programs that tests and benchmarks call.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { messageOf } from '../core/errors.ts';
import { readInputFile } from '../core/files.ts';
import { PACKAGE_ROOT, VERSION } from '../core/version.ts';
import { type RuntimeName, runtimeAvailable } from '../onnx/runtime.ts';
import { plural } from '../report/format.ts';
import { listTargets, loadTarget } from '../targets/load.ts';

/** One thing that was looked for. */
export interface Finding {
  readonly name: string;
  /** Without what is required the tool does not work; the rest makes it faster, or is for those who develop it. */
  readonly need: 'required' | 'optional' | 'for developers';
  /** Version, or how many; null if it is missing. */
  readonly found: string | null;
  /** What follows: from having it, or from its absence and what to do. */
  readonly means: string;
}

/** How the surroundings are asked; a parameter so that tests can take things away. */
export interface Probe {
  readonly nodeVersion: string;
  runtime(name: RuntimeName): Promise<{ readonly version: string | null; readonly reason: string | null }>;
  /** Version of an npm package that the tool can import, null if there is none. */
  packageVersion(name: string): string | null;
  /** First line that a program prints, null if it is not installed or fails. */
  program(name: string, args: readonly string[]): string | null;
  /** Reason why a shipped target cannot be loaded, null if it can. */
  targetFault(id: string): string | null;
  readonly targets: readonly string[];
  readonly models: readonly string[];
}

/** What package.json asks for. */
interface Manifest {
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
}

/** The machine that this runs on. */
export function thisMachine(): Probe {
  const require = createRequire(import.meta.url);
  return {
    nodeVersion: process.versions.node,
    runtime: runtimeAvailable,
    packageVersion(name) {
      for (const folder of require.resolve.paths(name) ?? []) {
        try {
          return (require(join(folder, name, 'package.json')) as { version: string }).version;
        } catch {
          // Not in this folder; packages may lie in any above.
        }
      }
      return null;
    },
    program(name, args) {
      const { status, stdout, stderr } = spawnSync(name, args, { encoding: 'utf8', timeout: 20_000 });
      return status === 0 ? (/\S.*/.exec(`${stdout}${stderr}`)?.[0] ?? '') : null;
    },
    targetFault(id) {
      try {
        loadTarget(id);
        return null;
      } catch (error) {
        return messageOf(error);
      }
    },
    targets: listTargets(),
    models: readdirSync(join(PACKAGE_ROOT, 'models')).filter((file) => file.endsWith('.safetensors')),
  };
}

/** Looks for everything, what is required first. */
export async function examine(probe: Probe): Promise<Finding[]> {
  const manifest = JSON.parse(new TextDecoder().decode(readInputFile(join(PACKAGE_ROOT, 'package.json')))) as Manifest;
  return [
    { name: 'bimt-export', need: 'required', found: VERSION, means: 'this tool' },
    nodeFinding(probe, manifest),
    packagesFinding(probe, manifest),
    targetsFinding(probe),
    await runtimeFinding(probe, 'node', 'the fastest training engine, and one of the two runtimes of every certificate'),
    await runtimeFinding(probe, 'web', 'the other runtime; it trains as well, several times slower'),
    tfjsFinding(probe),
    {
      name: 'models',
      need: 'optional',
      found: probe.models.length === 0 ? null : plural(probe.models.length, 'network'),
      means: probe.models.length === 0 ? 'examples of the README that start from models/ do not run' : 'networks to start from, in models/',
    },
    ...PROGRAMS.map((program) => programFinding(probe, program)),
  ];
}

function nodeFinding({ nodeVersion }: Probe, { engines }: Manifest): Finding {
  const least = engines.node.replace('>=', '');
  const isEnough = compareVersions(nodeVersion, least) >= 0;
  const means = isEnough ? `at least ${least} is needed` : `${nodeVersion} is too old: install Node ${least} or newer`;
  return { name: 'Node', need: 'required', found: isEnough ? nodeVersion : null, means };
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (let i = 0; i < 3; i++) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function packagesFinding({ packageVersion }: Probe, { dependencies }: Manifest): Finding {
  const names = Object.keys(dependencies);
  const missing = names.filter((name) => packageVersion(name) === null);
  const others = names.flatMap((name) => {
    const version = packageVersion(name);
    return version === null || version === dependencies[name] ? [] : [`${name} ${version} instead of ${dependencies[name]}`];
  });
  const means =
    missing.length > 0
      ? `missing: ${missing.join(', ')}; install them: npm ci`
      : others.length > 0
        ? `other versions than were tested: ${others.join(', ')}`
        : 'everything that the tool imports, in the versions it was tested with';
  return { name: 'packages', need: 'required', found: missing.length > 0 ? null : plural(names.length, 'package'), means };
}

function targetsFinding({ targets, targetFault }: Probe): Finding {
  const faults = targets.flatMap((id) => targetFault(id) ?? []);
  const isWhole = targets.length > 0 && faults.length === 0;
  const means = isWhole ? 'chips to map onto: bimt-export targets list' : `${faults[0] ?? 'targets/ is empty'}; install the package anew`;
  return { name: 'targets', need: 'required', found: isWhole ? plural(targets.length, 'target') : null, means };
}

async function runtimeFinding(probe: Probe, runtime: RuntimeName, use: string): Promise<Finding> {
  const { version, reason } = await probe.runtime(runtime);
  const found = version?.split('@')[1] ?? null;
  const absent = `${reason}; run and verify cannot finish without it: install the packages anew, on a platform that it supports`;
  return { name: `onnxruntime-${runtime}`, need: 'required', found, means: found === null ? absent : use };
}

function tfjsFinding({ packageVersion }: Probe): Finding {
  const native = packageVersion('@tensorflow/tfjs-node');
  const plain = packageVersion('@tensorflow/tfjs-core');
  const means =
    native !== null
      ? 'a second training engine: train --engine tfjs'
      : plain !== null
        ? 'train --engine tfjs works, but slowly: without @tensorflow/tfjs-node it runs in plain JavaScript'
        : 'train --engine tfjs does not work; nothing else needs it: npm install @tensorflow/tfjs-node';
  return { name: 'TensorFlow.js', need: 'optional', found: native ?? plain, means };
}

interface Program {
  readonly name: string;
  readonly calls: readonly (readonly [string, readonly string[]])[];
  readonly use: string;
}

/** Programs that no command calls. */
const PROGRAMS: readonly Program[] = [
  {
    name: 'Python onnx',
    calls: [['/usr/bin/python3', ['-c', 'import onnx; print(onnx.__version__)']]],
    use: 'tests hand ONNX files to the official checker',
  },
  {
    name: 'NumPy',
    calls: [['/usr/bin/python3', ['-c', 'import numpy; print(numpy.__version__)']]],
    use: 'tests read the files of npz with it',
  },
  { name: 'Scotch', calls: [['scotch_gmap', ['-V']]], use: 'the mapper is compared with it in scripts/bench/mapping.ts' },
  { name: 'METIS', calls: [['gpmetis', ['-help']]], use: 'the mapper is compared with it in scripts/bench/mapping.ts' },
  {
    name: 'Chromium',
    calls: [
      ['chromium', ['--version']],
      ['google-chrome', ['--version']],
    ],
    use: 'tests open reports in it',
  },
];

function programFinding({ program }: Probe, { name, calls, use }: Program): Finding {
  const line = calls.map(([command, args]) => program(command, args)).find((answer) => answer !== null) ?? null;
  // A program that tells no version is there all the same.
  const found = line === null ? null : (/\d+(\.\d+)+/.exec(line)?.[0] ?? 'installed');
  return { name, need: 'for developers', found, means: found === null ? `left out: ${use}` : use };
}
