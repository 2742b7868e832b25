import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/core/random.ts';
import { pivotLayout, smooth } from '../../../src/mapping/solve/layout.ts';
import { type Edge, graphOf, sheetEdges, sheetPositions, symmetricCorrelation } from './support.ts';

const finite = (position: Float64Array) => position.every((value) => Number.isFinite(value));
const layout = (vertices: number, edges: readonly Edge[]) => pivotLayout(graphOf(vertices, edges), randomStream(1, 'layout'));

describe('the pivot layout', () => {
  it('unrolls a sheet', () => {
    expect(symmetricCorrelation(layout(144, sheetEdges(12, 12)), sheetPositions(12, 12))).toBeGreaterThan(0.95);
  });

  it('lays a path out in order', () => {
    const position = layout(
      30,
      Array.from({ length: 29 }, (_, v): Edge => [v, v + 1, 1]),
    );
    const [dx, dy] = [position[58] - position[0], position[59] - position[1]];
    const along = Array.from({ length: 30 }, (_, v) => position[2 * v] * dx + position[2 * v + 1] * dy);
    for (let v = 1; v < 30; v++) expect(along[v]).toBeGreaterThan(along[v - 1]);
  });

  it('does not see edges that are weak beside the others of their ends', () => {
    // A sheet of weight 100 and a shortcut of weight 1 between opposite corners: same layout as without.
    const sheet = sheetEdges(8, 8).map(([a, b]): Edge => [a, b, 100]);
    expect(layout(64, [...sheet, [0, 63, 1]])).toEqual(layout(64, sheet));
    expect(layout(64, [...sheet, [0, 63, 100]])).not.toEqual(layout(64, sheet));
  });

  it('lays out whatever hangs together, wherever the first pivot falls', () => {
    // The sheet is the largest component; 40 vertices stand alone.
    for (let seed = 0; seed < 5; seed++) {
      const position = pivotLayout(graphOf(184, sheetEdges(12, 12)), randomStream(seed, 'layout'));
      expect(finite(position)).toBe(true);
      expect(symmetricCorrelation(position.subarray(0, 288), sheetPositions(12, 12))).toBeGreaterThan(0.9);
    }
  });

  it.each([
    ['one vertex', 1, []],
    ['two vertices', 2, [[0, 1, 1]]],
    ['two vertices apart', 2, []],
    ['a triangle', 3, sheetEdges(3, 1)],
    ['no edges', 60, []],
    ['a clique', 20, Array.from({ length: 400 }, (_, k): Edge => [Math.floor(k / 20), k % 20, 1]).filter(([a, b]) => a < b)],
  ] satisfies [string, number, Edge[]][])('gives %s finite positions', (_, vertices, edges) => {
    const position = layout(vertices, edges);
    expect(position.length).toBe(2 * vertices);
    expect(finite(position)).toBe(true);
  });
});

describe('smoothing', () => {
  const graph = graphOf(4, [
    [0, 1, 1],
    [0, 2, 3],
    [0, 3, 100],
  ]);
  const smoothed = (steps: number) => {
    const position = Float64Array.of(0, 0, 4, 0, 0, 4, 4, 5);
    smooth(graph, position, 4, steps);
    return position;
  };

  it('goes to the weighted mean of neighbours one by one, but for those beyond reach in either axis', () => {
    // Vertex 0: mean of (4, 0) and three times (0, 4) is (1, 3), and the two follow; vertex 3 lies 5 away in y at first, then 3 and 2 away.
    expect(smoothed(1)).toEqual(Float64Array.of(1, 3, 1, 3, 1, 3, 1, 3));
  });

  it('goes backwards in every other step', () => {
    const position = Float64Array.of(0, 2, 4);
    const row = graphOf(3, [
      [0, 1, 1],
      [1, 2, 1],
    ]);
    const both = Float64Array.from({ length: 6 }, (_, i) => (i % 2 === 0 ? position[i / 2] : 0));
    smooth(row, both, 10, 2);
    // Forwards 2, 3, 3; backwards 3, then the mean of 2 and 3, then that.
    expect(Array.from(both)).toEqual([2.5, 0, 2.5, 0, 3, 0]);
  });

  it('leaves vertices without neighbours where they are', () => {
    const position = Float64Array.of(1, 2, 3, 4);
    smooth(graphOf(2, []), position, 10, 3);
    expect(position).toEqual(Float64Array.of(1, 2, 3, 4));
  });
});
