// bimt-export check: would a network fit a target? All violations, nothing written.
import { Command } from 'commander';
import { FitError } from '../core/errors.ts';
import { chipOf } from '../mapping/chip.ts';
import { chipProblem } from '../mapping/chip-problem.ts';
import { checkFit } from '../mapping/legality.ts';
import { plural } from '../report/format.ts';
import { loadTarget } from '../targets/load.ts';
import { type CommonOptions, collect, integerOption, networkArgument, printResult, withCommonOptions } from './common.ts';

interface CheckOptions extends CommonOptions {
  readonly target: readonly string[];
  readonly maxNeuronsPerCore?: number;
}

/** The command. */
export function checkCommand(): Command {
  return withCommonOptions(new Command('check'))
    .description('Tell whether a network fits targets, with every violation and what would help; writes nothing.')
    .argument('<file>', 'a trained or pruned network')
    .requiredOption('--target <name>', 'target name or file, with parameters: rram-mesh:rows=128 (repeatable)', collect)
    .option('--max-neurons-per-core <n>', "cap below the targets' own limits (default: none)", integerOption(1))
    .addHelpText('after', '\nExample:\n  $ bimt-export check runs/a/pruned.safetensors --target loihi1')
    .action(checkAction);
}

function checkAction(file: string, options: CheckOptions): void {
  const { network } = networkArgument(file);
  const checked = options.target.map((name) => {
    const chip = chipOf(loadTarget(name), { maxNeuronsPerCore: options.maxNeuronsPerCore ?? null });
    return { target: chip.target.label, ...checkFit(chipProblem(network, null, chip), chip) };
  });
  const refused = checked.filter(({ fits }) => !fits);
  if (refused.length > 0) {
    throw new FitError(
      `${file} does not fit ${refused.map(({ target }) => target).join(', ')}`,
      refused.flatMap(({ violations }) => violations),
    );
  }
  printResult(
    options,
    checked,
    checked
      .map(({ target, cores, coresAvailable }) => `${file} fits ${target} on ${cores} of ${plural(coresAvailable, 'core')}`)
      .join('\n'),
  );
}
