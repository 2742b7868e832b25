// Which tiles does a chip (or a board of one-router chips) have, and how many cores does each hold?
import { UsageError } from '../core/errors.ts';
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

/** Whether each chip is one router, and the network what joins chips. */
export function areChipsRouters(file: TargetFile): boolean {
  return levelsInNetwork(file)[0]?.name === 'chip';
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

/** Where the chips of a network stand beside each other, row by row, absent ones left out. */
export interface ChipPositions {
  readonly wide: number;
  readonly high: number;
  /** Shape [chips]. */
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** Tiles of a whole network. */
export interface NetworkGrid {
  /** Tiles of each chip; one where a chip is one router. */
  readonly chip: ChipGrid;
  readonly chips: ChipPositions;
  /** What nobody stated about where chips stand. */
  readonly assumptions: readonly string[];
}

/** A board as chosen by the user. */
export type Board = NonNullable<TargetFile['system']>['boards'][number];

/**
 * The smallest board of a file that comes with so many chips: exactly so many, or where a source gives a range or an upper
 * bound, any number within it.
 *
 * @throws UsageError if there is none, with the boards there are
 */
export function boardOf(file: TargetFile, chips: number): Board | null {
  if (chips === 1 && !areChipsRouters(file)) return null;
  const boards = [...(file.system?.boards ?? [])].sort((a, b) => (a.chips.value ?? 0) - (b.chips.value ?? 0));
  const board = boards.find((candidate) => {
    const [fewest, most] = chipsOn(candidate);
    return Number.isInteger(chips) && fewest <= chips && chips <= most;
  });
  if (board !== undefined) return { ...board, chips: { ...board.chips, value: chips } };
  const known = boards.map((one) => `${one.name} (${[...new Set(chipsOn(one))].join(' … ')} chips)`);
  throw new UsageError(
    `target ${file.id} has no board of ${chips} chips; ${known.length === 0 ? 'its file lists no boards' : `its boards: ${known.join(', ')}`}`,
  );
}

/** Numbers of chips that the boards of a file come with, ascending. */
export function chipCounts({ system }: TargetFile): number[] {
  const counts = (system?.boards ?? []).flatMap((board) => {
    const [fewest, most] = chipsOn(board);
    return Array.from({ length: most - fewest + 1 }, (_, i) => fewest + i);
  });
  return [...new Set(counts)].filter((count) => count > 0).sort((a, b) => a - b);
}

/** Fewest and most chips of a board; none of an unknown number. */
function chipsOn({ chips, arrangement }: Board): readonly [number, number] {
  if (chips.value === null) return [0, 0];
  if (arrangement || chips.bound !== 'max') return [chips.value, chips.value];
  return chips.range ?? [2, chips.value];
}

/** The grid of one chip (of all chips of the file where each is one router), or of a board; null where the file does not say enough. */
export function networkGrid(file: TargetFile, board: Board | null): NetworkGrid | null {
  const grid = chipGrid(file);
  if (grid === null) return null;
  const chip = areChipsRouters(file) ? { width: 1, height: 1, absent: [], coresPerTile: grid.coresPerTile } : grid;
  if (board === null) {
    return { chip, chips: areChipsRouters(file) ? positionsOf(grid) : positionsOf({ width: 1, height: 1, absent: [] }), assumptions: [] };
  }
  const count = board.chips.value;
  const { width: { value: across } = UNSTATED, height: { value: down } = UNSTATED, absent = [] } = board.arrangement ?? {};
  if (across !== null && down !== null) return { chip, chips: positionsOf({ width: across, height: down, absent }), assumptions: [] };
  if (count === null) return null;
  const width = count / squarestHeight(count);
  const height = count / width;
  return {
    chip,
    chips: positionsOf({ width, height, absent: [] }),
    assumptions: [`the ${count} chips of the board stand in a grid of ${width} × ${height}, whose arrangement is not published`],
  };
}

const UNSTATED = { value: null };

function positionsOf({ width, height, absent }: Pick<ChipGrid, 'width' | 'height' | 'absent'>): ChipPositions {
  const missing = new Set(absent.map(([x, y]) => y * width + x));
  const present = Array.from({ length: width * height }, (_, at) => at).filter((at) => !missing.has(at));
  return { wide: width, high: height, x: present.map((at) => at % width), y: present.map((at) => Math.floor(at / width)) };
}

/** Rows of the most nearly square grid of so many chips. */
function squarestHeight(count: number): number {
  let height = Math.floor(Math.sqrt(count));
  while (count % height !== 0) height--;
  return height;
}

/** Cores of one chip, usable or not; null where the file does not say. */
export function coresPerChip(file: TargetFile): number | null {
  return product(levelsInChip(file).map(countOf));
}

/** Cores of one chip that neurons may use; null where the file does not say. */
export function usableCoresPerChip(file: TargetFile): number | null {
  return product(levelsInChip(file).map(usableOf));
}

/** Cores of the network that neurons may use; null where the file does not say. */
export function usableCores(file: TargetFile): number | null {
  return product(levelsInNetwork(file).map(usableOf));
}

function product(counts: readonly (number | null)[]): number | null {
  return counts.reduce((all, count) => (all === null || count === null ? null : all * count), 1);
}
