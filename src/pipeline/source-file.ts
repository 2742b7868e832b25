// Where does each setting stand in a file? Reads YAML, and JSON with it, and finds line and column of what is wrong.
import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, type Node, type ParsedNode, parseDocument } from 'yaml';
import { UsageError } from '../core/errors.ts';
import { readInputFile } from '../core/files.ts';
import type { Origin, Path } from '../core/validate.ts';

/** Anchors may repeat parts of the file, not blow it up. */
const MAX_ALIASES = 100;
const MAX_BYTES = 1 << 20;

/** A parsed file that knows where everything stands in it. */
export interface SourceFile {
  readonly what: string;
  readonly value: unknown;
  /** `FILE:LINE:COLUMN: ` of a setting's name, or of a value in its list; null if it is not there. */
  place(path: Path, value?: unknown): string | null;
}

/**
 * Reads a file of settings.
 *
 * @throws UsageError if it cannot be read, or as `parseSource`
 */
export function readSource(path: string): SourceFile {
  return parseSource(new TextDecoder().decode(readInputFile(path, MAX_BYTES)), path);
}

/**
 * Parses a file of settings.
 *
 * @param what - how to call it in errors, usually its path
 * @throws UsageError with line and column of everything that is no YAML, and of names that are there twice
 */
export function parseSource(text: string, what: string): SourceFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const said = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${what}:${line}:${col}: `;
  };
  const faults = document.errors.map(({ code, pos: [offset], message }) => {
    const [name] = /^[^:\n]*/.exec(text.slice(offset)) ?? [''];
    return `  ${said(offset)}${code === 'DUPLICATE_KEY' ? `'${name.trim()}' is there twice` : message}`;
  });
  if (faults.length > 0) throw new UsageError(`${what} cannot be read:\n${faults.join('\n')}`);
  const resolved = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
  /** Offset of what a path leads to. */
  const find = (path: Path, value: unknown): number | null => {
    let node: unknown = document.contents;
    let at = (document.contents as ParsedNode | null)?.range?.[0] ?? null;
    for (const key of path) {
      const inner = resolved(node);
      if (isSeq(inner) && typeof key === 'number') {
        node = inner.items[key];
        at = (node as Node | undefined)?.range?.[0] ?? at;
        continue;
      }
      if (!isMap(inner)) return isSeq(inner) ? at : null;
      const pair = inner.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key);
      if (pair === undefined) return null;
      at = (pair.key as Node).range?.[0] ?? at;
      node = pair.value;
    }
    const list = resolved(node);
    const item = isSeq(list) ? list.items.find((candidate) => isScalar(candidate) && candidate.value === value) : undefined;
    return (item as Node | undefined)?.range?.[0] ?? at;
  };
  return {
    what,
    value: readValue(() => document.toJS({ maxAliasCount: MAX_ALIASES }), what),
    place(path, value) {
      const offset = find(path, value);
      return offset === null ? null : said(offset);
    },
  };
}

/** Where the settings of a file stand that others may have been laid over, as those of options are: what is not in the file is nowhere. */
export function originOf({ what, value, place }: SourceFile): Origin {
  const inFile = (path: Path) =>
    path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[key], value);
  const isSame = (path: Path, found: unknown) => {
    const written = inFile(path);
    return typeof written === 'object' && written !== null ? typeof found === 'object' : Object.is(written, found);
  };
  return {
    what,
    at(path, found) {
      if (!isSame(path, found)) return '';
      // What is missing stands where its section does.
      return place(path, found) ?? (found === undefined ? place(path.slice(0, -1)) : null) ?? '';
    },
  };
}

function readValue(read: () => unknown, what: string): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof ReferenceError) throw new UsageError(`${what} cannot be read: ${error.message}`, { cause: error });
    throw error;
  }
}
