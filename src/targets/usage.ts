// How much of a core does a group of neurons take?
import { UsageError } from '../core/errors.ts';
import { type CellStorage, storageFormat, usualBits } from './formats.ts';
import { usableCoresPerChip } from './grid.ts';
import { required, sourceText } from './known.ts';
import { requireMappable, type Target } from './load.ts';
import type { NumberQuantity } from './schema.ts';

/** `neuronSlots` counts copies of neurons too, on chips that have them. */
export type ResourceName = 'neurons' | 'neuronSlots' | 'axonsIn' | 'axonsOut' | 'synapses' | 'synapseMemory' | 'arrays';

/** One resource of a core. */
export interface ResourceUse {
  readonly resource: ResourceName;
  readonly used: number;
  /** Null where the target states no limit. */
  readonly limit: number | null;
  readonly unit: string;
  /** File, field and provenance of the limit. */
  readonly source: string;
}

/**
 * What a group of neurons asks of its core, as running totals for inner loops: keep the numbers up to date while neurons
 * move, adding `axonMemory(n + 1) − axonMemory(n)` when an axon gains a synapse.
 */
export interface CoreTotals {
  neurons: number;
  /** Neuron slots beyond one a neuron: Σ over the group of max(0, ⌈k / targetsPerNeuron⌉ − 1), k its distinct (core, row) targets. */
  copies: number;
  /** Distinct sources with a synapse into the group, its own neurons and inputs included. */
  axons: number;
  /** Distinct pairs (source, row class) of those synapses: physical rows. */
  rows: number;
  /** Pairs (neuron of the group, other core) that need a message path. */
  axonsOut: number;
  /** Synapses into the group. */
  synapses: number;
  /** Σ axonMemory(synapses of the axon). */
  memory: number;
}

/** What nobody asks for; a fresh object, to be counted up. */
export function noDemand(): CoreTotals {
  return { neurons: 0, copies: 0, axons: 0, rows: 0, axonsOut: 0, synapses: 0, memory: 0 };
}

/** A limit that is not a core's: of one neuron, or of inputs and readout units that a core has apart from its neurons. */
export interface StatedLimit {
  /** Null where the target names the limit, but nobody has published it. */
  readonly limit: number | null;
  /** File, field and provenance. */
  readonly source: string;
}

/** Limits of a core, ready for inner loops. All cores of a target are alike. */
export interface CoreCapacity {
  /**
   * Synapses that a neuron can have, those it can send to, inputs and readout units, and neurons without these where a core has
   * readout units apart; null where the target says nothing.
   */
  readonly stated: Readonly<Record<'fanIn' | 'fanOut' | 'inputs' | 'outputs' | 'neurons', StatedLimit | null>>;
  /** Most distinct (core, row) targets of one neuron slot; more take copies of the neuron. Null for any number. */
  readonly targetsPerNeuron: number | null;
  /** Memory one axon with n synapses in this core takes, in bits; 0 for n = 0, and where arrays count instead. */
  axonMemory(synapses: number): number;
  /** Whether the totals are within every limit; allocates nothing. */
  fits(totals: Readonly<CoreTotals>): boolean;
  /** Highest used / limit over all resources, above 1 if it does not fit; allocates nothing. */
  load(totals: Readonly<CoreTotals>): number;
  /** Every resource with its limit and source. */
  usage(totals: Readonly<CoreTotals>): ResourceUse[];
}

/** How a kind of core counts what its synapses take. */
interface Packing {
  axonMemory(synapses: number): number;
  readonly resources: readonly Resource[];
}

/** One entry a packing rule. */
const PACKINGS: Readonly<Record<string, (target: Target, bits: number) => Packing>> = {
  'loihi-blocks': listPacking,
  'byte-pool': poolPacking,
  'sdram-rows': rowPacking,
  'xbar-rect': arrayPacking,
  'fixed-all-to-all': arrayPacking,
  // Every entry belongs to one neuron: its fan-in or fan-out is the limit.
  'cam-per-neuron': (target, bits) => uncounted(storageFormat(target, bits).kind),
  'fanout-list': (target, bits) => uncounted(storageFormat(target, bits).kind),
};

interface Resource {
  readonly resource: ResourceName;
  readonly limit: number | null;
  readonly unit: string;
  readonly source: string;
  used(totals: Readonly<CoreTotals>): number;
}

/**
 * Limits of one core for weights of the given width.
 *
 * @throws UsageError if the target is for reference only, its packing rule is not modelled, or its cores are not alike
 */
