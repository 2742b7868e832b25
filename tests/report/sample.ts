// A run small enough to check by hand: 12 neurons on a 4×4 grid, one chip they fit on and one they do not.
import type { LinkLoad, MappingMetrics, PartMetrics } from '../../src/mapping/metrics.ts';
import type { Scores } from '../../src/network/artifact.ts';
import { csrFromDense } from '../../src/network/csr.ts';
import type { Network } from '../../src/network/network.ts';
import type { PlacementInput, ReportInput, TargetInput } from '../../src/report/input.ts';
import type { Constant, Term } from '../../src/targets/constants.ts';
import type { Target } from '../../src/targets/load.ts';
import { type Topology, topologyOf } from '../../src/targets/topology.ts';
import { resolveTrainConfig } from '../../src/training/config.ts';

/** Neurons at sites 0 … 11: each listens to its left neighbour, and four more synapses cross the sheet or close on themselves. */
export function sampleNetwork(): Network {
  const neurons = 12;
  const recurrent = new Float32Array(neurons * neurons);
  for (let i = 0; i < neurons; i++) if (i % 4 !== 0) recurrent[i * neurons + i - 1] = (i % 2 === 0 ? -1 : 1) * 0.125 * i;
  recurrent[0 * neurons + 11] = 1;
  recurrent[11 * neurons + 0] = -0.75;
  recurrent[5 * neurons + 5] = 0.5;
  recurrent[6 * neurons + 10] = -0.25;
  return {
    inputs: 2,
    neurons,
    outputs: 2,
    activation: 'relu',
    grid: { rows: 4, columns: 4, metric: 'l1' },
    site: Int32Array.from({ length: neurons }, (_, i) => i),
    recurrent: csrFromDense(recurrent, neurons, neurons),
    input: csrFromDense(
      Float32Array.from({ length: 24 }, (_, at) => (at < 6 ? 0.5 : 0)),
      neurons,
      2,
    ),
    readout: csrFromDense(
      Float32Array.from({ length: 24 }, (_, at) => (at % 3 === 0 ? 1 : 0)),
      2,
      neurons,
    ),
    bias: new Float32Array(neurons),
    readoutBias: new Float32Array(2),
  };
}

/** A mesh of tiles, ids row-major by tile, then slot. */
export function meshTopology(tilesWide: number, tilesHigh: number, coresPerTile: number, block = 1, wraps = false): Topology {
  const network = topologyOf({
    name: 'mesh',
    kind: wraps ? 'torus2d' : block > 1 ? 'cmesh' : 'mesh2d',
    grid: {
      chip: { width: tilesWide, height: tilesHigh, absent: [], coresPerTile },
      chips: { wide: 1, high: 1, x: [0], y: [0] },
      assumptions: [],
    },
    block: { x: block, y: block },
    pitch: { xMm: 0.5, yMm: 0.5, basis: 'area-share', source: 'mesh.json, geometry.pitch (derived)' },
  });
  return { ...network, port: { ...network.port, y: Math.floor(network.routersHigh / 2) } };
}

export function sampleTarget(label: string): Target {
  const assumed = (value: number, unit: string, how: string) => ({ value, unit, provenance: 'assumption', how });
  const file = {
    ...{ name: `Sample ${label}`, executes: ['event-snn'], recurrence: 'native', neuronModels: ['lif-cuba'] },
    activation: { kind: 'binary', bits: { value: 1, unit: 'bit', provenance: 'architectural', source: 'S1' } },
    weight: { bits: { value: [8], unit: 'bit', provenance: 'architectural', source: 'S1' }, signScheme: 'diff-pair' },
    sources: { S1: { title: 'A chip of twelve cores', authors: 'A. Nobody', year: 2018, doi: '10.0/chip', note: 'Read in full.' } },
    routing: { castMode: 'unicast-per-core' },
    limits: { neurons: { value: 8, unit: '1', provenance: 'architectural', source: 'S1' }, axonsIn: assumed(16, '1', 'twice the neurons') },
    energyProfiles: [
      { id: 'first2018', kind: 'event', default: true, note: 'Before silicon.', hop: assumed(3e-12, 'J', 'half of a router') },
    ],
    time: { hop: { x: assumed(4e-9, 's', '2 cycles a hop'), y: assumed(4e-9, 's', '2 cycles a hop') } },
    system: { boards: [{ chips: assumed(1, '1', 'one chip') }] },
  };
  return { id: label, label, hash: 'c0ffee', board: null, fileName: `targets/${label}.json`, file: file as unknown as Target['file'] };
}

