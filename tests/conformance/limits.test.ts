// Does a core take what its chip says, to the last unit, and not one more? Numbers counted by hand, for each limit of every chip.
import { describe, expect, it } from 'vitest';
import { chipOf } from '../../src/mapping/chip.ts';
import { chipProblem } from '../../src/mapping/chip-problem.ts';
import { checkFit, checkPlacement, FIT_RULES } from '../../src/mapping/legality.ts';
import { partition } from '../../src/mapping/partition.ts';
import type { WeightedNetwork } from '../../src/mapping/problem.ts';
import type { Csr } from '../../src/network/csr.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { mappableTargets } from '../targets/support.ts';

/** What a network asks for; nothing where it says nothing. */
interface Ask {
  readonly neurons?: number;
  readonly outputs?: number;
  readonly inputs?: number;
  /** Inputs that each neuron listens to, the first of all; neurons beyond the list listen to none. */
  readonly fanIns?: readonly number[];
  /** Every neuron listens to the inputs after those of the neuron before, so that each input has one target. */
  readonly isDisjoint?: boolean;
  /** Hidden neurons that listen to neuron 0, and readout units that do. */
  readonly fanOut?: number;
  readonly readoutFanOut?: number;
  /** Whether the last two neurons listen to all neurons, one to each half. */
  readonly isEachHeard?: boolean;
}

/** So many neurons with so many synapses each. */
function even(neurons: number, fanIn: number): Ask {
  return { neurons, fanIns: Array(neurons).fill(fanIn), inputs: fanIn };
}

/** So many synapses, as evenly spread over so many neurons as can be. */
function spread(neurons: number, synapses: number, isDisjoint: boolean): Ask {
  const fanIns = Array.from({ length: neurons }, (_, i) => Math.floor(synapses / neurons) + Number(i < synapses % neurons));
  return { neurons, fanIns, isDisjoint, inputs: isDisjoint ? synapses : fanIns[0] };
}

function networkOf({
  neurons = 1,
  outputs = 0,
  inputs = 0,
  fanIns = [],
  isDisjoint = false,
  fanOut = 0,
  readoutFanOut = 0,
  isEachHeard = false,
}: Ask): WeightedNetwork {
  let next = 0;
  const own = Array.from({ length: neurons }, (_, i) => {
    const start = isDisjoint ? next : 0;
    next += fanIns[i] ?? 0;
    return { start, length: fanIns[i] ?? 0 };
  });
  const first = (rows: number, listeners: number) => Array.from({ length: rows }, (_, i) => ({ start: 0, length: Number(i < listeners) }));
  const half = Math.floor(neurons / 2);
  const halves = Array.from({ length: neurons }, (_, i) =>
    i < neurons - 2 ? { start: 0, length: 0 } : { start: i === neurons - 1 ? half : 0, length: half },
  );
  return {
    inputs,
    neurons,
    outputs,
    grid: { rows: 1, columns: neurons, metric: 'l1' },
    site: Int32Array.from({ length: neurons }, (_, i) => i),
    recurrent: ranges(isEachHeard ? halves : first(neurons, fanOut), neurons),
    input: ranges(own, inputs),
    readout: ranges(first(outputs, readoutFanOut), neurons),
  };
}

/** A matrix whose rows each are a range of weights of 1. */
function ranges(rows: readonly { readonly start: number; readonly length: number }[], columns: number): Csr {
  const indptr = new Int32Array(rows.length + 1);
  rows.forEach(({ length }, row) => {
    indptr[row + 1] = indptr[row] + length;
  });
  const indices = new Int32Array(indptr[rows.length]);
  rows.forEach(({ start, length }, row) => {
    for (let k = 0; k < length; k++) indices[indptr[row] + k] = start + k;
  });
  return { rows: rows.length, columns, indptr, indices, values: new Float32Array(indices.length).fill(1) };
}

