// Which numbers stand side by side for every placement on every target?

import type { Throughput } from '../targets/latency.ts';
import { count, lengthValue, overRandom, share, sumValue, words } from './cells.ts';
import type { Bounded } from './format.ts';
import type { PlacementReport, PlacementResult, Report, TargetReport } from './report.ts';
import { energyRange, undecidedAgainst } from './sensitivity.ts';
import type { Column } from './table.ts';

/** One placement of one target, a row of the tables that set them side by side. */
export interface PlacementRow {
  readonly target: TargetReport;
  readonly placement: PlacementReport;
  /** Labels of the targets it cannot be ranked against by energy; null if its own is unknown. */
  readonly undecided: readonly string[] | null;
}

/** Every placement of every target, the exported one of each target first. */
export function placementRows(report: Report): PlacementRow[] {
  return report.targets.flatMap((target) =>
    target.placements.map((placement) => ({ target, placement, undecided: undecidedAgainst(report, target, placement) })),
  );
}

/** The exported placement of every target; those for comparison are left out. */
export function exportedRows(report: Report): PlacementRow[] {
  return placementRows(report).filter(({ target, placement }) => placement === target.placements[0]);
}

/** A column of something that only a placement that was found has; its cell stays empty otherwise. */
function found(
  column: Omit<Column<PlacementRow>, 'value'> & { value(result: PlacementResult): ReturnType<Column<PlacementRow>['value']> },
): Column<PlacementRow> {
  return { ...column, value: ({ placement: { result } }) => (result === null ? '' : column.value(result)) };
}

const perStep = { unit: '/step', format: { significant: 3 } } as const;
const plain = { unit: '', format: { decimals: 2 } } as const;

const label: Column<PlacementRow> = {
  ...words,
  key: 'target',
  title: 'target',
  meaning: 'The chip, and the parameters that were set.',
  value: ({ target }) => target.label,
};

const cap: Column<PlacementRow> = {
  ...count,
  key: 'maxNeuronsPerCore',
  title: 'cap',
  meaning: "Most neurons a core may hold, as the user asked; `none` leaves only the chip's own limits.",
  value: ({ placement }) => placement.cap ?? 'none',
};

/** Does it fit, and how full is the chip? */
export const FIT_COLUMNS: readonly Column<PlacementRow>[] = [
  label,
  cap,
  {
    ...words,
    key: 'fits',
    title: 'fits',
    meaning: 'Whether the placement is within every limit of the chip.',
    value: ({ placement }) => placement.fits,
    tone: ({ placement }) => (placement.fits ? 'good' : 'bad'),
  },
  found({
    ...count,
    key: 'coresUsed',
    title: 'cores',
    meaning: 'Cores that hold at least one neuron.',
    value: ({ coresUsed }) => coresUsed,
  }),
  found({ ...count, key: 'coresAvailable', title: 'of', meaning: 'Cores of one chip.', value: ({ coresAvailable }) => coresAvailable }),
  {
    ...words,
    key: 'limitedBy',
    title: 'limited by',
    meaning: 'The resource that is fullest in some core, or exceeded most.',
    value: ({ placement }) => placement.limiting?.resource ?? null,
  },
  {
    ...share,
    key: 'peakUtilization',
    title: 'peak',
    meaning: 'Use of that resource in the fullest core, over its limit; above 100 % it does not fit.',
    value: ({ placement }) => placement.limiting?.share ?? null,
  },
  found({
    ...share,
    key: 'synapsesInsideShare',
    title: 'inside',
    meaning: 'Share of recurrent synapses whose two neurons sit in the same core.',
    value: ({ parts: { recurrent } }) => (recurrent.synapses === 0 ? null : recurrent.synapsesInsideCore / recurrent.synapses),
  }),
  {
    ...words,
    key: 'executable',
    title: 'runs as is',
    meaning:
      'Whether the chip could execute the network as it stands; if not, traffic, energy and latency are those of a structural model.',
    value: ({ target }) => target.runs.executable,
  },
];

