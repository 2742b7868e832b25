// What do signs, a step and its energy come to on each chip? One network of four units, counted by hand on every target.
import { describe, expect, it } from 'vitest';
import { chipOf } from '../../src/mapping/chip.ts';
import { chipProblem } from '../../src/mapping/chip-problem.ts';
import { stepWork } from '../../src/mapping/counts.ts';
import { buildMapping } from '../../src/mapping/images.ts';
import { mappingMetrics } from '../../src/mapping/metrics.ts';
import { realWeights } from '../../src/mapping/problem.ts';
import { stepCost } from '../../src/pipeline/cost.ts';
import type { TargetInput } from '../../src/report/input.ts';
import { flatMetrics } from '../../src/report/metrics.ts';
import { buildReport } from '../../src/report/report.ts';
import { reportText } from '../../src/report/text.ts';
import { weightFormat } from '../../src/targets/formats.ts';
import { loadTarget, type Target } from '../../src/targets/load.ts';
import { sampleInput } from '../report/sample.ts';
import { mappableTargets } from '../targets/support.ts';
import { integerNetwork, type Synapses } from './planted.ts';

/** A network on the given cores, in all that is measured of it. */
function placed(
  target: Target,
  shape: { recurrent: Synapses; input: Synapses; readout: Synapses },
  core: readonly number[],
  activity: readonly number[] | null,
) {
  const inputs = shape.input.length === 0 ? 0 : 1;
  const outputs = core.length - 3;
  const network = integerNetwork({ inputs, neurons: 3, outputs, ...shape });
  const chip = chipOf(target, { maxNeuronsPerCore: null });
  const problem = chipProblem(
    realWeights(network, { rows: 1, columns: 3, metric: 'l1' }),
    activity && Float64Array.from(activity),
    chip,
    network,
  );
  const placement = { core: Int32Array.from(core), seed: 1, cost: { start: 0, final: 0 }, objective: null };
  return {
    chip,
    metrics: mappingMetrics(problem, chip, placement),
    work: stepWork(problem, chip, placement),
    cores: buildMapping(network, '', chip, problem, placement).mapping.cores,
  };
}

describe('signs', () => {
  /** Physical rows of four sources, two of which have both signs, and of two whose signs cannot agree; arrays and columns of a neuron; copies. */
  type Expansion = readonly [rows: number, rowsOfTwo: number, arrays: number, columns: number, copies: number, copiesOfTwo: number];

  /**
   * Four sources: neuron 0 excites 1 and 2; neuron 1 excites 0 and inhibits 2; neuron 2 inhibits 0; the input excites 0 and inhibits 1.
   * Two sources: neuron 2 listens to 0 and 1, which excite it; neuron 1 listens to 0, which excites it, and to itself, which inhibits it.
   */
  const EXPANSIONS: Readonly<Record<string, Expansion | null>> = {
    // Lists keep the sign in each entry.
    ...{ loihi1: null, loihi2: null, spinnaker1: null, spinnaker2: null, tianjic: null },
    ...{ 'dynap-se': null, 'dynap-se2': null, 'xylo-audio2': null, 'xylo-audio3': null, 'xylo-imu': null },
    // Two's complement.
    reckon: [4, 2, 1, 1, 0, 0],
    // Both signs take two rows: neuron 1 and the input; then neuron 1. A neuron of ODIN drives one row, so it is there twice.
    brainscales2: [6, 3, 1, 1, 0, 0],
    odin: [6, 3, 1, 1, 1, 1],
    // Every neuron weighs four types of axons its own way, so four sources need four rows: 1 and the input are of one type, 0 of another, 2 of
    // any but the first. Two sources do not agree: for neuron 1 they differ, for neuron 2 they are alike, so one of them is of two types.
    ranc: [4, 3, 1, 1, 0, 1],
    truenorth: [4, 3, 1, 1, 0, 1],
    // A pair of rows, of cells side by side, or in one cell: two devices are two columns of a cell.
    neurram: [8, 4, 1, 1, 0, 0],
    mosaic: [4, 2, 1, 2, 0, 0],
    ...{ 'hermes-core': [4, 2, 1, 2, 0, 0], 'ibm-34tile': [4, 2, 1, 2, 0, 0], 'ibm-64core': [4, 2, 1, 2, 0, 0] },
    // Seven bits of magnitude, a cell each, for either sign.
    'rram-mesh': [4, 2, 1, 14, 0, 0],
    // Sixteen bits in cells of two; the offset is a column of the array's own.
    ...{ 'isaac-ce': [4, 2, 1, 8, 0, 0], puma: [4, 2, 1, 8, 0, 0] },
    // ±1 in each of two rows.
    morphic: [8, 4, 1, 1, 0, 0],
  };

  it('are counted on every chip that networks are mapped onto', () => {
    expect(Object.keys(EXPANSIONS).sort()).toEqual(mappableTargets());
  });

  it.each(Object.entries(EXPANSIONS))('on %s take %j', (id, expansion) => {
    const target = loadTarget(id);
    const w = weightFormat(target).qmax;
    const four = {
      recurrent: [[1, 0, w], [2, 0, w], [0, 1, w], [2, 1, -w], [0, 2, -w]] as Synapses, // biome-ignore format: a synapse each
      input: [[0, 0, w], [1, 0, -w]] as Synapses, // biome-ignore format: a synapse each
      readout: [],
    };
    const two = { recurrent: [[2, 0, w], [2, 1, w], [1, 0, w], [1, 1, -w]] as Synapses, input: [], readout: [] }; // biome-ignore format: a synapse each
    const found = [four, two].map((shape) => placed(target, shape, [0, 0, 0], null));
    const [a, b] = found.map(({ metrics }) => metrics.overheads);
    const copiesIn = found.map(({ cores }) => cores.flatMap(({ neurons }) => neurons).filter(({ kind }) => kind === 'copy').length);
    expect([a.copies, b.copies]).toEqual(copiesIn);
    if (expansion === null) return expect([a, b]).toEqual(Array(2).fill({ fanInSplit: null, copies: 0, expansion: null }));
    const [rows, rowsOfTwo, arrays, columnsPerNeuron, copies, copiesOfTwo] = expansion;
    expect(found.map(({ cores }) => cores[0].axons)).toEqual([rows, rowsOfTwo]);
    expect(a).toEqual({ fanInSplit: null, copies, expansion: { rows: rows / 4, arrays, columnsPerNeuron } });
    expect(b).toEqual({ fanInSplit: null, copies: copiesOfTwo, expansion: { rows: rowsOfTwo / 2, arrays, columnsPerNeuron } });
  });
});

