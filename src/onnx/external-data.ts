// Where do tensors lie that a model keeps in files of their own? Beside it, and nowhere else.
import { closeSync, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { isAbsolute, join, sep } from 'node:path';
import { messageOf, UsageError } from '../core/errors.ts';
import { quoted } from './read-model.ts';

/** Files beside a model. */
export interface ExternalData {
  /**
   * Reads a stretch of a file.
   *
   * @throws UsageError if the file is outside the folder of the model, missing, or too short, or much more is read than it holds
   */
  read(location: string, offset: number, length: number, who: string): Uint8Array;
  /** Bytes of every file that was read, in the order of their names, in parts. */
  contents(): Iterable<Uint8Array>;
}

const PART_BYTES = 1 << 22;
/** How often every byte of the files may be read: tensors may share data, but no small file may stand for much memory. */
const MOST_READS = 2;

/** Of a model that was not read from a folder. */
export const NO_EXTERNAL_DATA: ExternalData = {
  read: (location, _offset, _length, who) => {
    throw new UsageError(`${who} lies in another file, ${quoted(location)}, and only the model itself was given`);
  },
  contents: () => [],
};

/** Files in the folder of a model. */
export function externalDataIn(folder: string): ExternalData {
  const used = new Map<string, string>();
  let held = 0;
  let read = 0;
  return {
    read(location, offset, length, who) {
      const path = pathInside(folder, location, who);
      return withFile(path, who, (file, size) => {
        if (!(offset + length <= size))
          throw new UsageError(`${who} lies in bytes ${offset} to ${offset + length} of a file of ${size} bytes, ${quoted(location)}`);
        if (!used.has(location)) held += size;
        used.set(location, path);
        read += length;
        if (read > MOST_READS * held)
          throw new UsageError(`${who} and others before it name the same external data more than ${MOST_READS} times`);
        return readPart(file, offset, length);
      });
    },
    *contents() {
      for (const [location, path] of [...used].sort(([a], [b]) => (a < b ? -1 : 1))) yield* partsOf(path, quoted(location));
    },
  };
}

/** Symbolic links count as what they lead to. */
function pathInside(folder: string, location: string, who: string): string {
  const leaves = isAbsolute(location) || /^[a-z]:|\\|\0/i.test(location) || location.split('/').includes('..');
  if (location === '' || leaves) throw outside(location, who);
  try {
    const path = realpathSync(join(folder, location));
    if (!path.startsWith(`${realpathSync(folder)}${sep}`)) throw outside(location, who);
    return path;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${who} lies in ${quoted(location)}, which cannot be read beside the model`, { cause: error });
  }
}

function outside(location: string, who: string): UsageError {
  return new UsageError(
    `${who} lies in ${quoted(location)}, which is not a file in the folder of the model; put it there and name it without a path`,
  );
}

function withFile<T>(path: string, who: string, use: (file: number, size: number) => T): T {
  let file: number | null = null;
  try {
    file = openSync(path, 'r');
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new UsageError(`${who} lies in something that is not a file`);
    return use(file, stats.size);
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(`${who} cannot be read: ${messageOf(error)}`, { cause: error });
  } finally {
    if (file !== null) closeSync(file);
  }
}

function* partsOf(path: string, who: string): Iterable<Uint8Array> {
  const size = withFile(path, who, (_, size) => size);
  for (let at = 0; at < size; at += PART_BYTES) yield withFile(path, who, (file) => readPart(file, at, Math.min(PART_BYTES, size - at)));
}

function readPart(file: number, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const got = readSync(file, bytes, at, length - at, offset + at);
    if (got === 0) throw new Error('it ends early');
    at += got;
  }
  return bytes;
}
