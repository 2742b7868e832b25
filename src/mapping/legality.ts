// Is it legal, would it fit, and what would make it fit? Rules that report every violation.
import { FitError, type Violation } from '../core/errors.ts';
import type { ResourceName, ResourceUse } from '../targets/usage.ts';
import { DemandCounter, fanInLimit } from './capacity.ts';
import type { Chip } from './chip.ts';
import { occupancyOf } from './occupancy.ts';
import { type Partition, partition, partitions } from './partition.ts';
import type { Placement } from './placement.ts';
import { type MappingProblem, unitName } from './problem.ts';
import { remedyFor } from './remedy.ts';
import { wiresOf } from './wires.ts';

/** A rule: what it demands, and who breaks it. */
export interface Rule<Subject> {
  /** Stable, greppable name; the violations of a rule begin with it. */
  readonly id: string;
  readonly description: string;
  check(subject: Subject): Violation[];
}

/** A network and the chip it should fit, before anything is placed. */
export interface FitSubject {
  readonly problem: MappingProblem;
  readonly chip: Chip;
  /** Null if some unit fits no core. */
  readonly partition: Partition | null;
  /** What would make the network fit; costly, so asked for at most once. */
  readonly remedy: () => string;
}

/** A finished placement. */
export interface PlacementSubject {
  readonly problem: MappingProblem;
  readonly chip: Chip;
  readonly placement: Placement;
}

const RESOURCE_RULE: Readonly<Record<ResourceName, string>> = {
  neurons: 'neurons',
  axonsIn: 'axons-in',
  axonsOut: 'axons-out',
  synapseMemory: 'synapse-memory',
  arrays: 'arrays',
};

/** What a network must meet to be placed at all. */
export const FIT_RULES: readonly Rule<FitSubject>[] = [
  {
    id: 'fit/alone',
    description: 'every neuron, alone on a core with its axons, is within the limits of that core',
    check({ problem, chip, remedy }) {
      const { indptr } = problem.synapses;
      const demand = new DemandCounter(problem, chip.capacity);
      const longest = fanInLimit(chip.capacity, problem.sources);
      return Array.from({ length: problem.units }, (_, unit) => unit).flatMap((unit) => {
        const totals = demand.totals([unit]);
        if (chip.capacity.fits(totals)) return [];
        const fanIn = indptr[unit + 1] - indptr[unit];
        const advice = longest > 0 ? `prune its fan-in from ${fanIn} to ${longest}, or ${remedy()}` : remedy();
        return overuses(chip.capacity.usage(totals)).map((use) => violation('fit/alone', unitName(problem, unit), use, advice));
      });
    },
  },
  {
    id: 'fit/cores',
    description: 'the chip has as many cores as the network needs',
    check({ problem, chip, partition, remedy }) {
      const available = chip.usableCores;
      if (partition === null || partition.groups <= available) return [];
      return [
        {
          rule: 'fit/cores',
          subject: `${problem.units} neurons, readout included`,
          found: partition.groups,
          limit: available,
          unit: 'cores',
          source: `${chip.target.fileName}, cores of one chip`,
          remedy: remedy(),
        },
      ];
    },
  },
];

/** What a placement must meet. */
export const PLACEMENT_RULES: readonly Rule<PlacementSubject>[] = [
  {
    id: 'fit/core',
    description: 'no core holds more of any resource than it has',
    check: ({ problem, chip, placement }) => {
      const { occupancy, cores } = occupancyOf(problem, chip.capacity, placement);
      if (occupancy.illegal === 0) return [];
      return cores.flatMap((id, k) =>
        overuses(chip.capacity.usage(occupancy.totals[k])).map((use) => {
          const share = Math.floor((occupancy.totals[k].neurons * use.limit) / use.used);
          return violation('fit/core', `core ${id}`, use, `cap at ${Math.max(1, share)} neurons per core`);
        }),
      );
    },
  },
];

/** Would it fit? */
export interface FitCheck {
  readonly fits: boolean;
  readonly violations: readonly Violation[];
  /** Cores the partition takes; null if some neuron fits no core. */
  readonly cores: number | null;
  readonly coresAvailable: number;
}

/** Whether a network fits a chip, with every violation and what would make it fit; places nothing. */
export function checkFit(problem: MappingProblem, chip: Chip): FitCheck {
  const cut = partition(problem, chip);
  let found: string | null = null;
  const remedy = () => {
    found ??= remedyFor(problem, chip);
    return found;
  };
  const violations = FIT_RULES.flatMap((rule) => rule.check({ problem, chip, partition: cut, remedy }));
  return { fits: violations.length === 0, violations, cores: cut?.groups ?? null, coresAvailable: chip.usableCores };
}

/** Every limit that a placement breaks; empty if it is legal. */
export function checkPlacement(problem: MappingProblem, chip: Chip, placement: Placement): Violation[] {
  return PLACEMENT_RULES.flatMap((rule) => rule.check({ problem, chip, placement }));
}

/** The error for a network that breaks limits of a chip. */
export function doesNotFit(chip: Chip, violations: readonly Violation[]): FitError {
  return new FitError(`the network does not fit ${chip.target.label}`, violations);
}

/** The error for modules that need more cores than there are when no two may share one. */
export function modulesDoNotFit(problem: MappingProblem, chip: Chip, modules: Int32Array): FitError {
  const [cut] = partitions(problem, wiresOf(problem), chip.capacity, problem.units, modules);
  const violation: Violation = {
    rule: 'fit/modules',
    subject: `${new Set(modules.filter((module) => module >= 0)).size} modules on cores of their own`,
    found: cut?.groups ?? problem.units,
    limit: chip.usableCores,
    unit: 'cores',
    source: `${chip.target.fileName}, cores of one chip`,
    remedy: 'let modules share cores, or take a target or board with more cores',
  };
  return doesNotFit(chip, [violation]);
}

type Overuse = ResourceUse & { readonly limit: number };

function overuses(uses: readonly ResourceUse[]): Overuse[] {
  return uses.filter((use): use is Overuse => use.limit !== null && use.used > use.limit);
}

function violation(rule: string, subject: string, use: Overuse, remedy: string): Violation {
  const { resource, used, limit, unit, source } = use;
  return { rule: `${rule}/${RESOURCE_RULE[resource]}`, subject, found: used, limit, unit, source, remedy };
}
