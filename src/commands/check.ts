// bimt-export check: would a network fit a target? All violations, nothing written.
import { Command } from 'commander';
import { FitError } from '../core/errors.ts';
import { chipOf } from '../mapping/chip.ts';
import { chipProblem } from '../mapping/chip-problem.ts';
import { checkFit, type FitCheck } from '../mapping/legality.ts';
import { checkConstraints } from '../mapping/place.ts';
import { functionalModules, moduleOfUnit } from '../pipeline/functional-modules.ts';
import { pinsOf, requireOneTarget } from '../pipeline/placement-wishes.ts';
import { plural } from '../report/format.ts';
import { loadTarget } from '../targets/load.ts';
import { networkArgument, onInterrupt, stageHooks } from './common.ts';
import { type CommonOptions, printResult, withCommonOptions } from './output.ts';
import { type PlacementOptions, withWishes } from './placement-options.ts';
import { settingOption, targetsOption } from './setting-option.ts';

interface CheckOptions extends CommonOptions, Pick<PlacementOptions, 'pin' | 'keepFree' | 'keepModules'> {
  readonly target: readonly string[];
  readonly maxNeuronsPerCore?: number;
}

/** The command. */
export function checkCommand(): Command {
  const command = withCommonOptions(new Command('check'))
    .argument('<file>', 'a trained or pruned network')
    .addOption(targetsOption({ required: true }))
    .addOption(settingOption('--max-neurons-per-core <n>', 'map.maxNeuronsPerCore', { otherwise: 'no cap' }));
  return withWishes(command)
    .addHelpText('after', '\nExample:\n  $ bimt-export check runs/a/pruned.safetensors --target loihi1')
    .action(checkAction);
}

async function checkAction(file: string, options: CheckOptions): Promise<void> {
  const artifact = networkArgument(file);
  const { network } = artifact;
  const { pin = {}, keepFree = [], keepModules = false, maxNeuronsPerCore = null } = options;
  const targets = options.target.map((name) => loadTarget(name));
  requireOneTarget({ pins: pin, keepFree }, targets);
  const pins = pinsOf({ pins: pin }, network);
  const chips = targets.map((target) => chipOf(target, { maxNeuronsPerCore, keepFree }));
  const { hooks, stop } = stageHooks(options);
  const modules = keepModules
    ? await onInterrupt((signal) => functionalModules(artifact, { ...hooks, signal }), 'nothing was written').finally(stop)
    : null;
  const checked = chips.map((chip) => {
    const problem = chipProblem(network, null, chip);
    const fit = checkFit(problem, chip, { network, options: { maxNeuronsPerCore } });
    const constraints = { pins, modules: modules && moduleOfUnit(modules, problem) };
    return { target: chip.target.label, ...keeping(fit, () => checkConstraints(problem, chip, constraints)) };
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

/** What is left of a fit when its wishes are asked for, which may take more cores. */
function keeping(fit: FitCheck, cores: () => number | null): FitCheck {
  if (!fit.fits) return fit;
  try {
    return { ...fit, cores: cores() ?? fit.cores };
  } catch (error) {
    if (!(error instanceof FitError)) throw error;
    return { ...fit, fits: false, violations: error.violations };
  }
}
