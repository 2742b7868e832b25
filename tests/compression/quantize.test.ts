import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrate } from '../../src/compression/calibrate.ts';
import { accumulatorBounds } from '../../src/compression/integer-proof.ts';
import { type QuantizeOptions, quantize, quantizeInputs } from '../../src/compression/quantize.ts';
import { runInteger } from '../../src/compression/run-integer.ts';
import { INT8 } from '../../src/compression/weight-format.ts';
import { UsageError } from '../../src/core/errors.ts';
import { csrFromDense } from '../../src/network/csr.ts';
import type { Network } from '../../src/network/network.ts';
import { runNetwork } from '../../src/network/run.ts';
import { randomInputs, randomNetwork } from './random-network.ts';

const OPTIONS: QuantizeOptions = { weights: INT8, groups: 'channel' };

/** Neuron 0 integrates its input, neuron 1 watches neuron 0; weights chosen so that all scales are powers of two. */
const tiny: Network = {
  inputs: 1,
  neurons: 2,
  outputs: 1,
  activation: 'relu',
  grid: { rows: 1, columns: 2, metric: 'l1' },
  site: Int32Array.of(0, 1),
  recurrent: csrFromDense(Float32Array.of(1, 0, -0.5, 0), 2, 2),
  input: csrFromDense(Float32Array.of(2, 0), 2, 1),
  readout: csrFromDense(Float32Array.of(1, -0.25), 1, 2),
  bias: Float32Array.of(0, 0.5),
  readoutBias: Float32Array.of(0.75),
};

