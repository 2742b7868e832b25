import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Chip } from '../../src/mapping/chip.ts';
import { type Connection, connectionsOf, deliveriesOf } from '../../src/mapping/connections.ts';
import { coreTotals } from '../../src/mapping/core-totals.ts';
import { stepWork } from '../../src/mapping/counts.ts';
import { usedCoresOf } from '../../src/mapping/geometry.ts';
import { expectedCongestion, linkTraffic } from '../../src/mapping/links.ts';
import { mappingMetrics } from '../../src/mapping/metrics.ts';
import { sidePaths, tableEntries, tableWarnings } from '../../src/mapping/routing.ts';
import { transfersOf } from '../../src/mapping/transfers.ts';
import { loadTarget } from '../../src/targets/load.ts';
import { topologyOf } from '../../src/targets/topology.ts';
import { madeUpChip, occupancyOf, randomProblem, synapsesOf } from './support.ts';

/** A made-up chip that casts in another way. */
function casting(castMode: string, shape = {}, routing = {}): Chip {
  const chip = madeUpChip({ neurons: 100, ...shape });
  const file = { ...chip.target.file, routing: { castMode, ...routing } };
  return { ...chip, target: { ...chip.target, file } as unknown as Chip['target'] };
}

/** One source that listens to nobody on core 0 of 3 × 3, and the cores that listen to it. */
function fanOut(chip: Chip, to: readonly number[], rows = 1) {
  const ids = [0, ...to];
  const { topology } = chip;
  const used = {
    ids,
    core: Int32Array.from(ids.keys()),
    hops: (from: number | null, k: number) => topology.hops(ids[from ?? 0], ids[k]),
    distance: (from: number | null, k: number) => topology.distance(ids[from ?? 0], ids[k]),
    route: (from: number | null, k: number) => topology.route(ids[from ?? 0], ids[k]),
  };
  const connections = to.map((_, i): Connection => {
    const { x, y } = used.hops(0, i + 1);
    return { source: 0, from: 0, to: i + 1, parts: ['recurrent'], synapses: 2, rows, hopsX: x, hopsY: y };
  });
  const problem = { ...randomProblem(1, { rows: 1, columns: 1 }), unitOfSource: Int32Array.of(0) };
  return { problem, used, connections };
}

const sent = (chip: Chip, { problem, used, connections }: ReturnType<typeof fanOut>) => [
  ...transfersOf(problem, chip, used, connections, Float64Array.of(0.5)),
];

describe('a source with targets on cores 2, 5 and 8 of 3 × 3, from core 0', () => {
  // The row leads east to 2; 5 and 8 lie south of 2, by XY routes that share the whole row.
  const to = [2, 5, 8];
  const links = (castMode: string) => {
    const chip = casting(castMode, { wide: 3, high: 3 });
    return sent(chip, fanOut(chip, to)).map((transfer) => transfer.links.length);
  };

  it('sends one message for each of them where a chip sends core by core', () => {
    expect(links('unicast-per-core')).toEqual([2, 3, 4]);
    expect(links('single-target')).toEqual([2, 3, 4]);
  });

  it('crosses each link of a multicast tree once', () => {
    expect(links('multicast-tree')).toEqual([4]);
    expect(links('switch-fabric')).toEqual([4]);
  });

  it('sends the copies of a neuron apart, one for each row of its targets', () => {
    const chip = casting('single-target', { wide: 3, high: 3 });
    expect(sent(chip, fanOut(chip, to, 2)).map(({ perStep }) => perStep)).toEqual([1, 1, 1]);
  });

  it('sends one message to each chip where chips broadcast', () => {
    // Cores 4 to 7 are a chip: one message up, across and down to three cores of it; another within the own chip.
    const shape = { name: 'made-up', kind: 'hier' as const, pitch: madeUpChip({}).topology.pitch };
    const chip = { width: 2, height: 2, absent: [], coresPerTile: 1 };
    const tree = topologyOf({ ...shape, grid: { chip, chips: { wide: 2, high: 1, x: [0, 1], y: [0, 0] }, assumptions: [] } });
    const twoChips = { ...casting('n-targets-broadcast'), topology: tree };
    expect(sent(twoChips, fanOut(twoChips, [3, 4, 5, 7])).map((transfer) => transfer.links.length)).toEqual([2, 7]);
  });

  it('sends the whole vector of a core once, whatever the activity', () => {
    const chip = casting('dense-vector', { wide: 3, high: 3 });
    expect(sent(chip, fanOut(chip, to)).map(({ perStep, states }) => [perStep, states])).toEqual([[1, 1], [1, 1], [1, 1]]); // biome-ignore format: pairs
  });

  it('takes one entry of a routing table where its ways differ, and one path through a side', () => {
    const trees = casting('multicast-tree', { wide: 3, high: 3 }, { tableEntries: { value: 1023 } });
    const tree = fanOut(trees, to);
    expect(tableEntries(trees, tree.used, tree.connections)).toEqual({ used: 1, limit: 1023, x: 0, y: 0 });
    // A second neuron of the core with the same ways shares its entries; one that only goes to core 2 does not on the way there.
    const others = [2, 1].flatMap((targets, i) => tree.connections.slice(0, targets + i * 2 - i).map((one) => ({ ...one, source: i + 1 })));
    expect(tableEntries(trees, tree.used, [...tree.connections, ...tree.connections.map((one) => ({ ...one, source: 1 }))])?.used).toBe(1);
    expect(tableEntries(trees, tree.used, [...tree.connections, ...others.slice(0, 1)])).toEqual({ used: 2, limit: 1023, x: 2, y: 0 });
    expect(tableEntries(casting('unicast-per-core'), tree.used, tree.connections)).toBeNull();
    const full = { used: 1023, limit: 1023, x: 3, y: 4 };
    expect([null, full, { ...full, limit: null }].flatMap(tableWarnings)).toEqual([]);
    expect(tableWarnings({ ...full, used: 1024 })).toEqual([
      {
        rule: 'map/table-entries',
        message: expect.stringMatching(/^the routing table at router \(3, 4\) takes 1024 entries and has 1023,/),
      },
    ]);
    const fabric = casting('switch-fabric', { wide: 3, high: 3 }, {});
    // A path back from core 2 crosses the sides of the row the other way; each carries both.
    const back = { ...tree.connections[0], source: 1, from: 1, to: 0 };
    expect(sidePaths(fabric, tree.used, [tree.connections[0], back])).toMatchObject({ used: 2 });
    expect(sidePaths(fabric, tree.used, [...tree.connections, ...tree.connections.map((one) => ({ ...one, source: 1 }))])).toEqual({
      used: 2,
      limit: null,
      x: 0,
      y: 0,
    });
  });
});

