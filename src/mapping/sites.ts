// Which cores may groups go to, and in which of them do they start? A window of tiles around the port.
import type { Routers } from './blocks.ts';
import type { Chip } from './chip.ts';
import { longerSide, sortAlong } from './partition.ts';
import { type HopTable, pairHops } from './solve/hops.ts';

/** Cores that units may go to, numbered as sites. */
export interface Sites {
  /** Core ids of the target, shape [sites]. */
  readonly cores: Int32Array;
  readonly hops: HopTable;
  /** Hops from the port, shape [sites]. */
  readonly port: Float64Array;
}

/** A rectangle of tiles: columns left … left + wide − 1, rows top … top + high − 1. */
interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly wide: number;
  readonly high: number;
}

/**
 * The cores that a search over `groups` groups considers: those of a near-square window with a margin of a tile or two.
 * Input synapses pull everything towards the port, so the window lies around it.
 *
 * @param pinned - cores that have to be among them
 */
export function sitesFor(chip: Chip, groups: number, pinned: readonly number[] = []): Sites {
  const { topology } = chip;
  const whole = { left: 0, top: 0, wide: topology.tilesWide, high: topology.tilesHigh };
  const near = nearestTile(chip);
  let side = Math.ceil(Math.sqrt(Math.ceil(groups / topology.coresPerTile))) + 2;
  // Absent tiles may leave a window short of cores.
  let cores = coresIn(chip, rectangleAt(near, side, side, whole));
  while (cores.length < Math.min(groups, chip.usableCores)) cores = coresIn(chip, rectangleAt(near, ++side, side, whole));
  return sitesOf(chip, pinned.length === 0 ? cores : Int32Array.from(new Set([...cores, ...pinned])).sort());
}

/** Distances of the given cores. */
export function sitesOf(chip: Chip, cores: Int32Array): Sites {
  const hops = pairHops(cores.length, (a, b) => chip.topology.distance(cores[a], cores[b]));
  const port = Float64Array.from(cores, (core) => {
    const { x, y } = chip.portHops(core);
    return x + y;
  });
  return { cores, hops, port };
}

/**
 * Starting arrangements: on each rectangle of tiles that is large enough and not larger than needed, groups laid out as
 * their centres lie on the grid, in all eight orientations.
 *
 * @param centres - row and column of each group, shape [groups, 2]
 * @returns site of each group, one array per start
 */
export function startingSites(chip: Chip, sites: Sites, centres: Float64Array): Int32Array[] {
  const { topology } = chip;
  const groups = centres.length / 2;
  const siteOf = new Map(Array.from(sites.cores, (core, site) => [core, site]));
  const box = boundingBox(chip, sites.cores);
  const near = nearestTile(chip);
  const starts: Int32Array[] = [];
  for (let wide = 1; wide <= box.wide; wide++) {
    const high = Math.ceil(groups / (wide * topology.coresPerTile));
    if (high > box.high || wide > 3 * high || high > 3 * wide) continue;
    // A pinned core far away widens the box, not what may be used in it.
    const cores = coresIn(chip, rectangleAt(near, wide, high, box)).filter((core) => siteOf.has(core));
    if (cores.length < groups) continue;
    for (const turned of orientations(centres)) {
      const ids = Int32Array.from({ length: groups }, (_, g) => g);
      const core = new Int32Array(groups);
      layOut(chip, turned, ids, cores, core);
      starts.push(core.map((id) => siteOf.get(id) as number));
    }
  }
  // Absent tiles can spoil every rectangle; the first cores in order always do.
  if (starts.length === 0) starts.push(Int32Array.from({ length: groups }, (_, g) => g));
  return starts;
}

/**
 * A starting arrangement that fills one router after the other: first those that lie in the window as a whole, nearest to the port first.
 *
 * @param rank - place of each group in the order in which they go there, shape [groups]
 * @returns site of each group
 */
