// How good is a placement against chance? The same units permuted at random over the same places.
import { randomStream } from '../core/random.ts';
import { forEachEntry } from '../network/csr.ts';
import type { UsedCores } from './geometry.ts';
import { type MappingProblem, PARTS, type Part, partOf } from './problem.ts';

/** Totals of one part: Σ|w|·hops and Σ hops over synapses. */
export interface HopTotals {
  readonly wiringCost: number;
  readonly synapseHopsSum: number;
}

export type PartTotals = Readonly<Record<Part, HopTotals>>;

/** A placement, and what chance would give. */
export interface NullModel {
  readonly placed: PartTotals;
  /** Exact expectation over all permutations. */
  readonly expected: PartTotals;
  readonly samples: readonly PartTotals[];
}

/** Permutations that show the spread. */
const PERMUTATIONS = 20;

/**
 * Hop totals of each part, with units on the given (numbered) cores.
 *
 * @param part - of each synapse, where it is known already
 */
export function hopTotals(problem: MappingProblem, used: UsedCores, core: Int32Array, part = partOfSynapse(problem)): PartTotals {
  const { unitOfSource } = problem;
  return totals(problem, part, (unit, source) => {
    const sender = unitOfSource[source];
    return used.distance(sender < 0 ? null : core[sender], core[unit]);
  });
}

/** The null model of a placement: random permutations of the units over the places that are taken. */
export function nullModel(problem: MappingProblem, used: UsedCores, seed: number): NullModel {
  const cores = used.ids.length;
  const size = new Float64Array(cores);
  for (const core of used.core) size[core]++;
  // Two different units are on any ordered pair of different places with equal probability.
  let pairs = 0;
  let port = 0;
  for (let a = 0; a < cores; a++) {
    port += size[a] * used.distance(null, a);
    for (let b = 0; b < cores; b++) pairs += size[a] * size[b] * used.distance(a, b);
  }
  const { units, unitOfSource } = problem;
  const meanHops = units > 1 ? pairs / (units * (units - 1)) : 0;
  const meanPortHops = port / units;
  const part = partOfSynapse(problem);
  const expected = totals(problem, part, (unit, source) => {
    const sender = unitOfSource[source];
    return sender < 0 ? meanPortHops : sender === unit ? 0 : meanHops;
  });
  const samples = Array.from({ length: PERMUTATIONS }, (_, i) => {
    const place = randomStream(seed, 'null model', i).permutation(units);
    const core = place.map((unit) => used.core[unit]);
    return hopTotals(problem, used, core, part);
  });
  return { placed: hopTotals(problem, used, used.core, part), expected, samples };
}

/** Which of the parts each synapse is. */
function partOfSynapse(problem: MappingProblem): Uint8Array {
  const part = new Uint8Array(problem.synapses.values.length);
  forEachEntry(problem.synapses, (unit, source, _, at) => {
    part[at] = PARTS.indexOf(partOf(problem, unit, source));
  });
  return part;
}

// Plain arrays: this runs through all synapses for every permutation.
function totals({ synapses }: MappingProblem, part: Uint8Array, hops: (unit: number, source: number) => number): PartTotals {
  const { indptr, indices, values } = synapses;
  const wiringCost = new Float64Array(PARTS.length);
  const synapseHopsSum = new Float64Array(PARTS.length);
  for (let unit = 0; unit < synapses.rows; unit++) {
    for (let at = indptr[unit]; at < indptr[unit + 1]; at++) {
      const distance = hops(unit, indices[at]);
      wiringCost[part[at]] += values[at] * distance;
      synapseHopsSum[part[at]] += distance;
    }
  }
  const sums = PARTS.map((name, k): [Part, HopTotals] => [name, { wiringCost: wiringCost[k], synapseHopsSum: synapseHopsSum[k] }]);
  return Object.fromEntries(sums) as PartTotals;
}
