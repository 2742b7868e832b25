// bimt-export doctor: what is here, what is missing, and what that means
import { Command } from 'commander';
import { UsageError } from '../core/errors.ts';
import { examine, type Finding, thisMachine } from '../pipeline/health.ts';
import { words } from '../report/cells.ts';
import { type Column, textTable } from '../report/table.ts';
import { type CommonOptions, inColour, printResult, withCommonOptions } from './output.ts';

/** The command. */
export function doctorCommand(): Command {
  return withCommonOptions(new Command('doctor'))
    .addHelpText('after', '\nFails with exit code 2 if something required is missing.\n\nExample:\n  $ bimt-export doctor')
    .action(doctorAction);
}

async function doctorAction(options: CommonOptions): Promise<void> {
  const findings = await examine(thisMachine());
  const missing = findings.filter(({ need, found }) => need === 'required' && found === null);
  const text = textTable(COLUMNS, findings, { colour: inColour() });
  printResult(options, { healthy: missing.length === 0, findings }, text);
  if (missing.length > 0)
    throw new UsageError(missing.map(({ name, means }) => `${name} is required and was not found; ${means}`).join('\n'));
}

const COLUMNS: readonly Column<Finding>[] = [
  { ...words, key: 'name', title: 'part', meaning: 'What was looked for.', value: ({ name }) => name },
  {
    ...words,
    key: 'found',
    title: 'found',
    meaning: 'Version, or how many.',
    value: ({ found }) => found ?? 'missing',
    tone: ({ found, need }) => (found !== null ? 'good' : need === 'required' ? 'bad' : null),
  },
  { ...words, key: 'need', title: 'is', meaning: 'Whether the tool works without it.', value: ({ need }) => need },
  { ...words, key: 'means', title: 'which means', meaning: 'What follows from it.', value: ({ means }) => means },
];
