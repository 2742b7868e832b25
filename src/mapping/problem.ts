// What has to be placed? Units (hidden neurons and readout units), the sources they listen to, and |weights|.
import { type Csr, forEachEntry } from '../network/csr.ts';
import { type Grid, siteCoordinates } from '../network/geometry.ts';
import type { NetworkSizes } from '../network/network.ts';

/** What mapping needs of a network; a pruned `Network` is one. */
export interface WeightedNetwork extends NetworkSizes {
  readonly grid: Grid;
  readonly site: Int32Array;
  readonly recurrent: Csr;
  readonly input: Csr;
  readonly readout: Csr;
}

/** What mapping needs of an integer network: weights and their scales (real = scale · integer). */
export interface IntegerWeights extends NetworkSizes {
  readonly site: Int32Array;
  readonly recurrent: Csr<Int32Array>;
  readonly input: Csr<Int32Array>;
  readonly readout: Csr<Int32Array>;
  readonly scales: { readonly state: number; readonly input: number; readonly accumulator: Float64Array; readonly readout: number };
}

/**
 * A placement problem. Units are hidden neurons 0 … neurons − 1, then readout units, then partial units; sources are hidden
 * neurons 0 … neurons − 1, then input channels, then partial units. A source enters a core on one axon, whatever the number of
 * its targets there.
 */
export interface MappingProblem extends NetworkSizes {
  /** Units that only add up part of another unit's synapses; see split-fan-in.ts. */
  readonly partials: number;
  readonly units: number;
  readonly sources: number;
  /** Sites of the grid: as many neurons as there were before any was pruned. */
  readonly sites: number;
  /** |weight|, shape [units, sources]. */
  readonly synapses: Csr;
  /** The unit that sends a source's messages, −1 for inputs, shape [sources]. */
  readonly unitOfSource: Int32Array;
  /** The hidden neuron or readout unit that a unit's sum belongs to: itself unless it is a partial unit, shape [units]. */
  readonly rootOfUnit: Int32Array;
  /**
   * Which physical row of its source's axon a synapse needs, aligned with `synapses.values`: synapses of one source and class
   * share a row of a core. Null where one row serves all of them.
   */
  readonly rowClass: Uint8Array | null;
  /** Row and column of each unit, in grid sites, shape [units, 2]; a readout unit sits at the weighted mean of its sources. */
  readonly position: Float64Array;
  /** Mean messages a source sends per step, shape [sources]; null when no trials were run. */
  readonly activity: Float64Array | null;
  /** The same problem before fan-ins were split; null if none was. */
  readonly whole: MappingProblem | null;
}

/** The three sorts of synapses, reported apart. */
export const PARTS = ['recurrent', 'readout', 'input'] as const;
export type Part = (typeof PARTS)[number];

/**
 * The placement problem of a network.
 *
 * @param activity - mean messages per step, hidden neurons then inputs, shape [neurons + inputs]; null if not measured
 */
export function mappingProblem(network: WeightedNetwork, activity: Float64Array | null): MappingProblem {
  const { inputs, neurons, outputs } = network;
  const sources = neurons + inputs;
  if (activity !== null && activity.length !== sources) {
    throw new Error(`activity has ${activity.length} values, expected ${sources} (neurons, then inputs)`);
  }
  const signed = stackSynapses(network, Float32Array);
  const synapses = { ...signed, values: signed.values.map(Math.abs) };
  return {
    inputs,
    neurons,
    outputs,
    partials: 0,
    units: neurons + outputs,
    sources,
    sites: network.grid.rows * network.grid.columns,
    synapses,
    unitOfSource: Int32Array.from({ length: sources }, (_, source) => (source < neurons ? source : -1)),
    rootOfUnit: Int32Array.from({ length: neurons + outputs }, (_, unit) => unit),
    rowClass: null,
    position: unitPositions(network, synapses),
    activity,
    whole: null,
  };
}

