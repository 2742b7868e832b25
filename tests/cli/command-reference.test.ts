// Does docs/commands.md say what the commands say?
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { commandReference } from '../../src/commands/command-reference.ts';
import { buildProgram } from '../../src/commands/program.ts';
import { PACKAGE_ROOT } from '../../src/core/version.ts';

const page = readFileSync(join(PACKAGE_ROOT, 'docs', 'commands.md'), 'utf8');
const program = await buildProgram();

it('is what docs/commands.md holds', () => {
  expect(page === commandReference(program), 'docs/commands.md is stale; run: npx tsx scripts/commands-page.ts').toBe(true);
});

it('has a section for every command, a row for every option and argument, and an example of each', () => {
  const groups = program.commands.flatMap((command) => [
    { name: command.name(), command },
    ...command.commands.map((inner) => ({ name: `${command.name()} ${inner.name()}`, command: inner })),
  ]);
  expect(page.match(/^## .+$/gm)).toEqual(groups.map(({ name }) => `## ${name}`));
  for (const { name, command } of groups) {
    const section = page.split(`\n## ${name}\n`)[1]?.split('\n## ')[0] ?? '';
    for (const { flags } of command.options) expect(section, `${name} ${flags}`).toContain(`\`${flags}\``);
    for (const argument of command.registeredArguments) expect(section, name).toContain(`\n| \`${argument.name()}`);
    if (command.commands.length === 0) expect(section, name).toContain(`\nbimt-export ${name}`);
  }
});

it('has in its list only links to its sections', () => {
  const anchors = [...page.matchAll(/^## (.+)$/gm)].map(([, name = '']) => `#${name.replaceAll(' ', '-')}`);
  expect([...page.matchAll(/^- \[.+\]\((#.+)\)$/gm)].map(([, anchor]) => anchor)).toEqual(anchors);
});
