// Whatever a chip's packing rule, signs and limits: is every synapse stored as it is, within the limits, and computed exactly?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IntegerNetwork } from '../../src/compression/integer-network.ts';
import { runInteger } from '../../src/compression/run-integer.ts';
import { FitError } from '../../src/core/errors.ts';
import { chipOf } from '../../src/mapping/chip.ts';
import { chipProblem } from '../../src/mapping/chip-problem.ts';
import { deliveriesOf } from '../../src/mapping/connections.ts';
import { coreTotals } from '../../src/mapping/core-totals.ts';
import { usedCoresOf } from '../../src/mapping/geometry.ts';
import { buildMapping } from '../../src/mapping/images.ts';
import { checkFit, checkPlacement } from '../../src/mapping/legality.ts';
import { parseMapping } from '../../src/mapping/mapping-file.ts';
import { place } from '../../src/mapping/place.ts';
import { realWeights } from '../../src/mapping/problem.ts';
import { forEachEntry } from '../../src/network/csr.ts';
import { loadChip, runChip } from '../../src/simulation/chip.ts';
import { mutationTest } from '../../src/simulation/mutation-test.ts';
import { stressInputs } from '../../src/simulation/verify.ts';
import { weightFormat } from '../../src/targets/formats.ts';
import type { Target } from '../../src/targets/load.ts';
import { randomIntegerInputs, randomIntegerNetwork } from '../compression/random-integer-network.ts';
import { loadChanged } from '../targets/support.ts';
import { readBack, type WeightTable } from './read-back.ts';
import { occupancyOf } from './support.ts';

const count = (value: number | null) => ({ value, unit: '1', provenance: value === null ? 'not-published' : 'assumption', how: 'test' });
const bits = (value: number | null) => ({ ...count(value), unit: 'bit' });

/** Limits that a small network comes close to. */
interface Shape {
  readonly neurons: number;
  readonly rows: number;
  readonly targets: number | null;
  readonly fanIn: number | null;
}

const ARRAY_SIGNS: Readonly<Record<string, (shape: Shape) => Record<string, unknown>>> = {
  'twos-complement': () => ({ 'weight.bits.value': [8], 'crossbar.bitsPerCell.value': 4 }),
  'offset-column': () => ({ 'weight.bits.value': [6], 'crossbar.bitsPerCell.value': 3, 'crossbar.cellsPerWeight': count(2) }),
  'diff-pair': () => ({ 'weight.bits.value': [8], 'crossbar.bitsPerCell.value': 2 }),
  'diff-pair in rows': () => ({ 'weight.bits.value': [4], 'crossbar.bitsPerCell.value': 3, 'crossbar.pair': 'rows' }),
  'diff-pair in one cell': () => ({ 'weight.bits.value': [4], 'crossbar.bitsPerCell': bits(null), 'crossbar.pair': 'cell' }),
  'dual-array': () => ({ 'weight.bits.value': [4], 'crossbar.bitsPerCell.value': 1 }),
  'sign-per-row': () => ({ 'weight.bits.value': [6], 'crossbar.bitsPerCell.value': 6 }),
  'sign-per-source': () => ({ 'weight.bits.value': [3], 'crossbar.bitsPerCell.value': 3 }),
  'axon-type-table': () => ({ 'weight.bits.value': [9], 'crossbar.bitsPerCell.value': 1, 'limits.sharedConfigs': { axonTypes: count(4) } }),
  'binary-pm': () => ({ 'weight.bits.value': [1], 'crossbar.bitsPerCell.value': 1 }),
};

/** A mesh of digital arrays with one sign scheme. */
function arrayTarget(signs: string, shape: Shape): Target {
  const [signScheme] = signs.split(' ');
  return loadChanged('rram-mesh', {
    parameters: undefined,
    'crossbar.device': undefined,
    'crossbar.arraysPerCore.value': 64,
    'crossbar.rows.value': 16,
    'crossbar.cols.value': 40,
    'limits.neurons': count(shape.neurons),
    'limits.axonsIn': count(shape.rows),
    'limits.targetsPerNeuron': shape.targets === null ? undefined : count(shape.targets),
    'limits.fanInPerNeuron': shape.fanIn === null ? undefined : count(shape.fanIn),
    'weight.signScheme': signScheme,
    ...ARRAY_SIGNS[signs](shape),
  });
}

