// bimt-export check: would a network fit a target? All violations, nothing written.
import { Command } from 'commander';
import { FitError } from '../core/errors.ts';
import { chipOf } from '../mapping/chip.ts';
import { chipProblem } from '../mapping/chip-problem.ts';
import { checkFit } from '../mapping/legality.ts';
import { checkPins } from '../mapping/pins.ts';
import { pinsOf, requireOneTarget } from '../pipeline/placement-wishes.ts';
import { plural } from '../report/format.ts';
import { loadTarget } from '../targets/load.ts';
import { collect, integerOption, networkArgument } from './common.ts';
import { type CommonOptions, printResult, withCommonOptions } from './output.ts';
import { type PlacementOptions, withWishes } from './placement-options.ts';

interface CheckOptions extends CommonOptions, Pick<PlacementOptions, 'pin' | 'keepFree'> {
  readonly target: readonly string[];
  readonly maxNeuronsPerCore?: number;
}

/** The command. */
export function checkCommand(): Command {
  const command = withCommonOptions(new Command('check'))
    .argument('<file>', 'a trained or pruned network')
    .requiredOption('--target <name>', 'target name or file, with parameters: rram-mesh:rows=128 (repeatable)', collect)
    .option('--max-neurons-per-core <n>', "cap below the targets' own limits (default: none)", integerOption(1));
  return withWishes(command)
    .addHelpText('after', '\nExample:\n  $ bimt-export check runs/a/pruned.safetensors --target loihi1')
    .action(checkAction);
}

function checkAction(file: string, options: CheckOptions): void {
  const { network } = networkArgument(file);
  const { pin = {}, keepFree = [], maxNeuronsPerCore = null } = options;
  const targets = options.target.map((name) => loadTarget(name));
  requireOneTarget({ pins: pin, keepFree }, targets);
  const checked = targets.map((target) => {
    const chip = chipOf(target, { maxNeuronsPerCore, keepFree });
    const problem = chipProblem(network, null, chip);
    const fit = checkFit(problem, chip, { network, options: { maxNeuronsPerCore } });
    if (fit.fits) checkPins(problem, chip, pinsOf({ pins: pin }, network));
    return { target: target.label, ...fit };
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
