// What does the user want of placements, and can that be? Asked before anything is done.
import { UsageError } from '../core/errors.ts';
import { chipOf } from '../mapping/chip.ts';
import { checkObjective } from '../mapping/objective-cost.ts';
import type { Pins } from '../mapping/pins.ts';
import type { NetworkSizes } from '../network/network.ts';
import type { Wishes } from '../report/input.ts';
import type { Target } from '../targets/load.ts';
import type { RunConfig } from './config.ts';

/**
 * Checks what can be said of wishes without a network.
 *
 * @throws UsageError for cores named with several targets or that the target does not have, and for wishes that exclude each other
 */
export function checkWishes({ map, quantize, aware }: Pick<RunConfig, 'map' | 'quantize' | 'aware'>, targets: readonly Target[]): void {
  const { pins, keepFree, keepModules } = map;
  const isPinned = Object.keys(pins).length > 0;
  requireOneTarget(map, targets);
  if ((isPinned || keepModules) && quantize.granularity === 'core') {
    throw new UsageError(
      'with one scale per core (quantize.granularity core) the grid decides which neurons share a core; ' +
        'choose another granularity, or pin nothing and let modules share cores',
    );
  }
  if (isPinned && aware !== null) {
    throw new UsageError(
      'training for a chip numbers the neurons anew, so that none can be pinned; take its result with `map` and pin there',
    );
  }
  for (const target of targets) {
    const chip = chipOf(target, { maxNeuronsPerCore: map.maxNeuronsPerCore, keepFree });
    checkObjective(map.objective, chip);
    const { topology } = chip;
    for (const [unit, core] of Object.entries(pins)) {
      if (core >= topology.cores)
        throw new UsageError(`${unit} is to be pinned to core ${core}; ${target.label} has cores 0 … ${topology.cores - 1}`);
      if (keepFree.includes(core))
        throw new UsageError(`${unit} is to be pinned to core ${core}, which is to be kept free; choose one of the two`);
    }
  }
}

/**
 * Cores are numbered by each target in its own way.
 *
 * @throws UsageError if cores are named and there are several targets
 */
export function requireOneTarget({ pins, keepFree }: Pick<Wishes, 'pins' | 'keepFree'>, targets: readonly Target[]): void {
  if (targets.length < 2 || (keepFree.length === 0 && Object.keys(pins).length === 0)) return;
  throw new UsageError(
    'pinned units and cores to keep free are cores of one target; ' +
      `there are ${targets.length}: ${targets.map(({ label }) => label).join(', ')}; give --target once`,
  );
}

/**
 * Pins by unit: hidden neurons, then readout units.
 *
 * @throws UsageError for a unit that the network does not have
 */
export function pinsOf({ pins }: Pick<Wishes, 'pins'>, { neurons, outputs }: NetworkSizes): Pins {
  const units = new Map<number, number>();
  for (const [name, core] of Object.entries(pins)) {
    const [kind, number] = name.split(':');
    const count = kind === 'neuron' ? neurons : outputs;
    if (Number(number) >= count) {
      throw new UsageError(`${name} is to be pinned to core ${core}; the pruned network has ${kind}:0 … ${kind}:${count - 1}`);
    }
    units.set(kind === 'neuron' ? Number(number) : neurons + Number(number), core);
  }
  return units;
}
