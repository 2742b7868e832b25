import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fakeQuantize } from '../../src/compression/fake-quantize.ts';
import { applyUnits, quantize } from '../../src/compression/quantize.ts';
import { chooseUnits } from '../../src/compression/units.ts';
import { formatBits, type WeightFormat } from '../../src/compression/weight-format.ts';
import { chooseTable, nearestLevel } from '../../src/compression/weight-table.ts';
import type { Csr } from '../../src/network/csr.ts';
import { randomNetwork } from './random-network.ts';

/** As on TrueNorth: four signed 9-bit weights a neuron. */
const TABLE: WeightFormat = { qmax: 255, step: 1, rowLevels: 4 };

const spread = (values: readonly number[]) => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
};

/** Least squared error of sorted values in at most `most` clusters, every cut tried. */
function leastError(sorted: readonly number[], most: number): number {
  if (sorted.length === 0) return 0;
  if (most === 1) return spread(sorted);
  return Math.min(...sorted.map((_, cut) => spread(sorted.slice(0, cut + 1)) + leastError(sorted.slice(cut + 1), most - 1)));
}

describe('the table of a neuron', () => {
  it('is its weights where they are few', () => {
    expect(chooseTable([], 4)).toEqual([]);
    expect(chooseTable([7, 7, 7], 4)).toEqual([7]);
    expect(chooseTable([5, -3, 5, 200, -3, 1], 4)).toEqual([-3, 1, 5, 200]);
  });

  it('has the centres of clusters worked out by hand', () => {
    expect(chooseTable([-100, -98, 10, 11, 12, 50, 251, 255], 4)).toEqual([-99, 11, 50, 253]);
  });

  it('is of the least squared error that any division has, up to the rounding of its means', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.integer({ min: -255, max: 255 }).filter((w) => w !== 0),
          { minLength: 1, maxLength: 9 },
        ),
        fc.integer({ min: 1, max: 4 }),
        (weights, most) => {
          const table = chooseTable(weights, most);
          expect(table.length).toBeLessThanOrEqual(most);
          expect(table.every((level) => Number.isInteger(level) && level !== 0 && Math.abs(level) <= 255)).toBe(true);
          const error = weights.reduce((sum, w) => sum + (w - nearestLevel(table, w)) ** 2, 0);
          // A mean is at most half off; 0 as a further level only helps.
          expect(error).toBeLessThanOrEqual(
            leastError(
              [...weights].sort((a, b) => a - b),
              most,
            ) +
              weights.length / 4 +
              1e-9,
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is chosen from by nearness, symmetrically in sign, and a synapse may be off', () => {
    const table = [-10, 6, 20];
    expect([-40, -5, -6, 2, 3, 4, 13, 14, 0].map((w) => nearestLevel(table, w))).toEqual([-10, 0, -10, 0, 0, 6, 6, 20, 0]);
  });
});

describe('a network whose neurons choose from tables', () => {
  const float = randomNetwork(3, { inputs: 4, neurons: 15, outputs: 3 });
  const options = { weights: TABLE, groups: 'channel' } as const;
  const units = chooseUnits(float, { state: 3, input: 1 }, options);
  const { network, storedBits } = quantize(float, { state: 3, input: 1 }, options);
  const row = ({ indptr, values }: Csr<Int32Array>, i: number) => [...values.subarray(indptr[i], indptr[i + 1])];

  it('has at most four different weights in each neuron, recurrent and input together', () => {
    for (let i = 0; i < 15; i++) {
      const levels = new Set([...row(network.recurrent, i), ...row(network.input, i)]);
      expect(levels.size).toBeLessThanOrEqual(4);
      expect([...levels].every((level) => Math.abs(level) <= 255)).toBe(true);
    }
    for (let k = 0; k < 3; k++) expect(new Set(row(network.readout, k)).size).toBeLessThanOrEqual(4);
    expect(Math.max(...network.recurrent.values.map(Math.abs))).toBeGreaterThan(127);
  });

  it('is what training sees, and stays as it is when it is quantized again', () => {
    const fake = fakeQuantize(float, units, options);
    expect([...fake.recurrent.integers].filter((w) => w !== 0)).toEqual([...network.recurrent.values]);
    const again = { ...float, recurrent: { ...float.recurrent, values: fake.recurrent.values } };
    const once = { ...again, input: { ...float.input, values: fake.input.values } };
    expect(applyUnits(once, units, options).network.recurrent).toEqual(network.recurrent);
  });

  it('needs three bits to name a level or none, and 4 × 9 bits for each table', () => {
    expect(formatBits(TABLE)).toBe(3);
    const synapses = network.recurrent.values.length + network.input.values.length + network.readout.values.length;
    expect(storedBits).toBe(3 * synapses + 18 * 4 * 9);
  });
});
