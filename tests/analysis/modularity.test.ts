import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { directedModularity, edgesByGroup, structuralModularity } from '../../src/analysis/modularity.ts';
import { type Csr, csrFromDense } from '../../src/network/csr.ts';

/** `groups` dense blocks of `size`, self-connections included, each joined to each other by a fraction p of all pairs. */
function blocks(groups: number, size: number, p: number): { matrix: Csr; groupOf: Int32Array } {
  const n = groups * size;
  const dense = new Float32Array(n * n);
  const groupOf = Int32Array.from({ length: n }, (_, i) => Math.floor(i / size));
  const joined = Math.round(p * size * size);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const within = (i % size) * size + (j % size);
      if (groupOf[i] === groupOf[j] || within < joined) dense[i * n + j] = 1;
    }
  }
  return { matrix: csrFromDense(dense, n, n), groupOf };
}

const everyEdge = () => 1;

describe('directedModularity', () => {
  it.each([0, 0.01, 0.11, 0.25, 0.5, 1])('of two dense blocks joined by the fraction %s of pairs is (1 − p)/(2(1 + p))', (p) => {
    const { matrix, groupOf } = blocks(2, 10, p);
    const q = directedModularity(edgesByGroup(matrix, groupOf, 2, everyEdge));
    expect(q).toBeCloseTo((1 - p) / (2 * (1 + p)), 12);
  });

  it('of M dense blocks is 1/(1 + (M − 1)p) − 1/M', () => {
    const { matrix, groupOf } = blocks(4, 5, 0.2);
    expect(directedModularity(edgesByGroup(matrix, groupOf, 4, everyEdge))).toBeCloseTo(1 / (1 + 3 * 0.2) - 1 / 4, 12);
  });

  it('is Newman’s double sum on random weighted graphs, and never above its maximum', () => {
    const n = 6;
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: n * n, maxLength: n * n }),
        fc.array(fc.integer({ min: 0, max: 2 }), { minLength: n, maxLength: n }),
        (weights, groupOf) => {
          const a = (to: number, from: number) => weights[to * n + from];
          const nodes = Array.from({ length: n }, (_, i) => i);
          const total = weights.reduce((sum, w) => sum + w, 0);
          const out = nodes.map((j) => nodes.reduce((sum, i) => sum + a(i, j), 0));
          const into = nodes.map((i) => nodes.reduce((sum, j) => sum + a(i, j), 0));
          const q = directedModularity(edgesByGroup(csrFromDense(Float32Array.from(weights), n, n), groupOf, 3, (w) => w));
          if (total === 0) expect(q).toBeNull();
          else {
            let sum = 0;
            for (const i of nodes) for (const j of nodes) if (groupOf[i] === groupOf[j]) sum += a(i, j) - (out[j] * into[i]) / total;
            expect(q).toBeCloseTo(sum / total, 12);
          }
        },
      ),
    );
  });
});

describe('structuralModularity', () => {
  it('gives densities, their ratio and Q as counted by hand', () => {
    // Clusters {0, 1} and {2, 3}; neuron 4 is in none. Edges 1→0, 0→1, 3→2, 0→2; a weak one, a self-connection and one of neuron 4.
    const n = 5;
    const dense = new Float32Array(n * n);
    const connect = (from: number, to: number, weight: number) => {
      dense[to * n + from] = weight;
    };
    connect(1, 0, 2);
    connect(0, 1, -1);
    connect(3, 2, 0.5);
    connect(0, 2, 0.5);
    connect(2, 3, 0.005);
    connect(1, 1, 9);
    connect(4, 0, 3);
    const found = structuralModularity(csrFromDense(dense, n, n), Int32Array.of(0, 0, 1, 1, -1), 2);
    expect(found.densityInside).toBe(3 / 4);
    expect(found.densityBetween).toBe(1 / 8);
    expect(found.pEffective).toBeCloseTo(1 / 6, 12);
    // Edges out of, into the clusters: 3 and 2, 1 and 2; weights: 3.5 and 3, 0.5 and 1.
    expect(found.qBinary).toBeCloseTo(3 / 4 - (3 * 2 + 1 * 2) / 16, 12);
    expect(found.qWeighted).toBeCloseTo(3.5 / 4 - (3.5 * 3 + 0.5 * 1) / 16, 12);
    expect(found.qMaximum).toBeCloseTo(1 - (3 * 2 + 1 * 2) / 16, 12);
  });

  it('is unknown without edges or pairs, and never NaN', () => {
    const none = structuralModularity(csrFromDense(new Float32Array(9), 3, 3), Int32Array.of(0, 0, 1), 2);
    expect(none).toEqual({ densityInside: 0, densityBetween: 0, pEffective: null, qBinary: null, qWeighted: null, qMaximum: null });
    const singles = structuralModularity(csrFromDense(new Float32Array(9).fill(1), 3, 3), Int32Array.of(0, 1, 2), 3);
    expect(singles).toMatchObject({ densityInside: null, densityBetween: 1, pEffective: null });
    expect(singles.qBinary).toBeCloseTo(-1 / 3, 12);
  });
});