export function coreCapacity(target: Target, bits = usualBits(target)): CoreCapacity {
  requireMappable(target);
  const { limits, coreClasses = [] } = target.file;
  const rule = PACKINGS[limits.packing];
  if (rule === undefined) {
    const why = limits.packing === 'conv-kernel' ? ' (kernels of layers, which hold no single synapses)' : '';
    throw new UsageError(
      `target ${target.id} packs synapses by ${limits.packing}${why}; modelled are: ${Object.keys(PACKINGS).join(', ')}`,
    );
  }
  if (coreClasses.length > 1) {
    throw new UsageError(
      `coreClasses of target ${target.id} has ${coreClasses.length} kinds of cores; one kind is modelled: describe one of them alone in a file ` +
        `with "extends": "${target.id}"`,
    );
  }
  const targetsPerNeuron = limits.targetsPerNeuron?.value ?? (target.file.weight.signScheme === 'sign-per-source' ? 1 : null);
  const packing = rule(target, bits);
  if (targetsPerNeuron !== null && packing.axonMemory(1) > 0) {
    throw new UsageError(
      `target ${target.id} has limits.targetsPerNeuron and limits.packing ${limits.packing}: copies in such a memory are not modelled; ` +
        'leave targetsPerNeuron out if neurons reach any number of cores, or choose the packing of lists or arrays that it has',
    );
  }
  // Where sources are the rows of an array, a source takes as many as the signs of its synapses ask for.
  const storage = storageFormat(target, bits);
  const isArray = storage.kind === 'cells';
  const rowsPerClass = isArray ? storage.classRows[0].length : 1;
  const sources = (totals: Readonly<CoreTotals>) => (isArray ? totals.rows * rowsPerClass : totals.axons);
  const slots = limits.outputs?.value ? { ...limits.neurons, value: sum(limits.neurons.value, limits.outputs.value) } : limits.neurons;
  const resources = [
    ...(targetsPerNeuron === null
      ? resource(target, 'neurons', 'limits.neurons', slots, 'neurons', (totals) => totals.neurons)
      : resource(target, 'neuronSlots', 'limits.neurons', slots, 'neurons and copies', (totals) => totals.neurons + totals.copies)),
    ...resource(target, 'axonsIn', 'limits.axonsIn', limits.axonsIn, isArray ? 'rows' : 'axons', sources),
    ...resource(target, 'axonsOut', 'limits.axonsOut', limits.axonsOut, 'axons', (totals) => totals.axonsOut),
    ...resource(target, 'synapses', 'limits.synapses', limits.synapses, 'synapses', (totals) => totals.synapses),
    ...packing.resources,
  ];
  const load = (totals: Readonly<CoreTotals>) => {
    let highest = 0;
    for (const { limit, used } of resources) {
      if (limit !== null) highest = Math.max(highest, used(totals) / limit);
    }
    return highest;
  };
  const stated = (field: 'fanInPerNeuron' | 'fanOutPerNeuron' | 'inputs' | 'outputs' | 'neurons'): StatedLimit | null => {
    const limit = limits[field];
    return limit === undefined ? null : { limit: limit.value, source: sourceText(target, `limits.${field}`, limit) };
  };
  return {
    stated: {
      fanIn: stated('fanInPerNeuron'),
      fanOut: stated('fanOutPerNeuron'),
      inputs: stated('inputs'),
      outputs: stated('outputs'),
      neurons: limits.outputs?.value ? stated('neurons') : null,
    },
    targetsPerNeuron,
    axonMemory: packing.axonMemory,
    load,
    fits: (totals) => load(totals) <= 1,
    usage: (totals) => resources.map(({ used, ...rest }) => ({ ...rest, used: used(totals) })),
  };
}

function resource(
  target: Target,
  name: ResourceName,
  field: string,
  limit: NumberQuantity | undefined,
  unit: string,
  used: Resource['used'],
): Resource[] {
  return limit === undefined ? [] : [{ resource: name, limit: limit.value, unit, source: sourceText(target, field, limit), used }];
}

function sum(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}

/** Constants of the block format of synapse lists, in bits but for the first. */
export interface SynapseBlocks {
  readonly synapsesPerBlock: number;
  readonly headerBits: number;
  readonly wordBits: number;
  /** Weight, index, delay and tag of one synapse. */
  readonly entryBits: number;
}

/**
 * Memory of one axon's synapse list: blocks of at most `synapsesPerBlock`, each with a header, rounded up to whole words.
 *
 * @returns bits
 * @see nengo-loihi, nengo_loihi/block.py
 */
export function synapseListBits(synapses: number, blocks: SynapseBlocks): number {
  const block = (entries: number) => Math.ceil((entries * blocks.entryBits + blocks.headerBits) / blocks.wordBits) * blocks.wordBits;
  const rest = synapses % blocks.synapsesPerBlock;
  return ((synapses - rest) / blocks.synapsesPerBlock) * block(blocks.synapsesPerBlock) + (rest === 0 ? 0 : block(rest));
}

