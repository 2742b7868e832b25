// bimt-export verify: run folder → verify.json of every target, the certificate
import { Command } from 'commander';
import { verifyPipeline } from '../pipeline/run.ts';
import { openRunFolder } from '../pipeline/run-folder.ts';
import { assertAgreement } from '../simulation/verify.ts';
import { type CommonOptions, integerOption, printResult, withCommonOptions } from './common.ts';

interface VerifyOptions extends CommonOptions {
  readonly trials?: number;
  readonly seed?: number;
}

/** The command. */
export function verifyCommand(): Command {
  return withCommonOptions(new Command('verify'))
    .description('Prove that integer network, ONNX integer form in two runtimes, and simulated chip agree on every integer.')
    .argument('<dir>', 'a run folder')
    .option('--trials <n>', "task trials (default: the run's)", integerOption(1, 1_000_000))
    .option('--seed <n>', "seed of the trials (default: the run's)", integerOption(0))
    .addHelpText('after', '\nExample:\n  $ bimt-export verify runs/start --trials 5000')
    .action(verifyAction);
}

async function verifyAction(path: string, options: VerifyOptions): Promise<void> {
  const { trials, seed } = options;
  const results = await verifyPipeline(openRunFolder(path), {
    ...(trials !== undefined && { trials }),
    ...(seed !== undefined && { seed }),
  });
  const lines = results.map(({ target, verification: { trials, integersCompared, saturatedStates, executions, mismatches, executable } }) =>
    [
      `${target.label}: ${executions.length} executions, ${trials} trials, ${integersCompared} integers (${saturatedStates} saturated states), ${mismatches.length === 0 ? 'all equal' : 'NOT EQUAL'}`,
      executable.value ? '' : `  not executable as it stands: ${executable.reason}`,
    ]
      .filter((line) => line !== '')
      .join('\n'),
  );
  printResult(options, Object.fromEntries(results.map(({ target, verification }) => [target.label, verification])), lines.join('\n'));
  for (const { verification } of results) assertAgreement(verification);
}
