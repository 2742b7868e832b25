// Which weights may stay? The strongest by rank, as many as threshold, density and limits leave.
import { UsageError } from '../core/errors.ts';
import { type Csr, filterCsr, forEachEntry } from '../network/csr.ts';
import { gridWireCost } from '../network/geometry.ts';
import type { Network } from '../network/network.ts';

/**
 * Asked for each synapse that threshold, density and fan limits let stay, strongest first: is there room for it where its unit
 * sits? What is admitted stays, so an answer may depend on all earlier ones.
 *
 * @param unit - hidden neuron 0 … neurons − 1, then readout units
 * @param source - hidden neuron 0 … neurons − 1, then input channels
 */
export type RoomFor = (unit: number, source: number) => boolean;

/** What decides over weights, all of it at once; what is not given does not count. */
export interface PruneRules {
  /** Weights whose rank is at most this go; with locality 0 the rank is |w|. */
  readonly threshold?: number;
  /** Share of all possible weights, recurrent, input and readout, that stays at most. */
  readonly density?: number;
  /**
   * A of the rank |w| / (1 + A·D), D the grid distance of the two neurons: what a weight is worth per unit of the price that
   * brain-inspired training puts on its wire. Inputs and readout units have no position: D = 0, their rank is |w|.
   */
  readonly locality?: number;
  /**
   * Most synapses onto a unit. As chips count, recurrent and input synapses of a neuron go together, and a readout unit is a
   * neuron like any other.
   */
  readonly maxFanIn?: number | null;
  /** Most synapses from a hidden neuron, recurrent and readout together. Inputs come from outside, as many as there are. */
  readonly maxFanOut?: number | null;
  readonly room?: RoomFor | null;
}

/** The rules, or a threshold alone. */
export type PruneRule = number | PruneRules;

/**
 * Removes weights of all three matrices and leaves every neuron. Weights are visited from the highest rank down (of equal ones
 * recurrent before input before readout, row by row), and each stays that breaks no rule: a weight that goes is ranked below
 * all that stay, unless a limit was full. No choice has a larger sum of ranks where limits count synapses on the receiving side
 * alone (fan-in, cores: nested sets, a matroid); with a fan-out limit as well, the best has at most twice as large a one (two
 * matroids; Jenkyns 1976).
 *
 * @param atLeast - weights that stay in any case, for pruning in rounds: the strongest of those that would go
 * @throws UsageError if a rule is out of range
 */
export function pruneWeights(network: Network, rule: PruneRule, atLeast = 0): Network {
  const rules = checkedRules(rule);
  const synapses = listSynapses(network, rules.locality);
  const kept = keepStrongest(network, synapses, rules, atLeast);
  let at = 0;
  const filter = (matrix: Csr) => filterCsr(matrix, () => kept[at++] === 1);
  return { ...network, recurrent: filter(network.recurrent), input: filter(network.input), readout: filter(network.readout) };
}

/** Number of weights of a network, recurrent, input and readout. */
export function weightCount(network: Network): number {
  return matricesOf(network).reduce((sum, { values }) => sum + values.length, 0);
}

/** Number of weights that its neurons, inputs and readout units could have. */
export function possibleWeights(network: Network): number {
  return matricesOf(network).reduce((sum, { rows, columns }) => sum + rows * columns, 0);
}

/** Share of all possible weights that a network has, 0 to 1. */
export function weightDensity(network: Network): number {
  return weightCount(network) / possibleWeights(network);
}

/** A rule in words, for messages. */
export function describeRule(rule: PruneRule): string {
  const { threshold, density, maxFanIn = null, maxFanOut = null, room = null } = typeof rule === 'number' ? { threshold: rule } : rule;
  const parts = [
    threshold === undefined ? [] : [`a threshold of ${threshold}`],
    density === undefined ? [] : [`a density of ${density}`],
    maxFanIn === null ? [] : [`a fan-in of at most ${maxFanIn}`],
    maxFanOut === null ? [] : [`a fan-out of at most ${maxFanOut}`],
    room === null ? [] : ['the room on cores'],
  ].flat();
  return parts.length === 0 ? 'no rule' : parts.join(' and ');
}

