// How much may each core keep? Neurons in the groups that the mapper makes of them, and room for synapses on each.
import type { PruneRules, RoomFor } from '../compression/prune-weights.ts';
import { pruneWeights, weightCount } from '../compression/prune-weights.ts';
import { UsageError } from '../core/errors.ts';
import { unitLimit } from '../mapping/capacity.ts';
import { type Chip, chipOf } from '../mapping/chip.ts';
import { chipProblem } from '../mapping/chip-problem.ts';
import { checkFit, doesNotFit } from '../mapping/legality.ts';
import { partition } from '../mapping/partition.ts';
import type { MappingProblem } from '../mapping/problem.ts';
import type { Network } from '../network/network.ts';
import { loadTarget } from '../targets/load.ts';
import type { NumberQuantity } from '../targets/schema.ts';
import { type CoreCapacity, type CoreTotals, noDemand } from '../targets/usage.ts';
import type { PruneConfig } from './config.ts';

/** The cores that a network is pruned for. */
export interface CoreBudgets {
  readonly chip: Chip;
  /** Most synapses on a core beside the target's other limits; null for none. */
  readonly synapses: number | null;
  /** What the target allows a single neuron; null where it states nothing. */
  readonly maxFanIn: number | null;
  readonly maxFanOut: number | null;
}

/**
 * The limits of a target's cores, as far as synapses fill them: memory, arrays, axons, and a number of synapses, the user's or the
 * target's.
 *
 * @throws UsageError if there is no such target, or it states no limit and the user gives none
 */
export function openBudgets({ target: spec, maxNeuronsPerCore, synapses }: NonNullable<PruneConfig['cores']>): CoreBudgets {
  const target = loadTarget(spec);
  const chip = chipOf(target, { maxNeuronsPerCore });
  const { limits } = target.file;
  const statedIn = (quantity: NumberQuantity | undefined) => quantity?.value ?? null;
  const budgets = {
    chip,
    synapses: synapses ?? statedIn(limits.synapses),
    maxFanIn: statedIn(limits.fanInPerNeuron),
    maxFanOut: statedIn(limits.fanOutPerNeuron),
  };
  const states = chip.limits
    .usage(noDemand())
    .some(({ resource, limit }) => resource !== 'neurons' && resource !== 'axonsOut' && limit !== null);
  if (!states && budgets.synapses === null && budgets.maxFanIn === null && budgets.maxFanOut === null) {
    throw new UsageError(`${target.label} states no limit that synapses could fill (${target.fileName}); give one with --core-synapses`);
  }
  return budgets;
}

/**
 * Room for the synapses of a network on the cores where its units sit: a core keeps its strongest synapses until its budget or one of the
 * target's limits is reached.
 *
 * Units are grouped as the mapper would, if that fits the chip. Where it does not, because some unit listens to more than a core
 * can hold or there are too few cores, the mapper cuts the grid as if synapses took no room, into as many even
 * neighbourhoods as the chip has cores: the more cores, the more synapses can stay.
 *
 * @throws FitError if there are more units than the cores can hold whatever they listen to
 */
export function coreRoom(network: Network, { chip, synapses }: CoreBudgets): RoomFor {
  const { capacity } = chip;
  // Pruned until they fit as they are: nothing is gained by splitting a neuron into partial sums first.
  const split = chipProblem(network, null, chip);
  const problem = split.whole ?? split;
  const { group, groups } = groupsOf(problem, chip);
  const cores = Array.from({ length: groups }, () => ({ totals: noDemand(), synapses: 0, ofSource: new Map<number, number>() }));
  for (const core of group) cores[core].totals.neurons++;
  return (unit, source) => {
    const core = cores[group[unit]];
    if (synapses !== null && core.synapses >= synapses) return false;
    const before = core.ofSource.get(source) ?? 0;
    const { axons, rows, memory } = core.totals;
    const totals: CoreTotals = {
      ...core.totals,
      axons: axons + (before === 0 ? 1 : 0),
      rows: rows + (before === 0 ? 1 : 0),
      synapses: core.totals.synapses + 1,
      memory: memory + capacity.axonMemory(before + 1) - capacity.axonMemory(before),
    };
    if (!capacity.fits(totals)) return false;
    core.totals = totals;
    core.synapses++;
    core.ofSource.set(source, before + 1);
    return true;
  };
}

/**
 * Prunes a network until the cores on which the mapper puts what is left keep their budgets: fewer synapses may be cut into other
 * neighbourhoods, which may again hold too many. Every round removes something, so there is a last one.
 *
 * @throws FitError if the chip refuses the network in the end
 */
export function withinBudgets(network: Network, budgets: CoreBudgets, locality: number): Network {
  const rules = (of: Network): PruneRules => ({ locality, room: coreRoom(of, budgets) });
  for (let before = network; ; ) {
    const after = pruneWeights(before, rules(before));
    if (weightCount(after) === weightCount(before)) {
      const { fits, violations } = checkFit(chipProblem(after, null, budgets.chip), budgets.chip);
      if (!fits) throw doesNotFit(budgets.chip, violations);
      return before;
    }
    before = after;
  }
}

function groupsOf(problem: MappingProblem, chip: Chip) {
  const cores = chip.topology.cores;
  const fitting = partition(problem, chip);
  if (fitting !== null && fitting.groups <= cores) return fitting;
  // Partial sums are what a fan-in is split into that does not fit: with room for all synapses there are none.
  const unsplit = problem.whole ?? problem;
  const spread = partition(unsplit, spreadOut(unsplit, chip));
  if (spread === null || spread.groups > cores) throw doesNotFit(chip, checkFit(problem, chip).violations);
  return spread;
}

/**
 * The chip if synapses took no room: its units are spread evenly over all cores.
 *
 * @throws FitError if there are more units than the cores can hold whatever they listen to
 */
export function spreadOut(problem: MappingProblem, chip: Chip): Chip {
  const even = Math.ceil(problem.units / chip.topology.cores);
  if (even > unitLimit(chip.capacity, problem.units)) throw doesNotFit(chip, checkFit(problem, chip).violations);
  return { ...chip, capacity: neuronsOnly(even) };
}

/** Cores on which only the number of units counts. */
function neuronsOnly(most: number): CoreCapacity {
  const load = ({ neurons }: Readonly<CoreTotals>) => neurons / most;
  return {
    stated: { fanIn: null, fanOut: null, inputs: null, outputs: null, neurons: null },
    targetsPerNeuron: null,
    axonMemory: () => 0,
    load,
    fits: (totals) => load(totals) <= 1,
    usage: () => [],
  };
}