const pool = { synapse: bits(8), source: bits(32) };
const rows = { synapsesPerRow: count(4), header: bits(96), synapse: bits(32), poolPerChip: bits(512 * 3000) };
const LISTS: Readonly<Record<string, (shape: Shape) => Record<string, unknown>>> = {
  'loihi-blocks': () => ({}),
  'byte-pool': () => ({ 'limits.synapsePool': pool, 'limits.synapseMemory.value': 3000, 'weight.signScheme': 'twos-complement' }),
  'byte-pool of unknown synapses': () => ({
    'limits.synapsePool': { ...pool, synapse: bits(null) },
    'weight.signScheme': 'twos-complement',
  }),
  'byte-pool of ±1': () => ({ 'limits.synapsePool': pool, 'limits.synapseMemory.value': 3000, 'weight.signScheme': 'binary-pm' }),
  'sdram-rows': () => ({ 'limits.synapseRows': rows, 'weight.signScheme': 'twos-complement' }),
  'cam-per-neuron': ({ targets }) => ({
    'weight.signScheme': 'base-weight-mask',
    'weight.bits.value': [4],
    ...(targets && { 'limits.targetsPerNeuron': count(targets) }),
  }),
  'cam-per-neuron with types': () => ({
    'weight.signScheme': 'excit-inhib-typed',
    'limits.sharedConfigs': { synapseTypes: count(4) },
  }),
  'fanout-list': () => ({ 'weight.signScheme': 'twos-complement', 'limits.fanOutPerNeuron': count(60), 'limits.synapses': count(400) }),
  'fixed-all-to-all': () => ({ 'weight.signScheme': 'twos-complement', 'weight.bits.value': [8] }),
};

function listTarget(packing: string, shape: Shape): Target {
  const [rule] = packing.split(' ');
  return loadChanged('loihi1', {
    'limits.packing': rule,
    'limits.neurons': count(shape.neurons),
    'limits.axonsIn': count(shape.rows),
    'limits.fanInPerNeuron': shape.fanIn === null ? undefined : count(shape.fanIn),
    ...LISTS[packing](shape),
  });
}

/** Every synapse of an integer network, by name. */
function tableOf({ recurrent, input, readout }: IntegerNetwork): WeightTable {
  const table: WeightTable = new Map();
  forEachEntry(recurrent, (i, j, w) => table.set(`neuron ${j} > neuron ${i}`, w));
  forEachEntry(input, (i, k, w) => table.set(`input ${k} > neuron ${i}`, w));
  forEachEntry(readout, (o, j, w) => table.set(`neuron ${j} > readout ${o}`, w));
  return table;
}

const SIZES = { inputs: 4, neurons: 20, outputs: 3 };

function mapped(target: Target, seed: number, density: number) {
  const { qmax, step, rowLevels } = weightFormat(target);
  const network = randomIntegerNetwork(seed, { ...SIZES, density, qmax, step, rowLevels });
  const chip = chipOf(target, { maxNeuronsPerCore: null });
  const problem = chipProblem(realWeights(network, { rows: 4, columns: 5, metric: 'l1' }), null, chip, network);
  const placement = place(problem, chip, { seed, effort: 0.05 });
  const { mapping, images } = buildMapping(network, '', chip, problem, placement);
  return { network, chip, problem, placement, mapping: parseMapping(JSON.stringify(mapping), 'mapping.json'), images };
}

const shapes = fc.record<Shape>({
  neurons: fc.constantFrom(9, 14, 40),
  rows: fc.constantFrom(14, 30, 64),
  targets: fc.constantFrom(null, 1, 3),
  fanIn: fc.constantFrom(null, 5),
});

