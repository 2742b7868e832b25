import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  arranged,
  nearSquareGrid,
  parsePositions,
  sitesOfPositions,
  sitesRowByRow,
  withFreeSites,
} from '../../../src/exchange/import/positions.ts';
import { denseFromCsr } from '../../../src/network/csr.ts';
import { siteCount } from '../../../src/network/geometry.ts';
import { runNetwork } from '../../../src/network/run.ts';
import { randomInputs, randomNetwork } from '../../compression/random-network.ts';

const grid = (rows: number, columns: number) => ({ rows, columns, metric: 'l1' }) as const;
const sites = (text: string, neurons: number, on: ReturnType<typeof grid> | null = null) =>
  sitesOfPositions(parsePositions(text, 'p.csv'), neurons, on, 'p.csv');

describe('a coordinates file', () => {
  it.each([
    ['lines of row,column', '0,1\n1,0\n1,2\n'],
    ['a header in any order, other columns, and other separators', '\uFEFFNeuron;Column;Row\r\n0;1;0\r\n\r\n1;0;1\r\n2;2;1\r\n'],
    ['JSON lists', '[[0,1],[1,0],[1,2]]'],
    ['JSON objects', ' [{"row":0,"column":1},{"column":0,"row":1},{"row":1,"column":2}]'],
  ])('may be %s', (_, text) => {
    expect(sites(text, 3)).toEqual({ grid: grid(2, 3), site: Int32Array.of(1, 3, 5) });
    expect(sites(text, 3, grid(4, 5))).toEqual({ grid: grid(4, 5), site: Int32Array.of(1, 5, 7) });
  });

  it.each([
    ['0,0\n0,1\n0,0', 3, null, 'p.csv, line 3: row 0, column 0 is taken by line 1'],
    ['row,column\n0,0\n3,0', 2, grid(3, 3), 'p.csv, line 3: row 3, column 0 is outside the 3x3 grid'],
    ['0,0\n0,1', 3, null, 'p.csv has 2 positions, the model has 3 neurons'],
    ['0,0\n0', 2, null, 'p.csv, line 2: 1 fields, expected 2: row, column'],
    ['0,0\n0,-1', 2, null, 'p.csv, line 2: the column is "-1", a whole number of at least 0 was expected'],
    ['0,0\n0.5,1', 2, null, 'p.csv, line 2: the row is "0.5"'],
    ['x,y\n0,0', 1, null, 'p.csv, line 1: the header names x, y; row and column were expected'],
    ['', 1, null, 'p.csv is empty'],
    ['[[0,0],[0]]', 2, null, 'p.csv, entry 2: the row is missing'],
    ['[[0,0],[0,null]]', 2, null, 'p.csv, entry 2: the column is null'],
    ['[[0,0]', 1, null, 'p.csv is not JSON'],
    ['0,0\n0,99999999', 2, null, 'p.csv reaches to row 0, column 99999999; grids have 10,000 sites and 1,000 rows at most'],
  ] as const)('%j is refused for %i neurons', (text, neurons, on, message) => {
    expect(() => sites(text, neurons, on)).toThrow(message);
    expect(() => sites(text, neurons, on)).not.toThrow('\n');
  });
});

describe('sites', () => {
  it('row by row need a grid that is large enough, and say which would be', () => {
    expect(sitesRowByRow(3, grid(2, 2))).toEqual(Int32Array.of(0, 1, 2));
    expect(() => sitesRowByRow(5, grid(2, 2))).toThrow('grid 2x2 has 4 sites for 5 neurons; the smallest near-square one is 2x3');
  });

  it('that are free go to neurons without a position', () => {
    expect(withFreeSites(Int32Array.of(2, 0), 4, grid(2, 3))).toEqual(Int32Array.of(2, 0, 1, 3));
    expect(() => withFreeSites(Int32Array.of(1, 0), 3, grid(1, 2))).toThrow('grid 2 has 2 sites for 3 neurons');
  });

  it('of the near-square grid suffice, and a row less would not', () => {
    for (let neurons = 1; neurons < 200; neurons++) {
      const { rows, columns } = nearSquareGrid(neurons);
      expect(siteCount(grid(rows, columns))).toBeGreaterThanOrEqual(neurons);
      expect((rows - 1) * columns).toBeLessThan(neurons);
      expect(columns - rows).toBeLessThanOrEqual(1);
      expect(columns - rows).toBeGreaterThanOrEqual(0);
    }
  });
});

it('an arranged network is the same network: weights move with their neurons, outputs do not change', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 99 }), fc.infiniteStream(fc.nat()), (neurons, seed, chance) => {
      const network = randomNetwork(seed, { inputs: 2, neurons, outputs: 3 });
      const keys = Array.from({ length: 12 }, () => chance.next().value as number);
      const shuffled = Array.from({ length: 12 }, (_, s) => s).sort((a, b) => keys[a] - keys[b] || a - b);
      const site = Int32Array.from(shuffled.slice(0, neurons));
      const moved = arranged(network, grid(3, 4), site);
      expect([...moved.site]).toEqual([...site].sort((a, b) => a - b));
      const placeOf = Array.from(site, (s) => moved.site.indexOf(s));
      const [before, after] = [denseFromCsr(network.recurrent), denseFromCsr(moved.recurrent)];
      for (let i = 0; i < neurons; i++) {
        expect(moved.bias[placeOf[i]]).toBe(network.bias[i]);
        for (let j = 0; j < neurons; j++) expect(after[placeOf[i] * neurons + placeOf[j]]).toBe(before[i * neurons + j]);
      }
      const inputs = randomInputs(seed, 4 * 2 * 2);
      const [a, b] = [runNetwork(network, inputs, 4, 2).outputs, runNetwork(moved, inputs, 4, 2).outputs];
      a.forEach((x, i) => {
        expect(b[i]).toBeCloseTo(x, 5);
      });
    }),
    { numRuns: 100 },
  );
});
