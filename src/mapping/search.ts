// How is a placement improved? Whole groups go to other cores, then units between cores, on the real cost and within all limits.
import type { Random } from '../core/random.ts';
import { blocksOf, carried, routersOf } from './blocks.ts';
import { onlyNumberCounts, unitLimit } from './capacity.ts';
import type { Chip } from './chip.ts';
import { PairCost } from './message-cost.ts';
import { MessageMoves } from './message-moves.ts';
import { ModuleLimits } from './modules.ts';
import { messageCost, objectiveValue } from './objective-cost.ts';
import type { Objective } from './objective-names.ts';
import { Occupancy } from './occupancy.ts';
import type { Partition } from './partition.ts';
import type { Pins } from './pins.ts';
import type { MappingProblem } from './problem.ts';
import { type Sites, sitesFor, sitesInLine, sitesOf, startingSites } from './sites.ts';
import { anneal } from './solve/anneal.ts';
import { Assignment, type Limits } from './solve/assignment.ts';
import { clusterOrder } from './solve/clusters.ts';
import { nearPairs } from './solve/near.ts';
import { findPositions } from './solve/positions.ts';
import { type SolverProblem, wiringCost } from './solve/problem.ts';
import { refine } from './solve/refine.ts';
import { wholeMoves } from './whole-moves.ts';
import { groupWires, type Wires } from './wires.ts';

/** Units on sites. */
export interface Layout {
  readonly sites: Sites;
  /** Site of each unit, shape [units]. */
  readonly site: Int32Array;
  /** Sites that break a limit of a core: partitions do not look at messages out. */
  readonly illegal: number;
  /** Σ weight·hops, in the integers of `Wires`. */
  readonly cost: number;
  /** Pairs of a neuron and another core with targets: decides between equal costs. */
  readonly connections: number;
}

/** Moves tried per group, and per unit, and the most of each. */
const GROUP_MOVES = 3000;
const MOST_GROUP_MOVES = 100_000;
const UNIT_MOVES = 200;
const MOST_UNIT_MOVES = 800_000;
/** Larger problems are refined by pairs of cores alone: annealing would have to be too short to help. */
const ANNEALED_GROUPS = 300;
const ANNEALED_UNITS = 20_000;
/** Rounds over pairs of near cores. */
const ROUNDS = 12;
/** Moves tried per unit for fewer messages at equal wires, and for another objective; the first temperature, in mean costs of a unit's messages. */
const SETTLE_MOVES = 50;
const MESSAGE_MOVES = 200;
const MESSAGE_HEAT = 0.5;

/** Whether a layout beats another. */
export function isBetter(a: Layout, b: Layout): boolean {
  return (a.illegal - b.illegal || a.cost - b.cost || a.connections - b.connections) < 0;
}

/** What a layout has to keep to beside the chip's limits. */
export interface Constraints {
  readonly pins: Pins;
  /** Module of each unit, −1 for none; null if all may share cores. */
  readonly modules: Int32Array | null;
}

/** Search over the layouts of one problem on one chip. */
export class LayoutSearch {
  constructor(
    private readonly problem: MappingProblem,
    private readonly chip: Chip,
    private readonly wires: Wires,
    private readonly constraints: Constraints,
  ) {}

  /**
   * The cheapest way to lay a partition out as it lies on the grid, or as the wires between its groups suggest; and router by router, if
   * routers have several cores and that is cheaper: no layout in the plane knows where a router ends.
   */
  starts(partition: Partition, random: Random): { readonly inPlane: Layout; readonly byRouter: Layout | null } {
    const { pins } = this.constraints;
    const sites = sitesFor(this.chip, partition.groups, [...pins.values()]);
    const groups = this.groupProblem(partition, sites);
    const centres = [centresOf(this.problem, partition), findPositions(groups.graph, random)];
    const inPlane = centres
      .flatMap((each) => startingSites(this.chip, sites, each))
      .map((site) => ({ site, cost: wiringCost(groups, site) }))
      .reduce((a, b) => (b.cost < a.cost ? b : a));
    const layoutOf = (site: Int32Array) => this.layout(sites, withPins(sites, site, partition, this.constraints));
    const routers = routersOf(this.chip, sites);
    const behind = routers.sites.reduce((most, { length }) => Math.max(most, length), 0);
    const byRouter = behind === 1 ? null : sitesInLine(sites, routers, clusterOrder(groups.graph, behind, random));
    const isCheaper = byRouter !== null && wiringCost(groups, byRouter) < inPlane.cost;
    return { inPlane: layoutOf(inPlane.site), byRouter: isCheaper ? layoutOf(byRouter) : null };
  }

