import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Chip } from '../../src/mapping/chip.ts';
import { connectionsOf, deliveriesOf } from '../../src/mapping/connections.ts';
import { stepWork } from '../../src/mapping/counts.ts';
import { usedCoresOf } from '../../src/mapping/geometry.ts';
import { linkTraffic } from '../../src/mapping/links.ts';
import { mappingMetrics } from '../../src/mapping/metrics.ts';
import { hopTotals, nullModel } from '../../src/mapping/null-model.ts';
import type { Placement } from '../../src/mapping/placement.ts';
import { type MappingProblem, mappingProblem } from '../../src/mapping/problem.ts';
import { transfersOf } from '../../src/mapping/transfers.ts';
import { csrFromDense } from '../../src/network/csr.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { coreCapacity } from '../../src/targets/usage.ts';
import { costByDefinition, madeUpChip, randomProblem, synapsesOf } from './support.ts';

/** The chip of the example: a 3 × 2 mesh with Loihi's limits; routers 0.5 mm apart along x and 2 mm along y. */
function example(): { problem: MappingProblem; chip: Chip; placement: Placement } {
  // Neurons 0 and 1 on core 0 at (0, 0), 2 on core 2 at (2, 0), 3 and the readout unit on core 4 at (1, 1); port at (0, 0).
  const network = {
    ...{ inputs: 2, neurons: 4, outputs: 1, grid: { rows: 2, columns: 2, metric: 'l1' as const }, site: Int32Array.of(0, 1, 2, 3) },
    // Row = target: 1 listens to 0 and itself; 2 to 0 and 1; 3 to 0 and 2.
    recurrent: csrFromDense(Float32Array.of(0, 0, 0, 0, -2, 4, 0, 0, 3, 1, 0, 0, 5, 0, -1, 0), 4, 4),
    // 0 listens to input 0; 2 to both.
    input: csrFromDense(Float32Array.of(2, 0, 0, 0, 1, -3, 0, 0), 4, 2),
    // The readout unit listens to 0 and 3.
    readout: csrFromDense(Float32Array.of(6, 0, 0, 7), 1, 4),
  };
  const problem = mappingProblem(network, Float64Array.of(0.5, 0.25, 1, 0, 0.75, 0.1));
  const made = madeUpChip({ wide: 3, high: 2 });
  const target = loadTarget('loihi1');
  const limits = coreCapacity(target);
  const chip = { ...made, target, limits, capacity: limits };
  return { problem, chip, placement: { core: Int32Array.of(0, 0, 2, 4, 4), seed: 1, cost: { start: 0, final: 0 }, objective: null } };
}

