import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadTarget } from '../../src/targets/load.ts';
import { type NetworkShape, type Topology, topology, topologyOf } from '../../src/targets/topology.ts';
import { loadChanged, mappableTargets, pairsOf, sumOf, wrongWays } from './support.ts';

describe('the network of a chip', () => {
  it('numbers cores row-major by tile, then slot', () => {
    const { tileX, tileY, slot, cores, coresPerTile } = topology(loadTarget('loihi1'));
    expect([cores, coresPerTile]).toEqual([128, 4]);
    const core = (3 * 8 + 5) * 4 + 2;
    expect([tileX[core], tileY[core], slot[core]]).toEqual([5, 3, 2]);
  });

  it('puts cores of a tile behind one router', () => {
    const loihi = topology(loadTarget('loihi1'));
    expect(loihi.hops(0, 3)).toEqual({ x: 0, y: 0 });
    expect(loihi.hops(0, 4)).toEqual({ x: 1, y: 0 });
    expect(loihi.hops(0, 127)).toEqual({ x: 7, y: 3 });
    expect(loihi.distance(0, 127)).toBe(10);
  });

  it('shares a router between 2 × 2 tiles of ISAAC', () => {
    const isaac = topology(loadTarget('isaac-ce'));
    const core = (x: number, y: number) => (y * 14 + x) * 12;
    expect([isaac.routersWide, isaac.routersHigh, isaac.cores]).toEqual([7, 6, 2016]);
    expect(isaac.hops(core(0, 0), core(1, 1))).toEqual({ x: 0, y: 0 });
    expect(isaac.hops(core(1, 1), core(2, 2))).toEqual({ x: 1, y: 1 });
    expect(isaac.hops(core(0, 0), core(13, 11))).toEqual({ x: 6, y: 5 });
  });

  it('leaves absent tiles out of the numbering', () => {
    const { cores, tileX, tileY } = topology(loadChanged('rram-mesh', { 'hierarchy.levels.0.arrangement.absent': [[0, 0], [3, 1]] })); // biome-ignore format: two points
    expect(cores).toBe(62);
    expect([tileX[0], tileY[0]]).toEqual([1, 0]);
    expect(Array.from({ length: cores }, (_, c) => `${tileX[c]},${tileY[c]}`)).not.toContain('3,1');
  });

  it('takes the short way round a torus', () => {
    const torus = topology(loadChanged('rram-mesh', { 'topology.kind': 'torus2d' }));
    expect(torus.wraps).toBe(true);
    fc.assert(
      fc.property(fc.nat(63), fc.nat(63), (a, b) => {
        const away = (p: number, q: number) => Math.min((p - q + 8) % 8, (q - p + 8) % 8);
        expect(torus.hops(a, b)).toEqual({ x: away(a % 8, b % 8), y: away(a >> 3, b >> 3) });
      }),
    );
  });

  it('lets inputs enter in the middle of the west edge, and says that this is assumed', () => {
    const rram = topology(loadTarget('rram-mesh:width=5,height=3'));
    expect(rram.port).toEqual({ x: 0, y: 1, assumption: expect.stringContaining('west edge') });
    expect(rram.portHops(4)).toEqual({ x: 4, y: 1 });
    expect(rram.portHops(5)).toEqual({ x: 0, y: 0 });
    // Of two in the middle the one farther north.
    expect(topology(loadTarget('rram-mesh')).port).toMatchObject({ x: 0, y: 3 });
  });

  it.each(mappableTargets())('leads inputs of %s over links that follow one another, wherever they may enter', (id) => {
    const { cores, links, routersWide, routersHigh, entrance } = topology(loadTarget(id));
    const far = (count: number) => [0, 1, count >> 1, count - 1].filter((at) => at < count);
    // A hierarchy on paper is small, and only some of its places are routers.
    const along = (count: number) => (count <= 8 ? Array.from({ length: count }, (_, at) => at) : far(count));
    const entrances = along(routersHigh).flatMap((y) => along(routersWide).flatMap((x) => entrance(x, y) ?? []));
    expect(entrances.length).toBeGreaterThan(0);
    for (const { portRoute, portHops } of entrances) {
      for (const core of far(cores)) {
        const route = portRoute(core);
        const { x, y } = portHops(core);
        expect(route.map((link) => links.from[link])).not.toContain(undefined);
        expect(route.slice(1).map((link) => links.from[link])).toEqual(route.slice(0, -1).map((link) => links.to[link]));
        expect(x + y).toBe(sumOf(route, links.hopsX) + sumOf(route, links.hopsY));
      }
    }
  });

  it('gives the pitch with its basis, and no pitch where none is known', () => {
    expect(topology(loadTarget('loihi1')).pitch).toMatchObject({
      xMm: 1.369,
      yMm: 1.369,
      basis: 'area-share',
      source: expect.stringContaining('derived'),
    });
    // Routers of ISAAC are two tiles apart.
    expect(topology(loadTarget('isaac-ce')).pitch.xMm).toBeCloseTo(2 * Math.sqrt(0.372), 3);
    const none = { value: null, unit: 'mm', provenance: 'not-published', how: 'not found' };
    expect(topology(loadChanged('loihi1', { 'geometry.pitch.x': none, 'geometry.pitch.y': none })).pitch).toMatchObject({
      xMm: null,
      yMm: null,
    });
  });

  it('refuses a kind of network that is not modelled', () => {
    expect(() => topologyOf({ ...shape({}), kind: 'unknown' })).toThrow(/network of kind unknown; modelled are: single, mesh2d, /);
  });
});

