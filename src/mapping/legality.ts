// Is it legal, would it fit, and what would make it fit? Rules that report every violation.
import { FitError, type Violation } from '../core/errors.ts';
import { forEachEntry } from '../network/csr.ts';
import { sourceText } from '../targets/known.ts';
import type { ResourceName, ResourceUse, StatedLimit } from '../targets/usage.ts';
import { DemandCounter, fanInLimit, unitLimit } from './capacity.ts';
import type { Chip } from './chip.ts';
import { connectionsOf, deliveriesOf } from './connections.ts';
import { coreTotals } from './core-totals.ts';
import { usedCoresOf } from './geometry.ts';
import { Occupancy } from './occupancy.ts';
import { hasPartition, type Partition, partition, partitions, smallestPartition } from './partition.ts';
import type { Placement } from './placement.ts';
import { type MappingProblem, sourceName, unitName } from './problem.ts';
import { type Elsewhere, moreCores, remediesFor } from './remedy.ts';
import { sidePaths } from './routing.ts';
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
  /** What would make the network fit; costly, so worked out at most once. */
  readonly remedies: () => readonly string[];
}

/** A finished placement. */
export interface PlacementSubject {
  readonly problem: MappingProblem;
  readonly chip: Chip;
  readonly placement: Placement;
}

const RESOURCE_RULE: Readonly<Record<ResourceName, string>> = {
  neurons: 'neurons',
  neuronSlots: 'neuron-slots',
  axonsIn: 'axons-in',
  axonsOut: 'axons-out',
  synapses: 'synapses',
  synapseMemory: 'synapse-memory',
  arrays: 'arrays',
};

/** What some chips have apart, and how many of it a network asks for; partial sums are neurons. */
const PORTS: readonly { readonly port: 'inputs' | 'outputs' | 'neurons'; readonly unit: string; count(problem: MappingProblem): number }[] =
  [
    { port: 'inputs', unit: 'input channels', count: ({ inputs }) => inputs },
    { port: 'outputs', unit: 'readout units', count: ({ outputs }) => outputs },
    { port: 'neurons', unit: 'neurons', count: ({ neurons, partials }) => neurons + partials },
  ];

