// Are prices and cost those of equation 2?
import { describe, expect, it } from 'vitest';
import { distanceMatrix, gridWireCost, parseGrid } from '../../src/network/geometry.ts';
import { connectionCost, penaltyVector } from '../../src/training/connection-cost.ts';
import { initialParameters } from '../../src/training/initial.ts';
import { parameterLayout } from '../../src/training/parameters.ts';

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe('distances on the grid', () => {
  it.each([2, 3, 8, 20])('of side %i are symmetric multiples of 1/side, at most 2(side−1)/side, 2/3 on average', (side) => {
    const n = side * side;
    const d = distanceMatrix(gridWireCost(parseGrid(`${side}x${side}`)));
    let faults = 0;
    for (let a = 0; a < n; a++) {
      for (let b = 0; b < n; b++) {
        const steps = d[a * n + b] * side;
        const isRight = d[a * n + b] === d[b * n + a] && Math.abs(steps - Math.round(steps)) < 1e-9 && (a === b) === (steps === 0);
        if (!isRight) faults++;
      }
    }
    expect(faults).toBe(0);
    expect(d.reduce((x, y) => Math.max(x, y))).toBeCloseTo((2 * (side - 1)) / side, 12);
    expect(d.reduce((x, y) => x + y) / (n * (n - 1))).toBeCloseTo(2 / 3, 12);
  });

  it('in one dimension are (N+1)/(3N) on average', () => {
    const n = 30;
    const d = distanceMatrix(gridWireCost(parseGrid(`${n}`)));
    expect(d.reduce((a, b) => a + b) / (n * (n - 1))).toBeCloseTo((n + 1) / (3 * n), 12);
  });
});

describe('connection cost', () => {
  const sizes = { inputs: 2, neurons: 6, outputs: 3 };
  const wire = gridWireCost(parseGrid('2x3'));
  const parameters = initialParameters(sizes, 'diag', 4);
  const layout = parameterLayout(sizes);
  const site = Int32Array.of(3, 1, 5, 0, 2, 4);

  it('prices W by λ(1 + A·D) between the sites of its neurons, and everything else by λ', () => {
    const penalty = penaltyVector(sizes, site, wire, 0.5, 2);
    for (let to = 0; to < 6; to++) {
      for (let from = 0; from < 6; from++) {
        // Sites 0 … 2 are the first row of 3, and the longer side has 3 sites.
        const rows = Math.abs(Math.floor(site[to] / 3) - Math.floor(site[from] / 3));
        const columns = Math.abs((site[to] % 3) - (site[from] % 3));
        expect(penalty[to * 6 + from]).toBeCloseTo(0.5 * (1 + (2 * (rows + columns)) / 3), 6);
      }
    }
    expect(new Set(penalty.subarray(layout.W.end))).toEqual(new Set([0.5]));
  });

  it('is what the prices add up to, divided by λ', () => {
    const [lambda, locality] = [1, 3];
    const penalty = penaltyVector(sizes, site, wire, lambda, locality);
    const sum = parameters.reduce((total, w, i) => total + penalty[i] * Math.abs(w), 0);
    expect(connectionCost(parameters, sizes, site, wire, locality).connectionCost).toBeCloseTo(sum, 5);
  });

  it('does not depend on sites when A is 0', () => {
    const elsewhere = Int32Array.of(0, 1, 2, 3, 4, 5);
    expect(penaltyVector(sizes, site, wire, 0.1, 0)).toEqual(penaltyVector(sizes, elsewhere, wire, 0.1, 0));
    expect(connectionCost(parameters, sizes, site, wire, 0).connectionCost).toBe(
      connectionCost(parameters, sizes, elsewhere, wire, 0).connectionCost,
    );
    expect(connectionCost(parameters, sizes, site, wire, 0).gridWirelength).not.toBeCloseTo(
      connectionCost(parameters, sizes, elsewhere, wire, 0).gridWirelength,
      3,
    );
  });
});

describe('connection cost where inputs and readout units have a place', () => {
  it('prices their wires by λ(1 + A·D) as well, and counts them apart from what swaps can change', () => {
    const sizes = { inputs: 2, neurons: 2, outputs: 1 };
    const wire = {
      ...gridWireCost(parseGrid('2')),
      ends: { input: (site: number, channel: number) => 10 * site + channel, readout: (_unit: number, site: number) => 4 + site },
    };
    // W, W_in (a row a neuron), W_out, b, b_out; neuron 0 sits at site 1.
    const penalty = penaltyVector(sizes, Int32Array.of(1, 0), wire, 1, 2);
    expect([...penalty]).toEqual([1, 2, 2, 1, 21, 23, 1, 3, 11, 9, 1, 1, 1]);
    const parameters = Float64Array.of(1, 1, -1, 0, 1, 0, 0, -1, 2, 0, 0, 1, 0);
    const cost = connectionCost(parameters, sizes, Int32Array.of(1, 0), wire, 2);
    expect(cost).toEqual({ connectionCost: 8 + 2 * (1 + 10 + 1 + 2 * 5), gridWirelength: 1 });
  });
});

describe('initial parameters', () => {
  const sizes = { inputs: 9, neurons: 100, outputs: 4 };
  const layout = parameterLayout(sizes);

  it('fill each matrix uniformly up to 1/√fan-in and leave biases at 0', () => {
    const p = initialParameters(sizes, 'uniform', 1);
    for (const [name, limit] of [
      ['W', 0.1],
      ['W_in', 1 / 3],
      ['W_out', 0.1],
    ] as const) {
      const values = p.subarray(layout[name].start, layout[name].end);
      expect(Math.max(...values)).toBeLessThanOrEqual(limit);
      expect(Math.max(...values)).toBeGreaterThan(0.95 * limit);
      expect(Math.min(...values)).toBeLessThan(-0.95 * limit);
      expect(Math.abs(mean([...values]))).toBeLessThan(0.15 * limit);
    }
    expect(p.subarray(layout.b.start).every((b) => b === 0)).toBe(true);
  });

  it('`diag` adds 0.5 to self-connections and shrinks the rest of W to a fifth', () => {
    const uniform = initialParameters(sizes, 'uniform', 1);
    const diag = initialParameters(sizes, 'diag', 1);
    for (let at = 0; at < layout.length; at++) {
      const isW = at < layout.W.end;
      const isSelf = isW && at % 101 === 0;
      expect(diag[at]).toBeCloseTo((isW ? 0.2 : 1) * uniform[at] + (isSelf ? 0.5 : 0), 6);
    }
  });

  it('depend on the seed alone', () => {
    expect(initialParameters(sizes, 'uniform', 5)).toEqual(initialParameters(sizes, 'uniform', 5));
    expect(initialParameters(sizes, 'uniform', 5)).not.toEqual(initialParameters(sizes, 'uniform', 6));
  });
});
