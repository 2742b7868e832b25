// What happens on the chip in one time step? The counts that energy and latency models price.
import { forEachEntry } from '../network/csr.ts';
import type { StepCounts } from '../targets/energy.ts';
import { messageFormat, storageFormat } from '../targets/formats.ts';
import type { CoreWork, LatencyCounts, MessageHops } from '../targets/latency.ts';
import { mvmCounts } from '../targets/mvm.ts';
import type { CoreTotals } from '../targets/usage.ts';
import type { Chip } from './chip.ts';
import { type Connection, connectionsOf, deliveriesOf } from './connections.ts';
import { copiesBySource, coreTotals } from './core-totals.ts';
import { type UsedCores, usedCoresOf } from './geometry.ts';
import { linkLoads } from './links.ts';
import type { Placement } from './placement.ts';
import type { MappingProblem } from './problem.ts';
import { transfersOf } from './transfers.ts';

/** Counts of a mean step, and of what bounds its duration. */
export interface StepWork {
  readonly energy: StepCounts;
  readonly latency: LatencyCounts;
}

/**
 * The work of a mean step under the measured activity; how long a step lasts is left unknown.
 *
 * @returns null if no activity was measured
 */
export function stepWork(problem: MappingProblem, chip: Chip, placement: Placement): StepWork | null {
  const { activity } = problem;
  if (activity === null) return null;
  const used = usedCoresOf(chip, placement);
  const deliveries = deliveriesOf(problem, used);
  const connections = connectionsOf(deliveries, used);
  const totals = coreTotals(chip.capacity, used, deliveries);
  const sent = messagesOf(problem, chip, used, connections, activity);
  const copies = copiesBySource(chip.capacity, deliveries);
  const cores = coreWork(problem, chip, used, activity, totals, copies, sent.byCore);
  const sum = (of: (core: CoreWork) => number) => cores.reduce((total, core) => total + of(core), 0);
  const mvms = cores.flatMap(({ mvm }) => (mvm === null ? [] : [mvm]));
  const { neuron, input } = linkLoads(problem, chip, used, connections, activity);
  return {
    energy: {
      synops: sum((core) => core.synops),
      activeNeurons: sum((core) => core.activeNeurons),
      idleNeurons: sum((core) => core.idleNeurons),
      ...sent.counts,
      bufferBytes: mvms.length === 0 ? 0 : bufferBytes(chip, totals),
      mvms,
      chips: new Set(used.ids.map(chip.topology.chipOf)).size,
      stepNs: null,
    },
    latency: {
      cores,
      messages: routesOf(chip, used, connections),
      busiestLinkPackets: neuron.reduce((most, load, link) => Math.max(most, load + input[link]), 0),
    },
  };
}

/** A value on an axon is written into the buffer of the core when it is new or arrives, and read once. */
function bufferBytes(chip: Chip, totals: readonly { readonly axons: number }[]): number | null {
  const { valueBits } = messageFormat(chip.target);
  return valueBits === null ? null : 2 * (valueBits / 8) * totals.reduce((sum, { axons }) => sum + axons, 0);
}

function coreWork(
  problem: MappingProblem,
  chip: Chip,
  used: UsedCores,
  activity: Float64Array,
  totals: readonly Readonly<CoreTotals>[],
  copies: ReadonlyMap<number, number>,
  messages: Float64Array,
): CoreWork[] {
  const synops = new Float64Array(used.ids.length);
  const active = new Float64Array(used.ids.length);
  // A copy of a neuron adds up all its synapses again, and is active when it is.
  const slots = new Int32Array(problem.units).fill(1);
  problem.unitOfSource.forEach((unit, source) => {
    if (unit < 0) return;
    slots[unit] += copies.get(source) ?? 0;
    active[used.core[unit]] += activity[source] * slots[unit];
  });
  forEachEntry(problem.synapses, (unit, source) => {
    synops[used.core[unit]] += activity[source] * slots[unit];
  });
  const storage = storageFormat(chip.target, chip.weightBits);
  const rowsPerClass = storage.kind === 'cells' ? storage.classRows[0].length : 1;
  return totals.map(({ rows, neurons, copies: extra }, k) => ({
    synops: synops[k],
    activeNeurons: active[k],
    // Readout units are updated like neurons but never send.
    idleNeurons: neurons + extra - active[k],
    messages: messages[k],
    mvm: mvmCounts(chip.target, rows * rowsPerClass, neurons + extra, chip.weightBits),
  }));
}

type SentCounts = Pick<StepCounts, 'messages' | 'hopsX' | 'hopsY' | 'flitHops' | 'chipCrossings'>;

/** Messages as the chip sends them, in all, and by the core that sends them. */
function messagesOf(
  problem: MappingProblem,
  chip: Chip,
  used: UsedCores,
  connections: readonly Connection[],
  activity: Float64Array,
): { readonly counts: SentCounts; readonly byCore: Float64Array } {
  const format = messageFormat(chip.target);
  const { links } = chip.topology;
  const counts = { messages: 0, hopsX: 0, hopsY: 0, flitHops: 0 as number | null, chipCrossings: 0 };
  const byCore = new Float64Array(used.ids.length);
  for (const { from, perStep, states, links: way } of transfersOf(problem, chip, used, connections, activity)) {
    let hopsX = 0;
    let hopsY = 0;
    for (const link of way) {
      hopsX += links.hopsX[link];
      hopsY += links.hopsY[link];
      counts.chipCrossings += perStep * links.crosses[link];
    }
    counts.messages += perStep;
    if (from !== null) byCore[from] += perStep;
    counts.hopsX += perStep * hopsX;
    counts.hopsY += perStep * hopsY;
    const flits = format.flits(states);
    counts.flitHops = flits === null || counts.flitHops === null ? null : counts.flitHops + perStep * flits * (hopsX + hopsY);
  }
  return { counts, byCore };
}

/** The different ways that connections lead, by hops and chips crossed. */
function routesOf({ topology }: Chip, used: UsedCores, connections: readonly Connection[]): MessageHops[] {
  const { crosses } = topology.links;
  const ways = new Map<string, MessageHops>();
  for (const { from, to, hopsX, hopsY } of connections) {
    const crossings = topology.chips === 1 ? 0 : used.route(from, to).reduce((sum, link) => sum + crosses[link], 0);
    ways.set(`${hopsX},${hopsY},${crossings}`, { hopsX, hopsY, crossings });
  }
  return [...ways.values()];
}
