// What if a neuron listens to more sources than a core has rows? Partial units add up its synapses in parts, and it adds their sums.
import type { Csr } from '../network/csr.ts';
import type { MappingProblem } from './problem.ts';

/**
 * How units are split: a tree of partial units below each unit that is too large, leaves with the unit's own synapses in
 * source order, and every synapse of a sum that goes up with weight 1. Sums are linear, so the result is exact and arrives
 * within the step.
 */
export interface FanInSplit {
  readonly partials: number;
  /** Hidden neuron or readout unit of each partial unit, shape [partials]. */
  readonly root: Int32Array;
  /** 1 for partial units that add synapses of the network, 2 for those that add sums of these, and so on, shape [partials]. */
  readonly level: Uint8Array;
  /**
   * Rows of the split matrix: units of the network, then partial units. Each entry names the entry of the unsplit matrix it
   * keeps, or −1 − p for the sum of partial unit p.
   */
  readonly indptr: Int32Array;
  readonly entries: Int32Array;
}

/** What splitting costs (C5). */
export interface SplitSummary {
  readonly unitsSplit: number;
  /** Of all units of the network. */
  readonly share: number;
  readonly extraUnits: number;
  /** Sums that a signal passes beside the unit itself, at most. */
  readonly extraDepth: number;
  readonly note: string;
}

const NOTE =
  'exact here, because partial sums are linear and added within the step; on spiking hardware a partial unit would spike, and the sum would not be exact';

/**
 * Splits every unit with more than `most` synapses.
 *
 * @returns null if there is none, or if units cannot take even two sums
 */
export function fanInSplit({ indptr, rows }: Pick<Csr, 'indptr' | 'rows'>, most: number): FanInSplit | null {
  const isLarge = (unit: number) => indptr[unit + 1] - indptr[unit] > most;
  if (most < 2 || !Array.from({ length: rows }, (_, unit) => unit).some(isLarge)) return null;
  const root: number[] = [];
  const level: number[] = [];
  const sums: (readonly number[])[] = [];
  const own = Array.from({ length: rows }, (_, unit) => {
    let entries = Array.from({ length: indptr[unit + 1] - indptr[unit] }, (_, k) => indptr[unit] + k);
    for (let height = 1; entries.length > most; height++) {
      entries = evenParts(entries, Math.ceil(entries.length / most)).map((part) => {
        root.push(unit);
        level.push(height);
        sums.push(part);
        return -root.length;
      });
    }
    return entries;
  });
  const all = [...own, ...sums];
  const ends = new Int32Array(all.length + 1);
  all.forEach((entries, row) => {
    ends[row + 1] = ends[row] + entries.length;
  });
  return {
    partials: root.length,
    root: Int32Array.from(root),
    level: Uint8Array.from(level),
    indptr: ends,
    entries: Int32Array.from(all.flat()),
  };
}

/** A matrix [units, sources] with its rows split; sums enter with weight `one`, from sources after the others. */
export function splitMatrix<Values extends Float32Array | Int32Array>(matrix: Csr<Values>, split: FanInSplit, one: number): Csr<Values> {
  const { indptr, entries, partials } = split;
  const indices = entries.map((entry) => (entry >= 0 ? matrix.indices[entry] : matrix.columns - 1 - entry));
  const values = matrix.values.slice(0, 0).constructor === Float32Array ? new Float32Array(entries.length) : new Int32Array(entries.length);
  entries.forEach((entry, at) => {
    values[at] = entry >= 0 ? matrix.values[entry] : one;
  });
  return { rows: matrix.rows + partials, columns: matrix.columns + partials, indptr, indices, values: values as Values };
}

/**
 * The problem with its units split. A sum weighs as much as its unit's mean synapse, sits where the unit does, and is sent in
 * every step.
 */
export function splitProblem(problem: MappingProblem, split: FanInSplit): MappingProblem {
  const { units, sources, activity, rowClass, position } = problem;
  const { partials, root, entries } = split;
  const synapses = splitMatrix(problem.synapses, split, 0);
  const mean = (unit: number) => {
    const own = problem.synapses.values.subarray(problem.synapses.indptr[unit], problem.synapses.indptr[unit + 1]);
    return own.reduce((sum, weight) => sum + weight, 0) / own.length;
  };
  const meanOf = new Map([...new Set(root)].map((unit) => [unit, mean(unit)]));
  entries.forEach((entry, at) => {
    if (entry < 0) synapses.values[at] = meanOf.get(root[-1 - entry]) ?? 0;
  });
  const appended = <Values extends Float64Array | Int32Array>(all: Values, values: ArrayLike<number>): Values => {
    const longer = all instanceof Float64Array ? new Float64Array(all.length + values.length) : new Int32Array(all.length + values.length);
    longer.set(all);
    longer.set(values, all.length);
    return longer as Values;
  };
  return {
    ...problem,
    partials,
    units: units + partials,
    sources: sources + partials,
    synapses,
    unitOfSource: appended(
      problem.unitOfSource,
      Array.from(root, (_, p) => units + p),
    ),
    rootOfUnit: appended(problem.rootOfUnit, root),
    // Sums enter with a positive weight.
    rowClass: rowClass && Uint8Array.from(entries, (entry) => (entry >= 0 ? rowClass[entry] : 0)),
    position: appended(
      position,
      Array.from(root).flatMap((unit) => [position[2 * unit], position[2 * unit + 1]]),
    ),
    activity: activity && appended(activity, new Float64Array(partials).fill(1)),
    whole: problem,
  };
}

/** What the splitting of a problem costs; null if nothing was split. */
export function splitSummary({ neurons, outputs, partials, rootOfUnit, synapses }: MappingProblem): SplitSummary | null {
  if (partials === 0) return null;
  const units = neurons + outputs;
  const unitsSplit = new Set(rootOfUnit.subarray(units)).size;
  const depth = new Uint8Array(partials);
  let extraDepth = 1;
  // A partial unit stands after those whose sums it adds.
  for (let p = 0; p < partials; p++) {
    depth[p] = 1;
    for (let at = synapses.indptr[units + p]; at < synapses.indptr[units + p + 1]; at++) {
      const below = synapses.indices[at] - (synapses.columns - partials);
      if (below >= 0) depth[p] = Math.max(depth[p], depth[below] + 1);
    }
    extraDepth = Math.max(extraDepth, depth[p]);
  }
  return { unitsSplit, share: unitsSplit / units, extraUnits: partials, extraDepth, note: NOTE };
}

/** Consecutive parts whose sizes differ by one at most. */
function evenParts(entries: readonly number[], count: number): number[][] {
  return Array.from({ length: count }, (_, k) =>
    entries.slice(Math.floor((k * entries.length) / count), Math.floor(((k + 1) * entries.length) / count)),
  );
}
