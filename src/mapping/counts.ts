// What happens on the chip in one time step? The counts that energy and latency models price.
import { forEachEntry } from '../network/csr.ts';
import type { StepCounts } from '../targets/energy.ts';
import { messageFormat } from '../targets/formats.ts';
import type { CoreWork, LatencyCounts, MessageHops } from '../targets/latency.ts';
import { mvmCounts } from '../targets/mvm.ts';
import type { Chip } from './chip.ts';
import { type Connection, connectionsOf } from './connections.ts';
import { type UsedCores, usedCoresOf } from './geometry.ts';
import { occupancyOf } from './occupancy.ts';
import type { Placement } from './placement.ts';
import type { MappingProblem } from './problem.ts';

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
  const { occupancy } = occupancyOf(problem, chip.capacity, placement);
  const cores = coreWork(problem, chip, used, activity, occupancy.totals);
  const connections = connectionsOf(problem, used);
  const sum = (of: (core: CoreWork) => number) => cores.reduce((total, core) => total + of(core), 0);
  const sent = messagesOf(problem, chip, used, connections, activity);
  const mvms = cores.flatMap(({ mvm }) => (mvm === null ? [] : [mvm]));
  return {
    energy: {
      synops: sum((core) => core.synops),
      activeNeurons: sum((core) => core.activeNeurons),
      idleNeurons: sum((core) => core.idleNeurons),
      ...sent,
      chipCrossings: 0,
      bufferBytes: mvms.length === 0 ? 0 : bufferBytes(chip, occupancy.totals),
      mvms,
      chips: 1,
      stepNs: null,
    },
    latency: { cores, messages: routesOf(connections) },
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
  totals: readonly { readonly axons: number; readonly neurons: number }[],
): CoreWork[] {
  const synops = new Float64Array(used.ids.length);
  const active = new Float64Array(used.ids.length);
  forEachEntry(problem.synapses, (unit, source) => {
    synops[used.core[unit]] += activity[source];
  });
  for (let neuron = 0; neuron < problem.neurons; neuron++) active[used.core[neuron]] += activity[neuron];
  return totals.map(({ axons, neurons }, k) => ({
    synops: synops[k],
    activeNeurons: active[k],
    // Readout units are updated like neurons but never send.
    idleNeurons: neurons - active[k],
    mvm: mvmCounts(chip.target, axons, neurons, chip.weightBits),
  }));
}

type Sent = Pick<StepCounts, 'messages' | 'hopsX' | 'hopsY' | 'flitHops'>;

/** Messages as the chip sends them: one per active source and destination core, or whole vectors between cores. */
function messagesOf(
  problem: MappingProblem,
  chip: Chip,
  used: UsedCores,
  connections: readonly Connection[],
  activity: Float64Array,
): Sent {
  const format = messageFormat(chip.target);
  const sent = { messages: 0, hopsX: 0, hopsY: 0, flitHops: 0 as number | null };
  const send = (times: number, states: number, { hopsX, hopsY }: Pick<Connection, 'hopsX' | 'hopsY'>) => {
    sent.messages += times;
    sent.hopsX += times * hopsX;
    sent.hopsY += times * hopsY;
    const flits = format.flits(states);
    sent.flitHops = flits === null || sent.flitHops === null ? null : sent.flitHops + times * flits * (hopsX + hopsY);
  };
  if (format.castMode !== 'dense-vector') {
    for (const connection of connections) send(activity[connection.source], 1, connection);
    return sent;
  }
  const neuronsOn = new Int32Array(used.ids.length);
  for (let neuron = 0; neuron < problem.neurons; neuron++) neuronsOn[used.core[neuron]]++;
  for (const vector of vectorsOf(connections, used.ids.length))
    send(1, vector.from === null ? vector.sources : neuronsOn[vector.from], vector);
  return sent;
}

/** Connections bundled by the cores they join; all inputs of a core come as one vector. */
function vectorsOf(connections: readonly Connection[], cores: number): (Connection & { readonly sources: number })[] {
  const vectors = new Map<number, Connection & { sources: number }>();
  for (const connection of connections) {
    const key = (connection.from ?? cores) * cores + connection.to;
    const vector = vectors.get(key);
    if (vector === undefined) vectors.set(key, { ...connection, sources: 1 });
    else vector.sources++;
  }
  return [...vectors.values()];
}

/** The different ways that connections lead, by hops. */
function routesOf(connections: readonly Connection[]): MessageHops[] {
  return [...new Map(connections.map(({ hopsX, hopsY }) => [`${hopsX},${hopsY}`, { hopsX, hopsY }])).values()];
}
