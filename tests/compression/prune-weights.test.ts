// Does each weight stay or go for the reason that the rules give?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PruneRules, possibleWeights, pruneWeights, weightCount, weightDensity } from '../../src/compression/prune-weights.ts';
import { csrFromDense, forEachEntry } from '../../src/network/csr.ts';
import { gridWireCost } from '../../src/network/geometry.ts';
import type { Network } from '../../src/network/network.ts';
import { randomNetwork } from './random-network.ts';

/** Neurons in a line of four sites, one input, one output. */
function inLine(recurrent: readonly (readonly number[])[], input: readonly number[], readout: readonly number[]): Network {
  const neurons = input.length;
  return {
    inputs: 1,
    neurons,
    outputs: 1,
    activation: 'relu',
    grid: { rows: 1, columns: 4, metric: 'l1' },
    site: Int32Array.from({ length: neurons }, (_, i) => i),
    recurrent: csrFromDense(Float32Array.from(recurrent.flat()), neurons, neurons),
    input: csrFromDense(Float32Array.from(input), neurons, 1),
    readout: csrFromDense(Float32Array.from(readout), 1, neurons),
    bias: new Float32Array(neurons),
    readoutBias: new Float32Array(1),
  };
}

interface Synapse {
  readonly unit: number;
  readonly source: number;
  readonly weight: number;
  readonly rank: number;
}

/** Every synapse with its rank, by the definition of the rank. */
function synapsesOf(network: Network, locality = 0): Synapse[] {
  const { neurons, grid, site } = network;
  const list: Synapse[] = [];
  const { distance } = gridWireCost(grid);
  const add = (unit: number, source: number, weight: number, length: number) =>
    list.push({ unit, source, weight, rank: Math.abs(weight) / (1 + locality * length) });
  forEachEntry(network.recurrent, (to, from, weight) => void add(to, from, weight, distance(site[to], site[from])));
  forEachEntry(network.input, (to, channel, weight) => void add(to, neurons + channel, weight, 0));
  forEachEntry(network.readout, (to, from, weight) => void add(neurons + to, from, weight, 0));
  return list;
}

const nameOf = ({ unit, source }: Synapse) => `${source} to ${unit}`;

/** Synapses that stayed and that went; those that stayed have the weights they had. */
function split(before: Network, rules: PruneRules): { kept: Synapse[]; gone: Synapse[]; after: Network } {
  const after = pruneWeights(before, rules);
  const left = new Map(synapsesOf(after).map((synapse) => [nameOf(synapse), synapse.weight]));
  const all = synapsesOf(before, rules.locality);
  const kept = all.filter((synapse) => left.get(nameOf(synapse)) === synapse.weight);
  expect(kept).toHaveLength(left.size);
  return { kept, gone: all.filter((synapse) => !left.has(nameOf(synapse))), after };
}

const fanIn = (synapses: readonly Synapse[], unit: number) => synapses.filter((synapse) => synapse.unit === unit).length;
const fanOut = (synapses: readonly Synapse[], source: number) => synapses.filter((synapse) => synapse.source === source).length;

describe('ranking by distance', () => {
  // Sites 0 … 3 of a line: D = |i − j| / 4.
  const line = inLine(
    [
      [0.5, 0.6, 0.7, 0.8],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ],
    [0.45, 0, 0, 0],
    [0, 0, 0, 0.44],
  );

  it('divides a weight by 1 + A·D, and takes inputs and readout as they are', () => {
    // With A = 4 the ranks are 0.5, 0.3, 0.7/3, 0.2 | 0.45 | 0.44.
    const { kept } = split(line, { density: 3 / 24, locality: 4 });
    expect(kept.map(nameOf)).toEqual(['0 to 0', '4 to 0', '3 to 4']);
    const { kept: plain } = split(line, { density: 3 / 24 });
    expect(plain.map(nameOf)).toEqual(['1 to 0', '2 to 0', '3 to 0']);
  });

  it('compares the rank, not the weight, with a threshold', () => {
    const { kept } = split(line, { threshold: 0.25, locality: 4 });
    expect(kept.map(nameOf)).toEqual(['0 to 0', '1 to 0', '4 to 0', '3 to 4']);
  });
});

