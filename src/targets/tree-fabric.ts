// How do messages travel in a hierarchy of routers: R1 in each core, R2 in each chip, and a mesh of R3 between chips?
import { type Fabric, type Hops, LinkList } from './fabric.ts';
import type { ChipPositions } from './grid.ts';
import { gridFabric } from './grid-fabric.ts';
import { searchedFabric } from './searched-fabric.ts';

/**
 * The fabric of a hierarchy, routers R1 [R2 [R3 … R3] R2] R1: no link within a core, 2 within a chip (up to R2 and down), and
 * 4 + |dx| + |dy| between chips that are (dx, dy) apart. Links up and down the tree have no direction on the mesh; they count
 * along x.
 *
 * @see Moradi et al. (2018)
 */
export function treeFabric(coresPerChip: number, positions: ChipPositions): Fabric {
  const { wide, x: chipX, y: chipY } = positions;
  const chips = chipX.length;
  // R1 of all cores, chip by chip; then R2 and R3 of all chips.
  const r2 = (chip: number) => chips * coresPerChip + chip;
  const r3 = (chip: number) => chips * (coresPerChip + 1) + chip;
  const routers = chips * (coresPerChip + 2);
  const isCore = (router: number) => router < r2(0);
  const chipOf = (router: number) => (isCore(router) ? Math.floor(router / coresPerChip) : (router - r2(0)) % chips);
  const list = new LinkList();
  const up = new Int32Array(routers).fill(-1);
  const down = new Int32Array(routers).fill(-1);
  const join = (low: number, high: number) => {
    up[low] = list.add(low, high, 'x', false);
    down[low] = list.add(high, low, 'x', false);
  };
  for (let router = 0; router < r2(0); router++) join(router, r2(chipOf(router)));
  if (chips > 1) for (let chip = 0; chip < chips; chip++) join(r2(chip), r3(chip));
  const mesh = meshOfChips(positions);
  const chipAt = new Map(Array.from({ length: chips }, (_, chip) => [chipY[chip] * wide + chipX[chip], chip]));
  const meshLink = Array.from(mesh.links.from, (from, link) =>
    list.add(r3(chipAt.get(from) as number), r3(chipAt.get(mesh.links.to[link]) as number), mesh.links.hopsX[link] ? 'x' : 'y', true),
  );
  const place = (chip: number) => chipY[chip] * wide + chipX[chip];
  /** Links that lead from a router up to R2 of its chip, or to R3. */
  const climb = (router: number, toMesh: boolean): number[] => {
    const chip = chipOf(router);
    return [...(isCore(router) ? [router] : []), ...(toMesh && router !== r3(chip) ? [r2(chip)] : [])];
  };
  const route = (from: number, to: number): number[] => {
    if (from === to) return [];
    const isRemote = chipOf(from) !== chipOf(to) || from >= r3(0) || to >= r3(0);
    return [
      ...climb(from, isRemote).map((router) => up[router]),
      ...mesh.route(place(chipOf(from)), place(chipOf(to))).map((link) => meshLink[link]),
      ...climb(to, isRemote)
        .reverse()
        .map((router) => down[router]),
    ];
  };
  const inTree = (from: number, to: number): number => {
    if (from === to) return 0;
    const isRemote = chipOf(from) !== chipOf(to) || from >= r3(0) || to >= r3(0);
    const steps = (router: number) => Number(isCore(router)) + Number(isRemote && router < r3(0));
    return steps(from) + steps(to);
  };
  return {
    ...drawn(coresPerChip, positions),
    wraps: false,
    links: list.links(),
    // A chip alone is not joined to its R3.
    exists: (router) => chips > 1 || router < r3(0),
    transit: Uint8Array.from({ length: routers }, (_, router) => Number(!isCore(router))),
    routerOf: (_tileX, _tileY, chip, core) => chip * coresPerChip + core,
    hops(from, to): Hops {
      const { x, y } = mesh.hops(place(chipOf(from)), place(chipOf(to)));
      return { x: x + inTree(from, to), y };
    },
    distance: (from, to) => mesh.distance(place(chipOf(from)), place(chipOf(to))) + inTree(from, to),
    route,
    port: {
      router: chips > 1 ? r3(chipAt.get(mesh.port.router) as number) : r2(0),
      assumption: 'inputs enter at the outermost router of the chip in the middle of the west edge',
    },
  };
}

function meshOfChips({ wide, high, x, y }: ChipPositions): Fabric {
  const there = new Set(x.map((column, chip) => y[chip] * wide + column));
  const mesh = gridFabric({
    wide,
    high,
    chipWide: 1,
    chipHigh: 1,
    hexagonal: false,
    wraps: false,
    exists: (router) => there.has(router),
    routerOf: (column, row) => row * wide + column,
  });
  return there.size === wide * high ? mesh : searchedFabric(mesh);
}

/** On paper a chip is a square of its cores at even positions, R2 between those of the last row and R3 in the corner. */
function drawn(coresPerChip: number, chips: ChipPositions): Pick<Fabric, 'x' | 'y' | 'wide' | 'high'> {
  const columns = Math.ceil(Math.sqrt(coresPerChip));
  const rows = Math.ceil(coresPerChip / columns);
  const places: [number, number][] = [];
  for (const chip of chips.x.keys()) {
    for (let core = 0; core < coresPerChip; core++) places.push(at(chip, 2 * (core % columns), 2 * Math.floor(core / columns)));
  }
  for (const chip of chips.x.keys()) places.push(at(chip, 2 * Math.ceil(columns / 2) - 1, 2 * rows - 2));
  for (const chip of chips.x.keys()) places.push(at(chip, 2 * columns - 1, 2 * rows - 1));
  function at(chip: number, x: number, y: number): [number, number] {
    return [chips.x[chip] * 2 * columns + x, chips.y[chip] * 2 * rows + y];
  }
  return {
    x: Int32Array.from(places, ([x]) => x),
    y: Int32Array.from(places, ([, y]) => y),
    wide: chips.wide * 2 * columns,
    high: chips.high * 2 * rows,
  };
}
