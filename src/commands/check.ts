// bimt-export check: would a network fit a target? All violations, nothing written.
import { Command } from 'commander';
import { FitError } from '../core/errors.ts';
import { chipOf } from '../mapping/chip.ts';
import { checkFit } from '../mapping/legality.ts';
import { mappingProblem } from '../mapping/problem.ts';
import { loadTarget } from '../targets/load.ts';
import { type CommonOptions, integerOption, networkArgument, printResult, withCommonOptions } from './common.ts';

interface CheckOptions extends CommonOptions {
  readonly target: string;
  readonly maxNeuronsPerCore?: number;
}

/** The command. */
export function checkCommand(): Command {
  return withCommonOptions(new Command('check'))
    .description('Tell whether a network fits a target, with every violation and what would help; writes nothing.')
    .argument('<file>', 'a trained or pruned network')
    .requiredOption('--target <name>', 'target name or file, with parameters: rram-mesh:rows=128')
    .option('--max-neurons-per-core <n>', "cap below the target's own limits (default: none)", integerOption(1))
    .addHelpText('after', '\nExample:\n  $ bimt-export check runs/a/pruned.safetensors --target loihi1')
    .action(checkAction);
}

function checkAction(file: string, options: CheckOptions): void {
  const { network } = networkArgument(file);
  const chip = chipOf(loadTarget(options.target), { maxNeuronsPerCore: options.maxNeuronsPerCore ?? null });
  const { violations, cores, coresAvailable } = checkFit(mappingProblem(network, null), chip);
  const { label } = chip.target;
  if (violations.length > 0) throw new FitError(`${file} does not fit ${label}`, violations);
  printResult(
    options,
    { fits: true, target: label, cores, coresAvailable, violations },
    `${file} fits ${label} on ${cores} of ${coresAvailable} cores`,
  );
}
