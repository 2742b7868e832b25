// How much of a core does a group of neurons take?
import { UsageError } from '../core/errors.ts';
import { type CellStorage, storageFormat } from './formats.ts';
import { required, sourceText } from './known.ts';
import { requireMappable, type Target } from './load.ts';
import type { NumberQuantity } from './schema.ts';

export type ResourceName = 'neurons' | 'axonsIn' | 'axonsOut' | 'synapseMemory' | 'arrays';

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

/** Limits of a core, ready for inner loops. All cores of a target are alike. */
export interface CoreCapacity {
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
  readonly resource: ResourceName;
  used(totals: Readonly<CoreTotals>): number;
  readonly unit: string;
  readonly field: string;
  readonly limit: NumberQuantity | undefined;
}

/** One entry a packing rule. */
const PACKINGS: Readonly<Record<string, (target: Target, bits: number) => Packing>> = {
  'loihi-blocks': listPacking,
  'xbar-rect': arrayPacking,
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
export function coreCapacity(target: Target, bits = 8): CoreCapacity {
  requireMappable(target);
  const { limits, coreClasses = [] } = target.file;
  const rule = PACKINGS[limits.packing];
  if (rule === undefined) {
    throw new UsageError(`target ${target.id} packs synapses by ${limits.packing}; modelled are: ${Object.keys(PACKINGS).join(', ')}`);
  }
  if (coreClasses.length > 1) throw new UsageError(`target ${target.id} has ${coreClasses.length} kinds of cores; one kind is modelled`);
  const packing = rule(target, bits);
  const resource = (
    name: ResourceName,
    field: string,
    limit: NumberQuantity | undefined,
    unit: string,
    used: Resource['used'],
  ): Resource[] =>
    limit === undefined ? [] : [{ resource: name, limit: limit.value, unit, source: sourceText(target, field, limit), used }];
  const resources = [
    ...resource('neurons', 'limits.neurons', limits.neurons, 'neurons', (totals) => totals.neurons),
    ...resource('axonsIn', 'limits.axonsIn', limits.axonsIn, 'axons', (totals) => totals.axons),
    ...resource('axonsOut', 'limits.axonsOut', limits.axonsOut, 'axons', (totals) => totals.axonsOut),
    ...resource(packing.resource, packing.field, packing.limit, packing.unit, packing.used),
  ];
  const load = (totals: Readonly<CoreTotals>) => {
    let highest = 0;
    for (const { limit, used } of resources) {
      if (limit !== null) highest = Math.max(highest, used(totals) / limit);
    }
    return highest;
  };
  return {
    targetsPerNeuron: limits.targetsPerNeuron?.value ?? null,
    axonMemory: packing.axonMemory,
    load,
    fits: (totals) => load(totals) <= 1,
    usage: (totals) => resources.map(({ used, ...rest }) => ({ ...rest, used: used(totals) })),
  };
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
  if (storage.kind !== 'synapse-list') throw new Error('loihi-blocks stores lists');
  const constant = (field: 'synapsesPerBlock' | 'header' | 'word' | 'delay' | 'tag') =>
    required(target, `limits.synapseBlocks.${field}`, limits.synapseBlocks?.[field], 'the packing rule');
  const blocks: SynapseBlocks = {
    synapsesPerBlock: constant('synapsesPerBlock'),
    headerBits: constant('header'),
    wordBits: constant('word'),
    entryBits: storage.weightBits + storage.indexBits + constant('delay') + constant('tag'),
  };
  return {
    axonMemory: (synapses) => synapseListBits(synapses, blocks),
    resource: 'synapseMemory',
    used: (totals) => totals.memory,
    unit: 'bit',
    field: 'limits.synapseMemory',
    limit: limits.synapseMemory,
  };
}

function arrayPacking(target: Target, bits: number): Packing {
  const storage = storageFormat(target, bits);
  if (storage.kind !== 'cells') throw new Error('xbar-rect stores cells');
  return {
    axonMemory: () => 0,
    resource: 'arrays',
    used: (totals) => arraysFor(storage, totals.axons, totals.neurons),
    unit: 'arrays',
    field: 'crossbar.arraysPerCore',
    limit: target.file.crossbar?.arraysPerCore,
  };
}

/**
 * Arrays a rectangle of axons × neurons takes: blocks of rows times blocks of columns, whatever the sparsity. The columns of
 * a neuron lie in one array.
 */
export function arraysFor(storage: CellStorage, axons: number, neurons: number): number {
  const neuronsPerArray = Math.floor(storage.arrayColumns / storage.columnsPerNeuron);
  return Math.ceil(axons / storage.arrayRows) * Math.ceil(neurons / neuronsPerArray);
}