/** What a placement of everything on one core, and the limits of neurons and ports, say of a network: `limit, found > most: field`. */
function refusals(id: string, ask: Ask): string[] {
  const target = loadTarget(id);
  const { cores } = chipOf(target, { maxNeuronsPerCore: null }).topology;
  // One core is left, so that what needs two does not fit.
  const chip = chipOf(target, { maxNeuronsPerCore: null, keepFree: Array.from({ length: cores - 1 }, (_, core) => core + 1) });
  const problem = chipProblem(networkOf(ask), null, chip);
  // As `checkFit`, but without the search for what would fit.
  const cut = partition(problem, chip);
  const violations = FIT_RULES.flatMap((rule) => rule.check({ problem, chip, partition: cut, remedies: () => [] }));
  const placement = { core: new Int32Array(problem.units), seed: 1, cost: { start: 0, final: 0 }, objective: null };
  const onCore = checkPlacement(problem, chip, placement);
  const stated = violations.filter(({ rule }) => !/^fit\/(cores|alone)/.test(rule));
  expect(cut?.groups === 1).toBe(onCore.length === 0);
  expect(violations.length === 0).toBe(onCore.length + stated.length === 0);
  return [...onCore, ...stated].map(
    ({ rule, found, limit, source }) => `${rule.replace(/^fit\/(core\/)?/, '')} ${found} > ${limit}: ${fieldIn(id, source)}`,
  );
}

function fieldIn(id: string, source: string): string {
  const [, field] = new RegExp(`^${id}\\.json (\\S+) \\(`).exec(source) ?? [];
  return field ?? `not a field of ${id}: ${source}`;
}

type Edge = readonly [what: string, full: Ask, more: Ask, refused: readonly string[]];

const TWO_ARRAYS = 'arrays 2 > 1: crossbar.arraysPerCore';

/** All neurons listen to the same input, so that arrays have a row. */
function neurons(limit: number, ...also: readonly string[]): Edge {
  return [`${limit} neurons`, even(limit, 1), even(limit + 1, 1), [`neurons ${limit + 1} > ${limit}: limits.neurons`, ...also]];
}

/** The same where copies of neurons count. */
function slots(limit: number, ...also: readonly string[]): Edge {
  return [`${limit} slots`, even(limit, 1), even(limit + 1, 1), [`neuron-slots ${limit + 1} > ${limit}: limits.neurons`, ...also]];
}

/** Two neurons listen to all inputs: one alone would be split. */
function sources(limit: number, ...also: readonly string[]): Edge {
  return [`${limit} sources`, spread(2, limit, true), spread(2, limit + 1, true), also];
}

function rows(limit: number): Edge {
  return sources(limit, `axons-in ${limit + 1} > ${limit}: limits.axonsIn`, TWO_ARRAYS);
}

/** Readout units and inputs that a core has apart; neurons and readout units together have as many slots as both. */
function apart(hidden: number, outputs: number, inputs: number | null): Edge[] {
  const both = hidden + outputs;
  const edges: Edge[] = [
    [
      `${hidden} neurons beside readout units`,
      { neurons: hidden },
      { neurons: hidden + 1 },
      [`neurons ${hidden + 1} > ${hidden}: limits.neurons`],
    ],
    [`${outputs} readout units`, { outputs }, { outputs: outputs + 1 }, [`outputs ${outputs + 1} > ${outputs}: limits.outputs`]],
    [
      `${both} of both`,
      { neurons: hidden, outputs },
      { neurons: hidden + 1, outputs },
      [`neurons ${both + 1} > ${both}: limits.neurons`, `neurons ${hidden + 1} > ${hidden}: limits.neurons`],
    ],
  ];
  return inputs === null
    ? edges
    : [...edges, [`${inputs} inputs`, { inputs }, { inputs: inputs + 1 }, [`inputs ${inputs + 1} > ${inputs}: limits.inputs`]]];
}

/** Targets of neuron 0, among so many neurons. */
function fanOut(limit: number, ...also: readonly string[]): Edge {
  const ask = (targets: number): Ask => ({
    neurons: Math.min(targets, 250),
    fanOut: Math.min(targets, 250),
    outputs: targets - Math.min(targets, 250),
    readoutFanOut: targets - Math.min(targets, 250),
  });
  return [`a fan-out of ${limit}`, ask(limit), ask(limit + 1), [...also, `fan-out ${limit + 1} > ${limit}: limits.fanOutPerNeuron`]];
}