  /** Groups and, unless these stay together, units by turns, for some rounds; never worse. */
  improve(first: Layout, random: Random, effort: number, rounds: number, stayTogether: boolean): Layout {
    let layout = first;
    for (let round = 0; round < rounds && (layout.cost > this.leastCost(layout) || layout.illegal > 0); round++) {
      const before = layout;
      const arranged = this.moveSites(this.moveRouters(layout, random, effort), random, effort);
      layout = this.moveAll(stayTogether ? arranged : this.moveUnits(this.moveAll(arranged), random, effort));
      // Annealing groups takes little time, and each round is another chance.
      if (layout === before && !stayTogether) break;
    }
    return layout;
  }

  /**
   * Makes the objective of messages small, or, for `wire`, sends fewer messages where that costs no wire; never worse.
   *
   * @returns the layout, and the objective before and after; null for `wire`
   */
  settle(
    layout: Layout,
    objective: Objective,
    random: Random,
    effort: number,
  ): { readonly layout: Layout; readonly value: { readonly start: number; readonly final: number } | null } {
    const { sites } = layout;
    const costOn = (site: Int32Array) => {
      const solver = this.unitProblem(layout);
      const assignment = new Assignment(solver, site, this.limits(sites, site));
      if (objective === 'wire') {
        // All messages together cost less than the smallest wire.
        const one = new PairCost(
          () => 0.5 / (1 + layout.connections),
          (from) => (from < 0 ? 0 : 1),
        );
        return { cost: one, moves: new MessageMoves(this.problem, solver, assignment, one, 1) };
      }
      const cost = messageCost(objective, this.problem, this.chip, sites);
      return { cost, moves: new MessageMoves(this.problem, solver, assignment, cost, 0) };
    };
    const site = Int32Array.from(layout.site);
    const { cost, moves } = costOn(site);
    const units = moves.vertices;
    const value = () => (objective === 'wire' ? 0 : objectiveValue(objective, cost));
    const start = value();
    const proposals = units > ANNEALED_UNITS ? 0 : Math.ceil(effort * (objective === 'wire' ? SETTLE_MOVES : MESSAGE_MOVES) * units);
    // For `wire` that is far below the smallest wire, so that none gets longer.
    anneal(moves, random, proposals, (MESSAGE_HEAT * cost.total) / Math.max(1, units));
    // Greedy at the end: annealing stops warm.
    anneal(moves, random, Math.ceil(proposals / 4), 0);
    const settled = this.layout(sites, site);
    const final = value();
    const isWorse = objective === 'wire' ? !isBetter(settled, layout) : settled.illegal > layout.illegal || final > start;
    const kept = isWorse ? layout : settled;
    return { layout: kept, value: objective === 'wire' ? null : { start, final: isWorse ? start : final } };
  }

