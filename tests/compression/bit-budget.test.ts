import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseWidths, widthsOf } from '../../src/compression/bit-budget.ts';
import { UsageError } from '../../src/core/errors.ts';
import { randomNetwork } from './random-network.ts';

const WIDTHS = [2, 3, 4, 8];

interface Group {
  readonly weights: number;
  readonly damage: readonly number[];
}

function sums(groups: readonly Group[], bits: readonly number[]): { bits: number; damage: number } {
  return {
    bits: groups.reduce((sum, { weights }, g) => sum + weights * bits[g], 0),
    damage: groups.reduce((sum, { damage }, g) => sum + damage[WIDTHS.indexOf(bits[g])], 0),
  };
}

/** Every choice of widths. */
function* choices(groups: number): Generator<number[]> {
  if (groups === 0) yield [];
  else for (const rest of choices(groups - 1)) for (const bits of WIDTHS) yield [...rest, bits];
}

const anyGroup: fc.Arbitrary<Group> = fc.record({
  weights: fc.nat(50),
  damage: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: WIDTHS.length, maxLength: WIDTHS.length }),
});

describe('widths under a budget', () => {
  it('are those of the least damage, by brute force, whatever the damages', () => {
    fc.assert(
      fc.property(fc.array(anyGroup, { minLength: 1, maxLength: 5 }), fc.double({ min: 2, max: 8, noNaN: true }), (groups, meanBits) => {
        const budget = meanBits * groups.reduce((sum, { weights }) => sum + weights, 0);
        const chosen = sums(groups, chooseWidths(groups, WIDTHS, meanBits));
        expect(chosen.bits).toBeLessThanOrEqual(budget);
        for (const other of choices(groups.length)) {
          const candidate = sums(groups, other);
          if (candidate.bits <= budget - 1e-6) expect(chosen.damage).toBeLessThanOrEqual(candidate.damage + 1e-12);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('worked out by hand: bits go where they help', () => {
    const groups = [
      { weights: 10, damage: [1, 0.9, 0.8, 0.7] },
      { weights: 10, damage: [5, 1, 0.1, 0] },
    ];
    // 20 weights, mean 3: 20 bits beyond two each. All to the second: 4 bits.
    expect(chooseWidths(groups, WIDTHS, 3)).toEqual([2, 4]);
    expect(chooseWidths(groups, WIDTHS, 2)).toEqual([2, 2]);
    expect(chooseWidths(groups, WIDTHS, 8)).toEqual([8, 8]);
  });

  it('never cost more than the budget when it is so large that it is counted in portions', () => {
    const groups = Array.from({ length: 30 }, (_, g) => ({ weights: 10_000 + 777 * g, damage: [1, 0.5, 0.2, 0.01 * g] }));
    const weights = groups.reduce((sum, group) => sum + group.weights, 0);
    const { bits } = sums(groups, chooseWidths(groups, WIDTHS, 4.5));
    expect(bits).toBeLessThanOrEqual(4.5 * weights);
    expect(bits).toBeGreaterThan(0.98 * 4.5 * weights);
  });

  it('that are below the narrowest are refused', () => {
    expect(() => chooseWidths([{ weights: 3, damage: [1, 0, 0, 0] }], WIDTHS, 1.9)).toThrow(UsageError);
  });

  it('become widths of rows', () => {
    const network = randomNetwork(1, { inputs: 2, neurons: 4, outputs: 2 });
    const groups = [{ neurons: [0, 3] }, { neurons: [1, 2] }, { neurons: null }];
    expect(widthsOf(network, groups, [5, 3, 2])).toEqual({ hidden: [5, 3, 3, 5], readout: 2 });
  });
});
