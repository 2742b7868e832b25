#!/usr/bin/env node
// argv in, exit code out.
import { CommanderError } from 'commander';
import { printFailure } from './commands/output.ts';
import { buildProgram } from './commands/program.ts';
import { BimtError, EXIT, messageOf } from './core/errors.ts';

async function main(argv: readonly string[]): Promise<number> {
  const asked = { json: argv.includes('--json'), verbose: argv.includes('--verbose') };
  try {
    const program = await buildProgram(argv.slice(2));
    await program.parseAsync([...argv]);
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
