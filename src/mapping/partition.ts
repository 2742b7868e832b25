// How is the grid cut into neighbourhoods that fit a core? Recursive coordinate bisection with exact capacities.
import { type CoreCapacity, noDemand } from '../targets/usage.ts';
import { type Abroad, DemandCounter, unitLimit } from './capacity.ts';
import type { Chip } from './chip.ts';
import { Occupancy } from './occupancy.ts';
import type { MappingProblem } from './problem.ts';
import { repaired } from './repair.ts';
import { type Wires, wiresOf } from './wires.ts';

/** Units in groups, one group per core. */
export interface Partition {
  /** Group of each unit, shape [units]; groups are numbered without gaps, neighbours close in number. */
  readonly group: Int32Array;
  readonly groups: number;
}

/**
 * Cuts the grid into the fewest neighbourhoods that fit a core each, their copies and axons out included, as far as bisection finds
 * them.
 *
 * @returns null if some unit does not fit a core even alone, or not with all the copies and axons out that it may need (`checkFit`
 *   says which and why)
 */
export function partition(problem: MappingProblem, chip: Chip): Partition | null {
  let best: Partition | null = null;
  // Only a smaller one is better, so that the later kinds of cuts need not look beyond.
  const most = () => (best === null ? problem.units : best.groups - 1);
  const subject = subjectOf(problem, chip);
  for (const cut of cuts(subject, most)) best = cut;
  const hasRoom = best !== null && (best as Partition).groups <= chip.usableCores;
  return hasRoom ? best : (repairedPartition(problem, subject.wires, chip) ?? best);
}

/**
 * The same, and where the chip has too few cores the fewest that would do: with as many cores as a cut takes, every number below is
 * tried, too.
 */
export function smallestPartition(problem: MappingProblem, chip: Chip): Partition | null {
  const cut = partition(problem, chip);
  if (cut === null || cut.groups <= Math.max(chip.usableCores, FEW_CORES)) return cut;
  const again = partition(problem, { ...chip, usableCores: cut.groups });
  return again !== null && again.groups < cut.groups ? again : cut;
}

/** Larger networks would take long to repair, and most that do not fit cannot be. */
const MOST_REPAIRED = 1000;

/**
 * An even cut for all cores, units of which change groups until copies and axons out have room: no cut can leave room for them that
 * does not know where their targets will be. Null if there is no need, or no way.
 */
export function repairedPartition(problem: MappingProblem, wires: Wires, { capacity, usableCores: cores }: Chip): Partition | null {
  const { units, position } = problem;
  const limit = unitLimit(capacity, units);
  if (!limitsAbroad(capacity) || units > MOST_REPAIRED || cores > units || cores * limit < units) return null;
  const load = new Float64Array(units).fill(1);
  const cutter = { position, wires, limit, load, fits: () => true, rank: new Int32Array(2 * units) };
  const all = Int32Array.from({ length: units }, (_, unit) => unit);
  const even = numbered(problem, bisect(cutter, bothOrders(cutter, all), cores) ?? []);
  const group = repaired(problem, wires, capacity, even.group, cores);
  return group && { group, groups: cores };
}

/** Group of each hidden neuron, shape [neurons]: what quantization with one scale per core asks for. */
export function groupOfNeuron(problem: MappingProblem, groups: Partition): Int32Array {
  return groups.group.slice(0, problem.neurons);
}

/**
 * Whether some cut fits the cores that the chip has; stops at the first. It tries fewer numbers of groups than `partition`: what it
 * finds is there, but it may miss a fit that only a few numbers have.
 */
export function hasPartition(problem: MappingProblem, chip: Chip): boolean {
  const subject = { ...subjectOf(problem, chip), anyNumber: true };
  return !cuts(subject, () => chip.usableCores).next().done;
}

function subjectOf(problem: MappingProblem, { capacity, usableCores }: Chip): CutSubject {
  return { problem, wires: wiresOf(problem), capacity, cores: usableCores, modules: null };
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
  return [...cuts({ problem, wires, capacity, cores: most, modules }, () => most)].sort((a, b) => a.groups - b.groups);
}

/** What is cut, and for which cores. */
interface CutSubject {
  readonly problem: MappingProblem;
  readonly wires: Wires;
  readonly capacity: CoreCapacity;
  /** How many there are. */
  readonly cores: number;
  readonly modules: Int32Array | null;
  /** Any number of groups will do, so that fewer are tried. */
  readonly anyNumber?: boolean;
}