type CheckedRules = Required<Omit<PruneRules, 'density'>> & { readonly density: number | null };

function checkedRules(rule: PruneRule): CheckedRules {
  const given = typeof rule === 'number' ? { threshold: rule } : rule;
  const { threshold = 0, density = null, locality = 0, maxFanIn = null, maxFanOut = null, room = null } = given;
  if (!(threshold >= 0)) throw new UsageError(`the pruning threshold is ${threshold}; it must be 0 or more`);
  if (density !== null && !(density > 0 && density <= 1))
    throw new UsageError(`the pruning density is ${density}; it must be above 0 and at most 1`);
  if (!(locality >= 0 && locality < Number.POSITIVE_INFINITY))
    throw new UsageError(`the locality of pruning is ${locality}; it must be a number of 0 or more`);
  for (const [name, limit] of [
    ['fan-in', maxFanIn],
    ['fan-out', maxFanOut],
  ] as const) {
    if (limit !== null && !(Number.isSafeInteger(limit) && limit >= 1))
      throw new UsageError(`the largest ${name} is ${limit}; it must be a whole number of at least 1`);
  }
  return { threshold, density, locality, maxFanIn, maxFanOut, room };
}

/** All synapses, recurrent before input before readout, row by row. */
interface Synapses {
  readonly unit: Int32Array;
  readonly source: Int32Array;
  readonly rank: Float64Array;
}

function listSynapses(network: Network, locality: number): Synapses {
  const { neurons, site, grid, recurrent, input, readout } = network;
  const length = weightCount(network);
  const list = { unit: new Int32Array(length), source: new Int32Array(length), rank: new Float64Array(length) };
  const { distance } = gridWireCost(grid);
  let next = 0;
  const add = (unit: number, source: number, rank: number) => {
    list.unit[next] = unit;
    list.source[next] = source;
    list.rank[next++] = rank;
  };
  forEachEntry(recurrent, (to, from, weight) => add(to, from, Math.abs(weight) / (1 + locality * distance(site[to], site[from]))));
  forEachEntry(input, (to, channel, weight) => add(to, neurons + channel, Math.abs(weight)));
  forEachEntry(readout, (output, from, weight) => add(neurons + output, from, Math.abs(weight)));
  return list;
}

/** 1 for each synapse that stays. */
function keepStrongest(network: Network, { unit, source, rank }: Synapses, rules: CheckedRules, atLeast: number): Uint8Array {
  const { neurons, inputs, outputs } = network;
  const { threshold, density, maxFanIn, maxFanOut, room } = rules;
  const most = density === null ? rank.length : Math.round(density * possibleWeights(network));
  const order = Uint32Array.from(rank.keys()).sort((a, b) => rank[b] - rank[a] || a - b);
  const fanIn = new Int32Array(neurons + outputs);
  const fanOut = new Int32Array(neurons + inputs);
  const admit = (at: number) => {
    if (maxFanIn !== null && fanIn[unit[at]] >= maxFanIn) return false;
    if (maxFanOut !== null && source[at] < neurons && fanOut[source[at]] >= maxFanOut) return false;
    // Asked last: what it admits must stay.
    if (room !== null && !room(unit[at], source[at])) return false;
    fanIn[unit[at]]++;
    fanOut[source[at]]++;
    return true;
  };
  const kept = new Uint8Array(rank.length);
  let count = 0;
  for (const at of order) {
    if (count >= most || !(rank[at] > threshold)) break;
    if (!admit(at)) continue;
    kept[at] = 1;
    count++;
  }
  for (const at of order) {
    if (count >= atLeast) break;
    if (kept[at] === 1) continue;
    kept[at] = 1;
    count++;
  }
  return kept;
}

function matricesOf({ recurrent, input, readout }: Network): readonly Csr[] {
  return [recurrent, input, readout];
}
