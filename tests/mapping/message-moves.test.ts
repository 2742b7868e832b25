// Does the running total of messages equal a recount, after thousands of exchanges, for every way of casting on every network?
import { describe, expect, it } from 'vitest';
import { type Random, randomStream } from '../../src/core/random.ts';
import type { Chip } from '../../src/mapping/chip.ts';
import { LinkCost, type MessageCost, PairCost } from '../../src/mapping/message-cost.ts';
import { MessageMoves } from '../../src/mapping/message-moves.ts';
import type { MappingProblem } from '../../src/mapping/problem.ts';
import { type Sites, sitesOf } from '../../src/mapping/sites.ts';
import { Assignment } from '../../src/mapping/solve/assignment.ts';
import { type SolverProblem, wiringCost } from '../../src/mapping/solve/problem.ts';
import { wiresOf } from '../../src/mapping/wires.ts';
import { type NetworkShape, topologyOf } from '../../src/targets/topology.ts';
import { madeUpChip, randomProblem, synapsesOf } from './support.ts';

const KINDS = ['mesh2d', 'torus2d', 'hextorus'] as const;
const CAPACITY = 4;

function chipWith(kind: NetworkShape['kind']): Chip {
  const noc = topologyOf({
    name: kind,
    kind,
    grid: { chip: { width: 4, height: 3, absent: [], coresPerTile: 1 }, chips: { wide: 1, high: 1, x: [0], y: [0] }, assumptions: [] },
    pitch: { xMm: null, yMm: null, basis: 'none', source: 'made up' },
  });
  const { portHops, portRoute } = noc;
  return { ...madeUpChip({ wide: 4, high: 3 }), topology: noc, usableCores: noc.cores, portHops, portRoute };
}

/** Destinations of each source, from the definition: other cores that hold a target of it. */
function destinations(problem: MappingProblem, core: ArrayLike<number>) {
  return Array.from({ length: problem.sources }, (_, source) => {
    const sender = problem.unitOfSource[source];
    const from = sender < 0 ? -1 : core[sender];
    const targets = synapsesOf(problem).filter((synapse) => synapse.source === source);
    return { source, from, to: [...new Set(targets.map(({ unit }) => core[unit]))].filter((to) => to !== from) };
  });
}

function solverOf(problem: MappingProblem, chip: Chip, sites: Sites): SolverProblem {
  const { graph, port } = wiresOf(problem);
  const { cores } = sites;
  const { tileX, tileY } = chip.topology;
  const capacity = new Float64Array(cores.length).fill(CAPACITY);
  const grid = { x: cores.map((core) => tileX[core]), y: cores.map((core) => tileY[core]), capacity };
  return { graph, grid, hops: sites.hops, port: { weight: port, hops: sites.port }, fixed: null };
}

/** A way to count messages, while units move and once for all. */
interface Counting {
  readonly name: string;
  make(problem: MappingProblem, chip: Chip): MessageCost;
  count(problem: MappingProblem, chip: Chip, core: ArrayLike<number>): number;
}

const routeOf = (chip: Chip, from: number, to: number) => (from < 0 ? chip.portRoute(to) : chip.topology.route(from, to));
const activityOf = (problem: MappingProblem) => (source: number) => problem.activity?.[source] ?? 0;

const pairs: Counting = {
  name: 'pairs of cores',
  make: (problem, chip) => new PairCost(activityOf(problem), (from, to) => 0.5 + routeOf(chip, from, to).length ** 2),
  count: (problem, chip, core) =>
    destinations(problem, core).reduce(
      (sum, { source, from, to }) =>
        sum + to.reduce((all, end) => all + activityOf(problem)(source) * (0.5 + routeOf(chip, from, end).length ** 2), 0),
      0,
    ),
};