describe('quantization', () => {
  it('gives the integers worked out by hand', () => {
    // s_h = 255/255 = 1, s_u = 127/127 = 1: s_0 = max(1·1, 2·1)/127, s_1 = 0.5·1/127, s_o = 1·1/127.
    const { network } = quantize(tiny, { state: 255, input: 127 }, OPTIONS);
    expect([...network.recurrent.values]).toEqual([64, -127]); // 63.5 is a half: to the even 64
    expect([...network.input.values]).toEqual([127]);
    expect([...network.readout.values]).toEqual([127, -32]); // −31.75
    expect([...network.bias]).toEqual([0, 127]);
    expect([...network.readoutBias]).toEqual([95]); // 95.25
    expect(network.scales.accumulator).toEqual(Float64Array.of(2 / 127, 0.5 / 127));
    // M_0 = 2^s·2/127 is the larger; the largest s with M_0 < 2^31 is 36, since 2^37·2/127 = 2.16e9.
    expect(network.shift).toBe(36);
    expect([...network.multiplier]).toEqual([Math.round(2 ** 37 / 127), Math.round(2 ** 35 / 127)]);
  });

  it('chooses the largest shift whose products stay exact', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.constantFrom(4, 8, 16), (seed, stateBits) => {
        const float = randomNetwork(seed, { inputs: 4, neurons: 12, outputs: 3 });
        const { network } = quantize(float, { state: 3, input: 1 }, { ...OPTIONS, stateBits });
        const { hidden } = accumulatorBounds(network);
        const exact = (shift: number) =>
          network.multiplier.every((m, i) => {
            const scaled = m * 2 ** (shift - network.shift);
            return scaled < 2 ** 31 && hidden[i] * scaled + 2 ** (shift - 1) < 2 ** 53;
          });
        expect(exact(network.shift)).toBe(true);
        // One more bit would break it; 1 % is left for the rounding of the multipliers.
        expect(exact(network.shift + 1.01)).toBe(false);
        network.multiplier.forEach((m, i) => {
          expect(Math.abs(m - (2 ** network.shift * network.scales.accumulator[i]) / network.scales.state)).toBeLessThanOrEqual(0.5);
        });
      }),
      { numRuns: 40 },
    );
  });

  it('computes nearly what the float network computes', () => {
    const float = randomNetwork(5, { inputs: 6, neurons: 40, outputs: 4 });
    const [steps, rows] = [10, 8];
    const inputs = randomInputs(6, steps * rows * 6);
    const ranges = calibrate(float, [{ inputs, steps, rows }], 'max');
    const { network } = quantize(float, ranges, OPTIONS);
    const { integers, clamped } = quantizeInputs(inputs, network.scales.input);
    expect(clamped).toBe(0);
    const exact = runNetwork(float, inputs, steps, rows);
    const coarse = runInteger(network, integers, steps, rows);
    const worst = exact.outputs.reduce((w, o, i) => Math.max(w, Math.abs(o - coarse.outputs[i] * network.scales.readout)), 0);
    expect(worst).toBeLessThan(0.05 * exact.outputs.reduce((a, o) => Math.max(a, Math.abs(o)), 0));
  });

  it('shares scales as the granularity says', () => {
    const float = randomNetwork(2, { inputs: 3, neurons: 6, outputs: 2 });
    const scales = (groups: QuantizeOptions['groups']) =>
      quantize(float, { state: 1, input: 1 }, { ...OPTIONS, groups }).network.scales.accumulator;
    const own = scales('channel');
    expect(new Set(own).size).toBe(6);
    expect(new Set(scales('tensor'))).toEqual(new Set([Math.max(...own)]));
    const cores = scales(Int32Array.of(7, 7, 2, 2, 7, 2));
    expect([...cores]).toEqual([0, 0, 1, 1, 0, 1].map((core) => Math.max(...own.filter((_, i) => [0, 0, 1, 1, 0, 1][i] === core))));
  });

  it('stores only weights that the target can store', () => {
    const float = randomNetwork(3, { inputs: 3, neurons: 10, outputs: 2 });
    const { network } = quantize(float, { state: 1, input: 1 }, { ...OPTIONS, weights: { qmax: 254, step: 2 } });
    const all = [...network.recurrent.values, ...network.input.values, ...network.readout.values];
    expect(all.every((value) => value % 2 === 0 && Math.abs(value) <= 254)).toBe(true);
    expect(Math.max(...all)).toBeGreaterThan(127);
  });

  it('keeps the bias of a neuron without synapses', () => {
    const lonely = { ...tiny, recurrent: csrFromDense(new Float32Array(4), 2, 2), bias: Float32Array.of(0, 42) };
    const { network } = quantize(lonely, { state: 255, input: 1 }, OPTIONS);
    expect(runInteger(network, Int32Array.of(0), 1, 1).states[1]).toBe(42);
  });

  it('counts weights that became zero and warns about rows and layers that did', () => {
    const float = {
      ...tiny,
      recurrent: csrFromDense(Float32Array.of(1, 0.001, 0.001, 0.001), 2, 2),
      readout: csrFromDense(Float32Array.of(1, 0.002), 1, 2),
    };
    const { roundedToZero, warnings } = quantize(float, { state: 255, input: 127 }, { ...OPTIONS, groups: 'tensor' });
    expect(roundedToZero).toEqual({ recurrent: 3, input: 0, readout: 1 });
    expect(warnings.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([
      'quantize/row-zero: all weights of W became 0 for the neuron at site 1; use more bits or a finer granularity',
    ]);
    const faint = { ...tiny, recurrent: csrFromDense(Float32Array.of(0.001, 0, 0, 0.001), 2, 2) };
    expect(quantize(faint, { state: 255, input: 127 }, { ...OPTIONS, groups: 'tensor' }).warnings.map((w) => w.rule)).toEqual([
      'quantize/layer-zero',
    ]);
  });

  it("warns when an accumulator could exceed the target's width, and says what it needs", () => {
    // Neuron 0: 64·255 + 127·128 = 32576 fits 16 bits; neuron 1: 127·255 + 127 = 32512; readout: 159·255 + 95 = 40640 does not.
    const warn = (accumulatorBits: number | null) =>
      quantize(tiny, { state: 255, input: 127 }, { ...OPTIONS, accumulatorBits }).warnings.filter(
        ({ rule }) => rule === 'quantize/accumulator-width',
      );
    expect(warn(17)).toEqual([]);
    expect(warn(null)).toEqual([]);
    expect(warn(16).map((w) => w.message)).toEqual([
      "1 of 3 accumulators could exceed the target's 16 bits (up to 40640, which needs 17 bits); use fewer state bits, or prune to a smaller fan-in",
    ]);
  });

  it('refuses what it cannot prove or execute', () => {
    const refuse = (network: Network, ranges = { state: 1, input: 1 }, options = OPTIONS) => {
      try {
        quantize(network, ranges, options);
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
        return (error as Error).message;
      }
      throw new Error('was accepted');
    };
    expect(refuse({ ...tiny, activation: 'tanh' })).toContain('a tanh network cannot be quantized');
    expect(refuse({ ...tiny, activation: 'softplus' })).toContain('a softplus network cannot be quantized');
    expect(refuse({ ...tiny, bias: Float32Array.of(0, 1e9) })).toContain('the accumulator of the neuron at site 1 can reach');
    expect(refuse({ ...tiny, readoutBias: Float32Array.of(1e9) })).toContain('the accumulator of readout unit 0 can reach');
    for (const stateBits of [0, 17, 7.5])
      expect(refuse(tiny, undefined, { ...OPTIONS, stateBits })).toContain(`cannot quantize states to ${stateBits} bits`);
    const uneven = { ...tiny, recurrent: csrFromDense(Float32Array.of(1e6, 0, 1e-7, 0), 2, 2), bias: new Float32Array(2) };
    expect(refuse(uneven)).toContain('no common shift serves both');
  });
});

describe('inputs at the boundary', () => {
  it('are rounded half to even, clamped to ±127, and the clamped ones counted', () => {
    const { integers, clamped } = quantizeInputs(Float32Array.of(0, 0.25, 0.75, -0.25, 63.5, 64, -64, 1000), 0.5);
    expect([...integers]).toEqual([0, 0, 2, 0, 127, 127, -127, 127]);
    expect(clamped).toBe(3);
  });
});