  /** Everything behind a router goes to another, which has room for it or sends back what it holds. */
  private moveRouters(layout: Layout, random: Random, effort: number): Layout {
    const { sites } = layout;
    const routers = routersOf(this.chip, sites);
    if (routers.sites.length === sites.cores.length) return layout;
    const { partition, places } = blocksOf(layout.site.map((site) => routers.of[site]));
    const used = [...blocksOf(layout.site).places];
    const entrances = sitesOf(
      this.chip,
      Int32Array.from(routers.sites, ([site]) => sites.cores[site]),
    );
    const { graph, ...groups } = this.groupProblem(partition, entrances);
    const size = Int32Array.from(places, (router) => used.filter((site) => routers.of[site] === router).length);
    const capacity = Float64Array.from(routers.sites, ({ length }) => length);
    const router = this.rearranged(
      { ...groups, graph: { ...graph, size }, grid: { ...groups.grid, capacity }, fixed: this.pinned(partition) },
      places,
      random,
      effort,
    );
    const goesTo = carried(routers, used, places, router);
    const site = layout.site.map((at) => goesTo.get(at) as number);
    return better(this.layout(sites, site), layout);
  }

  /** What shares a site goes to another, which sends back what it holds. */
  private moveSites(layout: Layout, random: Random, effort: number): Layout {
    const { partition, places } = blocksOf(layout.site);
    const problem = { ...this.groupProblem(partition, layout.sites), fixed: this.pinned(partition) };
    return this.laidOut(layout, partition, this.rearranged(problem, places, random, effort));
  }

  /** The whole layout goes elsewhere on the chip, turned or not, where that is cheaper. */
  private moveAll(layout: Layout): Layout {
    if (this.constraints.pins.size > 0) return layout;
    const { partition, places } = blocksOf(layout.site);
    const problem = this.groupProblem(partition, layout.sites);
    let best = places;
    let least = layout.cost;
    for (const moved of wholeMoves(this.chip, layout.sites, places)) {
      const cost = wiringCost(problem, moved);
      if (cost >= least) continue;
      best = moved;
      least = cost;
    }
    return least < layout.cost ? this.laidOut(layout, partition, best) : layout;
  }

  /** The layout with each group on a site of its own; the one that there is if that is no better. */
  private laidOut(layout: Layout, { group }: Partition, siteOfGroup: Int32Array): Layout {
    return better(
      this.layout(
        layout.sites,
        group.map((number) => siteOfGroup[number]),
      ),
      layout,
    );
  }

  /** Blocks of units that hold a pinned one. */
  private pinned({ group, groups }: Partition): Uint8Array {
    const fixed = new Uint8Array(groups);
    for (const unit of this.constraints.pins.keys()) fixed[group[unit]] = 1;
    return fixed;
  }

  /** Better places for groups. */
  private rearranged(problem: SolverProblem, places: Int32Array, random: Random, effort: number): Int32Array {
    const place = Int32Array.from(places);
    const proposals = place.length > ANNEALED_GROUPS ? 0 : Math.ceil(effort * Math.min(MOST_GROUP_MOVES, GROUP_MOVES * place.length));
    refine(problem, place, wiringCost(problem, place), null, { pairs: nearPairs(problem.grid), rounds: ROUNDS, proposals, random });
    return place;
  }

  /** What the wires cost at least: those between units nothing, those of inputs the shortest way. */
  private leastCost({ sites }: Layout): number {
    const shortest = sites.port.reduce((a, b) => Math.min(a, b));
    return shortest * this.wires.port.reduce((a, b) => a + b, 0);
  }

  private moveUnits(layout: Layout, random: Random, effort: number): Layout {
    const { sites } = layout;
    const problem = this.unitProblem(layout);
    const site = Int32Array.from(layout.site);
    const units = problem.graph.vertices;
    const proposals = units > ANNEALED_UNITS ? 0 : Math.ceil(effort * Math.min(MOST_UNIT_MOVES, UNIT_MOVES * units));
    const options = { pairs: nearPairs(problem.grid), rounds: ROUNDS, proposals, random };
    refine(problem, site, layout.cost, (core) => this.limits(sites, core), options);
    return better(this.layout(sites, site), layout);
  }

  /** What to keep to beside the number of units on a core; null if nothing. */
  private limits({ cores }: Sites, site: Int32Array): Limits | null {
    const isLoose = onlyNumberCounts(this.problem, this.chip.capacity, cores.length);
    return this.apart(isLoose ? null : new Occupancy(this.problem, site, cores.length, this.chip.capacity), site, cores.length);
  }