/**
 * The kinds of cuts: readout units among the neurons they listen to, or on cores of their own (they listen to everybody,
 * so together they share axons); units shared out by number, or by fan-in. With modules, one after the other is cut.
 */
function* cuts(subject: CutSubject, most: () => number): Generator<Partition> {
  const { problem, modules } = subject;
  const all = Int32Array.from({ length: problem.units }, (_, unit) => unit);
  const ways = modules === null ? [[all], [all.subarray(0, problem.neurons), all.subarray(problem.neurons)]] : [byModule(modules)];
  for (const load of [new Float64Array(problem.units).fill(1), fanInLoad(problem)]) {
    for (const blocks of ways) {
      const cut = cutWithRoom(subject, blocks, load, most());
      if (cut !== null) yield cut;
    }
  }
}

/** Cuts that each leave room for what those before ask for; a last one leaves room for the most that could be asked for. */
const ROOM_ROUNDS = 10;

/**
 * Cuts blocks into the fewest groups that have room for copies and axons out as well. These depend on where the others are: the first
 * cut leaves no room for them, each later one as much for every unit as it asked for in any before.
 */
function cutWithRoom(subject: CutSubject, blocks: readonly Int32Array[], load: Float64Array, most: number): Partition | null {
  const { problem, capacity } = subject;
  let room: Abroad | null = null;
  for (let round = 0; round < ROOM_ROUNDS; round++) {
    const copies: Int32Array | undefined = room?.copies;
    const loadWithCopies = copies === undefined ? load : load.map((value, unit) => value + copies[unit]);
    const groups = blocks.map((units) => fewestGroups(subject, units, loadWithCopies, most, room));
    const fitting = groups.filter((block) => block !== null);
    const count = fitting.reduce((sum, { length }) => sum + length, 0);
    if (fitting.length < groups.length || count > most) return null;
    const cut = numbered(problem, fitting.flat());
    if (!limitsAbroad(capacity)) return cut;
    const occupancy = new Occupancy(problem, cut.group, cut.groups, capacity);
    if (occupancy.illegal === 0) return cut;
    room = round + 2 < ROOM_ROUNDS ? larger(room, occupancy.abroad()) : mostAbroad(problem, capacity);
  }
  return null;
}

/** The most that units can ask for: what they ask for when each is on a core of its own. */
function mostAbroad(problem: MappingProblem, capacity: CoreCapacity): Abroad {
  const alone = Int32Array.from({ length: problem.units }, (_, unit) => unit);
  return new Occupancy(problem, alone, problem.units, capacity).abroad();
}

/** Whether a core has limits that depend on where the targets of its units are. */
function limitsAbroad(capacity: CoreCapacity): boolean {
  return (
    capacity.targetsPerNeuron !== null ||
    capacity.usage(noDemand()).some(({ resource, limit }) => resource === 'axonsOut' && limit !== null)
  );
}

