// Where do routers, tiles and cores of a chip lie on paper? Blocks of tiles behind one router, in their places, with room for links between.
import type { Topology } from '../targets/topology.ts';
import type { PlacementResult } from './report.ts';
import { type Box, element, fixed, INK, type LegendEntry, type Markup, titled, xAxis, yAxis } from './svg.ts';

/** A router's position on the router grid. */
export interface RouterPosition {
  readonly x: number;
  readonly y: number;
}

/** The part of a chip that is drawn, and where. Positions are in pixels. */
export interface ChipLayout {
  /** Everything that is drawn, port excluded. */
  readonly area: Box;
  /** The routers drawn: inclusive ranges of the router grid. */
  readonly view: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };
  /** Whether some of the chip is left out. */
  readonly cropped: boolean;
  /** The tiles behind one router. */
  block(router: RouterPosition): Box;
  core(core: number): Box;
  /** Width of a link that carries this share of the busiest one's load. */
  linkWidth(share: number): number;
  /** Ends of a link: messages keep to the right, so that the two directions run side by side. */
  link(from: RouterPosition, to: RouterPosition): { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number };
}

/** Narrowest core, in pixels, at which the whole chip is drawn even if most of it is idle. */
const NARROWEST = 12;
/** Top left corner and width of a chip in its picture, in pixels. */
const ORIGIN = { left: 76, top: 66 };
const WIDTH = 660;
/** Largest distance of two routers and largest height of the picture, in pixels. */
const MAX_PITCH = 160;
const MAX_HEIGHT = 620;
/** Share of a block's pitch left free for links. */
const GAP = 0.3;

/** Lays out a chip. A large one is cut to the part in use. */
export function chipLayout(network: Topology, result: PlacementResult): ChipLayout {
  const { routersWide, routersHigh, tileX, tileY, slot, routerX, routerY } = network;
  const { tilesX, tilesY, slots } = behindRouter(network);
  const coreColumns = Math.ceil(Math.sqrt(slots));
  const coreRows = Math.ceil(slots / coreColumns);
  const pitchOf = (across: number, down: number) => Math.min(MAX_PITCH, WIDTH / across, MAX_HEIGHT / down);
  const whole = (pitchOf(routersWide, routersHigh) * (1 - GAP)) / (tilesX * coreColumns) >= NARROWEST;
  const view = whole ? { left: 0, top: 0, right: routersWide - 1, bottom: routersHigh - 1 } : usedView(network, result);
  const across = view.right - view.left + 1;
  const down = view.bottom - view.top + 1;
  const pitch = pitchOf(across, down);
  const side = pitch * (1 - GAP);
  const tileWidth = side / tilesX;
  const tileHeight = side / tilesY;
  const block = ({ x, y }: RouterPosition): Box => ({
    left: ORIGIN.left + (x - view.left) * pitch + (pitch - side) / 2,
    top: ORIGIN.top + (y - view.top) * pitch + (pitch - side) / 2,
    width: side,
    height: side,
  });
  return {
    area: { ...ORIGIN, width: across * pitch, height: down * pitch },
    view,
    cropped: across < routersWide || down < routersHigh,
    block,
    core(core) {
      const { left, top } = block({ x: routerX[core], y: routerY[core] });
      const place = slot[core] % slots;
      // Tiles stand a little further apart than the cores inside them.
      const inset = tilesX * tilesY > 1 ? Math.min(3, tileWidth / 20) : 0;
      const width = (tileWidth - 2 * inset) / coreColumns;
      const height = (tileHeight - 2 * inset) / coreRows;
      const margin = Math.min(1.5, width / 10);
      return {
        left: left + (tileX[core] % tilesX) * tileWidth + inset + (place % coreColumns) * width + margin,
        top: top + (tileY[core] % tilesY) * tileHeight + inset + Math.floor(place / coreColumns) * height + margin,
        width: width - 2 * margin,
        height: height - 2 * margin,
      };
    },
    linkWidth: (share) => 0.5 + share * Math.min(8, 0.2 * side),
    link(from, to) {
      const start = block(from);
      const [dx, dy] = [to.x - from.x, to.y - from.y];
      // Neighbours in a torus may lie at opposite edges: such a link leaves the chip and is drawn as far as its edge.
      const isRound = network.wraps && Math.max(Math.abs(dx), Math.abs(dy)) > 1;
      const [stepX, stepY] = isRound ? [roundStep(dx), roundStep(dy)] : [dx, dy];
      const far = isRound ? 1 : Math.max(Math.abs(dx), Math.abs(dy));
      const shift = side * 0.14;
      const x1 = start.left + side / 2 + ((stepX / far) * side) / 2 - (stepY / far) * shift;
      const y1 = start.top + side / 2 + ((stepY / far) * side) / 2 + (stepX / far) * shift;
      const length = ((far * pitch - side) / far) * (isRound ? 0.5 : 1);
      return { x1, y1, x2: x1 + stepX * length, y2: y1 + stepY * length };
    },
  };
}

/** Direction of a step that goes round where it is long. */
function roundStep(delta: number): number {
  return Math.abs(delta) > 1 ? -Math.sign(delta) : delta;
}

/** Tiles behind one router along each axis, and cores in each of them; a core with a router of its own stands alone. */
function behindRouter({ cores, coresPerTile, tilesWide, tilesHigh, routersWide, routersHigh, routerOf }: Topology) {
  const isAlone = cores < 2 || routerOf(0) !== routerOf(1);
  if (isAlone && coresPerTile > 1) return { tilesX: 1, tilesY: 1, slots: 1 };
  return { tilesX: Math.ceil(tilesWide / routersWide), tilesY: Math.ceil(tilesHigh / routersHigh), slots: coresPerTile };
}

