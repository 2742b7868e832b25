import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../src/core/random.ts';
import { cutPositions } from '../../../src/mapping/solve/cut.ts';
import { loads, meshCores, sheetPositions } from './support.ts';

const unit = (vertices: number) => ({ vertices, size: new Int32Array(vertices).fill(1) });
const side = fc.integer({ min: 1, max: 5 });

describe('the cut', () => {
  it('keeps to every capacity, absent cores not in the list, whatever the positions', () => {
    fc.assert(
      fc.property(
        fc.nat(10_000),
        side,
        side,
        fc.constantFrom('plain', 'one line', 'one point', 'few values'),
        (seed, width, height, kind) => {
          const random = randomStream(seed, 'cut');
          const grid = meshCores(
            width,
            height,
            Array.from({ length: width * height }, () => random.int(7)),
          );
          const cores = Int32Array.from(grid.capacity.keys()).filter((core) => grid.capacity[core] > 0);
          const room = grid.capacity.reduce((a, b) => a + b, 0);
          if (room === 0) return;
          // Every fourth case is exactly full.
          const vertices = seed % 4 === 0 ? room : random.int(room + 1);
          const position = Float64Array.from({ length: 2 * vertices }, (_, i) => {
            if (kind === 'one point' || (kind === 'one line' && i % 2 === 1)) return 3;
            return kind === 'few values' ? random.int(3) : random.normal();
          });
          const core = cutPositions(unit(vertices), position, grid, cores);
          expect(core.length).toBe(vertices);
          loads(core, width * height).forEach((load, k) => {
            expect(load).toBeLessThanOrEqual(grid.capacity[k]);
          });
          if (vertices === room) expect(loads(core, width * height)).toEqual(Array.from(grid.capacity));
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([
    [4, 4, 2, 2],
    [12, 6, 4, 2],
    [9, 9, 3, 3],
    [10, 15, 2, 5],
    [16, 1, 8, 1],
  ])('cuts a sheet of %i × %i on %i × %i cores into equal rectangles, however it is numbered', (wide, high, width, height) => {
    const vertices = wide * high;
    const sheet = sheetPositions(wide, high);
    const order = randomStream(1, 'shuffle').permutation(vertices);
    const position = Float64Array.from({ length: 2 * vertices }, (_, i) => sheet[2 * order[i >> 1] + (i % 2)]);
    const grid = meshCores(width, height, vertices / (width * height));
    const core = cutPositions(
      unit(vertices),
      position,
      grid,
      Int32Array.from({ length: width * height }, (_, k) => k),
    );
    const expected = Int32Array.from(
      { length: vertices },
      (_, v) => Math.floor((position[2 * v + 1] * height) / high) * width + Math.floor((position[2 * v] * width) / wide),
    );
    expect(core).toEqual(expected);
  });

  it('shares vertices out in proportion to capacity', () => {
    const grid = meshCores(4, 1, [10, 30, 20, 40]);
    const core = cutPositions(unit(50), sheetPositions(50, 1), grid, Int32Array.of(0, 1, 2, 3));
    expect(loads(core, 4)).toEqual([5, 15, 10, 20]);
    expect(Array.from(core)).toEqual(Array.from(core).sort((a, b) => a - b));
  });

  it('leaves out cores that are not in the list', () => {
    const core = cutPositions(unit(4), sheetPositions(4, 1), meshCores(4, 1, 2), Int32Array.of(1, 3));
    expect(Array.from(core)).toEqual([1, 1, 3, 3]);
  });

  it('gives vertices at one place to cores in order of number', () => {
    const core = cutPositions(unit(4), new Float64Array(8), meshCores(2, 1, 2), Int32Array.of(0, 1));
    expect(Array.from(core)).toEqual([0, 0, 1, 1]);
  });

  it('counts sizes: whoever lies across a border goes where more of it lies', () => {
    // 3 + 3 of 10: the middle one of size 4 lies half and half, so it stays right; with 5 on the left of 11 it is 2.5 to 2.5.
    const grid = meshCores(2, 1, 100);
    const cut = (...size: number[]) =>
      Array.from(
        cutPositions({ vertices: size.length, size: Int32Array.from(size) }, sheetPositions(size.length, 1), grid, Int32Array.of(0, 1)),
      );
    expect(cut(3, 4, 3)).toEqual([0, 1, 1]);
    expect(cut(2, 4, 3)).toEqual([0, 0, 1]);
    expect(cut(3, 4, 2)).toEqual([0, 1, 1]);
    expect(cut(1, 1, 1, 9)).toEqual([0, 0, 0, 1]);
    expect(cut(9, 1, 1, 1)).toEqual([0, 1, 1, 1]);
  });

  it('puts all on the only core, and nobody anywhere', () => {
    expect(cutPositions(unit(3), sheetPositions(3, 1), meshCores(2, 2, 5), Int32Array.of(2))).toEqual(Int32Array.of(2, 2, 2));
    expect(cutPositions(unit(0), new Float64Array(0), meshCores(2, 2, 5), Int32Array.of(0, 1, 2, 3)).length).toBe(0);
  });

  it('takes no square where keys rise and fall', () => {
    // 400,000 vertices, the largest key in the middle: a selection that takes fixed places for pivots needs minutes.
    const vertices = 400_000;
    const position = Float64Array.from({ length: 2 * vertices }, (_, i) => Math.min(i >> 1, vertices - (i >> 1)));
    const core = cutPositions(unit(vertices), position, meshCores(2, 1, vertices / 2), Int32Array.of(0, 1));
    expect(loads(core, 2)).toEqual([vertices / 2, vertices / 2]);
  });
});
