// How is the grid cut into neighbourhoods that fit a core? Recursive coordinate bisection with exact capacities.
import type { CoreCapacity } from '../targets/usage.ts';
import { DemandCounter, unitLimit } from './capacity.ts';
import type { Chip } from './chip.ts';
import type { MappingProblem } from './problem.ts';
import { type Wires, wiresOf } from './wires.ts';

/** Units in groups, one group per core. */
export interface Partition {
  /** Group of each unit, shape [units]; groups are numbered without gaps, neighbours close in number. */
  readonly group: Int32Array;
  readonly groups: number;
}

/**
 * Cuts the grid into the fewest neighbourhoods that fit a core each, as far as bisection finds them.
 *
 * @returns null if some unit does not fit a core even alone (`checkFit` says which and why)
 */
export function partition(problem: MappingProblem, chip: Chip): Partition | null {
  return partitions(problem, wiresOf(problem), chip.capacity, problem.units)[0] ?? null;
}

/** Group of each hidden neuron, shape [neurons]: what quantization with one scale per core asks for. */
export function groupOfNeuron(problem: MappingProblem, groups: Partition): Int32Array {
  return groups.group.slice(0, problem.neurons);
}

/** Whether some cut fits the cores that the chip has; stops at the first. */
export function hasPartition(problem: MappingProblem, chip: Chip): boolean {
  return !cuts(problem, wiresOf(problem), chip.capacity, chip.usableCores).next().done;
}

/**
 * Partitions into at most `most` groups by different cuts, fewest groups first; of equal ones, the earlier kind of cut.
 *
 * @param modules - module of each unit, −1 for none: no group holds units of two; null if all may be mixed
 */
export function partitions(
  problem: MappingProblem,
  wires: Wires,
  capacity: CoreCapacity,
  most: number,
  modules: Int32Array | null = null,
): Partition[] {
  return [...cuts(problem, wires, capacity, most, modules)].sort((a, b) => a.groups - b.groups);
}

/**
 * The kinds of cuts: readout units among the neurons they listen to, or on cores of their own (they listen to everybody,
 * so together they share axons); units shared out by number, or by fan-in. With modules, one after the other is cut.
 */
function* cuts(
  problem: MappingProblem,
  wires: Wires,
  capacity: CoreCapacity,
  most: number,
  modules: Int32Array | null = null,
): Generator<Partition> {
  const all = Int32Array.from({ length: problem.units }, (_, unit) => unit);
  const ways = modules === null ? [[all], [all.subarray(0, problem.neurons), all.subarray(problem.neurons)]] : [byModule(modules)];
  for (const load of [() => 1, fanInLoad(problem)]) {
    for (const blocks of ways) {
      const groups = blocks.map((units) => fewestGroups(problem, wires, capacity, units, load, most));
      const fitting = groups.filter((block) => block !== null);
      const count = fitting.reduce((sum, { length }) => sum + length, 0);
      if (fitting.length === groups.length && count <= most) yield numbered(problem, fitting.flat());
    }
  }
}

/** The units of each module, and last those of none. */
function byModule(modules: Int32Array): Int32Array[] {
  const blocks = new Map<number, number[]>();
  modules.forEach((module, unit) => {
    const block = blocks.get(module);
    if (block === undefined) blocks.set(module, [unit]);
    else block.push(unit);
  });
  const rank = (module: number) => (module < 0 ? Number.POSITIVE_INFINITY : module);
  return [...blocks].sort(([a], [b]) => rank(a) - rank(b)).map(([, units]) => Int32Array.from(units));
}

type Group = Int32Array;

/** What bisection needs to know. */
interface Cutter {
  readonly position: Float64Array;
  readonly wires: Wires;
  /** Most units in a group. */
  readonly limit: number;
  /** What is shared out evenly. */
  readonly load: (unit: number) => number;
  /** Scratch, all 0 between uses, shape [units]. */
  readonly side: Uint8Array;
}

