// Where do cores sit, and how many links lie between two of them?
import type { Target } from './load.ts';

/** Links crossed along each axis. */
export interface Hops {
  readonly x: number;
  readonly y: number;
}

/** Distance between neighbouring routers, in mm; null where nothing is published. */
export interface Pitch {
  readonly xMm: number | null;
  readonly yMm: number | null;
  /** `area-share` is an upper bound and must be reported so. */
  readonly basis: 'layout' | 'area-share' | 'modelled' | 'none';
  /** File, field and provenance. */
  readonly source: string;
}

/** The network of one chip. Core ids are row-major by tile, then slot within the tile. */
export interface Topology {
  readonly kind: string;
  readonly cores: number;
  readonly coresPerTile: number;
  /** Tile grid: cores of tile (x, y) sit at these coordinates, shape [cores]. For drawing. */
  readonly tileX: Int32Array;
  readonly tileY: Int32Array;
  readonly tilesWide: number;
  readonly tilesHigh: number;
  /** Position within the tile, shape [cores]. */
  readonly slot: Int32Array;
  /** Router grid: the router a core sits behind, shape [cores]. */
  readonly routerX: Int32Array;
  readonly routerY: Int32Array;
  readonly routersWide: number;
  readonly routersHigh: number;
  /** Links wrap around at the edges (torus). */
  readonly wraps: boolean;
  /** Links between the routers of two cores; (0, 0) behind the same router. */
  hops(coreA: number, coreB: number): Hops;
  /** `hops` summed over both axes, without an allocation. */
  distance(coreA: number, coreB: number): number;
  /** Router where inputs enter: the middle of the west edge, an assumption that reports list. */
  readonly port: { readonly x: number; readonly y: number; readonly assumption: string };
  /** Links from the port's router to a core's. */
  portHops(core: number): Hops;
  readonly pitch: Pitch;
}

/** The network on one chip of a target. */
export function topology(target: Target): Topology {
  throw new Error(`not built yet: ${target.id}`);
}