/** Statistics of a histogram of hops. */
function hopStatistics(histogram: readonly number[]): PartMetrics['synapseHops'] {
  const all = histogram.flatMap((count, hops) => Array<number>(count).fill(hops));
  const mean = all.reduce((a, b) => a + b, 0) / all.length;
  return { mean, p95: all[Math.ceil(0.95 * all.length) - 1], max: all[all.length - 1], histogram };
}

function nullModel(value: number, expected: number): PartMetrics['nullModel']['wiringCost'] {
  return {
    value,
    expected,
    ratio: value / expected,
    sample: { permutations: 20, mean: expected, deviation: 1, min: expected - 2, max: expected + 2 },
  };
}

function part(histogram: readonly number[], inside: number, wiringCost: number, messagesPerStep: number): PartMetrics {
  const statistics = hopStatistics(histogram);
  const synapses = histogram.reduce((a, b) => a + b, 0);
  const hopsSum = histogram.reduce((sum, count, hops) => sum + count * hops, 0);
  const hopsPerStep = (messagesPerStep * hopsSum) / synapses;
  return {
    synapses,
    synapsesInsideCore: inside,
    synapsesBetweenCores: synapses - inside,
    weight: synapses * 0.5,
    weightInsideCore: inside * 0.5,
    weightBetweenCores: (synapses - inside) * 0.5,
    wiringCost,
    synapseHopsSum: hopsSum,
    synapseHops: statistics,
    connections: synapses - inside,
    connectionHopsSum: hopsSum,
    connectionHops: statistics,
    treeHopsSum: hopsSum - 1,
    bundleHopsSum: hopsSum - 2,
    synapseWireLengthMm: hopsSum * 0.5,
    connectionWireLengthMm: hopsSum * 0.5,
    treeWireLengthMm: (hopsSum - 1) * 0.5,
    bundleWireLengthMm: (hopsSum - 2) * 0.5,
    normalisedLatency: { mean: statistics.mean * 1.01 + 0.01, max: statistics.max * 1.01 + 0.01 },
    traffic: {
      messagesPerStep,
      hopsPerStep,
      hopsXPerStep: hopsPerStep / 2,
      hopsYPerStep: hopsPerStep / 2,
      meanHops: hopsSum / synapses,
      chipCrossingMessagesPerStep: 0,
      synapticEventsPerStep: messagesPerStep,
      reuse: 1,
      treeHopsPerStep: hopsPerStep * 0.75,
      normalisedEnergyPerStep: hopsPerStep * 1.1 + messagesPerStep,
    },
    nullModel: { wiringCost: nullModel(wiringCost, 2 * wiringCost), synapseHopsSum: nullModel(hopsSum, 1.6 * hopsSum) },
  };
}

function link(fromX: number, fromY: number, toX: number, toY: number, neurons: number, inputs: number): LinkLoad {
  const from = { x: fromX, y: fromY };
  return { from, to: { x: toX, y: toY }, neuronTrafficPerStep: neurons, inputTrafficPerStep: inputs, trafficPerStep: neurons + inputs };
}

const LINKS: readonly LinkLoad[] = [
  link(0, 1, 1, 1, 1.5, 2),
  link(1, 1, 0, 1, 0.75, 0),
  link(1, 1, 1, 0, 0.5, 0.25),
  link(1, 0, 1, 1, 0.25, 0),
  link(1, 1, 2, 1, 2.25, 0),
];

