// Do the learning rate and λ change when they should?
import { describe, expect, it } from 'vitest';
import { lambdaAt, learningRateAt } from '../../src/training/schedule.ts';

const updates = 8;
const all = <T>(at: (update: number) => T) => Array.from({ length: updates }, (_, i) => at(i + 1));

describe('schedules', () => {
  it('drop the learning rate to a fifth for the last quarter', () => {
    const config = { learningRate: 1, learningRateSchedule: 'drop', updates } as const;
    expect(all((u) => learningRateAt(config, u))).toEqual([1, 1, 1, 1, 1, 1, 0.2, 0.2]);
  });

  it('lower it along half a cosine, from all of it towards nothing', () => {
    const config = { learningRate: 2, learningRateSchedule: 'cosine', updates } as const;
    const rates = all((u) => learningRateAt(config, u));
    expect(rates[0]).toBe(2);
    expect(rates[4]).toBeCloseTo(1, 12);
    rates.slice(1).forEach((rate, i) => {
      expect(rate).toBeLessThan(rates[i]);
    });
    expect(rates[7]).toBeGreaterThan(0);
  });

  it('leave it alone when it is constant', () => {
    const config = { learningRate: 3, learningRateSchedule: 'constant', updates } as const;
    expect(new Set(all((u) => learningRateAt(config, u)))).toEqual(new Set([3]));
  });

  it('multiply λ by ten in the middle half of a three-phase run', () => {
    const config = { lambda: 1, lambdaSchedule: 'three-phase', updates } as const;
    expect(all((u) => lambdaAt(config, u))).toEqual([1, 1, 10, 10, 10, 10, 1, 1]);
    expect(all((u) => lambdaAt({ ...config, lambdaSchedule: 'constant' }, u))).toEqual(Array(8).fill(1));
  });
});
