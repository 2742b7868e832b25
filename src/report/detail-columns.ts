// Which numbers describe one placement: its resources, synapses, cores, links, and the constants behind its estimates? And its tasks?
import type { LinkLoad, PartMetrics } from '../mapping/metrics.ts';
import type { Constant, Term } from '../targets/constants.ts';
import { count, lengthValue, overRandom, share, words } from './cells.ts';
import { nameWords, quantityText } from './format.ts';
import type { AccuracyStage, CoreReport, ResourceReport, TaskAccuracy } from './report.ts';
import type { Column } from './table.ts';

/** One resource of a placement. */
export const RESOURCE_COLUMNS: readonly Column<ResourceReport>[] = [
  { ...words, key: 'resource', title: 'resource', meaning: 'What is limited.', value: ({ resource }) => nameWords(resource) },
  { ...words, key: 'unit', title: 'counted in', meaning: 'Unit of the amounts.', value: ({ unit }) => unit },
  { ...count, key: 'used', title: 'used', meaning: 'Amount used by all cores together.', value: ({ used }) => used },
  { ...count, key: 'available', title: 'available', meaning: 'Amount of the whole chip.', value: ({ available }) => available },
  { ...count, key: 'headroom', title: 'headroom', meaning: 'Available minus used.', value: ({ headroom }) => headroom },
  {
    ...share,
    key: 'utilization',
    title: 'utilization',
    meaning: 'Used over available, whole chip.',
    value: ({ utilization }) => utilization,
  },
  {
    ...share,
    key: 'meanCore',
    title: 'mean core',
    meaning: 'Mean use over the used cores, over the limit of a core.',
    value: ({ mean }) => mean,
  },
  {
    ...share,
    key: 'peakCoreShare',
    title: 'peak core',
    meaning: 'Use in the fullest core, over the limit of a core.',
    value: ({ max }) => max,
  },
  { ...count, key: 'peakCore', title: 'which', meaning: 'Number of the fullest core.', value: ({ maxCore }) => maxCore },
  { ...count, key: 'limit', title: 'limit of a core', meaning: 'What one core has.', value: ({ limit }) => limit },
  { ...words, key: 'source', title: 'source of the limit', meaning: 'Where the limit was read.', value: ({ source }) => source },
];

/** One sort of synapses of a placement. */
export interface PartRow {
  readonly name: string;
  readonly part: PartMetrics;
  readonly wireLengthBasis: string | null;
}

