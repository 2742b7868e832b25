import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DemandCounter, fanInLimit, unitLimit } from '../../src/mapping/capacity.ts';
import { groupOfNeuron, partition, partitions } from '../../src/mapping/partition.ts';
import { mappingProblem } from '../../src/mapping/problem.ts';
import { wiresOf } from '../../src/mapping/wires.ts';
import { csrFromDense } from '../../src/network/csr.ts';
import { demandByDefinition, madeUpChip, randomNetwork, randomProblem } from './support.ts';

const shapes = fc.record({
  seed: fc.nat(1000),
  rows: fc.integer({ min: 1, max: 7 }),
  columns: fc.integer({ min: 1, max: 7 }),
  outputs: fc.integer({ min: 0, max: 4 }),
  density: fc.double({ min: 0, max: 0.5, noNaN: true }),
  neurons: fc.integer({ min: 1, max: 9 }),
  axons: fc.integer({ min: 6, max: 40 }),
  memory: fc.integer({ min: 30, max: 200 }),
});

describe('the partition', () => {
  it('puts each unit in one group, leaves no gap in the numbers, and breaks no limit', () => {
    fc.assert(
      fc.property(shapes, ({ seed, neurons, axons, memory, ...shape }) => {
        const problem = randomProblem(seed, shape);
        const axonMemory = (synapses: number) => 3 * Math.ceil(synapses / 2);
        const { capacity } = madeUpChip({ neurons, axons, memory, axonMemory });
        for (const { group, groups } of partitions(problem, wiresOf(problem), capacity, problem.units)) {
          expect(group.length).toBe(problem.units);
          expect([...new Set(group)].sort((a, b) => a - b)).toEqual(Array.from({ length: groups }, (_, g) => g));
          for (const demand of demandByDefinition(problem, group, axonMemory)) {
            expect(demand.neurons).toBeLessThanOrEqual(neurons);
            expect(demand.axons).toBeLessThanOrEqual(axons);
            expect(demand.memory).toBeLessThanOrEqual(memory);
          }
        }
      }),
    );
  });

  it.each([
    [49, 7],
    [48, 8],
    [50, 5],
    [36, 36],
    [1, 1],
  ])('fills cores to the last place: %i units in groups of %i', (units, limit) => {
    const problem = randomProblem(1, { rows: 1, columns: units, outputs: 0 });
    const size = new Int32Array(Math.ceil(units / limit));
    for (const group of partition(problem, madeUpChip({ neurons: limit }))?.group ?? []) size[group]++;
    expect(size.reduce((a, b) => Math.max(a, b))).toBeLessThanOrEqual(limit);
    expect(size.reduce((a, b) => a + b)).toBe(units);
  });

  it('cuts a square sheet into square neighbourhoods', () => {
    const network = randomNetwork(1, { rows: 8, columns: 8, outputs: 0 });
    const isNeighbour = (i: number, j: number) => Math.abs(Math.floor(i / 8) - Math.floor(j / 8)) + Math.abs((i % 8) - (j % 8)) === 1;
    const weights = Float32Array.from({ length: 64 * 64 }, (_, k) => (isNeighbour(Math.floor(k / 64), k % 64) ? 1 : 0));
    const problem = mappingProblem({ ...network, recurrent: csrFromDense(weights, 64, 64) }, null);
    const { group } = partition(problem, madeUpChip({ neurons: 16 })) ?? { group: [] };
    const blocks = Array.from({ length: 64 }, (_, i) => 2 * Math.floor(i / 32) + Math.floor((i % 8) / 4));
    // The same pairs of neurons share a group, whatever the groups are called.
    for (let i = 0; i < 64; i++) for (let j = 0; j < i; j++) expect(group[i] === group[j]).toBe(blocks[i] === blocks[j]);
  });

  it('cuts between planted blocks although halves of their number would not', () => {
    // 5 × 3 blocks of 4 × 4 neurons: 8 of the 15 are no rectangle.
    const [rows, columns] = [20, 12];
    const n = rows * columns;
    const blockOf = (i: number) => 3 * Math.floor(i / columns / 4) + Math.floor((i % columns) / 4);
    const network = randomNetwork(1, { rows, columns, outputs: 0 });
    const weights = Float32Array.from({ length: n * n }, (_, k) => {
      const [i, j] = [Math.floor(k / n), k % n];
      return i !== j && blockOf(i) === blockOf(j) ? 1 : 0;
    });
    const problem = mappingProblem({ ...network, recurrent: csrFromDense(weights, n, n) }, null);
    const { group, groups } = partition(problem, madeUpChip({ neurons: 16 })) ?? { group: [], groups: 0 };
    expect(groups).toBe(15);
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) expect(group[i] === group[j]).toBe(blockOf(i) === blockOf(j));
  });

  it('does not exist when a unit fits no core even alone', () => {
    const problem = randomProblem(2, { rows: 4, columns: 4, density: 0.9 });
    expect(partition(problem, madeUpChip({ axons: 19 }))).not.toBeNull();
    expect(partition(problem, madeUpChip({ axons: 9 }))).toBeNull();
  });

  it('gives quantization the groups of the hidden neurons alone', () => {
    const problem = randomProblem(3, { rows: 5, columns: 5, outputs: 4 });
    const cut = partition(problem, madeUpChip({ neurons: 6 }));
    if (cut === null) throw new Error('six neurons fit');
    expect([...groupOfNeuron(problem, cut)]).toEqual([...cut.group.slice(0, 25)]);
  });
});

describe('limits of a core', () => {
  it('are found exactly', () => {
    const { capacity } = madeUpChip({ neurons: 7, axons: 13, memory: 24, axonMemory: (synapses) => 2 * synapses });
    expect(unitLimit(capacity, 100)).toBe(7);
    expect(unitLimit(capacity, 5)).toBe(5);
    // 13 axons of one synapse would need 26 bits.
    expect(fanInLimit(capacity, 100)).toBe(12);
  });

  it('are counted by source, once per core', () => {
    const problem = randomProblem(4, { rows: 4, columns: 4, density: 0.4 });
    const core = Int32Array.from({ length: problem.units }, (_, unit) => unit % 3);
    const axonMemory = (synapses: number) => synapses ** 2;
    const counter = new DemandCounter(problem, madeUpChip({ axonMemory }).capacity);
    for (const { id, axonsOut: _, ...demand } of demandByDefinition(problem, core, axonMemory)) {
      const units = [...core.keys()].filter((unit) => core[unit] === id);
      expect(counter.totals(units)).toEqual({ ...demand, axonsOut: 0 });
    }
  });
});