describe('three cores, by hand', () => {
  const { problem, chip, placement } = example();
  const metrics = mappingMetrics(problem, chip, placement);
  const { recurrent, readout, input } = metrics.parts;

  it('count synapses inside a core and between cores', () => {
    // Inside: 0→1 (2) and 1→1 (4). Between: 0→2 (3), 1→2 (1), 0→3 (5), 2→3 (1).
    expect(recurrent).toMatchObject({ synapses: 6, synapsesInsideCore: 2, synapsesBetweenCores: 4 });
    expect(recurrent).toMatchObject({ weight: 16, weightInsideCore: 6, weightBetweenCores: 10 });
    // 3→readout inside (7), 0→readout between (6).
    expect(readout).toMatchObject({ synapses: 2, synapsesInsideCore: 1, weightInsideCore: 7, weightBetweenCores: 6 });
    expect(input).toMatchObject({ synapses: 3, synapsesInsideCore: 0, synapsesBetweenCores: 3, weight: 6 });
  });

  it('count hops and what they cost, by synapse and by message', () => {
    // Cores 0 to 2 are 2 apart, 0 to 4 are 1 + 1, 2 to 4 are 1 + 1: 0→2, 1→2, 0→3, 2→3 take 2 hops each.
    expect(recurrent).toMatchObject({
      wiringCost: 2 * 10,
      synapseHopsSum: 8,
      synapseHops: { mean: 8 / 6, p95: 2, max: 2, histogram: [2, 0, 4] },
    });
    expect(readout).toMatchObject({ wiringCost: 2 * 6, synapseHopsSum: 2, synapseHops: { histogram: [1, 0, 1] } });
    // Inputs: to core 0 no hop; to core 2 two hops with weights 1 and 3.
    expect(input).toMatchObject({ wiringCost: 2 * 4, synapseHopsSum: 4, synapseHops: { histogram: [1, 0, 2] } });
    // Messages of neurons: 0 to cores 2 and 4, 1 to core 2, 2 to core 4; of inputs: 0 to cores 0 and 2, 1 to core 2.
    expect(recurrent).toMatchObject({ connections: 4, connectionHopsSum: 8 });
    expect(readout).toMatchObject({ connections: 1, connectionHopsSum: 2 });
    expect(input).toMatchObject({ connections: 3, connectionHopsSum: 4, connectionHops: { histogram: [1, 0, 2] } });
    // 0 to core 4 serves neuron 3 and the readout unit with one message.
    expect(metrics.total).toMatchObject({ connections: 7, connectionHopsSum: 12, synapses: 11, synapseHopsSum: 14, wiringCost: 40 });
  });

  it('measure wires in mm', () => {
    // 0→2 and 1→2: 2·0.5; 0→3 and 2→3: 0.5 + 2.
    expect(recurrent.synapseWireLengthMm).toBe(1 + 1 + 2.5 + 2.5);
    expect(recurrent.connectionWireLengthMm).toBe(1 + 1 + 2.5 + 2.5);
    expect(input.synapseWireLengthMm).toBe(2);
    expect(metrics.total.connectionWireLengthMm).toBe(7 + 2);
    expect(metrics.wireLengthBasis).toBe('layout');
  });

  it('count messages per step by activity', () => {
    // 0 (0.5) twice, 1 (0.25), 2 (1): all two hops.
    expect(recurrent.traffic).toEqual({
      messagesPerStep: 2.25,
      hopsPerStep: 4.5,
      hopsXPerStep: 2 * 0.5 + 2 * 0.25 + 0.5 + 1,
      hopsYPerStep: 0.5 + 1,
      meanHops: 2,
      chipCrossingMessagesPerStep: 0,
      synapticEventsPerStep: 2.25,
      reuse: 1,
      // The ways of 0 to cores 2 and 4 share their first link.
      treeHopsPerStep: 0.5 * 3 + 0.25 * 2 + 1 * 2,
      normalisedEnergyPerStep: 2.25 * (2 * 0.1 + 3),
    });
    expect(input.traffic).toMatchObject({ messagesPerStep: 0.75 + 0.75 + 0.1, hopsPerStep: 2 * 0.75 + 2 * 0.1 });
  });

  it('bundle messages into trees and pairs of cores', () => {
    // Trees of 0 (3 links), 1 (2) and 2 (2); along x two, two and one of them.
    expect(recurrent).toMatchObject({ treeHopsSum: 7, treeWireLengthMm: 5 * 0.5 + 2 * 2 });
    // Pairs 0–2, 0–4 and 2–4, two hops each.
    expect(recurrent).toMatchObject({ bundleHopsSum: 6, bundleWireLengthMm: 1 + 2.5 + 2.5 });
    // Port to cores 0 and 2.
    expect(input).toMatchObject({ treeHopsSum: 4, bundleHopsSum: 2 });
    // Messages of both: 0 to core 4 serves neuron 3 and the readout unit.
    expect(metrics.total.traffic).toMatchObject({ synapticEventsPerStep: 2.25 + 0.5 + 0.75 * 2 + 0.1 });
    expect(metrics.total.traffic?.reuse).toBeCloseTo(4.35 / 3.85, 12);
    // Two hops: 2 · 1.01 + 0.01; inputs: two hops twice and none once.
    expect(recurrent.normalisedLatency?.max).toBeCloseTo(2.03, 12);
    expect(input.normalisedLatency?.mean).toBeCloseTo((4 / 3) * 1.01 + 0.01, 12);
  });

  it('say how even cores are, and how much of what could be there is', () => {
    // Units 2, 1, 2; synaptic events 1.5, 1.6 and 2.
    expect(metrics.balance.neurons).toBeCloseTo(2 / (5 / 3), 12);
    expect(metrics.balance.events).toBeCloseTo(2 / (5.1 / 3), 12);
    // Hidden neurons 2, 1, 1: 4 + 1 + 1 pairs at home, none at one hop, 10 at two.
    expect(metrics.occupancyByHops).toEqual([2 / 6, null, 4 / 10]);
    expect([metrics.hopPenalty, metrics.routing]).toEqual([null, { tableEntries: null, sidePaths: null }]);
  });

  it('pay exponentially for hops where training does', () => {
    const quantity = (value: number) => ({ value });
    const hopPenalty = { beta: quantity(0.5), maxExponent: quantity(15), lambda: quantity(1) };
    const target = { ...chip.target, file: { ...chip.target.file, routing: { ...chip.target.file.routing, hopPenalty } } };
    const paid = mappingMetrics(problem, { ...chip, target: target as unknown as Chip['target'] }, placement).hopPenalty;
    // Weights between cores are 10 in all, each two hops away.
    expect(paid).toBeCloseTo(10 * (Math.E - 1), 10);
  });

  it('load the links along x first', () => {
    const link = (fromX: number, fromY: number, toX: number, toY: number) =>
      metrics.links?.loads.find(({ from, to }) => from.x === fromX && from.y === fromY && to.x === toX && to.y === toY);
    // (0,0)→(1,0): 0 to core 2, 0 to core 4, 1 to core 2; inputs 0 and 1 to core 2.
    expect(link(0, 0, 1, 0)).toMatchObject({ neuronTrafficPerStep: 0.5 + 0.5 + 0.25, inputTrafficPerStep: 0.85, trafficPerStep: 2.1 });
    expect(link(1, 0, 2, 0)).toMatchObject({ neuronTrafficPerStep: 0.75, inputTrafficPerStep: 0.85 });
    expect(link(1, 0, 1, 1)).toMatchObject({ neuronTrafficPerStep: 0.5 + 1 });
    expect(link(2, 0, 1, 0)).toMatchObject({ neuronTrafficPerStep: 1 });
    expect(metrics.links?.loads.length).toBe(4);
    expect(metrics.links?.busiest).toEqual(link(0, 0, 1, 0));
    expect(metrics.links?.max).toBeCloseTo(2.1);
    // 3 × 2 routers have 7 links, each in two directions.
    expect(metrics.links?.mean).toBeCloseTo((2.1 + 1.6 + 1.5 + 1) / 14);
  });

  it('fill cores', () => {
    expect(metrics).toMatchObject({ coresUsed: 3, coresMinimum: 1, coresOverhead: 3, cellUtilization: null });
    expect(metrics.cores).toMatchObject([
      { id: 0, x: 0, y: 0, neurons: 2, readouts: 0, axons: 3, synapses: 3 },
      { id: 2, x: 2, y: 0, neurons: 1, readouts: 0, axons: 4, synapses: 4 },
      { id: 4, x: 1, y: 1, neurons: 1, readouts: 1, axons: 3, synapses: 4 },
    ]);
    const resource = (name: string) => metrics.resources.find((r) => r.resource === name);
    expect(resource('neurons')).toMatchObject({ limit: 1024, mean: 5 / 3 / 1024, max: 2 / 1024, maxCore: 0 });
    expect(resource('axonsIn')).toMatchObject({ limit: 4096, mean: 10 / 3 / 4096, max: 4 / 4096, maxCore: 2 });
    expect(metrics.bindingResource).toBe('neurons');
  });

  it('do the work of a step', () => {
    const work = stepWork(problem, chip, placement);
    // 0 has targets 1, 2, 3 and the readout unit; 1 has 1 and 2; 2 has 3; 3 is silent. Input 0 has two targets, input 1 one.
    const onCore = [0.5 + 0.25 + 0.75, 0.5 + 0.25 + 0.75 + 0.1, 0.5 + 1 + 0.5 + 0];
    expect(work?.energy.synops).toBeCloseTo(onCore[0] + onCore[1] + onCore[2]);
    expect(work?.energy).toMatchObject({ activeNeurons: 1.75, idleNeurons: 5 - 1.75, mvms: [], chipCrossings: 0, chips: 1, stepNs: null });
    expect(work?.energy.messages).toBeCloseTo(2.25 + 1.6);
    expect(work?.energy.hopsX).toBeCloseTo(3 + 1.7);
    expect(work?.energy.hopsY).toBeCloseTo(1.5);
    expect(work?.energy.bufferBytes).toBe(0);
    expect(work?.latency.cores).toMatchObject([
      { synops: onCore[0], activeNeurons: 0.75, idleNeurons: 1.25, mvm: null },
      { synops: expect.closeTo(onCore[1]), activeNeurons: 1, idleNeurons: 0, mvm: null },
      { synops: 2, activeNeurons: 0, idleNeurons: 2, mvm: null },
    ]);
    // 0 and 1 to core 2; 0 and 2 to core 4; inputs to cores 0 and 2.
    expect(new Set(work?.latency.messages.map(({ hopsX, hopsY }) => `${hopsX},${hopsY}`))).toEqual(new Set(['2,0', '1,1', '0,0']));
    expect(work?.latency.messages).toHaveLength(3);
    // From (0, 0) to (1, 0): 0 twice, 1 once, and both inputs.
    expect(work?.latency.busiestLinkPackets).toBeCloseTo(2 * 0.5 + 0.25 + 0.75 + 0.1);
  });

  it('do the same work as matrix–vector products and whole vectors', () => {
    const isaac = loadTarget('isaac-ce');
    const limits = coreCapacity(isaac);
    const vectors = { ...chip, target: isaac, limits, capacity: limits };
    const work = stepWork(problem, vectors, placement);
    // Vectors: core 0 (2 neurons) to cores 2 and 4, core 2 (1 neuron) to core 4, inputs to cores 0 (1) and 2 (2).
    expect(work?.energy).toMatchObject({ messages: 5, hopsX: 2 + 1 + 1 + 0 + 2, hopsY: 0 + 1 + 1 + 0 + 0 });
    // A vector holds all values of its core, of which core 4 wants one; inputs come as those that are wanted.
    const used = usedCoresOf(vectors, placement);
    const sent = transfersOf(problem, vectors, used, connectionsOf(deliveriesOf(problem, used), used), Float64Array.of());
    const values = Array.from(sent, ({ from, connections, states }) => `${from} to ${connections[0].to}: ${states}`);
    expect(values.sort()).toEqual(['0 to 1: 2', '0 to 2: 2', '1 to 2: 1', 'null to 0: 1', 'null to 1: 2']);
    // 11 synapses of 8 cells. Rows are axons: 3, 4 and 3 of 128; columns 8 a unit: 16, 8 and 16 of 128.
    expect(mappingMetrics(problem, vectors, placement).cellUtilization).toEqual({
      ...{ usedCells: 88, cells: 3 * 16_384, arrays: 3, ratio: 88 / (3 * 16_384) },
      ...{ rowRatio: 10 / 384, columnRatio: 40 / 384, boxFill: 88 / (3 * 16 + 4 * 8 + 3 * 16) },
    });
    // Two values of 16 bits fill a flit: every vector is one flit, over 2 + 2 + 2 + 0 + 2 links.
    expect(work?.energy.flitHops).toBe(8);
    // Axons: 0, 1 and an input on core 0; 0, 1 and two inputs on core 2; 0, 2 and 3 on core 4. Two bytes each, written and read.
    expect(work?.energy.bufferBytes).toBe(2 * 2 * (3 + 4 + 3));
    // One array of 128 × 128 a core, whatever it holds, in 16 cycles.
    expect(work?.energy.mvms).toEqual(
      Array(3).fill({ arrays: 1, reads: 1, inputCycles: 16, rowDrives: 2048, cellReads: 262_144, conversions: 2048 }),
    );
  });

  it('say nothing of traffic when no activity was measured', () => {
    const silent = { ...problem, activity: null };
    const { total, links } = mappingMetrics(silent, chip, placement);
    expect([total.traffic, links, stepWork(silent, chip, placement)]).toEqual([null, null, null]);
  });
});

