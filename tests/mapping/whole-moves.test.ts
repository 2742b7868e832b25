// Are those all the places where a whole layout can lie?
import { expect, it } from 'vitest';
import { chipOf } from '../../src/mapping/chip.ts';
import { sitesOf } from '../../src/mapping/sites.ts';
import { wholeMoves } from '../../src/mapping/whole-moves.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { madeUpChip } from './support.ts';

/** Sites are all cores, so that they have the same numbers. */
function all(chip: ReturnType<typeof madeUpChip>, except: readonly number[] = []) {
  const cores = Array.from({ length: chip.topology.cores }, (_, core) => core).filter((core) => !except.includes(core));
  return sitesOf(chip, Int32Array.from(cores));
}

it('a layout without symmetry goes to every rectangle that holds it, in eight ways', () => {
  const chip = madeUpChip({ wide: 5, high: 4, slots: 1, neurons: 1 });
  // Like an L, two tiles wide and three high: upright 4 · 2 rectangles, lying 3 · 3.
  const used = Int32Array.of(0, 5, 10, 11);
  const moves = [...wholeMoves(chip, all(chip), used)];
  expect(new Set(moves.map((move) => move.join())).size).toBe(moves.length);
  expect(moves.length).toBe(4 * (4 * 2) + 4 * (3 * 3));
  const { distance } = chip.topology;
  for (const move of moves) {
    move.forEach((a, i) => {
      move.forEach((b, j) => {
        expect(distance(a, b)).toBe(distance(used[i], used[j]));
      });
    });
  }
});

it('slots are kept, and where a core is missing nobody goes', () => {
  const chip = madeUpChip({ wide: 2, high: 2, slots: 2, neurons: 1 });
  // Slot 1 of tile (0, 0): slot 1 of each tile, once for each of the eight ways.
  const goesTo = (except: readonly number[]) => {
    const sites = all(chip, except);
    return new Set([...wholeMoves(chip, sites, Int32Array.of(1))].map(([site]) => sites.cores[site]));
  };
  expect(goesTo([])).toEqual(new Set([1, 3, 5, 7]));
  expect(goesTo([2, 5])).toEqual(new Set([1, 3, 7]));
});

it('the chip of a hierarchy has them too', () => {
  const chip = chipOf(loadTarget('dynap-se'), { maxNeuronsPerCore: null });
  for (const move of wholeMoves(chip, all(chip), Int32Array.of(0, 1))) expect(new Set(move).size).toBe(2);
});
