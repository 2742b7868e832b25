// How is the grid cut into neighbourhoods that fit a core? Recursive coordinate bisection with exact capacities.
import type { CoreCapacity } from '../targets/usage.ts';
import { DemandCounter, unitLimit } from './capacity.ts';
import type { Chip } from './chip.ts';
import type { MappingProblem } from './problem.ts';

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
  return partitions(problem, chip.capacity)[0] ?? null;
}

/** Group of each hidden neuron, shape [neurons]: what quantization with one scale per core asks for. */
export function groupOfNeuron(problem: MappingProblem, groups: Partition): Int32Array {
  return groups.group.slice(0, problem.neurons);
}

/**
 * Partitions by different cuts, fewest groups first: readout units among the neurons they listen to, or on cores of
 * their own (they listen to everybody, so together they share axons); units counted as equal, or weighted by fan-in.
 */
export function partitions(problem: MappingProblem, capacity: CoreCapacity): Partition[] {
  const all = Int32Array.from({ length: problem.units }, (_, unit) => unit);
  const found: Partition[] = [];
  for (const weight of [() => 1, fanInWeight(problem)]) {
    const cut = (units: Int32Array) => fewestGroups(problem, capacity, units, weight);
    const mixed = cut(all);
    const hidden = cut(all.subarray(0, problem.neurons));
    const readout = cut(all.subarray(problem.neurons));
    if (mixed !== null) found.push(numbered(problem, mixed));
    if (hidden !== null && readout !== null) found.push(numbered(problem, [...hidden, ...readout]));
  }
  // Stable: of equal size, the earlier kind of cut.
  return found.sort((a, b) => a.groups - b.groups);
}

type Group = Int32Array;

/** Fewest groups, trying one more until each fits; null when even single units do not. */
function fewestGroups(
  problem: MappingProblem,
  capacity: CoreCapacity,
  units: Int32Array,
  weight: (unit: number) => number,
): readonly Group[] | null {
  if (units.length === 0) return [];
  const limit = unitLimit(capacity, units.length);
  if (limit === 0) return null;
  const demand = new DemandCounter(problem, capacity);
  const fits = (group: Group) => capacity.fits(demand.totals(group));
  const first = Math.ceil(units.length / limit);
  // Growing by a hundredth keeps the number of tries small when fan-in forces far more cores than neurons do.
  for (let groups = first; groups < units.length; groups += 1 + Math.floor(groups / 100)) {
    const cut = bisect(problem, units, groups, limit, weight);
    if (cut.every(fits)) return cut;
  }
  const alone = Array.from(units, (unit) => Int32Array.of(unit));
  return alone.every(fits) ? alone : null;
}

/**
 * Splits units into `groups` parts of at most `limit` units, along the longer side of their bounding box, each side
 * with its share of the weight as far as the limit leaves a choice.
 */
function bisect(problem: MappingProblem, units: Int32Array, groups: number, limit: number, weight: (unit: number) => number): Group[] {
  if (groups === 1) return [units];
  const sorted = sortAlongLongerSide(problem.position, units);
  const left = Math.ceil(groups / 2);
  const right = groups - left;
  const most = Math.min(left * limit, sorted.length - right);
  const least = Math.max(sorted.length - right * limit, left);
  const total = sorted.reduce((sum, unit) => sum + weight(unit), 0);
  const share = (total * left) / groups;
  let size = 0;
  for (let sum = 0; size < most; size++) {
    const next = sum + weight(sorted[size]);
    if (size >= least && next - share > share - sum) break;
    sum = next;
  }
  return [
    ...bisect(problem, sorted.subarray(0, size), left, limit, weight),
    ...bisect(problem, sorted.subarray(size), right, limit, weight),
  ];
}

/** Ascending along the axis of larger extent; ties by the other axis, then by number. */
export function sortAlongLongerSide(position: ArrayLike<number>, units: Int32Array): Int32Array {
  const extent = [0, 1].map((axis) => {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const unit of units) {
      low = Math.min(low, position[2 * unit + axis]);
      high = Math.max(high, position[2 * unit + axis]);
    }
    return high - low;
  });
  const axis = extent[1] > extent[0] ? 1 : 0;
  return Int32Array.from(units).sort(
    (a, b) => position[2 * a + axis] - position[2 * b + axis] || position[2 * a + 1 - axis] - position[2 * b + 1 - axis] || a - b,
  );
}

function fanInWeight(problem: MappingProblem): (unit: number) => number {
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
