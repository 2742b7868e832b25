// How far apart are the cores that a placement uses? Hops by axis, looked up instead of asked for.
import type { Chip } from './chip.ts';
import { type Placement, usedCores } from './placement.ts';

/** The used cores, numbered 0 … count − 1 by ascending id. */
export interface UsedCores {
  readonly ids: readonly number[];
  /** Number of each unit's core, shape [units]. */
  readonly core: Int32Array;
  /** Hops along x and y between two cores, shape [count, count]. */
  readonly x: Int32Array;
  readonly y: Int32Array;
  /** Hops from the port, shape [count]. */
  readonly portX: Int32Array;
  readonly portY: Int32Array;
}

/** Looks up the distances between the cores of a placement. */
export function usedCoresOf(chip: Chip, placement: Placement): UsedCores {
  const ids = usedCores(placement);
  const number = new Map(ids.map((id, k) => [id, k]));
  const hops = ids.flatMap((a) => ids.map((b) => chip.topology.hops(a, b)));
  const port = ids.map((id) => chip.portHops(id));
  return {
    ids,
    core: placement.core.map((id) => number.get(id) as number),
    x: Int32Array.from(hops, (h) => h.x),
    y: Int32Array.from(hops, (h) => h.y),
    portX: Int32Array.from(port, (h) => h.x),
    portY: Int32Array.from(port, (h) => h.y),
  };
}
