// What does a placement cost? Everything a report says about it, recurrent, readout and input parts apart.
import { forEachEntry } from '../network/csr.ts';
import { storageFormat } from '../targets/formats.ts';
import { arraysFor, type CoreTotals, type ResourceUse } from '../targets/usage.ts';
import { DemandCounter, unitLimit } from './capacity.ts';
import type { Chip } from './chip.ts';
import { connectionsOf, type Delivery, deliveriesOf } from './connections.ts';
import { coreTotals } from './core-totals.ts';
import { type UsedCores, usedCoresOf } from './geometry.ts';
import { type LinkTraffic, linkTraffic } from './links.ts';
import { nullModel } from './null-model.ts';
import { type Overheads, overheadsOf } from './overheads.ts';
import { type PartMetrics, partMetrics } from './part-metrics.ts';
import type { Placement } from './placement.ts';
import { type MappingProblem, PARTS, type Part, partOf } from './problem.ts';
import { type RoutingUse, sidePaths, tableEntries } from './routing.ts';

export type { ExpectedCongestion, LinkLoad } from './links.ts';
export type { HopStatistics, NullComparison, PartMetrics, Traffic } from './part-metrics.ts';
export type { RoutingUse } from './routing.ts';

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

/** How full the used arrays are. */
export interface CellUtilization {
  /** Cells that hold a synapse, over all cells of these arrays. */
  readonly usedCells: number;
  readonly cells: number;
  readonly arrays: number;
  readonly ratio: number;
  /** Used rows over the rows of the arrays that lie above each other in a core, and columns over those beside each other (C4). */
  readonly rowRatio: number;
  readonly columnRatio: number;
  /** Cells that hold a synapse over those where a used row crosses a used column. */
  readonly boxFill: number;
}

/** Everything a report needs about a placement. */
export interface MappingMetrics {
  readonly coresUsed: number;
  /** Smallest number of cores that the total demand could fill, and coresUsed over it (C1). */
  readonly coresMinimum: number;
  readonly coresOverhead: number;
  readonly maxNeuronsPerCore: number | null;
  readonly cores: readonly CoreMetrics[];
  /** Most of any used core over the mean (C10): units, and synaptic events of a step (null where nothing was measured or happens). */
  readonly balance: { readonly neurons: number | null; readonly events: number | null };
  readonly resources: readonly ResourceOccupancy[];
  /** Name of the fullest resource. */
  readonly bindingResource: string;
  /** Cells that hold a synapse over all cells of the used arrays (C3); null for synapse lists. */
  readonly cellUtilization: CellUtilization | null;
  readonly overheads: Overheads;
  /** Basis of the pitch behind wire lengths, as the target states it; null where no pitch is published. */
  readonly wireLengthBasis: string | null;
  readonly parts: Readonly<Record<Part, PartMetrics>>;
  /** All parts together; a neuron whose message serves hidden and readout targets of a core counts once here. */
  readonly total: PartMetrics;
  /** Null when no activity was measured. */
  readonly links: LinkTraffic | null;
  /** The fullest routing table (C8) and side of a tile (C9); null where a chip has no such thing. */
  readonly routing: { readonly tableEntries: RoutingUse | null; readonly sidePaths: RoutingUse | null };
  /** MOSAIC's penalty (N11); null for targets that state none. */
  readonly hopPenalty: number | null;
  /** Share of the possible recurrent synapses that exist, at 0, 1, 2, … hops; null where nothing is so far apart. */
  readonly occupancyByHops: readonly (number | null)[];
}

/** Measures a placement. */
export function mappingMetrics(problem: MappingProblem, chip: Chip, placement: Placement): MappingMetrics {
  const { activity } = problem;
  const used = usedCoresOf(chip, placement);
  const deliveries = deliveriesOf(problem, used);
  const connections = connectionsOf(deliveries, used);
  const totals = coreTotals(chip.capacity, used, deliveries);
  const { pitch } = chip.topology;
  const measured = { chip, problem, used, connections, nullModel: nullModel(problem, used, placement.seed) };
  const resources = resourcesOf(chip, totals, used.ids);
  const cores = coreMetrics(problem, chip, used, totals);
  const recurrent = partMetrics(measured, ['recurrent']);
  const coresMinimum = fewestCores(problem, chip);
  return {
    coresUsed: used.ids.length,
    coresMinimum,
    coresOverhead: used.ids.length / coresMinimum,
    maxNeuronsPerCore: chip.maxNeuronsPerCore,
    cores,
    balance: balanceOf(cores, activity === null ? null : eventsOn(used, deliveries, activity)),
    resources,
    bindingResource: resources.reduce((a, b) => (b.max > a.max ? b : a)).resource,
    cellUtilization: cellUtilization(problem, chip, totals),
    overheads: overheadsOf(problem, chip, totals),
    wireLengthBasis: pitch.xMm === null || pitch.yMm === null ? null : pitch.basis,
    parts: {
      recurrent,
      readout: partMetrics(measured, ['readout']),
      input: partMetrics(measured, ['input']),
    },
    total: partMetrics(measured, PARTS),
    links: activity === null ? null : linkTraffic(problem, chip, used, connections, activity),
    routing: { tableEntries: tableEntries(chip, used, connections), sidePaths: sidePaths(chip, used, connections) },
    hopPenalty: hopPenalty(problem, chip, used),
    occupancyByHops: occupancyByHops(cores, used, recurrent.synapseHops.histogram),
  };
}