describe('any placement', () => {
  const placed = fc
    .record({
      seed: fc.nat(1000),
      wide: fc.integer({ min: 1, max: 5 }),
      high: fc.integer({ min: 1, max: 5 }),
      wraps: fc.boolean(),
      slots: fc.constantFrom(1, 3),
    })
    .map(({ seed, ...shape }) => {
      const problem = randomProblem(seed, { rows: 4, columns: 4, density: 0.3 });
      const chip = madeUpChip({ ...shape, neurons: 100 });
      const core = Int32Array.from({ length: problem.units }, (_, unit) => (unit * 7 + seed) % chip.topology.cores);
      return { problem, chip, placement: { core, seed, cost: { start: 0, final: 0 }, objective: null } };
    });

  it('loads links by exactly its messages times their hops, on meshes and on tori', () => {
    fc.assert(
      fc.property(placed, ({ problem, chip, placement }) => {
        const used = usedCoresOf(chip, placement);
        const connections = connectionsOf(deliveriesOf(problem, used), used);
        const { loads } = linkTraffic(problem, chip, used, connections, problem.activity as Float64Array);
        const hops = connections.reduce(
          (sum, { source, hopsX, hopsY }) => sum + (problem.activity as Float64Array)[source] * (hopsX + hopsY),
          0,
        );
        expect(loads.reduce((sum, { trafficPerStep }) => sum + trafficPerStep, 0)).toBeCloseTo(hops, 8);
        // Flow is conserved: what enters a router and does not leave it was for a core behind it.
        for (const [k, id] of used.ids.entries()) {
          const [x, y] = [chip.topology.routerX[id], chip.topology.routerY[id]];
          const through = (end: 'from' | 'to') =>
            loads.reduce((sum, load) => sum + (load[end].x === x && load[end].y === y ? load.trafficPerStep : 0), 0);
          const isHere = (core: number | null) =>
            core === null
              ? chip.port.x === x && chip.port.y === y
              : chip.topology.routerX[used.ids[core]] === x && chip.topology.routerY[used.ids[core]] === y;
          const net = connections.reduce(
            (sum, { source, from, to }) => sum + (Number(isHere(to)) - Number(isHere(from))) * (problem.activity as Float64Array)[source],
            0,
          );
          expect(through('to') - through('from'), `core ${k}`).toBeCloseTo(net, 8);
        }
      }),
    );
  });

  it('has parts that add up, and a cost by definition', () => {
    fc.assert(
      fc.property(placed, ({ problem, chip, placement }) => {
        const used = usedCoresOf(chip, placement);
        const { recurrent, readout, input } = hopTotals(problem, used, used.core);
        expect(recurrent.wiringCost + readout.wiringCost + input.wiringCost).toBeCloseTo(
          costByDefinition(problem, chip, placement.core),
          3,
        );
        expect(connectionsOf(deliveriesOf(problem, used), used).reduce((sum, { synapses }) => sum + synapses, 0)).toBe(
          synapsesOf(problem).filter(({ unit, source }) => source >= problem.neurons || placement.core[unit] !== placement.core[source])
            .length,
        );
      }),
    );
  });
});

