// How does a name on the command line become a checked target?
import { readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { messageOf, UsageError, unknownName } from '../core/errors.ts';
import { readInputFile } from '../core/files.ts';
import { hashJson } from '../core/hash.ts';
import { PACKAGE_ROOT } from '../core/version.ts';
import { type CheckedTarget, checkTarget, describeProblems } from './check.ts';
import { mergeFiles } from './extend.ts';
import { type Board, boardOf } from './grid.ts';
import { parseTargetSpec, setParameters } from './parameters.ts';
import { findQuantities, valueAt } from './quantities.ts';
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
  /** The board of several chips that the user asked for, its count settled; null for what the file describes as one network. */
  readonly board: Board | null;
  /** Name of its file, without folders, so that results are the same wherever it lies. */
  readonly fileName: string;
}

/** Twenty times the longest shipped file. */
const MAX_TARGET_BYTES = 1_000_000;
const SHIPPED = join(PACKAGE_ROOT, 'targets');
const LIST_COMMAND = 'bimt-export targets list';

/** Ids of the shipped targets, sorted; `requireMappable` tells which of them are for comparison only. */
export function listTargets(): string[] {
  return readdirSync(SHIPPED)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort();
}

/**
 * Loads a shipped target by name or a user's file by path, with parameters: `rram-mesh:rows=128,adcBits=6`.
 * The parameter `chips` picks a board of so many chips: `loihi1:chips=2`.
 *
 * @throws UsageError for unknown names and parameters (nearest names), and for unreadable or wrong files (all problems)
 */
export function loadTarget(spec: string): Target {
  const known = shipped.get(spec);
  if (known !== undefined) return known;
  const target = readTarget(spec);
  // What is searched for another target reads all files, and again for every network that does not fit one.
  if (listTargets().includes(spec)) shipped.set(spec, target);
  return target;
}

/** Shipped targets that were loaded, by name; their files stay as they are. */
const shipped = new Map<string, Target>();

function readTarget(spec: string): Target {
  const { name, values } = parseTargetSpec(spec);
  const path = targetPath(name);
  const checked = checkTargetFile(path);
  if (checked.file === null) {
    const count = checked.problems.length;
    throw new UsageError(
      `${path} is not a correct target file (${count} problem${count === 1 ? '' : 's'}):\n${describeProblems(checked.problems, 20)}`,
    );
  }
  return withParameters(checked.file, basename(path), values, spec, `bimt-export targets show ${name}`);
}

/**
 * The same target with one more parameter set, or another value for one.
 *
 * @throws UsageError for an unknown parameter, and for a value that is not possible
 */
export function withParameter({ file, label, fileName }: Target, name: string, value: number): Target {
  const values = { ...parseTargetSpec(label).values, [name]: value };
  return withParameters(file, fileName, values, labelOf(file.id, values), `bimt-export targets show ${file.id}`);
}

function withParameters(
  whole: TargetFile,
  fileName: string,
  { chips, ...parameters }: Readonly<Record<string, number>>,
  spec: string,
  listWith: string,
): Target {
  const file = setParameters(whole, parameters, listWith);
  // Bounds of single parameters do not exclude sizes that only together are too large.
  const { problems } = checkTarget(file);
  if (problems.length > 0) throw new UsageError(`target '${spec}' is not possible:\n${describeProblems(problems, 20)}`);
  const target: Target = { id: file.id, label: labelOf(file.id, parameters), hash: hashJson(file), file, board: null, fileName };
  return chips === undefined ? target : onBoard(target, chips);
}

/**
 * The same target on a board of so many chips.
 *
 * @throws UsageError if its file has no such board
 */
export function onBoard(target: Target, chips: number): Target {
  const { file } = target;
  const board = boardOf(file, chips);
  const label = labelOf(file.id, { ...parseTargetSpec(target.label).values, chips });
  return { ...target, label, hash: hashJson(board === null ? file : { file, board }), board };
}

function labelOf(id: string, values: Readonly<Record<string, number>>): string {
  const set = Object.keys(values)
    .sort()
    .map((key) => `${key}=${values[key]}`);
  return set.length === 0 ? id : `${id}:${set.join(',')}`;
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

/** Files that may extend one another in a row. */
const MAX_EXTENDING = 8;

/**
 * Reads and checks a target file. One with `"extends": "loihi1"` (or a path beside it) states only what differs.
 *
 * @throws UsageError if a file cannot be read or is not JSON
 */
export function checkTargetFile(path: string): CheckedTarget {
  return checkExtending(path, []);
}

/** @param extending - files that lead here, each of which extends the next */
function checkExtending(path: string, extending: readonly string[]): CheckedTarget {
  const data = readJson(path);
  const name = valueAt(data, ['extends']);
  // What nests too deeply is refused before anything walks through it.
  if (name === undefined || findQuantities(data) === null) return checkTarget(data);
  const wrong = (expected: string): CheckedTarget => ({
    file: null,
    problems: [{ path: 'extends', found: JSON.stringify(name), expected }],
  });
  if (typeof name !== 'string') return wrong('the name of a shipped target, or the path of a file');
  if (!isPath(name) && !listTargets().includes(name)) {
    return wrong(`a shipped target, or the path of a file (${unknownTarget(name).message})`);
  }
  const files = [...extending, resolve(path)];
  const basePath = isPath(name) ? resolve(dirname(path), name) : targetPath(name);
  if (files.includes(basePath)) return wrong('a file that does not extend this one in turn');
  if (files.length >= MAX_EXTENDING) return wrong(`at most ${MAX_EXTENDING} files that extend one another`);
  const base = checkExtending(basePath, files);
  // The place of these is in the other file.
  if (base.file === null) return { file: null, problems: base.problems.map((one) => ({ ...one, path: `(${name}) ${one.path}` })) };
  const merged = checkTarget(mergeFiles(base.file, data as Readonly<Record<string, unknown>>));
  const id = valueAt(data, ['id']);
  if (id !== undefined && id !== base.file.id) return merged;
  const problem = { path: 'id', found: JSON.stringify(id) ?? 'nothing', expected: `an id of its own, because it extends ${base.file.id}` };
  return { file: null, problems: [problem, ...merged.problems] };
}

function readJson(path: string): unknown {
  const bytes = readInputFile(path, MAX_TARGET_BYTES);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new UsageError(`${path} is not a target file: not JSON (${messageOf(error).slice(0, 120)})`, { cause: error });
  }
}

/** A shipped name, or a path: whatever contains a separator or ends in .json. */
function targetPath(name: string): string {
  if (isPath(name)) return name;
  if (!listTargets().includes(name)) throw unknownTarget(name);
  return join(SHIPPED, `${name}.json`);
}

function unknownTarget(name: string): UsageError {
  return unknownName('target', name, listTargets(), LIST_COMMAND);
}

function isPath(name: string): boolean {
  return /[\\/]/.test(name) || name.endsWith('.json');
}
