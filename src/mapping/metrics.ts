// What does a placement cost? Everything a report says about it, recurrent, readout and input parts apart.
import { storageFormat } from '../targets/formats.ts';
import { arraysFor, type ResourceUse } from '../targets/usage.ts';
import { DemandCounter, unitLimit } from './capacity.ts';
import type { Chip } from './chip.ts';
import { connectionsOf } from './connections.ts';
import { usedCoresOf } from './geometry.ts';
import { type LinkTraffic, linkTraffic } from './links.ts';
import { nullModel } from './null-model.ts';
import { Occupancy } from './occupancy.ts';
import { type PartMetrics, partMetrics } from './part-metrics.ts';
import type { Placement } from './placement.ts';
import { type MappingProblem, PARTS, type Part } from './problem.ts';

export type { LinkLoad } from './links.ts';
export type { HopStatistics, NullComparison, PartMetrics, Traffic } from './part-metrics.ts';

/** A limited resource over the used cores. */
export interface ResourceOccupancy {
  readonly resource: string;
  readonly unit: string;
  readonly limit: number;
  /** Where the limit was read. */
  readonly source: string;
  /** used / limit over used cores, 0 to 1. */
  readonly mean: number;
  readonly max: number;
  /** Core that reaches the maximum. */
  readonly maxCore: number;
}

/** A used core, for pictures and tables. */
export interface CoreMetrics {
  readonly id: number;
  readonly x: number;
  readonly y: number;
  readonly slot: number;
  readonly neurons: number;
  readonly readouts: number;
  readonly axons: number;
  readonly synapses: number;
  /** Occupancy of its fullest resource, 0 to 1. */
  readonly utilization: number;
}

/** Everything a report needs about a placement. */
export interface MappingMetrics {
  readonly coresUsed: number;
  /** Smallest number of cores that the total demand could fill, and coresUsed over it (C1). */
  readonly coresMinimum: number;
  readonly coresOverhead: number;
  readonly maxNeuronsPerCore: number | null;
  readonly cores: readonly CoreMetrics[];
  readonly resources: readonly ResourceOccupancy[];
  /** Name of the fullest resource. */
  readonly bindingResource: string;
  /** Cells that hold a synapse over all cells of the used arrays (C3); null for synapse lists. */
  readonly cellUtilization: { readonly usedCells: number; readonly cells: number; readonly arrays: number; readonly ratio: number } | null;
  /** Basis of the pitch behind wire lengths, as the target states it; null where no pitch is published. */
  readonly wireLengthBasis: string | null;
  readonly parts: Readonly<Record<Part, PartMetrics>>;
  /** All parts together; a neuron whose message serves hidden and readout targets of a core counts once here. */
  readonly total: PartMetrics;
  /** Null when no activity was measured. */
  readonly links: LinkTraffic | null;
}

/** Measures a placement. */
export function mappingMetrics(problem: MappingProblem, chip: Chip, placement: Placement): MappingMetrics {
  const used = usedCoresOf(chip, placement);
  const occupancy = new Occupancy(problem, used.core, used.ids.length, chip.capacity);
  const connections = connectionsOf(problem, used);
  const { pitch } = chip.topology;
  const measured = { problem, used, connections, pitch, nullModel: nullModel(problem, used, placement.seed) };
  const resources = resourcesOf(chip, occupancy, used.ids);
  const coresMinimum = fewestCores(problem, chip);
  return {
    coresUsed: used.ids.length,
    coresMinimum,
    coresOverhead: used.ids.length / coresMinimum,
    maxNeuronsPerCore: chip.maxNeuronsPerCore,
    cores: used.ids.map((id, k) => coreMetrics(problem, chip, occupancy, id, k)),
    resources,
    bindingResource: resources.reduce((a, b) => (b.max > a.max ? b : a)).resource,
    cellUtilization: cellUtilization(problem, chip, occupancy),
    wireLengthBasis: pitch.xMm === null || pitch.yMm === null ? null : pitch.basis,
    parts: {
      recurrent: partMetrics(measured, ['recurrent']),
      readout: partMetrics(measured, ['readout']),
      input: partMetrics(measured, ['input']),
    },
    total: partMetrics(measured, PARTS),
    links: problem.activity === null ? null : linkTraffic(chip, used, connections, problem.activity),
  };
}

/** The largest of the numbers of cores that each resource asks for by itself; arrays count by the units they can hold. */
function fewestCores(problem: MappingProblem, chip: Chip): number {
  const everybody = Int32Array.from({ length: problem.units }, (_, unit) => unit);
  const demand = new DemandCounter(problem, chip.capacity).totals(everybody);
  const needs = chip.capacity
    .usage(demand)
    .filter(({ resource }) => resource !== 'arrays')
    .map(({ used, limit }) => (limit === null ? 1 : Math.ceil(used / limit)));
  return Math.max(1, Math.ceil(problem.units / unitLimit(chip.capacity, problem.units)), ...needs);
}

function resourcesOf(chip: Chip, occupancy: Occupancy, ids: readonly number[]): ResourceOccupancy[] {
  const uses = occupancy.totals.map((totals) => chip.capacity.usage(totals));
  const isLimited = (use: ResourceUse): use is ResourceUse & { limit: number } => use.limit !== null;
  return uses[0].flatMap((first, r) => {
    if (!isLimited(first)) return [];
    const shares = uses.map((use) => use[r].used / first.limit);
    const max = shares.reduce((a, b) => Math.max(a, b));
    const { resource, unit, limit, source } = first;
    const mean = shares.reduce((a, b) => a + b, 0) / shares.length;
    return [{ resource, unit, limit, source, mean, max, maxCore: ids[shares.indexOf(max)] }];
  });
}

function coreMetrics(problem: MappingProblem, chip: Chip, occupancy: Occupancy, id: number, k: number): CoreMetrics {
  const { indptr } = problem.synapses;
  const totals = occupancy.totals[k];
  let readouts = 0;
  let synapses = 0;
  occupancy.core.forEach((core, unit) => {
    if (core !== k) return;
    if (unit >= problem.neurons) readouts++;
    synapses += indptr[unit + 1] - indptr[unit];
  });
  return {
    id,
    x: chip.topology.routerX[id],
    y: chip.topology.routerY[id],
    slot: chip.topology.slot[id],
    neurons: totals.neurons - readouts,
    readouts,
    axons: totals.axons,
    synapses,
    utilization: chip.capacity.load(totals),
  };
}

function cellUtilization(problem: MappingProblem, chip: Chip, occupancy: Occupancy): MappingMetrics['cellUtilization'] {
  const storage = storageFormat(chip.target, chip.weightBits);
  if (storage.kind !== 'cells') return null;
  const arrays = occupancy.totals.reduce((sum, { axons, neurons }) => sum + arraysFor(storage, axons, neurons), 0);
  const usedCells = problem.synapses.values.length * storage.columnsPerNeuron;
  const cells = arrays * storage.arrayRows * storage.arrayColumns;
  return { usedCells, cells, arrays, ratio: cells === 0 ? 0 : usedCells / cells };
}
