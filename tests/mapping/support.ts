// Made-up chips and networks, whose limits and weights a test chooses.
import { randomStream } from '../../src/core/random.ts';
import type { Chip } from '../../src/mapping/chip.ts';
import { Occupancy } from '../../src/mapping/occupancy.ts';
import { type Placement, usedCores } from '../../src/mapping/placement.ts';
import { type MappingProblem, mappingProblem, type WeightedNetwork } from '../../src/mapping/problem.ts';
import { csrFromDense } from '../../src/network/csr.ts';
import type { Target } from '../../src/targets/load.ts';
import { topologyOf } from '../../src/targets/topology.ts';
import type { CoreCapacity, ResourceUse } from '../../src/targets/usage.ts';

export interface ChipShape {
  readonly wide?: number;
  readonly high?: number;
  readonly slots?: number;
  readonly wraps?: boolean;
  readonly neurons?: number;
  readonly axons?: number;
  readonly axonsOut?: number | undefined;
  /** (core, row) targets of a neuron slot; more take copies, which count as neurons. */
  readonly targets?: number | undefined;
  /** Memory an axon takes, and the memory of a core. */
  readonly axonMemory?: (synapses: number) => number;
  readonly memory?: number;
}

/** A mesh of tiles, one router each, inputs at the middle of the west edge. */
export function madeUpChip(shape: ChipShape): Chip {
  const { wide = 4, high = 4, slots = 1, wraps = false } = shape;
  const noc = topologyOf({
    name: 'made-up',
    kind: wraps ? 'torus2d' : 'mesh2d',
    grid: {
      chip: { width: wide, height: high, absent: [], coresPerTile: slots },
      chips: { wide: 1, high: 1, x: [0], y: [0] },
      assumptions: [],
    },
    pitch: { xMm: 0.5, yMm: 2, basis: 'layout', source: 'made up' },
  });
  const limits = madeUpCapacity(shape);
  const file = { routing: { castMode: 'unicast-per-core' }, activation: { bits: { value: 1 } } };
  const target = { id: 'made-up', label: 'made-up', fileName: 'made-up.json', hash: '0'.repeat(64), file } as unknown as Target;
  return {
    target,
    topology: noc,
    limits,
    capacity: limits,
    maxNeuronsPerCore: null,
    keepFree: [],
    usableCores: noc.cores,
    weightBits: 8,
    port: { x: noc.port.x, y: noc.port.y, assumed: true },
    portHops: noc.portHops,
    portRoute: noc.portRoute,
  };
}

function madeUpCapacity({ neurons = 8, axons, axonsOut, targets, axonMemory = () => 0, memory }: ChipShape): CoreCapacity {
  const use = (resource: ResourceUse['resource'], used: number, limit: number | undefined, unit: string): ResourceUse => ({
    resource,
    used,
    limit: limit ?? null,
    unit,
    source: `made-up.json limits.${resource}`,
  });
  const usage: CoreCapacity['usage'] = (totals) => [
    use('neurons', totals.neurons + totals.copies, neurons, 'neurons'),
    use('axonsIn', totals.axons, axons, 'axons'),
    use('axonsOut', totals.axonsOut, axonsOut, 'axons'),
    use('synapseMemory', totals.memory, memory, 'bit'),
  ];
  const load: CoreCapacity['load'] = (totals) => Math.max(...usage(totals).map(({ used, limit }) => (limit === null ? 0 : used / limit)));
  return {
    stated: { fanIn: null, fanOut: null, inputs: null, outputs: null, neurons: null },
    targetsPerNeuron: targets ?? null,
    axonMemory,
    usage,
    load,
    fits: (totals) => load(totals) <= 1,
  };
}

export interface NetworkShape {
  readonly rows: number;
  readonly columns: number;
  readonly inputs?: number;
  readonly outputs?: number;
  /** Share of the possible synapses. */
  readonly density?: number;
}

/** A network with random synapses, none of weight 0. */
export function randomNetwork(seed: number, { rows, columns, inputs = 3, outputs = 2, density = 0.2 }: NetworkShape): WeightedNetwork {
  const random = randomStream(seed, 'network to map');
  const neurons = rows * columns;
  const matrix = (to: number, from: number) =>
    csrFromDense(
      Float32Array.from({ length: to * from }, () => (random.uniform() < density ? random.normal() || 1 : 0)),
      to,
      from,
    );
  return {
    inputs,
    neurons,
    outputs,
    grid: { rows, columns, metric: 'l1' },
    site: Int32Array.from({ length: neurons }, (_, i) => i),
    recurrent: matrix(neurons, neurons),
    input: matrix(neurons, inputs),
    readout: matrix(outputs, neurons),
  };
}

/** The problem of a random network, with random activity. */
export function randomProblem(seed: number, shape: NetworkShape): MappingProblem {
  const network = randomNetwork(seed, shape);
  const random = randomStream(seed, 'activity');
  return mappingProblem(
    network,
    Float64Array.from({ length: network.neurons + network.inputs }, () => random.uniform()),
  );
}

/** A synapse, written out. */
export interface Synapse {
  readonly unit: number;
  readonly source: number;
  readonly weight: number;
}

/** All synapses of a problem. */
export function synapsesOf({ synapses, units }: MappingProblem): Synapse[] {
  return Array.from({ length: units }, (_, unit) => unit).flatMap((unit) =>
    Array.from({ length: synapses.indptr[unit + 1] - synapses.indptr[unit] }, (_, i) => {
      const at = synapses.indptr[unit] + i;
      return { unit, source: synapses.indices[at], weight: synapses.values[at] };
    }),
  );
}

/** Σ|w|·hops from the definition: every synapse by itself. */
export function costByDefinition(problem: MappingProblem, chip: Chip, core: ArrayLike<number>): number {
  return synapsesOf(problem).reduce((sum, { unit, source, weight }) => {
    const hops = source < problem.neurons ? chip.topology.hops(core[source], core[unit]) : chip.portHops(core[unit]);
    return sum + weight * (hops.x + hops.y);
  }, 0);
}

/** What each core holds, by counting. */
export function demandByDefinition(problem: MappingProblem, core: ArrayLike<number>, axonMemory: (synapses: number) => number) {
  const synapses = synapsesOf(problem);
  return [...new Set(Array.from(core))]
    .sort((a, b) => a - b)
    .map((id) => {
      const inside = synapses.filter(({ unit }) => core[unit] === id);
      const axons = new Set(inside.map(({ source }) => source));
      const out = synapses.filter(({ unit, source }) => source < problem.neurons && core[source] === id && core[unit] !== id);
      return {
        id,
        neurons: Array.from(core).filter((k) => k === id).length,
        copies: 0,
        axons: axons.size,
        rows: axons.size,
        axonsOut: new Set(out.map(({ unit, source }) => `${source} to ${core[unit]}`)).size,
        synapses: inside.length,
        memory: [...axons].reduce((sum, axon) => sum + axonMemory(inside.filter(({ source }) => source === axon).length), 0),
      };
    });
}

/** The occupancy of a placement, with the core ids behind its numbering. */
export function occupancyOf(
  problem: MappingProblem,
  capacity: CoreCapacity,
  placement: Placement,
): { readonly occupancy: Occupancy; readonly cores: readonly number[] } {
  const cores = usedCores(placement);
  const number = new Map(cores.map((id, k) => [id, k]));
  const core = placement.core.map((id) => number.get(id) as number);
  return { occupancy: new Occupancy(problem, core, cores.length, capacity), cores };
}