export const PART_COLUMNS: readonly Column<PartRow>[] = [
  { ...words, key: 'part', title: 'synapses', meaning: 'Recurrent, readout or input synapses, or all of them.', value: ({ name }) => name },
  { ...count, key: 'synapses', title: 'number', meaning: 'Stored synapses.', value: ({ part }) => part.synapses },
  {
    ...count,
    key: 'inside',
    title: 'inside',
    meaning: 'Those whose source sits in the same core. Inputs come from outside, so never.',
    value: ({ part }) => part.synapsesInsideCore,
  },
  {
    ...count,
    key: 'between',
    title: 'between',
    meaning: 'Those whose source sits in another core or outside.',
    value: ({ part }) => part.synapsesBetweenCores,
  },
  {
    unit: '',
    format: { decimals: 2 },
    key: 'hopsMean',
    title: 'hops',
    meaning: 'Mean number of links of a synapse.',
    value: ({ part }) => part.synapseHops.mean,
  },
  {
    ...count,
    key: 'hopsP95',
    title: '95 %',
    meaning: '95 % of the synapses have at most this many hops.',
    value: ({ part }) => part.synapseHops.p95,
  },
  { ...count, key: 'hopsMax', title: 'max', meaning: 'Most hops of a synapse.', value: ({ part }) => part.synapseHops.max },
  {
    unit: 'Σ|w|·hops',
    format: { significant: 4 },
    key: 'wiringCost',
    title: 'wiring',
    meaning: 'Sum of |weight| times hops.',
    value: ({ part }) => part.wiringCost,
  },
  {
    unit: '',
    format: { decimals: 2 },
    key: 'overRandom',
    title: '/random',
    meaning: 'Wiring cost over its expectation under random placement in the same places.',
    value: ({ part }) => overRandom(part.nullModel.wiringCost),
  },
  {
    unit: '',
    format: { decimals: 2 },
    key: 'randomDeviation',
    title: '±',
    meaning: 'Standard deviation of that cost over seeded random placements, over the same expectation.',
    value: ({ part: { nullModel } }) =>
      nullModel.wiringCost.expected === 0 ? '' : nullModel.wiringCost.sample.deviation / nullModel.wiringCost.expected,
  },
  {
    unit: 'Σ hops',
    format: { decimals: 0 },
    key: 'synapseHopsSum',
    title: 'synapse hops',
    meaning: 'Sum of hops over the synapses.',
    value: ({ part }) => part.synapseHopsSum,
  },
  {
    unit: 'Σ hops',
    format: { decimals: 0 },
    key: 'connectionHopsSum',
    title: 'message hops',
    meaning: 'Sum of hops over pairs of a source and another core that listens to it.',
    value: ({ part }) => part.connectionHopsSum,
  },
  {
    unit: 'mm',
    format: { significant: 3 },
    key: 'synapseWireMm',
    title: 'synapse wire',
    meaning: 'Length if every synapse had its own wire; unknown where no distance between routers is published.',
    value: ({ part, wireLengthBasis }) => lengthValue(part.synapseWireLengthMm, wireLengthBasis),
  },
  {
    unit: 'mm',
    format: { significant: 3 },
    key: 'connectionWireMm',
    title: 'message wire',
    meaning: 'Length with one wire per source and core that listens to it.',
    value: ({ part, wireLengthBasis }) => lengthValue(part.connectionWireLengthMm, wireLengthBasis),
  },
  {
    unit: '/step',
    format: { significant: 3 },
    key: 'messagesPerStep',
    title: 'messages',
    meaning: 'Messages between cores in a time step, measured on task trials.',
    value: ({ part }) => part.traffic?.messagesPerStep ?? null,
  },
  {
    unit: '/step',
    format: { significant: 3 },
    key: 'hopsPerStep',
    title: 'link uses',
    meaning: 'Links crossed by all messages in a time step.',
    value: ({ part }) => part.traffic?.hopsPerStep ?? null,
  },
];

/** A used core: `cores.csv`. */
export const CORE_COLUMNS: readonly Column<CoreReport>[] = [
  { ...count, key: 'core', title: 'core', meaning: 'Number of the core, by tile row by row, then by slot.', value: ({ id }) => id },
  { ...count, key: 'tileX', title: 'tile x', meaning: 'Column of its tile, from the west.', value: ({ tileX }) => tileX },
  { ...count, key: 'tileY', title: 'tile y', meaning: 'Row of its tile.', value: ({ tileY }) => tileY },
  { ...count, key: 'slot', title: 'slot', meaning: 'Place within the tile.', value: ({ slot }) => slot },
  { ...count, key: 'routerX', title: 'router x', meaning: 'Column of the router it sits behind.', value: ({ routerX }) => routerX },
  { ...count, key: 'routerY', title: 'router y', meaning: 'Row of that router.', value: ({ routerY }) => routerY },
  { ...count, key: 'neurons', title: 'neurons', meaning: 'Hidden neurons in the core.', value: ({ neurons }) => neurons },
  { ...count, key: 'readouts', title: 'readouts', meaning: 'Readout units in the core.', value: ({ readouts }) => readouts },
  {
    ...count,
    key: 'axons',
    title: 'axons',
    meaning: 'Distinct sources the core listens to, its own neurons and inputs included.',
    value: ({ axons }) => axons,
  },
  { ...count, key: 'synapses', title: 'synapses', meaning: 'Synapses stored in the core.', value: ({ synapses }) => synapses },
  {
    ...share,
    key: 'utilization',
    title: 'utilization',
    meaning: 'Use of its fullest resource, over the limit.',
    value: ({ utilization }) => utilization,
  },
];

const perStep = { unit: '/step', format: { significant: 3 } } as const;

