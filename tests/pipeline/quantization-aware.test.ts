// Is what training computes with the network that compression will store? The two may not know each other; here they meet.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantize } from '../../src/compression/quantize.ts';
import { forEachEntry } from '../../src/network/csr.ts';
import { flatParameters } from '../../src/training/fine-tune.ts';
import { parameterLayout } from '../../src/training/parameters.ts';
import { accumulatorUnits, integerGrid, largestUnits, ruledQuantizer } from '../../src/training/uniform-quantizer.ts';
import { randomNetwork } from '../compression/random-network.ts';

describe('fake-quantized parameters', () => {
  it('are the integers of the integer network times their units, for every format and grouping', () => {
    fc.assert(
      fc.property(
        fc.nat(100_000),
        fc.constantFrom({ qmax: 127, step: 1 }, { qmax: 7, step: 1 }, { qmax: 1, step: 1 }, { qmax: 254, step: 2 }, { qmax: 15, step: 2 }),
        fc.constantFrom(1, 3, 12),
        fc.constantFrom(4, 8),
        (seed, weights, groupCount, stateBits) => {
          const network = randomNetwork(seed, { inputs: 4, neurons: 12, outputs: 3 });
          const groups = Int32Array.from({ length: 12 }, (_, i) => i % groupCount);
          const { network: integer } = quantize(network, { state: 3, input: 1.5 }, { weights, groups, stateBits });
          const { state, input, accumulator, readout } = integer.scales;
          const grid = integerGrid(network, { groups, stateUnit: state, inputUnit: input, stored: () => weights });
          const parameters = flatParameters(network);
          const quantizer = ruledQuantizer(grid, largestUnits(grid, state));
          const { values, passes } = quantizer.quantize(parameters);

          // Units agree up to the order in which their factors are multiplied.
          const units = accumulatorUnits(network, grid, quantizer.units());
          for (let i = 0; i < network.neurons; i++) expect(units.accumulator[i] / accumulator[i]).toBeCloseTo(1, 14);
          expect(units.readout / readout).toBeCloseTo(1, 14);

          const layout = parameterLayout(network);
          const stored = new Float64Array(layout.length);
          for (const [name, unit] of [
            ['recurrent', state],
            ['input', input],
            ['readout', state],
          ] as const) {
            const { start } = layout[name === 'recurrent' ? 'W' : name === 'input' ? 'W_in' : 'W_out'];
            forEachEntry(integer[name], (row, column, value) => {
              const accumulatorUnit = name === 'readout' ? readout : accumulator[row];
              stored[start + row * integer[name].columns + column] = (value * accumulatorUnit) / unit;
            });
          }
          integer.bias.forEach((b, i) => {
            stored[layout.b.start + i] = b * accumulator[i];
          });
          integer.readoutBias.forEach((b, k) => {
            stored[layout.b_out.start + k] = b * readout;
          });
          for (let p = 0; p < layout.length; p++) {
            expect(Math.abs(values[p] - stored[p])).toBeLessThanOrEqual(1e-6 * Math.abs(stored[p]));
            expect(passes[p]).toBe(1);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