describe('limits of a neuron', () => {
  const square = inLine(
    [
      [0.9, 0.1, 0.2],
      [0.8, 0.3, 0.7],
      [0.6, 0.5, 0],
    ],
    [0.4, 0.75, 0.05],
    [0.95, 0.15, 0.85],
  );

  it('of fan-in count recurrent and input synapses together, and a readout unit is a neuron like others', () => {
    const { kept } = split(square, { maxFanIn: 2 });
    expect(kept.map(nameOf)).toEqual(['0 to 0', '0 to 1', '0 to 2', '1 to 2', '3 to 0', '3 to 1', '0 to 3', '2 to 3']);
  });

  it('of fan-out count recurrent and readout synapses together, and inputs have none', () => {
    const { kept } = split(square, { maxFanOut: 1 });
    expect(kept.map(nameOf)).toEqual(['1 to 2', '3 to 0', '3 to 1', '3 to 2', '0 to 3', '2 to 3']);
  });

  it('hold both at once, the strongest first', () => {
    // By rank: 0→3 0.95, (0→0, fan-out full), 2→3 fan-in full, (0→1), 3→1 0.75, (2→1 fan-in), (0→2), 1→2 0.5, 3→0 0.4, …
    const { kept } = split(square, { maxFanIn: 1, maxFanOut: 1 });
    expect(kept.map(nameOf)).toEqual(['1 to 2', '3 to 0', '3 to 1', '0 to 3']);
  });

  it('keep the strongest of every row and of every column, as counted by brute force', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 8 }), fc.double({ min: 0, max: 3, noNaN: true }), (seed, limit, locality) => {
        const float = randomNetwork(seed, { inputs: 3, neurons: 7, outputs: 2, density: 0.7 });
        const all = synapsesOf(float, locality);
        const strongest = (group: readonly Synapse[]) =>
          group
            .toSorted((a, b) => b.rank - a.rank)
            .slice(0, limit)
            .map(nameOf);
        const rows = Array.from({ length: 9 }, (_, unit) => strongest(all.filter((synapse) => synapse.unit === unit)));
        expect(split(float, { maxFanIn: limit, locality }).kept.map(nameOf).toSorted()).toEqual(rows.flat().toSorted());
        const columns = Array.from({ length: 7 }, (_, source) => strongest(all.filter((synapse) => synapse.source === source)));
        const inputs = all.filter(({ source }) => source >= 7).map(nameOf);
        expect(split(float, { maxFanOut: limit, locality }).kept.map(nameOf).toSorted()).toEqual([...columns.flat(), ...inputs].toSorted());
      }),
      { numRuns: 50 },
    );
  });
});

