import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/core/random.ts';
import { clusterOrder, clusterPositions } from '../../../src/mapping/solve/clusters.ts';
import { type Edge, graphOf, randomEdges } from './support.ts';

describe('the order of a tree of clusters', () => {
  it('keeps groups of any size side by side that are strong inside and weak among each other', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 2, max: 9 }), fc.integer({ min: 2, max: 20 }), (seed, groups, members) => {
        const n = groups * members;
        const shuffled = randomStream(seed, 'shuffled').permutation(n);
        const edges: Edge[] = [];
        for (let a = 0; a < n; a++) {
          for (let b = 0; b < a; b++) {
            if (a % groups === b % groups) edges.push([shuffled[a], shuffled[b], 10]);
            else if ((a + b) % 7 === 0) edges.push([shuffled[a], shuffled[b], 1]);
          }
        }
        const rank = clusterOrder(graphOf(n, edges), members, randomStream(seed, 'clusters'));
        for (let group = 0; group < groups; group++) {
          const ranks = Array.from({ length: members }, (_, i) => rank[shuffled[i * groups + group]]);
          expect(Math.max(...ranks) - Math.min(...ranks)).toBe(members - 1);
        }
      }),
    );
  });

  it('gives every vertex of any graph a rank of its own, also those without neighbours', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 12 }), (seed, n, size) => {
        const rank = clusterOrder(graphOf(n, randomEdges(seed, n, 0.05)), size, randomStream(seed, 'clusters'));
        expect([...rank].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
    );
  });

  it('puts the vertices of a group on one point, and groups on different ones', () => {
    // Four rings of eight, in a circle.
    const edges: Edge[] = [];
    for (let g = 0; g < 4; g++) {
      for (let i = 0; i < 8; i++) edges.push([8 * g + i, 8 * g + ((i + 1) % 8), 50]);
      edges.push([8 * g, 8 * ((g + 1) % 4), 1]);
    }
    const position = clusterPositions(graphOf(32, edges), 8, randomStream(1, 'clusters'));
    const points = Array.from({ length: 32 }, (_, v) => `${position[2 * v]} ${position[2 * v + 1]}`);
    for (let v = 0; v < 32; v++) for (let u = 0; u < v; u++) expect(points[u] === points[v]).toBe(u >> 3 === v >> 3);
  });
});
