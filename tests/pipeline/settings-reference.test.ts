// Do the example of `init` and docs/settings.md say what the settings are?
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type SchemaNode, schemaNode, sectionOf } from '../../src/core/allowed.ts';
import { PACKAGE_ROOT } from '../../src/core/version.ts';
import { AnalyzeConfig } from '../../src/pipeline/analyze-stage.ts';
import { RunSettings, resolveRunConfig } from '../../src/pipeline/config.ts';
import { exampleConfig, settingsPage } from '../../src/pipeline/settings-reference.ts';
import { parseSource } from '../../src/pipeline/source-file.ts';

const example = exampleConfig();
const read = (text: string) => resolveRunConfig(parseSource(text, 'bimt.yaml').value);

/** Every setting and section with its path. */
function settingsIn(node: SchemaNode, path: readonly string[] = []): [string, SchemaNode][] {
  return Object.entries(sectionOf(node)?.properties ?? {}).flatMap(([name, inner]): [string, SchemaNode][] => [
    [[...path, name].join('.'), inner],
    ...settingsIn(inner, [...path, name]),
  ]);
}

const settings = settingsIn(schemaNode(RunSettings));
const ofSweeps = settingsIn({
  type: 'object',
  properties: { analyze: { ...schemaNode(AnalyzeConfig), description: 'what is measured', default: {} } },
});

describe('the settings', () => {
  it.each([...settings, ...ofSweeps])(
    '%s says what it means, and what it is when it is not given',
    (path, { description, default: value, examples }) => {
      expect(description).toMatch(/^[^.]{5,}/);
      expect(description).not.toMatch(/\.$/);
      if (value === undefined) expect(examples, path).toHaveLength(1);
    },
  );
});

describe('the example of init', () => {
  it('asks for the same run as no settings at all', () => {
    expect(read(example)).toEqual(resolveRunConfig({}));
  });

  it('holds every setting by its name', () => {
    const names = [...example.matchAll(/^[ #]*(\w+):/gm)].map(([, name]) => name);
    for (const [path] of settings) expect(names, path).toContain(path.split('.').at(-1));
  });

  it.each([
    ['cores', { prune: { cores: { target: 'rram-mesh' } } }],
    ['search', { prune: { search: {} } }],
    ['aware', { aware: { target: 'rram-mesh' } }],
    ['train', { quantize: { train: {} } }],
  ])('has the section %s behind #, ready to be used', (name, settings) => {
    const behind = new RegExp(`^( *)${name}: null\\n((?:\\1# ${name}:\\n)(?:\\1#   .*\\n)+)`, 'm');
    const used = example.replace(behind, (_, indent: string, block: string) => block.replace(new RegExp(`^${indent}# `, 'gm'), indent));
    expect(used).not.toBe(example);
    expect(read(used)).toEqual(resolveRunConfig(settings));
  });

  it('keeps its lines within 120 characters', () => {
    for (const line of example.split('\n')) expect(line.length, line).toBeLessThanOrEqual(120);
  });
});

describe('docs/settings.md', () => {
  const page = readFileSync(join(PACKAGE_ROOT, 'docs', 'settings.md'), 'utf8');

  it('is what the code says', () => {
    expect(page === settingsPage(), 'docs/settings.md is stale; run: npx tsx scripts/settings-page.ts').toBe(true);
  });

  it('has a row for every setting and a heading for every section', () => {
    for (const [path, node] of [...settings, ...ofSweeps]) {
      const name = path.split('.').at(-1);
      const isSection = sectionOf(node)?.properties !== undefined;
      const [section] = path.includes('.') ? [path.slice(0, path.lastIndexOf('.'))] : ['At the top'];
      const body = page.split(`\n## ${section}\n`)[1]?.split('\n## ')[0] ?? '';
      if (isSection) expect(page, path).toContain(`\n## ${path}\n`);
      else expect(body, path).toContain(`\n| \`${name}\` | `);
    }
  });

  it('tells what a sweep file holds, and what of it has to be given', () => {
    const [, sweeps = ''] = page.split('\n# Sweep files\n');
    const rows = [...sweeps.matchAll(/^\| `(workers|base|series)` \| (.*?) \|/gm)].map(([, name, fallback]) => [name, fallback]);
    expect(rows).toEqual([
      ['workers', '`null`'],
      ['base', '`null`'],
      ['series', 'none, has to be given'],
    ]);
    expect(page.match(/has to be given/g)).toHaveLength(3);
  });
});
