// What has a run done already? Stages write files whole; run.json remembers what each was made from, so that what is
// up to date is reused.
import { join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../core/errors.ts';
import { fileExists, readInputFile, removeFile, writeFileAtomic } from '../core/files.ts';
import { canonicalJson, hashJson, sha256 } from '../core/hash.ts';
import { TOOL } from '../core/version.ts';

/** File name inside the run folder → content. */
export type StageFiles = Readonly<Record<string, Uint8Array>>;

/** What a stage depends on: its settings and the hashes of what it reads. */
export interface StageInputs {
  readonly config: unknown;
  readonly inputs: Readonly<Record<string, string>>;
}

/** A path inside the folder: files are removed by these names, so none may lead out of it. */
const innerPath = z.string().regex(/^(?!\.)[^/\\]+(\/(?!\.)[^/\\]+)?$/);

const RunRecord = z.strictObject({
  schema: z.literal('bimt-run/1'),
  tool: z.string(),
  stages: z.record(
    z.string(),
    z.strictObject({
      /** Hash of tool, settings and inputs. */
      key: z.string(),
      /** SHA-256 of each file the stage wrote. */
      outputs: z.record(innerPath, z.string()),
    }),
  ),
});
type RunRecord = z.output<typeof RunRecord>;

/** What the folder remembers. */
export const RECORD_FILE = 'run.json';
const EMPTY: RunRecord = { schema: 'bimt-run/1', tool: TOOL, stages: {} };

/** A folder that holds the files of one run. */
export interface RunFolder {
  readonly path: string;
  /** Content of a file of this run. */
  read(file: string): Uint8Array;
  /**
   * Content of a file that a stage wrote.
   *
   * @param remedy - what to try if it was changed
   * @throws UsageError if it was changed since
   */
  readOutput(file: string, remedy?: string): Uint8Array;
  has(file: string): boolean;
  /** Whether there are files of a stage of this name, up to date or not. */
  holds(stage: string): boolean;
  write(file: string, content: Uint8Array | string): void;
  remove(file: string): void;
  /**
   * Writes the file that makes the folder this run's own. With `force`, what another run left goes first, but for stages to keep.
   *
   * @param unfinished - files that stages leave until they are done
   * @throws UsageError if it holds another run already
   */
  claim(file: string, content: string, unfinished: readonly string[]): void;
  /**
   * Asks without touching anything what `claim` would say.
   *
   * @throws UsageError as `claim`
   */
  requireClaimable(file: string, content: string, unfinished: readonly string[]): void;
  /** The files that a stage would reuse; null if it would run. */
  kept(name: string, from: StageInputs): StageFiles | null;
  /**
   * Runs a stage, or reuses its files when tool, settings, inputs and files are unchanged. Files that the stage wrote
   * before and does not write any more are removed.
   */
  stage(name: string, from: StageInputs, make: () => Promise<StageFiles>, reuse?: 'reuse' | 'anew'): Promise<StageResult>;
}

/** The files of a stage, and whether they were there before. */
export interface StageResult {
  readonly files: StageFiles;
  readonly reused: boolean;
}

/** What becomes of a run that the folder holds already. */
export interface OpenOptions {
  /** Whether another run may take its place. */
  readonly force: boolean;
  /** With `force`, the stages by name that may stay where they are up to date; by default none. */
  readonly keeps?: (stage: string) => boolean;
}

/**
 * Opens or creates a run folder.
 *
 * @throws UsageError if the folder's run.json is damaged, unless all of it may go
 */
export function openRunFolder(path: string, { force, keeps }: OpenOptions = { force: false }): RunFolder {
  const at = (file: string) => join(path, file);
  let record = openRecord();
  function openRecord(): RunRecord {
    if (!force) return readRecord(at(RECORD_FILE));
    if (keeps === undefined) return EMPTY;
    const earlier = readRecord(at(RECORD_FILE));
    return { ...earlier, stages: Object.fromEntries(Object.entries(earlier.stages).filter(([name]) => keeps(name))) };
  }
  const read = (file: string) => readInputFile(at(file));
  const isUnchanged = (file: string, content: Uint8Array, { outputs }: RunRecord['stages'][string]) => outputs[file] === sha256(content);
  const upToDate = (stage: RunRecord['stages'][string]): StageFiles | null => {
    const files: Record<string, Uint8Array> = {};
    for (const file of Object.keys(stage.outputs)) {
      if (!fileExists(at(file))) return null;
      files[file] = read(file);
      if (!isUnchanged(file, files[file], stage)) return null;
    }
    return files;
  };
  const remember = (name: string, key: string, outputs: Readonly<Record<string, string>>) => {
    record = { ...record, tool: TOOL, stages: { ...record.stages, [name]: { key, outputs } } };
  };
  const keyOf = (name: string, from: StageInputs) => hashJson({ tool: TOOL, stage: name, ...from });
  const kept = (name: string, from: StageInputs) => {
    const earlier = record.stages[name];
    return earlier?.key === keyOf(name, from) ? upToDate(earlier) : null;
  };
  const requireClaimable = (file: string, content: string, unfinished: readonly string[]) => {
    const isOther = fileExists(at(file)) && new TextDecoder().decode(read(file)) !== content;
    // A run that failed before it left anything worth keeping does not hold the folder.
    const isBegun = [RECORD_FILE, ...unfinished].some((name) => fileExists(at(name)));
    if (isOther && isBegun && !force)
      throw new UsageError(`${path} holds a run with other settings (${file}); choose another --out, or replace it with --force`);
  };
  return {
    path,
    read,
    kept,
    requireClaimable,
    readOutput(file, remedy = 'run or map again') {
      const content = read(file);
      const isKnown = Object.values(record.stages).some((stage) => isUnchanged(file, content, stage));
      if (!isKnown) throw new UsageError(`${at(file)} is not what the run wrote (${RECORD_FILE}); ${remedy}`);
      return content;
    },
    has: (file) => fileExists(at(file)),
    holds: (stage) => Object.keys(record.stages[stage]?.outputs ?? {}).length > 0,
    write: (file, content) => writeFileAtomic(at(file), content),
    remove: (file) => removeFile(at(file)),
    claim(file, content, unfinished) {
      requireClaimable(file, content, unfinished);
      if (force) {
        const kept = new Set(outputsOf(record));
        const gone = outputsOf(forgiving(at(RECORD_FILE))).filter((name) => !kept.has(name));
        for (const name of [...gone, ...(keeps === undefined ? [RECORD_FILE, ...unfinished] : [])]) removeFile(at(name));
      }
      writeFileAtomic(at(file), content);
      // Reaches the disk with the first finished stage.
      remember(file, sha256(content), { [file]: sha256(content) });
    },
    async stage(name, from, make, reuse = 'reuse') {
      const old = reuse === 'reuse' ? kept(name, from) : null;
      if (old !== null) return { files: old, reused: true };
      const earlier = record.stages[name];
      const files = await make();
      for (const file of Object.keys(earlier?.outputs ?? {})) if (!(file in files)) removeFile(at(file));
      for (const [file, content] of Object.entries(files)) writeFileAtomic(at(file), content);
      const outputs = Object.fromEntries(Object.entries(files).map(([file, content]) => [file, sha256(content)]));
      remember(name, keyOf(name, from), outputs);
      writeFileAtomic(at(RECORD_FILE), `${canonicalJson(record, 2)}\n`);
      return { files, reused: false };
    },
  };
}

function readRecord(path: string): RunRecord {
  if (!fileExists(path)) return EMPTY;
  const bytes = readInputFile(path);
  let content: unknown;
  try {
    content = JSON.parse(new TextDecoder().decode(bytes));
    return RunRecord.parse(content);
  } catch {
    const schema = (content as { schema?: unknown } | null | undefined)?.schema;
    if (typeof schema === 'string' && schema !== EMPTY.schema)
      throw new UsageError(
        `${path} was written by another version of bimt-export (${schema}, this one reads ${EMPTY.schema}); use that version, choose another --out, or start over with --force`,
      );
    throw new UsageError(`${path} is damaged; delete it to make everything anew, or start over with --force`);
  }
}

/** What a record says, as far as it can be read. */
function forgiving(path: string): RunRecord {
  try {
    return readRecord(path);
  } catch {
    return EMPTY;
  }
}

function outputsOf({ stages }: RunRecord): string[] {
  return Object.values(stages).flatMap(({ outputs }) => Object.keys(outputs));
}
