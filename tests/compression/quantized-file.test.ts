import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeQuantized, encodeQuantized, type QuantizedArtifact } from '../../src/compression/quantized-file.ts';
import { UsageError } from '../../src/core/errors.ts';
import { canonicalJson } from '../../src/core/hash.ts';
import { decodeSafetensors, encodeSafetensors, type Tensor } from '../../src/core/safetensors.ts';
import { randomIntegerNetwork } from './random-integer-network.ts';

const artifact: QuantizedArtifact = {
  network: randomIntegerNetwork(1, { inputs: 3, neurons: 7, outputs: 2, step: 2, qmax: 254 }),
  details: { target: 'loihi1', weights: { qmax: 254, step: 2 }, grid: { rows: 2, columns: 4, metric: 'l1' } },
  header: {
    config: { suite: 'yang19' },
    provenance: { stage: 'quantized', parentHash: 'a'.repeat(64), configHash: 'b'.repeat(64), tool: 'bimt-export@test', engine: null },
    scores: {},
  },
};

describe('a quantized artifact', () => {
  it('gives back every integer and scale, and equal bytes for equal content', () => {
    const bytes = encodeQuantized(artifact);
    expect(decodeQuantized(bytes, 'q')).toEqual(artifact);
    expect(encodeQuantized(decodeQuantized(bytes, 'q'))).toEqual(bytes);
  });

  it('gives back the format, tables and widths by row included', () => {
    const { recurrent, input } = artifact.network;
    const least = recurrent.values.map(() => 2);
    const network = {
      ...artifact.network,
      recurrent: { ...recurrent, values: least },
      input: { ...input, values: input.values.map(() => -4) },
    };
    const readout = { ...network.readout, values: network.readout.values.map(() => 6) };
    const details = {
      ...artifact.details,
      weights: { qmax: 254, step: 2, rowLevels: 2 },
      widths: { hidden: [3, 4, 5, 6, 7, 8, 3], readout: 3 },
    };
    const narrow = { ...artifact, network: { ...network, readout }, details };
    expect(decodeQuantized(encodeQuantized(narrow), 'q')).toEqual(narrow);
  });

  it('is refused where a row holds what its own width or its table does not', () => {
    const refuse = (details: Partial<QuantizedArtifact['details']>) =>
      decodeQuantized(encodeQuantized({ ...artifact, details: { ...artifact.details, ...details } }), 'q');
    const wide = [8, 8, 8, 8, 8, 8, 8];
    expect(() => refuse({ widths: { hidden: wide, readout: 8 } })).not.toThrow();
    expect(() => refuse({ widths: { hidden: wide.with(2, 2), readout: 8 } })).toThrow(
      /in row 2; its target stores multiples of 2 up to 2 there/,
    );
    expect(() => refuse({ widths: { hidden: wide, readout: 2 } })).toThrow(/'W_out' holds the weight/);
    expect(() => refuse({ widths: { hidden: wide.slice(1), readout: 8 } })).toThrow(/has 6 hidden widths for 7 neurons/);
    expect(() => refuse({ widths: { hidden: wide.with(0, 1), readout: 8 } })).toThrow(/metadata 'widths' must be/);
    expect(() => refuse({ weights: { qmax: 254, step: 2, rowLevels: 1 } })).toThrow(
      /neuron \d has \d+ different weights; its target stores a table of 1/,
    );
    expect(() => refuse({ weights: { qmax: 254, step: 2, rowLevels: 0 } })).toThrow(/metadata 'weights' must be/);
  });

  const changed = (tensors: Record<string, Tensor>, metadata: Record<string, unknown> = {}) => {
    const file = decodeSafetensors(encodeQuantized(artifact), 'q');
    const texts = Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, canonicalJson(value)]));
    return encodeSafetensors({ ...file.tensors, ...tensors }, { ...file.metadata, ...texts });
  };
  const ints = (...values: number[]) => ({ shape: [values.length], data: Int32Array.from(values) });
  const weights = (value: number) => {
    const values = Int32Array.from(artifact.network.recurrent.values);
    values[0] = value;
    return { 'W.values': { shape: [values.length], data: values } };
  };

  it.each([
    ['another stage', changed({}, { provenance: { ...artifact.header.provenance, stage: 'pruned' } }), 'is a pruned network'],
    ['no target', changed({}, { target: 5 }), "metadata 'target' must be a string"],
    ['a weight format without a step', changed({}, { weights: { qmax: 127 } }), "metadata 'weights' must be"],
    ['a step beyond qmax', changed({}, { weights: { qmax: 1, step: 2 } }), "metadata 'weights' must be"],
    ['an odd weight', changed(weights(3)), "'W' holds the weight 3"],
    ['a stored zero', changed(weights(0)), "'W' holds the weight 0"],
    ['a weight beyond the format', changed(weights(256)), "'W' holds the weight 256"],
    ['a negative size', changed({ sizes: ints(3, -7, 2) }), 'every size must be at least 1'],
    ['sizes that its tensors do not have', changed({ sizes: ints(3, 8, 2) }), 'expected [8]'],
    ['a huge size', changed({ sizes: ints(3, 2 ** 31 - 1, 2) }), 'expected [2147483647]'],
    ['a shift of 0', changed({}, { requantization: { stateMax: 255, shift: 0 } }), "metadata 'requantization' must be"],
    ['a state beyond 16 bits', changed({}, { requantization: { stateMax: 1e9, shift: 20 } }), "metadata 'requantization' must be"],
    ['no requantization', changed({}, { requantization: null }), "metadata 'requantization' must be"],
    ['a scale of 0', changed({}, { scales: { state: 0, input: 1, readout: 1 } }), 'every scale must be a finite number above 0'],
    ['a scale that is text', changed({}, { scales: { state: '1', input: 1, readout: 1 } }), 'every scale must be a finite number above 0'],
    ['NaN as accumulator scale', changed({ accumulator_scale: { shape: [7], data: new Float64Array(7).fill(Number.NaN) } }), 'every scale'],
    ['a multiplier of 0', changed({ multiplier: ints(0, 1, 1, 1, 1, 1, 1) }), "'multiplier' must be 1 or more"],
    [
      'multipliers that break exactness',
      changed({ multiplier: ints(...Array(7).fill(2 ** 31 - 1)) }, { requantization: { stateMax: 65_535, shift: 20 } }),
      'which exceeds 2^53',
    ],
    ['a bias that breaks int32', changed({ b: ints(2 ** 31 - 1, 0, 0, 0, 0, 0, 0) }), 'the accumulator of neuron 0 can reach'],
    ['sites out of order', changed({ site: ints(1, 0, 2, 3, 4, 5, 6) }), "'site' must ascend"],
    ['sites outside the grid', changed({ site: ints(0, 1, 2, 3, 4, 5, 8) }), "'site' must ascend"],
    ['float weights', changed({ b: { shape: [7], data: new Float32Array(7) } }), "'b' has type Float32Array"],
  ])('is refused with %s', (_, bytes, message) => {
    expect(() => decodeQuantized(bytes, 'file.safetensors')).toThrow(UsageError);
    expect(() => decodeQuantized(bytes, 'file.safetensors')).toThrow(message);
  });

  it('is refused with one UsageError wherever it is cut off, and never crashes on flipped bytes', () => {
    const bytes = encodeQuantized(artifact);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (length) => {
        expect(() => decodeQuantized(bytes.subarray(0, length), 'cut')).toThrow(UsageError);
      }),
    );
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = bytes.slice();
        damaged[at] ^= flip;
        try {
          decodeQuantized(damaged, 'damaged');
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
      { numRuns: 300 },
    );
  });
});
