import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backbone } from '../../../src/mapping/solve/backbone.ts';
import { bothWays, type Edge, edgesOf, entriesOf, graphOf, randomEdges } from './support.ts';

describe('the backbone', () => {
  it('keeps triangles, weights times the neighbours in common, and drops bridges', () => {
    // 0-1-2 and 1-2-3 are triangles that share the edge 1-2; 3-4 is a bridge; 4-5-6-7 a square without diagonals.
    const edges: Edge[] = [
      [0, 1, 3],
      [0, 2, 4],
      [1, 2, 5],
      [1, 3, 6],
      [2, 3, 7],
      [3, 4, 100],
      [4, 5, 1],
      [5, 6, 1],
      [6, 7, 1],
      [4, 7, 1],
    ];
    expect(edgesOf(backbone(graphOf(8, edges)))).toEqual([
      [0, 1, 3],
      [0, 2, 4],
      [1, 2, 10],
      [1, 3, 6],
      [2, 3, 7],
    ]);
  });

  it('agrees with the definition, in both directions of each edge, and keeps sizes', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 14 }), fc.double({ min: 0, max: 1, noNaN: true }), (seed, n, density) => {
        const edges = randomEdges(seed, n, density);
        const graph = graphOf(
          n,
          edges,
          Array.from({ length: n }, (_, v) => v + 1),
        );
        const near = Array.from({ length: n }, (_, v) => new Set(edges.filter(([a, b]) => a === v || b === v).map(([a, b]) => a + b - v)));
        const expected = edges
          .map(([a, b, weight]): Edge => [a, b, weight * [...near[a]].filter((v) => near[b].has(v)).length])
          .filter(([, , weight]) => weight > 0);
        const strong = backbone(graph);
        expect(entriesOf(strong)).toEqual(bothWays(expected));
        expect(strong.size).toEqual(graph.size);
      }),
    );
  });

  it('takes no square of the neighbours of a hub', () => {
    // The square of 200,000 leaves would take minutes.
    const leaves = 200_000;
    const star = {
      vertices: leaves + 1,
      indptr: Int32Array.from({ length: leaves + 2 }, (_, v) => (v === 0 ? 0 : leaves + v - 1)),
      indices: Int32Array.from({ length: 2 * leaves }, (_, at) => (at < leaves ? at + 1 : 0)),
      weights: new Float64Array(2 * leaves).fill(1),
      size: new Int32Array(leaves + 1).fill(1),
    };
    expect(backbone(star).weights.length).toBe(0);
  });
});
