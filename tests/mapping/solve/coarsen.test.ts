import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/core/random.ts';
import { coarsen, contract } from '../../../src/mapping/solve/coarsen.ts';
import { bothWays, type Edge, edgesOf, entriesOf, graphOf, randomEdges, sheetEdges } from './support.ts';

const graphs = fc.record({
  seed: fc.nat(1000),
  n: fc.integer({ min: 1, max: 24 }),
  density: fc.double({ min: 0, max: 0.6, noNaN: true }),
  largest: fc.integer({ min: 1, max: 4 }),
});

function graphFrom({ seed, n, density, largest }: { seed: number; n: number; density: number; largest: number }) {
  const random = randomStream(seed, 'sizes');
  const edges = randomEdges(seed, n, density);
  return {
    edges,
    graph: graphOf(
      n,
      edges,
      Array.from({ length: n }, () => 1 + random.int(largest)),
    ),
  };
}

/** Edges between clusters by definition. */
function edgesBetween(edges: readonly Edge[], parent: ArrayLike<number>): Edge[] {
  const sum = new Map<string, Edge>();
  for (const [a, b, weight] of edges) {
    const [from, to] = [parent[a], parent[b]].sort((p, q) => p - q);
    if (from !== to) sum.set(`${from},${to}`, [from, to, weight + (sum.get(`${from},${to}`)?.[2] ?? 0)]);
  }
  return [...sum.values()];
}

const total = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

describe('contraction', () => {
  it('adds sizes and parallel edges and leaves no vertex its own neighbour', () => {
    fc.assert(
      fc.property(graphs, fc.integer({ min: 1, max: 8 }), (shape, clusters) => {
        const { graph, edges } = graphFrom(shape);
        const random = randomStream(shape.seed, 'parents');
        // Every cluster has a member, as far as there are vertices.
        const parent = Int32Array.from({ length: shape.n }, (_, v) => (v < clusters ? v : random.int(Math.min(clusters, shape.n))));
        const coarse = contract(graph, parent);
        expect(coarse.vertices).toBe(Math.min(clusters, shape.n));
        expect(entriesOf(coarse)).toEqual(bothWays(edgesBetween(edges, parent)));
        for (let c = 0; c < coarse.vertices; c++) expect(coarse.size[c]).toBe(total(graph.size.filter((_, v) => parent[v] === c)));
      }),
    );
  });
});

describe('coarsening', () => {
  it('joins neighbours to clusters of at most the size asked for, at most three vertices each', () => {
    fc.assert(
      fc.property(graphs, fc.integer({ min: 1, max: 12 }), (shape, maxSize) => {
        const { graph, edges } = graphFrom(shape);
        const { graph: coarse, parent } = coarsen(graph, maxSize, randomStream(shape.seed, 'coarsen'));
        expect([...new Set(parent)].sort((a, b) => a - b)).toEqual(Array.from({ length: coarse.vertices }, (_, c) => c));
        expect(total(coarse.size)).toBe(total(graph.size));
        expect(entriesOf(coarse)).toEqual(bothWays(edgesBetween(edges, parent)));
        for (let c = 0; c < coarse.vertices; c++) {
          const members = Array.from(parent.keys()).filter((v) => parent[v] === c);
          expect(members.length).toBeLessThanOrEqual(3);
          if (members.length === 1) continue;
          expect(coarse.size[c]).toBeLessThanOrEqual(maxSize);
          // Whoever is in company has a neighbour there.
          for (const v of members) expect(edges.some(([a, b]) => parent[a] === c && parent[b] === c && (a === v || b === v))).toBe(true);
        }
      }),
    );
  });

  it('joins the ends of the heavier edges', () => {
    // A path of pairs: weight 9 within, 1 between.
    const path = Array.from({ length: 11 }, (_, v): Edge => [v, v + 1, v % 2 === 0 ? 9 : 1]);
    const { graph, parent } = coarsen(graphOf(12, path), 2, randomStream(1, 'coarsen'));
    expect(graph.vertices).toBe(6);
    for (let v = 0; v < 12; v += 2) expect(parent[v]).toBe(parent[v + 1]);
    expect(edgesOf(graph).map(([, , weight]) => weight)).toEqual([1, 1, 1, 1, 1]);
  });

  it('prefers the smaller of two neighbours by weight per size', () => {
    // Vertex 1 of the middle is tied to a large one by 5 and to a small one by 3; whoever comes first, 5/4 < 3/1.
    for (let seed = 0; seed < 10; seed++) {
      const edges: Edge[] = [
        [0, 1, 5],
        [1, 2, 3],
      ];
      const { parent } = coarsen(graphOf(3, edges, [4, 1, 1]), 5, randomStream(seed, 'coarsen'));
      const first = randomStream(seed, 'coarsen').permutation(3)[0];
      // The large one, if it comes first, has no other neighbour to choose.
      expect(parent[1] === parent[first === 0 ? 0 : 2]).toBe(true);
    }
  });

  it('leaves a graph without edges as it is', () => {
    const { graph, parent } = coarsen(graphOf(5, []), 10, randomStream(1, 'coarsen'));
    expect(graph.vertices).toBe(5);
    expect(parent).toEqual(Int32Array.of(0, 1, 2, 3, 4));
  });

  it('is a function of the stream', () => {
    const sheet = graphOf(64, sheetEdges(8, 8));
    const once = coarsen(sheet, 4, randomStream(7, 'coarsen'));
    expect(coarsen(sheet, 4, randomStream(7, 'coarsen'))).toEqual(once);
    expect(coarsen(sheet, 4, randomStream(8, 'coarsen')).parent).not.toEqual(once.parent);
  });
});
