// How far apart are the cores that a placement uses, and over which links?
import type { Hops } from '../targets/topology.ts';
import type { Chip } from './chip.ts';
import { type Placement, usedCores } from './placement.ts';

/** The used cores, numbered 0 … count − 1 by ascending id. Ways go from a numbered core, or from the port (null), to a numbered core. */
export interface UsedCores {
  readonly ids: readonly number[];
  /** Number of each unit's core, shape [units]. */
  readonly core: Int32Array;
  hops(from: number | null, to: number): Hops;
  /** Hops along both axes together; allocates nothing. */
  distance(from: number | null, to: number): number;
  /** Ids of the links. */
  route(from: number | null, to: number): number[];
}

/** The ways between the cores of a placement. */
export function usedCoresOf(chip: Chip, placement: Placement): UsedCores {
  const { topology } = chip;
  const ids = usedCores(placement);
  const number = new Map(ids.map((id, k) => [id, k]));
  const port = ids.map((id) => chip.portHops(id));
  const fromPort = Int32Array.from(port, ({ x, y }) => x + y);
  return {
    ids,
    core: placement.core.map((id) => number.get(id) as number),
    hops: (from, to) => (from === null ? port[to] : topology.hops(ids[from], ids[to])),
    distance: (from, to) => (from === null ? fromPort[to] : topology.distance(ids[from], ids[to])),
    route: (from, to) => (from === null ? chip.portRoute(ids[to]) : topology.route(ids[from], ids[to])),
  };
}