const KINDS: [string, (shape: Shape) => Target][] = [
  ...Object.keys(ARRAY_SIGNS).map((signs): [string, (shape: Shape) => Target] => [
    `arrays, ${signs}`,
    (shape) => arrayTarget(signs, shape),
  ]),
  ...Object.keys(LISTS).map((packing): [string, (shape: Shape) => Target] => [packing, (shape) => listTarget(packing, shape)]),
];

describe.each(KINDS)('a chip with %s', (_, targetOf) => {
  it('holds each synapse as it is, within every limit, and computes every integer; or says what does not fit', () => {
    let placed = 0;
    fc.assert(
      fc.property(fc.nat(1000), shapes, fc.constantFrom(0.1, 0.25, 0.5), (seed, shape, density) => {
        const target = targetOf(shape);
        let chip: ReturnType<typeof mapped>;
        try {
          chip = mapped(target, seed, density);
        } catch (error) {
          if (!(error instanceof FitError)) throw error;
          expect(error.violations.length).toBeGreaterThan(0);
          return;
        }
        placed++;
        const { network, problem, placement, mapping, images } = chip;
        expect(readBack(mapping, images)).toEqual(tableOf(network));

        // Limits, counted from the file alone.
        const { limits } = target.file;
        for (const core of mapping.cores) {
          expect(core.neurons.length).toBeLessThanOrEqual(limits.neurons.value ?? Number.POSITIVE_INFINITY);
          expect(core.axons).toBeLessThanOrEqual(limits.axonsIn.value ?? Number.POSITIVE_INFINITY);
          for (const { targets, kind } of core.neurons) {
            const most = chip.chip.capacity.targetsPerNeuron;
            if (most !== null && kind !== 'readout')
              expect(new Set(targets.map(({ core: id, axon }) => rowOf(mapping, id, axon))).size).toBeLessThanOrEqual(most);
          }
        }
        expect(checkPlacement(problem, chip.chip, placement)).toEqual([]);
        const { occupancy, cores } = occupancyOf(problem, chip.chip.capacity, placement);
        const used = usedCoresOf(chip.chip, placement);
        expect([cores, occupancy.totals]).toEqual([used.ids, coreTotals(chip.chip.capacity, used, deliveriesOf(problem, used))]);
        const slots = mapping.cores.flatMap(({ neurons }) => neurons);
        const ofKind = (kind: string) => slots.filter((slot) => slot.kind === kind);
        expect(['hidden', 'readout', 'partial'].map((kind) => ofKind(kind).length)).toEqual([20, 3, problem.partials]);
        expect(ofKind('copy').length).toBe(occupancy.totals.reduce((sum, { copies }) => sum + copies, 0));

        const inputs = randomIntegerInputs(seed, 5 * 6 * SIZES.inputs);
        expect(runChip(loadChip(mapping, images), inputs, 5, 6)).toEqual(runInteger(network, inputs, 5, 6));
      }),
      { numRuns: 10, seed: 1 },
    );
    expect(placed).toBeGreaterThan(2);
  });
});

/** Two rows that hold one weight together are one target: the first of them names both. */
function rowOf({ storage, cores }: ReturnType<typeof mapped>['mapping'], id: number, axon: number): string {
  if (storage.kind === 'synapse-list') return `${id} ${axon}`;
  const isTwoLevel = storage.columnWeights[0] === 2;
  const isPair = storage.rowWeights !== null && storage.rowWeights.length === 2 && pairsOfRows(cores, id);
  return `${id} ${isTwoLevel || isPair ? axon - (axon % 2) : axon}`;
}

function pairsOfRows(cores: ReturnType<typeof mapped>['mapping']['cores'], id: number): boolean {
  const kinds = cores.find((core) => core.id === id)?.rowKinds ?? [];
  return kinds.length % 2 === 0 && kinds.every((kind, axon) => kind === axon % 2);
}