/** Cores of the chip, and limits of a core: exactly full, then with one more. Limits that nobody has published are not here. */
const EDGES: Readonly<Record<string, { readonly cores: number; readonly edges: readonly Edge[] }>> = {
  brainscales2: {
    cores: 2,
    edges: [
      neurons(256, TWO_ARRAYS),
      rows(256),
      // 256 · 256; one more has to belong to another neuron.
      [
        '65,536 synapses',
        even(256, 256),
        { ...even(257, 256), fanIns: [...Array<number>(256).fill(256), 1] },
        ['neurons 257 > 256: limits.neurons', 'synapses 65537 > 65536: limits.synapses', TWO_ARRAYS],
      ],
    ],
  },
  'dynap-se': { cores: 4, edges: [neurons(256)] },
  'dynap-se2': { cores: 4, edges: [slots(256)] },
  'hermes-core': { cores: 1, edges: [neurons(256, TWO_ARRAYS), rows(256)] },
  'ibm-34tile': { cores: 34, edges: [neurons(512, TWO_ARRAYS), sources(512, TWO_ARRAYS)] },
  'ibm-64core': { cores: 64, edges: [neurons(256, TWO_ARRAYS), rows(256)] },
  'isaac-ce': {
    // 168 tiles of 12.
    cores: 2016,
    edges: [
      // 8 arrays of 128 rows, and of 16 neurons, eight columns each: side by side, or one below another.
      ['128 neurons of 128 sources', even(128, 128), even(129, 128), ['arrays 9 > 8: crossbar.arraysPerCore']],
      ['16 neurons of 1,024 sources', even(16, 1024), even(17, 1024), ['arrays 16 > 8: crossbar.arraysPerCore']],
      ['1,024 sources of 16 neurons', spread(16, 1024, true), spread(16, 1025, true), ['arrays 9 > 8: crossbar.arraysPerCore']],
    ],
  },
  loihi1: {
    cores: 128,
    edges: [
      neurons(1024),
      sources(4096, 'axons-in 4097 > 4096: limits.axonsIn'),
      // A block of 64 synapses takes 64 · 18 + 10 bits, in words of 64 bits 19 of them: 1,216 bits. 862 · 1,216 + 64 · 6 are 1,048,576,
      // and six words hold a header and ⌊(384 − 10) / 18⌋ = 20 synapses.
      ['a memory of 2²⁰ bits', blocksOfLoihi(20), blocksOfLoihi(21), ['synapse-memory 1048640 > 1048576: limits.synapseMemory']],
    ],
  },
  loihi2: {
    cores: 120,
    edges: [
      neurons(8192),
      ['937,500 synapses', spread(1000, 937_500, false), spread(1000, 937_501, false), ['synapses 937501 > 937500: limits.synapses']],
    ],
  },
  // A source takes two of 1,030 rows.
  morphic: { cores: 4, edges: [neurons(512, TWO_ARRAYS), sources(515, TWO_ARRAYS)] },
  mosaic: { cores: 64, edges: [neurons(32)] },
  // A source takes two of 256 rows.
  neurram: { cores: 48, edges: [neurons(256, TWO_ARRAYS), sources(128, 'axons-in 258 > 256: limits.axonsIn', TWO_ARRAYS)] },
  odin: { cores: 1, edges: [slots(256, TWO_ARRAYS), rows(256)] },
  puma: {
    // 168 tiles of 8.
    cores: 1344,
    edges: [
      // 16 arrays as those of ISAAC.
      ['256 neurons of 128 sources', even(256, 128), even(257, 128), ['arrays 17 > 16: crossbar.arraysPerCore']],
      ['128 neurons of 256 sources', even(128, 256), even(128, 257), ['arrays 24 > 16: crossbar.arraysPerCore']],
    ],
  },
  ranc: { cores: 64, edges: [slots(256, TWO_ARRAYS), rows(256)] },
  reckon: {
    cores: 1,
    edges: [
      ...apart(256, 16, 256),
      // 256 inputs and 256 neurons, each with a target, are all there can be.
      [
        '512 sources',
        { ...spread(2, 256, true), neurons: 256, isEachHeard: true },
        { ...spread(2, 257, true), neurons: 256, isEachHeard: true },
        ['axons-in 513 > 512: limits.axonsIn', 'inputs 257 > 256: limits.inputs'],
      ],
    ],
  },
  'rram-mesh': {
    cores: 64,
    edges: [
      // 4 arrays of 256 rows, and of 18 neurons, 14 columns each.
      ['72 neurons of 256 sources', even(72, 256), even(73, 256), ['arrays 5 > 4: crossbar.arraysPerCore']],
      ['36 neurons of 512 sources', even(36, 512), even(37, 512), ['arrays 6 > 4: crossbar.arraysPerCore']],
      ['1,024 sources of 18 neurons', spread(18, 1024, true), spread(18, 1025, true), ['arrays 5 > 4: crossbar.arraysPerCore']],
    ],
  },
  spinnaker1: {
    // 144 chips of 17.
    cores: 2448,
    edges: [
      neurons(256),
      // ⌊987,758,336 / 17⌋ bits are a core's. A source with one synapse takes 96 + 32 bits: 453,933 of them fit.
      [
        '453,933 sources of a synapse',
        spread(256, 453_933, true),
        spread(256, 453_934, true),
        ['synapse-memory 58103552 > 58103431: limits.synapseRows.poolPerChip'],
      ],
    ],
  },
  spinnaker2: {
    // 38 blocks of 4.
    cores: 152,
    edges: [
      neurons(1000),
      // 2²⁰ bits; a source with one synapse takes 96 + 32.
      [
        '8,192 sources of a synapse',
        spread(2, 8192, true),
        spread(2, 8193, true),
        ['synapse-memory 1048704 > 1048576: limits.synapseMemory'],
      ],
    ],
  },
  tianjic: {
    cores: 156,
    edges: [
      neurons(256),
      sources(256, 'axons-in 257 > 256: limits.axonsIn'),
      // 22 KB, five bits a synapse: full before the 65,536 synapses are.
      ['36,044 synapses', spread(250, 36_044, false), spread(250, 36_045, false), ['synapse-memory 180225 > 180224: limits.synapseMemory']],
    ],
  },
  truenorth: {
    cores: 4096,
    // A neuron sends to the 256 neurons of one core; copies of it send to as many each, so that the slots are what is limited.
    edges: [slots(256, TWO_ARRAYS), rows(256)],
  },
  'xylo-audio2': { cores: 1, edges: [...apart(1000, 8, 16), fanOut(64)] },
  'xylo-audio3': { cores: 1, edges: apart(992, 32, null) },
  'xylo-imu': {
    cores: 1,
    edges: [
      ...apart(496, 16, null),
      ['31,744 synapses', even(496, 64), { ...even(496, 64), outputs: 1, readoutFanOut: 1 }, ['synapses 31745 > 31744: limits.synapses']],
    ],
  },
};

