#!/usr/bin/env node
// argv in, exit code out.
import { Command, CommanderError } from 'commander';
import { checkCommand } from './commands/check.ts';
import { printFailure } from './commands/common.ts';
import { mapCommand } from './commands/map.ts';
import { onnxCommand } from './commands/onnx.ts';
import { pruneCommand } from './commands/prune.ts';
import { quantizeCommand } from './commands/quantize.ts';
import { reportCommand } from './commands/report.ts';
import { runCommand } from './commands/run.ts';
import { targetsCommand } from './commands/targets.ts';
import { tasksCommand } from './commands/tasks.ts';
import { trainCommand } from './commands/train.ts';
import { verifyCommand } from './commands/verify.ts';
import { BimtError, EXIT, messageOf } from './core/errors.ts';
import { VERSION } from './core/version.ts';

const COMMANDS = [
  runCommand,
  trainCommand,
  pruneCommand,
  quantizeCommand,
  onnxCommand,
  mapCommand,
  checkCommand,
  verifyCommand,
  reportCommand,
  targetsCommand,
  tasksCommand,
];

function buildProgram(): Command {
  const program = new Command('bimt-export')
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

/** Every command throws instead of leaving the process, so that one place decides the exit code. */
function inheritSettings(command: Command): Command {
  command.exitOverride().showHelpAfterError('(--help lists all options)');
  for (const inner of command.commands) inheritSettings(inner);
  return command;
}

async function main(argv: readonly string[]): Promise<number> {
  const asked = { json: argv.includes('--json'), verbose: argv.includes('--verbose') };
  try {
    await buildProgram()
      .exitOverride()
      .parseAsync([...argv]);
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.done;
      printFailure(asked, error, EXIT.usage);
      return EXIT.usage;
    }
    if (!(error instanceof BimtError)) {
      process.stderr.write(
        `bug: ${error instanceof Error ? error.stack : messageOf(error)}\nThis is a defect of bimt-export; please report it with the command.\n`,
      );
      return EXIT.bug;
    }
    process.stderr.write(`error: ${error.message}\n${asked.verbose ? `${error.stack}\n` : ''}`);
    printFailure(asked, error, error.exitCode);
    return error.exitCode;
  }
}

/** A reader that has seen enough, as `head` has, is no failure; a full disk is. */
function onBrokenOutput(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  process.stderr.write(`error: cannot write to stdout: ${messageOf(error)}\n`);
  process.exit(EXIT.usage);
}

process.stdout.on('error', onBrokenOutput);
// Nobody listens to the conversation any more; the work goes on.
process.stderr.on('error', () => {});
process.exitCode = await main(process.argv);
