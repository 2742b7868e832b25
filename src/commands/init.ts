// bimt-export init: a config file to start from, every setting with its default and its meaning
import { Command } from 'commander';
import { writeFileAtomic } from '../core/files.ts';
import { exampleConfig } from '../pipeline/settings-reference.ts';
import { claimOutputs } from './common.ts';
import { type CommonOptions, printResult, withCommonOptions } from './output.ts';

interface InitOptions extends CommonOptions {
  readonly force?: boolean;
}

/** The command. */
export function initCommand(): Command {
  return withCommonOptions(new Command('init'))
    .argument('[file]', 'the file to write', 'bimt.yaml')
    .option('--force', 'overwrite it')
    .addHelpText('after', '\nExample:\n  $ bimt-export init my-run.yaml')
    .action(initAction);
}

function initAction(file: string, options: InitOptions): void {
  claimOutputs([file], options, 'another file');
  writeFileAtomic(file, exampleConfig());
  printResult(options, { file }, `${file} written; change it, then: bimt-export run ${file} --out runs/first`);
}
