// Which sources reach which cores? One entry per source and core, however many synapses it serves there.
import { forEachEntry } from '../network/csr.ts';
import type { UsedCores } from './geometry.ts';
import { type MappingProblem, PARTS, type Part, partOf } from './problem.ts';

/** A source and a core with targets of it. */
export interface Delivery {
  readonly source: number;
  /** Number of the core the source sits on; null for inputs, which enter at the port. */
  readonly from: number | null;
  readonly to: number;
  /** The sorts of synapses it serves. */
  readonly parts: readonly Part[];
  /** Synapses it serves, and the physical rows they take. */
  readonly synapses: number;
  readonly rows: number;
}

/** A delivery to another core than the source's own. */
export interface Connection extends Delivery {
  readonly hopsX: number;
  readonly hopsY: number;
}

/** All deliveries, by source, then core; memory and time grow with the synapses alone. */
export function deliveriesOf(problem: MappingProblem, used: UsedCores): Delivery[] {
  const { sources, unitOfSource, rowClass } = problem;
  const { start, unit, entry } = synapsesBySource(problem);
  const cores = used.ids.length;
  const count = new Int32Array(cores);
  const partBits = new Uint8Array(cores);
  const rowBits = new Int32Array(cores);
  const deliveries: Delivery[] = [];
  for (let source = 0; source < sources; source++) {
    const reached: number[] = [];
    for (let at = start[source]; at < start[source + 1]; at++) {
      const core = used.core[unit[at]];
      if (count[core] === 0) reached.push(core);
      count[core]++;
      partBits[core] |= 1 << PARTS.indexOf(partOf(problem, unit[at], source));
      rowBits[core] |= 1 << (rowClass === null ? 0 : rowClass[entry[at]]);
    }
    const sender = unitOfSource[source];
    const from = sender < 0 ? null : used.core[sender];
    for (const to of reached.sort((a, b) => a - b)) {
      deliveries.push({ source, from, to, parts: PART_SETS[partBits[to]], synapses: count[to], rows: bitsIn(rowBits[to]) });
      count[to] = 0;
      partBits[to] = 0;
      rowBits[to] = 0;
    }
  }
  return deliveries;
}

/** The synapses of each source: their units, and where they stand in the matrix. */
function synapsesBySource({ synapses, sources }: MappingProblem): { start: Int32Array; unit: Int32Array; entry: Int32Array } {
  const start = new Int32Array(sources + 1);
  for (const source of synapses.indices) start[source + 1]++;
  for (let source = 0; source < sources; source++) start[source + 1] += start[source];
  const next = start.slice();
  const unit = new Int32Array(synapses.indices.length);
  const entry = new Int32Array(synapses.indices.length);
  forEachEntry(synapses, (to, source, _weight, at) => {
    unit[next[source]] = to;
    entry[next[source]++] = at;
  });
  return { start, unit, entry };
}

/** The deliveries that leave a core. */
export function connectionsOf(deliveries: readonly Delivery[], used: UsedCores): Connection[] {
  return deliveries.flatMap((delivery) => {
    const { from, to } = delivery;
    if (from === to) return [];
    const { x, y } = used.hops(from, to);
    return [{ ...delivery, hopsX: x, hopsY: y }];
  });
}

/** Sets of parts by their bits, shared by all deliveries. */
const PART_SETS: readonly (readonly Part[])[] = Array.from({ length: 1 << PARTS.length }, (_, bits) =>
  PARTS.filter((_part, p) => (bits >> p) & 1),
);

function bitsIn(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}