/** A link with traffic: `links.csv`. */
export const LINK_COLUMNS: readonly Column<LinkLoad>[] = [
  { ...count, key: 'fromX', title: 'from x', meaning: 'Column of the sending router.', value: ({ from }) => from.x },
  { ...count, key: 'fromY', title: 'from y', meaning: 'Row of the sending router.', value: ({ from }) => from.y },
  { ...count, key: 'toX', title: 'to x', meaning: 'Column of the receiving router.', value: ({ to }) => to.x },
  { ...count, key: 'toY', title: 'to y', meaning: 'Row of the receiving router.', value: ({ to }) => to.y },
  {
    ...perStep,
    key: 'neuronTrafficPerStep',
    title: 'from neurons',
    meaning: 'Messages of neurons over the link in a time step; flits where whole vectors are sent.',
    value: (link) => link.neuronTrafficPerStep,
  },
  {
    ...perStep,
    key: 'inputTrafficPerStep',
    title: 'from inputs',
    meaning: 'The same of inputs.',
    value: (link) => link.inputTrafficPerStep,
  },
  {
    ...perStep,
    key: 'trafficPerStep',
    title: 'all',
    meaning: 'All of them.',
    value: (link) => link.trafficPerStep,
  },
];

/** Accuracy of each task: `tasks.csv`; one column per stage. */
export function taskColumns(stages: readonly AccuracyStage[]): Column<TaskAccuracy>[] {
  const accuracy = { unit: '', format: { decimals: 3 } } as const;
  return [
    { ...words, key: 'task', title: 'task', meaning: 'Name of the task.', value: ({ task }) => task },
    {
      ...accuracy,
      key: 'ceiling',
      title: 'ceiling',
      meaning: 'Best accuracy anyone can reach on it, given its noise.',
      value: ({ ceiling }) => ceiling,
    },
    ...stages.map(({ key, title }) => ({
      ...accuracy,
      key,
      title,
      meaning: `Accuracy after stage ${title}, 0 to 1.`,
      value: (row: TaskAccuracy) => row.accuracy[key] ?? null,
    })),
  ];
}

/** A term of an energy or latency estimate. */
export interface TermRow extends Term {
  readonly unit: string;
  /** Part of the known terms, 0 to 1; null if it is not known. */
  readonly share: number | null;
}

export const TERM_COLUMNS: readonly Column<TermRow>[] = [
  { ...words, key: 'term', title: 'term', meaning: 'What it is spent on.', value: ({ name }) => name },
  {
    unit: '',
    format: { significant: 3 },
    key: 'value',
    title: 'value',
    meaning: 'Its share of the estimate; unknown when a constant it needs is unknown.',
    value: ({ value }) => value,
  },
  {
    unit: '',
    format: { significant: 3 },
    key: 'low',
    title: 'low',
    meaning: 'With every constant at the low end of its range.',
    value: ({ low }) => low,
  },
  {
    unit: '',
    format: { significant: 3 },
    key: 'high',
    title: 'high',
    meaning: 'With every constant at the high end of its range.',
    value: ({ high }) => high,
  },
  { ...words, key: 'unit', title: 'unit', meaning: 'Unit of the three values.', value: ({ unit }) => unit },
  { ...share, key: 'share', title: 'share', meaning: 'Part of all terms that are known.', value: ({ share }) => share ?? '' },
  {
    ...words,
    key: 'constants',
    title: 'constants',
    meaning: 'The constants it is computed from.',
    value: ({ constants }) => constants.join(', '),
  },
];

/** A physical constant behind an estimate. */
export const CONSTANT_COLUMNS: readonly Column<Constant>[] = [
  { ...words, key: 'name', title: 'constant', meaning: 'Name in the formula.', value: ({ name }) => name },
  {
    ...words,
    key: 'value',
    title: 'value',
    meaning: 'Value with its unit, `≥`, `≤` or `≈` where the source gives a bound or a rough figure, and its range if there is one.',
    value: quantityText,
  },
  {
    ...words,
    key: 'source',
    title: 'source',
    meaning: 'Measured, simulated, derived or assumed; where it was read, or why it is missing.',
    value: ({ source }) => source,
  },
];