describe('partial sums, copies and tables', () => {
  // A source that needs several rows on a core reaches its two targets there.
  const rowsBySign = ['sign-per-row', 'axon-type-table'];

  it.each(['sign-per-row', 'axon-type-table', 'binary-pm', 'diff-pair in rows'])(
    'on a chip with %s show 100 mutations, or a measured reason why they cannot',
    (signs) => {
      const { mapping, images } = mapped(arrayTarget(signs, { neurons: 40, rows: 64, targets: 2, fanIn: 5 }), 3, 0.25);
      const kinds = new Set(mapping.cores.flatMap(({ neurons }) => neurons.map(({ kind }) => kind)));
      expect([...kinds]).toEqual(expect.arrayContaining(['hidden', 'partial', 'readout']));
      if (rowsBySign.includes(signs)) expect(kinds.has('copy')).toBe(true);
      const trials = [stressInputs(1, 8, 4, 4), { steps: 8, rows: 30, inputs: randomIntegerInputs(2, 8 * 30 * 4) }];
      const outcomes = mutationTest(loadChip(mapping, images), trials, 100, 1);
      expect(outcomes.filter(({ detectedAfter, reason }) => (detectedAfter === null) === (reason === null))).toEqual([]);
      expect(outcomes.filter(({ detectedAfter }) => detectedAfter !== null).length).toBeGreaterThan(20);
    },
  );
});

describe('limits of a neuron, and of inputs and readout units', () => {
  const network = randomIntegerNetwork(1, { ...SIZES, density: 0.5 });
  const violationsOf = (changes: Readonly<Record<string, unknown>>) => {
    const chip = chipOf(loadChanged('loihi1', { 'limits.packing': 'fanout-list', 'weight.signScheme': 'twos-complement', ...changes }), {
      maxNeuronsPerCore: null,
    });
    const problem = chipProblem(realWeights(network, { rows: 4, columns: 5, metric: 'l1' }), null, chip, network);
    return checkFit(problem, chip).violations;
  };

  it('are checked, each with its source', () => {
    const fanOut = new Int32Array(20);
    for (const source of [...network.recurrent.indices, ...network.readout.indices]) fanOut[source]++;
    const most = Math.max(...fanOut);
    expect(violationsOf({ 'limits.fanOutPerNeuron': count(most) })).toEqual([]);
    expect(violationsOf({ 'limits.fanOutPerNeuron': count(most - 1) })[0]).toMatchObject({
      rule: 'fit/fan-out',
      subject: `neuron ${fanOut.indexOf(most)}`,
      found: most,
      limit: most - 1,
      unit: 'synapses',
      source: expect.stringMatching(/limits\.fanOutPerNeuron \(assumption; test\)/),
      remedies: expect.arrayContaining([`prune its fan-out from ${most} to ${most - 1}`]),
    });
    expect(violationsOf({ 'limits.inputs': count(0) })[0]).toMatchObject({ rule: 'fit/inputs', found: 4, limit: 0 });
    expect(violationsOf({ 'limits.outputs': count(0) })[0]).toMatchObject({ rule: 'fit/outputs', found: 3, limit: 0 });
    expect(violationsOf({ 'limits.inputs': count(1), 'limits.outputs': count(1) })).toEqual([]);
  });

  it('that nobody has published constrain nothing', () => {
    const unknown = { 'limits.fanOutPerNeuron': count(null), 'limits.fanInPerNeuron': count(null), 'limits.inputs': count(null) };
    expect(violationsOf({ ...unknown, 'limits.synapses': count(null) })).toEqual([]);
  });

  it('of too small a fan-in for sums of two are refused', () => {
    const violations = violationsOf({ 'limits.fanInPerNeuron': count(1) });
    expect(violations[0]).toMatchObject({ rule: 'fit/fan-in', limit: 1 });
  });

  it('of synapses on a core are counted', () => {
    expect(violationsOf({ 'limits.synapses': count(1) }).map(({ rule }) => rule)).toContain('fit/alone/synapses');
  });
});