/** 862 sources with 64 synapses each, and one with so many. */
function blocksOfLoihi(last: number): Ask {
  return { neurons: 64, fanIns: Array.from({ length: 64 }, (_, i) => 862 + Number(i < last)), inputs: 863 };
}

/** Most synapses of a neuron that a core takes whole; null where nobody has published what would limit them. */
const FAN_INS: Readonly<Record<string, number | null>> = {
  // Rows of an array; a source takes two on NeuRRAM and MorphIC, and arrays lie one below another on ISAAC, PUMA and the mesh.
  ...{ brainscales2: 256, 'hermes-core': 256, 'ibm-34tile': 512, 'ibm-64core': 256, odin: 256, ranc: 256, truenorth: 256, reckon: 512 },
  ...{ neurram: 128, morphic: 515, 'isaac-ce': 8 * 128, puma: 16 * 128, 'rram-mesh': 4 * 256 },
  // Entries of a neuron's address memory, axons, or synapses of a core.
  ...{ 'dynap-se': 64, 'dynap-se2': 64, 'xylo-audio2': 63, loihi1: 4096, tianjic: 256, loihi2: 937_500, 'xylo-imu': 31_744 },
  // Memory: 128 bits for each synapse of a source of its own.
  ...{ spinnaker1: 453_933, spinnaker2: 8192 },
  ...{ mosaic: null, 'xylo-audio3': null },
};

it('every chip that networks are mapped onto has limits here', () => {
  expect(Object.keys(EDGES).sort()).toEqual(mappableTargets());
  expect(Object.keys(FAN_INS).sort()).toEqual(mappableTargets());
});

describe.each(Object.entries(EDGES))('a core of %s', (id, { edges }) => {
  it.each(edges)('takes %s, and not one more', (_what, full, more, refused) => {
    expect(refusals(id, full)).toEqual([]);
    expect(refusals(id, more)).toEqual(refused);
  });
});

describe.each(Object.entries(EDGES))('the chip %s', (id, { cores }) => {
  it(`takes as many units as its ${cores} cores under a cap of one, and not one more`, () => {
    const chip = chipOf(loadTarget(id), { maxNeuronsPerCore: 1 });
    const checked = (count: number) => checkFit(chipProblem(networkOf({ neurons: count }), null, chip), chip);
    expect(checked(cores)).toMatchObject({ fits: true, violations: [], cores });
    expect(checked(cores + 1).violations).toEqual([
      expect.objectContaining({ rule: 'fit/cores', found: cores + 1, limit: cores, unit: 'cores' }),
    ]);
  });
});

