import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../src/core/version.ts';
import { targetReference } from '../../src/report/target-reference.ts';
import { listTargets, loadTarget } from '../../src/targets/load.ts';
import { findQuantities } from '../../src/targets/quantities.ts';

const page = readFileSync(join(PACKAGE_ROOT, 'docs', 'targets.md'), 'utf8');

it('is what docs/targets.md holds', () => {
  expect(page === targetReference(), 'docs/targets.md is stale; run: npx tsx scripts/targets-page.ts').toBe(true);
});

it('has a line for every number and every source of every file', () => {
  for (const id of listTargets()) {
    const { file } = loadTarget(id);
    const section = page.slice(page.indexOf(`\n## ${id}: `)).split('\n## ')[1] ?? '';
    const rows = section.split('\n').filter((line) => /^\| [A-Za-z]/.test(line) && !line.startsWith('| field'));
    expect(rows.length, id).toBe(findQuantities(file)?.length);
    for (const source of Object.keys(file.sources)) expect(section, id).toContain(`\n- **${source}** `);
  }
});
