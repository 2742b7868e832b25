// Do pages show what their commands print? Runs all commands of a page, one after the other, and writes what they print below them.
// usage: npm run build && tsx scripts/shown-output.ts [--check] [PAGE...]
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { writeFileAtomic } from '../src/core/files.ts';
import { PACKAGE_ROOT } from '../src/core/version.ts';

const pages = process.argv.slice(2).filter((word) => word !== '--check');
if (pages.length === 0) pages.push('docs/tutorial.md', 'docs/import.md');

/** Commands and, where the page shows it, what they print. */
const EXAMPLE = /^```sh\n(?<commands>.*?)^```\n(?:\n(?<mark><!-- digits vary -->\n)?```text\n(?<shown>.*?)^```\n)?/gms;

/** A folder like that of a reader: the models that ship, and a tool of that name; what it says about its progress is left out. */
function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bimt-page-'));
  symlinkSync(join(PACKAGE_ROOT, 'models'), join(folder, 'models'));
  mkdirSync(join(folder, '.bin'));
  const tool = `"${process.execPath}" "${join(PACKAGE_ROOT, 'dist', 'cli.js')}"`;
  writeFileSync(
    join(folder, '.bin', 'npx'),
    `#!/bin/bash\nshift\n${tool} "$@" 2>"$0.said"\ncode=$?\n[ "$code" -eq 0 ] || cat "$0.said" >&2\nexit "$code"\n`,
  );
  chmodSync(join(folder, '.bin', 'npx'), 0o755);
  return folder;
}

/** What commands print in the folder. */
function outputOf(commands: string, folder: string): string {
  const env = { ...process.env, PATH: [join(folder, '.bin'), process.env['PATH']].join(delimiter), NO_COLOR: '1' };
  const { status, stdout } = spawnSync('bash', ['-o', 'pipefail', '-c', `exec 2>&1\n${commands}`], { cwd: folder, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`exit code ${status} of\n${commands}${stdout}`);
  return stdout.replaceAll(/[ \t]+$/gm, '');
}

/** What is the same on every machine: float runtimes differ in the last bits between processors, and training soon in all digits. */
function withoutDigits(text: string): string {
  return text.replaceAll(/\d[\d.,]*/g, '0').replaceAll(/ +/g, ' ');
}

/** The page with what its commands print now; blocks that are stale are told. */
function refreshed(page: string, tellStale: (block: string) => void): string {
  const folder = makeFolder();
  const fresh = page.replaceAll(EXAMPLE, (example: string, commands: string, mark: string | undefined, shown: string | undefined) => {
    const printed = outputOf(commands, folder);
    if (shown === undefined) return example;
    if (mark === undefined ? printed === shown : withoutDigits(printed) === withoutDigits(shown)) return example;
    tellStale(`$ ${commands}${printed}`);
    return `\`\`\`sh\n${commands}\`\`\`\n\n${mark ?? ''}\`\`\`text\n${printed}\`\`\`\n`;
  });
  rmSync(folder, { recursive: true });
  return fresh;
}

for (const name of pages) {
  const path = join(PACKAGE_ROOT, name);
  const stale: string[] = [];
  const fresh = refreshed(readFileSync(path, 'utf8'), (block) => stale.push(block));
  if (!process.argv.includes('--check')) writeFileAtomic(path, fresh);
  else if (stale.length > 0) {
    console.log(`${name} is stale; run: npx tsx scripts/shown-output.ts. What is printed now:\n${stale.join('\n')}`);
    process.exitCode = 1;
  }
}