describe('on any mesh', () => {
  const placed = fc
    .record({ seed: fc.nat(1000), wide: fc.integer({ min: 1, max: 5 }), high: fc.integer({ min: 1, max: 5 }) })
    .map((size) => {
      const problem = randomProblem(size.seed, { rows: 4, columns: 4, density: 0.3 });
      const core = Int32Array.from({ length: problem.units }, (_, unit) => (unit * 7 + size.seed) % (size.wide * size.high));
      return { ...size, problem, placement: { core, seed: 1, objective: null, cost: { start: 0, final: 0 } } };
    });

  it('a tree is no longer than the routes it joins, and as long as the longest at least', () => {
    fc.assert(
      fc.property(placed, ({ problem, placement, ...size }) => {
        const chip = casting('multicast-tree', size);
        const used = usedCoresOf(chip, placement);
        const connections = connectionsOf(deliveriesOf(problem, used), used);
        const activity = problem.activity as Float64Array;
        for (const { connections: joined, links } of transfersOf(problem, chip, used, connections, activity)) {
          const routes = joined.map(({ hopsX, hopsY }) => hopsX + hopsY);
          expect(new Set(links).size).toBe(links.length);
          expect(links.length).toBeLessThanOrEqual(routes.reduce((a, b) => a + b));
          expect(links.length).toBeGreaterThanOrEqual(Math.max(...routes));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('energy counts and link loads tell of the same messages, however they are cast', () => {
    fc.assert(
      fc.property(
        placed,
        fc.constantFrom('unicast-per-core', 'multicast-tree', 'dense-vector'),
        ({ problem, placement, ...size }, castMode) => {
          const { target } = casting(castMode, size);
          const real = { ...target.file, routing: { castMode, packetBits: { value: 8 } }, activation: { bits: { value: 8 } } };
          const chip = { ...casting(castMode, size), target: { ...target, file: real } as unknown as Chip['target'] };
          const used = usedCoresOf(chip, placement);
          const connections = connectionsOf(deliveriesOf(problem, used), used);
          const { loads, max } = linkTraffic(problem, chip, used, connections, problem.activity as Float64Array);
          const flits = loads.reduce((sum, { trafficPerStep }) => sum + trafficPerStep, 0);
          const counts = [...transfersOf(problem, chip, used, connections, problem.activity as Float64Array)];
          const states = (transfer: (typeof counts)[number]) => (castMode === 'dense-vector' ? transfer.states : 1);
          expect(flits).toBeCloseTo(
            counts.reduce((sum, one) => sum + one.perStep * states(one) * one.links.length, 0),
            8,
          );
          expect(max).toBeLessThanOrEqual(flits + 1e-9);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('expected congestion is that of every step of every message, spread over its box', () => {
    fc.assert(
      fc.property(placed, ({ problem, placement, ...size }) => {
        const chip = madeUpChip({ ...size, neurons: 100 });
        const used = usedCoresOf(chip, placement);
        const connections = connectionsOf(deliveriesOf(problem, used), used);
        const activity = problem.activity as Float64Array;
        const load = new Map<string, number>();
        const { routerX, routerY } = chip.topology;
        for (const { source, from, to } of connections) {
          const [a, b] = [from === null ? chip.port : at(from), at(to)];
          const range = (p: number, q: number) => Array.from({ length: Math.abs(p - q) + 1 }, (_, i) => Math.min(p, q) + i);
          const [columns, rows] = [range(a.x, b.x), range(a.y, b.y)];
          for (const x of columns) {
            for (const y of rows) {
              if (x < Math.max(a.x, b.x)) add(`${x},${y} east`, activity[source] / rows.length);
              if (y < Math.max(a.y, b.y)) add(`${x},${y} south`, activity[source] / columns.length);
            }
          }
        }
        function at(k: number) {
          return { x: routerX[used.ids[k]], y: routerY[used.ids[k]] };
        }
        function add(link: string, value: number) {
          load.set(link, (load.get(link) ?? 0) + value);
        }
        const found = expectedCongestion(chip, used, connections, activity);
        expect(found?.max).toBeCloseTo(Math.max(0, ...load.values()), 8);
      }),
      { numRuns: 30 },
    );
  });

  it('cores hold what the search counts move by move', () => {
    fc.assert(
      fc.property(placed, fc.constantFrom(null, 1, 2), ({ problem, placement, ...size }, targetsPerNeuron) => {
        const rowClass = Uint8Array.from(problem.synapses.values, (_, i) => i % 3);
        const chip = madeUpChip({ ...size, neurons: 100, axonMemory: (synapses) => 3 * synapses + Number(synapses > 0) });
        const capacity = { ...chip.capacity, targetsPerNeuron };
        const used = usedCoresOf(chip, placement);
        const { occupancy } = occupancyOf({ ...problem, rowClass }, capacity, placement);
        expect(coreTotals(capacity, used, deliveriesOf({ ...problem, rowClass }, used))).toEqual(occupancy.totals);
      }),
      { numRuns: 30 },
    );
  });

  it('deliveries are the synapses, by source and core', () => {
    fc.assert(
      fc.property(placed, ({ problem, placement, ...size }) => {
        const rowClass = Uint8Array.from(problem.synapses.values, (_, i) => i % 3);
        const used = usedCoresOf(madeUpChip({ ...size, neurons: 100 }), placement);
        const found = deliveriesOf({ ...problem, rowClass }, used);
        const classes = new Map<string, number[]>();
        for (const [i, { unit, source }] of synapsesOf(problem).entries()) {
          const key = `${source} to ${used.core[unit]}`;
          classes.set(key, [...(classes.get(key) ?? []), rowClass[i]]);
        }
        expect(found.map(({ source, to }) => `${source} to ${to}`).sort()).toEqual([...classes.keys()].sort());
        for (const { source, to, synapses, rows } of found) {
          const of = classes.get(`${source} to ${to}`) ?? [];
          expect([synapses, rows]).toEqual([of.length, new Set(of).size]);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('a board', () => {
  it('counts what leaves its chips, and the chips that are on', () => {
    const { pitch } = madeUpChip({}).topology;
    const grid = {
      chip: { width: 2, height: 1, absent: [], coresPerTile: 1 },
      chips: { wide: 2, high: 1, x: [0, 1], y: [0, 0] },
      assumptions: [],
    };
    const topology = topologyOf({ name: 'two chips', kind: 'mesh2d', grid, pitch });
    const problem = randomProblem(3, { rows: 2, columns: 2, inputs: 0, outputs: 0, density: 1 });
    const chip = {
      ...casting('unicast-per-core'),
      target: loadTarget('loihi1'),
      topology,
      portHops: topology.portHops,
      portRoute: topology.portRoute,
    };
    const activity = problem.activity as Float64Array;
    // Neurons 0 to 3 on cores 0 to 3 of a row; between 1 and 2 a chip ends, and each sends to the two cores beyond.
    const placement = { core: Int32Array.of(0, 1, 2, 3), seed: 1, objective: null, cost: { start: 0, final: 0 } };
    const work = stepWork(problem, chip, placement);
    expect(work?.energy.chips).toBe(2);
    expect(work?.energy.chipCrossings).toBeCloseTo(2 * activity.reduce((a, b) => a + b), 10);
    expect(work?.latency.messages).toEqual(expect.arrayContaining([{ hopsX: 1, hopsY: 0, crossings: 0 }, { hopsX: 1, hopsY: 0, crossings: 1 }])); // biome-ignore format: pairs
    const used = usedCoresOf(chip, placement);
    const { chipCrossingMessagesPerStep } = mappingMetrics(problem, chip, placement).total.traffic ?? {};
    expect(chipCrossingMessagesPerStep).toBeCloseTo(2 * activity.reduce((a, b) => a + b), 10);
    expect(used.ids.map(topology.chipOf)).toEqual([0, 0, 1, 1]);
  });
});