describe.each(Object.entries(FAN_INS))('a neuron on %s', (id, most) => {
  it(`takes ${most ?? 'a million'} synapses whole${most === null ? '' : ', and one more in two parts'}`, () => {
    const chip = chipOf(loadTarget(id), { maxNeuronsPerCore: null });
    const partials = (fanIn: number) => chipProblem(networkOf(even(1, fanIn)), null, chip).partials;
    expect(partials(most ?? 1e6)).toBe(0);
    if (most !== null) expect(partials(most + 1)).toBe(2);
  });
});

describe('limits of a neuron that are larger than its chip', () => {
  it.each([
    ['dynap-se', 4000],
    ['xylo-audio3', 1024],
    ['xylo-imu', 512],
  ])('are named beside the others: on %s a neuron sends to %i and not one more', (id, limit) => {
    const chip = chipOf(loadTarget(id), { maxNeuronsPerCore: null });
    const fanOuts = (targets: number) =>
      checkFit(chipProblem(networkOf({ neurons: targets, fanOut: targets }), null, chip), chip).violations.filter(
        ({ rule }) => rule === 'fit/fan-out',
      );
    expect(fanOuts(limit)).toEqual([]);
    expect(fanOuts(limit + 1)).toEqual([expect.objectContaining({ subject: 'neuron 0', found: limit + 1, limit })]);
  });
});

describe('axons out of a core of Loihi', () => {
  // 1,024 neurons on core 0, and readout units on cores of their own that listen to all of them: 1,024 axons out for each.
  const chip = chipOf(loadTarget('loihi1'), { maxNeuronsPerCore: null });
  const broken = (readouts: readonly number[]) => {
    const network = networkOf({ neurons: 1024, outputs: readouts.length });
    const listeners = readouts.map((length) => ({ start: 0, length }));
    const problem = chipProblem({ ...network, readout: ranges(listeners, 1024) }, null, chip);
    const core = Int32Array.from({ length: problem.units }, (_, unit) => Math.max(0, unit - 1023));
    return checkPlacement(problem, chip, { core, seed: 1, cost: { start: 0, final: 0 }, objective: null });
  };

  it('are 4,096, and not one more', () => {
    expect(broken([1024, 1024, 1024, 1024])).toEqual([]);
    expect(broken([1024, 1024, 1024, 1024, 1])).toEqual([
      expect.objectContaining({
        rule: 'fit/core/axons-out',
        subject: 'core 0',
        found: 4097,
        limit: 4096,
        source: expect.stringContaining('loihi1.json limits.axonsOut'),
      }),
    ]);
  });
});

describe('copies of neurons', () => {
  // Neuron 0 listens to nobody; the others listen to it, on so many cores.
  const broken = (target: string, targets: number, neighbours: number) => {
    const chip = chipOf(loadTarget(target), { maxNeuronsPerCore: null });
    const problem = chipProblem(
      {
        ...networkOf({ neurons: neighbours, outputs: targets }),
        readout: ranges(Array(targets).fill({ start: 0, length: 1 }), neighbours),
      },
      null,
      chip,
    );
    const core = Int32Array.from({ length: problem.units }, (_, unit) => Math.max(0, unit - neighbours + 1));
    return checkPlacement(problem, chip, { core, seed: 1, cost: { start: 0, final: 0 }, objective: null });
  };

  it.each([
    // A neuron and a copy of it for each further core.
    ['truenorth', 1, 256, 0],
    ['truenorth', 3, 254, 2],
    ['ranc', 5, 252, 4],
    // Four cores each; a board of four chips has 16.
    ['dynap-se2:chips=4', 4, 256, 0],
    ['dynap-se2:chips=4', 5, 255, 1],
    ['dynap-se2:chips=4', 9, 254, 2],
  ])('on %s, one that sends to %i other cores beside %i neurons takes %i slots', (target, targets, neighbours, copies) => {
    expect(neighbours + copies).toBe(256);
    expect(broken(target, targets, neighbours)).toEqual([]);
    expect(broken(target, targets, neighbours + 1)).toEqual([
      expect.objectContaining({ rule: 'fit/core/neuron-slots', subject: 'core 0', found: 257, limit: 256 }),
    ]);
  });
});
