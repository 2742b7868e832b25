import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FitError, UsageError } from '../../src/core/errors.ts';
import { randomStream } from '../../src/core/random.ts';
import { chipOf, withCap } from '../../src/mapping/chip.ts';
import { checkFit, checkPlacement } from '../../src/mapping/legality.ts';
import { partition } from '../../src/mapping/partition.ts';
import { place } from '../../src/mapping/place.ts';
import { mappingProblem, realWeights } from '../../src/mapping/problem.ts';
import { csrFromDense } from '../../src/network/csr.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { randomIntegerNetwork } from '../compression/random-integer-network.ts';
import { costByDefinition, madeUpChip, randomNetwork, randomProblem } from './support.ts';

/** Blocks of side × side neurons, all of them connected inside; one synapse of weight 1 to the block on the right and below. */
function planted(blockRows: number, blockColumns: number, side = 2) {
  const columns = side * blockColumns;
  const neurons = side * side * blockRows * blockColumns;
  const blockOf = (i: number) => Math.floor(i / columns / side) * blockColumns + Math.floor((i % columns) / side);
  const weights = new Float32Array(neurons * neurons);
  for (let i = 0; i < neurons; i++)
    for (let j = 0; j < neurons; j++) if (i !== j && blockOf(i) === blockOf(j)) weights[i * neurons + j] = 10;
  const first = (block: number) => side * Math.floor(block / blockColumns) * columns + side * (block % blockColumns);
  let between = 0;
  const join = (a: number, b: number) => {
    weights[first(a) * neurons + first(b)] = 1;
    between++;
  };
  for (let block = 0; block < blockRows * blockColumns; block++) {
    if (block % blockColumns > 0) join(block - 1, block);
    if (block >= blockColumns) join(block - blockColumns, block);
  }
  const empty = (rows: number, width: number) => csrFromDense(new Float32Array(rows * width), rows, width);
  const network = {
    ...{ inputs: 0, neurons, outputs: 0, grid: { rows: side * blockRows, columns, metric: 'l1' as const } },
    site: Int32Array.from({ length: neurons }, (_, i) => i),
    recurrent: csrFromDense(weights, neurons, neurons),
    input: empty(neurons, 0),
    readout: empty(0, neurons),
  };
  return { problem: mappingProblem(network, null), between };
}

