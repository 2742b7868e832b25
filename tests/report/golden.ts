// Did an output change? Compares with a file kept in tests/golden; UPDATE_GOLDEN=1 rewrites it, and the diff is reviewed.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const FOLDER = fileURLToPath(new URL('../golden/', import.meta.url));

/** Expects a text to equal the golden file; on a mismatch the new text is left beside it with `.new` before the extension. */
export function expectGolden(file: string, text: string): void {
  const path = `${FOLDER}${file}`;
  const beside = path.replace(/(\.[^.]+)$/, '.new$1');
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(path, text);
  }
  const expected = existsSync(path) ? readFileSync(path, 'utf8') : null;
  if (text === expected) rmSync(beside, { force: true });
  else writeFileSync(beside, text);
  expect(text === expected, `${path} differs from ${beside}; if the change is meant, run again with UPDATE_GOLDEN=1`).toBe(true);
}
