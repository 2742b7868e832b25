// May units be pinned to these cores? Impossible wishes are refused before anything is searched.
import { FitError, UsageError, type Violation } from '../core/errors.ts';
import { DemandCounter } from './capacity.ts';
import type { Chip } from './chip.ts';
import { type MappingProblem, unitName } from './problem.ts';

/** Core ids of units that must be there. */
export type Pins = ReadonlyMap<number, number>;

/**
 * Checks pins by themselves: whether the rest still finds room is for the search to say.
 *
 * @param modules - module of each unit, −1 for none; null if all may share cores
 * @throws UsageError for a pin that names no unit or no usable core, or brings two modules together
 * @throws FitError if the units pinned to a core are too much for it
 */
export function checkPins(problem: MappingProblem, chip: Chip, pins: Pins, modules: Int32Array | null = null): void {
  for (const [unit, core] of pins) {
    if (!(Number.isInteger(unit) && unit >= 0 && unit < problem.units)) {
      throw new UsageError(`unit ${unit} is to be pinned; the network has units 0 … ${problem.units - 1}`);
    }
    if (!(Number.isInteger(core) && core >= 0 && core < chip.topology.cores)) {
      throw new UsageError(
        `${unitName(problem, unit)} is to be pinned to core ${core}; ${chip.target.label} has cores 0 … ${chip.topology.cores - 1}`,
      );
    }
    if (chip.keepFree.includes(core)) {
      throw new UsageError(`${unitName(problem, unit)} is to be pinned to core ${core}, which is to be kept free; choose one of the two`);
    }
  }
  const demand = new DemandCounter(problem, chip.capacity);
  const violations = [...byCore(pins)].flatMap(([core, units]): Violation[] => {
    if (modules !== null) refuseMixed(problem, core, units, modules);
    return chip.capacity.usage(demand.totals(units)).flatMap(({ used, limit, unit, source }) => {
      if (limit === null || used <= limit) return [];
      const remedies = ['pin some of them to another core'];
      return [{ rule: 'fit/pins', subject: `units pinned to core ${core}`, found: used, limit, unit, source, remedies }];
    });
  });
  if (violations.length > 0) throw new FitError(`pinned units do not fit their cores of ${chip.target.label}`, violations);
}

function refuseMixed(problem: MappingProblem, core: number, units: readonly number[], modules: Int32Array): void {
  const [first, ...others] = units.filter((unit) => modules[unit] >= 0);
  const other = others.find((unit) => modules[unit] !== modules[first]);
  if (other === undefined) return;
  throw new UsageError(
    `${unitName(problem, first)} and ${unitName(problem, other)} are to be pinned to core ${core}, but are of different modules, ` +
      'which are to be kept apart; pin one of them elsewhere, or let modules share cores',
  );
}

function byCore(pins: Pins): Map<number, number[]> {
  const units = new Map<number, number[]>();
  for (const [unit, core] of pins) {
    const there = units.get(core);
    if (there === undefined) units.set(core, [unit]);
    else there.push(unit);
  }
  return units;
}