/** Four used cores of a mesh of 3 × 2 tiles with two cores each. */
function sampleMetrics(cap: number | null): MappingMetrics {
  const cores = [
    { id: 6, x: 0, y: 1, slot: 0, neurons: 4, readouts: 0, axons: 9, synapses: 11, utilization: 0.5625 },
    { id: 8, x: 1, y: 1, slot: 0, neurons: 4, readouts: 0, axons: 8, synapses: 7, utilization: 0.5 },
    { id: 10, x: 2, y: 1, slot: 0, neurons: 3, readouts: 1, axons: 7, synapses: 6, utilization: 0.4375 },
    { id: 2, x: 1, y: 0, slot: 0, neurons: 1, readouts: 1, axons: 5, synapses: 3, utilization: 0.3125 },
  ];
  return {
    coresUsed: 4,
    coresMinimum: 3,
    coresOverhead: 4 / 3,
    maxNeuronsPerCore: cap,
    cores,
    balance: { neurons: 4 / 3.5, events: 1.625 },
    resources: [
      {
        resource: 'neurons',
        unit: 'neurons',
        limit: 8,
        source: 'mesh.json, limits.neurons (architectural)',
        mean: 14 / 32,
        max: 0.5,
        maxCore: 6,
      },
      {
        resource: 'axonsIn',
        unit: 'axons',
        limit: 16,
        source: 'mesh.json, limits.axonsIn (assumption)',
        mean: 29 / 64,
        max: 0.5625,
        maxCore: 6,
      },
    ],
    bindingResource: 'axonsIn',
    cellUtilization: { usedCells: 27, cells: 1024, arrays: 4, ratio: 27 / 1024, rowRatio: 0.5, columnRatio: 0.25, boxFill: 27 / 128 },
    overheads: { fanInSplit: null, copies: 0, expansion: { rows: 1, arrays: 1, columnsPerNeuron: 14 } },
    wireLengthBasis: 'area-share',
    parts: { recurrent: part([8, 2, 3], 7, 4.25, 3.5), readout: part([3, 5], 2, 5, 1.75), input: part([4, 2], 0, 1.25, 2) },
    total: part([15, 9, 3], 9, 10.5, 6.75),
    links: { max: 3.5, mean: 7.5 / 14, busiest: LINKS[0], loads: LINKS, expected: { mean: 1.0625, max: 3 } },
    routing: { tableEntries: null, sidePaths: null },
    hopPenalty: null,
    occupancyByHops: [0.5, 0.125, 0.25],
  };
}

function constant(name: string, value: number | null, provenance: string, source: string, bound = 'exact', unit = 'J'): Constant {
  return { name, value, unit, bound, range: null, provenance, field: `energyProfiles[0].${name}`, source };
}

function term(name: string, value: number | null, constants: readonly string[]): Term {
  return { name, value, low: value, high: value, constants };
}

const SYNOP = constant('synop', 2.36e-11, 'simulated', 'simulated; S1: Table 2', 'min');
const HOP = constant('hop', 3e-12, 'assumption', 'assumption; half of the router power');
const SYNC = constant('sync', null, 'not-published', 'not-published; nobody measured it', 'exact', 's');
const UPDATE = constant('update', 8.4e-9, 'simulated', 'simulated; S1: Table 2', 'max', 's');

const NO_WISHES = { pins: {}, keepFree: [], keepModules: false };

export function samplePlacement(topology: Topology, cap: number | null): PlacementInput {
  const synapses = term('synaptic operations', 1180, ['synop']);
  const messages = term('messages', 20.25, ['hop']);
  const sum = (value: number, complete: boolean) => ({ value, low: value, high: value, complete });
  return {
    cap,
    wishes: NO_WISHES,
    port: { x: topology.port.x, y: topology.port.y, assumed: true },
    violations: [],
    result: {
      placement: {
        seed: 1,
        effort: 1,
        cost: { start: 12, final: 10.5 },
        objective: { name: 'wire', unit: 'Σ|w|·hops', start: 12, final: 10.5 },
      },
      modulesApart: null,
      metrics: sampleMetrics(cap),
      counts: null,
      energy: [
        {
          profile: 'first2018',
          kind: 'event',
          terms: [synapses, messages],
          dynamic: sum(1200.25, true),
          total: sum(1200.25, true),
          constants: [SYNOP, HOP],
          unknown: [],
        },
      ],
      latency: [
        {
          profile: 'first2018',
          terms: [term('slowest core', 84, ['update']), term('barrier', null, ['sync'])],
          total: sum(84, false),
          constants: [UPDATE, SYNC],
          unknown: ['sync'],
          throughput: { coreNs: sum(84, false), linkNs: 3.5, stepsPerSecond: 1e9 / 84, complete: false },
        },
      ],
    },
  };
}

