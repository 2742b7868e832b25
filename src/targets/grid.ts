// Which tiles does a chip have, and how many cores does each hold?
import type { TargetFile } from './schema.ts';

/** Tiles of one chip as a file states them. */
export interface ChipGrid {
  readonly width: number;
  readonly height: number;
  /** Grid points without a tile. */
  readonly absent: readonly (readonly [number, number])[];
  readonly coresPerTile: number;
}

type Level = TargetFile['hierarchy']['levels'][number];

/** Units of a level within its parent: stated, or counted from its arrangement; null if neither is known. */
export function countOf(level: Level): number | null {
  if (level.countPerParent) return level.countPerParent.value;
  const { arrangement } = level;
  if (!arrangement || arrangement.width.value === null || arrangement.height.value === null) return null;
  return arrangement.width.value * arrangement.height.value - (arrangement.absent?.length ?? 0);
}

/** The levels inside a chip that a file lists, outermost first. */
export function levelsInChip(file: TargetFile): Level[] {
  return file.hierarchy.levels.filter(({ name }) => name === 'tile' || name === 'core');
}

/** The tile grid; a chip without tiles has one core per tile. Null where the file does not say enough. */
export function chipGrid(file: TargetFile): ChipGrid | null {
  const levels = levelsInChip(file);
  const [outer, inner] = levels;
  if (outer === undefined) return null;
  const coresPerTile = inner === undefined ? 1 : countOf(inner);
  const count = countOf(outer);
  if (coresPerTile === null || count === null) return null;
  const { arrangement } = outer;
  if (arrangement) {
    const { width, height, absent = [] } = arrangement;
    return width.value === null || height.value === null ? null : { width: width.value, height: height.value, absent, coresPerTile };
  }
  // Without positions all cores stand at one point, which only a chip without a mesh may do.
  return { width: 1, height: 1, absent: [], coresPerTile: coresPerTile * count };
}

/** Cores of one chip; null where the file does not say. */
export function coresPerChip(file: TargetFile): number | null {
  const grid = chipGrid(file);
  return grid && (grid.width * grid.height - grid.absent.length) * grid.coresPerTile;
}
