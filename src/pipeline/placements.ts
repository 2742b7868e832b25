// Where does a network go on a chip, with a cap and without, and what do the user's wishes cost?
import { type Chip, withCap } from '../mapping/chip.ts';
import { stepWork } from '../mapping/counts.ts';
import { mappingMetrics } from '../mapping/metrics.ts';
import { OBJECTIVE_UNITS } from '../mapping/objective-names.ts';
import type { Partition } from '../mapping/partition.ts';
import type { Pins } from '../mapping/pins.ts';
import { place } from '../mapping/place.ts';
import type { Placement } from '../mapping/placement.ts';
import type { MappingProblem } from '../mapping/problem.ts';
import type { ModulesApart, PlacementInput, PlacementSearch, Wishes } from '../report/input.ts';
import type { MapConfig } from './config.ts';
import { stepCost } from './cost.ts';
import { type Modules, moduleOfUnit } from './functional-modules.ts';
import { type Found, placeWithin } from './place-within.ts';
import type { StageHooks } from './train-stage.ts';

/** What a placement has to keep to beside the chip's limits. */
export interface Given {
  readonly pins: Pins;
  /** Modules to keep apart; null if they may share cores. */
  readonly modules: Modules | null;
  /** Groups that stay together on the chip as it is; null if units may move. */
  readonly fixed: Partition | null;
}

/**
 * Places a network under the chip's cap, and without one, if it has one, for comparison. What is compared with takes the effort that
 * the first ended with.
 *
 * @throws FitError, UsageError as `place`
 * @throws InterruptedError when the signal aborts
 */
export async function placeForRun(
  problem: MappingProblem,
  chip: Chip,
  config: MapConfig,
  { pins, modules, fixed }: Given,
  hooks: StageHooks,
): Promise<{ readonly placement: Placement; readonly inputs: PlacementInput[] }> {
  const together = { seed: config.seed, objective: config.objective, pins };
  const options = { ...together, ...(modules && { modules: moduleOfUnit(modules, problem) }) };
  const found = await placeWithin(problem, chip, { ...options, effort: config.effort, ...(fixed && { partition: fixed }) }, config, hooks);
  const { effort } = found;
  const describe = (on: Chip, { placement }: Found): PlacementInput => {
    const price = modules === null ? null : priceOf(modules, place(problem, on, { ...together, effort }));
    return describePlacement(problem, on, config, { placement, effort }, price);
  };
  const inputs = [describe(chip, found)];
  if (chip.maxNeuronsPerCore !== null) {
    const free = withCap(chip, null);
    inputs.push(describe(free, { placement: place(problem, free, { ...options, effort }), effort }));
  }
  return { placement: found.placement, inputs };
}

/** What the user asked of placements, for the record. */
export function wishesOf({ pins, keepFree, keepModules }: MapConfig): Wishes {
  return { pins, keepFree, keepModules };
}

function describePlacement(
  problem: MappingProblem,
  chip: Chip,
  config: MapConfig,
  { placement, effort }: Found,
  modulesApart: ModulesApart | null,
): PlacementInput {
  const { seed, cost } = placement;
  const { name, start, final } = objectiveOf(placement);
  const search: PlacementSearch = { seed, effort, cost, objective: { name, unit: OBJECTIVE_UNITS[name], start, final } };
  const metrics = mappingMetrics(problem, chip, placement);
  const result = { placement: search, modulesApart, metrics, ...stepCost(chip.target, stepWork(problem, chip, placement)) };
  return { cap: chip.maxNeuronsPerCore, wishes: wishesOf(config), port: chip.port, violations: [], result };
}

function priceOf({ count, neurons }: Modules, together: Placement): ModulesApart {
  return {
    modules: count,
    neurons,
    wiringCostTogether: together.cost.final,
    objectiveTogether: objectiveOf(together).final,
  };
}

function objectiveOf({ objective, cost }: Placement) {
  return objective ?? { name: 'wire' as const, ...cost };
}
