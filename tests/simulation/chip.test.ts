import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MappingFile } from '../../src/mapping/mapping-file.ts';
import { loadChip, runChip } from '../../src/simulation/chip.ts';
import { stressInputs } from '../../src/simulation/verify.ts';
import { HAND_WRITTEN, IN_PARTS, SYNAPSE_LIST } from './hand-written.ts';
import { naiveRun, STORAGES, tinyMap, tinyNetwork } from './tiny-mapper.ts';

describe.each(Object.entries(HAND_WRITTEN))('a chip with %s storage', (_, written) => {
  it('computes what was computed by hand', () => {
    const { mapping, bytes } = written();
    // h0 = ⌊(3·sum + 2)/4⌋, h1 = sum, both at most 15; two trials side by side.
    //          u   h0's sum         h0   h1's sum          h1   o = 5 + 2·h0 − h1
    // trial 0  2   1 + 6 + 0 = 7     5   10                10    5
    //         −1   1 − 3 + 10 = 8    6   10 − 10 + 10      10    7
    //          7   1 + 21 + 10      15   10 − 12 + 10       8   27
    // trial 1 −9   1 − 27 < 0        0   10                10   −5
    //          0   1 + 0 + 10 = 11   8   10 − 0 + 10       15    6
    //          1   1 + 3 + 15 = 19  14   10 − 16 + 15       9   24
    const { states, outputs } = runChip(loadChip(mapping, bytes), Int32Array.of(2, -9, -1, 0, 7, 1), 3, 2);
    expect([...states]).toEqual([5, 0, 10, 10, 6, 8, 10, 15, 15, 14, 8, 9]);
    expect([...outputs]).toEqual([5, -5, 7, 6, 27, 24]);
  });
});

describe('partial sums and copies', () => {
  it('compute what was computed by hand; a sum is divided towards 0', () => {
    const { mapping, bytes } = IN_PARTS();
    const { states, outputs } = runChip(loadChip(mapping, bytes), Int32Array.of(2, -9, -1, 0, 7, 1), 3, 2);
    // States as above. o = 5 + 2·trunc((2·h0 − h1) / 2):
    // trial 0: 5 + 2·0, 5 + 2·1, 5 + 2·11; trial 1: 5 + 2·(−5), 5 + 2·trunc(1 / 2), 5 + 2·trunc(19 / 2)
    expect([...states]).toEqual([5, 0, 10, 10, 6, 8, 10, 15, 15, 14, 8, 9]);
    expect([...outputs]).toEqual([5, -5, 7, 5, 27, 23]);
  });

  it('are refused without their parameters, or on behalf of nobody', () => {
    const broken = (change: (mapping: MappingFile) => void) => {
      const { mapping, bytes } = IN_PARTS();
      change(mapping);
      return () => loadChip(mapping, bytes);
    };
    expect(broken(({ cores }) => void delete cores[0].neurons[1].partial)).toThrow(/partial unit 0 has a multiplier or no order/);
    expect(
      broken(({ cores }) => {
        cores[1].neurons[2].index = 2;
      }),
    ).toThrow(/copy of neuron 2 does not exist; the network has 2 neurons/);
    expect(
      broken(({ cores }) => {
        cores[1].neurons[2].multiplier = null;
      }),
    ).toThrow(/copy of neuron 1 has multiplier null/);
    expect(
      broken(({ cores }) => {
        cores[1].neurons[3].index = 5;
      }),
    ).toThrow(/partial unit 5 does not exist; the network has 2/);
  });
});

describe('a chip', () => {
  it('adds messages that address the same axon', () => {
    const { mapping, bytes } = SYNAPSE_LIST();
    mapping.inputs[0].targets.push({ core: 7, axon: 0 });
    // h0 = ⌊(3·(1 + 3·(2 + 2)) + 2)/4⌋
    expect(runChip(loadChip(mapping, bytes), Int32Array.of(2), 1, 1).states[0]).toBe(10);
  });

  it('delivers nothing to a core that no message addresses', () => {
    const { mapping, bytes } = SYNAPSE_LIST();
    mapping.cores[0].neurons[0].targets = [];
    mapping.cores[1].neurons[0].targets = [];
    const { states, outputs } = runChip(loadChip(mapping, bytes), Int32Array.of(2, 2), 2, 1);
    expect([...states]).toEqual([5, 10, 5, 10]);
    expect([...outputs]).toEqual([5, 5]);
  });

  it('shows readout units states only, never inputs', () => {
    const { mapping, bytes } = SYNAPSE_LIST();
    mapping.inputs[0].targets = [{ core: 4, axon: 1 }];
    // h0 = ⌊(3·1 + 2)/4⌋ = 1, h1 = 10 + 1·2 = 12, o = 5 + 2·1 − 12
    const { states, outputs } = runChip(loadChip(mapping, bytes), Int32Array.of(2), 1, 1);
    expect([...states]).toEqual([1, 12]);
    expect([...outputs]).toEqual([-5]);
  });

  it('refuses inputs of another length', () => {
    const { mapping, bytes } = SYNAPSE_LIST();
    expect(() => runChip(loadChip(mapping, bytes), new Int32Array(5), 2, 3)).toThrow(RangeError);
  });

  it.each(Object.entries(STORAGES))('equals exact arithmetic on random networks in %s storage, saturated states included', (_, storage) => {
    let saturated = 0;
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 5 }), (seed, neurons, coreCount) => {
        const network = tinyNetwork(seed, 3, neurons, 2);
        const { mapping, bytes } = tinyMap(network, storage, coreCount);
        const { inputs, steps, rows } = stressInputs(seed, 6, 5, 3);
        const run = runChip(loadChip(mapping, bytes), inputs, steps, rows);
        saturated += run.states.filter((state) => state === network.stateMax).length;
        expect(run).toEqual(naiveRun(network, inputs, steps, rows));
      }),
      { numRuns: 40 },
    );
    expect(saturated).toBeGreaterThan(100);
  });
});
