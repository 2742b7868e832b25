// What does a chip send for the connections of a placement? That depends on how it casts: apart, as a tree, or as whole vectors.
import { type MessageFormat, messageFormat } from '../targets/formats.ts';
import type { Chip } from './chip.ts';
import type { Connection } from './connections.ts';
import type { UsedCores } from './geometry.ts';
import type { MappingProblem } from './problem.ts';

/** Something that is sent as one and crosses each of its links once. */
export interface Transfer {
  /** Where it starts: number of a core, or null for the port. */
  readonly from: number | null;
  /** Its connections: those of one source, or of all sources of a vector. */
  readonly connections: readonly Connection[];
  /** How often in a step: activity times the copies of it. */
  readonly perStep: number;
  /** Values it carries. */
  readonly states: number;
  /** Ids of its links, each once. */
  readonly links: readonly number[];
}

type CastMode = MessageFormat['castMode'];

/**
 * What connections of one source (of one core, for vectors) go as one.
 *
 * - `unicast-per-core`, `single-target`: a packet for each core; a neuron with one target is copied, and each copy sends one for
 *   its physical row.
 * - `multicast-tree`: one packet for all cores, copied where ways part: the union of its routes, an upper bound of the shortest
 *   tree. `switch-fabric`: one electrical path, laid as such a tree.
 * - `n-targets-broadcast`: one packet for each chip, which hands it to its cores.
 * - `dense-vector`: the whole output of a core to each core that listens to any of it, once a step.
 */
const TOGETHER: { readonly [mode in CastMode]?: 'core' | 'chip' | 'source' | 'vector' } = {
  'unicast-per-core': 'core',
  'single-target': 'core',
  'multicast-tree': 'source',
  'switch-fabric': 'source',
  'n-targets-broadcast': 'chip',
  'dense-vector': 'vector',
};

/**
 * All transfers of a mean step.
 *
 * @param connections - by source
 * @param activity - mean messages of each source per step
 */
export function* transfersOf(
  problem: MappingProblem,
  chip: Chip,
  used: UsedCores,
  connections: readonly Connection[],
  activity: Float64Array,
): Generator<Transfer> {
  const { castMode } = messageFormat(chip.target);
  const mode = TOGETHER[castMode] ?? 'core';
  if (mode === 'vector') {
    yield* vectorsOf(problem, used, connections);
    return;
  }
  const union = linkUnion(chip, used);
  for (const sent of bySource(connections)) {
    const perStep = activity[sent[0].source];
    const groups = mode === 'source' ? [sent] : mode === 'chip' ? byChip(chip, used, sent) : sent.map((one) => [one]);
    for (const group of groups) {
      const copies = castMode === 'single-target' ? group[0].rows : 1;
      yield { from: group[0].from, connections: group, perStep: perStep * copies, states: 1, links: union(group) };
    }
  }
}

/** Connections of each source, which follow each other. */
export function* bySource(connections: readonly Connection[]): Generator<readonly Connection[]> {
  for (let start = 0; start < connections.length; ) {
    let end = start;
    while (connections[end]?.source === connections[start].source) end++;
    yield connections.slice(start, end);
    start = end;
  }
}

/** Links of the union of the routes of connections with one start, each once, in the order they are met. */
export function linkUnion({ topology }: Chip, used: UsedCores): (connections: readonly Connection[]) => number[] {
  const seen = new Int32Array(topology.links.from.length);
  let round = 0;
  return (connections) => {
    if (connections.length === 1) return used.route(connections[0].from, connections[0].to);
    round++;
    const links: number[] = [];
    for (const { from, to } of connections) {
      for (const link of used.route(from, to)) {
        if (seen[link] === round) continue;
        seen[link] = round;
        links.push(link);
      }
    }
    return links;
  };
}

function byChip({ topology }: Chip, used: UsedCores, connections: readonly Connection[]): Iterable<readonly Connection[]> {
  return grouped(connections, ({ to }) => topology.chipOf(used.ids[to]));
}

/** Connections bundled by the cores they join; all inputs of a core come as one vector, all that a core sends goes as one. */
function* vectorsOf(problem: MappingProblem, used: UsedCores, connections: readonly Connection[]): Generator<Transfer> {
  const cores = used.ids.length;
  const senders = new Int32Array(cores);
  for (const unit of problem.unitOfSource) if (unit >= 0) senders[used.core[unit]]++;
  for (const bundle of grouped(connections, ({ from, to }) => (from ?? cores) * cores + to)) {
    const { from, to } = bundle[0];
    const states = from === null ? bundle.length : senders[from];
    yield { from, connections: bundle, perStep: 1, states, links: used.route(from, to) };
  }
}

/** Connections with equal keys together, in the order in which the keys are met. */
function grouped(connections: readonly Connection[], keyOf: (connection: Connection) => number): Iterable<readonly Connection[]> {
  const groups = new Map<number, Connection[]>();
  for (const connection of connections) {
    const key = keyOf(connection);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [connection]);
    else group.push(connection);
  }
  return groups.values();
}
