// How do bytes reach the disk and leave it? Files appear whole or not at all; failures are said plainly.
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf, UsageError } from './errors.ts';

/** The largest input file read without asking, in bytes. */
const MAX_INPUT_BYTES = 1 << 30;

/**
 * Writes a file beside its final name, flushes it and renames it, creating folders as needed.
 *
 * @throws UsageError if the disk is full or the folder cannot be written; nothing is left behind
 */
export function writeFileAtomic(path: string, content: Uint8Array | string): void {
  const partial = `${path}.partial`;
  try {
    makeFolder(dirname(path));
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    const file = openSync(partial, 'w');
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(partial, path);
  } catch (error) {
    try {
      rmSync(partial, { force: true });
    } catch {
      // The first failure is the one worth telling.
    }
    throw diskError('write', path, error);
  }
}

/**
 * Tries before long work whether its result can be written; nothing is left behind.
 *
 * @throws UsageError if not
 */
export function checkWritable(path: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) throw new UsageError(`cannot write ${path}: ${REASONS['EISDIR']}`);
  try {
    const created = makeFolder(dirname(path));
    closeSync(openSync(`${path}.partial`, 'w'));
    rmSync(created ?? `${path}.partial`, { recursive: true });
  } catch (error) {
    throw diskError('write', path, error);
  }
}

/**
 * Reads a whole input file.
 *
 * @throws UsageError if it is missing, unreadable, not a file, or larger than `maxBytes`
 */
export function readInputFile(path: string, maxBytes: number = MAX_INPUT_BYTES): Uint8Array {
  try {
    const stats = statSync(path);
    // A device has no size and may never end.
    if (!stats.isFile() && !stats.isDirectory()) throw new UsageError(`cannot read ${path}: it is a device or a pipe, a file was expected`);
    const { size } = stats;
    if (size > maxBytes) throw new UsageError(`cannot read ${path}: ${size} bytes, the limit is ${maxBytes}`);
    return readFileSync(path);
  } catch (error) {
    throw error instanceof UsageError ? error : diskError('read', path, error);
  }
}

/**
 * Makes a folder and those above it, one by one: Node's own recursive way never returns where none can be made, as in /proc.
 *
 * @returns the topmost folder that was made, null if all were there
 */
function makeFolder(path: string): string | null {
  if (existsSync(path)) return null;
  const above = makeFolder(dirname(path));
  mkdirSync(path);
  return above ?? path;
}

/**
 * Keeps other processes out of a folder; a lock that a killed process left behind does not count.
 *
 * @returns gives the folder back
 * @throws UsageError if a process that is alive holds the lock
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, 'lock');
  try {
    makeFolder(folder);
    for (let attempt = 0; ; attempt++) {
      try {
        writeFileSync(path, `${process.pid}\n`, { flag: 'wx' });
        break;
      } catch (error) {
        const holder = (error as NodeJS.ErrnoException).code === 'EEXIST' ? lockHolder(path) : null;
        if (holder !== null)
          throw new UsageError(
            `${folder} is in use by process ${holder}; wait for it to end, or delete ${path} if that is another program`,
          );
        if (attempt > 0 || (error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        rmSync(path, { force: true });
      }
    }
  } catch (error) {
    throw error instanceof UsageError ? error : diskError('write', path, error);
  }
  return () => rmSync(path, { force: true });
}

/** The process that holds a lock, null if it or the lock is gone. */
function lockHolder(path: string): number | null {
  const pid = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid) return null;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    // A process of another user cannot be asked, but it is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? pid : null;
  }
}

/** Removes a file if it exists. */
export function removeFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    throw diskError('remove', path, error);
  }
}

/** Whether something exists at the path. */
export function fileExists(path: string): boolean {
  return existsSync(path);
}

const REASONS: Record<string, string> = {
  ENOSPC: 'the disk is full; free some space or choose another --out',
  EDQUOT: 'the disk quota is used up; free some space or choose another --out',
  EACCES: 'permission denied; choose a folder you may use',
  EPERM: 'permission denied; choose a folder you may use',
  EROFS: 'the file system is read-only; choose another --out',
  ENOENT: 'no such file or folder',
  EISDIR: 'it is a folder, a file was expected',
  ENOTDIR: 'a part of the path is a file, a folder was expected',
};

function diskError(action: string, path: string, error: unknown): UsageError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (action === 'write' && code === 'ENOENT') return new UsageError(`cannot write ${path}: no folder can be made there`, { cause: error });
  return new UsageError(`cannot ${action} ${path}: ${REASONS[code] ?? messageOf(error)}`, { cause: error });
}