describe('any rules together', () => {
  it('are all met, and a weight that goes is ranked below all that stay unless a limit was full', () => {
    const limit = fc.option(fc.integer({ min: 1, max: 6 }), { nil: null });
    fc.assert(
      fc.property(
        fc.nat(),
        fc.record({
          density: fc.double({ min: 0.05, max: 1, noNaN: true }),
          threshold: fc.double({ min: 0, max: 0.4, noNaN: true }),
          locality: fc.constantFrom(0, 1, 5),
          maxFanIn: limit,
          maxFanOut: limit,
        }),
        limit,
        (seed, given, budget) => {
          const float = randomNetwork(seed, { inputs: 2, neurons: 8, outputs: 2, density: 0.6 });
          // Two cores: units of even and of odd number.
          const used = [0, 0];
          const room = budget === null ? null : (unit: number) => used[unit % 2] < 2 * budget && ++used[unit % 2] > 0;
          const { kept, gone } = split(float, { ...given, room });
          const most = Math.round(given.density * possibleWeights(float));
          const isFull = ({ unit, source }: Synapse) =>
            (given.maxFanIn !== null && fanIn(kept, unit) === given.maxFanIn) ||
            (given.maxFanOut !== null && source < 8 && fanOut(kept, source) === given.maxFanOut) ||
            (budget !== null && kept.filter((other) => other.unit % 2 === unit % 2).length === 2 * budget);
          expect(kept.length).toBeLessThanOrEqual(most);
          for (const synapse of kept) {
            expect(synapse.rank).toBeGreaterThan(given.threshold);
            expect(fanIn(kept, synapse.unit)).toBeLessThanOrEqual(given.maxFanIn ?? 99);
            if (synapse.source < 8) expect(fanOut(kept, synapse.source)).toBeLessThanOrEqual(given.maxFanOut ?? 99);
          }
          if (budget !== null)
            for (const parity of [0, 1]) expect(kept.filter(({ unit }) => unit % 2 === parity).length).toBeLessThanOrEqual(2 * budget);
          const weakest = Math.min(...kept.map(({ rank }) => rank));
          for (const synapse of gone) {
            const reason = synapse.rank <= given.threshold || isFull(synapse) || (kept.length === most && synapse.rank <= weakest);
            expect(reason, nameOf(synapse)).toBe(true);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('leave as many as must stay, those first that no rule removes', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 70 }), (seed, atLeast) => {
        const float = randomNetwork(seed, { inputs: 2, neurons: 8, outputs: 2, density: 0.6 });
        const rules = { maxFanIn: 2, locality: 1 };
        const left = synapsesOf(pruneWeights(float, rules, atLeast)).map(nameOf);
        const kept = split(float, rules).kept.map(nameOf);
        expect(left).toHaveLength(Math.max(kept.length, Math.min(atLeast, weightCount(float))));
        expect(left).toEqual(expect.arrayContaining(kept));
        const rest = synapsesOf(float, 1)
          .filter((synapse) => !kept.includes(nameOf(synapse)))
          .toSorted((a, b) => b.rank - a.rank);
        const more = rest.slice(0, left.length - kept.length).map(nameOf);
        expect(left.toSorted()).toEqual([...kept, ...more].toSorted());
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    [{ maxFanIn: 0 }, 'the largest fan-in is 0; it must be a whole number of at least 1'],
    [{ maxFanOut: 1.5 }, 'the largest fan-out is 1.5; it must be a whole number of at least 1'],
    [{ locality: -1 }, 'the locality of pruning is -1; it must be a number of 0 or more'],
    [{ locality: Number.NaN }, 'the locality of pruning is NaN'],
    [{ locality: Number.POSITIVE_INFINITY }, 'the locality of pruning is Infinity'],
  ])('are refused out of range: %o', (rules, why) => {
    expect(() => pruneWeights(randomNetwork(1, { inputs: 2, neurons: 5, outputs: 2 }), rules)).toThrow(why);
  });
});

describe('a density', () => {
  it('keeps exactly as many as it says where weights are equally large, and all where there are no more', () => {
    const equal = inLine(
      [
        [1, -1],
        [1, 1],
      ],
      [1, 1],
      [-1, 1],
    );
    for (let kept = 1; kept <= 8; kept++) expect(weightDensity(pruneWeights(equal, { density: kept / 8 }))).toBe(kept / 8);
    const sparse = pruneWeights(equal, { density: 0.5 });
    expect(pruneWeights(sparse, { density: 0.75 })).toEqual(sparse);
  });

  it('keeps no weight that is smaller than one it removes', () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0.001, max: 1, noNaN: true }), (seed, density) => {
        const float = randomNetwork(seed, { inputs: 3, neurons: 9, outputs: 2, density: 0.6 });
        const sizesOf = ({ recurrent, input, readout }: Network) =>
          [recurrent, input, readout].flatMap(({ values }) => [...values].map(Math.abs)).sort((a, b) => b - a);
        const possible = 9 * (9 + 3 + 2);
        expect(sizesOf(pruneWeights(float, { density }))).toEqual(sizesOf(float).slice(0, Math.round(density * possible)));
      }),
      { numRuns: 50 },
    );
  });
});
