// Which messages does a placement need? One per source and destination core, however many synapses it serves.
import { forEachEntry } from '../network/csr.ts';
import type { UsedCores } from './geometry.ts';
import { type MappingProblem, PARTS, type Part, partOf } from './problem.ts';

/** A source and a core with targets of it, other than its own. */
export interface Connection {
  readonly source: number;
  /** Number of the core the message leaves; null for inputs, which leave the port. */
  readonly from: number | null;
  readonly to: number;
  readonly hopsX: number;
  readonly hopsY: number;
  /** The sorts of synapses it serves. */
  readonly parts: readonly Part[];
  /** Synapses it serves. */
  readonly synapses: number;
}

/** All connections, by source, then core. */
export function connectionsOf(problem: MappingProblem, used: UsedCores): Connection[] {
  const cores = used.ids.length;
  const { neurons, sources } = problem;
  const synapses = new Int32Array(sources * cores);
  const partBits = new Uint8Array(sources * cores);
  forEachEntry(problem.synapses, (unit, source) => {
    const at = source * cores + used.core[unit];
    synapses[at]++;
    partBits[at] |= 1 << PARTS.indexOf(partOf(problem, unit, source));
  });
  const connections: Connection[] = [];
  for (let at = 0; at < synapses.length; at++) {
    const source = Math.floor(at / cores);
    const to = at % cores;
    const from = source < neurons ? used.core[source] : null;
    if (synapses[at] === 0 || from === to) continue;
    connections.push({
      source,
      from,
      to,
      hopsX: from === null ? used.portX[to] : used.x[from * cores + to],
      hopsY: from === null ? used.portY[to] : used.y[from * cores + to],
      parts: PARTS.filter((_, p) => (partBits[at] >> p) & 1),
      synapses: synapses[at],
    });
  }
  return connections;
}
