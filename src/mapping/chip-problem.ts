// What does a network ask of a chip? Its placement problem with the rows that signs take, and fan-ins split where they are too large.
import type { Csr } from '../network/csr.ts';
import { fanInLimit } from './capacity.ts';
import type { Chip } from './chip.ts';
import { type IntegerWeights, type MappingProblem, mappingProblem, type WeightedNetwork } from './problem.ts';
import { rowClasses } from './row-classes.ts';
import { type FanInSplit, fanInSplit, splitProblem } from './split-fan-in.ts';

/**
 * The placement problem of a network on a chip.
 *
 * @param activity - mean messages per step, hidden neurons then inputs, shape [neurons + inputs]; null if not measured
 * @param integers - the weights that will be stored; null before quantization
 */
export function chipProblem(
  network: WeightedNetwork,
  activity: Float64Array | null,
  chip: Chip,
  integers: IntegerWeights | null = null,
): MappingProblem {
  return splitFor({ ...mappingProblem(network, activity), rowClass: rowClasses(chip, network, integers) }, chip);
}

/** The problem with every unit split that asks for more than a core can take. */
export function splitFor(problem: MappingProblem, chip: Chip): MappingProblem {
  const split = splitOf(problem.synapses, chip);
  return split === null ? problem : splitProblem(problem, split);
}

/** How a chip splits the rows of a matrix [units, sources]; null if it does not. */
export function splitOf(synapses: Pick<Csr, 'rows' | 'columns' | 'indptr'>, { capacity }: Chip): FanInSplit | null {
  const most = fanInLimit(capacity, synapses.columns);
  return fanInSplit(synapses, most);
}