/** What do the wires and a time step cost? */
export const COST_COLUMNS: readonly Column<PlacementRow>[] = [
  label,
  cap,
  found({
    unit: '',
    format: { decimals: 2 },
    key: 'hopsMean',
    title: 'hops',
    meaning: 'Mean number of links between the two neurons of a recurrent synapse; 0 behind the same router.',
    value: ({ parts: { recurrent } }) => recurrent.synapseHops.mean,
  }),
  found({
    ...count,
    key: 'hopsP95',
    title: '95 %',
    meaning: '95 % of the recurrent synapses have at most this many hops.',
    value: ({ parts: { recurrent } }) => recurrent.synapseHops.p95,
  }),
  found({
    ...count,
    key: 'hopsMax',
    title: 'max',
    meaning: 'Most hops of a recurrent synapse.',
    value: ({ parts: { recurrent } }) => recurrent.synapseHops.max,
  }),
  found({
    unit: 'Σ|w|·hops',
    format: { significant: 4 },
    key: 'wiringCost',
    title: 'wiring',
    meaning: 'Sum of |weight| times hops over the recurrent synapses: how far signals travel, strong ones counting more.',
    value: ({ parts: { recurrent } }) => recurrent.wiringCost,
  }),
  found({
    unit: '',
    format: { decimals: 2 },
    key: 'wiringOverRandom',
    title: '/random',
    meaning:
      'Wiring cost over its expectation when the same neurons are shuffled over the same places; below 1 is better than chance; empty where no place costs anything.',
    value: ({ parts: { recurrent } }) => overRandom(recurrent.nullModel.wiringCost),
  }),
  found({
    unit: 'mm',
    format: { significant: 3 },
    key: 'wireLengthMm',
    title: 'wire',
    meaning:
      'Length of all connections of hidden neurons to other cores, one per neuron and core reached; unknown where no distance between routers is published.',
    value: (result) => lengthValue(result.parts.recurrent.connectionWireLengthMm, result.wireLengthBasis),
  }),
  found({
    unit: '/step',
    format: { significant: 3 },
    key: 'messagesPerStep',
    title: 'messages',
    meaning: 'Messages between cores in a time step, inputs included, measured on task trials.',
    value: ({ total }) => total.traffic?.messagesPerStep ?? null,
  }),
  found({
    unit: '/step',
    format: { significant: 3 },
    key: 'busiestLinkPerStep',
    title: 'busiest link',
    meaning: 'Messages in a time step over the most loaded link, as the chip sends them; flits where it sends whole vectors.',
    value: ({ links }) => links?.max ?? null,
  }),
  found({
    unit: 'nJ/step',
    format: { significant: 3 },
    key: 'dynamicEnergyNjPerStep',
    title: 'dynamic',
    meaning:
      "Estimated energy of a time step by the chip's default profile, without static power; `≥` where a constant is unknown: its term is left out, the others are at the low end of their ranges.",
    value: ({ energy }) => sumValue(energy[0]?.dynamic, 1e-3),
  }),
  found({
    unit: 'nJ/step',
    format: { significant: 3 },
    key: 'energyNjPerStep',
    title: 'energy',
    meaning: 'The same with the static power of the whole chip for as long as the step lasts.',
    value: ({ energy }) => sumValue(energy[0]?.total, 1e-3),
  }),
  found({
    unit: 'µs/step',
    format: { significant: 3 },
    key: 'latencyUsPerStep',
    title: 'latency',
    meaning: 'Estimated duration of a time step: its slowest core, then its slowest message, then the barrier; `≥` as for energy.',
    value: ({ latency }) => sumValue(latency[0]?.total, 1e-3),
  }),
];

