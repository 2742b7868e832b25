// Which tiles does a chip (or a board of one-router chips) have, and how many cores does each hold?
import type { TargetFile } from './schema.ts';

/** Tiles of one network as a file states them: units with a router each, or groups that share one. */
export interface ChipGrid {
  readonly width: number;
  readonly height: number;
  /** Grid points without a tile. */
  readonly absent: readonly (readonly [number, number])[];
  readonly coresPerTile: number;
}

type Level = TargetFile['hierarchy']['levels'][number];

/** Units of a level within its parent, usable or not: stated, or counted from its arrangement; null if neither is known. */
export function countOf(level: Level): number | null {
  return level.countPerParent ? level.countPerParent.value : arrangedOf(level);
}

/** Positions that an arrangement has, those of absent units left out. */
export function arrangedOf({ arrangement }: Level): number | null {
  if (!arrangement || arrangement.width.value === null || arrangement.height.value === null) return null;
  return arrangement.width.value * arrangement.height.value - (arrangement.absent?.length ?? 0);
}

/** Units of a level within its parent that neurons may use. */
function usableOf(level: Level): number | null {
  return level.usable ? level.usable.value : countOf(level);
}

/** The levels inside a chip that a file lists, outermost first. */
export function levelsInChip(file: TargetFile): Level[] {
  return file.hierarchy.levels.filter(({ name }) => name === 'tile' || name === 'core');
}

/** The levels that messages travel between, outermost first: those of a chip, or its chips too where each is one router. */
export function levelsInNetwork(file: TargetFile): Level[] {
  return [...file.hierarchy.levels.filter(({ name, router }) => name === 'chip' && router === true), ...levelsInChip(file)];
}

/** The tile grid; a chip without tiles has one core per tile. Null where the file does not say enough. */
export function chipGrid(file: TargetFile): ChipGrid | null {
  const [outer, ...inner] = levelsInNetwork(file);
  if (outer === undefined) return null;
  const coresPerTile = product(inner.map(usableOf));
  const count = usableOf(outer);
  if (coresPerTile === null || count === null) return null;
  const { arrangement } = outer;
  if (arrangement) {
    const { width, height, absent = [] } = arrangement;
    return width.value === null || height.value === null ? null : { width: width.value, height: height.value, absent, coresPerTile };
  }
  // Without positions all cores stand at one point, which only a chip without a mesh may do.
  return { width: 1, height: 1, absent: [], coresPerTile: coresPerTile * count };
}

/** Cores of one chip, usable or not; null where the file does not say. */
export function coresPerChip(file: TargetFile): number | null {
  return product(levelsInChip(file).map(countOf));
}

/** Cores of the network that neurons may use; null where the file does not say. */
export function usableCores(file: TargetFile): number | null {
  return product(levelsInNetwork(file).map(usableOf));
}

function product(counts: readonly (number | null)[]): number | null {
  return counts.reduce((all, count) => (all === null || count === null ? null : all * count), 1);
}