export function sitesInLine({ port }: Sites, routers: Routers, rank: Int32Array): Int32Array {
  const inLine = [...routers.sites].sort((a, b) => b.length - a.length || port[a[0]] - port[b[0]] || a[0] - b[0]).flat();
  return rank.map((place) => inLine[place]);
}

/** Bisects groups and cores together, along the longer side of each, so that neighbours stay neighbours. */
function layOut(chip: Chip, centres: Float64Array, groups: Int32Array, cores: Int32Array, out: Int32Array): void {
  if (groups.length === 0) return;
  if (cores.length === 1) {
    out[groups[0]] = cores[0];
    return;
  }
  const { tileX, tileY } = chip.topology;
  const box = boundingBox(chip, cores);
  const alongX = box.wide >= box.high;
  const key = alongX ? tileX : tileY;
  const sortedCores = Int32Array.from(cores).sort((a, b) => key[a] - key[b] || a - b);
  const first = sortedCores.length >> 1;
  // Columns lie along x; within one tile the cores have no direction of their own.
  const axis = box.wide === 1 && box.high === 1 ? longerSide(centres, groups) : alongX ? 1 : 0;
  const sortedGroups = sortAlong(centres, groups, axis);
  const share = Math.round((groups.length * first) / cores.length);
  const size = Math.min(first, Math.max(groups.length - (cores.length - first), share));
  layOut(chip, centres, sortedGroups.subarray(0, size), sortedCores.subarray(0, first), out);
  layOut(chip, centres, sortedGroups.subarray(size), sortedCores.subarray(first), out);
}

/** The layout mirrored and transposed. */
function orientations(centres: Float64Array): Float64Array[] {
  const out: Float64Array[] = [];
  for (const [rowSign, columnSign] of [
    [1, 1],
    [1, -1],
    [-1, 1],
    [-1, -1],
  ] as const) {
    for (const axis of [0, 1]) {
      out.push(centres.map((_, i) => (i % 2 === axis ? rowSign * centres[i - (i % 2)] : columnSign * centres[i - (i % 2) + 1])));
    }
  }
  return out;
}

/** A rectangle of the given size in a box, its centre as near to a tile as it can be. */
function rectangleAt(near: { x: number; y: number }, width: number, height: number, box: Rectangle): Rectangle {
  const wide = Math.min(width, box.wide);
  const high = Math.min(height, box.high);
  const left = clamp(near.x - (wide >> 1), box.left, box.left + box.wide - wide);
  const top = clamp(near.y - (high >> 1), box.top, box.top + box.high - high);
  return { left, top, wide, high };
}

/** The tile of the core nearest to the port; the port itself is a router, which may serve several tiles or none. */
function nearestTile(chip: Chip): { x: number; y: number } {
  const { topology } = chip;
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let core = 0; core < topology.cores; core++) {
    const hops = chip.portHops(core);
    if (hops.x + hops.y >= least) continue;
    least = hops.x + hops.y;
    best = core;
  }
  return { x: topology.tileX[best], y: topology.tileY[best] };
}

function coresIn({ topology, keepFree }: Chip, { left, top, wide, high }: Rectangle): Int32Array {
  const { cores, tileX, tileY } = topology;
  const isKept = new Set(keepFree);
  const inside: number[] = [];
  for (let core = 0; core < cores; core++) {
    if (isKept.has(core)) continue;
    if (tileX[core] >= left && tileX[core] < left + wide && tileY[core] >= top && tileY[core] < top + high) inside.push(core);
  }
  return Int32Array.from(inside);
}

function boundingBox(chip: Chip, cores: Int32Array): Rectangle {
  const { tileX, tileY } = chip.topology;
  const xs = Array.from(cores, (core) => tileX[core]);
  const ys = Array.from(cores, (core) => tileY[core]);
  const left = xs.reduce((a, b) => Math.min(a, b));
  const top = ys.reduce((a, b) => Math.min(a, b));
  return { left, top, wide: xs.reduce((a, b) => Math.max(a, b)) - left + 1, high: ys.reduce((a, b) => Math.max(a, b)) - top + 1 };
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