/** Everything that stands side by side: `placements.csv` and the metrics. */
export const PLACEMENT_COLUMNS: readonly Column<PlacementRow>[] = [
  ...FIT_COLUMNS,
  ...COST_COLUMNS.slice(2),
  found({
    ...count,
    key: 'coresMinimum',
    title: 'cores at least',
    meaning: 'Fewest cores that could hold the total demand, whatever its connections.',
    value: ({ coresMinimum }) => coresMinimum,
  }),
  found({
    ...share,
    key: 'cellUtilization',
    title: 'cells',
    meaning: 'Share of the cells of all used arrays that hold a synapse; empty where synapses are stored as lists.',
    value: ({ cellUtilization }) => cellUtilization?.ratio ?? '',
  }),
  found({
    ...words,
    key: 'wireLengthBasis',
    title: 'basis of mm',
    meaning: 'Where the distance between routers comes from; `area-share` makes lengths upper bounds.',
    value: ({ wireLengthBasis }) => wireLengthBasis,
  }),
  found({
    ...words,
    key: 'energyProfile',
    title: 'energy profile',
    meaning: 'Set of constants behind energy and latency, as the target file names it.',
    value: ({ energy }) => energy[0]?.profile ?? null,
  }),
  found({
    ...words,
    key: 'energyComplete',
    title: 'energy complete',
    meaning: 'Whether every constant of the energy estimate is known.',
    value: ({ energy }) => energy[0]?.total.complete ?? null,
  }),
  found({
    ...words,
    key: 'latencyComplete',
    title: 'latency complete',
    meaning: 'Whether every constant of the latency estimate is known.',
    value: ({ latency }) => latency[0]?.total.complete ?? null,
  }),
  found({
    ...perStep,
    key: 'meanLinkPerStep',
    title: 'mean link',
    meaning: 'Mean load of the links between the cores in use, in the unit of the busiest.',
    value: ({ links }) => links?.mean ?? null,
  }),
  found({
    ...plain,
    key: 'linkImbalance',
    title: 'busiest/mean',
    meaning: 'Load of the busiest link over the mean; empty where no link is used.',
    value: ({ links }) => (links === null ? null : links.mean === 0 ? '' : links.max / links.mean),
  }),
  found({
    ...perStep,
    key: 'expectedCongestionMean',
    title: 'expected link',
    meaning:
      'Mean load of a link, both directions together, if every message took any of its shortest ways; empty where routers form no mesh.',
    value: ({ links }) => (links === null ? null : (links.expected?.mean ?? '')),
  }),
  found({
    ...perStep,
    key: 'expectedCongestionMax',
    title: 'expected busiest',
    meaning: 'The same for the link with the most.',
    value: ({ links }) => (links === null ? null : (links.expected?.max ?? '')),
  }),
  found({
    ...plain,
    key: 'neuronBalance',
    title: 'neuron balance',
    meaning: 'Neurons in the fullest core over the mean of the cores in use.',
    value: ({ balance }) => balance.neurons,
  }),
  found({
    ...plain,
    key: 'eventBalance',
    title: 'event balance',
    meaning: 'Synaptic events in the busiest core over the mean of the cores in use; unknown where traffic was not measured or is 0.',
    value: ({ balance }) => balance.events,
  }),
  found({
    ...count,
    key: 'tableEntries',
    title: 'table entries',
    meaning:
      'Entries of the fullest routing table, sources of a core that go the same ways sharing one; empty where the chip has no such tables.',
    value: ({ routing }) => routing.tableEntries?.used ?? '',
  }),
  found({
    ...count,
    key: 'tableLimit',
    title: 'of',
    meaning: 'Entries that a routing table has.',
    value: ({ routing }) => (routing.tableEntries === null ? '' : routing.tableEntries.limit),
  }),
  found({
    ...count,
    key: 'sidePaths',
    title: 'side paths',
    meaning: 'Paths through the fullest side of a tile; empty where the network is not made of switches.',
    value: ({ routing }) => routing.sidePaths?.used ?? '',
  }),
  found({
    ...count,
    key: 'sideCapacity',
    title: 'of',
    meaning: 'Paths that a side can carry; with more of them the placement cannot be wired.',
    value: ({ routing }) => (routing.sidePaths === null ? '' : routing.sidePaths.limit),
  }),
  found({
    unit: 'Σ|w|·(e^βh − 1)',
    format: { significant: 4 },
    key: 'hopPenalty',
    title: 'hop penalty',
    meaning: "What MOSAIC's training pays for the recurrent synapses of this placement; empty for targets that state no such price.",
    value: ({ hopPenalty }) => hopPenalty ?? '',
  }),
  found({
    unit: '/s',
    format: { significant: 3 },
    key: 'stepsPerSecond',
    title: 'steps/s',
    meaning:
      'Time steps that could follow each other in a second if steps overlapped: as many as the busiest core and the busiest link allow; `≤` where a time or the bandwidth of a link is unknown.',
    value: ({ latency }) => throughputValue(latency[0]?.throughput),
  }),
  found({
    unit: 'nJ·µs',
    format: { significant: 3 },
    key: 'energyDelay',
    title: 'energy·delay',
    meaning: 'Energy of a time step times its latency; `≥` as for energy.',
    value: ({ energy, latency }) => productValue(sumValue(energy[0]?.total, 1e-3), sumValue(latency[0]?.total, 1e-3)),
  }),
  {
    unit: 'nJ/step',
    format: { significant: 3 },
    key: 'energyLowestNj',
    title: 'energy from',
    meaning: 'Lowest energy over the ranges of all constants and all profiles of the target that are complete.',
    value: ({ placement }) => rangeEnd(placement, 'low'),
  },
  {
    unit: 'nJ/step',
    format: { significant: 3 },
    key: 'energyHighestNj',
    title: 'to',
    meaning: 'Highest energy over the same.',
    value: ({ placement }) => rangeEnd(placement, 'high'),
  },
  {
    ...words,
    key: 'undecidedAgainst',
    title: 'undecided against',
    meaning: 'Targets whose energies overlap with this one over those ranges: which of them takes less is undecided.',
    value: ({ placement, undecided }) => (placement.result === null ? '' : undecided === null ? null : undecided.join(', ')),
  },
];

function rangeEnd(placement: PlacementReport, end: 'low' | 'high'): number | string | null {
  if (placement.result === null) return '';
  const range = energyRange(placement);
  return range && range[end] * 1e-3;
}

function throughputValue(throughput: Throughput | undefined): number | Bounded | null {
  if (throughput === undefined || throughput.stepsPerSecond === null) return null;
  return throughput.complete ? throughput.stepsPerSecond : { bound: '≤', value: throughput.stepsPerSecond };
}

/** A product of which a factor is a lower bound is one. */
function productValue(a: number | Bounded | null, b: number | Bounded | null): number | Bounded | null {
  if (a === null || b === null) return null;
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  const value = (factor: number | Bounded) => (typeof factor === 'number' ? factor : factor.value);
  return { bound: '≥', value: value(a) * value(b) };
}

/** A column of the placements by its key. */
export function placementColumn(key: string): Column<PlacementRow> {
  const column = PLACEMENT_COLUMNS.find((candidate) => candidate.key === key);
  if (column === undefined) throw new Error(`no column ${key}`);
  return column;
}
