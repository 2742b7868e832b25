// Which commands are there, and what do they have in common?
import { Command, Help } from 'commander';
import { VERSION } from '../core/version.ts';
import { analyzeCommand } from './analyze.ts';
import { checkCommand } from './check.ts';
import { COMMON_OPTIONS } from './common.ts';
import { figureCommand } from './figure.ts';
import { importCommand } from './import.ts';
import { mapCommand } from './map.ts';
import { mapGraphCommand } from './map-graph.ts';
import { npzCommand } from './npz.ts';
import { onnxCommand } from './onnx.ts';
import { precisionCommand } from './precision.ts';
import { pruneCommand } from './prune.ts';
import { quantizeCommand } from './quantize.ts';
import { reportCommand } from './report.ts';
import { runCommand } from './run.ts';
import { sweepCommand } from './sweep.ts';
import { targetsCommand } from './targets.ts';
import { tasksCommand } from './tasks.ts';
import { trainCommand } from './train.ts';
import { verifyCommand } from './verify.ts';

const COMMANDS = [
  runCommand,
  trainCommand,
  importCommand,
  analyzeCommand,
  pruneCommand,
  quantizeCommand,
  precisionCommand,
  onnxCommand,
  npzCommand,
  mapCommand,
  mapGraphCommand,
  checkCommand,
  verifyCommand,
  reportCommand,
  figureCommand,
  sweepCommand,
  targetsCommand,
  tasksCommand,
];

/** The command line, with every command; failures are thrown. */
export function buildProgram(): Command {
  const program = new Command('bimt-export')
    .exitOverride()
    .description('Train recurrent networks with a wiring cost, quantize them, export ONNX, and map them onto neuromorphic crossbar cores.')
    .version(VERSION)
    .showHelpAfterError('(--help lists all options)')
    .addHelpText(
      'after',
      `
Exit codes: 0 done, 1 bug, 2 usage or bad input, 3 does not fit or a requirement missed, 4 mismatch, 130 interrupted (resumable).

Examples:
  $ bimt-export run --out runs/first
  $ bimt-export tasks show dms
  $ bimt-export targets show loihi1`,
    );
  for (const command of COMMANDS) program.addCommand(inheritSettings(command()));
  return program;
}

const help = new Help();

/** Every command throws instead of leaving the process, so that one place decides the exit code. */
function inheritSettings(command: Command): Command {
  command.exitOverride().showHelpAfterError('(--help lists all options)');
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
  for (const inner of command.commands) inheritSettings(inner);
  return command;
}