interface Wanted {
  readonly kind?: NetworkShape['kind'];
  readonly tiles?: readonly [wide: number, high: number];
  readonly chips?: readonly [wide: number, high: number];
  readonly slots?: number;
  readonly block?: number;
  readonly absent?: readonly (readonly [number, number])[];
}

/** A network of given size. */
function shape({ kind = 'mesh2d', tiles = [1, 1], chips = [1, 1], slots = 1, block = 1, absent = [] }: Wanted): NetworkShape {
  const places = Array.from({ length: chips[0] * chips[1] }, (_, chip) => chip);
  return {
    name: 'made-up',
    kind,
    grid: {
      chip: { width: tiles[0], height: tiles[1], absent, coresPerTile: slots },
      chips: {
        wide: chips[0],
        high: chips[1],
        x: places.map((chip) => chip % chips[0]),
        y: places.map((chip) => Math.floor(chip / chips[0])),
      },
      assumptions: [],
    },
    block: { x: block, y: block },
    pitch: { xMm: null, yMm: null, basis: 'none', source: 'made up' },
  };
}

const made = (wanted: Wanted): Topology => topologyOf(shape(wanted));
const everyCore = ({ cores }: Topology) => Array.from({ length: cores }, (_, core) => core);

describe('networks of every kind', () => {
  const side = fc.integer({ min: 1, max: 5 });
  const sizes = fc.tuple(side, side);
  const boards = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 }));
  const kinds: readonly [NetworkShape['kind'], fc.Arbitrary<Wanted>][] = [
    ['single', fc.record({ tiles: sizes, chips: boards, slots: fc.constantFrom(1, 2) })],
    ['mesh2d', fc.record({ tiles: sizes, chips: boards, slots: fc.constantFrom(1, 3) })],
    ['torus2d', fc.record({ tiles: sizes, chips: boards })],
    ['cmesh', fc.record({ tiles: sizes, chips: boards, block: fc.constantFrom(1, 2, 3) })],
    ['hexmesh', fc.record({ tiles: sizes })],
    ['hextorus', fc.record({ chips: sizes, slots: fc.constantFrom(1, 2) })],
    ['hier', fc.record({ tiles: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 })), chips: boards })],
    ['interleaved', fc.record({ tiles: sizes })],
    ['bus', fc.record({ tiles: fc.constant([1, 1] as const), slots: fc.integer({ min: 1, max: 9 }) })],
    ['host', fc.record({ tiles: sizes, chips: boards })],
  ];
  it.each(kinds)('%s: routes are shortest ways over links that exist, and hops count them', (kind, sizesOf) => {
    fc.assert(
      fc.property(sizesOf, (wanted) => {
        const network = made({ ...wanted, kind });
        expect(wrongWays(network, pairsOf(everyCore(network).slice(0, 40)))).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  // A neuron tile of MOSAIC passes nothing on: from tile 0 to tile 2 of a row is 5, though tile 1 is 1 away from both.
  it.each(kinds.filter(([kind]) => kind !== 'interleaved'))('%s: hops obey the triangle inequality', (kind, sizesOf) => {
    fc.assert(
      fc.property(sizesOf, (wanted) => {
        const network = made({ ...wanted, kind });
        const some = everyCore(network).filter((core) => core % Math.ceil(network.cores / 8) === 0);
        for (const [a, b] of pairsOf(some)) {
          for (const c of some) expect(network.distance(a, c)).toBeLessThanOrEqual(network.distance(a, b) + network.distance(b, c));
        }
      }),
      { numRuns: 15 },
    );
  });

  it.each(kinds)('%s: hops from the port are the links of a way from it', (kind, sizesOf) => {
    fc.assert(
      fc.property(sizesOf, (wanted) => {
        const network = made({ ...wanted, kind });
        const { port, links, routers, routerOf } = network;
        for (const core of everyCore(network)) {
          const { x, y } = network.portHops(core);
          const way = network.portRoute(core);
          const [first = -1, last = -1] = [way[0], way.at(-1)];
          expect([x, y]).toEqual([sumOf(way, links.hopsX), sumOf(way, links.hopsY)]);
          const start = first < 0 ? routerOf(core) : links.from[first];
          expect([routers.x[start], routers.y[start]]).toEqual([port.x, port.y]);
          if (last >= 0) expect(links.to[last]).toBe(routerOf(core));
        }
      }),
      { numRuns: 15 },
    );
  });

  it('count hops by hand', () => {
    // Steps (2, 1): one diagonal and one along x; (2, −1): three straight ones.
    const hexagonal = made({ kind: 'hexmesh', tiles: [4, 4] });
    expect([hexagonal.hops(4, 10), hexagonal.hops(4, 2)]).toEqual([{ x: 2, y: 0 }, { x: 2, y: 1 }]); // biome-ignore format: pairs
    const steps = (network: Topology, from: number, to: number) =>
      network.route(from, to).map((link) => {
        const [a, b] = [network.links.from[link], network.links.to[link]];
        return [network.routers.x[b] - network.routers.x[a], network.routers.y[b] - network.routers.y[a]];
      });
    expect(steps(hexagonal, 4, 11)).toEqual([[1, 1], [1, 0], [1, 0]]); // biome-ignore format: pairs
    expect(steps(hexagonal, 4, 2)).toEqual([[1, 0], [1, 0], [0, -1]]); // biome-ignore format: pairs
    expect(steps(made({ tiles: [4, 4] }), 12, 2)).toEqual([[1, 0], [1, 0], [0, -1], [0, -1], [0, -1]]); // biome-ignore format: pairs
    // On 4 × 4, round the torus: (3, 2) is (−1, −2) away, (3, 3) one diagonal, (3, 0) one to the west.
    const torus = made({ kind: 'hextorus', chips: [4, 4] });
    expect([torus.distance(0, 11), torus.distance(0, 15), torus.distance(0, 3)]).toEqual([2, 1, 1]);
    // Two chips side by side, four cores each: up to R2 and down; up to R3, across, and down.
    const tree = made({ kind: 'hier', tiles: [2, 2], chips: [2, 1] });
    expect([tree.hops(0, 0), tree.hops(0, 3), tree.hops(0, 4)]).toEqual([{ x: 0, y: 0 }, { x: 2, y: 0 }, { x: 5, y: 0 }]); // biome-ignore format: pairs
    expect([tree.chipOf(3), tree.chipOf(4)]).toEqual([0, 1]);
    expect(tree.route(0, 4).map((link) => tree.links.crosses[link])).toEqual([0, 0, 1, 0, 0]);
    expect([made({ kind: 'host', slots: 3 }).distance(0, 2), made({ kind: 'single', slots: 3 }).distance(0, 2)]).toEqual([1, 0]);
  });

  it('counts routing tiles between the tiles of MOSAIC as the rules of its training code do', () => {
    const { distance, hops, portHops, tileX, tileY } = made({ kind: 'interleaved', tiles: [6, 5] });
    for (const [a, b] of pairsOf(Array.from({ length: 30 }, (_, core) => core))) {
      const across = Math.abs(tileX[a] - tileX[b]);
      const down = Math.abs(tileY[a] - tileY[b]);
      const both = across + down;
      const isStraight = across === 0 || down === 0;
      expect(distance(a, b)).toBe(both === 0 ? 0 : !isStraight || both === 1 ? 2 * both - 1 : 2 * both + 1);
    }
    // Neighbours; diagonal neighbours; two apart in a row: out sideways, along the corridor, and in; from the port to the tile beside it.
    expect([hops(0, 1), hops(0, 7), hops(0, 2), portHops(2)]).toEqual([{ x: 1, y: 0 }, { x: 2, y: 1 }, { x: 4, y: 1 }, { x: 1, y: 0 }]); // biome-ignore format: pairs
  });

  it('continue a mesh across the chips of a board, numbering cores chip by chip', () => {
    const board = made({ tiles: [3, 2], chips: [2, 2], slots: 2 });
    expect([board.cores, board.chips, board.tilesWide, board.tilesHigh]).toEqual([48, 4, 6, 4]);
    // First core of chip 1 is tile (3, 0); tile (2, 0) of chip 0 is its neighbour.
    expect([board.tileX[12], board.tileY[12], board.chipOf(11), board.chipOf(12)]).toEqual([3, 0, 0, 1]);
    expect(board.distance(4, 12)).toBe(1);
    const crossings = (a: number, b: number) => sumOf(board.route(a, b), board.links.crosses);
    expect([crossings(4, 12), crossings(0, 2), crossings(0, 47)]).toEqual([1, 0, 2]);
  });

  it('go round missing tiles, and refuse a network in pieces', () => {
    // A wall in the middle of 3 × 3 with a gap in the south.
    const gap = made({ tiles: [3, 3], absent: [[1, 0], [1, 1]] }); // biome-ignore format: points
    expect(gap.distance(0, 1)).toBe(6);
    expect(gap.hops(0, 1)).toEqual({ x: 2, y: 4 });
    expect(wrongWays(gap, pairsOf(everyCore(gap)))).toEqual([]);
    const torn = { tiles: [3, 3] as const, absent: [[1, 0], [1, 1], [1, 2]] as const }; // biome-ignore format: points
    expect(() => made(torn)).toThrow(/made-up is in pieces: no way leads from router \(0, 0\) to \(2, 0\)/);
    expect(made({ ...torn, kind: 'torus2d' }).distance(0, 1)).toBe(1);
  });

  it('join chips whose tiles at the edge are missing by the routers next to the gap', () => {
    // Two chips of 2 × 3 above each other, the last row of each without tiles: rows 0, 1 and 3, 4 are left.
    const gap = made({ tiles: [2, 3], chips: [1, 2], absent: [[0, 2], [1, 2]] }); // biome-ignore format: points
    expect([gap.cores, gap.tileY[2], gap.tileY[4], gap.distance(2, 4)]).toEqual([8, 1, 3, 1]);
    expect(gap.route(2, 4).map((link) => gap.links.crosses[link])).toEqual([1]);
    expect(wrongWays(gap, pairsOf(everyCore(gap)))).toEqual([]);
  });

  it('are as far as on a whole grid inside the hexagon of a 48-chip board', () => {
    const grid = pairsOf([0, 1, 2, 3, 4, 5, 6, 7]);
    const inside = grid.filter(([x, y]) => x - y <= 4 && y - x <= 3).sort(([, a], [, b]) => a - b);
    const { grid: whole, ...rest } = shape({ kind: 'hextorus', chips: [8, 8] });
    const chips = { wide: 8, high: 8, x: inside.map(([x]) => x), y: inside.map(([, y]) => y) };
    const board = topologyOf({ ...rest, grid: { ...whole, chips } });
    expect([board.cores, board.wraps]).toEqual([48, false]);
    expect(wrongWays(board, pairsOf(everyCore(board)))).toEqual([]);
    for (const [a, b] of pairsOf(everyCore(board))) {
      const [dx, dy] = [chips.x[a] - chips.x[b], chips.y[a] - chips.y[b]];
      expect(board.distance(a, b)).toBe(dx * dy > 0 ? Math.max(Math.abs(dx), Math.abs(dy)) : Math.abs(dx) + Math.abs(dy));
    }
  });
});

describe('a board', () => {
  it('is chosen by its number of chips, and part of the target', () => {
    const [one, two] = [loadTarget('loihi1'), loadTarget('loihi1:chips=2')];
    expect([two.label, two.board?.name, topology(two).cores]).toEqual(['loihi1:chips=2', 'stick', 256]);
    expect(two.hash).not.toBe(one.hash);
    expect(loadTarget('loihi1:chips=1').board).toBeNull();
    expect(topology(two).assumptions).toEqual([expect.stringContaining('2 chips of the board stand in a grid of 2 × 1')]);
    expect([topology(loadTarget('loihi1:chips=8')).cores, loadTarget('loihi1:chips=768').board?.name]).toEqual([1024, 'rack']);
  });

  it('is refused where there is none of that size, with those there are', () => {
    expect(() => loadTarget('loihi1:chips=3')).toThrow(
      'no board of 3 chips; its boards: stick (2 chips), board (8 … 32 chips), rack (768 chips)',
    );
    expect(() => loadTarget('rram-mesh:chips=4')).toThrow('its file lists no boards');
    expect(() => topology(loadTarget('spinnaker2:chips=48'))).toThrow('mesh2d on a board of kind hextorus are not modelled; try one chip');
  });
});