function larger(a: Abroad | null, b: Abroad): Abroad {
  if (a === null) return b;
  const most = (x: Int32Array, y: Int32Array) => x.map((value, unit) => Math.max(value, y[unit]));
  return { copies: most(a.copies, b.copies), axonsOut: most(a.axonsOut, b.axonsOut) };
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

/** Groups by which the sides of a cut may differ from their half: one costs a look at all units. */
const MOST_UNEVEN = 8;

/** What bisection needs to know. */
interface Cutter {
  readonly position: Float64Array;
  readonly wires: Wires;
  /** Most units in a group. */
  readonly limit: number;
  /** What is shared out evenly, in whole numbers, shape [units]. */
  readonly load: Float64Array;
  readonly fits: (group: Group) => boolean;
  /** Scratch, all 0 between uses, shape [units, 2]. */
  readonly rank: Int32Array;
}

/** Shares by which the number of groups grows from try to try: of few units, and of many, where a try takes long. */
const FINE = 100;
const COARSE = 8;
const MANY_UNITS = 2000;

/** Up to so many cores, every number is tried even where the chip has fewer: what is lacking is told exactly. */
const FEW_CORES = 32;

/** Fewest groups, trying one more until each fits; null when even single units do not. Beyond `most` it stops looking. */
function fewestGroups(
  { problem, wires, capacity, cores, anyNumber }: CutSubject,
  units: Int32Array,
  load: Float64Array,
  most: number,
  room: Abroad | null,
): readonly Group[] | null {
  if (units.length === 0) return [];
  const limit = unitLimit(capacity, units.length);
  const first = limit === 0 ? Number.POSITIVE_INFINITY : Math.ceil(units.length / limit);
  if (first > most) return null;
  const demand = new DemandCounter(problem, capacity, room);
  const fits = (group: Group) => capacity.fits(demand.totals(group));
  const cutter = { position: problem.position, wires, limit, load, fits, rank: new Int32Array(2 * problem.units) };
  const alone = Array.from(units, (unit) => Int32Array.of(unit));
  if (!alone.every(fits)) return null;
  const orders = bothOrders(cutter, units);
  // The same for every number of groups.
  let known: Profiles | null = null;
  const profiles = () => {
    known ??= profilesOf(cutter, orders);
    return known;
  };
  // Most cores have most room.
  if (anyNumber && units.length === problem.units) {
    const spread = most < units.length ? bisect(cutter, orders, most, profiles) : alone;
    if (spread !== null) return spread;
  }
  // Growing by a share keeps the number of tries small when fan-in forces far more cores than neurons do.
  const next = (groups: number, share = FINE) => groups + 1 + Math.floor(groups / share);
  const stride = anyNumber || units.length > MANY_UNITS ? COARSE : FINE;
  const enough = Math.max(cores, FEW_CORES);
  const last = Math.min(enough, most, units.length - 1);
  let tried = first - 1;
  let best: readonly Group[] | null = null;
  while (best === null && tried < last) {
    const groups = tried < first ? first : Math.min(next(tried, stride), last);
    best = bisect(cutter, orders, groups, profiles);
    if (best === null) tried = groups;
  }
  if (best === null && enough >= most) return alone;
  if (best !== null && anyNumber) return best;
  // Halving finds what long strides pass over; and beyond the cores there are, where the number is only told, all the rest.
  best ??= alone;
  while (next(tried) < best.length) {
    const groups = (tried + best.length) >> 1;
    const cut = bisect(cutter, orders, groups, profiles);
    if (cut === null) tried = groups;
    else best = cut;
  }
  return best;
}

/** The same units by row and by column. */
type Orders = readonly [Group, Group];

function bothOrders({ position }: Cutter, units: Group): Orders {
  return [sortAlong(position, units, 0), sortAlong(position, units, 1)];
}

/**
 * Splits units into `groups` parts of at most `limit` units: in two along an axis, each side with its share of the load as far
 * as the limit leaves a choice; then each side again. Of the two axes and of the ways to share the groups out, the one that cuts
 * least weight per group on the smaller side; of equal ones, the more even, then that along the longer axis.
 *
 * @returns null as soon as a part does not fit: most tries fail, and most of their work is saved
 */
function bisect(cutter: Cutter, orders: Orders, groups: number, profiles = () => profilesOf(cutter, orders)): Group[] | null {
  if (groups === 1) return cutter.fits(orders[0]) ? [orders[0]] : null;
  const profile = profiles();
  const longer = longerAxis(cutter, orders);
  let best = { left: 0, size: 0, axis: longer, price: Number.POSITIVE_INFINITY };
  for (const left of shares(groups)) {
    for (const axis of [longer, 1 - longer]) {
      const { cut, load } = profile[axis];
      const size = sizeOfFirst(load, cutter.limit, left, groups - left);
      const price = cut[size] / Math.min(left, groups - left);
      if (price < best.price) best = { left, size, axis, price };
    }
  }
  const [smaller, larger] = divided(cutter, orders, best.axis, best.size);
  const first = bisect(cutter, smaller, best.left);
  const second = first && bisect(cutter, larger, groups - best.left);
  return second && [...first, ...second];
}

/** The first units along an axis, and the others, both in both orders. */
function divided({ rank }: Cutter, orders: Orders, axis: number, size: number): [Orders, Orders] {
  const along = orders[axis];
  const across = orders[1 - axis];
  const [first, second] = [along.subarray(0, size), along.subarray(size)];
  for (const unit of first) rank[2 * unit] = 1;
  const [firstAcross, secondAcross] = [new Int32Array(size), new Int32Array(along.length - size)];
  let [a, b] = [0, 0];
  for (const unit of across) {
    if (rank[2 * unit] === 1) firstAcross[a++] = unit;
    else secondAcross[b++] = unit;
  }
  for (const unit of first) rank[2 * unit] = 0;
  return axis === 0
    ? [
        [first, firstAcross],
        [second, secondAcross],
      ]
    : [
        [firstAcross, first],
        [secondAcross, second],
      ];
}

/** Groups on the left: half of them first, then less and less even, down to a third, a few in all. */
function shares(groups: number): number[] {
  const half = groups / 2;
  const least = Math.max(1, Math.ceil(groups / 3), Math.ceil(half) - MOST_UNEVEN);
  const all = Array.from({ length: groups - 2 * least + 1 }, (_, i) => least + i);
  return all.sort((a, b) => Math.abs(a - half) - Math.abs(b - half) || b - a);
}

/** By the number of units that come first along an axis, shape [units + 1]: the weight of wires between them and the others, and their load. */
interface Profile {
  readonly cut: Float64Array;
  readonly load: Float64Array;
}

type Profiles = readonly [Profile, Profile];

/** Along rows and along columns. Wires are looked at once for both. */
function profilesOf({ wires, load, rank }: Cutter, orders: Orders): Profiles {
  const { indptr, indices, weights } = wires.graph;
  const size = orders[0].length;
  for (const axis of [0, 1]) {
    for (let i = 0; i < size; i++) rank[2 * orders[axis][i] + axis] = i + 1;
  }
  const rows = new Float64Array(size + 1);
  const columns = new Float64Array(size + 1);
  for (const unit of orders[0]) {
    const row = rank[2 * unit];
    const column = rank[2 * unit + 1];
    for (let at = indptr[unit]; at < indptr[unit + 1]; at++) {
      const other = indices[at];
      // Each wire at one of its ends.
      if (other < unit) continue;
      const otherRow = rank[2 * other];
      if (otherRow === 0) continue;
      const otherColumn = rank[2 * other + 1];
      const weight = weights[at];
      // It is cut from where one end comes to where the other does.
      rows[row] += row < otherRow ? weight : -weight;
      rows[otherRow] += row < otherRow ? -weight : weight;
      columns[column] += column < otherColumn ? weight : -weight;
      columns[otherColumn] += column < otherColumn ? -weight : weight;
    }
  }
  for (const unit of orders[0]) rank[2 * unit] = rank[2 * unit + 1] = 0;
  const profile = (cut: Float64Array, units: Group): Profile => {
    const sums = new Float64Array(size + 1);
    for (let i = 1; i <= size; i++) {
      cut[i] += cut[i - 1];
      sums[i] = sums[i - 1] + load[units[i - 1]];
    }
    return { cut, load: sums };
  };
  return [profile(rows, orders[0]), profile(columns, orders[1])];
}

/** Of units with such sums of loads, how many go to the left: as near to its share as the limit leaves a choice. */
function sizeOfFirst(load: Float64Array, limit: number, left: number, right: number): number {
  const units = load.length - 1;
  const share = (load[units] * left) / (left + right);
  let most = Math.min(left * limit, units - right);
  let least = Math.min(most, Math.max(units - right * limit, left));
  while (least < most) {
    const size = (least + most) >> 1;
    if (load[size + 1] - share > share - load[size]) most = size;
    else least = size + 1;
  }
  return most;
}

/** Axis, 0 for rows or 1 for columns, along which units extend farther. */
function longerAxis({ position }: Cutter, orders: Orders): number {
  const [rows, columns] = orders.map((units, axis) => position[2 * units[units.length - 1] + axis] - position[2 * units[0] + axis]);
  return columns > rows ? 1 : 0;
}

/** The same of units in any order. */
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

function fanInLoad({ synapses, units }: MappingProblem): Float64Array {
  return Float64Array.from({ length: units }, (_, unit) => 1 + synapses.indptr[unit + 1] - synapses.indptr[unit]);
}

function numbered(problem: MappingProblem, groups: readonly Group[]): Partition {
  const group = new Int32Array(problem.units);
  groups.forEach((units, number) => {
    for (const unit of units) group[unit] = number;
  });
  return { group, groups: groups.length };
}
