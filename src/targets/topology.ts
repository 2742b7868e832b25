// Where do cores sit, and how many links lie between two of them?
import { UsageError } from '../core/errors.ts';
import { type ChipGrid, chipGrid } from './grid.ts';
import { required, sourceText } from './known.ts';
import { requireMappable, type Target } from './load.ts';

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

/** How a kind of network measures hops between two routers that are dx and dy apart on its grid. */
interface Kind {
  readonly wraps: boolean;
  hopsX(dx: number, routersWide: number): number;
  hopsY(dy: number, routersHigh: number): number;
}

const MESH: Kind = { wraps: false, hopsX: (dx) => dx, hopsY: (dy) => dy };
const aroundOrStraight = (delta: number, size: number) => Math.min(delta, size - delta);

/** One entry a kind; kinds that are not separable by axis will need a larger interface. */
const KINDS: Readonly<Record<string, Kind>> = {
  single: { wraps: false, hopsX: () => 0, hopsY: () => 0 },
  mesh2d: MESH,
  cmesh: MESH,
  torus2d: { wraps: true, hopsX: aroundOrStraight, hopsY: aroundOrStraight },
};

/**
 * The network on one chip of a target.
 *
 * @throws UsageError if the target is for reference only, the kind of network is not modelled, or the counts are unknown
 */
export function topology(target: Target): Topology {
  requireMappable(target);
  const { file } = target;
  const { kind } = file.topology;
  const measure = KINDS[kind];
  const grid = chipGrid(file);
  if (measure === undefined) {
    throw new UsageError(`target ${target.id} has a network of kind ${kind}; modelled are: ${Object.keys(KINDS).join(', ')}`);
  }
  if (grid === null) throw new UsageError(`target ${target.id} does not say how many tiles and cores a chip has`);
  const blockX = kind === 'cmesh' ? required(target, 'topology.concentration.x', file.topology.concentration?.x, 'the network') : 1;
  const blockY = kind === 'cmesh' ? required(target, 'topology.concentration.y', file.topology.concentration?.y, 'the network') : 1;
  const routersWide = Math.ceil(grid.width / blockX);
  const routersHigh = Math.ceil(grid.height / blockY);
  const cores = coresOf(grid);
  const routerX = cores.tileX.map((x) => Math.floor(x / blockX));
  const routerY = cores.tileY.map((y) => Math.floor(y / blockY));
  const apartX = (xa: number, xb: number) => measure.hopsX(Math.abs(xa - xb), routersWide);
  const apartY = (ya: number, yb: number) => measure.hopsY(Math.abs(ya - yb), routersHigh);
  const port = {
    x: 0,
    y: Math.floor((routersHigh - 1) / 2),
    assumption: 'inputs enter at the router in the middle of the west edge',
  };
  return {
    kind,
    cores: cores.slot.length,
    coresPerTile: grid.coresPerTile,
    ...cores,
    tilesWide: grid.width,
    tilesHigh: grid.height,
    routerX,
    routerY,
    routersWide,
    routersHigh,
    wraps: measure.wraps,
    hops: (a, b) => ({ x: apartX(routerX[a], routerX[b]), y: apartY(routerY[a], routerY[b]) }),
    distance: (a, b) => apartX(routerX[a], routerX[b]) + apartY(routerY[a], routerY[b]),
    port,
    portHops: (core) => ({ x: apartX(port.x, routerX[core]), y: apartY(port.y, routerY[core]) }),
    pitch: pitchOf(target),
  };
}

/** Tile coordinates and slot of every core, row-major by tile, tiles that are absent left out. */
function coresOf(grid: ChipGrid): Pick<Topology, 'tileX' | 'tileY' | 'slot'> {
  const absent = new Set(grid.absent.map(([x, y]) => y * grid.width + x));
  const cores = (grid.width * grid.height - absent.size) * grid.coresPerTile;
  const tileX = new Int32Array(cores);
  const tileY = new Int32Array(cores);
  const slot = new Int32Array(cores);
  let core = 0;
  for (let tile = 0; tile < grid.width * grid.height; tile++) {
    if (absent.has(tile)) continue;
    for (let s = 0; s < grid.coresPerTile; s++, core++) {
      tileX[core] = tile % grid.width;
      tileY[core] = Math.floor(tile / grid.width);
      slot[core] = s;
    }
  }
  return { tileX, tileY, slot };
}

function pitchOf(target: Target): Pitch {
  const { pitch, basis } = target.file.geometry;
  return { xMm: pitch.x.value, yMm: pitch.y.value, basis, source: sourceText(target, 'geometry.pitch', pitch.x) };
}
