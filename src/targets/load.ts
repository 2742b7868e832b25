// How does a name on the command line become a checked target?
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { messageOf, UsageError, unknownName } from '../core/errors.ts';
import { readInputFile } from '../core/files.ts';
import { hashJson } from '../core/hash.ts';
import { PACKAGE_ROOT } from '../core/version.ts';
import { checkTarget, describeProblems, type TargetProblem } from './check.ts';
import { parseTargetSpec, setParameters } from './parameters.ts';
import type { TargetFile } from './schema.ts';

/** A target, resolved: shipped or the user's own file, with the user's parameters applied. */
export interface Target {
  /** Id in the file, for example `rram-mesh`. */
  readonly id: string;
  /** Id and the parameters the user set, for example `rram-mesh:adcBits=6,rows=128`; unique among targets of a run. */
  readonly label: string;
  /** SHA-256 of the canonical JSON of the resolved file. */
  readonly hash: string;
  readonly file: TargetFile;
  /** Name of its file, without folders, so that results are the same wherever it lies. */
  readonly fileName: string;
}

/** Twenty times the longest shipped file. */
const MAX_TARGET_BYTES = 1_000_000;
const SHIPPED = join(PACKAGE_ROOT, 'targets');
const LIST_COMMAND = 'bimt-export targets list';

/**
 * Targets of a run that names none: an event chip with silicon behind its numbers, a crossbar accelerator that never was
 * built, and a crossbar mesh to play with. All that ship would take a run many times as long.
 */
export const DEFAULT_TARGETS: readonly string[] = ['isaac-ce', 'loihi1', 'rram-mesh'];

/** Ids of the shipped targets, sorted; `requireMappable` tells which of them are for comparison only. */
export function listTargets(): string[] {
  return readdirSync(SHIPPED)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort();
}

/**
 * Loads a shipped target by name or a user's file by path, with parameters: `rram-mesh:rows=128,adcBits=6`.
 *
 * @throws UsageError for unknown names and parameters (nearest names), and for unreadable or wrong files (all problems)
 */
export function loadTarget(spec: string): Target {
  const { name, values } = parseTargetSpec(spec);
  const path = targetPath(name);
  const checked = checkTargetFile(path);
  if (checked.file === null) {
    const count = checked.problems.length;
    throw new UsageError(
      `${path} is not a correct target file (${count} problem${count === 1 ? '' : 's'}):\n${describeProblems(checked.problems, 20)}`,
    );
  }
  const file = setParameters(checked.file, values, `bimt-export targets show ${name}`);
  // Bounds of single parameters do not exclude sizes that only together are too large.
  const { problems } = checkTarget(file);
  if (problems.length > 0) throw new UsageError(`target '${spec}' is not possible:\n${describeProblems(problems, 20)}`);
  const set = Object.entries(values).map(([key, value]) => `${key}=${value}`);
  const label = set.length === 0 ? file.id : `${file.id}:${set.join(',')}`;
  return { id: file.id, label, hash: hashJson(file), file, fileName: basename(path) };
}

/**
 * Refuses a target that ships for comparison only.
 *
 * @throws UsageError if it does
 */
export function requireMappable({ id, file }: Target): void {
  if (file.support !== 'reference-only') return;
  const reason = file.note === undefined ? '' : `: ${file.note}`;
  throw new UsageError(
    `target ${id} is for reference only, nothing can be mapped onto it${reason} Choose another: ${LIST_COMMAND} --support first-class`,
  );
}

/**
 * Reads and checks a target file.
 *
 * @throws UsageError if the file cannot be read or is not JSON
 */
export function checkTargetFile(path: string): { readonly file: TargetFile | null; readonly problems: readonly TargetProblem[] } {
  const bytes = readInputFile(path, MAX_TARGET_BYTES);
  let data: unknown;
  try {
    data = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new UsageError(`${path} is not a target file: not JSON (${messageOf(error).slice(0, 120)})`, { cause: error });
  }
  return checkTarget(data);
}

/** A shipped name, or a path: whatever contains a separator or ends in .json. */
function targetPath(name: string): string {
  if (/[\\/]/.test(name) || name.endsWith('.json')) return name;
  const known = listTargets();
  if (!known.includes(name)) throw unknownName('target', name, known, LIST_COMMAND);
  return join(SHIPPED, `${name}.json`);
}
