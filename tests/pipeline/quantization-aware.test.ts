// Is what training computes with the network that compression will store and run? The two may not know each other; here they meet.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyUnits, quantize, quantizeInputs } from '../../src/compression/quantize.ts';
import { runInteger } from '../../src/compression/run-integer.ts';
import { chooseUnits } from '../../src/compression/units.ts';
import { forEachEntry } from '../../src/network/csr.ts';
import { outputsByRow } from '../../src/pipeline/scores.ts';
import { ortEngine } from '../../src/training/engines/ort.ts';
import { parameterLayout } from '../../src/training/parameters.ts';
import { onInputGrid, quantizationAwareSpec, resolveQuantizationAwareConfig } from '../../src/training/quantization-aware.ts';
import { flatParameters } from '../../src/training/recovery.ts';
import { accumulatorUnits, integerGrid, largestUnits, ruledQuantizer } from '../../src/training/uniform-quantizer.ts';
import { randomInputs, randomNetwork } from '../compression/random-network.ts';

describe('fake-quantized parameters', () => {
  it('are the integers of the integer network times their units, for every format, grouping and choice of units', () => {
    fc.assert(
      fc.property(
        fc.nat(100_000),
        fc.constantFrom({ qmax: 127, step: 1 }, { qmax: 7, step: 1 }, { qmax: 1, step: 1 }, { qmax: 254, step: 2 }, { qmax: 15, step: 2 }),
        fc.constantFrom(1, 3, 12),
        fc.constantFrom('max', 'percentile', 'mse'),
        fc.boolean(),
        (seed, weights, groupCount, scale, powerOfTwo) => {
          const network = randomNetwork(seed, { inputs: 4, neurons: 12, outputs: 3 });
          const groups = Int32Array.from({ length: 12 }, (_, i) => i % groupCount);
          const options = { weights, groups, scale, powerOfTwo } as const;
          const chosen = chooseUnits(network, { state: 3, input: 1.5 }, options);
          const { network: integer, clipped } = applyUnits(network, chosen, options);
          const { state, input, accumulator, readout } = chosen;
          const grid = integerGrid(network, { groups, stateUnit: state, inputUnit: input, stored: () => weights });
          const units = Float64Array.of(...accumulator.subarray(0, groupCount), readout);
          expect(accumulatorUnits(network, grid, units)).toEqual({ accumulator, readout });
          const { values, passes } = ruledQuantizer(grid, () => units).quantize(flatParameters(network));
          if (scale === 'max' && !powerOfTwo) {
            const largest = largestUnits(grid, state)(flatParameters(network));
            // The same up to the order in which factors are multiplied.
            largest.forEach((unit, g) => {
              expect(unit / units[g]).toBeCloseTo(1, 14);
            });
          }

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
          for (let p = 0; p < layout.length; p++) expect(Math.abs(values[p] - stored[p])).toBeLessThanOrEqual(1e-7 * Math.abs(stored[p]));
          expect(passes.filter((pass) => pass === 0).length).toBe(clipped.recurrent + clipped.input + clipped.readout);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a pass with quantized states', () => {
  it('is the integer network up to the rounding of requantization', async () => {
    let compared = 0;
    let differing = 0;
    for (const seed of [1, 2, 3]) {
      const network = randomNetwork(seed, { inputs: 4, neurons: 24, outputs: 5 });
      const [steps, rows] = [30, 20];
      const inputs = randomInputs(seed, steps * rows * network.inputs);
      const groups = Int32Array.from({ length: network.neurons }, (_, i) => i);
      const options = { weights: { qmax: 7, step: 1 }, groups, stateBits: 8 };
      const { network: integer } = quantize(network, { state: 3, input: 1 }, options);
      const { scales, stateMax } = integer;
      const signals = { stateUnit: scales.state, stateMax, inputUnit: scales.input, inputMax: 127 };
      const grid = integerGrid(network, { groups, ...signals, stored: () => options.weights });
      const config = resolveQuantizationAwareConfig({});
      const engine = await ortEngine(quantizationAwareSpec(network, config, signals), 'node');
      const parameters = flatParameters(network);
      const moments = new Float32Array(parameters.length);
      await engine.write({ parameters, firstMoment: moments, secondMoment: moments });
      engine.setQuantizer(ruledQuantizer(grid, largestUnits(grid, scales.state)));
      const trained = await engine.forward(onInputGrid(inputs, signals), steps, rows);
      const stored = outputsByRow(runInteger(integer, quantizeInputs(inputs, scales.input).integers, steps, rows).outputs, steps, rows);
      await engine.dispose();
      // Outputs are whole numbers of readout units in both; float32 sums miss them by far less than half a unit.
      trained.forEach((output, at) => {
        compared++;
        if (Math.round(output / scales.readout) !== stored[at]) differing++;
      });
    }
    // Sums that lie on the edge between two states may fall to either side.
    expect(compared).toBe(9000);
    expect(differing / compared).toBeLessThan(0.01);
  });
});
