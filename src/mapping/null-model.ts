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

/** What chance would give. */
export interface NullModel {
  /** Exact expectation over all permutations. */
  readonly expected: PartTotals;
  readonly samples: readonly PartTotals[];
}

/** Permutations that show the spread. */
const PERMUTATIONS = 20;

/** Hop totals of each part, with units on the given (numbered) cores. */
export function hopTotals(problem: MappingProblem, used: UsedCores, core: Int32Array): PartTotals {
  const { unitOfSource } = problem;
  return totals(problem, (unit, source) => {
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
  const expected = totals(problem, (unit, source) => {
    const sender = unitOfSource[source];
    return sender < 0 ? meanPortHops : sender === unit ? 0 : meanHops;
  });
  const samples = Array.from({ length: PERMUTATIONS }, (_, i) => {
    const place = randomStream(seed, 'null model', i).permutation(units);
    return hopTotals(
      problem,
      used,
      place.map((unit) => used.core[unit]),
    );
  });
  return { expected, samples };
}

function totals(problem: MappingProblem, hops: (unit: number, source: number) => number): PartTotals {
  const sums = Object.fromEntries(PARTS.map((part) => [part, { wiringCost: 0, synapseHopsSum: 0 }])) as Record<
    Part,
    { wiringCost: number; synapseHopsSum: number }
  >;
  forEachEntry(problem.synapses, (unit, source, weight) => {
    const sum = sums[partOf(problem, unit, source)];
    const distance = hops(unit, source);
    sum.wiringCost += weight * distance;
    sum.synapseHopsSum += distance;
  });
  return sums;
}