function scores(perTask: Readonly<Record<string, number>>): Scores {
  const values = Object.values(perTask);
  return { trialsPerTask: 200, seed: 7, meanAccuracy: values.reduce((a, b) => a + b, 0) / values.length, perTask };
}

function fittingTarget(): TargetInput {
  const topology = meshTopology(3, 2, 2);
  return {
    target: sampleTarget('mesh'),
    topology,
    activity: { mode: 'nonzero', trials: 400, activeNeurons: 5.5 },
    placements: [samplePlacement(topology, 4), samplePlacement(topology, null)],
    scores: scores({ go: 0.9375, dms: 0.8125 }),
    stateBits: 8,
    verification: {
      schema: 'bimt-verify/1',
      trials: 1000,
      trialSteps: 50_000,
      integersCompared: 700_000,
      saturatedStates: 120,
      executions: [
        { name: 'interpreter', version: '0.1.0', optimization: null },
        { name: 'onnxruntime-node', version: '1.16.3', optimization: 'all' },
        { name: 'chip', version: '0.1.0', optimization: null },
      ],
      mismatches: [],
      executable: { value: false, reason: 'its neurons send binary spikes' },
      hashes: { trials: 'beef' },
    },
    assumptions: ['one chip is powered'],
    warnings: [{ rule: 'quantize/zero-row', message: 'neuron 3 has no weight left' }],
  };
}

function fullTarget(): TargetInput {
  const topology = meshTopology(1, 1, 1);
  return {
    target: sampleTarget('tiny'),
    topology,
    activity: null,
    placements: [
      {
        cap: null,
        wishes: NO_WISHES,
        port: { x: 0, y: 0, assumed: true },
        violations: [
          {
            rule: 'fit/neurons',
            subject: 'the network',
            found: 14,
            limit: 8,
            unit: 'neurons',
            source: 'tiny.json, limits.neurons (architectural)',
            remedies: ['prune to 6 neurons'],
          },
        ],
        result: null,
      },
    ],
    scores: null,
    stateBits: 8,
    verification: null,
    assumptions: [],
    warnings: [],
  };
}

export function sampleInput(): ReportInput {
  return {
    run: {
      tool: 'bimt-export@0.1.0',
      suite: { name: 'pair', title: 'Two cognitive tasks', tasks: ['go', 'dms'], ceilings: [1, 0.96875] },
      seed: 1,
      configHash: 'abcd',
      artifacts: { 'trained.safetensors': '0123', 'pruned.safetensors': '4567' },
    },
    network: sampleNetwork(),
    neuronsTrained: 16,
    training: {
      config: resolveTrainConfig({ grid: '4x4', updates: 500 }),
      engine: { name: 'ort', version: 'onnxruntime-node@1.16.3' },
      last: {
        update: 500,
        predictionLoss: 0.25,
        penalty: 0.0001,
        connectionCost: 10,
        gridWirelength: 2.5,
        gradientNorm: 0.5,
        learningRate: 0.0002,
        lambda: 0.00001,
        swaps: 12,
        meanAccuracy: 0.9,
      },
    },
    scores: [
      { stage: 'trained', scores: scores({ go: 0.96875, dms: 0.875 }) },
      { stage: 'pruned', scores: scores({ go: 0.9375, dms: 0.84375 }) },
    ],
    targets: [fittingTarget(), fullTarget()],
    aware: null,
    forms: {
      schema: 'bimt-verify-floats/1',
      trials: 200,
      trialSteps: 4000,
      valuesCompared: 56_000,
      tolerance: { relative: 1e-5, to: 'the largest magnitude of the trial' },
      comparisons: [
        {
          between: ['float network', 'model.seq.onnx in onnxruntime-node'],
          version: 'onnxruntime-node@1.16.3',
          optimization: 'basic',
          largest: { error: 0.00001, relative: 2.5e-7, trial: 3, step: 4, unit: 'neuron', index: 5, values: [40, 40.00001] },
          beyond: 0,
          first: null,
        },
      ],
      skipped: [{ name: 'model.qdq.onnx in onnxruntime-node', reason: 'it is written in opset 21, this runtime ends at 19' }],
      hashes: { trials: 'beef' },
    },
    warnings: [],
  };
}
