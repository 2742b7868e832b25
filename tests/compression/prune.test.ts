import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prune } from '../../src/compression/prune.ts';
import { pruneWeights, weightDensity } from '../../src/compression/prune-weights.ts';
import { csrFromDense } from '../../src/network/csr.ts';
import type { Network } from '../../src/network/network.ts';
import { runNetwork } from '../../src/network/run.ts';
import { randomInputs, randomNetwork } from './random-network.ts';

/** A network of one input and one output from dense rows. */
function network(
  recurrent: readonly (readonly number[])[],
  input: readonly number[],
  readout: readonly number[],
  bias: readonly number[],
): Network {
  const neurons = input.length;
  return {
    inputs: 1,
    neurons,
    outputs: 1,
    activation: 'relu',
    grid: { rows: 2, columns: 4, metric: 'l1' },
    site: Int32Array.from({ length: neurons }, (_, i) => 2 * i),
    recurrent: csrFromDense(Float32Array.from(recurrent.flat()), neurons, neurons),
    input: csrFromDense(Float32Array.from(input), neurons, 1),
    readout: csrFromDense(Float32Array.from(readout), 1, neurons),
    bias: Float32Array.from(bias),
    readoutBias: Float32Array.of(0),
  };
}

describe('pruning', () => {
  it('removes weights up to the threshold and keeps those above it, in all three matrices', () => {
    const float = network(
      [
        [0.5, 0.25, -0.25],
        [0, -0.75, 1],
        [1, 1, 0.125],
      ],
      [0.25, -1, 0.3],
      [1, -0.25, 2],
      [0, 0, 0],
    );
    const { network: pruned, counts } = prune(float, 0.25);
    expect(counts.belowThreshold).toEqual({ recurrent: 3, input: 1, readout: 1 });
    expect(counts.withNeurons).toEqual({ recurrent: 0, input: 0, readout: 0 });
    expect([...pruned.recurrent.values]).toEqual([0.5, -0.75, 1, 1, 1]);
    expect([...pruned.input.values]).toEqual([-1, Math.fround(0.3)]);
  });

  it('removes neurons to which nothing listens, one after another, and keeps the sites of the rest', () => {
    // 0 → 1 → 2 → 2: neuron 2 listens only to itself, so all three go; neuron 3 reaches the readout.
    const chain = network(
      [
        [0, 0, 0, 0],
        [1, 0, 0, 0],
        [0, 1, 1, 0],
        [0, 0, 0, 0],
      ],
      [1, 1, 0, 1],
      [0, 0, 0, 1],
      [0, 0, 0, 0],
    );
    const { network: pruned, counts } = prune(chain);
    expect([pruned.neurons, ...pruned.site]).toEqual([1, 6]);
    expect(counts).toEqual({
      belowThreshold: { recurrent: 0, input: 0, readout: 0 },
      withNeurons: { recurrent: 3, input: 2, readout: 0 },
      neurons: { unheard: 3, silent: 0, constant: 0 },
    });
  });

  it('removes silent neurons, then those that spoke only to them', () => {
    // Neuron 1 is held down by its bias; neuron 0 speaks only to it.
    const float = network(
      [
        [0, 0, 0],
        [1, 0, 0],
        [0, 5, 0],
      ],
      [1, 0, 1],
      [0, 1, 1],
      [0, -100, 0],
    );
    const batch = { inputs: randomInputs(1, 6), steps: 3, rows: 2 };
    expect(prune(float, 0.01, [batch]).counts.neurons).toEqual({ unheard: 1, silent: 1, constant: 0 });
    expect(prune(float, 0.01).counts.neurons).toEqual({ unheard: 0, silent: 0, constant: 0 });
  });

  it('folds a constant neuron into the biases of its listeners', () => {
    const float = network(
      [
        [0, 0],
        [0.5, 0],
      ],
      [0, 1],
      [0.25, 1],
      [2, 0.125],
    );
    const { network: pruned, counts } = prune(float, 0.01, [{ inputs: Float32Array.of(1, 0.5, 0.25), steps: 3, rows: 1 }]);
    expect(counts.neurons).toEqual({ unheard: 0, silent: 0, constant: 1 });
    expect([...pruned.bias, ...pruned.readoutBias]).toEqual([1.125, 0.5]);
  });

  it('keeps a constant neuron that decides an answer in the first step', () => {
    // Output 1 wins unless neuron 1 hears neuron 0, which it does from the second step on; folded, already in the first.
    const base = network(
      [
        [0, 0],
        [1, 0],
      ],
      [0, 1],
      [0, 0],
      [2, 0],
    );
    const float = { ...base, outputs: 2, readout: csrFromDense(Float32Array.of(0, 1, 0, 0), 2, 2), readoutBias: Float32Array.of(0, 1) };
    const { network: pruned, counts } = prune(float, 0.01, [{ inputs: Float32Array.of(0.5, 0, 0.25), steps: 3, rows: 1 }]);
    expect(counts.neurons.constant).toBe(0);
    expect(pruned.neurons).toBe(2);
  });

  it('leaves every output unchanged when only unheard and silent neurons go', () => {
    let removed = 0;
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.double({ min: 0, max: 0.4, noNaN: true }), (seed, threshold) => {
        const float = randomNetwork(seed, { inputs: 3, neurons: 12, outputs: 2, density: 0.15 });
        const [steps, rows] = [5, 3];
        const inputs = randomInputs(seed, steps * rows * 3);
        const before = { ...float, ...thresholded(float, threshold) };
        const batch = { inputs, steps, rows };
        // Thresholds this high may kill a network altogether, which is refused and tested below.
        fc.pre(survives(before, [batch]));
        const { network: after, counts } = prune(before, 0, [batch]);
        if (counts.neurons.constant > 0) return;
        removed += float.neurons - after.neurons;
        expect(runNetwork(after, inputs, steps, rows).outputs).toEqual(runNetwork(before, inputs, steps, rows).outputs);
        expect(prune(after, 0, [batch]).network).toEqual(after);
      }),
      { numRuns: 100 },
    );
    expect(removed).toBeGreaterThan(20);
  });

  it('refuses a threshold that leaves nothing, and one that is no threshold', () => {
    const float = randomNetwork(1, { inputs: 2, neurons: 5, outputs: 2 });
    expect(() => prune(float, 100)).toThrow('pruning to a threshold of 100 leaves no neuron that is active and reaches the readout');
    expect(() => prune(float, -1)).toThrow('the pruning threshold is -1');
    expect(() => prune(float, Number.NaN)).toThrow('the pruning threshold is NaN');
  });
});

