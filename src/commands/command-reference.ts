// What does docs/commands.md say? Every command with its arguments, options and examples, as --help has them.
import type { Command, Help, Option } from 'commander';
import { COMMON_OPTIONS } from './output.ts';

/**
 * The page, in Markdown.
 *
 * @param program - with the options of all commands
 */
export function commandReference(program: Command): string {
  const commands = program.commands.flatMap(withInner);
  const common = commands.flatMap(commonOptions).filter(({ flags }, i, all) => all.findIndex((other) => other.flags === flags) === i);
  const help = program.createHelp();
  return `${[
    '# Commands',
    'Made by `npx tsx scripts/commands-page.ts` from what `--help` says; do not edit.',
    cell(program.description()),
    ...afterHelp(program),
    optionTable('option of most commands', common, help),
    commands.map((command) => `- [${fullName(command)}](#${fullName(command).replaceAll(' ', '-')})`).join('\n'),
    ...commands.flatMap(section),
  ].join('\n\n')}\n`;
}

function withInner(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withInner)];
}

function section(command: Command): string[] {
  const help = command.createHelp();
  const own = command.options.filter((option) => !option.hidden && option.helpGroupHeading !== COMMON_OPTIONS);
  const common = commonOptions(command).map(({ flags }) => `\`${flags}\``);
  const groups = new Map<string, Option[]>();
  for (const option of own) groups.set(option.helpGroupHeading ?? '', [...(groups.get(option.helpGroupHeading ?? '') ?? []), option]);
  return [
    `## ${fullName(command)}`,
    cell(command.description()),
    `\`\`\`text\n${help.commandUsage(command)}\n\`\`\``,
    ...(command.registeredArguments.length === 0
      ? []
      : [
          table(
            'argument',
            command.registeredArguments.map((argument) => [help.argumentTerm(argument), help.argumentDescription(argument)]),
          ),
        ]),
    ...[...groups].map(([group, options]) => optionTable(group.replace(/:$/, '') || 'option', options, help)),
    ...(common.length === 0 ? [] : [`Also ${common.join(', ')}.`]),
    ...afterHelp(command),
  ];
}

function fullName(command: Command): string {
  const { parent } = command;
  return parent?.parent ? `${fullName(parent)} ${command.name()}` : command.name();
}

function commonOptions(command: Command): Option[] {
  return command.options.filter(({ helpGroupHeading }) => helpGroupHeading === COMMON_OPTIONS);
}

function optionTable(heading: string, options: readonly Option[], help: Help): string {
  return table(
    heading,
    options.map((option) => [help.optionTerm(option), help.optionDescription(option)]),
  );
}

function table(heading: string, rows: readonly (readonly [string, string])[]): string {
  const lines = rows.map(([term, meaning]) => `| \`${term.replaceAll('|', '\\|')}\` | ${cell(meaning)} |`);
  return [`| ${heading} | |`, '| --- | --- |', ...lines].join('\n');
}

/** Text in which Markdown sees no markup of its own. */
function cell(text: string): string {
  return text.replace(/[\\|*_<>[\]`]/g, '\\$&').replaceAll('\n', ' ');
}

/** What a help says below its options: words as they are aligned there, then the examples. */
function afterHelp(command: Command): string[] {
  const parts: string[] = [];
  command.configureOutput({ writeOut: (part) => parts.push(part) }).outputHelp();
  // The first part is made from what this page shows in tables.
  const [words = '', examples = ''] = parts
    .slice(1)
    .join('')
    .split(/^Examples?:$/m)
    .map((part) => part.replace(/^\n+|\s+$/g, ''));
  return [
    ...(words === '' ? [] : [`\`\`\`text\n${words}\n\`\`\``]),
    ...(examples === '' ? [] : [`\`\`\`sh\n${examples.replace(/^ *(\$ )?/gm, '')}\n\`\`\``]),
  ];
}