describe('a step', () => {
  /** The far core and the hops to it, and of each profile: energy in pJ without static power, latency in ns, and what is unknown of either. */
  interface Step {
    readonly core: number;
    readonly hops: number;
    readonly profiles: Readonly<
      Record<string, readonly [pJ: number | null, ns: number | null, unknown: readonly string[], unknownTimes: readonly string[]]>
    >;
    /** Wires of all synapses, in mm. */
    readonly wires: number | null;
  }
  const SPIKES = ['synop', 'neuronActive', 'neuronIdle', 'message', 'hopX', 'staticPower'];
  const INSIDE = ['synop', 'neuronActive', 'neuronIdle', 'staticPower'];
  const TIMES = ['synop', 'neuronActive', 'message', 'hopX'];

  /**
   * Neuron 0, alone on a core, sends 1 a step to neurons 1 and 2 on the other; 1 sends 0.5 to 0 and 2; 2 sends 0.25 to 1 and a readout unit
   * beside it. Synaptic operations: 2·1 + 2·0.5 + 2·0.25 = 3.5; active units 1.75, idle 4 − 1.75 = 2.25; messages between cores 1 + 0.5 = 1.5.
   * Where a neuron reaches one core only, neuron 1 has a copy, which listens to 0 and 2, too: 4.75 operations, active 2.25, idle 2.75. Whole
   * vectors are sent whatever they hold: 2 messages. Synapses between cores: three.
   */
  const STEPS: Readonly<Record<string, Step>> = {
    brainscales2: { core: 0, hops: 0, wires: null, profiles: { pehle2022: [null, null, INSIDE, ['synop', 'neuronActive', 'neuronIdle']] } },
    'dynap-se': { core: 1, hops: 2, wires: null, profiles: { moradi2018: [null, null, SPIKES, TIMES] } },
    // 3 · 2 · 4.95 mm.
    'dynap-se2': { core: 1, hops: 2, wires: 29.7, profiles: { richter2024: [null, null, SPIKES, TIMES] } },
    // One array of 256 · 256 products at 0.19 pJ.
    'hermes-core': { core: 0, hops: 0, wires: null, profiles: { khaddam2022: [12_451.84, null, [], ['cycle']] } },
    // Two of 512 · 512 at 0.161 pJ; the links are not published.
    'ibm-34tile': {
      core: 1,
      hops: 1,
      wires: null,
      profiles: { ambrogio2023: [84_410.368, null, ['flitHop'], ['cycle', 'message', 'hopX']] },
    },
    // Two of 256 · 256 at 0.205 pJ in 133 ns, or at 0.806 pJ in 521 ns.
    'ibm-64core': {
      core: 1,
      hops: 1,
      wires: null,
      profiles: {
        'one-phase': [26_869.76, 133, ['flitHop'], ['message', 'hopX']],
        'four-phase': [105_644.032, 521, ['flitHop'], ['message', 'hopX']],
      },
    },
    // On each core an array in 16 cycles: rows 2·128·16·0.39 + cells 2·128²·16·0.00183 + conversions 2·128·16·1.56, two flits at 5.25, and 8
    // values of 2 bytes at 2.71. Axons are 1 on core 0 and 0, 1, 2 on the other, written and read: 2·2·4 bytes. 22 cycles of 100 ns.
    'isaac-ce': {
      core: 24,
      hops: 1,
      wires: 3.66,
      profiles: { shafiee2016: [1597.44 + 959.447_04 + 6389.76 + 43.36 + 10.5, 2200, ['staticPower'], ['message', 'hopX']] },
    },
    // 3.5·23.6 + 1.75·81 + 2.25·52 + 1.5·1.7 + 1.5·3.0; 3 · 1.369 mm.
    loihi1: {
      core: 4,
      hops: 1,
      wires: 4.107,
      profiles: {
        davies2018: [82.6 + 141.75 + 117 + 2.55 + 4.5, 499.925, [], []],
        // An active neuron is accessed, updated and sends: 51.2 + 21.6 + 69.3. 3.5·33.6 + 1.75·142.1 + 2.25·51.2 + 1.5·111 + 1.5·3.0.
        sanafe2025: [117.6 + 248.675 + 115.2 + 166.5 + 4.5, 1882.575, [], []],
      },
    },
    loihi2: { core: 1, hops: 1, wires: 1.476, profiles: { unpublished: [null, null, SPIKES, TIMES] } },
    morphic: { core: 1, hops: 2, wires: 5.076, profiles: { unpublished: [null, null, SPIKES, TIMES] } },
    mosaic: { core: 1, hops: 1, wires: null, profiles: { dalgaty2024: [null, null, SPIKES, TIMES] } },
    neurram: {
      core: 1,
      hops: 1,
      wires: null,
      profiles: {
        wan2022: [null, null, ['rowDrive', 'cellRead', 'conversion', 'buffer', 'flitHop', 'staticPower'], ['cycle', 'message', 'hopX']],
      },
    },
    // 3.5·8.43; with all inside 3.5·12.7.
    odin: {
      core: 0,
      hops: 0,
      wires: 0,
      profiles: {
        frenkel2019: [29.505, null, ['duration of a step'], ['neuronActive', 'neuronIdle']],
        total: [44.45, null, [], ['neuronActive', 'neuronIdle']],
      },
    },
    // Two arrays of 128 · 128 in 16 cycles: 2·128·16·0.39 + 2·128²·16·0.00183 + 2·128·16·1.5625, two flits at 2.02. 16 cycles of 100 ns.
    puma: {
      core: 16,
      hops: 1,
      wires: null,
      profiles: { ankit2019: [1597.44 + 959.447_04 + 6400 + 4.04, 1600, ['buffer', 'staticPower'], ['message', 'hopX']] },
    },
    ranc: { core: 1, hops: 1, wires: null, profiles: { synthesis: [null, null, SPIKES, TIMES] } },
    // 3.5·5.3.
    reckon: { core: 0, hops: 0, wires: null, profiles: { frenkel2022: [18.55, null, [], ['synop', 'neuronActive', 'neuronIdle']] } },
    // Two arrays of 256 · 256 in 9 cycles: 2·256·9·0.0123 + 2·256²·9·0.00711 + 2·256·9·1.56, two flits at 4.8. A cycle is 3.16 ns and 256
    // columns at 1.28 GHz; a message passes two routers of 4 ns. 3 · 0.5 mm.
    'rram-mesh': {
      core: 1,
      hops: 1,
      wires: 1.5,
      profiles: { generic: [56.6784 + 8387.297_28 + 7188.48 + 9.6, 9 * (3.16 + 200) + 8, ['buffer', 'staticPower'], []] },
    },
    // 1.5 packets through two routers at 1,000 pJ; with all inside 3.5·26,700.
    spinnaker1: {
      core: 17,
      hops: 1,
      wires: null,
      profiles: { machine: [3000, null, ['synop', 'neuronActive', 'neuronIdle'], TIMES], stromatias2013: [93_450, null, [], TIMES] },
    },
    // 3.5·10.
    spinnaker2: { core: 4, hops: 1, wires: null, profiles: { survey: [35, null, [], TIMES] } },
    // 3.5·1.54; 3 · 0.304 mm.
    tianjic: { core: 1, hops: 1, wires: 0.912, profiles: { survey: [5.39, null, [], TIMES] } },
    // 4.75·2.3 + 1.5·2.3; 4.75·26; 1.5 · 32 bits · 0.24 mm · 0.3 pJ. 3 · 0.24 mm.
    truenorth: {
      core: 1,
      hops: 1,
      wires: 0.72,
      profiles: { marginal: [10.925 + 3.45, null, [], TIMES], merolla2014: [123.5, null, [], TIMES], wires: [3.456, null, [], TIMES] },
    },
    // 3.5·140 + 1.75·440 + 2.25·380 ns.
    'xylo-audio2': { core: 0, hops: 0, wires: null, profiles: { unpublished: [null, 2115, INSIDE, []] } },
    'xylo-audio3': { core: 0, hops: 0, wires: null, profiles: { unpublished: [null, 2115, INSIDE, []] } },
    'xylo-imu': { core: 0, hops: 0, wires: null, profiles: { unpublished: [null, 2115, INSIDE, []] } },
  };

  it('is counted on every chip that networks are mapped onto', () => {
    expect(Object.keys(STEPS).sort()).toEqual(mappableTargets());
  });

  const stepOn = (id: string) => {
    const target = loadTarget(id);
    const w = weightFormat(target).qmax;
    const recurrent: Synapses = [[1, 0, w], [2, 0, w], [0, 1, w], [2, 1, w], [1, 2, w]]; // biome-ignore format: a synapse each
    const { core } = STEPS[id];
    const found = placed(target, { recurrent, input: [], readout: [[0, 2, w]] }, [0, core, core, core], [1, 0.5, 0.25]);
    return { ...found, cost: stepCost(target, found.work) };
  };
  /** In pJ and ns; what is unknown is null itself, not nearly so. */
  const near = (value: number | null) => (value === null ? null : expect.closeTo(value, 6));

  it.each(Object.entries(STEPS))(
    'on %s costs what each profile says, and what nobody knows is unknown',
    (id, { core, hops, profiles, wires }) => {
      const { chip, metrics, cost } = stepOn(id);
      expect(chip.topology.distance(0, core)).toBe(hops);
      expect(metrics.total.synapseWireLengthMm).toEqual(near(wires));
      const found = cost.energy.map(({ profile, dynamic, unknown }, k) => {
        const latency = cost.latency[k];
        return [profile, dynamic.value, latency.total.value, unknown, latency.unknown];
      });
      expect(found).toEqual(
        Object.entries(profiles).map(([profile, [pJ, ns, unknown, unknownTimes]]) => [profile, near(pJ), near(ns), unknown, unknownTimes]),
      );
    },
  );

  it('is told in a report of all chips, unknown where it is: never 0, never left out', () => {
    const input = sampleInput();
    const [sample] = input.targets;
    const targets = Object.keys(STEPS).map((id): TargetInput => {
      const { chip, metrics, cost } = stepOn(id);
      const objective = { name: 'wire' as const, unit: 'Σ|w|·hops', start: 0, final: 0 };
      const search = { seed: 1, effort: 1, cost: { start: 0, final: 0 }, objective };
      const result = { placement: search, modulesApart: null, metrics, ...cost };
      const wishes = { pins: {}, keepFree: [], keepModules: false };
      const placements = [{ cap: null, wishes, port: chip.port, violations: [], result }];
      return { ...sample, target: chip.target, topology: chip.topology, placements };
    });
    const report = buildReport({ ...input, targets });
    const metrics = flatMetrics(report);
    const text = reportText(report);
    for (const [id, { profiles, wires, hops }] of Object.entries(STEPS)) {
      const told = (name: string) => {
        const key = `map__${id.replaceAll('-', '_')}__${name}`;
        expect(metrics).toHaveProperty(key);
        return metrics[key] ?? metrics[`${key}__lower_bound`] ?? metrics[`${key}__upper_bound`] ?? null;
      };
      const [[pJ, ns]] = Object.values(profiles);
      const found = [told('dynamic_energy_nj_per_step'), told('latency_us_per_step'), told('wire_length_mm')];
      expect([id, ...found.map((value) => value === null)]).toEqual([id, pJ === null, ns === null, wires === null]);
      expect(found.filter((value) => value === 0)).toEqual(hops === 0 && wires === 0 ? [0] : []);
      if (pJ === null) expect(text).toContain(`${id}: energy is unknown; of its parts these are: `);
      if (ns === null) expect(text).toContain(`${id}: latency is unknown; of its parts these are: `);
    }
  });
});
