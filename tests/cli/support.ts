// The built command in a temporary folder, and a run small enough to repeat in every test file.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, vi } from 'vitest';
import { buildProgram } from '../../src/commands/program.ts';

export const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** How a command ended. */
export interface Outcome {
  /** Exit code; null if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command to its end. */
export async function runCli(args: readonly string[], cwd: string): Promise<Outcome> {
  return outcomeOf(startCli(args, cwd));
}

/** Starts the built command, with stdout to a pipe or to a file. */
export function startCli(args: readonly string[], cwd: string, { stdout }: { readonly stdout?: string } = {}): ChildProcess {
  return spawn(process.execPath, [CLI, ...args], { cwd, stdio: ['ignore', stdout === undefined ? 'pipe' : openSync(stdout, 'w'), 'pipe'] });
}

/** Waits for the end of a command that was started. */
export async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** What a command does inside this process: what it prints, and what it throws. Much cheaper than a process. */
export async function runProgram(...args: readonly string[]): Promise<{ stdout: string; stderr: string; error: unknown }> {
  let stdout = '';
  let stderr = '';
  const said = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += text;
    return true;
  });
  const written = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += text;
    return true;
  });
  const program = await buildProgram(args);
  const error = await program.parseAsync([...args], { from: 'user' }).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  written.mockRestore();
  said.mockRestore();
  return { stdout, stderr, error };
}

/** A folder that is removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bimt-cli-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Settings of a run of 36 neurons on one target; everything as small as it can be. */
export const TINY = {
  train: {
    grid: '6x6',
    updates: 40,
    batchMode: 'stream',
    streamSteps: 10,
    batchRows: 2,
    lambda: 1e-4,
    init: 'diag',
    swapEvery: 10,
    swapTop: 4,
    logEvery: 10,
    evaluateEvery: 40,
    checkpointEvery: 10,
  },
  prune: { threshold: 0.05, fineTune: { updates: 10, batchMode: 'stream', streamSteps: 10, batchRows: 2 } },
  quantize: { calibrationTrials: 1 },
  map: { activityTrials: 1 },
  scores: { trialsPerTask: 1 },
  verify: { trials: 100, floatTrials: 20 },
  targets: ['rram-mesh'],
};

/** A target that is too small for it. */
export const TOO_SMALL = 'rram-mesh:height=1,rows=8,width=1';

/** Writes the settings of a tiny run; returns the file's name. */
export function writeConfig(folder: string, changes: Readonly<Record<string, unknown>> = {}, name = 'tiny.json'): string {
  writeFileSync(join(folder, name), JSON.stringify({ ...TINY, ...changes }));
  return name;
}

/** Path of every file of a folder, inside it. */
export function pathsIn(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
  return files.map(({ parentPath, name }) => relative(folder, join(parentPath, name))).sort();
}

/** Every file of a folder with its content, a character a byte, by path inside it. Texts are compared much faster than buffers. */
export function filesOf(folder: string): Map<string, string> {
  return new Map(pathsIn(folder).map((path) => [path, readFileSync(join(folder, path), 'latin1')]));
}
