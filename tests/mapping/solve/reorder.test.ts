import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/core/random.ts';
import { reorder, spatialOrder } from '../../../src/mapping/solve/reorder.ts';
import { edgesOf, entriesOf, graphOf, randomEdges, sheetPositions } from './support.ts';

describe('the order in space', () => {
  it('names every vertex once, wherever they lie', () => {
    const place = fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constant(0), fc.integer({ min: -2, max: 2 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(place, place), { maxLength: 40 }), fc.integer({ min: 1, max: 50 }), (places, perTile) => {
        const order = spatialOrder(Float64Array.from(places.flat()), perTile);
        expect(Array.from(order).sort((a, b) => a - b)).toEqual(places.map((_, v) => v));
      }),
    );
  });

  it('goes row by row of tiles, back and forth', () => {
    // A sheet of 4 × 4 in tiles of 2 × 2: 0 1 | 2 3, 4 5 | 6 7 above, then from the right below.
    const order = spatialOrder(sheetPositions(4, 4), 4);
    expect(Array.from(order)).toEqual([0, 1, 4, 5, 2, 3, 6, 7, 10, 11, 14, 15, 8, 9, 12, 13]);
  });
});

describe('a reordered graph', () => {
  it('is the same graph under other numbers, and ordered back the graph itself', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 0, max: 15 }), (seed, n) => {
        const random = randomStream(seed, 'order');
        const edges = randomEdges(seed, n, 0.4);
        const graph = graphOf(
          n,
          edges,
          Array.from({ length: n }, () => 1 + random.int(5)),
        );
        const order = random.permutation(n);
        const other = reorder(graph, order);
        expect(Array.from(other.size)).toEqual(Array.from(order, (v) => graph.size[v]));
        const renamed = edgesOf(other).map(([a, b, weight]) => [...[order[a], order[b]].sort((p, q) => p - q), weight]);
        expect(renamed.sort((p, q) => p[0] - q[0] || p[1] - q[1])).toEqual(edgesOf(graph));
        const back = Int32Array.from({ length: n }, (_, v) => order.indexOf(v));
        expect(entriesOf(reorder(other, back))).toEqual(entriesOf(graph));
      }),
    );
  });
});
