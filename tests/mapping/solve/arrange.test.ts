import { expect, it } from 'vitest';
import { arrangeCores } from '../../../src/mapping/solve/arrange.ts';
import { meshHops } from '../../../src/mapping/solve/hops.ts';
import { nearPairs } from '../../../src/mapping/solve/near.ts';
import { costByDefinition, type Edge, graphOf, meshCores, meshDistance } from './support.ts';

/** A square of four modules of three, each tied to the next by one wire; the ring runs 0, 1, 3, 2. */
const RING = [0, 1, 3, 2];
const edges: Edge[] = RING.flatMap((module, i): Edge[] => [
  [3 * module, 3 * module + 1, 9],
  [3 * module + 1, 3 * module + 2, 9],
  [3 * module, 3 * RING[(i + 1) % 4] + 1, 1],
]);

function arranged(width: number, height: number, core: Int32Array): number {
  const grid = meshCores(width, height, 3);
  arrangeCores({ graph: graphOf(12, edges), grid, hops: meshHops(width, height), port: null, fixed: null }, core, nearPairs(grid), 6);
  return costByDefinition(edges, meshDistance(width), core);
}

it('puts whole cores in order, which no exchange of single vertices does', () => {
  // Module 1 and 3 have changed places: 6 in place of 4.
  expect(arranged(2, 2, Int32Array.of(0, 0, 0, 3, 3, 3, 2, 2, 2, 1, 1, 1))).toBe(4);
});

it('moves whole cores to empty ones', () => {
  // On a row of five the ring fits four in a row at best: 1 + 1 + 1 + 3.
  expect(arranged(5, 1, Int32Array.of(0, 0, 0, 1, 1, 1, 4, 4, 4, 2, 2, 2))).toBe(6);
});

it('leaves what shares a core together', () => {
  const core = Int32Array.of(0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 0);
  const together = (of: Int32Array) => Array.from(of, (a) => Array.from(of, (b) => a === b));
  const before = together(core);
  arranged(2, 2, core);
  expect(together(core)).toEqual(before);
});
