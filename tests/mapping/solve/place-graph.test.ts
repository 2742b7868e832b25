import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/core/random.ts';
import { cutPositions } from '../../../src/mapping/solve/cut.ts';
import { type Mesh, placeGraph } from '../../../src/mapping/solve/place-graph.ts';
import {
  costByDefinition,
  type Edge,
  graphOf,
  loads,
  meshCores,
  meshDistance,
  placementGraph,
  randomEdges,
  sheetEdges,
  sheetPositions,
  wovenSheet,
} from './support.ts';

/** So little that a case takes milliseconds. */
const BRIEF = { seed: 1, effort: 0.002 };

/** Cost of the placement of a graph, which has to be legal. */
function placed(vertices: number, edges: readonly Edge[], mesh: Mesh, position: Float64Array | null = null, options = BRIEF): number {
  const core = placeGraph(placementGraph(vertices, edges, position), mesh, options);
  expectLegal(core, vertices, mesh);
  return costByDefinition(edges, meshDistance(mesh.width), core);
}

function expectLegal(core: Int32Array, vertices: number, { width, height, capacity }: Mesh): void {
  expect(core.length).toBe(vertices);
  expect(core.every((c) => c >= 0 && c < width * height)).toBe(true);
  expect(Math.max(0, ...loads(core, width * height))).toBeLessThanOrEqual(capacity);
}

/** The least cost of all placements. */
function optimum(vertices: number, edges: readonly Edge[], { width, height, capacity }: Mesh): number {
  const distance = meshDistance(width);
  const core: number[] = [];
  const load = new Array<number>(width * height).fill(0);
  let best = Number.POSITIVE_INFINITY;
  const place = (v: number, cost: number) => {
    if (cost >= best) return;
    if (v === vertices) {
      best = cost;
      return;
    }
    for (let c = 0; c < load.length; c++) {
      if (load[c] === capacity) continue;
      load[c]++;
      core[v] = c;
      place(v + 1, cost + edges.reduce((sum, [a, b, w]) => (b === v ? sum + w * distance(core[a], c) : sum), 0));
      load[c]--;
    }
  };
  place(0, 0);
  return best;
}