/** Synaptic events of each core in a mean step. */
function eventsOn({ ids }: UsedCores, deliveries: readonly Delivery[], activity: Float64Array): number[] {
  const events = ids.map(() => 0);
  for (const { source, to, synapses } of deliveries) events[to] += activity[source] * synapses;
  return events;
}

/** Balance over the used cores (C10): the most of any core over the mean. */
function balanceOf(cores: readonly CoreMetrics[], events: readonly number[] | null): MappingMetrics['balance'] {
  const overMean = (values: readonly number[]) => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return mean === 0 ? null : values.reduce((a, b) => Math.max(a, b), 0) / mean;
  };
  return { neurons: overMean(cores.map(({ neurons, readouts }) => neurons + readouts)), events: events && overMean(events) };
}

/**
 * Σ |w| · min(exp(β·hops) − 1, exp(maxExponent)) over recurrent synapses (N11): what MOSAIC's training pays for a placement.
 *
 * @see EIS-Hub/Mosaic, mosaic/utils.py; Dalgaty et al. (2024)
 */
function hopPenalty(problem: MappingProblem, { target }: Chip, used: UsedCores): number | null {
  const { beta, maxExponent } = target.file.routing.hopPenalty ?? {};
  if (beta === undefined || maxExponent === undefined || beta.value === null || maxExponent.value === null) return null;
  const [rate, most] = [beta.value, Math.exp(maxExponent.value)];
  let penalty = 0;
  forEachEntry(problem.synapses, (unit, source, weight) => {
    if (partOf(problem, unit, source) !== 'recurrent') return;
    const hops = used.distance(used.core[problem.unitOfSource[source]], used.core[unit]);
    penalty += weight * Math.min(Math.exp(rate * hops) - 1, most);
  });
  return penalty;
}

/** Recurrent synapses at 0, 1, 2, … hops over the pairs of hidden neurons so far apart (N11); null where there is no such pair. */
function occupancyByHops(cores: readonly CoreMetrics[], used: UsedCores, histogram: readonly number[]): (number | null)[] {
  const pairs: number[] = [];
  for (const [a, { neurons: from }] of cores.entries()) {
    for (const [b, { neurons: to }] of cores.entries()) {
      const hops = used.distance(a, b);
      pairs[hops] = (pairs[hops] ?? 0) + from * to;
    }
  }
  return Array.from(pairs, (possible, hops) => (possible ? (histogram[hops] ?? 0) / possible : null));
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

function resourcesOf(chip: Chip, totals: readonly CoreTotals[], ids: readonly number[]): ResourceOccupancy[] {
  const uses = totals.map((core) => chip.capacity.usage(core));
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

function coreMetrics(problem: MappingProblem, chip: Chip, used: UsedCores, totals: readonly CoreTotals[]): CoreMetrics[] {
  const readouts = new Int32Array(used.ids.length);
  const partials = new Int32Array(used.ids.length);
  for (let unit = problem.neurons; unit < problem.units; unit++) {
    const sort = unit < problem.neurons + problem.outputs ? readouts : partials;
    sort[used.core[unit]]++;
  }
  return used.ids.map((id, k) => ({
    id,
    x: chip.topology.routerX[id],
    y: chip.topology.routerY[id],
    slot: chip.topology.slot[id],
    neurons: totals[k].neurons - readouts[k] - partials[k],
    readouts: readouts[k],
    axons: totals[k].axons,
    synapses: totals[k].synapses,
    utilization: chip.capacity.load(totals[k]),
  }));
}

function cellUtilization(problem: MappingProblem, chip: Chip, totals: readonly CoreTotals[]): MappingMetrics['cellUtilization'] {
  const storage = storageFormat(chip.target, chip.weightBits);
  if (storage.kind !== 'cells') return null;
  const { arrayRows, arrayColumns, columnWeights, classRows, arraySigns } = storage;
  if (arrayRows === null || arrayColumns === null) return null;
  const rowsPerClass = classRows[0].length;
  const columnsPerUnit = columnWeights.length;
  const used = { rows: 0, columns: 0, box: 0 };
  const there = { rows: 0, columns: 0, arrays: 0 };
  for (const core of totals) {
    const rows = core.rows * rowsPerClass;
    const units = core.neurons + core.copies;
    used.rows += rows;
    used.columns += units * columnsPerUnit;
    used.box += rows * units * columnsPerUnit * arraySigns.length;
    there.rows += Math.ceil(rows / arrayRows) * arrayRows;
    there.columns += Math.ceil(units / Math.floor(arrayColumns / columnsPerUnit)) * arrayColumns;
    there.arrays += arraysFor(storage, rows, units);
  }
  const usedCells = problem.synapses.values.length * columnsPerUnit * rowsPerClass * arraySigns.length;
  const cells = there.arrays * arrayRows * arrayColumns;
  const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  return {
    ...{ usedCells, cells, arrays: there.arrays, ratio: share(usedCells, cells) },
    rowRatio: share(used.rows, there.rows),
    columnRatio: share(used.columns, there.columns),
    boxFill: share(usedCells, used.box),
  };
}
