// Which routers and links does a network of a kind have, for a grid of tiles and chips?
import { UsageError } from '../core/errors.ts';
import type { Fabric } from './fabric.ts';
import type { NetworkGrid } from './grid.ts';
import { gridFabric } from './grid-fabric.ts';
import { interleavedFabric } from './interleaved-fabric.ts';
import type { TargetFile } from './schema.ts';
import { searchedFabric } from './searched-fabric.ts';
import { starFabric } from './star-fabric.ts';
import { treeFabric } from './tree-fabric.ts';

/** What a network is made of. */
export interface FabricShape {
  /** Name of its target, for messages. */
  readonly name: string;
  readonly kind: TargetFile['topology']['kind'];
  readonly grid: NetworkGrid;
  /** Tiles that share a router along each axis; 1 × 1 but in a concentrated mesh. */
  readonly block?: { readonly x: number; readonly y: number };
}

/** One entry a kind. */
const KINDS: { readonly [kind in FabricShape['kind']]?: (shape: FabricShape) => Fabric } = {
  single: (shape) => (shape.grid.chips.x.length > 1 ? starFabric(shape.grid.chips.x.length, (chip) => chip, true) : oneRouter(shape)),
  mesh2d: (shape) => planar(shape, false, false),
  torus2d: (shape) => planar(shape, false, true),
  cmesh: (shape) => planar(shape, false, false),
  hexmesh: (shape) => planar(shape, true, false),
  hextorus: (shape) => planar(shape, true, true),
  hier: ({ grid: { chip, chips } }) => treeFabric(coresIn(chip), chips),
  interleaved: ({ grid: { chip } }) => interleavedFabric(chip.width, chip.height),
  bus: hub,
  host: hub,
};

/**
 * The fabric of a network.
 *
 * @throws UsageError if its kind is not modelled, or missing tiles cut it in two
 */
export function fabricOf(shape: FabricShape): Fabric {
  const build = KINDS[shape.kind];
  if (build === undefined) {
    throw new UsageError(`target ${shape.name} has a network of kind ${shape.kind}; modelled are: ${Object.keys(KINDS).join(', ')}`);
  }
  return build(shape);
}

/** Meshes, tori and hexagonal grids; by search where routers are missing. */
function planar(shape: FabricShape, hexagonal: boolean, wraps: boolean): Fabric {
  const { name, grid, block = { x: 1, y: 1 } } = shape;
  const { chip, chips } = grid;
  const chipWide = Math.ceil(chip.width / block.x);
  const chipHigh = Math.ceil(chip.height / block.y);
  const wide = chipWide * chips.wide;
  const high = chipHigh * chips.high;
  const there = new Uint8Array(wide * high);
  const { tileX, tileY } = coresOf(grid);
  const along = (tile: number, tiles: number, size: number, routers: number) =>
    Math.floor(tile / tiles) * routers + Math.floor((tile % tiles) / size);
  const routerOf = (x: number, y: number) => along(y, chip.height, block.y, chipHigh) * wide + along(x, chip.width, block.x, chipWide);
  tileX.forEach((x, core) => {
    there[routerOf(x, tileY[core])] = 1;
  });
  const exists = (router: number) => there[router] === 1;
  // A board with missing chips is cut out of a larger torus: its edges stay open.
  const isWhole = chips.x.length === chips.wide * chips.high;
  const fabric = gridFabric({ wide, high, chipWide, chipHigh, hexagonal, wraps: wraps && isWhole, exists, routerOf });
  if (there.every((one) => one === 1)) return fabric;
  const searched = searchedFabric(fabric);
  const first = there.indexOf(1);
  const lost = there.findIndex((one, router) => one === 1 && searched.distance(first, router) === Number.POSITIVE_INFINITY);
  if (lost >= 0) {
    throw new UsageError(
      `the network of ${name} is in pieces: no way leads from router (${first % wide}, ${Math.floor(first / wide)}) ` +
        `to (${lost % wide}, ${Math.floor(lost / wide)}); take away fewer tiles`,
    );
  }
  return searched;
}

/** All cores behind one router. */
function oneRouter({ grid: { chip } }: FabricShape): Fabric {
  const whole = { x: chip.width, y: chip.height };
  const grid = { chip, chips: { wide: 1, high: 1, x: [0], y: [0] }, assumptions: [] };
  return planar({ name: '', kind: 'single', grid, block: whole }, false, false);
}

/** A leaf for every core. */
function hub({ grid: { chip, chips } }: FabricShape): Fabric {
  const perChip = coresIn(chip);
  return starFabric(chips.x.length * perChip, (of, core) => of * perChip + core, chips.x.length > 1);
}

/** Cores of a chip. */
export function coresIn({ width, height, absent, coresPerTile }: NetworkGrid['chip']): number {
  return (width * height - absent.length) * coresPerTile;
}

/** Tile coordinates, counted over all chips, and slot in the tile of every core, shape [cores]. */
export interface CorePositions {
  readonly tileX: Int32Array;
  readonly tileY: Int32Array;
  readonly slot: Int32Array;
}

/** Tile coordinates and slot of every core: chip by chip, row-major by tile, tiles that are absent left out. */
export function coresOf({ chip, chips }: NetworkGrid): CorePositions {
  const absent = new Set(chip.absent.map(([x, y]) => y * chip.width + x));
  const perChip = coresIn(chip);
  const cores = chips.x.length * perChip;
  const tileX = new Int32Array(cores);
  const tileY = new Int32Array(cores);
  const slot = new Int32Array(cores);
  let core = 0;
  for (let k = 0; k < chips.x.length; k++) {
    for (let tile = 0; tile < chip.width * chip.height; tile++) {
      if (absent.has(tile)) continue;
      for (let s = 0; s < chip.coresPerTile; s++, core++) {
        tileX[core] = chips.x[k] * chip.width + (tile % chip.width);
        tileY[core] = chips.y[k] * chip.height + Math.floor(tile / chip.width);
        slot[core] = s;
      }
    }
  }
  return { tileX, tileY, slot };
}