describe('pruning to a density', () => {
  it('keeps the largest weights of all three matrices together, as many as the density says', () => {
    const float = network(
      [
        [0.5, 0.25, -0.3],
        [0.01, -0.75, 1],
        [2, 0.125, 0.2],
      ],
      [0.35, -1.5, 0.1],
      [0.6, -0.4, 0.15],
      [0, 0, 0],
    );
    // 15 weights are possible; 0.4 of them are the 6 largest: 2, −1.5, 1, −0.75, 0.6, 0.5.
    const kept = pruneWeights(float, { density: 0.4 });
    expect([...kept.recurrent.values]).toEqual([0.5, -0.75, 1, 2]);
    expect([...kept.input.values]).toEqual([-1.5]);
    expect([...kept.readout.values]).toEqual([Math.fround(0.6)]);
    expect(kept.neurons).toBe(3);
    expect(weightDensity(kept)).toBe(0.4);
    // Then neuron 1, which hears the input but is heard by nobody else, goes with −1.5, −0.75 and 1, which it hears from neuron 2;
    // then neuron 2, and its 2.
    const { network: pruned, counts } = prune(float, { density: 0.4 });
    expect(counts).toEqual({
      belowThreshold: { recurrent: 5, input: 2, readout: 2 },
      withNeurons: { recurrent: 3, input: 1, readout: 0 },
      neurons: { unheard: 2, silent: 0, constant: 0 },
    });
    expect([...pruned.site]).toEqual([0]);
  });

  it('refuses a density that is no share, and one that leaves nothing', () => {
    const float = randomNetwork(1, { inputs: 2, neurons: 5, outputs: 2 });
    for (const density of [0, -0.1, 1.1, Number.NaN]) {
      expect(() => prune(float, { density })).toThrow(`the pruning density is ${density}; it must be above 0 and at most 1`);
    }
    expect(() => prune(float, { density: 0.001 })).toThrow(
      'pruning to a density of 0.001 leaves no neuron that is active and reaches the readout; try one that leaves more',
    );
  });
});

function survives(network: Network, batches: Parameters<typeof prune>[2]): boolean {
  try {
    prune(network, 0, batches);
    return true;
  } catch {
    return false;
  }
}

function thresholded(float: Network, threshold: number): Pick<Network, 'recurrent' | 'input' | 'readout'> {
  const cut = (m: Network['recurrent']) => {
    const dense = new Float32Array(m.rows * m.columns);
    for (let row = 0; row < m.rows; row++)
      for (let at = m.indptr[row]; at < m.indptr[row + 1]; at++)
        if (Math.abs(m.values[at]) > threshold) dense[row * m.columns + m.indices[at]] = m.values[at];
    return csrFromDense(dense, m.rows, m.columns);
  };
  return { recurrent: cut(float.recurrent), input: cut(float.input), readout: cut(float.readout) };
}
