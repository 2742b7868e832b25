// What would make it fit? Suggestions that were tried, not stock phrases.
import type { Csr } from '../network/csr.ts';
import { type Chip, withCap } from './chip.ts';
import { splitFor } from './chip-problem.ts';
import { hasPartition } from './partition.ts';
import type { MappingProblem } from './problem.ts';

/** What to change so that the network fits the chip: a density, a cap, or that neither can help. */
export function remedyFor(problem: MappingProblem, chip: Chip): string {
  const remedies: string[] = [];
  const density = fittingDensity(problem, chip);
  if (density !== null)
    remedies.push(`prune to density ${density.toPrecision(2)} or less (with a lower --density or a higher --threshold)`);
  const cap = fittingCap(problem, chip);
  if (cap !== null) remedies.push(`raise the cap to ${cap} neurons per core`);
  if (remedies.length > 0) return remedies.join(', or ');
  return `a target with larger or more cores: no density fits ${problem.units} neurons on the ${chip.usableCores} cores of ${chip.target.label}`;
}

/** Largest share of the possible synapses, weakest dropped first, that fits; null if none does. */
function fittingDensity(split: MappingProblem, chip: Chip): number | null {
  const problem = split.whole ?? split;
  const { neurons, inputs, outputs, synapses } = problem;
  const ranked = Float32Array.from(synapses.values).sort().reverse();
  let fitting = 0;
  let failing = ranked.length;
  const fitsWith = (kept: number) => {
    return hasPartition(splitFor(strongest(problem, ranked[kept]), chip), chip);
  };
  if (ranked.length === 0 || !fitsWith(0)) return null;
  // Two digits are printed, so a hundredth is near enough.
  while (failing - fitting > Math.max(1, failing / 100)) {
    const middle = (fitting + failing) >> 1;
    if (fitsWith(middle)) fitting = middle;
    else failing = middle;
  }
  const possible = neurons * (neurons + inputs + outputs);
  // Rounded down to the digits that are printed.
  const digits = 10 ** Math.max(0, 1 - Math.floor(Math.log10(fitting / possible)));
  return fitting === 0 ? null : Math.floor((fitting / possible) * digits) / digits;
}

/** The problem without the synapses of at most a weight. */
function strongest(problem: MappingProblem, weight: number): MappingProblem {
  const { synapses, rowClass } = problem;
  const kept = Array.from(synapses.values, (_, at) => at).filter((at) => synapses.values[at] > weight);
  const indptr = new Int32Array(synapses.rows + 1);
  let count = 0;
  for (let row = 0; row < synapses.rows; row++) {
    while (count < kept.length && kept[count] < synapses.indptr[row + 1]) count++;
    indptr[row + 1] = count;
  }
  const filtered: Csr = {
    ...synapses,
    indptr,
    indices: Int32Array.from(kept, (at) => synapses.indices[at]),
    values: Float32Array.from(kept, (at) => synapses.values[at]),
  };
  return { ...problem, synapses: filtered, rowClass: rowClass && Uint8Array.from(kept, (at) => rowClass[at]) };
}

/** Smallest cap that fits, when a cap is what is in the way. */
function fittingCap(problem: MappingProblem, chip: Chip): number | null {
  if (chip.maxNeuronsPerCore === null || !hasPartition(problem, withCap(chip, null))) return null;
  let failing = chip.maxNeuronsPerCore;
  let fitting = problem.units;
  while (fitting - failing > 1) {
    const middle = (fitting + failing) >> 1;
    if (hasPartition(problem, withCap(chip, middle))) fitting = middle;
    else failing = middle;
  }
  return fitting;
}
