// bimt-export schema: what may our files say, for editors and flows that check them?
import { Argument, Command } from 'commander';
import { jsonSchema, PUBLISHED } from '../pipeline/schemas.ts';
import { type CommonOptions, printResult, withCommonOptions } from './output.ts';

/** The command. */
export function schemaCommand(): Command {
  const files = Object.entries(PUBLISHED).map(([name, { title }]) => `  ${name.padEnd(8)} ${title}`);
  return withCommonOptions(new Command('schema'))
    .addArgument(new Argument('<name>', 'which file').choices(Object.keys(PUBLISHED)))
    .addHelpText('after', `\nFiles:\n${files.join('\n')}\n\nExample:\n  $ bimt-export schema config`)
    .action(schemaAction);
}

function schemaAction(name: string, options: CommonOptions): void {
  const schema = jsonSchema(PUBLISHED[name]);
  printResult(options, schema, JSON.stringify(schema, null, 2));
}