describe('the null model', () => {
  it('expects what the mean over all permutations is', () => {
    const problem = randomProblem(20, { rows: 1, columns: 5, inputs: 2, outputs: 1, density: 0.5 });
    const chip = madeUpChip({ wide: 3, high: 2 });
    const placement = { core: Int32Array.of(0, 0, 1, 5, 5, 5), seed: 1, cost: { start: 0, final: 0 }, objective: null };
    const used = usedCoresOf(chip, placement);
    const sums = { wiringCost: 0, synapseHopsSum: 0 };
    let count = 0;
    const permute = (rest: number[], chosen: number[]): void => {
      if (rest.length === 0) {
        count++;
        const parts = hopTotals(
          problem,
          used,
          Int32Array.from(chosen, (unit) => used.core[unit]),
        );
        for (const part of [parts.recurrent, parts.readout, parts.input]) {
          sums.wiringCost += part.wiringCost;
          sums.synapseHopsSum += part.synapseHopsSum;
        }
      }
      for (const unit of rest)
        permute(
          rest.filter((other) => other !== unit),
          [...chosen, unit],
        );
    };
    permute([0, 1, 2, 3, 4, 5], []);
    const { expected } = nullModel(problem, used, 1);
    for (const measure of ['wiringCost', 'synapseHopsSum'] as const) {
      expect(expected.recurrent[measure] + expected.readout[measure] + expected.input[measure]).toBeCloseTo(sums[measure] / count, 6);
    }
  });

  it('scatters around its expectation with at least 20 permutations', () => {
    const { problem, chip } = { problem: randomProblem(21, { rows: 6, columns: 6 }), chip: madeUpChip({ neurons: 100 }) };
    const core = Int32Array.from({ length: problem.units }, (_, unit) => unit % 16);
    const model = nullModel(problem, usedCoresOf(chip, { core, seed: 1, cost: { start: 0, final: 0 }, objective: null }), 1);
    const costs = model.samples.map(({ recurrent }) => recurrent.wiringCost);
    expect(costs.length).toBeGreaterThanOrEqual(20);
    expect(Math.min(...costs)).toBeLessThan(model.expected.recurrent.wiringCost);
    expect(Math.max(...costs)).toBeGreaterThan(model.expected.recurrent.wiringCost);
    expect(costs.reduce((a, b) => a + b) / costs.length / model.expected.recurrent.wiringCost).toBeCloseTo(1, 1);
  });
});