  /** Limits with that of modules that are to be kept apart, if there are any. */
  private apart(limits: Limits | null, site: Int32Array, cores: number): Limits | null {
    const { modules } = this.constraints;
    return modules === null ? limits : new ModuleLimits(limits, modules, site, cores);
  }

  /** Units on the sites in use, as many on each as a core can hold of the most modest: a core more costs more than wires. */
  private unitProblem({ sites, site }: Pick<Layout, 'sites' | 'site'>): SolverProblem {
    const { wires, chip, constraints } = this;
    const units = wires.graph.vertices;
    const fixed = new Uint8Array(units);
    for (const unit of constraints.pins.keys()) fixed[unit] = 1;
    const limit = unitLimit(chip.capacity, units);
    const capacity = new Float64Array(sites.cores.length);
    for (const used of site) capacity[used] = limit;
    return {
      graph: wires.graph,
      grid: gridOf(chip, sites, capacity),
      hops: sites.hops,
      port: { weight: wires.port, hops: sites.port },
      fixed,
    };
  }

  /** Groups one to one on sites. */
  private groupProblem({ group, groups }: Partition, sites: Sites): SolverProblem {
    const wires = groupWires(this.wires, group, groups);
    return {
      graph: wires.graph,
      grid: gridOf(this.chip, sites, new Float64Array(sites.cores.length).fill(1)),
      hops: sites.hops,
      port: { weight: wires.port, hops: sites.port },
      fixed: null,
    };
  }

  private layout(sites: Sites, site: Int32Array): Layout {
    const { wires } = this;
    const cost = wiringCost({ graph: wires.graph, hops: sites.hops, port: { weight: wires.port, hops: sites.port } }, site);
    const occupancy = new Occupancy(this.problem, site, sites.cores.length, this.chip.capacity);
    const { illegal } = this.apart(occupancy, site, sites.cores.length) ?? occupancy;
    return { sites, site, illegal, cost, connections: occupancy.connections };
  }
}

/** Sites of units where their groups are laid out, but pinned units on their cores. */
function withPins(sites: Sites, siteOfGroup: Int32Array, { group, groups }: Partition, { pins, modules }: Constraints): Int32Array {
  const site = Int32Array.from(siteOfGroup);
  const pinned = [...pins].map(([unit, core]) => ({ unit, at: sites.cores.indexOf(core) }));
  // Where modules are to be kept apart, the group with most of the units pinned to a core comes along: one of another module has to go.
  for (const at of modules === null ? [] : new Set(pinned.map((pin) => pin.at))) {
    const votes = new Int32Array(groups);
    for (const pin of pinned) if (pin.at === at) votes[group[pin.unit]]++;
    const chosen = votes.indexOf(votes.reduce((a, b) => Math.max(a, b)));
    const there = site.indexOf(at);
    if (there >= 0) site[there] = site[chosen];
    site[chosen] = at;
  }
  const siteOfUnit = group.map((number) => site[number]);
  for (const { unit, at } of pinned) siteOfUnit[unit] = at;
  return siteOfUnit;
}

function better(candidate: Layout, current: Layout): Layout {
  return isBetter(candidate, current) ? candidate : current;
}

function gridOf({ topology }: Chip, { cores }: Sites, capacity: Float64Array): SolverProblem['grid'] {
  return { x: cores.map((core) => topology.tileX[core]), y: cores.map((core) => topology.tileY[core]), capacity };
}

/** Mean position of each group, shape [groups, 2]. */
function centresOf({ position }: MappingProblem, { group, groups }: Partition): Float64Array {
  const centres = new Float64Array(2 * groups);
  const size = new Int32Array(groups);
  group.forEach((g, unit) => {
    size[g]++;
    centres[2 * g] += position[2 * unit];
    centres[2 * g + 1] += position[2 * unit + 1];
  });
  return centres.map((sum, i) => sum / size[i >> 1]);
}
