import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/core/random.ts';
import { findPositions } from '../../../src/mapping/solve/positions.ts';
import { type Edge, graphOf, sheetPositions, symmetricCorrelation, wovenSheet } from './support.ts';

const find = (vertices: number, edges: readonly Edge[], seed = 1) =>
  findPositions(graphOf(vertices, edges), randomStream(seed, 'positions'));

describe('positions that nobody gave', () => {
  it.each([
    { width: 30, height: 12, shortcuts: 0.02, lone: 0 },
    { width: 40, height: 40, shortcuts: 0.02, lone: 0 },
    { width: 40, height: 40, shortcuts: 0.2, lone: 0 },
    // Those without neighbours must not count as vertices that are still to be joined.
    { width: 40, height: 40, shortcuts: 0.2, lone: 600 },
  ])('are those of a shuffled sheet, up to its symmetries: $width × $height, $shortcuts shortcuts, $lone alone', (shape) => {
    const { width, height, shortcuts, lone } = shape;
    const vertices = width * height;
    const { edges, order } = wovenSheet(width, height, shortcuts, 1);
    const sheet = sheetPositions(width, height);
    const real = Float64Array.from({ length: 2 * vertices }, (_, i) => sheet[2 * order[i >> 1] + (i % 2)]);
    for (const seed of [1, 2]) {
      const position = find(vertices + lone, edges, seed);
      expect(symmetricCorrelation(position.subarray(0, 2 * vertices), real)).toBeGreaterThan(0.95);
      expect(position.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
  });

  it('are a function of the stream', () => {
    const { edges } = wovenSheet(12, 12, 0.02, 1);
    expect(find(144, edges, 3)).toEqual(find(144, edges, 3));
  });

  it('put a vertex without neighbours among its own in the middle of all its neighbours', () => {
    // A sheet, and a vertex that knows three of its corners: no triangles there.
    const { edges, order } = wovenSheet(10, 10, 0, 1);
    const named = (v: number) => order.indexOf(v);
    const corners = [0, 9, 99].map(named);
    const position = find(101, [...edges, ...corners.map((v): Edge => [v, 100, 5])]);
    for (const axis of [0, 1]) {
      const sorted = corners.map((v) => position[2 * v + axis]).sort((a, b) => a - b);
      expect(position[200 + axis]).toBe(sorted[1]);
    }
  });

  it('are finite where the graph falls apart', () => {
    const { edges } = wovenSheet(8, 8, 0, 1);
    const position = find(128, [...edges, ...edges.map(([a, b, weight]): Edge => [a + 64, b + 64, weight])]);
    expect(position.every((value) => Number.isFinite(value))).toBe(true);
  });

  it.each([0, 1, 2, 3, 7, 1500])('are finite for %i vertices without edges', (vertices) => {
    const position = find(vertices, []);
    expect(position.length).toBe(2 * vertices);
    expect(position.every((value) => Number.isFinite(value))).toBe(true);
  });

  it.each([
    ['an edge', 2, [[0, 1, 1]]],
    [
      'a triangle',
      3,
      [
        [0, 1, 1],
        [1, 2, 1],
        [0, 2, 1],
      ],
    ],
    ['a star', 1200, Array.from({ length: 1199 }, (_, i): Edge => [0, i + 1, 1])],
  ] satisfies [string, number, Edge[]][])('are finite for %s', (_, vertices, edges) => {
    expect(find(vertices, edges).every((value) => Number.isFinite(value))).toBe(true);
  });
});
