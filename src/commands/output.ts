// Where do a command's words go? The result to stdout, the conversation to stderr; and the options that say so, common to all.
import { type Command, Option } from 'commander';
import pc from 'picocolors';
import { nowSeconds } from '../core/clock.ts';
import { FitError } from '../core/errors.ts';
import type { Warning } from '../core/progress.ts';

/** Options that mean the same in every command that has them. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** Their heading in a help. */
export const COMMON_OPTIONS = 'Common options:';

/** Adds --json, --quiet and --verbose. */
export function withCommonOptions(command: Command): Command {
  const common = (flags: string, description: string) => command.addOption(new Option(flags, description).helpGroup(COMMON_OPTIONS));
  common('--json', 'print the result as one JSON value on stdout');
  common('--quiet', 'no progress and no notes on stderr; failures are still told');
  return common('--verbose', 'on stderr: seconds since the start before every note, and where in the code a failure arose');
}

/** Whether the result is coloured: on a terminal, unless NO_COLOR says otherwise. Never the only carrier of meaning. */
export function inColour(): boolean {
  // picocolors alone would colour a file where CI or FORCE_COLOR is set.
  return (process.stdout.isTTY ?? false) && pc.isColorSupported;
}

let resultPrinted = false;

/** Stdout is the result: as text, or as one JSON value. */
export function printResult(options: CommonOptions, value: unknown, text: string): void {
  resultPrinted = true;
  process.stdout.write(options.json ? `${JSON.stringify(value, null, 2)}\n` : `${text.replace(/\n*$/, '')}\n`);
}

/** With --json stdout holds one value: the failure only where no result was printed before it. */
export function printFailure(options: CommonOptions, error: Error, exitCode: number): void {
  if (!options.json || resultPrinted) return;
  const violations = error instanceof FitError ? error.violations : [];
  printResult(options, { error: { message: error.message, exitCode, violations } }, '');
}

/** Stderr is the conversation. */
export function note(options: CommonOptions, text: string): void {
  if (options.quiet) return;
  const time = options.verbose ? `[${nowSeconds().toFixed(1).padStart(6)} s] ` : '';
  process.stderr.write(`${time}${text}\n`);
}

/** Prints warnings to stderr; they are part of the result files as well. */
export function printWarnings(options: CommonOptions, warnings: readonly Warning[]): void {
  for (const { rule, message } of warnings) note(options, `warning (${rule}): ${message}`);
}