/** The real weights of an integer network: what its placement has to shorten. */
export function realWeights(network: IntegerWeights, grid: Grid): WeightedNetwork {
  const { inputs, neurons, outputs, site, scales } = network;
  const scaled = (matrix: Csr<Int32Array>, scale: (row: number) => number): Csr => {
    const values = new Float32Array(matrix.values.length);
    forEachEntry(matrix, (row, _column, value, at) => {
      values[at] = value * scale(row);
    });
    return { ...matrix, values };
  };
  return {
    inputs,
    neurons,
    outputs,
    grid,
    site,
    recurrent: scaled(network.recurrent, (i) => scales.accumulator[i] / scales.state),
    input: scaled(network.input, (i) => scales.accumulator[i] / scales.input),
    readout: scaled(network.readout, () => scales.readout / scales.state),
  };
}

/** Which sort a synapse is; one into or out of a partial unit, what it is for the unit whose sum it serves. */
export function partOf({ neurons, inputs, rootOfUnit }: MappingProblem, unit: number, source: number): Part {
  if (source >= neurons && source < neurons + inputs) return 'input';
  return rootOfUnit[unit] >= neurons ? 'readout' : 'recurrent';
}

/** `neuron 41`, `readout 3`, or `partial sum 7`. */
export function unitName({ neurons, outputs }: NetworkSizes, unit: number): string {
  if (unit < neurons) return `neuron ${unit}`;
  return unit < neurons + outputs ? `readout ${unit - neurons}` : `partial sum ${unit - neurons - outputs}`;
}

/** `neuron 41`, `input 7`, or `partial sum 7`. */
export function sourceName({ neurons, inputs }: NetworkSizes, source: number): string {
  if (source < neurons) return `neuron ${source}`;
  return source < neurons + inputs ? `input ${source - neurons}` : `partial sum ${source - neurons - inputs}`;
}

/** All synapses of a network as one matrix, shape [units, sources]. */
export function stackSynapses<Values extends Float32Array | Int32Array>(
  network: NetworkSizes & { readonly recurrent: Csr<Values>; readonly input: Csr<Values>; readonly readout: Csr<Values> },
  Values: { new (length: number): Values },
): Csr<Values> {
  const { inputs, neurons, outputs, recurrent, input, readout } = network;
  const indptr = new Int32Array(neurons + outputs + 1);
  const indices = new Int32Array(recurrent.values.length + input.values.length + readout.values.length);
  const values = new Values(indices.length);
  let at = 0;
  const append = (matrix: Csr<Values>, row: number, shift: number) => {
    for (let k = matrix.indptr[row]; k < matrix.indptr[row + 1]; k++) {
      indices[at] = matrix.indices[k] + shift;
      values[at++] = matrix.values[k];
    }
  };
  for (let i = 0; i < neurons; i++) {
    append(recurrent, i, 0);
    append(input, i, neurons);
    indptr[i + 1] = at;
  }
  for (let k = 0; k < outputs; k++) {
    append(readout, k, 0);
    indptr[neurons + k + 1] = at;
  }
  return { rows: neurons + outputs, columns: neurons + inputs, indptr, indices, values };
}

function unitPositions({ neurons, outputs, grid, site }: WeightedNetwork, synapses: Csr): Float64Array {
  const position = new Float64Array(2 * (neurons + outputs));
  for (let i = 0; i < neurons; i++) {
    const { row, column } = siteCoordinates(grid, site[i]);
    position[2 * i] = row;
    position[2 * i + 1] = column;
  }
  for (let unit = neurons; unit < neurons + outputs; unit++) {
    let total = 0;
    let row = 0;
    let column = 0;
    for (let at = synapses.indptr[unit]; at < synapses.indptr[unit + 1]; at++) {
      const weight = synapses.values[at];
      total += weight;
      row += weight * position[2 * synapses.indices[at]];
      column += weight * position[2 * synapses.indices[at] + 1];
    }
    // A readout unit without sources listens to nobody: the middle of the grid is as good as anywhere.
    position[2 * unit] = total > 0 ? row / total : (grid.rows - 1) / 2;
    position[2 * unit + 1] = total > 0 ? column / total : (grid.columns - 1) / 2;
  }
  return position;
}