/** Routers in use, the port's, and one more all around. */
function usedView({ routersWide, routersHigh }: Topology, { cores, port, links }: PlacementResult): ChipLayout['view'] {
  const loaded = links?.loads.flatMap(({ from, to }) => [from, to]) ?? [];
  const routers = [port, ...cores.map(({ routerX, routerY }) => ({ x: routerX, y: routerY })), ...loaded];
  const xs = routers.map(({ x }) => x);
  const ys = routers.map(({ y }) => y);
  return {
    left: Math.max(0, Math.min(...xs) - 1),
    top: Math.max(0, Math.min(...ys) - 1),
    right: Math.min(routersWide - 1, Math.max(...xs) + 1),
    bottom: Math.min(routersHigh - 1, Math.max(...ys) + 1),
  };
}

/** The cores of the routers in view. */
export function coresIn({ cores, routerX, routerY }: Topology, view: ChipLayout['view']): number[] {
  return Array.from({ length: cores }, (_, core) => core).filter((core) => isIn(view, { x: routerX[core], y: routerY[core] }));
}

/** Ends of all links between routers in view. */
export function linksIn({ view, link }: ChipLayout, { links, routers }: Topology): ReturnType<ChipLayout['link']>[] {
  const place = (router: number) => ({ x: routers.x[router], y: routers.y[router] });
  return Array.from(links.from, (from, id) => [place(from), place(links.to[id])] as const)
    .filter(([from, to]) => isIn(view, from) && isIn(view, to))
    .map(([from, to]) => link(from, to));
}

/** The routers that are drawn. */
export function routersIn(view: ChipLayout['view'], { routers, links }: Topology): (RouterPosition & { readonly router: number })[] {
  // A number without links is a gap, unless it is the only router.
  const there = new Set(routers.x.length === 1 ? [0] : links.from);
  return Array.from(routers.x, (x, router) => ({ x, y: routers.y[router], router })).filter(
    (one) => there.has(one.router) && isIn(view, one),
  );
}

function isIn({ left, right, top, bottom }: ChipLayout['view'], { x, y }: RouterPosition): boolean {
  return left <= x && x <= right && top <= y && y <= bottom;
}

/** Axes that count routers. */
export function routerAxes({ area, view, block }: ChipLayout): Markup[] {
  const centre = (box: Box) => ({ x: box.left + box.width / 2, y: box.top + box.height / 2 });
  const every = (from: number, to: number) => Math.ceil((to - from + 1) / 16);
  const columns = range(view.left, view.right, every(view.left, view.right));
  const rows = range(view.top, view.bottom, every(view.top, view.bottom));
  return [
    xAxis(
      area,
      columns.map((x) => ({ at: centre(block({ x, y: view.top })).x, label: `${x}` })),
      'router column',
    ),
    yAxis(
      area,
      rows.map((y) => ({ at: centre(block({ x: view.left, y })).y, label: `${y}` })),
      'router row',
    ),
  ];
}

/** Arrow where inputs enter, from the edge of the chip where the port is at one: on the other sides of a router there are links. */
export function portArrow({ block }: ChipLayout, { x, y, assumed }: PlacementResult['port'], network: Topology): Markup {
  const { left, top, width, height } = block({ x, y });
  const middle = { x: left + width / 2, y: top + height / 2 };
  const [across, down] = inwards({ x, y }, network);
  const tip = { x: middle.x - across * (width / 2 + 1), y: middle.y - down * (height / 2 + 1) };
  const points = [0, -7, 7].map((aside) => {
    const back = aside === 0 ? 0 : 11;
    return `${fixed(tip.x - across * back + down * aside)},${fixed(tip.y - down * back + across * aside)}`;
  });
  return titled('polygon', { points: points.join(' '), fill: INK.text }, `inputs enter at router ${x},${y}${assumed ? ' (assumed)' : ''}`);
}

/** The way into the chip at a router, from the first edge it is at: west, north, east, south; from the west inside. */
function inwards({ x, y }: RouterPosition, { routersWide, routersHigh }: Topology): readonly [across: number, down: number] {
  if (x === 0) return [1, 0];
  if (y === 0) return [0, 1];
  if (x === routersWide - 1) return [-1, 0];
  return y === routersHigh - 1 ? [0, -1] : [1, 0];
}

/** The legend's sign of the port. */
export const portEntry: LegendEntry = {
  label: 'inputs enter here',
  swatch: (left, top) =>
    element('polygon', {
      points: `${fixed(left + 18)},${fixed(top + 6)} ${fixed(left + 7)},${fixed(top - 1)} ${fixed(left + 7)},${fixed(top + 13)}`,
      fill: INK.text,
    }),
};

/** The legend's sign of how directions are told apart. */
export const directionEntry: LegendEntry = {
  label: 'messages keep to the right',
  swatch: (left, top) =>
    element('path', {
      d: `M${fixed(left + 24)} ${fixed(top + 2)}h-22l4-3M${fixed(left + 2)} ${fixed(top + 10)}h22l-4 3`,
      fill: 'none',
      stroke: INK.soft,
    }),
};

/** What of the chip is not drawn, in words; empty if nothing is missing. */
export function croppedWords({ cropped, view }: ChipLayout, { routersWide, routersHigh }: Topology): string {
  if (!cropped) return '';
  return ` · routers ${view.left}–${view.right} × ${view.top}–${view.bottom} of ${routersWide} × ${routersHigh}, the others are idle`;
}

function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);
}