function links(isTree: boolean): Counting {
  const price = (load: number, link: number) => load ** 3 + (link % 5) * load;
  const perMessage = 0.25;
  return {
    name: isTree ? 'links of trees' : 'links of single messages',
    make: (problem, chip) => {
      const count = chip.topology.links.from.length;
      return new LinkCost(activityOf(problem), { count, links: (from, to) => routeOf(chip, from, to) }, isTree, price, perMessage);
    },
    count: (problem, chip, core) => {
      const load = new Float64Array(chip.topology.links.from.length);
      let messages = 0;
      for (const { source, from, to } of destinations(problem, core)) {
        const crossed = to.flatMap((end) => routeOf(chip, from, end));
        for (const link of isTree ? new Set(crossed) : crossed) load[link] += activityOf(problem)(source);
        messages += activityOf(problem)(source) * (isTree ? Math.min(1, to.length) : to.length);
      }
      return load.reduce((sum, value, link) => sum + price(value, link), perMessage * messages);
    },
  };
}

/** Random exchanges, some of them refused. */
function shake(moves: MessageMoves, random: Random, times: number): { change: number; done: number } {
  let change = 0;
  let done = 0;
  for (let i = 0; i < times; i++) {
    const unit = random.int(moves.vertices);
    const to = moves.propose(unit, random);
    if (to === moves.core[unit]) continue;
    const before = moves.core[unit];
    change += moves.exchange(unit, moves.partner(unit, to, random), to, () => random.int(3) > 0);
    if (moves.core[unit] !== before) done++;
  }
  return { change, done };
}

describe.each(KINDS)('on a %s', (kind) => {
  const chip = chipWith(kind);
  const problem = randomProblem(3, { rows: 5, columns: 5, inputs: 3, outputs: 3, density: 0.15 });
  const cores = Int32Array.from({ length: chip.topology.cores }, (_, core) => core);
  const sites = sitesOf(chip, cores);
  const solver = solverOf(problem, chip, sites);

  it.each([pairs, links(false), links(true)])('the total of $name, and every change, equal a recount', ({ make, count }) => {
    const random = randomStream(1, kind);
    const core = Int32Array.from({ length: problem.units }, (_, unit) => unit % cores.length);
    const assignment = new Assignment(solver, core);
    const cost = make(problem, chip);
    const wireShare = 1e-6;
    const moves = new MessageMoves(problem, solver, assignment, cost, wireShare);
    const start = count(problem, chip, core);
    expect(cost.total).toBeCloseTo(start, 6);
    const wires = wiringCost(solver, core);
    let sum = 0;
    let done = 0;
    for (let round = 0; round < 4; round++) {
      const shaken = shake(moves, random, 750);
      sum += shaken.change;
      done += shaken.done;
      expect(cost.total).toBeCloseTo(count(problem, chip, core), 6);
      expect(moves.total).toBe(cost.total);
    }
    // Capacities held, most exchanges were done, and the changes add up with those of the wires.
    expect(done).toBeGreaterThan(500);
    expect(Math.max(...cores.map((id) => core.filter((at) => at === id).length))).toBeLessThanOrEqual(CAPACITY);
    expect(sum).toBeCloseTo(cost.total - start + wireShare * (wiringCost(solver, core) - wires), 4);
  });
});

it('a message that is copied on its way loads the stretch that its ways share once', () => {
  // Neuron 0 on core 0 of a row of three reaches cores 1 and 2.
  const chip = madeUpChip({ wide: 3, high: 1 });
  const dense = randomProblem(1, { rows: 1, columns: 3, inputs: 0, outputs: 0 });
  const synapses = { rows: 3, columns: 3, indptr: Int32Array.of(0, 0, 1, 2), indices: Int32Array.of(0, 0), values: Float32Array.of(1, 1) };
  const problem: MappingProblem = { ...dense, synapses, activity: Float64Array.of(0.5, 0, 0) };
  const sites = sitesOf(chip, Int32Array.of(0, 1, 2));
  const solver = solverOf(problem, chip, sites);
  const loads = (isTree: boolean) => {
    const routes = { count: chip.topology.links.from.length, links: chip.topology.route };
    const cost = new LinkCost(activityOf(problem), routes, isTree, (load) => load);
    new MessageMoves(problem, solver, new Assignment(solver, Int32Array.of(0, 1, 2)), cost, 0);
    return { total: cost.total, max: Math.max(...cost.load) };
  };
  expect(loads(false)).toEqual({ total: 1.5, max: 1 });
  expect(loads(true)).toEqual({ total: 1, max: 0.5 });
});
