// Which commands are there, and what do they have in common? A command's code is loaded when it is called: --help needs none of it.
import { Command, Help } from 'commander';
import { VERSION } from '../core/version.ts';
import { COMMON_OPTIONS } from './output.ts';

/** A command as it is known before its code is loaded. */
interface Entry {
  readonly name: string;
  readonly description: string;
  readonly load: () => Promise<Command>;
}

const COMMANDS: readonly Entry[] = [
  {
    name: 'run',
    description:
      'Train (or take a model), prune, partition, quantize, place on every target, export, verify and report; reuses what is up to date.',
    load: async () => (await import('./run.ts')).runCommand(),
  },
  {
    name: 'init',
    description: 'Write a config file to start from: every setting with its default and its meaning.',
    load: async () => (await import('./init.ts')).initCommand(),
  },
  {
    name: 'train',
    description: 'Train a recurrent network on a task suite, with BIMT or one of its baselines.',
    load: async () => (await import('./train.ts')).trainCommand(),
  },
  {
    name: 'import',
    description: 'Take a recurrent network that was trained elsewhere, from its ONNX file; every later stage goes on from there.',
    load: async () => (await import('./import.ts')).importCommand(),
  },
  {
    name: 'analyze',
    description:
      'Tell what a network has become: active neurons, functional clusters, wiring, and whether clusters keep together beyond chance.',
    load: async () => (await import('./analyze.ts')).analyzeCommand(),
  },
  {
    name: 'prune',
    description: 'Remove small weights and dead neurons, then train on with what is left.',
    load: async () => (await import('./prune.ts')).pruneCommand(),
  },
  {
    name: 'quantize',
    description: 'Quantize a pruned ReLU network into integers that one target can store.',
    load: async () => (await import('./quantize.ts')).quantizeCommand(),
  },
  {
    name: 'precision',
    description: 'How many bits does a network need? Accuracy of every task at several widths of the weights, rounded and trained.',
    load: async () => (await import('./precision.ts')).precisionCommand(),
  },
  {
    name: 'onnx',
    description: 'Write a network as ONNX: one step, the whole sequence, integer weights, and the integer network; with a card, model.md.',
    load: async () => (await import('./onnx.ts')).onnxCommand(),
  },
  {
    name: 'npz',
    description: 'Write the weights of a network for NumPy, with masks, scales, sites and all metadata.',
    load: async () => (await import('./npz.ts')).npzCommand(),
  },
  {
    name: 'map',
    description: 'Quantize a pruned network for a target and place it on its cores.',
    load: async () => (await import('./map.ts')).mapCommand(),
  },
  {
    name: 'map-graph',
    description: 'Place the vertices of a METIS graph on a mesh of cores, without a network or a target.',
    load: async () => (await import('./map-graph.ts')).mapGraphCommand(),
  },
  {
    name: 'check',
    description: 'Tell whether a network fits targets, with every violation and what would help; writes nothing.',
    load: async () => (await import('./check.ts')).checkCommand(),
  },
  {
    name: 'verify',
    description:
      'Prove that integer network, ONNX integer form in two runtimes, and simulated chip agree on every integer, and float files closely.',
    load: async () => (await import('./verify.ts')).verifyCommand(),
  },
  {
    name: 'report',
    description: 'Write the reports of a run folder anew, and print the long one.',
    load: async () => (await import('./report.ts')).reportCommand(),
  },
  {
    name: 'compare',
    description: 'Set runs and targets side by side, tell what changed, and fail where a requirement is missed.',
    load: async () => (await import('./compare.ts')).compareCommand(),
  },
  {
    name: 'figure',
    description: 'Draw what training made of networks, as the figures of "Growing Brains" do.',
    load: async () => (await import('./figure.ts')).figureCommand(),
  },
  {
    name: 'sweep',
    description: 'Train, prune and analyse many networks, and set them side by side: a table, Pareto plots, hypervolumes.',
    load: async () => (await import('./sweep.ts')).sweepCommand(),
  },
  {
    name: 'targets',
    description: 'Chips that networks can be mapped onto; one JSON file each, every number with its source.',
    load: async () => (await import('./targets.ts')).targetsCommand(),
  },
  { name: 'tasks', description: 'The cognitive tasks a network can learn.', load: async () => (await import('./tasks.ts')).tasksCommand() },
  {
    name: 'doctor',
    description: 'Tell which engines, packages and data are here, what is missing, and what that means.',
    load: async () => (await import('./doctor.ts')).doctorCommand(),
  },
  {
    name: 'schema',
    description: 'Print the JSON Schema of a file that bimt-export reads or writes.',
    load: async () => (await import('./schema.ts')).schemaCommand(),
  },
  {
    name: 'completion',
    description: 'Print a script that completes command lines in bash, zsh or fish.',
    load: async () => (await import('./completion.ts')).completionCommand(() => buildProgram()),
  },
];

/**
 * The command line; failures are thrown.
 *
 * @param words - of the command line that it is for: only commands named there have options and subcommands; without them, all have
 */
export async function buildProgram(words?: readonly string[]): Promise<Command> {
  const program = new Command('bimt-export')
    .exitOverride()
    .description('Train recurrent networks with a wiring cost, quantize them, export ONNX, and map them onto neuromorphic crossbar cores.')
    .version(VERSION)
    .showHelpAfterError('(bimt-export --help lists all commands)')
    // What a command takes is known only where its code is loaded.
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addHelpText(
      'after',
      `
What a command takes: bimt-export COMMAND --help. To begin: bimt-export init writes a config with every setting and its meaning.

Exit codes: 0 done, 1 bug, 2 usage or bad input, 3 does not fit or a requirement missed, 4 mismatch, 130 interrupted (resumable).

Examples:
  $ bimt-export run --out runs/first
  $ bimt-export tasks show dms
  $ bimt-export targets show loihi1`,
    );
  for (const { name, description, load } of COMMANDS) {
    const isNeeded = words === undefined || words.includes(name);
    program.addCommand(inheritSettings((isNeeded ? await load() : new Command(name)).description(description)));
  }
  return program;
}

const help = new Help();

/** Every command throws instead of leaving the process, so that one place decides the exit code. */
function inheritSettings(command: Command, group = 'bimt-export'): Command {
  const words = `${group} ${command.name()}`;
  command.exitOverride().showHelpAfterError(`(${words} --help lists all options)`);
  command.configureHelp({
    // A command's own options first, those of all commands last.
    groupItems: (_, visible, groupOf) => {
      const groups = help.groupItems(visible, visible, groupOf);
      const common = groups.get(COMMON_OPTIONS);
      if (common !== undefined && groups.delete(COMMON_OPTIONS)) groups.set(COMMON_OPTIONS, common);
      return groups;
    },
    optionDescription: (option) => `${help.optionDescription(option)}${option.mandatory ? ' (required)' : ''}`,
  });
  for (const inner of command.commands) inheritSettings(inner, words);
  return command;
}