function listPacking(target: Target, bits: number): Packing {
  const storage = storageFormat(target, bits);
  const { limits } = target.file;
  if (storage.kind !== 'synapse-list' || storage.indexBits === null) throw new Error('loihi-blocks stores lists');
  const constant = (field: 'synapsesPerBlock' | 'header' | 'word' | 'delay' | 'tag') =>
    required(target, `limits.synapseBlocks.${field}`, limits.synapseBlocks?.[field], 'the packing rule');
  const blocks: SynapseBlocks = {
    synapsesPerBlock: constant('synapsesPerBlock'),
    headerBits: constant('header'),
    wordBits: constant('word'),
    entryBits: storage.weightBits + storage.indexBits + constant('delay') + constant('tag'),
  };
  return memoryPacking(target, (synapses) => synapseListBits(synapses, blocks), 'limits.synapseMemory', limits.synapseMemory);
}

/** So many bits for a synapse, and so many for a source with any. */
function poolPacking(target: Target, bits: number): Packing {
  const { limits } = target.file;
  uncounted(storageFormat(target, bits).kind);
  const pool = 'limits.synapsePool';
  const { synapse, source } = limits.synapsePool ?? {};
  for (const [field, constant] of [
    ['synapse', synapse],
    ['source', source],
  ] as const) {
    if (constant === undefined || constant.value === null) return unknownMemory(target, `${pool}.${field}`, constant);
  }
  const [each, first] = [synapse?.value ?? 0, source?.value ?? 0];
  return memoryPacking(target, (n) => (n === 0 ? 0 : n * each + first), 'limits.synapseMemory', limits.synapseMemory);
}

/** Rows of at most so many synapses, each with a header, in a memory that the cores of a chip share: each core has its part of it. */
function rowPacking(target: Target, bits: number): Packing {
  const { limits } = target.file;
  uncounted(storageFormat(target, bits).kind);
  const rows = 'limits.synapseRows';
  const { synapsesPerRow, header, synapse, poolPerChip } = limits.synapseRows ?? {};
  for (const [field, constant] of [
    ['synapsesPerRow', synapsesPerRow],
    ['header', header],
    ['synapse', synapse],
  ] as const) {
    if (constant === undefined || constant.value === null) return unknownMemory(target, `${rows}.${field}`, constant);
  }
  const [perRow, first, each] = [synapsesPerRow?.value ?? 1, header?.value ?? 0, synapse?.value ?? 0];
  const cores = usableCoresPerChip(target.file);
  const pool = poolPerChip?.value ?? null;
  const share = poolPerChip && {
    ...poolPerChip,
    value: pool === null || cores === null ? null : Math.floor(pool / cores),
    locator: [poolPerChip.locator, `shared evenly by ${cores ?? 'an unknown number of'} cores`].filter((part) => part).join('; '),
  };
  const memory = (n: number) => Math.ceil(n / perRow) * first + n * each;
  return memoryPacking(target, memory, `${rows}.poolPerChip`, share);
}

function memoryPacking(
  target: Target,
  axonMemory: (synapses: number) => number,
  field: string,
  limit: NumberQuantity | undefined,
): Packing {
  return { axonMemory, resources: resource(target, 'synapseMemory', field, limit, 'bit', (totals) => totals.memory) };
}

/** What a synapse takes is not published: their number is all that can be told, and nothing constrains it. */
function unknownMemory(target: Target, field: string, constant: NumberQuantity | undefined): Packing {
  const source = constant === undefined ? `${target.fileName} ${field} (not stated)` : sourceText(target, field, constant);
  const used = (totals: Readonly<CoreTotals>) => totals.synapses;
  return { axonMemory: () => 0, resources: [{ resource: 'synapseMemory', limit: null, unit: 'synapses', source, used }] };
}

function uncounted(kind: string): Packing {
  if (kind !== 'synapse-list') throw new Error('the rule packs lists');
  return { axonMemory: () => 0, resources: [] };
}

function arrayPacking(target: Target, bits: number): Packing {
  const storage = storageFormat(target, bits);
  if (storage.kind !== 'cells') throw new Error('arrays store cells');
  // A memory as large as its limits is counted by them.
  const { crossbar } = target.file;
  if (crossbar === undefined) return { axonMemory: () => 0, resources: [] };
  const rowsPerClass = storage.classRows[0].length;
  const used = (totals: Readonly<CoreTotals>) => arraysFor(storage, totals.rows * rowsPerClass, totals.neurons + totals.copies);
  return {
    axonMemory: () => 0,
    resources: resource(target, 'arrays', 'crossbar.arraysPerCore', crossbar.arraysPerCore, 'arrays', used),
  };
}

/**
 * Arrays a rectangle of rows × neurons takes: blocks of rows times blocks of columns, whatever the sparsity. The columns of
 * a neuron lie in one array; with two arrays a block where signs lie in arrays of their own.
 */
export function arraysFor({ arrayRows, arrayColumns, columnWeights, arraySigns }: CellStorage, rows: number, neurons: number): number {
  const rowBlocks = arrayRows === null ? Math.min(rows, 1) : Math.ceil(rows / arrayRows);
  const columnBlocks = arrayColumns === null ? Math.min(neurons, 1) : Math.ceil(neurons / Math.floor(arrayColumns / columnWeights.length));
  return rowBlocks * columnBlocks * arraySigns.length;
}
