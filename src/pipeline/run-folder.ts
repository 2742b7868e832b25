// What has a run done already? Stages write files whole; run.json remembers what each was made from, so that what is
// up to date is reused.
import { join } from 'node:path';
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

interface StageRecord {
  /** Hash of tool, settings and inputs. */
  readonly key: string;
  /** SHA-256 of each file the stage wrote. */
  readonly outputs: Readonly<Record<string, string>>;
}

interface RunRecord {
  readonly schema: 'bimt-run/1';
  readonly tool: string;
  readonly stages: Readonly<Record<string, StageRecord>>;
}

const RECORD = 'run.json';

/** A folder that holds the files of one run. */
export interface RunFolder {
  readonly path: string;
  /** Content of a file of this run. */
  read(file: string): Uint8Array;
  has(file: string): boolean;
  write(file: string, content: Uint8Array | string): void;
  remove(file: string): void;
  /**
   * Writes the file that makes the folder this run's own.
   *
   * @throws UsageError if it holds another run already
   */
  claim(file: string, content: string): void;
  /** Runs a stage, or reuses its files when tool, settings, inputs and files are unchanged. */
  stage(name: string, from: StageInputs, make: () => Promise<StageFiles>): Promise<{ files: StageFiles; reused: boolean }>;
}

/**
 * Opens or creates a run folder.
 *
 * @throws UsageError if the folder's run.json is damaged
 */
export function openRunFolder(path: string, options: { force: boolean } = { force: false }): RunFolder {
  const at = (file: string) => join(path, file);
  let record: RunRecord =
    fileExists(at(RECORD)) && !options.force ? readRecord(at(RECORD)) : { schema: 'bimt-run/1', tool: TOOL, stages: {} };
  const read = (file: string) => readInputFile(at(file));
  const upToDate = ({ outputs }: StageRecord): StageFiles | null => {
    const files: Record<string, Uint8Array> = {};
    for (const [file, hash] of Object.entries(outputs)) {
      if (!fileExists(at(file))) return null;
      const content = read(file);
      if (sha256(content) !== hash) return null;
      files[file] = content;
    }
    return files;
  };
  return {
    path,
    read,
    has: (file) => fileExists(at(file)),
    write: (file, content) => writeFileAtomic(at(file), content),
    remove: (file) => removeFile(at(file)),
    claim(file, content) {
      if (!options.force && fileExists(at(file)) && new TextDecoder().decode(read(file)) !== content) {
        throw new UsageError(`${path} holds a run with other settings (${file}); choose another --out, or replace it with --force`);
      }
      if (options.force) removeFile(at(RECORD));
      writeFileAtomic(at(file), content);
    },
    async stage(name, from, make) {
      const key = hashJson({ tool: TOOL, stage: name, ...from });
      const earlier = record.stages[name];
      const kept = earlier?.key === key ? upToDate(earlier) : null;
      if (kept !== null) return { files: kept, reused: true };
      const files = await make();
      for (const [file, content] of Object.entries(files)) writeFileAtomic(at(file), content);
      const outputs = Object.fromEntries(Object.entries(files).map(([file, content]) => [file, sha256(content)]));
      record = { ...record, tool: TOOL, stages: { ...record.stages, [name]: { key, outputs } } };
      writeFileAtomic(at(RECORD), `${canonicalJson(record, 2)}\n`);
      return { files, reused: false };
    },
  };
}

function readRecord(path: string): RunRecord {
  try {
    const record = JSON.parse(new TextDecoder().decode(readInputFile(path))) as RunRecord;
    if (record.schema === 'bimt-run/1' && typeof record.stages === 'object') return record;
  } catch (error) {
    if (error instanceof UsageError) throw error;
  }
  throw new UsageError(`${path} is damaged; delete it or start over with --force`);
}
