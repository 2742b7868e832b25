// Does every command explain itself, and do the examples in its help work?
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/commands/program.ts';

/** Every command with the words that call it, groups included. */
function commandsOf(command: Command, words: readonly string[] = []): [string, Command][] {
  return command.commands.flatMap((inner): [string, Command][] => {
    const path = [...words, inner.name()];
    return [[path.join(' '), inner], ...commandsOf(inner, path)];
  });
}

/** What --help prints. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return text;
}

/** Arguments of every command line that a help shows. */
function examplesOf(help: string): string[][] {
  return [...help.matchAll(/^ +\$ bimt-export (.*)$/gm)].map(([, line]) => line.split(' '));
}

const program = await buildProgram();
const commands = commandsOf(program);

describe.each(commands)('%s --help', (name, command) => {
  const help = helpOf(command);

  it('says what it does, in a sentence', () => {
    expect(help).toContain(`Usage: bimt-export ${name}`);
    expect(command.description()).toMatch(/^[A-Z][^\n]{20,}\.$/);
    for (const argument of command.registeredArguments) expect(argument.description, argument.name()).not.toBe('');
  });

  it('says what each option is, and what it is when it is not given', () => {
    for (const option of command.options) {
      expect(option.description, option.flags).not.toBe('');
      expect(option.description, option.flags).not.toMatch(/undefined|\bnull\b|object/);
      const hasDefault = option.defaultValue !== undefined || /default: |repeatable/.test(option.description);
      const isSwitch = !option.required || option.negate;
      const isAnAddition = /^(start from|also|file with the settings)/.test(option.description);
      expect(option.mandatory || isSwitch || hasDefault || isAnAddition, `${name} ${option.flags} has a default`).toBe(true);
    }
  });

  it('shows an example of itself', () => {
    if (command.commands.length > 0) return;
    const words = name.split(' ');
    expect(examplesOf(help).some((example) => words.every((word, i) => example[i] === word))).toBe(true);
  });
});

describe('the examples of all helps', () => {
  const examples = [program, ...commands.map(([, command]) => command)].flatMap((command) => examplesOf(helpOf(command)));

  it.each(examples.map((example) => example.join(' ')))('%s', async (example) => {
    const called: string[] = [];
    const inert = await buildProgram();
    for (const [name, command] of commandsOf(inert)) {
      if (command.commands.length > 0) continue;
      command.action(() => {
        called.push(name);
      });
    }
    await inert.parseAsync(example.split(' '), { from: 'user' });
    expect(called).toHaveLength(1);
    expect(example.startsWith(called[0])).toBe(true);
  });
});

it('the help of the program names every command and every exit code', () => {
  const help = helpOf(program);
  for (const command of program.commands) expect(help).toMatch(new RegExp(`^  ${command.name()} `, 'm'));
  expect(help.replace(/\s+/g, ' ')).toContain(
    'Exit codes: 0 done, 1 bug, 2 usage or bad input, 3 does not fit or a requirement missed, 4 mismatch, 130 interrupted (resumable).',
  );
});

it('the help of the program loads the code of no command, and a command line only that of the command it names', async () => {
  const loaded = async (...words: string[]) => {
    const { commands } = await buildProgram(words);
    expect(commands.map((command) => command.name())).toEqual(program.commands.map((command) => command.name()));
    return commands.filter(({ options, commands }) => options.length + commands.length > 0).map((command) => command.name());
  };
  expect(await loaded('--help')).toEqual([]);
  expect(await loaded('tasks', 'show', 'dms')).toEqual(['tasks']);
  expect(await loaded('help', 'train')).toEqual(['train']);
});
