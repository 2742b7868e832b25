// Which core does each unit go to? Several partitions, each laid out and improved on the real cost; the cheapest wins.
import { type Random, randomStream } from '../core/random.ts';
import type { Chip } from './chip.ts';
import { checkFit, checkPlacement, doesNotFit } from './legality.ts';
import { type Partition, partitions } from './partition.ts';
import type { Placement } from './placement.ts';
import type { MappingProblem } from './problem.ts';
import { isBetter, type Layout, LayoutSearch } from './search.ts';
import { type Wires, wiresOf } from './wires.ts';

/** How to search. */
export interface PlaceOptions {
  readonly seed: number;
  /** Multiplies the number of moves tried; 1 unless given. */
  readonly effort?: number;
  /** Keeps these groups, made for the same chip, together and only chooses their cores. */
  readonly partition?: Partition;
}

/** Rounds of the full search; the later ones rarely bring anything. */
const MAX_ROUNDS = 3;

/**
 * Places a network so that Σ|w|·hops is small, over recurrent, readout and input synapses (inputs from the port); ties by
 * the number of messages. Deterministic in the seed; never costs more than the best start.
 *
 * @throws FitError with every violation if the network does not fit the chip
 */
export function place(problem: MappingProblem, chip: Chip, options: PlaceOptions): Placement {
  const { seed, effort = 1, partition } = options;
  const wires = wiresOf(problem);
  const cuts = partition === undefined ? candidates(problem, chip, wires) : [partition];
  if (cuts.length === 0) throw doesNotFit(chip, checkFit(problem, chip).violations);
  const search = new LayoutSearch(problem, chip, wires);
  const starts = cuts.map((cut) => search.start(cut));
  const start = cheapest(starts);
  const improve = (layout: Layout, random: Random, share: number, rounds: number) =>
    partition === undefined ? search.improve(layout, random, share * effort, rounds) : search.arrange(layout, random, share * effort);
  // A short look at every cut, then all effort on the one that promises most.
  const looks = starts.map((layout, number) => improve(layout, randomStream(seed, 'place/look', number), 0.25, 1));
  const best = improve(cheapest(looks), randomStream(seed, 'place'), 1, MAX_ROUNDS);
  const placement = {
    core: best.site.map((site) => best.sites.cores[site]),
    seed,
    cost: { start: start.cost * wires.scale, final: best.cost * wires.scale },
  };
  const broken = checkPlacement(problem, chip, placement);
  if (broken.length > 0) throw doesNotFit(chip, broken);
  return placement;
}

/** Cuts worth a search: those that need hardly more cores than the smallest; none if the network does not fit. */
function candidates(problem: MappingProblem, chip: Chip, wires: Wires): Partition[] {
  const cuts = partitions(problem, wires, chip.capacity, chip.topology.cores);
  return cuts.filter((cut) => cut.groups <= Math.ceil(cuts[0].groups * 1.25));
}

function cheapest(layouts: readonly Layout[]): Layout {
  return layouts.reduce((best, layout) => (isBetter(layout, best) ? layout : best));
}
