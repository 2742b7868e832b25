// Do the links of the documentation lead somewhere?
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../src/core/version.ts';

const docs = readdirSync(join(PACKAGE_ROOT, 'docs')).filter((name) => name.endsWith('.md'));
const pages = ['README.md', 'CHANGELOG.md', 'models/README.md', 'models/experiments.md', ...docs.map((name) => `docs/${name}`)];
const read = (page: string) => readFileSync(join(PACKAGE_ROOT, page), 'utf8');

/** The names that GitHub gives to headings, by which links reach them. */
function anchorsOf(page: string): string[] {
  const headings = [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

it.each(pages)('%s links to files and headings that exist', (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = '']) => link);
  for (const link of links) {
    const [path = '', anchor] = link.split('#');
    const to = path === '' ? page : join(dirname(page), path);
    expect(existsSync(join(PACKAGE_ROOT, to)), `${link} in ${page}`).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(to), `${link} in ${page}`).toContain(anchor);
  }
});

it('every page of docs/ is reached from the README, or from a page that is', () => {
  const reached = new Set(['README.md']);
  for (const page of reached)
    for (const [, path = ''] of read(page).matchAll(/\]\((?!https?:)([^)\s#]+\.md)/g)) reached.add(join(dirname(page), path));
  expect(docs.filter((name) => !reached.has(`docs/${name}`))).toEqual([]);
});
