// Where else could a whole layout lie? Mirrored, transposed and shifted over the tiles of the chip.
import type { Chip } from './chip.ts';
import type { Sites } from './sites.ts';

/** The eight ways to lay a rectangle on itself or on its side. */
const ORIENTATIONS = [false, true].flatMap((isTransposed) =>
  [1, -1].flatMap((signX) => [1, -1].map((signY) => ({ isTransposed, signX, signY }))),
);

/**
 * Every other place of a layout that keeps the slots of its tiles, and has a site for each of its cores.
 *
 * @param used - sites of the layout, shape [used]
 * @returns where each of them goes, shape [used]
 */
export function* wholeMoves({ topology }: Chip, { cores }: Sites, used: Int32Array): Generator<Int32Array> {
  const { tileX, tileY, tilesWide, tilesHigh, slot, coresPerTile } = topology;
  const keyOf = (x: number, y: number, at: number) => (y * tilesWide + x) * coresPerTile + at;
  const siteAt = new Map(Array.from(cores, (core, site) => [keyOf(tileX[core], tileY[core], slot[core]), site]));
  for (const { isTransposed, signX, signY } of ORIENTATIONS) {
    const along = (sign: number, tile: Int32Array) => fromZero(used.map((site) => sign * tile[cores[site]]));
    const x = along(signX, isTransposed ? tileY : tileX);
    const y = along(signY, isTransposed ? tileX : tileY);
    for (let top = 0; top + y.extent <= tilesHigh; top++) {
      for (let left = 0; left + x.extent <= tilesWide; left++) {
        const moved = goTo(used, (i) => siteAt.get(keyOf(left + x.values[i], top + y.values[i], slot[cores[used[i]]])));
        if (moved !== null) yield moved;
      }
    }
  }
}

/** Coordinates from 0 on, and how many there are. */
function fromZero(values: Int32Array): { readonly values: Int32Array; readonly extent: number } {
  const least = values.reduce((a, b) => Math.min(a, b));
  const shifted = values.map((value) => value - least);
  return { values: shifted, extent: 1 + shifted.reduce((a, b) => Math.max(a, b)) };
}

/** Null as soon as one has nowhere to go. */
function goTo(used: Int32Array, siteOf: (i: number) => number | undefined): Int32Array | null {
  const moved = new Int32Array(used.length);
  for (let i = 0; i < used.length; i++) {
    const site = siteOf(i);
    if (site === undefined) return null;
    moved[i] = site;
  }
  return moved;
}