describe('a placement', () => {
  it('of planted blocks costs one hop for each synapse between neighbouring blocks', () => {
    const { problem, between } = planted(3, 4);
    const chip = madeUpChip({ wide: 6, high: 5, neurons: 4 });
    for (const seed of [1, 2, 3]) {
      const placement = place(problem, chip, { seed });
      expect(placement.cost.final).toBeCloseTo(between, 4);
      expect(new Set(placement.core).size).toBe(12);
    }
  });

  it('of planted blocks finds them again when the positions are of no help', () => {
    const { problem, between } = planted(2, 3);
    const chip = madeUpChip({ wide: 4, high: 4, neurons: 4 });
    const centre = { ...problem, position: problem.position.map((_, i) => (i * 5) % 7) };
    expect(place(centre, chip, { seed: 1, effort: 4 }).cost.final).toBeCloseTo(between, 4);
  });

  it.each([
    [2, 3, 2],
    [3, 4, 2],
    [4, 4, 2],
    [5, 6, 4],
  ])(
    'of %d × %d planted blocks of side %d is best with positions known and shuffled, with spare cores and without',
    (rows, columns, side) => {
      const { problem, between } = planted(rows, columns, side);
      for (const margin of [0, 2]) {
        const chip = madeUpChip({ wide: columns + margin, high: rows + margin, neurons: side * side });
        const order = randomStream(1, 'shuffled positions').permutation(problem.units);
        const position = problem.position.map((_, i) => problem.position[2 * order[i >> 1] + (i % 2)]);
        expect(place({ ...problem, position }, chip, { seed: 1 }).cost.final).toBeCloseTo(between, 4);
        expect(place(problem, chip, { seed: 1 }).cost.final).toBeCloseTo(between, 4);
      }
    },
  );

  it('never costs more than its start, is legal, and its cost is the cost by definition', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.nat(1000),
          neurons: fc.integer({ min: 3, max: 9 }),
          axons: fc.integer({ min: 14, max: 40 }),
          slots: fc.integer({ min: 1, max: 3 }),
        }),
        ({ seed, neurons, axons, slots }) => {
          const problem = randomProblem(seed, { rows: 5, columns: 4, density: 0.2 });
          const chip = madeUpChip({ wide: 5, high: 5, slots, neurons, axons });
          const placement = place(problem, chip, { seed, effort: 0.2 });
          expect(placement.cost.final).toBeLessThanOrEqual(placement.cost.start);
          expect(placement.cost.final).toBeCloseTo(costByDefinition(problem, chip, placement.core), 3);
          expect(checkPlacement(problem, chip, placement)).toEqual([]);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('is the same for the same seed, and need not be for another', () => {
    const problem = randomProblem(10, { rows: 8, columns: 8 });
    const chip = madeUpChip({ neurons: 7 });
    const [a, b, c] = [1, 1, 2].map((seed) => place(problem, chip, { seed, effort: 0.1 }));
    expect(a).toEqual(b);
    expect(c.core).not.toEqual(a.core);
  });

  it('takes one core, the one at the port, where one holds everything', () => {
    const problem = randomProblem(11, { rows: 4, columns: 4 });
    const chip = madeUpChip({ wide: 5, high: 5, neurons: 18 });
    expect(new Set(place(problem, chip, { seed: 1 }).core)).toEqual(new Set([10]));
    // A port at another router pulls it there.
    const elsewhere = chipOf(loadTarget('rram-mesh'), { maxNeuronsPerCore: null, port: { x: 6, y: 5 } });
    expect(new Set(place(problem, elsewhere, { seed: 1 }).core)).toEqual(new Set([46]));
  });

  it('fills the chip to the last neuron, and says how many cores one more needs', () => {
    const chip = madeUpChip({ wide: 3, high: 2, neurons: 4 });
    expect(place(randomProblem(12, { rows: 4, columns: 5, outputs: 4 }), chip, { seed: 1 }).core.length).toBe(24);
    const tooMany = () => place(randomProblem(12, { rows: 4, columns: 5, outputs: 5 }), chip, { seed: 1 });
    expect(tooMany).toThrow(FitError);
    expect(tooMany).toThrow(
      /^the network does not fit made-up\n {2}25 neurons, readout included: 7 cores, limit 6 \(fit\/cores; made-up.json/,
    );
  });

  it('is refused when the messages of a core are too many, as check says before', () => {
    const problem = randomProblem(16, { rows: 5, columns: 5, density: 0.4 });
    const chip = madeUpChip({ neurons: 14, axonsOut: 9 });
    const refused = () => place(problem, chip, { seed: 1, effort: 0.1 });
    expect(checkFit(problem, chip).fits).toBe(false);
    expect(refused).toThrow(FitError);
    expect(refused).toThrow(
      /neuron \d+: \d+ axons, limit 9 \(fit\/abroad\/axons-out; made-up.json limits.axonsOut\); try: prune the fan-out/,
    );
    expect(place(problem, withCap(madeUpChip({ neurons: 14, axonsOut: 40 }), 9), { seed: 1 }).core.length).toBe(27);
  });

  it('keeps groups that it is given together', () => {
    const problem = randomProblem(13, { rows: 6, columns: 6 });
    const chip = madeUpChip({ neurons: 6 });
    const cut = partition(problem, chip);
    if (cut === null) throw new Error('six neurons fit');
    const { core, cost } = place(problem, chip, { seed: 1, partition: cut });
    for (let a = 0; a < problem.units; a++) for (let b = 0; b < a; b++) expect(core[a] === core[b]).toBe(cut.group[a] === cut.group[b]);
    expect(cost.final).toBeLessThanOrEqual(cost.start);
  });

  it('keeps to a cap', () => {
    const problem = randomProblem(14, { rows: 5, columns: 5 });
    const chip = madeUpChip({ neurons: 100 });
    const { core } = place(problem, withCap(chip, 9), { seed: 1 });
    const held = Array.from({ length: 16 }, (_, id) => core.filter((at) => at === id).length);
    expect(Math.max(...held)).toBeLessThanOrEqual(9);
    expect(held.filter((units) => units > 0).length).toBeGreaterThanOrEqual(3);
    expect(new Set(place(problem, withCap(withCap(chip, 9), null), { seed: 1 }).core).size).toBe(1);
  });
});

describe('the options of a chip', () => {
  it('refuse a cap that is no positive whole number, and a port without a core', () => {
    const target = loadTarget('rram-mesh');
    for (const cap of [0, -1, 2.5]) expect(() => chipOf(target, { maxNeuronsPerCore: cap })).toThrow(UsageError);
    expect(() => chipOf(target, { maxNeuronsPerCore: null, port: { x: 8, y: 0 } })).toThrow(
      'rram-mesh has no router (8, 0), where inputs are to enter; its routers are (0 … 7, 0 … 7)',
    );
  });
});

describe('the problem', () => {
  it('of an integer network has the real weights, by the definition of its scales', () => {
    const network = {
      ...randomIntegerNetwork(1, { inputs: 2, neurons: 6, outputs: 2 }),
      scales: { state: 0.5, input: 0.25, accumulator: Float64Array.of(1, 2, 3, 4, 5, 6), readout: 7 },
    };
    const real = realWeights(network, { rows: 2, columns: 3, metric: 'l1' });
    // acc·s_i = Σ Wq·h: a state is 0.5 a unit, an input 0.25 a unit.
    const rowOf = (indptr: Int32Array, at: number) => indptr.findIndex((end) => end > at) - 1;
    real.recurrent.values.forEach((w, at) => {
      expect(w * 0.5).toBeCloseTo(network.recurrent.values[at] * (rowOf(network.recurrent.indptr, at) + 1), 3);
    });
    real.input.values.forEach((w, at) => {
      expect(w * 0.25).toBeCloseTo(network.input.values[at] * (rowOf(network.input.indptr, at) + 1), 3);
    });
    real.readout.values.forEach((w, at) => {
      expect(w * 0.5).toBeCloseTo(network.readout.values[at] * 7, 3);
    });
  });

  it('stacks readout under recurrent rows, and inputs beside recurrent columns', () => {
    const network = randomNetwork(15, { rows: 2, columns: 2, inputs: 2, outputs: 1, density: 1 });
    const { synapses, position } = mappingProblem(network, null);
    expect([synapses.rows, synapses.columns]).toEqual([5, 6]);
    expect([...synapses.indptr]).toEqual([0, 6, 12, 18, 24, 28]);
    expect([...synapses.values.slice(4, 6)]).toEqual([...network.input.values.slice(0, 2)].map(Math.abs));
    expect([...synapses.values.slice(24)]).toEqual([...network.readout.values].map(Math.abs));
    // The readout unit sits where its sources pull it.
    const [a, b, c, d] = [...network.readout.values].map(Math.abs);
    expect(position[8]).toBeCloseTo((c + d) / (a + b + c + d), 5);
    expect(position[9]).toBeCloseTo((b + d) / (a + b + c + d), 5);
  });
});