describe('the placement of a graph', () => {
  it('of a few vertices takes no longer than they are worth', () => {
    const before = process.cpuUsage();
    const edges: Edge[] = [[0, 1, 1], [1, 2, 1]]; // biome-ignore format: edges
    expect(placed(3, edges, { width: 2, height: 2, capacity: 2 }, null, { seed: 1, effort: 1 })).toBe(1);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(1);
  });

  it('is as good as the best of all placements of a few vertices', () => {
    const meshes: Mesh[] = [
      { width: 2, height: 2, capacity: 2 },
      { width: 2, height: 2, capacity: 3 },
      { width: 4, height: 1, capacity: 2 },
      { width: 3, height: 2, capacity: 2 },
    ];
    for (let seed = 0; seed < 16; seed++) {
      const vertices = 4 + (seed % 4);
      const mesh = meshes[seed >> 2];
      const edges = randomEdges(seed, vertices, 0.5);
      expect(placed(vertices, edges, mesh, null, { seed, effort: 0.002 })).toBe(optimum(vertices, edges, mesh));
    }
  });

  const clique = (vertices: number) =>
    Array.from({ length: vertices ** 2 }, (_, k): Edge => [Math.floor(k / vertices), k % vertices, 1]).filter(([a, b]) => a < b);

  it.each([
    // Three borders, each crossed once.
    ['a path', 12, sheetEdges(12, 1), { width: 2, height: 2, capacity: 3 }, 3],
    ['a path with room to spare', 12, sheetEdges(12, 1), { width: 3, height: 3, capacity: 4 }, 2],
    // The centre with one leaf; two leaves each one, one and two hops away.
    ['a star', 8, Array.from({ length: 7 }, (_, i): Edge => [0, i + 1, 1]), { width: 2, height: 2, capacity: 2 }, 8],
    // Four edges between any two cores: four pairs one hop, two pairs two hops apart.
    ['a clique', 8, clique(8), { width: 2, height: 2, capacity: 2 }, 32],
    ['a sheet in tiles of four', 16, sheetEdges(4, 4), { width: 2, height: 2, capacity: 4 }, 8],
    ['a sheet that is longer than wide', 32, sheetEdges(16, 2), { width: 8, height: 1, capacity: 4 }, 14],
    ['a sheet on one core', 16, sheetEdges(4, 4), { width: 1, height: 1, capacity: 20 }, 0],
    ['a sheet on one of many cores', 16, sheetEdges(4, 4), { width: 5, height: 5, capacity: 16 }, 0],
    ['vertices without edges', 7, [], { width: 2, height: 2, capacity: 2 }, 0],
  ] satisfies [string, number, Edge[], Mesh, number][])('is the best there is for %s', (_, vertices, edges, mesh, best) => {
    expect(placed(vertices, edges, mesh, null, { seed: 1, effort: 0.005 })).toBe(best);
  });

  it('needs no search where positions give the best there is', () => {
    // A sheet in tiles of 16, and one in tiles of four: each edge between tiles crosses one border, and none can be spared.
    const options = { seed: 1, effort: 1e-6 };
    expect(placed(256, sheetEdges(16, 16), { width: 4, height: 4, capacity: 16 }, sheetPositions(16, 16), options)).toBe(2 * 3 * 16);
    expect(placed(64, sheetEdges(8, 8), { width: 4, height: 4, capacity: 4 }, sheetPositions(8, 8), options)).toBe(2 * 3 * 8);
  });

  it('is never worse than equal squares where positions are known', () => {
    for (let seed = 0; seed < 6; seed++) {
      const { edges, order } = wovenSheet(12, 12, 0.1, seed);
      const sheet = sheetPositions(12, 12);
      const position = Float64Array.from({ length: 288 }, (_, i) => sheet[2 * order[i >> 1] + (i % 2)]);
      const all = Int32Array.from({ length: 9 }, (_, core) => core);
      const squares = cutPositions(graphOf(144, edges), position, meshCores(3, 3, 16), all);
      const plain = costByDefinition(edges, meshDistance(3), squares);
      expect(placed(144, edges, { width: 3, height: 3, capacity: 16 }, position)).toBeLessThan(plain);
      expect(placed(144, edges, { width: 3, height: 3, capacity: 16 }, position, { seed, effort: 1e-6 })).toBeLessThanOrEqual(plain);
    }
  });

  it('finds the squares of a lattice that nobody gave positions', () => {
    const side = 24;
    const number = randomStream(1, 'hidden').permutation(side * side);
    const edges: Edge[] = [];
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        if (x + 1 < side) edges.push([number[y * side + x], number[y * side + x + 1], 1]);
        if (y + 1 < side) edges.push([number[y * side + x], number[(y + 1) * side + x], 1]);
      }
    }
    // 11 borders of 24 edges each way.
    expect(placed(side * side, edges, { width: 12, height: 12, capacity: 4 }, null, { seed: 1, effort: 1 })).toBeLessThanOrEqual(528);
  });

  it.each([
    { name: 'one long ring', strides: [1, 2, 3, 4, 5, 6, 7, 8] },
    { name: 'rings of odd strides, without triangles', strides: [1, 3, 5, 7] },
  ])('finds modules that fill cores though they have no place in the plane: $name', ({ strides }) => {
    const size = 64;
    const edges: Edge[] = [];
    const number = randomStream(1, 'hidden').permutation(4 * size);
    for (let v = 0; v < 4 * size; v++) {
      const first = size * Math.floor(v / size);
      for (const stride of strides) edges.push([number[v], number[first + ((v - first + stride) % size)], 64]);
    }
    // A square of modules: at best each of these crosses one hop.
    for (const [a, b] of [
      [0, 1],
      [2, 3],
      [0, 2],
      [1, 3],
    ])
      edges.push([number[size * a + b], number[size * b + a + 9], 1]);
    expect(placed(4 * size, edges, { width: 2, height: 2, capacity: size }, null, { seed: 1, effort: 0.1 })).toBe(4);
  });

  it('keeps to capacities for any graph on any mesh that has the room', () => {
    const side = fc.integer({ min: 1, max: 7 });
    fc.assert(
      fc.property(fc.nat(1000), side, side, fc.integer({ min: 1, max: 5 }), fc.boolean(), (seed, width, height, capacity, isFull) => {
        const random = randomStream(seed, 'mesh');
        const room = width * height * capacity;
        const vertices = isFull ? room : 1 + random.int(room);
        const edges = randomEdges(seed, vertices, Math.min(1, 3 / vertices));
        const position = seed % 2 === 0 ? null : Float64Array.from({ length: 2 * vertices }, () => random.int(4));
        expect(Number.isFinite(placed(vertices, edges, { width, height, capacity }, position, { seed, effort: 1e-5 }))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('is a function of seed and effort, and legal under any numbers of the vertices', () => {
    const mesh = { width: 3, height: 3, capacity: 12 };
    for (const shuffle of [1, 2]) {
      const { edges } = wovenSheet(10, 10, 0.05, shuffle);
      const graph = placementGraph(100, edges);
      const core = placeGraph(graph, mesh, BRIEF);
      expectLegal(core, 100, mesh);
      expect(placeGraph(graph, mesh, BRIEF)).toEqual(core);
      expect(placeGraph(graph, mesh, { ...BRIEF, seed: 2 })).not.toEqual(core);
    }
  });

  it('leaves the graph and its positions as they are', () => {
    const graph = placementGraph(16, sheetEdges(4, 4), sheetPositions(4, 4));
    placeGraph(graph, { width: 2, height: 2, capacity: 4 }, BRIEF);
    expect(graph).toEqual(placementGraph(16, sheetEdges(4, 4), sheetPositions(4, 4)));
  });

  it('reports progress from the start, never backwards', () => {
    const shares: number[] = [];
    const onProgress = (share: number) => shares.push(share);
    placeGraph(placementGraph(64, sheetEdges(8, 8)), { width: 3, height: 3, capacity: 9 }, { ...BRIEF, onProgress });
    expect(shares[0]).toBe(0);
    expect(shares.length).toBeGreaterThan(2);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(Math.max(...shares)).toBeLessThanOrEqual(1);
  });

  it('refuses a mesh with less room than there are vertices', () => {
    const graph = placementGraph(9, sheetEdges(3, 3));
    expect(() => placeGraph(graph, { width: 2, height: 2, capacity: 2 }, BRIEF)).toThrow('9 vertices, room for 8');
  });
});
