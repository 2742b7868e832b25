// Is the cost of a placement what counting by hand gives?
import { expect, it } from 'vitest';
import { scoreGraph } from '../../src/mapping/graph-score.ts';

/** A path 0 – 1 – 2 with weights 3 and 10, and vertex 3 alone. */
const PATH = {
  vertices: 4,
  indptr: Int32Array.of(0, 1, 3, 4, 4),
  indices: Int32Array.of(1, 0, 2, 1),
  weights: Float64Array.of(3, 3, 10, 10),
  position: null,
};

it('counts hops along both axes, the weight that leaves its core, and what is too much on a core', () => {
  const mesh = { width: 3, height: 2, capacity: 1 };
  // Core 0 is (0, 0), core 5 is (2, 1): three hops apart.
  expect(scoreGraph(PATH, mesh, Int32Array.of(0, 5, 5, 5))).toEqual({ cost: 9, cutShare: 3 / 13, maxLoad: 3, excess: 2 });
  expect(scoreGraph(PATH, mesh, Int32Array.of(0, 1, 3, 4))).toEqual({ cost: 3 + 20, cutShare: 1, maxLoad: 1, excess: 0 });
});

it('knows no cut share without edges', () => {
  const alone = { vertices: 1, indptr: Int32Array.of(0, 0), indices: new Int32Array(), weights: new Float64Array(), position: null };
  expect(scoreGraph(alone, { width: 1, height: 1, capacity: 1 }, Int32Array.of(0))).toEqual({
    cost: 0,
    cutShare: null,
    maxLoad: 1,
    excess: 0,
  });
});
