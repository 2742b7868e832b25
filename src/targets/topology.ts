// Where do cores sit, how far is it from one to another, and over which links?
import { UsageError } from '../core/errors.ts';
import type { Fabric, Hops, Links } from './fabric.ts';
import { coresIn, coresOf, type FabricShape, fabricOf } from './fabrics.ts';
import { areChipsRouters, networkGrid } from './grid.ts';
import { required, sourceText } from './known.ts';
import { requireMappable, type Target } from './load.ts';

export type { Hops, Links } from './fabric.ts';

/** Distance between neighbouring routers, in mm; null where nothing is published. */
export interface Pitch {
  readonly xMm: number | null;
  readonly yMm: number | null;
  /** `area-share` is an upper bound and must be reported so. */
  readonly basis: 'layout' | 'area-share' | 'modelled' | 'none';
  /** File, field and provenance. */
  readonly source: string;
}

/** Ways from a router where inputs enter. */
export interface Entrance {
  readonly x: number;
  readonly y: number;
  /** Hops from it to a core, and the links of that route. */
  portHops(core: number): Hops;
  portRoute(core: number): number[];
}

/** The network of a chip, or of a board of chips. Cores are numbered chip by chip, row-major by tile, then by slot in the tile. */
export interface Topology {
  readonly kind: string;
  readonly cores: number;
  readonly chips: number;
  readonly coresPerTile: number;
  /** Tile grid over all chips: cores of tile (x, y) sit at these coordinates, shape [cores]. For drawing. */
  readonly tileX: Int32Array;
  readonly tileY: Int32Array;
  readonly tilesWide: number;
  readonly tilesHigh: number;
  /** Position within the tile, shape [cores]. */
  readonly slot: Int32Array;
  /** Position of the router a core sits behind, shape [cores]. */
  readonly routerX: Int32Array;
  readonly routerY: Int32Array;
  readonly routersWide: number;
  readonly routersHigh: number;
  /** Links wrap around at the edges (torus). */
  readonly wraps: boolean;
  /** All routers, by number: positions, and whether messages may pass through; and all links between them. */
  readonly routers: Pick<Fabric, 'x' | 'y' | 'transit'>;
  readonly links: Links;
  /** Number of the router a core sits behind. */
  routerOf(core: number): number;
  /** Chip of a core. */
  chipOf(core: number): number;
  /**
   * Links between the routers of two cores; (0, 0) behind the same router. Links without an axis count along x, and some are
   * only half of a hop: see `Links`, and the fabric of each kind.
   */
  hops(coreA: number, coreB: number): Hops;
  /** `hops` summed over both axes, without an allocation. */
  distance(coreA: number, coreB: number): number;
  /** Ids of the links a message crosses, in order: along x, then along y; hexagonal: diagonal first; hierarchical: up and down. */
  route(coreA: number, coreB: number): number[];
  /** Router where inputs enter: an assumption that reports list. */
  readonly port: { readonly x: number; readonly y: number; readonly assumption: string };
  portHops(core: number): Hops;
  portRoute(core: number): number[];
  /** The same for another router; null if there is none at that position. */
  entrance(x: number, y: number): Entrance | null;
  /** What is taken for granted about how chips of a board are joined. */
  readonly assumptions: readonly string[];
  readonly pitch: Pitch;
}

/** What a network is made of, and how far apart its routers are. */
export interface NetworkShape extends FabricShape {
  readonly pitch: Pitch;
}

/**
 * The network of a target: of one chip, or of the board that the user asked for.
 *
 * @throws UsageError if the target is for reference only, its kind of network is not modelled, counts are unknown, or missing
 *   tiles cut the network in two
 */
export function topology(target: Target): Topology {
  requireMappable(target);
  const { file, board } = target;
  const { kind, concentration } = file.topology;
  const grid = networkGrid(file, board);
  if (grid === null)
    throw new UsageError(
      `target ${target.id} does not say how many tiles and cores a chip has; choose another target, or state it in a file of your own with "extends": "${target.id}"`,
    );
  const side = (axis: 'x' | 'y') => required(target, `topology.concentration.${axis}`, concentration?.[axis], 'the network');
  const block = kind === 'cmesh' ? { x: side('x'), y: side('y') } : { x: 1, y: 1 };
  return topologyOf({ name: target.label, kind: joinedKind(target), grid, block, pitch: pitchOf(target) });
}

/** The kind of the network over all chips. Chips of a board continue the network of a chip, unless a chip is one router. */
function joinedKind({ label, file, board }: Target): NetworkShape['kind'] {
  const { kind } = file.topology;
  const joined = board?.kind ?? kind;
  if (board === null) return kind;
  if (areChipsRouters(file)) return joined;
  const isModelled =
    joined === kind || (kind === 'single' && (joined === 'bus' || joined === 'host')) || (kind === 'hier' && joined === 'mesh2d');
  if (isModelled && kind !== 'interleaved') return kind;
  throw new UsageError(`${label}: chips with a network of kind ${kind} on a board of kind ${joined} are not modelled; try one chip`);
}

/** A network, whoever describes it. */
export function topologyOf(shape: NetworkShape): Topology {
  const { kind, grid, pitch } = shape;
  const fabric = fabricOf(shape);
  const cores = coresOf(grid);
  const coresPerChip = coresIn(grid.chip);
  const chipOf = (core: number) => Math.floor(core / coresPerChip);
  const router = Int32Array.from(cores.slot, (_, core) =>
    fabric.routerOf(cores.tileX[core], cores.tileY[core], chipOf(core), core % coresPerChip),
  );
  const entranceAt = (from: number): Entrance => ({
    x: fabric.x[from],
    y: fabric.y[from],
    portHops: (core) => fabric.hops(from, router[core]),
    portRoute: (core) => fabric.route(from, router[core]),
  });
  const { portHops, portRoute, ...port } = entranceAt(fabric.port.router);
  return {
    kind,
    cores: cores.slot.length,
    chips: grid.chips.x.length,
    coresPerTile: grid.chip.coresPerTile,
    ...cores,
    tilesWide: grid.chip.width * grid.chips.wide,
    tilesHigh: grid.chip.height * grid.chips.high,
    routerX: router.map((at) => fabric.x[at]),
    routerY: router.map((at) => fabric.y[at]),
    routersWide: fabric.wide,
    routersHigh: fabric.high,
    wraps: fabric.wraps,
    routers: { x: fabric.x, y: fabric.y, transit: fabric.transit },
    links: fabric.links,
    routerOf: (core) => router[core],
    chipOf,
    hops: (a, b) => fabric.hops(router[a], router[b]),
    distance: (a, b) => fabric.distance(router[a], router[b]),
    route: (a, b) => fabric.route(router[a], router[b]),
    port: { ...port, assumption: fabric.port.assumption },
    portHops,
    portRoute,
    entrance(x, y) {
      const at = fabric.x.findIndex((value, i) => value === x && fabric.y[i] === y && fabric.exists(i));
      return at < 0 ? null : entranceAt(at);
    },
    assumptions: grid.assumptions,
    pitch,
  };
}

function pitchOf(target: Target): Pitch {
  const { pitch, basis } = target.file.geometry;
  return { xMm: pitch.x.value, yMm: pitch.y.value, basis, source: sourceText(target, 'geometry.pitch', pitch.x) };
}