/** What a network must meet to be placed at all. */
export const FIT_RULES: readonly Rule<FitSubject>[] = [
  {
    id: 'fit/alone',
    description: 'every neuron, alone on a core with its axons, is within the limits of that core',
    check({ problem, chip, remedies }) {
      const { indptr } = problem.synapses;
      const demand = new DemandCounter(problem, chip.capacity);
      const longest = fanInLimit(chip.capacity, problem.sources);
      return Array.from({ length: problem.units }, (_, unit) => unit).flatMap((unit) => {
        const totals = demand.totals([unit]);
        if (chip.capacity.fits(totals)) return [];
        const fanIn = indptr[unit + 1] - indptr[unit];
        const advice = [...(longest > 0 ? [`prune its fan-in from ${fanIn} to ${longest}`] : []), ...remedies()];
        return overuses(chip.capacity.usage(totals)).map((use) => violation('fit/alone', unitName(problem, unit), use, advice));
      });
    },
  },
  {
    id: 'fit/abroad',
    description: 'every neuron that needs copies or axons out has room for them where no cut of the network needs few of them',
    check({ problem, chip, partition, remedies }) {
      if (partition !== null) return [];
      const alone = Int32Array.from({ length: problem.units }, (_, unit) => unit);
      const { totals } = new Occupancy(problem, alone, problem.units, chip.capacity);
      const demand = new DemandCounter(problem, chip.capacity);
      return totals.flatMap((all, unit) => {
        // What does not fit even without them is told by another rule.
        if (chip.capacity.fits(all) || !chip.capacity.fits(demand.totals([unit]))) return [];
        const advice = [`prune the fan-out of ${unitName(problem, unit)}`, ...remedies()];
        return overuses(chip.capacity.usage(all)).map((use) => violation('fit/abroad', unitName(problem, unit), use, advice));
      });
    },
  },
  {
    id: 'fit/fan-in',
    description: 'no neuron has more synapses than one can have',
    check: ({ problem, chip, remedies }) => {
      const { indptr } = problem.synapses;
      return exceeding(chip.capacity.stated.fanIn, problem.units, (unit) => indptr[unit + 1] - indptr[unit]).map(
        ({ of, found, limit, source }) => ({
          rule: 'fit/fan-in',
          subject: unitName(problem, of),
          found,
          limit,
          unit: 'synapses',
          source,
          remedies: [`prune its fan-in from ${found} to ${limit}`, ...remedies()],
        }),
      );
    },
  },
  {
    id: 'fit/fan-out',
    description:
      'no neuron sends to more synapses than one can; those of readout units count unless the chip has them apart, and copies send as well',
    check: ({ problem, chip, remedies }) => {
      const { stated, targetsPerNeuron } = chip.capacity;
      const { fanOut, outputs } = stated;
      // Where each copy reaches so many cores, each with no more neurons than a neuron can send to, the limit is one of copies.
      if (targetsPerNeuron !== null && (fanOut?.limit ?? 0) >= targetsPerNeuron * unitLimit(chip.limits, problem.units)) return [];
      const { neurons, outputs: readouts } = problem;
      const isApart = (unit: number) => outputs !== null && unit >= neurons && unit < neurons + readouts;
      const targets = new Int32Array(problem.sources);
      forEachEntry(problem.synapses, (unit, source) => {
        if (problem.unitOfSource[source] >= 0 && !isApart(unit)) targets[source]++;
      });
      return exceeding(fanOut, problem.sources, (source) => targets[source]).map(({ of, found, limit, source }) => ({
        rule: 'fit/fan-out',
        subject: sourceName(problem, of),
        found,
        limit,
        unit: 'synapses',
        source,
        remedies: [`prune its fan-out from ${found} to ${limit}`, ...remedies()],
      }));
    },
  },
  {
    id: 'fit/ports',
    description: 'the chip has inputs and readout units for all, and neurons for all others, where it has them apart',
    check: ({ problem, chip, remedies }) =>
      PORTS.flatMap(({ port, unit, count }) => {
        const stated = chip.capacity.stated[port];
        const cores = chip.topology.cores;
        const all = stated && { ...stated, limit: stated.limit === null ? null : stated.limit * cores };
        return exceeding(all, 1, () => count(problem)).map(({ found, limit, source }) => ({
          rule: `fit/${port}`,
          subject: 'the network',
          found,
          limit,
          unit,
          source,
          remedies: remedies(),
        }));
      }),
  },
  {
    id: 'fit/cores',
    description: 'the chip has as many cores as the network needs',
    check({ problem, chip, partition, remedies }) {
      const available = chip.usableCores;
      if (partition === null || partition.groups <= available) return [];
      return [
        {
          rule: 'fit/cores',
          subject: `${problem.units} neurons, readout${problem.partials > 0 ? ` and ${problem.partials} partial sums` : ''} included`,
          found: partition.groups,
          limit: available,
          unit: 'cores',
          source: coresSource(chip),
          remedies: remedies(),
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
      // Counted anew, so that a search whose running totals went wrong is found out.
      const used = usedCoresOf(chip, placement);
      return coreTotals(chip.capacity, used, deliveriesOf(problem, used)).flatMap((totals, k) =>
        chip.capacity.fits(totals)
          ? []
          : overuses(chip.capacity.usage(totals)).map((use) =>
              violation('fit/core', `core ${used.ids[k]}`, use, ['put some of its neurons on other cores']),
            ),
      );
    },
  },
  {
    id: 'fit/sides',
    description: 'no side of a tile carries more paths than it can',
    check: ({ problem, chip, placement }) => {
      const { file } = chip.target;
      const { sideCapacity } = file.routing;
      if (sideCapacity === undefined || sideCapacity.value === null) return [];
      const used = usedCoresOf(chip, placement);
      const fullest = sidePaths(chip, used, connectionsOf(deliveriesOf(problem, used), used));
      if (fullest === null || fullest.used <= sideCapacity.value) return [];
      const path = 'routing.sideCapacity';
      const parameter = Object.entries(file.parameters ?? {}).find(([, one]) => one.path === path && one.max >= fullest.used);
      return [
        {
          rule: 'fit/sides',
          subject: `a side of the tile at router (${fullest.x}, ${fullest.y})`,
          found: fullest.used,
          limit: sideCapacity.value,
          unit: 'paths',
          source: sourceText(chip.target, path, sideCapacity),
          remedies: [
            'search for fewer messages (--objective traffic)',
            'prune the network',
            ...(parameter === undefined ? [] : [`give sides what this placement takes (${parameter[0]}=${fullest.used} in --target)`]),
          ],
        },
      ];
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

/**
 * Whether a network fits a chip, with every violation and what would make it fit; places nothing.
 *
 * @param elsewhere - what other targets are tried with; without it none is
 */
export function checkFit(problem: MappingProblem, chip: Chip, elsewhere: Elsewhere | null = null): FitCheck {
  const cut = smallestPartition(problem, chip);
  const cores = cut?.groups ?? null;
  let found: readonly string[] | null = null;
  const remedies = () => {
    found ??= remediesFor({ problem, chip, elsewhere, cores, fits });
    return found;
  };
  const violations = FIT_RULES.flatMap((rule) => rule.check({ problem, chip, partition: cut, remedies }));
  return { fits: violations.length === 0, violations, cores, coresAvailable: chip.usableCores };
}

/**
 * Whether a network is sure to fit a chip: whether one change or another helps is asked often, so that little is tried unless
 * thoroughly.
 */
function fits(problem: MappingProblem, chip: Chip, thoroughly = false): boolean {
  // How the cut looks does not matter to the other rules.
  const subject: FitSubject = { problem, chip, partition: { group: new Int32Array(), groups: 0 }, remedies: () => [] };
  if (!FIT_RULES.every((rule) => rule.check(subject).length === 0)) return false;
  return hasPartition(problem, chip) || (thoroughly && (partition(problem, chip)?.groups ?? problem.units + 1) <= chip.usableCores);
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
  const cores = cut?.groups ?? problem.units;
  const violation: Violation = {
    rule: 'fit/modules',
    subject: `${new Set(modules.filter((module) => module >= 0)).size} modules on cores of their own`,
    found: cores,
    limit: chip.usableCores,
    unit: 'cores',
    source: coresSource(chip),
    remedies: ['let modules share cores', ...moreCores({ problem, chip, cores, fits })],
  };
  return doesNotFit(chip, [violation]);
}

/** What is beyond a stated limit; nothing where it is unknown. */
function exceeding(stated: StatedLimit | null, count: number, demand: (of: number) => number) {
  const limit = stated?.limit ?? null;
  if (stated === null || limit === null) return [];
  return Array.from({ length: count }, (_, of) => ({ of, found: demand(of), limit, source: stated.source })).filter(
    ({ found }) => found > limit,
  );
}

/** Where the number of cores comes from: the chips there are, and the cores that are to stay empty. */
function coresSource({ target, topology, keepFree }: Chip): string {
  const { chips } = topology;
  const free = keepFree.length === 0 ? '' : `, ${keepFree.length} of them kept free`;
  return `${target.fileName}, cores of ${chips === 1 ? 'one chip' : `${chips} chips`}${free}`;
}

type Overuse = ResourceUse & { readonly limit: number };

function overuses(uses: readonly ResourceUse[]): Overuse[] {
  return uses.filter((use): use is Overuse => use.limit !== null && use.used > use.limit);
}

function violation(rule: string, subject: string, use: Overuse, remedies: readonly string[]): Violation {
  const { resource, used, limit, unit, source } = use;
  return { rule: `${rule}/${RESOURCE_RULE[resource]}`, subject, found: used, limit, unit, source, remedies };
}