/** Fewest groups, trying one more until each fits; null when even single units do not. Beyond `most` it stops looking. */
function fewestGroups(
  problem: MappingProblem,
  wires: Wires,
  capacity: CoreCapacity,
  units: Int32Array,
  load: (unit: number) => number,
  most: number,
): readonly Group[] | null {
  if (units.length === 0) return [];
  const limit = unitLimit(capacity, units.length);
  if (limit === 0) return null;
  const demand = new DemandCounter(problem, capacity);
  const fits = (group: Group) => capacity.fits(demand.totals(group));
  const cutter = { position: problem.position, wires, limit, load, side: new Uint8Array(problem.units) };
  const alone = Array.from(units, (unit) => Int32Array.of(unit));
  if (!alone.every(fits)) return null;
  const first = Math.ceil(units.length / limit);
  // Growing by a hundredth keeps the number of tries small when fan-in forces far more cores than neurons do.
  for (let groups = first; groups < units.length && groups <= most; groups += 1 + Math.floor(groups / 100)) {
    const cut = bisect(cutter, units, groups);
    if (cut.every(fits)) return cut;
  }
  return alone;
}

/**
 * Splits units into `groups` parts of at most `limit` units: in two along the axis that cuts less weight (of equal ones,
 * the longer), each side with its share of the load as far as the limit leaves a choice; then each side again.
 */
function bisect(cutter: Cutter, units: Int32Array, groups: number): Group[] {
  if (groups === 1) return [units];
  const left = Math.ceil(groups / 2);
  const right = groups - left;
  const longer = longerSide(cutter.position, units);
  const halves = [longer, 1 - longer].map((axis) => halve(cutter, sortAlong(cutter.position, units, axis), left, right));
  const [first, second] = halves.map(([a]) => cutWeight(cutter, units, a));
  const [a, b] = halves[second < first ? 1 : 0];
  return [...bisect(cutter, a, left), ...bisect(cutter, b, right)];
}

function halve({ limit, load }: Cutter, sorted: Int32Array, left: number, right: number): [Int32Array, Int32Array] {
  const most = Math.min(left * limit, sorted.length - right);
  const least = Math.max(sorted.length - right * limit, left);
  const total = sorted.reduce((sum, unit) => sum + load(unit), 0);
  const share = (total * left) / (left + right);
  let size = 0;
  for (let sum = 0; size < most; size++) {
    const next = sum + load(sorted[size]);
    if (size >= least && next - share > share - sum) break;
    sum = next;
  }
  return [sorted.subarray(0, size), sorted.subarray(size)];
}

/** Weight of the wires between a part of some units and the rest of them. */
function cutWeight({ wires, side }: Cutter, units: Int32Array, part: Int32Array): number {
  const { indptr, indices, weights } = wires.graph;
  for (const unit of units) side[unit] = 1;
  for (const unit of part) side[unit] = 2;
  let cut = 0;
  for (const unit of part) {
    for (let at = indptr[unit]; at < indptr[unit + 1]; at++) if (side[indices[at]] === 1) cut += weights[at];
  }
  for (const unit of units) side[unit] = 0;
  return cut;
}

/** Axis, 0 for rows or 1 for columns, along which units extend farther. */
export function longerSide(position: ArrayLike<number>, units: Int32Array): number {
  const [rows, columns] = [0, 1].map((axis) => {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const unit of units) {
      low = Math.min(low, position[2 * unit + axis]);
      high = Math.max(high, position[2 * unit + axis]);
    }
    return high - low;
  });
  return columns > rows ? 1 : 0;
}

/** Ascending along an axis; ties by the other axis, then by number. */
export function sortAlong(position: ArrayLike<number>, units: Int32Array, axis: number): Int32Array {
  return Int32Array.from(units).sort(
    (a, b) => position[2 * a + axis] - position[2 * b + axis] || position[2 * a + 1 - axis] - position[2 * b + 1 - axis] || a - b,
  );
}

function fanInLoad(problem: MappingProblem): (unit: number) => number {
  const { indptr } = problem.synapses;
  return (unit) => 1 + indptr[unit + 1] - indptr[unit];
}

function numbered(problem: MappingProblem, groups: readonly Group[]): Partition {
  const group = new Int32Array(problem.units);
  groups.forEach((units, number) => {
    for (const unit of units) group[unit] = number;
  });
  return { group, groups: groups.length };
}
