// What runs in the browser, bundled into the built tool: part of `npm run build`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundlePage, SCRIPT_FILE, STYLE_FILE } from '../src/report/page-assets.ts';

const { script, style } = bundlePage();
for (const [file, content] of [
  [SCRIPT_FILE, script],
  [STYLE_FILE, style],
] as const) {
  const path = join('dist', 'report', file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
