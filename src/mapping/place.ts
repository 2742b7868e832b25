// Which core does each unit go to? Several partitions, each laid out and improved on the real cost; the cheapest wins.
import { FitError } from '../core/errors.ts';
import { type Random, randomStream } from '../core/random.ts';
import { unitLimit } from './capacity.ts';
import type { Chip } from './chip.ts';
import { checkFit, checkPlacement, doesNotFit, modulesDoNotFit } from './legality.ts';
import type { Objective } from './objective-names.ts';
import { type Partition, partitions, repairedPartition } from './partition.ts';
import { checkPins, type Pins } from './pins.ts';
import type { Placement } from './placement.ts';
import type { MappingProblem } from './problem.ts';
import { type Constraints, isBetter, type Layout, LayoutSearch } from './search.ts';
import { clusterOrder } from './solve/clusters.ts';
import { findPositions } from './solve/positions.ts';
import { type Wires, wiresOf } from './wires.ts';

/** How to search, and what to keep to. */
export interface PlaceOptions {
  readonly seed: number;
  /** Multiplies the number of moves tried; 1 unless given. */
  readonly effort?: number;
  /** What is made small; `wire` unless given. */
  readonly objective?: Objective;
  /** Keeps these groups, made for the same chip, together and only chooses their cores. */
  readonly partition?: Partition;
  /** Core ids of units that must be there. */
  readonly pins?: Pins;
  /** Module of each unit, −1 for none, shape [units]: no core holds units of two modules. */
  readonly modules?: Int32Array;
}

/** Rounds of the full search; the later ones rarely bring anything. */
const MAX_ROUNDS = 3;
/** Cuts that get a short look, and the share of the effort it takes. */
const LOOKS = 8;
/** Of larger networks only the cheapest cut is searched, and once. */
const LOOK_UNITS = 2000;
const LOOK_EFFORT = 0.15;

/**
 * Places a network so that the objective is small: for `wire` Σ|w|·hops over recurrent, readout and input synapses (inputs
 * from the port), ties by the number of messages; for another, that of
 * the best wiring is improved further. Deterministic in seed and effort; never costs more than the best start.
 *
 * @throws FitError with every violation if the network, or what is pinned, does not fit the chip
 * @throws UsageError for an impossible pin, or an objective whose constants are unknown
 */
export function place(problem: MappingProblem, chip: Chip, options: PlaceOptions): Placement {
  const { seed, effort = 1, objective = 'wire', partition, pins = new Map(), modules = null } = options;
  checkPins(problem, chip, pins, modules);
  const wires = wiresOf(problem);
  const cuts = partition === undefined ? candidates(problem, chip, wires, modules, seed) : [partition];
  if (cuts.length === 0) throw refusal(problem, chip, modules);
  const isLarge = problem.units > LOOK_UNITS;
  const search = new LayoutSearch(problem, chip, wires, { pins, modules });
  const ranked = (layouts: Layout[]) => layouts.sort((a, b) => (isBetter(a, b) ? -1 : 1));
  const found = cuts.map((cut) => search.starts(cut, randomStream(seed, 'place/start')));
  const inPlane = ranked(found.map(({ inPlane }) => inPlane)).slice(0, LOOKS);
  const byRouter = ranked(found.flatMap(({ byRouter }) => byRouter ?? [])).slice(0, 1);
  const starts = ranked([...inPlane, ...byRouter]).slice(0, isLarge ? 1 : LOOKS + 1);
  const improve = (layout: Layout, random: Random, share: number, rounds: number) =>
    search.improve(layout, random, share * effort, rounds, partition !== undefined);
  // A short look at some cuts, then all effort on the one that promises most.
  const looks = isLarge
    ? starts
    : starts.map((layout, number) => improve(layout, randomStream(seed, 'place/look', number), LOOK_EFFORT, 1));
  const wired = improve(cheapest(looks), randomStream(seed, 'place'), 1, isLarge ? 1 : MAX_ROUNDS);
  // Given groups stay together.
  const moves = partition === undefined ? effort : 0;
  // Another objective starts from the placement of the shortest wires, so that it never does worse.
  const shortest = search.settle(wired, 'wire', randomStream(seed, 'place/settle'), moves);
  const { layout, value } =
    objective === 'wire' ? shortest : search.settle(shortest.layout, objective, randomStream(seed, 'place/objective'), moves);
  const placement: Placement = {
    core: layout.site.map((site) => layout.sites.cores[site]),
    seed,
    cost: { start: starts[0].cost * wires.scale, final: layout.cost * wires.scale },
    objective: objective === 'wire' || value === null ? null : { name: objective, ...value },
  };
  const broken = checkPlacement(problem, chip, placement);
  if (broken.length > 0) throw doesNotFit(chip, broken);
  if (layout.illegal > 0) {
    throw new FitError(
      `no placement on ${chip.target.label} was found that keeps modules apart with these pins; try another seed, more effort or fewer pins`,
    );
  }
  return placement;
}

/**
 * Whether pins and modules can be kept, as far as that is known without a search.
 *
 * @returns the fewest cores that modules apart take; null where they need not be apart
 * @throws UsageError, FitError for what cannot be
 */
export function checkConstraints(problem: MappingProblem, chip: Chip, { pins, modules }: Constraints): number | null {
  checkPins(problem, chip, pins, modules);
  if (modules === null) return null;
  const [cut] = partitions(problem, wiresOf(problem), chip.capacity, chip.usableCores, modules);
  if (cut === undefined) throw modulesDoNotFit(problem, chip, modules);
  return cut.groups;
}

/**
 * Cuts worth a search, by the positions on the grid, by those that the wires alone suggest, and along a line of clusters: those
 * that need hardly more cores than the smallest; none if the network does not fit.
 */
function candidates(problem: MappingProblem, chip: Chip, wires: Wires, modules: Int32Array | null, seed: number): Partition[] {
  const found = findPositions(wires.graph, randomStream(seed, 'place/positions'));
  const rank = clusterOrder(wires.graph, unitLimit(chip.capacity, problem.units), randomStream(seed, 'place/clusters'));
  const inLine = Float64Array.from({ length: 2 * problem.units }, (_, i) => (i % 2 === 0 ? rank[i >> 1] : 0));
  const cuts = [problem.position, found, inLine].flatMap((position) =>
    partitions({ ...problem, position }, wires, chip.capacity, chip.usableCores, modules),
  );
  if (cuts.length === 0 && modules === null) {
    const repaired = repairedPartition(problem, wires, chip);
    return repaired === null ? [] : [repaired];
  }
  const fewest = cuts.reduce((least, { groups }) => Math.min(least, groups), Number.POSITIVE_INFINITY);
  return cuts.filter((cut) => cut.groups <= Math.ceil(fewest * 1.25));
}

function cheapest(layouts: readonly Layout[]): Layout {
  return layouts.reduce((best, layout) => (isBetter(layout, best) ? layout : best));
}

function refusal(problem: MappingProblem, chip: Chip, modules: Int32Array | null): Error {
  const { violations } = checkFit(problem, chip);
  return violations.length > 0 || modules === null ? doesNotFit(chip, violations) : modulesDoNotFit(problem, chip, modules);
}
