// bimt-export completion: how does a shell complete our command lines? A script made from the commands themselves, which then asks nobody.
import { Argument, Command, type Option } from 'commander';
import { VERSION } from '../core/version.ts';
import { listTargets } from '../targets/load.ts';
import { SUITES } from '../tasks/suites.ts';
import { figureNames } from './figure.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/**
 * The command.
 *
 * @param buildProgram - the program with all its commands, this one among them
 */
export function completionCommand(buildProgram: () => Promise<Command>): Command {
  return new Command('completion')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText(
      'after',
      `
It completes commands, options, choices, and names of targets, tasks and figures; everything else as files. Load it in
~/.bashrc   eval "$(bimt-export completion bash)"
~/.zshrc    eval "$(bimt-export completion zsh)"
or write it to ~/.config/fish/completions/bimt-export.fish.

Example:
  $ bimt-export completion bash`,
    )
    .action(async (shell: Shell) => {
      process.stdout.write(SCRIPTS[shell](placesOf(await buildProgram())));
    });
}

/** A place in a command line, behind the words of a command, and what can follow there. */
interface Place {
  /** `targets list`; empty at the beginning. */
  readonly path: readonly string[];
  readonly description: string;
  readonly subcommands: readonly string[];
  /** Names that an argument may be; without them it is a file. */
  readonly names: readonly string[];
  readonly options: readonly Completable[];
}

interface Completable {
  readonly flag: string;
  readonly description: string;
  readonly takesValue: boolean;
  /** Empty where a value is a file or anything else. */
  readonly values: readonly string[];
}

/** Every command with its options, the program itself first. */
function placesOf(program: Command): Place[] {
  const targets = listTargets();
  const tasks = SUITES[0]?.tasks ?? [];
  // Names that may be more than these, for example a target's file, so that they are no choices of the option.
  const known: Readonly<Record<string, readonly string[]>> = {
    '--target': targets,
    '--aware': targets,
    '--suite': SUITES.map(({ name }) => name),
    '--task': tasks,
    'targets show': targets,
    'tasks show': tasks,
    figure: figureNames(),
  };
  const place = (command: Command, path: readonly string[]): Place[] => [
    {
      path,
      description: command.description(),
      subcommands: command.commands.map((inner) => inner.name()),
      names: [...command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []), ...(known[path.join(' ')] ?? [])],
      options: [
        ...command.options.map((option) => completable(option, known)),
        { flag: '--help', description: 'display help for command', takesValue: false, values: [] },
      ],
    },
    ...command.commands.flatMap((inner) => place(inner, [...path, inner.name()])),
  ];
  return place(program, []);
}

function completable(
  { long, flags, description, required, optional, argChoices }: Option,
  known: Readonly<Record<string, readonly string[]>>,
) {
  const flag = long ?? flags;
  return { flag, description, takesValue: required || optional, values: argChoices ?? known[flag] ?? [] };
}

const SCRIPTS: Readonly<Record<Shell, (places: readonly Place[]) => string>> = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** Words for the shell's own table; a word holds nothing that a shell reads otherwise. */
function bashScript(places: readonly Place[]): string {
  const at = ({ path }: Place) => path.map((word) => `/${word}`).join('');
  const deeper = places.filter(({ path }) => path.length > 0).map((place) => `'${at(place)}'`);
  const values = places.flatMap((place) =>
    place.options
      .filter(({ takesValue }) => takesValue)
      .map(({ flag, values }) => `    '${at(place)} ${flag}') words=${quote(values.join(' '))} ;;`),
  );
  const flags = places.map((place) => `        '${at(place)} '-*) words=${quote(place.options.map(({ flag }) => flag).join(' '))} ;;`);
  const names = places
    .filter(({ subcommands, names }) => subcommands.length + names.length > 0)
    .map((place) => `        '${at(place)} '*) words=${quote([...place.subcommands, ...place.names].join(' '))} ;;`);
  return `# Completion of bimt-export ${VERSION}, made by: bimt-export completion
_bimt_export() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" path='' words='' i
  COMPREPLY=()
  # bash takes --option=value for three words.
  if [ "$current" = '=' ]; then current=''; elif [ "$before" = '=' ]; then before="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path/\${COMP_WORDS[i]}" in
      ${deeper.join('|')}) path="$path/\${COMP_WORDS[i]}" ;;
    esac
  done
  case "$path $before" in
${values.join('\n')}
    *)
      case "$path $current" in
${[...flags, ...names].join('\n')}
      esac ;;
  esac
  # Nothing of ours: the shell completes files.
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _bimt_export bimt-export
`;
}

/** zsh runs scripts for bash. */
function zshScript(places: readonly Place[]): string {
  return `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(places)}`;
}

function fishScript(places: readonly Place[]): string {
  const behind = ({ path }: Place) =>
    path.length === 0 ? '__fish_use_subcommand' : path.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
  const lines = places.flatMap((place) => {
    const { subcommands, names, options } = place;
    const line = (rest: string) => `complete -c bimt-export -n ${quote(behind(place))} ${rest}`;
    const inner = places.filter(({ path }) => path.length === place.path.length + 1 && place.path.every((word, i) => path[i] === word));
    const fresh =
      subcommands.length === 0 || place.path.length === 0
        ? behind(place)
        : `${behind(place)}; and not __fish_seen_subcommand_from ${subcommands.join(' ')}`;
    return [
      ...inner.map(
        ({ path, description }) => `complete -c bimt-export -n ${quote(fresh)} -f -a ${path[path.length - 1]} -d ${quote(description)}`,
      ),
      ...(names.length === 0 ? [] : [line(`-a ${quote(names.join(' '))}`)]),
      ...options.map(({ flag, description, takesValue, values }) => {
        const value = !takesValue ? '' : values.length === 0 ? ' -r' : ` -x -a ${quote(values.join(' '))}`;
        return line(`-l ${flag.replace(/^--/, '')}${value} -d ${quote(description)}`);
      }),
    ];
  });
  return `# Completion of bimt-export ${VERSION}, made by: bimt-export completion\n${lines.join('\n')}\n`;
}

/** A word for a shell, whatever it holds. */
function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "'\\''")}'`;
}
