// Is a JSON file of a run folder what this version understands? Whole, as the run wrote it, and of a form that we know.
import { join } from 'node:path';
import type { z } from 'zod';
import { UsageError } from '../core/errors.ts';
import { parseWith } from '../core/validate.ts';
import type { RunFolder } from './run-folder.ts';

/**
 * Reads what a stage wrote.
 *
 * @param remedy - what to try if it cannot be read
 * @throws UsageError if the file is missing, was changed since, is no JSON, or is of another version
 */
export function readJson<Schema extends z.ZodType>(folder: RunFolder, file: string, schema: Schema, remedy: string): z.output<Schema> {
  const path = join(folder.path, file);
  if (!folder.has(file)) throw new UsageError(`${path} is missing: the run was not finished, or the file was removed; ${remedy}`);
  const content = parseJson(folder.readOutput(file, remedy), `${path} is not JSON; ${remedy}`);
  try {
    return parseWith(schema, content, path);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const [first = '', ...more] = error.message.split('\n').slice(1);
    const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
    throw new UsageError(`${path} is of another version of bimt-export${writtenBy(content)}: ${first.trim()}${others}; ${remedy}`);
  }
}

function parseJson(bytes: Uint8Array, complaint: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new UsageError(complaint, { cause: error });
  }
}

function writtenBy(content: unknown): string {
  const tool = (content as { run?: { tool?: unknown } } | null)?.run?.tool;
  return typeof tool === 'string' ? ` (${tool})` : '';
}
