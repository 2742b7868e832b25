// Which synapses of a source can share a row of an array? Those of one sign, or those whose neurons keep their weight under one axon type.
import type { Csr } from '../network/csr.ts';
import { type CellStorage, type StorageFormat, storageFormat } from '../targets/formats.ts';
import type { Chip } from './chip.ts';
import { type IntegerWeights, stackSynapses, type WeightedNetwork } from './problem.ts';

/** Passes over the units that look for better types. */
const SWEEPS = 3;

/**
 * Classes of all synapses, aligned with `stackSynapses`; null where one row of a source serves all of them.
 *
 * @param integers - the stored weights; null before quantization, when the tables of axon types are only estimated
 */
export function rowClasses(chip: Chip, network: WeightedNetwork, integers: IntegerWeights | null): Uint8Array | null {
  const storage = storageFormat(chip.target, chip.weightBits);
  if (!hasClasses(storage)) return null;
  if (storage.rowWeights !== null) {
    const { values } = stackSynapses(network, Float32Array);
    return Uint8Array.from(values, (weight) => Number(weight < 0));
  }
  const types = storage.classRows.length;
  if (integers === null) {
    const synapses = stackSynapses(network, Float32Array);
    return agreeOnTypes(synapses, types, estimatedLevels(synapses, types));
  }
  const synapses = stackSynapses(integers, Int32Array);
  return agreeOnTypes(synapses, types, (unit) => levelsOf(synapses, unit));
}

function hasClasses(storage: StorageFormat): storage is CellStorage {
  return storage.kind === 'cells' && storage.classRows.length > 1;
}

/** The different weights of a unit, ascending. */
function levelsOf(synapses: Csr<Int32Array>, unit: number): number[] {
  return [...new Set(synapses.values.subarray(synapses.indptr[unit], synapses.indptr[unit + 1]))].sort((a, b) => a - b);
}

/** Levels that a unit's weights may be rounded to: as many values of its own, evenly spread over their order. */
function estimatedLevels({ indptr, values }: Csr, types: number): (unit: number) => number[] {
  return (unit) => {
    const sorted = [...values.subarray(indptr[unit], indptr[unit + 1])].sort((a, b) => a - b);
    const most = Math.min(types, sorted.length);
    return [...new Set(Array.from({ length: most }, (_, k) => sorted[Math.floor(((2 * k + 1) * sorted.length) / (2 * most))]))];
  };
}

/**
 * A type for every level of every unit, so that the synapses of a source agree as much as possible: few rows on whatever core
 * they share. Units choose in turn, each the best of all assignments given those of the others.
 */
function agreeOnTypes(synapses: Csr<Float32Array | Int32Array>, types: number, levels: (unit: number) => readonly number[]): Uint8Array {
  const { indptr, indices, values, rows, columns } = synapses;
  const classes = new Uint8Array(values.length);
  /** Synapses by source and type. */
  const users = new Int32Array(columns * types);
  const assignments = new Map<number, readonly (readonly number[])[]>();
  const arrangements = (count: number) => {
    const known = assignments.get(count) ?? injections(count, types);
    assignments.set(count, known);
    return known;
  };
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (let unit = 0; unit < rows; unit++) {
      const own = levels(unit);
      const [start, end] = [indptr[unit], indptr[unit + 1]];
      const levelOf = (at: number) => nearest(own, values[at]);
      if (sweep > 0) for (let at = start; at < end; at++) users[indices[at] * types + classes[at]]--;
      /** How many others of the same source would share the row, by level and type. */
      const agreement = new Float64Array(own.length * types);
      for (let at = start; at < end; at++) {
        for (let type = 0; type < types; type++) agreement[levelOf(at) * types + type] += users[indices[at] * types + type];
      }
      const score = (chosen: readonly number[]) => chosen.reduce((sum, type, level) => sum + agreement[level * types + type], 0);
      const best = arrangements(own.length).reduce((a, b) => (score(b) > score(a) ? b : a));
      for (let at = start; at < end; at++) {
        classes[at] = best[levelOf(at)];
        users[indices[at] * types + classes[at]]++;
      }
    }
  }
  return classes;
}

/** All ways to give `count` levels different types; the first keeps their order, from both ends. */
function injections(count: number, types: number): number[][] {
  if (count > types) throw new Error(`${count} different weights of a neuron for ${types} types`);
  const extend = (chosen: number[]): number[][] =>
    chosen.length === count
      ? [chosen]
      : Array.from({ length: types }, (_, type) => type).flatMap((type) => (chosen.includes(type) ? [] : extend([...chosen, type])));
  return extend([]);
}

function nearest(levels: readonly number[], value: number): number {
  let best = 0;
  for (let k = 1; k < levels.length; k++) if (Math.abs(levels[k] - value) < Math.abs(levels[best] - value)) best = k;
  return best;
}
