// Which numbers describe the messages of one sort of synapses, beyond how many there are: trees, bundles, locality, latency?
import type { HopStatistics } from '../mapping/metrics.ts';
import { lengthValue, share, words } from './cells.ts';
import type { PartRow } from './detail-columns.ts';
import type { Column } from './table.ts';

const hops = { unit: 'Σ hops', format: { decimals: 0 } } as const;
const length = { unit: 'mm', format: { significant: 3 } } as const;
const perStep = { unit: '/step', format: { significant: 3 } } as const;
const plain = { unit: '', format: { decimals: 2 } } as const;

/** Part of a histogram at no more than one hop (T5); empty where there is nothing. */
function withinOneHop({ histogram }: HopStatistics): number | string {
  const all = histogram.reduce((a, b) => a + b, 0);
  return all === 0 ? '' : ((histogram[0] ?? 0) + (histogram[1] ?? 0)) / all;
}

/** Messages of one sort of synapses: a second table beside that of the synapses. */
export const MESSAGE_COLUMNS: readonly Column<PartRow>[] = [
  {
    ...words,
    key: 'messagesOf',
    title: 'messages of',
    meaning: 'Recurrent, readout or input synapses, or all of them.',
    value: ({ name }) => name,
  },
  {
    ...share,
    key: 'synapsesWithinOneHop',
    title: 'synapses ≤ 1',
    meaning: 'Share of the synapses that are at most one hop long.',
    value: ({ part }) => withinOneHop(part.synapseHops),
  },
  {
    ...share,
    key: 'messagesWithinOneHop',
    title: 'messages ≤ 1',
    meaning: 'Share of the pairs of a source and another core that listens to it that are at most one hop apart.',
    value: ({ part }) => withinOneHop(part.connectionHops),
  },
  {
    ...plain,
    key: 'reuse',
    title: 'reuse',
    meaning: 'Synapses that an arriving message serves, weighted by activity: synaptic events from other cores over messages.',
    value: ({ part }) => part.traffic?.reuse ?? (part.traffic === null ? null : ''),
  },
  {
    ...perStep,
    key: 'synapticEventsPerStep',
    title: 'events',
    meaning: 'Synaptic events from other cores in a time step: messages if every synapse had its own.',
    value: ({ part }) => part.traffic?.synapticEventsPerStep ?? null,
  },
  {
    ...perStep,
    key: 'chipCrossingsPerStep',
    title: 'off chip',
    meaning: 'Messages in a time step that leave their chip.',
    value: ({ part }) => part.traffic?.chipCrossingMessagesPerStep ?? null,
  },
  {
    ...hops,
    key: 'treeHopsSum',
    title: 'tree hops',
    meaning: 'Sum over sources of the links of a tree that reaches all its cores, each link once.',
    value: ({ part }) => part.treeHopsSum,
  },
  {
    ...perStep,
    key: 'treeHopsPerStep',
    title: 'tree uses',
    meaning: 'Links crossed in a time step if every message went along such a tree, whatever the chip does.',
    value: ({ part }) => part.traffic?.treeHopsPerStep ?? null,
  },
  {
    ...length,
    key: 'treeWireMm',
    title: 'tree wire',
    meaning: 'Length of all trees.',
    value: ({ part, wireLengthBasis }) => lengthValue(part.treeWireLengthMm, wireLengthBasis),
  },
  {
    ...hops,
    key: 'bundleHopsSum',
    title: 'bundle hops',
    meaning: 'Sum of hops over pairs of cores that exchange any message, once for both directions.',
    value: ({ part }) => part.bundleHopsSum,
  },
  {
    ...length,
    key: 'bundleWireMm',
    title: 'bundle wire',
    meaning: 'Length with one bundle of wires between any two such cores.',
    value: ({ part, wireLengthBasis }) => lengthValue(part.bundleWireLengthMm, wireLengthBasis),
  },
  {
    ...plain,
    key: 'normalisedLatencyMean',
    title: 'latency',
    meaning: 'Mean over messages of hops · 1.01 + 0.01: routers that take 1 and links that take 0.01 (Jin et al. 2023).',
    value: ({ part }) => part.normalisedLatency?.mean ?? '',
  },
  {
    ...plain,
    key: 'normalisedLatencyMax',
    title: 'longest',
    meaning: 'The same for the longest way of a message.',
    value: ({ part }) => part.normalisedLatency?.max ?? '',
  },
];
