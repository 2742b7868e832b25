import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/core/random.ts';

const draws = (seed: number, purpose: string, step: number) => {
  const random = randomStream(seed, purpose, step);
  return Array.from({ length: 5 }, () => random.uniform());
};

describe('random streams', () => {
  it('are a function of seed, purpose and step', () => {
    expect(draws(1, 'batch', 7)).toEqual(draws(1, 'batch', 7));
    expect(draws(1, 'batch', 7)).not.toEqual(draws(2, 'batch', 7));
    expect(draws(1, 'batch', 7)).not.toEqual(draws(1, 'noise', 7));
    expect(draws(1, 'batch', 7)).not.toEqual(draws(1, 'batch', 8));
  });

  it('give uniform numbers, integers and normals with the right moments', () => {
    const random = randomStream(3, 'moments');
    const n = 100_000;
    const uniform = Array.from({ length: n }, () => random.uniform());
    const normal = Array.from({ length: n }, () => random.normal());
    const mean = (x: number[]) => x.reduce((a, b) => a + b, 0) / x.length;
    const variance = (x: number[]) => mean(x.map((v) => v ** 2)) - mean(x) ** 2;
    expect(mean(uniform)).toBeCloseTo(0.5, 2);
    expect(variance(uniform)).toBeCloseTo(1 / 12, 2);
    expect(Math.abs(mean(normal))).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(variance(normal) - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 60_000; i++) {
      const face = random.int(6);
      counts[face] = (counts[face] as number) + 1;
    }
    // Five standard deviations of a count of 60,000 fair throws are 456.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(456);
  });

  it('give permutations that hold every index once', () => {
    const order = randomStream(1, 'order').permutation(50);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect([...order]).not.toEqual(Array.from({ length: 50 }, (_, i) => i));
  });
});
