// Are the normals normal, tail included? Compared with the distribution function, computed another way.
import { expect, it } from 'vitest';
import { randomStream } from '../../src/core/random.ts';

/** Standard normal distribution function by the series Φ(x) = ½ + φ(x)·Σ x^(2k+1)/(1·3·5 … (2k+1)) (Marsaglia 2004). */
function normalShareBelow(x: number): number {
  let sum = x;
  let term = x;
  for (let k = 1; k < 200; k++) {
    term *= (x * x) / (2 * k + 1);
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

it('draws each interval of the standard normal as often as it should, beyond the last layer edge as well', () => {
  const edges = [-4, -3.6, -3.442619855899, -3, -2.5, -2, -1.5, -1, -0.5, -0.2, 0, 0.2, 0.5, 1, 1.5, 2, 2.5, 3, 3.442619855899, 3.6, 4];
  const n = 2_000_000;
  const counts = new Array<number>(edges.length + 1).fill(0);
  const random = randomStream(8, 'normal');
  for (let i = 0; i < n; i++) {
    const x = random.normal();
    let bin = 0;
    while (bin < edges.length && x >= edges[bin]) bin++;
    counts[bin]++;
  }
  const below = [0, ...edges.map(normalShareBelow), 1];
  counts.forEach((count, bin) => {
    const share = below[bin + 1] - below[bin];
    expect(Math.abs(count - n * share)).toBeLessThan(5 * Math.sqrt(n * share * (1 - share)) + 1);
  });
});

it('draws independent normals: neighbours and their squares are uncorrelated', () => {
  const n = 300_000;
  const random = randomStream(9, 'normal');
  const x = Float64Array.from({ length: n }, () => random.normal());
  for (const lag of [1, 2, 3]) {
    let product = 0;
    let squares = 0;
    for (let i = lag; i < n; i++) {
      product += x[i] * x[i - lag];
      squares += (x[i] ** 2 - 1) * (x[i - lag] ** 2 - 1);
    }
    expect(Math.abs(product)).toBeLessThan(5 * Math.sqrt(n));
    expect(Math.abs(squares)).toBeLessThan(5 * 2 * Math.sqrt(n));
  }
});
