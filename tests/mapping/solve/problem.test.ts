import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/core/random.ts';
import { meshHops, pairHops } from '../../../src/mapping/solve/hops.ts';
import { wiringCost } from '../../../src/mapping/solve/problem.ts';
import { costByDefinition, graphOf, meshDistance, randomEdges } from './support.ts';

describe('the wiring cost', () => {
  it('is Σ weight·hops, each edge once, and Σ weight·hops to the port', () => {
    // Cores 0 … 5 of a mesh 3 wide. Edges 0–1 over 3 hops (cores 0 and 5), 1–2 over 1 (5 and 4), 0–2 over 2; port at core 3.
    const graph = graphOf(3, [
      [0, 1, 10],
      [1, 2, 7],
      [0, 2, 1],
    ]);
    const port = { weight: Float64Array.of(2, 0, 5), hops: Float64Array.of(1, 2, 3, 0, 1, 2) };
    const core = Int32Array.of(0, 5, 4);
    expect(wiringCost({ graph, hops: meshHops(3, 2), port: null }, core)).toBe(10 * 3 + 7 * 1 + 1 * 2);
    expect(wiringCost({ graph, hops: meshHops(3, 2), port }, core)).toBe(39 + 2 * 1 + 5 * 1);
  });

  it('agrees with the definition on any mesh and any table', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 0, max: 12 }), fc.integer({ min: 1, max: 4 }), (seed, n, width) => {
        const edges = randomEdges(seed, n, 0.5);
        const graph = graphOf(n, edges);
        const random = randomStream(seed, 'cores');
        const core = Int32Array.from({ length: n }, () => random.int(width * 3));
        expect(wiringCost({ graph, hops: meshHops(width, 3), port: null }, core)).toBe(costByDefinition(edges, meshDistance(width), core));
        const distance = (a: number, b: number) => Math.abs(a * a - b * b);
        expect(wiringCost({ graph, hops: pairHops(width * 3, distance), port: null }, core)).toBe(costByDefinition(edges, distance, core));
      }),
    );
  });
});
